"""The learning loop: note what was shown, ticked and assigned; report acceptance."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import CursorResult, Select, delete, func, select
from sqlalchemy.orm import Session

from shuyin.ai_subjects.description import Description, digits
from shuyin.ai_subjects.models import RecommendationRow
from shuyin.ai_subjects.recommender import Recommendation
from shuyin.records.models import utc_now

#: `origin` of recommendations that a publisher and a cataloguer answer; of the page and the API.
FILING, PAGE, API = "filing", "page", "api"
_ID = RecommendationRow.id
_DECIDED = RecommendationRow.assigned_at.is_not(None)


class UnknownRecommendation(LookupError):
    """There is no recommendation with this number."""


def inputs_hash(description: Description) -> str:
    """sha256 of the description: the same input can be recognised, the text cannot be read back."""
    return hashlib.sha256(json.dumps(asdict(description), sort_keys=True).encode()).hexdigest()


def note_shown(session: Session, description: Description, found: Recommendation, *, origin: str = FILING) -> int:
    """Keep what was recommended; returns the number under which the rest is noted. Of anybody's question (`origin`
    page or api) not even the publisher is kept."""
    row = RecommendationRow(
        model=found.model[:64],
        inputs_hash=inputs_hash(description),
        origin=origin,
        publisher=description.publisher[:500] if origin == FILING else "",
        shown={
            "subjects": [[one.label, round(one.score, 4)] for one in found.subjects],
            "classes": [[one.number, round(one.score, 4)] for one in found.classes],
        },
    )
    session.add(row)
    session.flush()
    return row.id


def _row(session: Session, number: int) -> RecommendationRow:
    row = session.get(RecommendationRow, number)
    if row is None:
        raise UnknownRecommendation(f"there is no recommendation {number}")
    return row


def note_ticked(session: Session, number: int, subjects: Sequence[str], classes: Sequence[str]) -> None:
    """Keep what the publisher chose of it (and added to it); `UnknownRecommendation`."""
    _row(session, number).ticked = {"subjects": list(subjects), "classes": list(classes)}


def note_assigned(
    session: Session, number: int, subjects: Sequence[str], classes: Sequence[str], record_id: int | None = None
) -> None:
    """Keep what the cataloguer assigned in the end; `UnknownRecommendation`. With `record_id` (a row of `books`) the
    recommender knows that record from its next answer on, in every process (`live.recommender`)."""
    row = _row(session, number)
    row.assigned = {"subjects": list(subjects), "classes": list(classes)}
    row.assigned_at, row.record_id = utc_now(), record_id


@dataclass(frozen=True, slots=True)
class Acceptance:
    """How a group of recommendations fared: shares of decided ones."""

    name: str
    decided: int
    subjects_accepted: float  # of the headings assigned, how many had been shown
    class_first: float  # the first class number shown was assigned
    class_shown: float  # the class number assigned had been shown
    ticked: int  # recommendations of which a publisher ticked something
    ticked_kept: float  # of the headings that publishers ticked, how many the cataloguer assigned
    ticked_added: float  # of the headings that publishers gave, how many had not been shown


@dataclass(frozen=True, slots=True)
class Report:
    """What a staff page shows."""

    shown: int
    decided: int
    overall: Acceptance
    by_month: tuple[Acceptance, ...]
    by_class: tuple[Acceptance, ...]
    by_publisher: tuple[Acceptance, ...]
    by_model: tuple[Acceptance, ...]
    missed_subjects: tuple[tuple[str, int], ...]  # assigned, not shown
    missed_classes: tuple[tuple[str, str, int], ...]  # shown first, assigned instead, how often


def acceptance(session: Session, since: datetime | None = None) -> Report:
    """Acceptance over time, per main class, publisher and model, with the commonest misses."""
    decided = list(session.scalars(_since(select(RecommendationRow), since).where(_DECIDED).order_by(_ID)))
    missed: Counter[str] = Counter()
    changed: Counter[tuple[str, str]] = Counter()
    for row in decided:
        shown = {label for label, _ in row.shown["subjects"]}
        missed.update(label for label in _assigned(row, "subjects") if label not in shown)
        first = row.shown["classes"][0][0] if row.shown["classes"] else ""
        changed.update((first, number) for number in _assigned(row, "classes")[:1] if number != first)
    by_publisher = _grouped([row for row in decided if row.publisher], lambda row: row.publisher)
    return Report(
        shown=session.scalar(_since(select(func.count(_ID)), since)) or 0,
        decided=len(decided),
        overall=_fared("", decided),
        by_month=_grouped(decided, lambda row: row.at.strftime("%Y-%m")),
        by_class=_grouped(decided, lambda row: digits("".join(_assigned(row, "classes")[:1]))[:1]),
        by_publisher=tuple(sorted(by_publisher, key=lambda one: -one.decided)[:50]),
        by_model=_grouped(decided, lambda row: row.model),
        missed_subjects=tuple(missed.most_common(20)),
        missed_classes=tuple((*pair, count) for pair, count in changed.most_common(20)),
    )


def _since(query: Select[Any], since: datetime | None) -> Select[Any]:
    return query if since is None else query.where(RecommendationRow.at >= since)


def forget(session: Session, before: datetime) -> int:
    """Remove anybody's questions before that time: nobody decides them; how many there were."""
    old = RecommendationRow.at < before, RecommendationRow.origin != FILING
    return cast("CursorResult[Any]", session.execute(delete(RecommendationRow).where(*old))).rowcount


def _assigned(row: RecommendationRow, kind: str) -> list[str]:
    return (row.assigned or {}).get(kind, [])


def _ticked(row: RecommendationRow) -> list[str]:
    return (row.ticked or {}).get("subjects", [])


def _grouped(rows: Sequence[RecommendationRow], key: Callable[[RecommendationRow], str]) -> tuple[Acceptance, ...]:
    groups: dict[str, list[RecommendationRow]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return tuple(_fared(name, groups[name]) for name in sorted(groups))


def _fared(name: str, rows: Sequence[RecommendationRow]) -> Acceptance:
    subjects = [
        (label, {one for one, _ in row.shown["subjects"]}) for row in rows for label in _assigned(row, "subjects")
    ]
    ticked = [row for row in rows if row.ticked]
    classed = [(row.shown["classes"], _assigned(row, "classes")[0]) for row in rows if _assigned(row, "classes")]
    return Acceptance(
        name,
        len(rows),
        _share([label in shown for label, shown in subjects]),
        _share([bool(shown) and shown[0][0] == number for shown, number in classed]),
        _share([any(one == number for one, _ in shown) for shown, number in classed]),
        len(ticked),
        _share([label in _assigned(row, "subjects") for row in ticked for label in _ticked(row)]),
        _share([label not in dict(row.shown["subjects"]) for row in ticked for label in _ticked(row)]),
    )


def _share(hits: Sequence[bool]) -> float:
    return sum(hits) / len(hits) if hits else 0.0
