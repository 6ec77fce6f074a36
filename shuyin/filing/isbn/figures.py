"""Figures of the applications for ISBN and CIP: by form, subject, kind of publisher; what waits (A10, C8).

Counts only: nobody can be told from them. The monthly analysis of S0 (114年7月申辦ISBN暨CIP統計分析) reads them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from shuyin.filing.isbn.queue import KINDS
from shuyin.filing.models import Cataloguing, CipNumber, FilingRow, IsbnNumber
from shuyin.filing.office import Office
from shuyin.filing.turnaround import Spread, days_between, in_states, passed_states, spread
from shuyin.records.models import OrganisationRow, User


@dataclass(frozen=True, slots=True)
class Applications:
    """The applications sent in a period. One for several forms counts once in `total` and once for each form."""

    total: int
    by_form: dict[str, int]
    by_topic: dict[str, int]  # 圖書主題
    by_publisher: dict[str, int]  # 團體 | 個人 | "" unknown
    with_cip: int
    numbers: int  # ISBNs assigned in the period
    cip_numbers: int


def applications(session: Session, first: datetime, until: datetime) -> Applications:
    """What was sent from `first` (counted) to `until` (not counted), and the numbers given out then."""
    forms: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    publishers: Counter[str] = Counter()
    total = with_cip = 0
    query = (
        select(FilingRow.answers, OrganisationRow.kind)
        .outerjoin(OrganisationRow, OrganisationRow.id == FilingRow.organisation_id)
        .where(FilingRow.kind == "isbn", FilingRow.submitted_at >= first, FilingRow.submitted_at < until)
        .execution_options(yield_per=500)
    )
    for answers, kind in session.execute(query):
        total += 1
        forms.update(answers.get("forms") or ())
        topics[str(answers.get("topic") or "")] += 1
        publishers[kind or ""] += 1
        with_cip += answers.get("cip") == "yes"
    given = select(func.count()).select_from(IsbnNumber)
    given = given.where(IsbnNumber.at >= first, IsbnNumber.at < until, IsbnNumber.state != "found")
    cip = select(func.count()).select_from(CipNumber).where(CipNumber.at >= first, CipNumber.at < until)
    return Applications(
        total,
        dict(forms.most_common()),
        dict(topics.most_common()),
        dict(publishers.most_common()),
        with_cip,
        _count(session, given),
        _count(session, cip),
    )


def _count(session: Session, query: Select[Any]) -> int:
    return int(session.scalar(query) or 0)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits now: by state, how many are late, by assignee (name, "" for nobody; open, late)."""

    by_state: dict[str, int]
    late: int
    by_assignee: tuple[tuple[str, int, int], ...]


def waiting(session: Session, office: Office) -> Waiting:
    """The open applications as they stand now; those of the filer's side (returned) count in `by_state` only."""
    query = (
        select(FilingRow.state, FilingRow.due_on, User.name, User.account)
        .outerjoin(User, User.id == FilingRow.assigned_to)
        .where(FilingRow.kind.in_(KINDS), FilingRow.submitted_at.is_not(None), FilingRow.closed_at.is_(None))
    )
    states: Counter[str] = Counter()
    mine: Counter[str] = Counter()
    late: Counter[str] = Counter()
    today = office.today()
    for state, due, name, account in session.execute(query):
        states[state] += 1
        if state in ("returned", "released"):
            continue
        person = name or account or ""
        mine[person] += 1
        late[person] += due is not None and due < today
    people = tuple((person, count, late[person]) for person, count in mine.most_common())
    return Waiting(dict(states), sum(late.values()), people)


@dataclass(frozen=True, slots=True)
class Turnaround:
    """How long applications took that were released in a period: in all, and in each state on the way."""

    released: Spread | None
    states: dict[str, Spread]


def turnaround(session: Session, first: datetime, until: datetime) -> Turnaround:
    """From sending to release, in days; read from the kept revisions."""
    query = (
        select(FilingRow.id, FilingRow.submitted_at, Cataloguing.released_at)
        .join(Cataloguing, Cataloguing.filing_id == FilingRow.id)
        .where(Cataloguing.released_at >= first, Cataloguing.released_at < until)
    )
    rows = session.execute(query).all()
    passed = passed_states(session, [id for id, _, _ in rows])
    whole: list[float] = []
    states: dict[str, list[float]] = {}
    for id, sent, released in rows:
        if sent is None or released is None:
            continue
        whole.append(days_between(sent, released))
        for state, days in in_states(passed.get(id, []), sent, released).items():
            states.setdefault(state, []).append(days)
    return Turnaround(
        spread(whole) if whole else None, {state: spread(durations) for state, durations in states.items()}
    )
