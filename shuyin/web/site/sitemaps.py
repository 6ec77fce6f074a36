"""`/sitemap.xml` and the files that it names (sitemaps.org): every public book and album, 50,000 to a file.

A file holds a range of record numbers, so it costs the same wherever it stands and its address never moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum
from xml.sax.saxutils import escape

from fastapi import APIRouter, Request
from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from shuyin.records import music
from shuyin.records.exposure import TAIPEI
from shuyin.records.models import AlbumRow, BookRow, PageRow, utc_now
from shuyin.records.pages import PageKind, published
from shuyin.search_api.content.services import address
from shuyin.search_api.dependencies import SessionsDep, get_site
from shuyin.search_api.messages import N_
from shuyin.web.navigation import menu_paths

router = APIRouter(include_in_schema=False)

#: Addresses in one file (sitemaps.org: 50,000 at most).
PER_FILE = 50_000
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
#: Kinds of which each page has an address of its own.
_OWN_ADDRESS = (PageKind.PAGE, PageKind.NEWS, PageKind.AWARD)
_MEDIA_TYPE = "application/xml; charset=utf-8"
_HEADERS = {"Cache-Control": "public, max-age=3600"}


class Kind(StrEnum):
    """What has files of its own; also the first part of its pages' addresses."""

    BOOKS = "books"
    ALBUMS = "albums"


_TABLES: dict[Kind, type[BookRow] | type[AlbumRow]] = {Kind.BOOKS: BookRow, Kind.ALBUMS: AlbumRow}


def _shown(kind: Kind) -> list[ColumnElement[bool]]:
    """What anyone may see now: an album not before its release (A7)."""
    now = utc_now()
    if kind is Kind.ALBUMS:
        return [music.shown_on(now.astimezone(TAIPEI).date())]
    released = or_(BookRow.public_from.is_(None), BookRow.public_from <= now)
    return [BookRow.public.is_(True), BookRow.deleted_at.is_(None), released]


def _range(kind: Kind, number: int) -> list[ColumnElement[bool]]:
    id = _TABLES[kind].id
    return [id > (number - 1) * PER_FILE, id <= number * PER_FILE]


def _files(session: Session, kind: Kind) -> list[int]:
    """The numbers of the files that hold records."""
    highest = session.scalar(select(func.max(_TABLES[kind].id))) or 0
    numbers = range(1, -(-highest // PER_FILE) + 1)
    return [n for n in numbers if session.scalar(select(exists().where(*_range(kind, n), *_shown(kind))))]


@router.get("/sitemap.xml")
def index(request: Request, sessions: SessionsDep) -> Response:
    """The index of all sitemap files."""
    base = get_site(request).base_url
    with sessions() as session:
        names = ["pages", *(f"{kind}-{n}" for kind in Kind for n in _files(session, kind))]
    entries = "".join(f"<sitemap><loc>{escape(base)}/sitemaps/{name}.xml</loc></sitemap>\n" for name in names)
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="{_NAMESPACE}">\n{entries}</sitemapindex>\n'
    return Response(body, media_type=_MEDIA_TYPE, headers=_HEADERS)


@router.get("/sitemaps/pages.xml")
def pages(request: Request, sessions: SessionsDep) -> Response:
    """The pages of the menu, and the published pages, news and awards."""
    base = get_site(request).base_url
    with sessions() as session:
        found = session.execute(
            select(PageRow.kind, PageRow.slug, func.max(PageRow.updated_at))
            .where(PageRow.kind.in_(_OWN_ADDRESS), *published(utc_now()))
            .group_by(PageRow.kind, PageRow.slug)
            .order_by(PageRow.kind, PageRow.slug)
        ).all()
    addresses: dict[str, datetime | None] = {f"{base}/": None, **{f"{base}{path}": None for path in menu_paths()}}
    addresses |= {f"{base}{address(kind, slug)}": changed for kind, slug, changed in found}
    return _urls(addresses.items())


@router.get("/sitemaps/{kind}-{number}.xml")
def records(request: Request, kind: Kind, number: int, sessions: SessionsDep) -> Response:
    """The records of one range of numbers."""
    base = get_site(request).base_url
    if not 1 <= number < 2**31:
        raise HTTPException(404, N_("沒有這個檔案。"))
    table = _TABLES[kind]
    with sessions() as session:
        found = session.execute(
            select(table.id, table.updated_at).where(*_range(kind, number), *_shown(kind)).order_by(table.id)
        ).all()
    if not found:
        raise HTTPException(404, N_("沒有這個檔案。"))
    return _urls((f"{base}/{kind}/{row.id}", row.updated_at) for row in found)


def _urls(entries: Iterable[tuple[str, datetime | None]]) -> Response:
    return StreamingResponse(_lines(entries), media_type=_MEDIA_TYPE, headers=_HEADERS)


def _lines(entries: Iterable[tuple[str, datetime | None]]) -> Iterator[str]:
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="{_NAMESPACE}">\n'
    for place, changed in entries:
        date = f"<lastmod>{changed.isoformat(timespec='seconds')}</lastmod>" if changed else ""
        yield f"<url><loc>{escape(place)}</loc>{date}</url>\n"
    yield "</urlset>\n"
