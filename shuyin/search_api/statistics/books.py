"""Monthly analysis of announced books (S0: ISBN 暨 CIP 統計分析): by form, topic, class, kind of publisher, language,
language that translations were made from.

Counted are ISBNs (bindings) and records of the collection of new books that were announced in the month
(`facts.book_fact`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.records.book import Format
from shuyin.records.models import OrganisationRow, RegistrantPrefix
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.statistics import keeping
from shuyin.search_api.statistics.facts import PERSON, Dimension, Subject
from shuyin.search_api.statistics.isrc import Period
from shuyin.search_api.statistics.tables import Cell, Column, Table

UNKNOWN = N_("未註明")
_FORMS = {
    Format.PRINT: N_("紙本書"),
    Format.EBOOK: N_("電子書"),
    Format.AUDIO: N_("有聲書"),
    Format.OTHER: N_("其他"),
}
#: Main classes of 中文圖書分類法 (2007).
_CLASSES = {
    "0": N_("0 總類"),
    "1": N_("1 哲學類"),
    "2": N_("2 宗教類"),
    "3": N_("3 科學類"),
    "4": N_("4 應用科學類"),
    "5": N_("5 社會科學類"),
    "6": N_("6 史地類：中國"),
    "7": N_("7 史地類：世界"),
    "8": N_("8 語言文學類"),
    "9": N_("9 藝術類"),
}
#: Kinds of publishers as the registration asks for them (S0: 單位類型).
_GROUP, _INDIVIDUAL = N_("團體（公司行號、政府機關、團體會社）"), N_("個人")


def by_form(session: Session, period: Period, today: date) -> Table:
    """ISBNs and records by form of publication."""
    isbns = _counted(session, Dimension.FORM_ISBNS, period, today)
    records = _counted(session, Dimension.FORM_RECORDS, period, today)
    rows: list[dict[str, Cell]] = [
        {"value": label, "isbns": isbns[form.value], "records": records[form.value]} for form, label in _FORMS.items()
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
        totals={
            "value": N_("總計"),
            "isbns": isbns.total(),
            "records": _counted(session, Dimension.RECORDS, period, today).total(),
        },
        notes=(Message(N_("同一書目可有數種形式，故各形式書目數之和可能大於總計。")),),
    )


def by_category(session: Session, period: Period, today: date) -> Table:
    """Records by topic (圖書主題)."""
    counts = _counted(session, Dimension.CATEGORY, period, today)
    return _table("isbn-category", _title(N_("{month} 預告新書：圖書主題"), period), counts)


def by_class(session: Session, period: Period, today: date) -> Table:
    """Records by main class, in the order of the classes."""
    counts = _counted(session, Dimension.MAIN_CLASS, period, today)
    title = _title(N_("{month} 預告新書：類別"), period)
    return _table("isbn-class", title, counts, labels=_CLASSES, ordered=sorted(counts, key=lambda v: (not v, v)))


def by_publisher(session: Session, period: Period, today: date) -> Table:
    """Records by kind of publisher, as far as the prefix of the ISBN tells the publisher."""
    kinds = _kinds_of_prefixes(session)
    counts: Counter[str] = Counter()
    for prefix, number in _counted(session, Dimension.PREFIX, period, today).items():
        counts[kinds.get(prefix, UNKNOWN)] += number
    note = Message(N_("依 ISBN 出版者識別號所屬機構的類型計算；數家共用的識別號與未登記類型者列為未註明。"))
    return _table("isbn-publisher", _title(N_("{month} 預告新書：出版機構類型"), period), counts, notes=(note,))


def by_language(session: Session, period: Period, today: date) -> Table:
    """Records by language."""
    counts = _counted(session, Dimension.LANGUAGE, period, today)
    return _table("isbn-language", _title(N_("{month} 預告新書：作品語文"), period), counts)


def by_original_language(session: Session, period: Period, today: date) -> Table:
    """Translated records by the language that they were translated from."""
    counts = _counted(session, Dimension.ORIGINAL, period, today)
    return _table("isbn-translations", _title(N_("{month} 預告新書：翻譯來源語文"), period), counts)


def _counted(session: Session, dimension: str, period: Period, today: date) -> Counter[str]:
    found = keeping.counted(session, Subject.BOOK, dimension, period.months, today)
    return Counter({value: number for (_, value), number in found.items()})


def _kinds_of_prefixes(session: Session) -> dict[str, str]:
    """Registrant prefix → kind, for prefixes whose owners are all of one known kind."""
    query = (
        select(RegistrantPrefix.prefix, OrganisationRow.kind)
        .join(OrganisationRow, OrganisationRow.id == RegistrantPrefix.organisation_id)
        .where(RegistrantPrefix.scheme == "isbn")
    )
    kinds: dict[str, set[str | None]] = {}
    for prefix, kind in session.execute(query):
        kinds.setdefault(prefix, set()).add(kind)
    named = {prefix: next(iter(found)) for prefix, found in kinds.items() if len(found) == 1}
    return {prefix: _INDIVIDUAL if kind == PERSON else _GROUP for prefix, kind in named.items() if kind}


def _table(
    name: str,
    title: Message,
    counts: Counter[str],
    *,
    labels: Mapping[str, str] | None = None,
    ordered: list[str] | None = None,
    notes: tuple[Message, ...] = (),
) -> Table:
    named = labels or {}
    values = ordered or [value for value, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    rows: list[dict[str, Cell]] = [
        {"value": named.get(value, value) or UNKNOWN, "records": counts[value]} for value in values
    ]
    return Table(
        name=name,
        title=title,
        columns=(Column("value", N_("項目")), Column("records", N_("書目數"))),
        rows=tuple(rows),
        totals={"value": N_("總計"), "records": counts.total()},
        notes=notes,
    )


def _title(text: str, period: Period) -> Message:
    return Message(text, {"month": period.month})
