"""Errors of the API as problem details (RFC 9457, `application/problem+json`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shuyin.search_api.downloads import NothingChosen, TooManyRecords
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.services import BeyondWindow, PageBeyondEnd, UnknownRecord
from shuyin.search_api.shelf import ShelfFull
from shuyin.search_api.state import BadParameters, ParameterProblem
from shuyin.search_engine.port import SearchUnavailable

#: Seconds after which asking again makes sense when the engine is down.
RETRY_AFTER = 30
#: The same when the database is busy writing.
BUSY_AFTER = 5

_TITLES: dict[int, str] = {
    400: N_("請求有誤"),
    401: N_("請先登入"),
    403: N_("沒有權限"),
    404: N_("找不到"),
    405: N_("不支援這個方法"),
    422: N_("參數有誤"),
    429: N_("請求太多"),
    500: N_("系統發生錯誤"),
    503: N_("暫時無法服務"),
}


#: What the framework finds wrong with a parameter, by its own names; the rest is said in its words.
_INVALID = {
    "missing": N_("缺少這個參數。"),
    "int_parsing": N_("請填整數。"),
    "float_parsing": N_("請填數字。"),
    "bool_parsing": N_("請填 true 或 false。"),
    "greater_than_equal": N_("不可小於 {ge}。"),
    "less_than_equal": N_("不可大於 {le}。"),
    "string_too_short": N_("至少 {min_length} 個字。"),
    "string_too_long": N_("最多 {max_length} 個字。"),
    "too_long": N_("最多 {max_length} 項。"),
    "string_pattern_mismatch": N_("寫法不合規定。"),
    "literal_error": N_("不是可用的值。可用：{expected}。"),
    "enum": N_("不是可用的值。可用：{expected}。"),
    "json_invalid": N_("不是正確的 JSON。"),
}


def invalid_parameters(error: RequestValidationError) -> list[ParameterProblem]:
    """Every parameter that the framework refused, with a sentence for people."""
    found: list[ParameterProblem] = []
    for wrong in error.errors():
        values = {"msg": str(wrong["msg"])} | {key: str(value) for key, value in wrong.get("ctx", {}).items()}
        name = ".".join(map(str, wrong["loc"][1:]))
        found.append(ParameterProblem(name, Message(_INVALID.get(wrong["type"], "{msg}"), values)))
    return found


class ProblemResponse(Response):
    """A problem details document."""

    media_type = "application/problem+json"


def title_of(status: int) -> str:
    """The short name of a status, in zh-Hant."""
    return _TITLES.get(status) or HTTPStatus(status).phrase


def problem(
    status: int,
    detail: str,
    *,
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    **members: Any,
) -> ProblemResponse:
    """A problem response; `errors` lists the parameters at fault as {"parameter", "detail"}."""
    body: dict[str, Any] = {"type": "about:blank", "title": title_of(status), "status": status, "detail": detail}
    if errors:
        body["errors"] = list(errors)
    body.update(members)
    return ProblemResponse(
        json.dumps(body, ensure_ascii=False), status_code=status, headers=dict(headers) if headers else None
    )


def describe(error: Exception) -> tuple[int, Message, dict[str, str]] | None:
    """(status, sentence, headers) for the errors that the read side foresees; None for any other."""
    if isinstance(error, BadParameters):
        return 422, Message(N_("網址中有不能理解的參數，請依說明修改後再試。")), {}
    if isinstance(error, (PageBeyondEnd, UnknownRecord)):
        return 404, error.message, {}
    if isinstance(error, (BeyondWindow, TooManyRecords, NothingChosen, ShelfFull)):
        return 422, error.message, {}
    if isinstance(error, SearchUnavailable):
        return 503, Message(N_("檢索服務暫時沒有回應，請稍後再試。")), {"Retry-After": str(RETRY_AFTER)}
    if is_busy(error):
        return (
            503,
            Message(N_("系統忙碌，這次的資料沒有寫入。請稍候幾秒再送出一次。")),
            {"Retry-After": str(BUSY_AFTER)},
        )
    return None


def is_busy(error: Exception) -> bool:
    """Whether a write gave way to others: it waited too long, or two waited for each other. Nothing was written."""
    if not isinstance(error, OperationalError):
        return False
    said = str(error.orig)
    return "database is locked" in said or "deadlock detected" in said


def answer(request: Request, error: Exception) -> ProblemResponse:
    """The problem response for any error that reached the edge of the API."""
    foreseen = describe(error)
    if foreseen:
        status, message, headers = foreseen
        errors = (
            [{"parameter": p.parameter, "detail": str(p.message)} for p in error.problems]
            if isinstance(error, BadParameters)
            else []
        )
        return problem(status, str(message), errors=errors, headers=headers, instance=request.url.path)
    if isinstance(error, RequestValidationError):
        errors = [{"parameter": p.parameter, "detail": str(p.message)} for p in invalid_parameters(error)]
        return problem(422, "請求的內容不合規定，請依說明修改後再試。", errors=errors, instance=request.url.path)
    if isinstance(error, HTTPException):
        return problem(error.status_code, str(error.detail), headers=error.headers, instance=request.url.path)
    return problem(500, "系統發生未預期的錯誤，已記錄下來。請稍後再試。", instance=request.url.path)


def is_plain(error: HTTPException) -> bool:
    """Has the error only the standard phrase of its status, nothing of its own to say?"""
    return error.detail in (HTTPStatus(error.status_code).phrase, "Not Found", "Method Not Allowed")


#: Errors that both faces of the read side (API and pages) have an answer for.
FORESEEN: tuple[type[Exception], ...] = (
    BadParameters,
    PageBeyondEnd,
    BeyondWindow,
    TooManyRecords,
    NothingChosen,
    ShelfFull,
    UnknownRecord,
    SearchUnavailable,
    RequestValidationError,
    HTTPException,
)


def install(app: FastAPI) -> None:
    """Let `app` answer every error as problem details; pages may take over for paths of their own."""

    async def respond(request: Request, error: Exception) -> Response:
        return answer(request, error)

    for kind in FORESEEN:
        app.add_exception_handler(kind, respond)
    app.add_exception_handler(Exception, respond)
