"""The new books of a day (每日預告書訊): which records the public may see that were announced then."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, selectinload

from shuyin.records import marc
from shuyin.records.book_json import BookJson, row_to_json
from shuyin.records.models import BookRow, utc_now

#: Collections beside the new books (CBETA …) have no part in the feed.
COLLECTION = "books"


def _shown() -> list[ColumnElement[bool]]:
    released = or_(BookRow.public_from.is_(None), BookRow.public_from <= utc_now())
    return [BookRow.public.is_(True), BookRow.deleted_at.is_(None), BookRow.collection == COLLECTION, released]


def between(session: Session, first: date, last: date, limit: int = 5_000) -> list[BookJson]:
    """The books announced from `first` to `last`, the latest day first, in a day the latest record first."""
    query = (
        select(BookRow)
        .where(BookRow.announced_on >= first, BookRow.announced_on <= last, *_shown())
        .order_by(BookRow.announced_on.desc(), BookRow.id.desc())
        .limit(limit)
        .options(selectinload(BookRow.bindings))
    )
    return [row_to_json(row, marc.read(row.marc)) for row in session.scalars(query)]


def day_counts(session: Session, first: date, last: date) -> dict[date, int]:
    """How many books were announced on each day of a period; days without any are absent."""
    query = (
        select(BookRow.announced_on, func.count())
        .where(BookRow.announced_on >= first, BookRow.announced_on <= last, *_shown())
        .group_by(BookRow.announced_on)
    )
    return {day: count for day, count in session.execute(query) if day is not None}


def latest_day(session: Session, until: date) -> date | None:
    """The last day, not after `until`, on which books were announced."""
    query = select(func.max(BookRow.announced_on)).where(BookRow.announced_on <= until, *_shown())
    return session.scalar(query)


def neighbours(session: Session, day: date, today: date) -> tuple[date | None, date | None]:
    """The nearest days before and after `day` (not after today) with announcements."""
    before = session.scalar(select(func.max(BookRow.announced_on)).where(BookRow.announced_on < day, *_shown()))
    later = (BookRow.announced_on > day, BookRow.announced_on <= today)
    return before, session.scalar(select(func.min(BookRow.announced_on)).where(*later, *_shown()))
