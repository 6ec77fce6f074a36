"""`/api/v1/tools…`: the tools as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from shuyin.search_api.dependencies import get_site
from shuyin.search_api.messages import Message
from shuyin.search_api.problems import problem
from shuyin.search_api.schemas import ProblemJson
from shuyin.search_api.tools import services

router = APIRouter(prefix="/api/v1/tools", tags=["tools"])

_LONGEST = 200
_WRONG: dict[int | str, dict[str, Any]] = {
    422: {
        "model": ProblemJson,
        "content": {"application/problem+json": {}},
        "description": "Parts that form no identifier",
    }
}
Number = Annotated[str, Query(max_length=_LONGEST, description="The number in any written form")]


def _json(answer: Any) -> Response:
    values = asdict(answer)
    wrong: Message | None = answer.problem
    return JSONResponse({**values, "valid": wrong is None, "problem": str(wrong) if wrong else None})


@router.get("/isbn", summary="Check, convert and hyphenate an ISBN")
def isbn(number: Number) -> Response:
    """Unknown values are null; `problem` says what is wrong, which digit and why."""
    return _json(services.look_at_isbn(number))


@router.get("/isrc", summary="Check an ISRC")
def isrc(request: Request, number: Number) -> Response:
    """The parts of the code; `problem` says which character is wrong."""
    return _json(services.look_at_isrc(number, datetime.now(get_site(request).zone).year))


@router.get("/ebook-identifier", summary="Read an e-book extension identifier", responses=_WRONG)
def ebook_identifier(number: Number) -> Response:
    """The parts of a written identifier."""
    found, wrong = services.read_ebook_identifier(number)
    if found is None:
        return problem(422, str(wrong), errors=[{"parameter": "number", "detail": str(wrong)}])
    return JSONResponse({**asdict(found), "identifier": str(found)})
