"""What a publisher has published, as the catalogue knows it: by the registrant prefixes of its ISBNs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from shuyin.records import isbn, marc
from shuyin.records.book import Book
from shuyin.records.models import BindingRow, BookRow, RegistrantPrefix
from shuyin.records.services import name_key

#: So many records of one house are gone through, the newest first.
MOST = 3_000


def prefixes(session: Session, organisation_id: int | None) -> list[str]:
    """The house's ISBN prefixes, digits only; none for a house that has no prefix."""
    if organisation_id is None:
        return []
    query = select(RegistrantPrefix.prefix).where(
        RegistrantPrefix.organisation_id == organisation_id, RegistrantPrefix.scheme == "isbn"
    )
    return [isbn.compact(prefix) for prefix in session.scalars(query.order_by(RegistrantPrefix.prefix))]


def _of_house(starts: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(BindingRow.isbn.startswith(start, autoescape=True) for start in starts))


def owns(session: Session, organisation_id: int | None, number: str) -> bool:
    """Whether an ISBN is one of the house's."""
    return any(number.startswith(start) for start in prefixes(session, organisation_id))


def records(session: Session, organisation_id: int | None, *, number: str = "") -> Iterator[tuple[BookRow, Book]]:
    """The house's public records, newest first, at most `MOST`; with `number` only those that have this ISBN."""
    starts = prefixes(session, organisation_id)
    if not starts:
        return
    query = (
        select(BookRow)
        .join(BindingRow, BindingRow.book_id == BookRow.id)
        .where(_of_house(starts), BookRow.deleted_at.is_(None), BookRow.public)
        .distinct()
        .order_by(BookRow.id.desc())
        .limit(MOST)
    )
    if number:
        query = query.where(BindingRow.isbn == number)
    for row in session.scalars(query):
        yield row, marc.read(marc.parse(row.marc))


def matches(query: str, *texts: str) -> bool:
    """Whether a title has the words typed: half width, without case and marks, as names are matched."""
    wanted = name_key(query)
    return bool(wanted) and any(wanted in name_key(text) for text in texts)
