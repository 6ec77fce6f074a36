"""How long filings take, as statistics tables (row A10): `filing.turnaround` in words and columns.

They are added to the tables of the read side here, since that room does not know the filings.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from shuyin.filing import turnaround
from shuyin.filing.registry import FILINGS
from shuyin.filing.turnaround import Spread, Turnaround
from shuyin.records.exposure import TAIPEI
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.statistics.isrc import Period
from shuyin.search_api.statistics.registry import TableSource, register
from shuyin.search_api.statistics.tables import Cell, Column, Table

_DAYS = (Column("median", N_("天數中位數")), Column("ninth", N_("九成於幾天內")))
_NOTE = Message(N_("由送件到結案的日曆天數；一天為 24 小時。以結案月份計算。"))


def whole(session: Session, period: Period, today: date) -> Table:
    """Sent and decided filings of a month by kind, and how long the decided ones took."""
    rows = [
        {"kind": _title(one), "submitted": one.submitted, **_days(one.decided, "decided")}
        for one in _between(session, period)
    ]
    return Table(
        name="filing-turnaround",
        title=Message(N_("{month} 申辦案件處理時間"), {"month": period.month}),
        columns=(
            Column("kind", N_("申辦項目")),
            Column("submitted", N_("送件數")),
            Column("decided", N_("結案數")),
            *_DAYS,
        ),
        rows=tuple(rows),
        notes=(_NOTE,),
    )


def by_step(session: Session, period: Period, today: date) -> Table:
    """How long the filings decided in a month stood in each state on their way."""
    rows: list[Mapping[str, Cell]] = [
        {"kind": _title(one), "state": _state(one.kind, state), **_days(spread, "filings")}
        for one in _between(session, period)
        for state, spread in one.states.items()
    ]
    return Table(
        name="filing-steps",
        title=Message(N_("{month} 申辦案件各階段時間"), {"month": period.month}),
        columns=(
            Column("kind", N_("申辦項目")),
            Column("state", N_("處理狀態")),
            Column("filings", N_("案件數")),
            *_DAYS,
        ),
        rows=tuple(rows),
        notes=(_NOTE,),
    )


def _between(session: Session, period: Period) -> list[Turnaround]:
    first = datetime.combine(period.first, time.min, tzinfo=TAIPEI)
    until = datetime.combine(period.last + timedelta(days=1), time.min, tzinfo=TAIPEI)
    return turnaround.between(session, first, until)


def _days(spread: Spread | None, number: str) -> dict[str, Cell]:
    if spread is None:
        return {number: 0, "median": None, "ninth": None}
    return {number: spread.filings, "median": spread.median, "ninth": spread.ninth}


def _title(one: Turnaround) -> str:
    filing = FILINGS.get(one.kind)
    return filing.title if filing else one.kind


def _state(kind: str, name: str) -> str:
    filing = FILINGS.get(kind)
    labels = {state.name: state.label for state in filing.states} if filing else {}
    return labels.get(name, name)


def install() -> None:
    """Add the tables."""
    register("filing-turnaround", TableSource(whole, counted=False))
    register("filing-steps", TableSource(by_step, counted=False))
