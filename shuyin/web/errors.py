"""Errors as pages: what happened and what to do, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shuyin.search_api import problems
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.services import BeyondWindow, PageBeyondEnd
from shuyin.search_api.state import BadParameters, ParameterProblem
from shuyin.web.forms import Posted
from shuyin.web.i18n import gettext, say
from shuyin.web.render import page
from shuyin.web.session import FORM_EXPIRED, current_user

_log = structlog.stdlib.get_logger("shuyin.web")

_DETAILS = {
    403: N_("您沒有權限做這件事。若您有帳號，請先登入。"),
    404: N_("找不到這個網頁。網址可能打錯，或內容已移除。"),
    405: N_("這個網址不接受這種請求。"),
    429: N_("您的請求太頻繁。請稍候一分鐘再試。"),
    500: N_("系統發生未預期的錯誤，已記錄下來。請稍後再試。"),
}


@dataclass(frozen=True, slots=True)
class LinkView:
    """Where to go from here."""

    url: str
    label: str


def wants_page(request: Request) -> bool:
    """Machines get problem details, people get pages."""
    return not request.url.path.startswith("/api/")


def error_page(request: Request, error: Exception) -> Response:
    """The page for any error that reached the edge."""
    status, message, headers = _describe(error)
    typed = _typed(request, status, message)
    if typed is not None:
        return page(
            request,
            "errors/again.html",
            status=status,
            typed=typed,
            signed_in=current_user(request) is not None,
        )
    return page(
        request,
        "errors/error.html",
        status=status,
        headers=headers,
        status_code=status,
        title=problems.title_of(status),
        detail=say(message),
        problems=_parameters(error),
        links=_links(request, error),
    )


def _typed(request: Request, status: int, message: Message) -> list[tuple[str, str]] | None:
    """What was typed into a form to file that a lost sign-in or an old page refused; None for everything else.

    Only what a page of ours sent comes back: another site's form must not become one that only waits to be sent.
    """
    posted: Posted | None = getattr(request.state, "posted", None)
    if posted is None or status not in (403, 404) or not request.url.path.startswith("/filing/"):
        return None
    if request.headers.get("sec-fetch-site") != "same-origin" or "hx-request" in request.headers:
        return None
    if message.text != FORM_EXPIRED and current_user(request) is not None:
        return None
    return [(name, value) for name, values in posted.values.items() for value in values if name != "csrf"]


def _describe(error: Exception) -> tuple[int, Message, dict[str, str]]:
    foreseen = problems.describe(error)
    if foreseen:
        return foreseen
    if isinstance(error, RequestValidationError):
        return 422, Message(N_("送出的資料不合規定，請依說明修改後再試。")), {}
    if isinstance(error, HTTPException):
        detail: object = error.detail
        if isinstance(detail, Message):
            return error.status_code, detail, dict(error.headers or {})
        plain = problems.is_plain(error)
        text = _DETAILS.get(error.status_code, _DETAILS[500]) if plain else str(error.detail)
        return error.status_code, Message(text), dict(error.headers or {})
    return 500, Message(_DETAILS[500]), {}


def _parameters(error: Exception) -> Sequence[ParameterProblem]:
    """What is wrong with which parameter, where that is known."""
    if isinstance(error, BadParameters):
        return error.problems
    return problems.invalid_parameters(error) if isinstance(error, RequestValidationError) else ()


def _links(request: Request, error: Exception) -> list[LinkView]:
    if isinstance(error, (PageBeyondEnd, BeyondWindow)):
        last = error.state.on_page(error.last_page).url(request.url.path)
        return [LinkView(last, gettext("到第 {page} 頁").format(page=error.last_page))]
    return []


def install(app: FastAPI) -> None:
    """Let `app` answer errors as pages, and under /api/ as problem details."""

    async def respond(request: Request, error: Exception) -> Response:
        return error_page(request, error) if wants_page(request) else problems.answer(request, error)

    for kind in problems.FORESEEN:
        app.add_exception_handler(kind, respond)
    app.add_exception_handler(Exception, respond)
