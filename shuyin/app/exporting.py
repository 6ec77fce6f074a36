"""`shuyin export`: records as a stream to a file, however many there are."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import IO

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from shuyin.app.composition import Services
from shuyin.app.failures import CommandFailed
from shuyin.records import marc
from shuyin.records.book_json import row_to_json
from shuyin.records.models import AlbumRow, BookRow
from shuyin.search_api import exports
from shuyin.search_engine import parsing
from shuyin.search_engine.declaration import INDEXES
from shuyin.search_engine.port import MAX_WINDOW
from shuyin.search_engine.query import SearchRequest

_BATCH = 500


def export_records(services: Services, kind: str, export_as: str, query: str | None, out: IO[bytes]) -> int:
    """Write the public records of one kind (books, albums), those that `query` finds or all; how many they were."""
    batches = _found(services, kind, query) if query else _all(services, kind)
    if kind == "albums":
        return _albums(services, batches, export_as, out)
    counted = 0

    def records() -> Iterator[exports.ExportRecord]:
        nonlocal counted
        for ids in batches:
            loaded = _load(services, ids)
            counted += len(loaded)
            yield from loaded

    for piece in exports.FORMATS[export_as].write(records()):
        out.write(piece)
    return counted


def _load(services: Services, ids: list[int]) -> list[exports.ExportRecord]:
    with services.sessions() as session:
        query = select(BookRow).where(BookRow.id.in_(ids), BookRow.public, BookRow.deleted_at.is_(None))
        rows = {row.id: row for row in session.scalars(query.options(selectinload(BookRow.bindings)))}
    kept = (rows[id] for id in ids if id in rows)
    pages = f"{services.settings.base_url}/books"
    return [exports.ExportRecord(row_to_json(r, marc.read(r.marc)), r.marc, f"{pages}/{r.id}") for r in kept]


def _all(services: Services, kind: str) -> Iterator[list[int]]:
    table = AlbumRow if kind == "albums" else BookRow
    after = 0
    while True:
        with services.sessions() as session:
            query = (
                select(table.id).where(table.id > after, table.deleted_at.is_(None)).order_by(table.id).limit(_BATCH)
            )
            ids = list(session.scalars(query))
        if not ids:
            return
        yield ids
        after = ids[-1]


def _found(services: Services, kind: str, query: str) -> Iterator[list[int]]:
    parsed = parsing.parse(query, INDEXES[kind]).query
    offset = 0
    while True:
        result = services.search.search(kind, SearchRequest(query=parsed, offset=offset, limit=_BATCH))
        if result.total > MAX_WINDOW:
            raise CommandFailed(
                f"{result.total:,} records match, and a search gives out {MAX_WINDOW:,} at most; "
                "narrow the query, or leave --query away to export everything"
            )
        if not result.hits:
            return
        yield [int(hit.id) for hit in result.hits]
        offset += _BATCH


def _albums(services: Services, batches: Iterable[list[int]], export_as: str, out: IO[bytes]) -> int:
    if export_as != "jsonl":
        raise CommandFailed("albums are exported as jsonl; use --format jsonl")
    counted = 0
    for ids in batches:
        with services.sessions() as session:
            for album in session.scalars(select(AlbumRow).where(AlbumRow.id.in_(ids)).order_by(AlbumRow.id)):
                values = {
                    "id": album.id,
                    "title": album.title,
                    "performers": album.performers,
                    "released": album.released,
                    "tracks": [{"title": track.title, "isrc": track.isrc} for track in album.tracks],
                }
                out.write(json.dumps(values, ensure_ascii=False).encode() + b"\n")
                counted += 1
    return counted
