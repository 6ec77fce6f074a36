"""How long filings take: from sending to decision, and in each state on the way. Read from the kept revisions, so that
it holds for every kind of filing. Numbers only; nobody can be told from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.filing.models import FilingRevision, FilingRow

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Spread:
    """Durations in days: how many, the middle one, and the one below which nine of ten lie."""

    filings: int
    median: float
    ninth: float


@dataclass
class Turnaround:
    """One kind of filing in a period."""

    kind: str
    submitted: int = 0
    decided: Spread | None = None
    states: dict[str, Spread] = field(default_factory=dict)


def between(session: Session, first: datetime, until: datetime) -> list[Turnaround]:
    """Every kind that was sent or decided from `first` (counted) to `until` (not counted), by name."""
    found: dict[str, Turnaround] = {}
    sent = (
        select(FilingRow.kind, func.count())
        .where(FilingRow.submitted_at >= first, FilingRow.submitted_at < until)
        .group_by(FilingRow.kind)
    )
    for kind, number in session.execute(sent):
        found.setdefault(kind, Turnaround(kind)).submitted = number
    whole: dict[str, list[float]] = {}
    by_state: dict[tuple[str, str], list[float]] = {}
    decided = select(FilingRow.id, FilingRow.kind, FilingRow.submitted_at, FilingRow.closed_at).where(
        FilingRow.closed_at >= first, FilingRow.closed_at < until, FilingRow.submitted_at.is_not(None)
    )
    rows = session.execute(decided).all()
    passed = passed_states(session, [row.id for row in rows])
    for row in rows:
        found.setdefault(row.kind, Turnaround(row.kind))
        whole.setdefault(row.kind, []).append(days_between(row.submitted_at, row.closed_at))
        for state, days in in_states(passed.get(row.id, []), row.submitted_at, row.closed_at).items():
            by_state.setdefault((row.kind, state), []).append(days)
    for kind, durations in whole.items():
        found[kind].decided = spread(durations)
    for (kind, state), durations in by_state.items():
        found[kind].states[state] = spread(durations)
    return [found[kind] for kind in sorted(found)]


def passed_states(session: Session, ids: list[int]) -> dict[int, list[tuple[datetime, str]]]:
    """(from when, state) of each filing in order."""
    passed: dict[int, list[tuple[datetime, str]]] = {}
    for start in range(0, len(ids), 500):
        query = (
            select(FilingRevision.filing_id, FilingRevision.at, FilingRevision.state)
            .where(FilingRevision.filing_id.in_(ids[start : start + 500]))
            .order_by(FilingRevision.id)
        )
        for id, at, state in session.execute(query):
            passed.setdefault(id, []).append((at, state))
    return passed


def in_states(passed: Iterable[tuple[datetime, str]], sent: datetime, closed: datetime) -> dict[str, float]:
    """State → days in it, all its visits together, from sending to decision."""
    moments = [(at, state) for at, state in passed if sent <= at < closed]
    days: dict[str, float] = {}
    for place, (at, state) in enumerate(moments):
        until = moments[place + 1][0] if place + 1 < len(moments) else closed
        if until > at:  # drafts are kept at the very moment of sending
            days[state] = days.get(state, 0.0) + days_between(at, until)
    return days


def days_between(first: datetime, last: datetime) -> float:
    """Days with their fraction."""
    return (last - first) / _DAY


def spread(durations: list[float]) -> Spread:
    """The spread of durations in days, of which there is at least one."""
    ordered = sorted(durations)
    middle = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
    ninth = ordered[-(-len(ordered) * 9 // 10) - 1]
    return Spread(len(ordered), round(middle, 1), round(ninth, 1))
