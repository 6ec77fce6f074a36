"""Writing a dump: record by record, so that memory stays flat however many there are."""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload, sessionmaker

from shuyin.records import marc
from shuyin.records.book_json import BookJson, row_to_json
from shuyin.records.models import BookRow, utc_now
from shuyin.search_api.dumps import shelf
from shuyin.search_api.exports import FORMATS, ExportRecord

_BATCH = 500


def write(sessions: sessionmaker[Session], data_dir: Path, day: date, base_url: str) -> tuple[Path, int]:
    """Write the dump of a day beside the others and move it there whole; its folder, and how many records it has.

    A run that dies leaves the former dumps as they are.
    """
    root = shelf.folder(data_dir)
    target, aside = root / day.isoformat(), root / f".{day.isoformat()}.{os.getpid()}"
    shelf.tidy(data_dir)
    aside.mkdir(parents=True)
    counts, sums = set(), []
    for format in shelf.FORMATS:
        counted = _file(sessions, aside / format.name, format, base_url)
        counts.add(counted)
        sums.append(f"{_digest(aside / format.name)}  {format.name}\n")
    (aside / shelf.SUMS).write_text("".join(sums), encoding="ascii")
    if target.exists():
        target.rename(root / f".replaced.{os.getpid()}")
    aside.rename(target)
    shelf.tidy(data_dir)
    return target, max(counts)


def _file(sessions: sessionmaker[Session], path: Path, format: shelf.DumpFormat, base_url: str) -> int:
    counted = 0

    def records() -> Iterator[ExportRecord]:
        nonlocal counted
        for record in _all(sessions, base_url, values=format.needs_values):
            counted += 1
            yield record

    # no name and no time in the header: equal records make equal files
    with path.open("wb") as raw, gzip.GzipFile("", "wb", compresslevel=6, fileobj=raw, mtime=0) as packed:
        for piece in FORMATS[format.export].write(records()):
            packed.write(piece)
    return counted


def _all(sessions: sessionmaker[Session], base_url: str, *, values: bool) -> Iterator[ExportRecord]:
    """Every public record by number; each batch in a transaction of its own, so that no writer waits for a dump."""
    after = 0
    released = or_(BookRow.public_from.is_(None), BookRow.public_from <= utc_now())
    while True:
        with sessions() as session:
            query = (
                select(BookRow)
                .where(BookRow.id > after, BookRow.public.is_(True), BookRow.deleted_at.is_(None), released)
                .order_by(BookRow.id)
                .limit(_BATCH)
            )
            rows = list(session.scalars(query.options(selectinload(BookRow.bindings)) if values else query))
        if not rows:
            return
        for row in rows:
            book = row_to_json(row, marc.read(row.marc)) if values else cast("BookJson", {})
            yield ExportRecord(book, row.marc, f"{base_url}/books/{row.id}")
        after = rows[-1].id


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
