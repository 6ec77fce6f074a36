"""`/statistics` and one page, chart and CSV for each table."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response

from shuyin.records.dates import ROC_OFFSET
from shuyin.search_api import statistics
from shuyin.search_api.dependencies import SessionsDep, WritesDep, get_site
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.statistics import charts, isrc, keeping
from shuyin.search_api.statistics.registry import TABLES, BadMonth, UnknownTable, read_month
from shuyin.search_api.statistics.tables import Cell, Column, Table
from shuyin.web import i18n
from shuyin.web.render import page
from shuyin.web.statistics import filings

router = APIRouter(include_in_schema=False)
filings.install()

NAMES = {
    "isrc-yearly": N_("ISRC 歷年統計"),
    "isrc-twelve-months": N_("近十二個月新增量"),
    "isrc-monthly": N_("按月統計：業者、專輯與 ISRC"),
    "isrc-media": N_("按月統計：媒體出版品"),
    "isbn-monthly": N_("預告新書：出版形式"),
    "isbn-category": N_("預告新書：圖書主題"),
    "isbn-class": N_("預告新書：類別"),
    "isbn-publisher": N_("預告新書：出版機構類型"),
    "isbn-language": N_("預告新書：作品語文"),
    "isbn-translations": N_("預告新書：翻譯來源語文"),
    "filing-turnaround": N_("申辦案件：處理時間"),
    "filing-steps": N_("申辦案件：各階段時間"),
}
#: Columns that the chart of a table draws; tables without an entry have no chart.
_CHARTS = {
    "isrc-yearly": ("year", ("albums", "tracks")),
    "isrc-twelve-months": ("month", ("albums", "tracks")),
    "isbn-monthly": ("value", ("isbns", "records")),
    "isbn-category": ("value", ("records",)),
    "isbn-class": ("value", ("records",)),
    "isbn-publisher": ("value", ("records",)),
    "isbn-language": ("value", ("records",)),
    "isbn-translations": ("value", ("records",)),
}
_CALENDARS = ("roc", "ce")


@router.get("/statistics")
def index(request: Request, sessions: SessionsDep, writes: WritesDep) -> Response:
    """The yearly table with its chart, and the way to all others."""
    return show(request, sessions, writes, "isrc-yearly")


@router.get("/statistics/{name}.csv")
def download(
    request: Request, sessions: SessionsDep, writes: WritesDep, name: str, month: str | None = None
) -> Response:
    """One table for a spreadsheet, with headings in the reader's language."""
    table = _make(request, sessions, writes, name, month)
    headings = {column.key: i18n.gettext(column.label) for column in table.columns}
    return Response(
        table.to_csv(headings),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{table.name}.csv"'},
    )


@router.get("/statistics/{name}")
def show(
    request: Request,
    sessions: SessionsDep,
    writes: WritesDep,
    name: str,
    month: str | None = None,
    calendar: str = "roc",
) -> Response:
    """One table with its chart; `calendar` is `roc` or `ce`, `month` is YYYY-MM."""
    if calendar not in _CALENDARS:
        raise HTTPException(422, N_("紀年請用 roc（民國）或 ce（西元）。"))
    table = _make(request, sessions, writes, name, month)
    today = _today(request)
    period = read_month(month, today)
    return page(
        request,
        "statistics/table.html",
        table=table,
        names=NAMES,
        rows=[_shown(row, table.columns, calendar) for row in table.rows],
        totals=_shown(table.totals, table.columns, calendar) if table.totals else None,
        chart=_chart(table, calendar),
        calendar=calendar,
        has_years=any(column.is_year for column in table.columns),
        month=f"{period.first:%Y-%m}" if TABLES[name].by_month else None,
        newest=f"{today:%Y-%m}",
        sentence=_sentence(sessions, table, period, today) if name == "isrc-monthly" else None,
    )


def _today(request: Request) -> date:
    return datetime.now(get_site(request).zone).date()


def _make(request: Request, sessions: SessionsDep, writes: WritesDep, name: str, month: str | None) -> Table:
    keeping.freshen(sessions, writes)
    try:
        with sessions() as session:
            return statistics.make(session, name, _today(request), month)
    except UnknownTable as error:
        raise HTTPException(404, error.message) from error
    except BadMonth as error:
        raise HTTPException(422, error.message) from error


def _sentence(sessions: SessionsDep, table: Table, period: isrc.Period, today: date) -> Message:
    with sessions() as session:
        return isrc.sentence(table, period, isrc.reporting_companies(session, period, today))


def _shown(row: Any, columns: tuple[Column, ...], calendar: str) -> list[str]:
    return [_cell(row.get(column.key), column, calendar) for column in columns]


def _cell(value: Cell, column: Column, calendar: str) -> str:
    if value is None:
        return i18n.gettext(N_("總計")) if column.is_year else "–"
    if column.is_year:
        return str(int(value) - ROC_OFFSET) if calendar == "roc" else str(value)
    if isinstance(value, int | float):
        return f"{value:,}"
    return i18n.language_name(value) if len(value) == 3 and value.isascii() else i18n.gettext(value)


def _chart(table: Table, calendar: str) -> str | None:
    drawn = _CHARTS.get(table.name)
    if drawn is None or not table.rows:
        return None
    label_key, keys = drawn
    columns = {column.key: column for column in table.columns}
    rows = table.rows[:24] if label_key == "value" else table.rows
    rows = rows[::-1] if label_key == "month" else rows
    return charts.bar_chart(
        i18n.say(table.title),
        i18n.gettext(N_("各數值見下表。")),
        [_cell(row.get(label_key), columns[label_key], calendar) for row in rows],
        [charts.Series(i18n.gettext(columns[k].label), [int(row.get(k) or 0) for row in rows]) for k in keys],
    )
