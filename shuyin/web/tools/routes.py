"""`/tools…`: ISBN and ISRC, single and in lists, and the e-book extension identifier. All work without scripts."""

from __future__ import annotations

from datetime import datetime
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request, UploadFile
from starlette.responses import Response, StreamingResponse

from shuyin.search_api.dependencies import get_site
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.tools import services
from shuyin.web import i18n
from shuyin.web.render import page

router = APIRouter(include_in_schema=False)

#: Rows of a list that a page shows; the file holds all.
SHOWN_ROWS = 200
_LONGEST = 200

_HEADINGS = {
    "input": N_("輸入"),
    "isbn13": N_("ISBN-13"),
    "isbn13_hyphenated": N_("ISBN-13（加連字號）"),
    "isbn10": N_("ISBN-10"),
    "isbn10_hyphenated": N_("ISBN-10（加連字號）"),
    "registrant": N_("出版者字首"),
    "agency": N_("國家或語言區"),
    "problem": N_("問題"),
}
_NUMBER = N_("請填數字。")


@router.get("/tools")
def index(request: Request) -> Response:
    """All tools."""
    return page(request, "tools/index.html")


@router.get("/tools/isbn")
def isbn(request: Request, number: str = "") -> Response:
    """One ISBN: check, conversion, hyphens."""
    answer = services.look_at_isbn(number[:_LONGEST]) if number.strip() else None
    return page(
        request, "tools/isbn.html", number=number[:_LONGEST], answer=answer, rows=None, limit=services.MAX_LINES
    )


@router.post("/tools/isbn")
async def isbn_list(
    request: Request,
    numbers: Annotated[str, Form()] = "",
    file: UploadFile | None = None,
    output: Annotated[str, Form()] = "page",
) -> Response:
    """A pasted or uploaded list, as a page of the first rows or as a CSV file of all."""
    content = await file.read(services.MAX_BYTES + 1) if file is not None and file.filename else None
    if len(numbers.encode() if content is None else content) > services.MAX_BYTES:
        raise HTTPException(
            413, Message(N_("清單太大，上限為 {size} MB。請分成幾份。"), {"size": services.MAX_BYTES // 1_000_000})
        )
    try:
        text = numbers if content is None else services.text_of(content)
    except services.UnreadableList as error:
        raise HTTPException(422, error.message) from error
    found = list(islice(services.numbers_in(text), services.MAX_LINES + 1))
    if len(found) > services.MAX_LINES:
        raise HTTPException(413, Message(N_("一次最多 {lines} 筆。請分成幾份。"), {"lines": services.MAX_LINES}))
    if output == "csv" and found:
        headings = {key: i18n.gettext(label) for key, label in _HEADINGS.items()}
        return StreamingResponse(
            services.list_as_csv(found, headings),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="isbn.csv"'},
        )
    rows = [services.look_at_isbn(number) for number in found[:SHOWN_ROWS]]
    return page(
        request,
        "tools/isbn.html",
        number="",
        answer=None,
        rows=rows,
        total=len(found),
        numbers="\n".join(found),
        limit=services.MAX_LINES,
    )


@router.get("/tools/isrc")
def isrc(request: Request, number: str = "") -> Response:
    """One ISRC: its parts, or which character is wrong."""
    year = datetime.now(get_site(request).zone).year
    answer = services.look_at_isrc(number[:_LONGEST], year) if number.strip() else None
    return page(request, "tools/isrc.html", number=number[:_LONGEST], answer=answer)


@router.get("/tools/ebook-identifier")
def ebook_identifier(
    request: Request,
    identifier: str = "",
    isbn: str = "",
    format: str = "",
    maker: str = "",
    version: str = "",
    chapter: str = "",
    section: str = "",
    part: str = "",
) -> Response:
    """Build an identifier of its parts, or take a written one apart."""
    typed = {
        "isbn": isbn, "format": format, "maker": maker, "version": version,
        "chapter": chapter, "section": section, "part": part,
    }  # fmt: skip
    typed = {name: value.strip()[:_LONGEST] for name, value in typed.items()}
    found = wrong = None
    if identifier.strip():
        found, wrong = services.read_ebook_identifier(identifier[:_LONGEST])
    elif any(typed.values()):
        numbers = {name: _number(typed[name]) for name in ("version", "chapter", "section", "part")}
        if "" in numbers.values():
            wrong = Message(_NUMBER)
        else:
            whole = {name: value if isinstance(value, int) else None for name, value in numbers.items()}
            found, wrong = services.build_ebook_identifier(
                typed["isbn"], typed["format"], typed["maker"] or None, **whole
            )
    return page(
        request,
        "tools/ebook_identifier.html",
        identifier=identifier[:_LONGEST],
        typed=typed,
        found=found,
        wrong=wrong,
    )


def _number(text: str) -> int | str | None:
    """The number typed, None for nothing, "" for what is no number."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else ""
