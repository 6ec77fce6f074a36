"""The OAI ledger follows the change log: after each commit, the record's entry gets a new datestamp.

Stamps are given here and not at the change itself, because a transaction that commits late would otherwise carry a
stamp from before the harvester's last visit and never be seen (decision 2 of docs/architecture.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session, sessionmaker

from shuyin.records import changes, marc
from shuyin.records.book import Book
from shuyin.records.models import BookRow, Checkpoint, utc_now
from shuyin.search_api.models import OaiEntry

CHECKPOINT = "oai"
_BATCH = 500


def catch_up(writes: sessionmaker[Session], limit: int | None = None) -> int:
    """Enter the changes that the ledger has not seen, at most `limit` log entries; returns how many were read.

    Each batch is one transaction; several processes may call this at once.
    """
    done = 0
    while limit is None or done < limit:
        with writes.begin() as session:
            read = _one_batch(session, _BATCH if limit is None else min(_BATCH, limit - done))
        done += read
        if read == 0:
            break
    return done


def lag(session: Session) -> int:
    """How many change log entries lie above the ledger's checkpoint (other kinds of records included)."""
    seen = session.scalar(select(Checkpoint.change_id).where(Checkpoint.name == CHECKPOINT)) or 0
    return changes.latest_id(session) - seen


def _one_batch(session: Session, size: int) -> int:
    checkpoint = session.scalar(select(Checkpoint).where(Checkpoint.name == CHECKPOINT).with_for_update())
    if checkpoint is None:
        checkpoint = Checkpoint(name=CHECKPOINT, change_id=0)
        session.add(checkpoint)
    entries = changes.read_after(session, checkpoint.change_id, size)
    if not entries:
        return 0
    ids = {entry.record_id for entry in entries if entry.kind == "book"}
    if ids:
        _enter(session, ids, utc_now())
    checkpoint.change_id = entries[-1].id
    checkpoint.updated_at = utc_now()
    return len(entries)


def _enter(session: Session, ids: Iterable[int], now: datetime) -> None:
    ids = sorted(ids)
    rows = {row.id: row for row in session.scalars(select(BookRow).where(BookRow.id.in_(ids)))}
    known = set(session.scalars(select(OaiEntry.record_id).where(OaiEntry.record_id.in_(ids))))
    gone = [id for id in ids if id in known and (id not in rows or not _visible(rows[id]))]
    shown = [rows[id] for id in ids if id in rows and _visible(rows[id])]
    if gone:
        session.execute(update(OaiEntry).where(OaiEntry.record_id.in_(gone)).values(deleted=True, stamp=now))
    if shown:
        session.execute(delete(OaiEntry).where(OaiEntry.record_id.in_([row.id for row in shown])))
        session.execute(insert(OaiEntry), [_entry(row, now) for row in shown])


def _visible(row: BookRow) -> bool:
    return row.public and row.deleted_at is None


def _entry(row: BookRow, now: datetime) -> dict[str, Any]:
    book = marc.read(row.marc)
    return {
        "record_id": row.id,
        # a record that is exposed later carries the instant of its release
        "stamp": max(now, row.public_from) if row.public_from else now,
        "deleted": False,
        "format": book.format.value,
        "language": book.language if re.fullmatch("[a-z]{3}", book.language or "") else None,
        "main_class": _main_class(book),
        "announced_on": row.announced_on,
        "collection": row.collection,
    }


def _main_class(book: Book) -> str | None:
    """The first digit of the first number of 中文圖書分類法."""
    number = next((c.number for c in book.classes if c.scheme == "ncsclt"), "")
    return number[0] if number[:1].isascii() and number[:1].isdigit() else None
