"""`/api/v1/tools…`: the tools as JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, Response

from shuyin.records.ebook_identifier import EbookIdentifier
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
Count = Annotated[int | None, Query(ge=1, le=999_999)]
Number = Annotated[str, Query(max_length=_LONGEST, description="The number in any written form")]


def _values(answer: Any) -> dict[str, Any]:
    wrong: Message | None = answer.problem
    return {**asdict(answer), "valid": wrong is None, "problem": str(wrong) if wrong else None}


def _json(answer: Any) -> Response:
    return JSONResponse(_values(answer))


@router.get("/isbn", summary="Check, convert and hyphenate an ISBN")
def isbn(number: Number) -> Response:
    """Unknown values are null; `problem` says what is wrong, which digit and why."""
    return _json(services.look_at_isbn(number))


class IsbnListBody(BaseModel):
    """Numbers in any written form."""

    numbers: list[Annotated[str, Field(max_length=_LONGEST)]] = Field(
        max_length=services.MAX_LINES, examples=[["9576787718", "978-957-678-771-3"]]
    )


@router.post("/isbn", summary="Check, convert and hyphenate a list of ISBNs")
def isbn_list(body: IsbnListBody) -> Response:
    """One answer for each number, in their order; at most 20,000."""
    items = [_values(services.look_at_isbn(number)) for number in body.numbers]
    return JSONResponse({"total": len(items), "items": items})


@router.get("/isrc", summary="Check an ISRC")
def isrc(request: Request, number: Number) -> Response:
    """The parts of the code; `problem` says which character is wrong."""
    return _json(services.look_at_isrc(number, datetime.now(get_site(request).zone).year))


@router.get("/ebook-identifier", summary="Read an e-book extension identifier", responses=_WRONG)
def ebook_identifier(number: Number) -> Response:
    """The parts of a written identifier."""
    return _identifier(*services.read_ebook_identifier(number))


@router.get("/ebook-identifier/build", summary="Build an e-book extension identifier", responses=_WRONG)
def build_ebook_identifier(
    isbn: Number,
    format: Annotated[str, Query(max_length=_LONGEST, description="File format", examples=["EPUB"])],
    maker: Annotated[str | None, Query(max_length=_LONGEST, description="Three capital letters")] = None,
    version: Count = None,
    chapter: Count = None,
    section: Count = None,
    part: Count = None,
) -> Response:
    """The identifier of these parts; chapter and section go together, or part stands alone."""
    return _identifier(*services.build_ebook_identifier(isbn, format, maker or None, version, chapter, section, part))


def _identifier(found: EbookIdentifier | None, wrong: Message | None) -> Response:
    return problem(422, str(wrong)) if found is None else JSONResponse({**asdict(found), "identifier": str(found)})
