"""ISRC statistics: the yearly table since 1999 (ROC 88) and the monthly report (S0, 歷年統計 and 按月統計)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files

from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.orm import Session

from shuyin.records import music
from shuyin.records.models import AlbumRow, OrganisationRow, RegistrantPrefix
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.statistics import keeping
from shuyin.search_api.statistics.facts import GENERAL, INDIVIDUAL, PERSON, Dimension, Subject
from shuyin.search_api.statistics.tables import Cell, Column, Table

#: Up to this day the figures are those that S0 prints; from the next day on they are counted from the records.
HISTORY_UNTIL = date(2025, 11, 30)
ROC_OFFSET = 1911
#: What the sentence of S0 says, beside what its table adds up to.
PRINTED_ALBUMS, PRINTED_TRACKS = 129_861, 569_656

#: Carriers that table 2 of S0 prints; others follow where albums have them.
MEDIA = ("CD", "DVD", "數位發行")

_KEYS = ("general_registrants", "individual_registrants", "albums", "tracks")
_YEARLY = (
    Column("year", N_("年度"), is_year=True),
    Column("general_registrants", N_("一般業者家數")),
    Column("individual_registrants", N_("個人申請人數")),
    Column("albums", N_("專輯張數")),
    Column("tracks", N_("登錄ISRC曲數")),
)
_MONTHLY = (
    Column("kind", N_("種類")),
    Column("general", N_("一般業者")),
    Column("individual", N_("個人申請者")),
    Column("total", N_("總計")),
)
_TWELVE = (Column("month", N_("月份")), *_YEARLY[1:])

Counts = dict[str, int]


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both counted."""

    first: date
    last: date

    @property
    def month(self) -> str:
        """The month in which the period begins, YYYY-MM."""
        return f"{self.first:%Y-%m}"

    @property
    def months(self) -> tuple[str, str]:
        """The first and the last month of the period."""
        return self.month, f"{self.last:%Y-%m}"

    def within(self, column: SQLColumnExpression[date | None]) -> ColumnElement[bool]:
        """The condition that a date column lies in the period."""
        return column.between(self.first, self.last)


def month_of(year: int, month: int) -> Period:
    """The days of one month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return Period(date(year, month, 1), following - timedelta(days=1))


def history() -> list[dict[str, int]]:
    """The 27 rows that S0 prints, oldest first, with CE years; the last one ends on `HISTORY_UNTIL`."""
    text = files(__package__).joinpath("data", "isrc_yearly.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(io.StringIO(text))
    return [{"year": int(row["roc_year"]) + ROC_OFFSET, **{key: int(row[key]) for key in _KEYS}} for row in rows]


def printed_month(period: Period, table: str) -> dict[str, dict[str, int]]:
    """Row → column → number of a month's table as S0 prints it (按月統計); empty for months that it does not print."""
    text = files(__package__).joinpath("data", "isrc_printed_months.csv").read_text(encoding="utf-8")
    found: dict[str, dict[str, int]] = {}
    for line in csv.DictReader(io.StringIO(text)):
        if (line["month"], line["table"]) == (period.month, table):
            found.setdefault(line["row"], {})[line["column"]] = int(line["number"])
    return found


def _before_this_system(period: Period, *, is_printed: bool) -> tuple[Message, ...]:
    """What must be said of a month whose figures the former system kept."""
    if is_printed:
        return (Message(N_("這個月是原系統公布的數字。")),)
    if period.last > HISTORY_UNTIL:
        return ()
    text = N_("{date} 以前的登錄由原系統統計，各年總數見歷年統計；這裡只計算本系統的紀錄。")
    return (Message(text, {"date": HISTORY_UNTIL.isoformat()}),)


def yearly(session: Session, today: date) -> Table:
    """One row a year since 1999: history as printed, later days counted from the records."""
    rows: dict[int, Counts] = {row["year"]: {key: row[key] for key in _KEYS} for row in history()}
    printed = {key: sum(row[key] for row in rows.values()) for key in _KEYS}
    for month, counts in _by_month(session, Period(HISTORY_UNTIL + timedelta(days=1), today), today).items():
        row = rows.setdefault(int(month[:4]), dict.fromkeys(_KEYS, 0))
        for key in _KEYS:
            row[key] += counts[key]
    for year in range(HISTORY_UNTIL.year, today.year + 1):
        rows.setdefault(year, dict.fromkeys(_KEYS, 0))
    ordered: list[Mapping[str, Cell]] = [{"year": year, **rows[year]} for year in sorted(rows)]
    totals: dict[str, Cell] = {"year": None, **{key: sum(row[key] for row in rows.values()) for key in _KEYS}}
    return Table(
        name="isrc-yearly",
        title=Message(N_("ISRC 歷年統計")),
        columns=_YEARLY,
        rows=tuple(ordered),
        totals=totals,
        notes=(
            Message(N_("{date} 以前為原系統公布的數字，其後由本系統的紀錄計算。"), {"date": HISTORY_UNTIL.isoformat()}),
            Message(
                N_(
                    "原系統各年數字相加為專輯 {albums} 張、曲目 {tracks} 首，"
                    "其說明文字則為 {said_albums} 與 {said_tracks}，兩者並列供參。"
                ),
                {
                    "albums": f"{printed['albums']:,}",
                    "tracks": f"{printed['tracks']:,}",
                    "said_albums": f"{PRINTED_ALBUMS:,}",
                    "said_tracks": f"{PRINTED_TRACKS:,}",
                },
            ),
        ),
    )


def monthly(session: Session, period: Period, today: date) -> Table:
    """Table 1 of a month: new registrants, albums and ISRCs by general and individual registrants.

    A month that S0 prints is shown so, unless this system has records of its own for it.
    """
    registrants = _registrants(session, period).get(period.month, (0, 0))
    albums, tracks = (
        [found.get((period.month, who), 0) for who in (GENERAL, INDIVIDUAL)]
        for found in (_album_counts(session, d, period, today) for d in (Dimension.ALBUMS, Dimension.TRACKS))
    )
    printed = {} if any((*registrants, *albums, *tracks)) else printed_month(period, "isrc-monthly")
    rows = (
        [_kind_row(kind, row["general"], row["individual"]) for kind, row in printed.items()]
        if printed
        else [
            _kind_row(N_("申請數量"), *registrants),
            _kind_row(N_("專輯數量"), *albums),
            _kind_row(N_("ISRC數量"), *tracks),
        ]
    )
    return Table(
        name="isrc-monthly",
        title=Message(N_("{month} ISRC、專輯、業者新增量綜合統計"), {"month": f"{period.first:%Y-%m}"}),
        columns=_MONTHLY,
        rows=tuple(rows),
        notes=_before_this_system(period, is_printed=bool(printed)),
    )


def media(session: Session, period: Period, today: date) -> Table:
    """Table 2 of a month: albums by carrier, sound and video apart; an album may have several carriers."""
    found = _album_counts(session, Dimension.CARRIER, period, today)
    counted: dict[tuple[str, str], int] = {}
    for (_, value), number in found.items():
        kind, _, carrier = value.partition("|")
        counted[kind, carrier] = number
    printed = {} if counted else printed_month(period, "isrc-media")
    carriers = [*MEDIA, *sorted({carrier for _, carrier in counted} - set(MEDIA))]
    rows: list[Mapping[str, Cell]] = [
        {"kind": label, **{c: counted.get((kind, c), printed.get(label, {}).get(c)) for c in carriers}}
        for kind, label in (("sound", N_("錄音")), ("video", N_("錄影")))
    ]
    return Table(
        name="isrc-media",
        title=Message(N_("{month} 媒體出版品發行統計"), {"month": f"{period.first:%Y-%m}"}),
        columns=(Column("kind", N_("類別")), *(Column(carrier, carrier) for carrier in carriers)),
        rows=tuple(rows),
        notes=(
            Message(N_("一張專輯可能同時有 CD、DVD 等媒體。")),
            *_before_this_system(period, is_printed=bool(printed)),
        ),
    )


def last_twelve(session: Session, today: date) -> Table:
    """New registrants, albums and ISRCs of each of the last twelve whole or begun months, newest first."""
    months = []
    year, month = today.year, today.month
    for _ in range(12):
        months.append((year, month))
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    counts = _by_month(session, Period(date(*months[-1], 1), today), today)
    nothing = dict.fromkeys(_KEYS, 0)
    rows: list[Mapping[str, Cell]] = [{"month": f"{y}-{m:02}", **counts.get(f"{y}-{m:02}", nothing)} for y, m in months]
    return Table(name="isrc-twelve-months", title=Message(N_("近十二個月新增量")), columns=_TWELVE, rows=tuple(rows))


def sentence(table: Table, period: Period, companies: Iterable[str] = ()) -> Message:
    """The sentence that S0 prints above its tables, made from the same counts."""
    totals = {row["kind"]: row["total"] for row in table.rows}
    names = list(companies)
    values: dict[str, str | int] = {
        "year": period.first.year,
        "month": period.first.month,
        "albums": f"{totals['專輯數量']:,}",
        "tracks": f"{totals['ISRC數量']:,}",
        "registrants": f"{totals['申請數量']:,}",
    }
    if not names:
        return Message(
            N_("{year}年{month}月份新增登錄專輯{albums}筆、ISRC曲目{tracks}筆；新增登記者代碼申請{registrants}家。"),
            values,
        )
    return Message(
        N_(
            "{year}年{month}月份新增登錄專輯{albums}筆、ISRC曲目{tracks}筆，回報業者包含{names}等{number}家；"
            "新增登記者代碼申請{registrants}家。"
        ),
        {**values, "names": "、".join(names[:6]), "number": len(names)},
    )


def reporting_companies(session: Session, period: Period, today: date) -> list[str]:
    """Names of those who reported albums in the period, the busiest first; names are public, nothing else is."""
    query = (
        select(func.coalesce(OrganisationRow.name, AlbumRow.company_name), func.count())
        .select_from(AlbumRow)
        .outerjoin(OrganisationRow, OrganisationRow.id == AlbumRow.company_id)
        .where(period.within(AlbumRow.registered_on), music.shown_on(today))
        .group_by(func.coalesce(OrganisationRow.name, AlbumRow.company_name))
        .order_by(func.count().desc())
    )
    return [name for name, _ in session.execute(query) if name]


def _kind_row(label: str, general: int, individual: int) -> Mapping[str, Cell]:
    return {"kind": label, "general": general, "individual": individual, "total": general + individual}


def _by_month(session: Session, period: Period, today: date) -> dict[str, Counts]:
    """Counts of `_KEYS` by month ("2026-01"); the period is made of whole months, the last one up to today."""
    found: dict[str, Counts] = {}
    for month, (general, persons) in _registrants(session, period).items():
        counts = found.setdefault(month, dict.fromkeys(_KEYS, 0))
        counts["general_registrants"], counts["individual_registrants"] = general, persons
    for name, dimension in (("albums", Dimension.ALBUMS), ("tracks", Dimension.TRACKS)):
        for (month, _), number in _album_counts(session, dimension, period, today).items():
            found.setdefault(month, dict.fromkeys(_KEYS, 0))[name] += number
    return found


def _album_counts(session: Session, dimension: str, period: Period, today: date) -> dict[tuple[str, str], int]:
    return keeping.counted(session, Subject.ALBUM, dimension, period.months, today)


def _registrants(session: Session, period: Period) -> dict[str, tuple[int, int]]:
    """Month → (general, individual) registrants who were given a code; a few thousand in all, so read as they are."""
    query = (
        select(RegistrantPrefix.assigned_on, OrganisationRow.kind)
        .join(OrganisationRow, OrganisationRow.id == RegistrantPrefix.organisation_id)
        .where(RegistrantPrefix.scheme == "isrc", period.within(RegistrantPrefix.assigned_on))
    )
    found: dict[str, tuple[int, int]] = {}
    for day, kind in session.execute(query):
        general, persons = found.get(f"{day:%Y-%m}", (0, 0))
        found[f"{day:%Y-%m}"] = (general, persons + 1) if kind == PERSON else (general + 1, persons)
    return found
