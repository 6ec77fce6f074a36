"""Monthly analysis of announced books (S0: ISBN 暨 CIP 統計分析): by form, topic, language, source of translations.

Counted are ISBNs (bindings) and records of the collection of new books that were announced in the month.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.records import marc
from shuyin.records.book import Book, Format
from shuyin.records.models import BookRow, utc_now
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.statistics.isrc import Period
from shuyin.search_api.statistics.tables import Cell, Column, Table

#: Only the collection of new books counts; CBETA and other collections have statistics of their own makers.
COLLECTION = "books"
UNKNOWN = N_("未註明")
_FORMS = {
    Format.PRINT: N_("紙本書"),
    Format.EBOOK: N_("電子書"),
    Format.AUDIO: N_("有聲書"),
    Format.OTHER: N_("其他"),
}


def by_form(session: Session, period: Period, today: date) -> Table:
    """ISBNs and records by form of publication."""
    isbns: Counter[str] = Counter()
    records: Counter[str] = Counter()
    for book in announced(session, period):
        for binding in book.bindings:
            if binding.isbn:
                isbns[_FORMS[binding.format]] += 1
        records.update({_FORMS[form] for form in {b.format for b in book.bindings} or {book.format}})
    rows: list[dict[str, Cell]] = [
        {"value": form, "isbns": isbns[form], "records": records[form]} for form in _FORMS.values()
    ]
    return Table(
        name="isbn-monthly",
        title=_title(N_("{month} 預告新書：出版形式"), period),
        columns=(
            Column("value", N_("出版形式")),
            Column("isbns", N_("ISBN 數")),
            Column("records", N_("書目數")),
        ),
        rows=tuple(rows),
        totals={"value": N_("總計"), "isbns": isbns.total(), "records": sum(1 for _ in announced(session, period))},
        notes=(Message(N_("同一書目可有數種形式，故各形式書目數之和可能大於總計。")),),
    )


def by_category(session: Session, period: Period, today: date) -> Table:
    """Records by topic (圖書主題)."""
    return _table(session, period, "isbn-category", N_("{month} 預告新書：圖書主題"), lambda book: [book.category])


def by_language(session: Session, period: Period, today: date) -> Table:
    """Records by language."""
    return _table(session, period, "isbn-language", N_("{month} 預告新書：作品語文"), lambda book: [book.language])


def by_original_language(session: Session, period: Period, today: date) -> Table:
    """Translated records by the language that they were translated from."""
    return _table(
        session,
        period,
        "isbn-translations",
        N_("{month} 預告新書：翻譯來源語文"),
        lambda book: [book.original_language] if book.original_language else [],
    )


def announced(session: Session, period: Period) -> Iterator[Book]:
    """The public books that were announced in the period."""
    query = (
        select(BookRow.marc)
        .where(
            BookRow.announced_on.between(period.first, period.last),
            BookRow.collection == COLLECTION,
            BookRow.public,
            BookRow.deleted_at.is_(None),
            (BookRow.public_from.is_(None)) | (BookRow.public_from <= utc_now()),
        )
        .order_by(BookRow.id)
        .execution_options(yield_per=500)
    )
    for content in session.scalars(query):
        yield marc.read(content)


def _table(
    session: Session, period: Period, name: str, title: str, values: Callable[[Book], Iterable[str | None]]
) -> Table:
    counts: Counter[str] = Counter()
    for book in announced(session, period):
        counts.update(value or UNKNOWN for value in values(book))
    rows: list[dict[str, Cell]] = [{"value": value, "records": number} for value, number in counts.most_common()]
    return Table(
        name=name,
        title=_title(title, period),
        columns=(Column("value", N_("項目")), Column("records", N_("書目數"))),
        rows=tuple(rows),
        totals={"value": N_("總計"), "records": counts.total()},
    )


def _title(text: str, period: Period) -> Message:
    return Message(text, {"month": f"{period.first:%Y-%m}"})
