"""`/books/{id}/data-block` and `/books/{id}/card`: CIP data on screen and as Word and ODT files."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session, sessionmaker
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shuyin.records import marc
from shuyin.records.book import Book
from shuyin.records.card_format import card, entry_date, finished_before_data_block
from shuyin.records.cip_documents import MEDIA_TYPES, to_docx, to_odt
from shuyin.records.data_block import data_block
from shuyin.records.models import BookRow
from shuyin.search_api import services
from shuyin.search_api.dependencies import EngineDep, SessionsDep
from shuyin.search_api.messages import N_
from shuyin.search_engine.port import SearchEngine
from shuyin.web.render import page

router = APIRouter(include_in_schema=False)


def document(paragraphs: Sequence[str], ending: str, name: str) -> Response:
    """The lines as a Word or ODT file for download."""
    content = to_docx(paragraphs) if ending == "docx" else to_odt(paragraphs)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{ending}"'}
    return Response(content, media_type=MEDIA_TYPES[ending], headers=headers)


def _book(engine: SearchEngine, sessions: sessionmaker[Session], id: str) -> tuple[Book, bool]:
    """The record, and whether it keeps its card; `UnknownRecord` for what the public may not see."""
    known = services.get_book(engine, id)
    with sessions() as session:
        row = session.get(BookRow, known["id"])
        if row is None:
            raise services.UnknownRecord(id)
        record = marc.parse(row.marc)
        book = marc.read(record)
        field = record.get("008")
        entered = entry_date(field.data if field else None, row.created_at.date())
    return book, finished_before_data_block(book, entered)


def _card_book(engine: SearchEngine, sessions: sessionmaker[Session], id: str) -> Book:
    book, has_card = _book(engine, sessions, id)
    if not has_card:
        raise HTTPException(404, N_("這筆書目沒有卡片格式。只有 Data Block 啟用前完成預行編目的書目保留卡片。"))
    return book


@router.get("/books/{id}/data-block")
def data_block_page(request: Request, id: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The Data Block as it is printed."""
    book, has_card = _book(engine, sessions, id)
    block = data_block(book)
    return page(request, "books/data_block.html", id=int(id), book=book, block=block, has_card=has_card)


@router.get("/books/{id}/data-block.docx")
@router.get("/books/{id}/data-block.odt")
def data_block_file(request: Request, id: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The Data Block as a Word or ODT file."""
    book, _ = _book(engine, sessions, id)
    return document(data_block(book).paragraphs, request.url.path.rpartition(".")[2], f"data-block-{int(id)}")


@router.get("/books/{id}/card")
def card_page(request: Request, id: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The older card, for records that keep it."""
    book = _card_book(engine, sessions, id)
    return page(request, "books/card.html", id=int(id), book=book, card=card(book))


@router.get("/books/{id}/card.docx")
@router.get("/books/{id}/card.odt")
def card_file(request: Request, id: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The older card as a Word or ODT file."""
    paragraphs = card(_card_book(engine, sessions, id)).paragraphs
    return document(paragraphs, request.url.path.rpartition(".")[2], f"card-{int(id)}")
