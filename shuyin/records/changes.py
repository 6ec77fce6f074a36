"""The change log: what changed, in the order in which it became visible (decision 2 of docs/architecture.md)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from shuyin.records.models import CHANGE_KINDS, Change, utc_now

#: Any constant will do; it must differ from other advisory locks in the same database.
_LOCK_KEY = 0x5348_5559


class UnknownKind(ValueError):
    """The change log does not know records of this kind."""


def lock(session: Session) -> None:
    """Let no other transaction append to the log until this one ends.

    PostgreSQL gives out sequence numbers before commit, so that a late commit could slip in below a reader's
    checkpoint; with the lock, ids are given in the order of commits. Writers call this before they touch rows,
    so that two of them never wait for each other crosswise. SQLite has one writer anyway (`BEGIN IMMEDIATE`).
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})


def append(session: Session, kind: str, record_id: int, deleted: bool = False) -> None:
    """Note that one record was written or deleted, in the session's transaction; `UnknownKind`."""
    append_all(session, kind, [record_id], deleted)


def append_all(session: Session, kind: str, record_ids: Iterable[int], deleted: bool = False) -> None:
    """The same for many records of one kind, in the order given."""
    if kind not in CHANGE_KINDS:
        raise UnknownKind(f"{kind!r} is not one of {', '.join(CHANGE_KINDS)}")
    now = utc_now()
    rows = [{"kind": kind, "record_id": id, "deleted": deleted, "at": now} for id in record_ids]
    if rows:
        session.flush()  # what the log speaks of must be there
        lock(session)
        session.execute(insert(Change), rows)


def read_after(session: Session, change_id: int, limit: int, kinds: Sequence[str] = ()) -> list[Change]:
    """The next `limit` entries above `change_id`, oldest first; only of `kinds` where given."""
    query = select(Change).where(Change.id > change_id).order_by(Change.id).limit(limit)
    if kinds:
        query = query.where(Change.kind.in_(kinds))
    return list(session.scalars(query))


def latest_id(session: Session) -> int:
    """Id of the newest entry that is visible; 0 if the log is empty."""
    return session.scalar(select(func.max(Change.id))) or 0
