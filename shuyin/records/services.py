"""The only writers of bibliographic rows. Every write appends to the change log in its own transaction."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.records import changes, marc
from shuyin.records.book import DepositState
from shuyin.records.incoming import IncomingRecord, Ingested, MatchBy, Outcome
from shuyin.records.ingest_rows import write_bindings
from shuyin.records.ingesting import ingest
from shuyin.records.models import BindingRow, BookRow, OrganisationRow, RecordVersion, RegistrantPrefix, utc_now

__all__ = [
    "IncomingRecord",
    "Ingested",
    "MatchBy",
    "Outcome",
    "Publisher",
    "UnknownRecord",
    "UnknownVersion",
    "book_for_isbn",
    "create_book",
    "delete_book",
    "ingest",
    "name_key",
    "publish",
    "restore_book",
    "save_marc",
    "save_publishers",
    "set_deposit_state",
    "undo_to",
]


class UnknownRecord(LookupError):
    """There is no such record."""


class UnknownVersion(LookupError):
    """The record never had that version."""


def book_for_isbn(session: Session, isbn: str) -> int | None:
    """Id of the public record that has the 13-digit ISBN; the newest where several do."""
    query = (
        select(BookRow.id)
        .join(BindingRow, BindingRow.book_id == BookRow.id)
        .where(BindingRow.isbn == isbn, BookRow.deleted_at.is_(None), BookRow.public)
        .order_by(BookRow.id.desc())
    )
    return session.scalars(query.limit(1)).first()


def create_book(session: Session, content: bytes, *, identity: str, source: str, public: bool = True) -> int:
    """Write a record that was made here (filing); the id of its row. `marc.DamagedRecord` if it cannot be read."""
    changes.lock(session)
    found = marc.identify(content)
    row = BookRow(
        marc=content,
        identity=identity,
        source=source,
        digest=b"",
        control_number=found.control_number,
        control_agency=found.agency,
        public=public,
        edited_at=utc_now(),
    )
    session.add(row)
    session.flush()
    write_bindings(session, {row.id: found.isbns})
    changes.append(session, "book", row.id)
    return row.id


def save_marc(session: Session, book_id: int, content: bytes, *, changed_by: str, reason: str | None = None) -> int:
    """Replace a record's MARC by a correction, keep the former state; the new version number.

    `UnknownRecord`; `marc.DamagedRecord` if `content` cannot be read. The same content changes nothing.
    """
    changes.lock(session)
    row = _row(session, book_id)
    found = marc.identify(content)
    if row.marc == content:
        return row.version
    _keep_version(session, row, changed_by, reason)
    row.marc = content
    row.control_number, row.control_agency = found.control_number, found.agency
    row.edited_at = row.updated_at
    write_bindings(session, {row.id: found.isbns})
    changes.append(session, "book", row.id)
    return row.version


def publish(session: Session, book_id: int, *, announced_on: date) -> bool:
    """Show a record to the public from now on, in the new-book feed of that day; False if it was shown already."""
    changes.lock(session)
    row = _row(session, book_id)
    if row.public:
        return False
    row.public = True
    row.announced_on = announced_on
    row.updated_at = row.edited_at = utc_now()
    changes.append(session, "book", row.id)
    return True


def undo_to(session: Session, book_id: int, version: int, *, changed_by: str, reason: str | None = None) -> int:
    """Give a record the content that it had in `version`, as a new version; `UnknownRecord`, `UnknownVersion`."""
    where = (RecordVersion.kind == "book", RecordVersion.record_id == book_id, RecordVersion.version == version)
    former = session.scalar(select(RecordVersion).where(*where))
    if former is None:
        raise UnknownVersion(f"book {book_id} has no version {version}")
    return save_marc(session, book_id, former.content, changed_by=changed_by, reason=reason)


def delete_book(session: Session, book_id: int, *, changed_by: str, reason: str | None = None) -> None:
    """Take a record out of the catalogue; it and its versions are kept. `UnknownRecord`."""
    changes.lock(session)
    row = _row(session, book_id)
    if row.deleted_at is None:
        _keep_version(session, row, changed_by, reason)
        row.deleted_at = row.edited_at = row.updated_at  # an import does not bring it back
        changes.append(session, "book", row.id, deleted=True)


def restore_book(session: Session, book_id: int, *, changed_by: str, reason: str | None = None) -> None:
    """Bring a deleted record back. `UnknownRecord`."""
    changes.lock(session)
    row = _row(session, book_id)
    if row.deleted_at is not None:
        _keep_version(session, row, changed_by, reason)
        row.deleted_at = None
        changes.append(session, "book", row.id)


def set_deposit_state(session: Session, isbn: str, state: DepositState, on: date | None = None) -> int:
    """Note the legal deposit of the bindings with this ISBN; how many there are."""
    changes.lock(session)
    rows = list(session.scalars(select(BindingRow).where(BindingRow.isbn == isbn)))
    for row in rows:
        row.deposit_state, row.deposited_on = state.value, on
    changes.append_all(session, "book", dict.fromkeys(row.book_id for row in rows))
    return len(rows)


def _row(session: Session, book_id: int) -> BookRow:
    row = session.get(BookRow, book_id)
    if row is None:
        raise UnknownRecord(f"there is no book {book_id}")
    return row


def _keep_version(session: Session, row: BookRow, changed_by: str, reason: str | None) -> None:
    session.add(
        RecordVersion(
            kind="book",
            record_id=row.id,
            version=row.version,
            content=row.marc,
            changed_by=changed_by,
            reason=reason,
        )
    )
    row.version += 1
    row.updated_at = utc_now()


@dataclass(frozen=True, slots=True)
class Publisher:
    """A publisher as records name it, with the ISBN registrant prefixes that its numbers show."""

    name: str
    prefixes: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()


def name_key(name: str) -> str:
    """An organisation's name as it is matched: half width, lower case, letters and digits only."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(c for c in folded if c.isalnum())[:255]


def save_publishers(session: Session, publishers: Iterable[Publisher], *, source: str) -> int:
    """Write publishers that are not known yet and prefixes that are new; how many rows were touched.

    Nobody asked them whether they agree to be public: consent stays unknown, and only the name is shown.
    """
    changes.lock(session)
    standing = {row.name_key: row for row in session.scalars(select(OrganisationRow))}
    touched: list[OrganisationRow] = []
    for publisher in publishers:
        key = name_key(publisher.name)
        if not key:
            continue
        row = standing.get(key)
        new = row is None
        if row is None:
            row = standing[key] = OrganisationRow(name=publisher.name, name_key=key, source=source, other_names=[])
            session.add(row)
        added = _complete(row, publisher)
        if new or added:
            touched.append(row)
    session.flush()
    changes.append_all(session, "organisation", dict.fromkeys(row.id for row in touched))
    return len(touched)


def _complete(row: OrganisationRow, publisher: Publisher) -> bool:
    """Add what the row does not know yet; whether anything was added."""
    prefixes = {prefix.prefix for prefix in row.prefixes}
    new_prefixes = [p for p in publisher.prefixes if p not in prefixes]
    new_names = [n for n in publisher.other_names if n not in (row.other_names or []) and n != row.name]
    row.prefixes.extend(RegistrantPrefix(scheme="isbn", prefix=p) for p in new_prefixes)
    if new_names:
        row.other_names = [*(row.other_names or []), *new_names]
    changed = bool(new_prefixes or new_names or not row.is_publisher)
    row.is_publisher = True
    if changed:
        row.updated_at = utc_now()
    return changed
