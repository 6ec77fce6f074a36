"""Publishers' number ranges in the hands of staff: added, closed, opened; foreign and overlapping ones refused.

A range is a span of publication elements under one registrant prefix (ISBN Users' Manual; D1). Which prefixes exist
and how long they are says the range message of the International ISBN Agency (`records.isbn_ranges`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.engine.declaration import mark
from shuyin.filing.engine.flow import Refused
from shuyin.filing.models import IsbnNumber, IsbnRange
from shuyin.filing.office import By, Office
from shuyin.filing.registration.approval import keep_version
from shuyin.records import changes, isbn
from shuyin.records.models import BindingRow, OrganisationRow, RegistrantPrefix

#: The agency whose registration groups are given out here (978-957, 978-986, 978-626), as the range message names it.
AGENCY = "Taiwan"

_PREFIX = re.compile(r"97[89]\d{2,9}")


class RangeRefused(Refused):
    """The range cannot be managed so."""


NO_PUBLISHER = mark("找不到這個出版機構，請確認編號，且資料未刪除。")
NO_PREFIX = mark("「{prefix}」不是出版者號碼。請填寫前綴元、群體碼與出版者碼，例如 978-957-678。")
NOT_DEFINED = mark("國際 ISBN 總部的號碼範圍表中沒有「{prefix}」。請核對，或先更新號碼範圍表。")
FOREIGN = mark("「{prefix}」屬於「{agency}」，不是本中心管理的群體碼（978-957、978-986、978-626）。")
WRONG_LENGTH = mark("「{prefix}」的長度不對：依號碼範圍表，這一段的出版者碼是 {length} 位數。")
NO_SPAN = mark("起訖號應為 {low} 到 {high} 之間的數字，且起號不大於訖號。")
ANOTHERS = mark("「{prefix}」登記於「{name}」，不能給其他出版機構。")
OVERLAP = mark("與既有號段 {prefix}（{first}–{last}，{name}）重疊。")
UNKNOWN_RANGE = mark("找不到這個號段。")
CHANGED = mark("這個號段剛才有人改過，請核對後再做一次。")


@dataclass(frozen=True, slots=True)
class Usage:
    """How a range is used: numbers in all, given out, found in the catalogue or given up, left."""

    row: IsbnRange
    publisher: str
    total: int
    assigned: int
    passed: int

    @property
    def left(self) -> int:
        """Numbers that are not given out yet."""
        return self.row.last - self.row.next + 1

    @property
    def next_isbn(self) -> str:
        """The next number with hyphens, or an empty text where none is left."""
        return isbn.hyphenate(number_at(self.row.prefix, self.row.next)) if self.left else ""


def width(prefix: str) -> int:
    """How many digits the publication element has under a registrant prefix."""
    return 12 - len(prefix.replace("-", ""))


def number_at(prefix: str, place: int) -> str:
    """The 13 digits of the ISBN at a place under a registrant prefix, with its check digit."""
    body = prefix.replace("-", "") + f"{place:0{width(prefix)}}"
    return isbn.with_check_digit(body)


def shown(prefix: str, place: int) -> str:
    """A publication element as it is written, with its leading zeros."""
    return f"{place:0{width(prefix)}}"


def check_prefix(text: str) -> str:
    """The registrant prefix in `text` with its hyphens ("978957678" → "978-957-678"). Raises RangeRefused."""
    digits = isbn.compact(text)
    if not _PREFIX.fullmatch(digits):
        raise RangeRefused(NO_PREFIX, prefix=text[:40])
    parts = isbn.split(digits.ljust(13, "0")[:13])
    if parts is None:
        raise RangeRefused(NOT_DEFINED, prefix=digits)
    if parts.agency != AGENCY:
        raise RangeRefused(FOREIGN, prefix=text.strip()[:40], agency=parts.agency)
    right = parts.registrant_prefix
    if right.replace("-", "") != digits:
        raise RangeRefused(WRONG_LENGTH, prefix=text.strip()[:40], length=len(parts.registrant))
    return right


def add(
    session: Session,
    office: Office,
    organisation_id: int,
    prefix: str,
    first: str,
    last: str,
    *,
    by: By,
    note: str = "",
) -> IsbnRange:
    """Give a publisher a range; its prefix is registered if it is new. Empty ends mean the whole prefix.

    Raises RangeRefused: unknown publisher, foreign or undefined prefix, another publisher's, overlap.
    """
    changes.lock(session)  # one at a time, so that two ranges that overlap cannot be added side by side
    organisation = session.get(OrganisationRow, organisation_id, with_for_update=True, populate_existing=True)
    if organisation is None or organisation.deleted_at is not None:
        raise RangeRefused(NO_PUBLISHER)
    prefix = check_prefix(prefix)
    low, high = _span(prefix, first, last)
    _refuse_overlap(session, prefix, low, high)
    _register(session, office, organisation, prefix, by)
    row = IsbnRange(
        organisation_id=organisation.id,
        prefix=prefix,
        first=low,
        last=high,
        next=low,
        note=note.strip()[:500],
        created_at=office.now(),
        created_by=by.name,
    )
    session.add(row)
    session.flush()
    detail = {"organisation": organisation.id, "prefix": prefix, "first": low, "last": high}
    audit.append(session, by.name, "add-range", "isbn-range", row.id, detail)
    return row


def _span(prefix: str, first: str, last: str) -> tuple[int, int]:
    highest = 10 ** width(prefix) - 1
    texts = (first.strip() or "0", last.strip() or str(highest))
    if all(text.isascii() and text.isdigit() and len(text) <= 9 for text in texts):
        low, high = map(int, texts)
        if low <= high <= highest:
            return low, high
    raise RangeRefused(NO_SPAN, low=shown(prefix, 0), high=shown(prefix, highest))


def _refuse_overlap(session: Session, prefix: str, low: int, high: int) -> None:
    query = (
        select(IsbnRange, OrganisationRow.name)
        .join(OrganisationRow, OrganisationRow.id == IsbnRange.organisation_id)
        .where(IsbnRange.prefix == prefix, IsbnRange.first <= high, IsbnRange.last >= low)
    )
    found = session.execute(query.order_by(IsbnRange.first).limit(1)).first()
    if found is not None:
        row, name = found
        first, last = shown(prefix, row.first), shown(prefix, row.last)
        raise RangeRefused(OVERLAP, prefix=prefix, first=first, last=last, name=name)


def _register(session: Session, office: Office, organisation: OrganisationRow, prefix: str, by: By) -> None:
    """Make sure that the prefix stands with this publisher; refuse one that stands with others only."""
    query = (
        select(OrganisationRow.id, OrganisationRow.name)
        .join(RegistrantPrefix, RegistrantPrefix.organisation_id == OrganisationRow.id)
        .where(RegistrantPrefix.scheme == "isbn", RegistrantPrefix.prefix == prefix)
        .where(OrganisationRow.deleted_at.is_(None))
    )
    holders: dict[int, str] = {row.id: row.name for row in session.execute(query.order_by(OrganisationRow.id))}
    if organisation.id in holders:
        return
    if holders:
        raise RangeRefused(ANOTHERS, prefix=prefix, name="、".join(holders.values()))
    keep_version(session, organisation, by, f"prefix {prefix}")
    organisation.version += 1
    organisation.updated_at = office.now()
    organisation.is_publisher = True
    session.add(
        RegistrantPrefix(organisation_id=organisation.id, scheme="isbn", prefix=prefix, assigned_on=office.today())
    )
    session.flush()
    changes.append(session, "organisation", organisation.id)


def set_open(session: Session, range_id: int, opened: bool, *, revision: int, by: By) -> None:
    """Close a range, so that no number is taken from it, or open it again. Raises RangeRefused."""
    row = session.get(IsbnRange, range_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise RangeRefused(UNKNOWN_RANGE)
    if row.revision != revision:
        raise RangeRefused(CHANGED)
    if row.open == opened:
        return
    row.open = opened
    row.revision += 1
    session.flush()
    audit.append(session, by.name, "open-range" if opened else "close-range", "isbn-range", row.id)


def listed(session: Session, *, organisation_id: int | None = None, words: str = "", most: int = 200) -> list[Usage]:
    """Ranges with how they are used, by publisher's name and prefix; of one publisher, or matching name or prefix."""
    query = select(IsbnRange, OrganisationRow.name).join(
        OrganisationRow, OrganisationRow.id == IsbnRange.organisation_id
    )
    if organisation_id is not None:
        query = query.where(IsbnRange.organisation_id == organisation_id)
    if words := words.strip():
        digits = isbn.compact(words)
        by_prefix = func.replace(IsbnRange.prefix, "-", "").startswith(digits, autoescape=True)
        named = OrganisationRow.name.icontains(words, autoescape=True)
        query = query.where(named | by_prefix if digits.isdigit() else named)
    found = session.execute(query.order_by(OrganisationRow.name, IsbnRange.prefix, IsbnRange.first).limit(most)).all()
    counts: dict[tuple[int, str], int] = {}
    ids = [row.id for row, _ in found]
    counted = select(IsbnNumber.range_id, IsbnNumber.state, func.count()).where(IsbnNumber.range_id.in_(ids))
    for range_id, state, count in session.execute(counted.group_by(IsbnNumber.range_id, IsbnNumber.state)):
        counts[range_id, state] = int(count)
    return [
        Usage(
            row,
            name,
            row.last - row.first + 1,
            counts.get((row.id, "assigned"), 0),
            counts.get((row.id, "found"), 0) + counts.get((row.id, "void"), 0),
        )
        for row, name in found
    ]


def in_catalogue(session: Session, prefix: str, first: int, last: int) -> set[str]:
    """The numbers of a span that stand in records already, public or not, deleted or not."""
    low, high = number_at(prefix, first)[:12], number_at(prefix, last)[:12]
    query = select(BindingRow.isbn).where(BindingRow.isbn >= f"{low}0", BindingRow.isbn <= f"{high}9")
    return {number for number in session.scalars(query.distinct()) if number}
