"""ISBNs from a publisher's ranges (C8, D1): every number once, none left out without a reason, in one transaction.

The ledger (`isbn_numbers`) has a line for every place that a range has moved past: given to a filing, found in the
catalogue already, or given up. So a gap always says why it is there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.engine.declaration import mark
from shuyin.filing.engine.flow import Refused
from shuyin.filing.isbn.ranges import in_catalogue, number_at
from shuyin.filing.models import IsbnNumber, IsbnRange
from shuyin.filing.office import By, Office
from shuyin.records import isbn

#: Places that are looked up in the catalogue at once.
_STRETCH = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """One number that is wanted: `item` names it within its filing, `label` is printed behind it."""

    item: str
    label: str


EXHAUSTED = mark(
    "這個出版機構的號段已用完（尚缺 {missing} 個號碼）。請先新增號段，再編配一次；目前沒有任何號碼被編配。"
)
NOT_GIVEN_UP = mark("這個號碼不能作廢：它未編配，或已在書目中。")


class NumbersExhausted(Refused):
    """The publisher's open ranges have fewer numbers than are wanted; nothing was given out."""

    def __init__(self, missing: int) -> None:
        super().__init__(EXHAUSTED, missing=missing)
        self.missing = missing


class NumberNotGivenUp(Refused):
    """There is no such number in use, or its book is in the catalogue."""

    def __init__(self) -> None:
        super().__init__(NOT_GIVEN_UP)


def assign(
    session: Session, office: Office, organisation_id: int, filing_id: int, wanted: Sequence[Wanted], *, by: By
) -> list[IsbnNumber]:
    """A number for each of `wanted`, in order; what the filing has already is kept and not given anew.

    Ranges are used in the order in which they were added, the next one when one is exhausted. Others who want
    numbers of the same publisher wait. Raises NumbersExhausted: then the caller must roll back or give out none.
    """
    query = select(IsbnRange).where(IsbnRange.organisation_id == organisation_id, IsbnRange.open)
    ranges = list(session.scalars(query.order_by(IsbnRange.id).with_for_update().execution_options(**_FRESH)))
    standing = {row.item: row for row in of_filing(session, filing_id) if row.state == "assigned"}
    missing = [one for one in wanted if one.item not in standing]
    left = sum(row.last - row.next + 1 for row in ranges)
    if left < len(missing):
        raise NumbersExhausted(len(missing) - left)
    free = _Free(session, office, ranges, by)
    given = []
    for one in missing:
        row, number = free.take()
        entry = IsbnNumber(
            isbn=number,
            range_id=row.id,
            organisation_id=organisation_id,
            filing_id=filing_id,
            item=one.item,
            label=one.label,
            state="assigned",
            at=office.now(),
            by=by.name,
        )
        session.add(entry)
        session.flush()
        standing[one.item] = entry
        given.append(number)
    if given:
        audit.append(session, by.name, "assign-isbn", "filing", filing_id, {"isbn": given})
    return [standing[one.item] for one in wanted]


_FRESH = {"populate_existing": True}


class _Free:
    """Free numbers of ranges that are locked; what it passes over goes into the ledger."""

    def __init__(self, session: Session, office: Office, ranges: Sequence[IsbnRange], by: By) -> None:
        self._session = session
        self._office = office
        self._ranges = ranges
        self._by = by
        self._known: set[str] = set()
        self._known_to: dict[int, int] = {}  # range → the place up to which the catalogue was asked

    def take(self) -> tuple[IsbnRange, str]:
        """The next free number. Raises NumbersExhausted."""
        for row in self._ranges:
            while row.next <= row.last:
                place, row.next = row.next, row.next + 1
                number = number_at(row.prefix, place)
                if not self._in_catalogue(row, place, number):
                    return row, number
                self._note_found(row, number)
        raise NumbersExhausted(1)

    def _in_catalogue(self, row: IsbnRange, place: int, number: str) -> bool:
        if place > self._known_to.get(row.id, -1):
            end = min(place + _STRETCH - 1, row.last)
            self._known |= in_catalogue(self._session, row.prefix, place, end)
            self._known_to[row.id] = end
        return number in self._known

    def _note_found(self, row: IsbnRange, number: str) -> None:
        found = IsbnNumber(
            isbn=number,
            range_id=row.id,
            organisation_id=row.organisation_id,
            state="found",
            at=self._office.now(),
            by=self._by.name,
        )
        self._session.add(found)


def of_filing(session: Session, filing_id: int) -> list[IsbnNumber]:
    """The numbers that a filing has or had, in the order of the ledger."""
    query = select(IsbnNumber).where(IsbnNumber.filing_id == filing_id)
    return list(session.scalars(query.order_by(IsbnNumber.at, IsbnNumber.isbn)))


def give_up(session: Session, office: Office, number: str, *, by: By, reason: str) -> None:
    """Mark a number as given up: it is never given to anything else. Raises NumberNotGivenUp."""
    row = session.get(IsbnNumber, number, with_for_update=True, populate_existing=True)
    parts = isbn.split(number)
    if row is None or row.state != "assigned" or parts is None:
        raise NumberNotGivenUp
    place = int(parts.publication)
    if in_catalogue(session, parts.registrant_prefix, place, place):
        raise NumberNotGivenUp
    row.state = "void"
    row.item = None  # the filing may be given another number for the same thing
    session.flush()
    audit.append(session, by.name, "give-up-isbn", "isbn", number, {"filing": row.filing_id, "reason": reason[:200]})


@dataclass(frozen=True, slots=True)
class Ledger:
    """What `verify` found: numbers in the ledger, and places that a range has passed without a line."""

    numbers: int
    gaps: tuple[str, ...]


def verify(session: Session) -> Ledger:
    """Go through all ranges: every place below `next` has its line, and no line lies beyond."""
    gaps: list[str] = []
    total = 0
    for row in session.scalars(select(IsbnRange).order_by(IsbnRange.id)):
        query = select(IsbnNumber.isbn).where(IsbnNumber.range_id == row.id)
        held = set(session.scalars(query))
        passed = {number_at(row.prefix, place) for place in range(row.first, row.next)}
        gaps += sorted(passed ^ held)
        total += len(held)
    return Ledger(total, tuple(gaps))


def left_for(session: Session, organisation_id: int) -> int:
    """How many numbers the open ranges of a publisher still hold."""
    left = func.coalesce(func.sum(IsbnRange.last - IsbnRange.next + 1), 0)
    query = select(left).where(IsbnRange.organisation_id == organisation_id, IsbnRange.open)
    return int(session.scalar(query) or 0)
