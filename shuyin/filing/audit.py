"""The audit trail: a hash chain that only grows. `shuyin audit verify` checks it from end to end.

Each entry's digest is the SHA-256 of its content and of the digest before it; the database refuses to change or
remove entries. Details hold names of fields and states, never personal data.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shuyin.filing.models import AuditEntry
from shuyin.records.models import utc_now

#: What the first entry points back to.
GENESIS = "0" * 64
#: PostgreSQL advisory lock under which entries are appended, so that the chain never forks.
_LOCK = 0x5A0D17


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a verification: entries read, the last digest, and the first break (None: unbroken)."""

    entries: int
    head: str
    broken_at: int | None = None
    reason: str = ""


def _digest(entry: AuditEntry) -> str:
    content = [
        entry.id,
        entry.at,
        entry.actor,
        entry.action,
        entry.kind,
        entry.record_id,
        entry.detail,
        entry.previous,
    ]
    return hashlib.sha256(json.dumps(content, ensure_ascii=False).encode()).hexdigest()


def append(
    session: Session,
    actor: str,
    action: str,
    kind: str,
    record_id: int | str,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Add an entry in the caller's transaction; others wait until it ends."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    session.flush()
    last = session.execute(select(AuditEntry.id, AuditEntry.digest).order_by(AuditEntry.id.desc()).limit(1)).first()
    entry = AuditEntry(
        id=last.id + 1 if last else 1,
        at=utc_now().isoformat(timespec="microseconds"),
        actor=actor,
        action=action,
        kind=kind,
        record_id=str(record_id),
        detail=json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True),
        previous=last.digest if last else GENESIS,
    )
    entry.digest = _digest(entry)
    session.add(entry)
    session.flush()
    return entry


def verify(session: Session) -> Verdict:
    """Read the whole chain; the verdict names the first entry that does not fit."""
    previous, count = GENESIS, 0
    query = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=1000)
    with closing(session.scalars(query)) as entries:
        for entry in entries:
            count += 1
            if entry.id != count:
                return Verdict(count - 1, previous, count, "an entry is missing")
            if entry.previous != previous:
                return Verdict(count - 1, previous, entry.id, "the entry does not continue the one before")
            if entry.digest != _digest(entry):
                return Verdict(count - 1, previous, entry.id, "the entry was changed")
            previous = entry.digest
    return Verdict(count, previous)


def history(session: Session, kind: str, record_id: int | str) -> Iterator[AuditEntry]:
    """The entries about one record, oldest first."""
    query = select(AuditEntry).where(AuditEntry.kind == kind, AuditEntry.record_id == str(record_id))
    yield from session.scalars(query.order_by(AuditEntry.id))
