"""Answers 429 to clients that ask too much, tells all how they stand, or only reports.

Bots that walk every combination of facets are the burden of library catalogues; readers never come near the limits.
Each process counts for itself.
"""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Protocol

import structlog
from fastapi import Request
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuyin.search_api import problems
from shuyin.search_api.messages import N_
from shuyin.search_api.messages import Message as Sentence
from shuyin.web import errors
from shuyin.web.i18n import gettext, say
from shuyin.web.limits.buckets import Buckets, Policy, Standing
from shuyin.web.limits.clients import Client, client_of, networks

_log = structlog.stdlib.get_logger("shuyin.limits")

#: Not counted: files that browsers keep, and what watches over the service.
_FREE = re.compile(r"/(static|covers)/|/(healthz|readyz|metrics|robots\.txt|favicon\.ico)$")
#: What sends letters to an address that anyone may type.
_SUBSCRIBING = re.compile(r"/new-books/subscribe$|/subscriptions/")
_MINUTE, _HOUR = 60, 3600
#: A network may ask as much as so many addresses.
_NETWORK_FACTOR = 3

TOO_MANY = N_("您所在的位址在短時間內送出太多請求。請於 {seconds} 秒後再試；大量取用請改用資料檔下載（/dumps/）。")


class LimitSettings(Protocol):
    """The settings that are read here."""

    @property
    def rate_limit(self) -> str:
        """on, report or off."""
        ...

    @property
    def rate_limit_requests(self) -> int:
        """Requests a minute of one address."""
        ...

    @property
    def rate_limit_subscriptions(self) -> int:
        """Forms about subscriptions an hour from one address."""
        ...

    @property
    def rate_limit_exempt(self) -> str:
        """Networks that are not counted."""
        ...


class Limits:
    """The buckets of an application, and how often each policy was broken."""

    def __init__(self, settings: LimitSettings, now: Callable[[], float] = time.monotonic) -> None:
        self.mode = settings.rate_limit
        self.exempt = networks(settings.rate_limit_exempt)
        #: requests that came over the limit, by policy
        self.exceeded: Counter[str] = Counter()
        self._asking = _pair("", settings.rate_limit_requests, _MINUTE, now)
        self._subscribing = _pair("subscriptions-", settings.rate_limit_subscriptions, _HOUR, now)

    def policies(self, method: str, path: str) -> tuple[tuple[Buckets, Buckets], ...]:
        """(by address, by network) for what is asked: none for what is free, two pairs for what sends letters."""
        if self.mode == "off" or _FREE.match(path):
            return ()
        if method == "POST" and _SUBSCRIBING.match(path):
            return (self._asking, self._subscribing)
        return (self._asking,)

    def count(self, client: Client, method: str, path: str) -> list[Standing]:
        """How the client stands with every policy that holds here; a request that fits all of them is counted."""
        asked = [
            (buckets, key)
            for by_address, by_network in self.policies(method, path)
            for buckets, key in ((by_address, client.address), (by_network, client.network))
        ]
        standings = [buckets.look(key) for buckets, key in asked]
        broken = [standing.policy.name for standing in standings if not standing.fits]
        self.exceeded.update(broken)
        if not broken or self.mode == "report":
            for buckets, key in asked:
                buckets.take(key)
        return standings


def _pair(name: str, quota: int, window: int, now: Callable[[], float]) -> tuple[Buckets, Buckets]:
    return (
        Buckets(Policy(f"{name}address", quota, window), now),
        Buckets(Policy(f"{name}network", quota * _NETWORK_FACTOR, window), now),
    )


def limits_of(app: Starlette) -> Limits:
    """The limits of an application, made once."""
    if not hasattr(app.state, "limits"):
        app.state.limits = Limits(app.state.settings)
    found: Limits = app.state.limits
    return found


class RateLimit:
    """Counts requests and refuses those over the limit."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 429."""
        standings = _count(scope) if scope["type"] == "http" else []
        if not standings:
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["RateLimit-Policy"] = ", ".join(s.policy.header for s in standings)
                headers["RateLimit"] = ", ".join(s.header for s in standings)
            await send(message)

        broken = [s for s in standings if not s.fits]
        limits = limits_of(scope["app"])
        if broken and limits.mode == "on":
            await _refuse(scope, receive, send_with_headers, max(s.seconds for s in broken))
            return
        if broken:
            _log.info("over the limit", client=scope["client"][0], policies=_names(broken), path=scope["path"])
        await self.app(scope, receive, send_with_headers)


def _count(scope: Scope) -> list[Standing]:
    limits = limits_of(scope["app"])
    host = scope["client"][0] if scope.get("client") else ""
    client = client_of(host, limits.exempt)
    return limits.count(client, scope["method"], scope["path"]) if client else []


async def _refuse(scope: Scope, receive: Receive, send: Send, seconds: int) -> None:
    request = Request(scope, receive)
    sentence = Sentence(TOO_MANY, {"seconds": seconds})
    # harvesters know 503 with Retry-After (OAI-PMH 2.0, 3.1.2.2)
    status = 503 if request.url.path == "/oai" else 429
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    answer: Response
    if errors.wants_page(request):
        # a page looks up who is signed in
        error = HTTPException(status, sentence, headers)  # type: ignore[arg-type]
        answer = await run_in_threadpool(errors.error_page, request, error)
    else:
        title = gettext(problems.title_of(status))
        answer = problems.problem(status, say(sentence), headers=headers, title=title, instance=request.url.path)
    await answer(scope, receive, send)


def _names(standings: Iterable[Standing]) -> str:
    return ", ".join(s.policy.name for s in standings)
