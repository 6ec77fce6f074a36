"""Middlewares of the whole application (plain ASGI: streams stay streams)."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuyin.app.health import Metrics

_log = structlog.stdlib.get_logger("shuyin.http")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
#: Addresses that end in a key out of a letter: who reads the log must not be able to use it.
_KEYED = re.compile(r"^(/filing/open/|/account/password/).+")


def loggable(path: str) -> str:
    """The path as it may stand in a log: without the key that it may carry."""
    return _KEYED.sub(r"\1…", path)


class RequestLog:
    """Gives each request an id (a proxy's X-Request-ID is kept), logs one line for it and counts it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        given = Headers(scope=scope).get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            await send(message)

        begun = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, send_with_id)
            finally:
                seconds = time.perf_counter() - begun
                route = getattr(scope.get("route"), "path", "(none)")
                self.metrics.observe(scope["method"], route, status, seconds)
                _log.info(
                    "request",
                    method=scope["method"],
                    path=loggable(scope["path"]),
                    status=status,
                    ms=round(seconds * 1000, 1),
                )
