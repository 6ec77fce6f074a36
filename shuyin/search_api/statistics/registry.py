"""Every statistics table by its name in the URL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from shuyin.search_api.messages import N_, Message
from shuyin.search_api.statistics import books, isrc, keeping
from shuyin.search_api.statistics.isrc import Period, month_of
from shuyin.search_api.statistics.tables import Table

#: Said under a table while the counts are behind.
_BEHIND = N_("還有 {n} 筆異動尚未計入，數分鐘內會更新。")


class UnknownTable(LookupError):
    """There is no table of that name."""

    def __init__(self, name: str) -> None:
        self.message = Message(
            N_("沒有「{name}」這張統計表。可用：{names}。"), {"name": name[:40], "names": "、".join(TABLES)}
        )
        super().__init__(str(self.message))


class BadMonth(ValueError):
    """The month asked for is not written YYYY-MM, or has not begun."""

    def __init__(self, text: str) -> None:
        self.message = Message(N_("「{month}」不是可查的月份。請填西元年月，例如 2025-11。"), {"month": text[:20]})
        super().__init__(str(self.message))


@dataclass(frozen=True, slots=True)
class TableSource:
    """How a table is made; `by_month` tables take a month, the others show all time."""

    make: Callable[[Session, Period, date], Table]
    by_month: bool = True
    counted: bool = True  # from the counts that follow the change log


TABLES: dict[str, TableSource] = {
    "isrc-yearly": TableSource(lambda session, _, today: isrc.yearly(session, today), by_month=False),
    "isrc-twelve-months": TableSource(lambda session, _, today: isrc.last_twelve(session, today), by_month=False),
    "isrc-monthly": TableSource(isrc.monthly),
    "isrc-media": TableSource(isrc.media),
    "isbn-monthly": TableSource(books.by_form),
    "isbn-category": TableSource(books.by_category),
    "isbn-class": TableSource(books.by_class),
    "isbn-publisher": TableSource(books.by_publisher),
    "isbn-language": TableSource(books.by_language),
    "isbn-translations": TableSource(books.by_original_language),
}


def register(name: str, source: TableSource) -> None:
    """Add a table of a room that this one does not know (the filings); its page and file follow."""
    TABLES[name] = source


def make(session: Session, name: str, today: date, month: str | None = None) -> Table:
    """The table of that name; by-month tables for `month` ("2025-11"), the last whole month without it.

    `UnknownTable`, `BadMonth`.
    """
    source = TABLES.get(name)
    if source is None:
        raise UnknownTable(name)
    table = source.make(session, read_month(month, today), today)
    behind = keeping.waiting(session) if source.counted else 0
    return replace(table, notes=(*table.notes, Message(_BEHIND, {"n": behind}))) if behind else table


def read_month(text: str | None, today: date) -> Period:
    """The month that `text` names, or the last whole one before `today`; `BadMonth`."""
    if not text:
        return month_of(today.year - 1, 12) if today.month == 1 else month_of(today.year, today.month - 1)
    year, _, month = text.partition("-")
    well_formed = len(text) == 7 and year.isdigit() and month.isdigit() and year.isascii() and month.isascii()
    if not well_formed or not 1 <= int(month) <= 12 or not 1900 <= int(year) <= today.year:
        raise BadMonth(text)
    period = month_of(int(year), int(month))
    if period.first > today:
        raise BadMonth(text)
    return period
