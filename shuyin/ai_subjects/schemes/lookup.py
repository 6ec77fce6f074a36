"""Looking up headings and classes: exact (精確) and approximate (近似), in any spelling; and the tree of classes."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.ai_subjects.folding import fold
from shuyin.ai_subjects.schemes.services import CLASS_SCHEME, above
from shuyin.records.models import ClassRow, HeadingClassLink, HeadingRow

Match = Literal["exact", "approximate"]
#: Share of common bigrams from which two wordings are alike.
_ALIKE = 0.45
#: A number of the main tables; literature and auxiliary notations go further in ways of their own.
_NUMBER = re.compile(r"\d{3}(\.\d{1,12})?")
#: Origin of a class that the loaded tables do not have.
UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that matches; `variant` is the wording that matched where it is not the preferred one (USE)."""

    id: int
    label: str
    variant: str | None
    likeness: float


@dataclass(frozen=True, slots=True)
class _Wording:
    id: int
    label: str
    text: str
    folded: str
    bigrams: frozenset[str]


class Lookup:
    """All wordings in memory; read again when the tables have changed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._state: dict[str, object] = {}
        self._wordings: dict[str, list[_Wording]] = {"heading": [], "class": []}

    def headings(self, session: Session, words: str, match: Match) -> list[Found]:
        """Headings by preferred or variant label, best first."""
        return self._find(session, "heading", words, match)

    def classes(self, session: Session, words: str, match: Match) -> list[Found]:
        """Classes by caption, variant caption or number (an approximate number is its beginning), best first."""
        return self._find(session, "class", words, match)

    def _find(self, session: Session, kind: str, words: str, match: Match) -> list[Found]:
        wanted = fold(words).strip()
        if not wanted:
            return []
        grams = _bigrams(wanted)
        best: dict[int, Found] = {}
        for wording in self._read(session, kind):
            likeness = _likeness(wanted, grams, wording, match, kind == "class" and wanted[0].isdigit())
            if likeness and (wording.id not in best or best[wording.id].likeness < likeness):
                variant = wording.text if wording.text != wording.label else None
                best[wording.id] = Found(wording.id, wording.label, variant, likeness)
        return sorted(best.values(), key=lambda found: (-found.likeness, len(found.label), found.label))

    def _read(self, session: Session, kind: str) -> list[_Wording]:
        table: type[HeadingRow] | type[ClassRow] = HeadingRow if kind == "heading" else ClassRow
        state = session.execute(select(func.count(), func.max(table.id), func.max(table.updated_at))).one()
        with self._lock:
            if self._state.get(kind) != tuple(state):
                self._wordings[kind] = _headings(session) if kind == "heading" else _classes(session)
                self._state[kind] = tuple(state)
            return self._wordings[kind]


def _likeness(wanted: str, grams: frozenset[str], wording: _Wording, match: Match, number: bool) -> float:
    """1 for the same wording, less for one that begins with it, holds it, or shares its bigrams; 0 for no match."""
    if wording.folded == wanted:
        return 1.0
    if match == "exact":
        return 0.0
    if wording.folded.startswith(wanted):
        return 0.9
    if number:
        return 0.0
    if wanted in wording.folded:
        return 0.8
    common = len(grams & wording.bigrams)
    alike = 2 * common / (len(grams) + len(wording.bigrams)) if common else 0.0
    return 0.7 * alike if alike >= _ALIKE else 0.0


def _bigrams(folded: str) -> frozenset[str]:
    return frozenset(folded[start : start + 2] for start in range(max(1, len(folded) - 1)))


def _wording(id: int, label: str, text: str) -> _Wording:
    folded = fold(text).strip()
    return _Wording(id, label, text, folded, _bigrams(folded))


def _headings(session: Session) -> list[_Wording]:
    rows = session.execute(select(HeadingRow.id, HeadingRow.label, HeadingRow.label_en, HeadingRow.variants))
    return [
        _wording(id, label, text)
        for id, label, english, variants in rows
        for text in dict.fromkeys((label, *((english,) if english else ()), *(variants or ())))
    ]


def _classes(session: Session) -> list[_Wording]:
    rows = session.execute(
        select(ClassRow.id, ClassRow.number, ClassRow.caption, ClassRow.caption_en, ClassRow.variants)
    )
    return [
        _wording(id, number, text)
        for id, number, caption, english, variants in rows
        for text in dict.fromkeys((number, caption, *((english,) if english else ()), *(variants or ())))
    ]


@dataclass(frozen=True, slots=True)
class ClassLink:
    """A class that goes with a heading: given by the scheme (count 0), or by that many records."""

    number: str
    caption: str
    origin: str
    count: int


@dataclass(frozen=True, slots=True)
class HeadingLink:
    """A heading that goes with a class."""

    id: int
    label: str
    origin: str
    count: int


def classes_of(session: Session, heading_id: int, limit: int = 12) -> list[ClassLink]:
    """Classes linked to a heading, those of the scheme first, then by their count."""
    rows = session.execute(
        select(HeadingClassLink.class_number, HeadingClassLink.origin, HeadingClassLink.count)
        .where(HeadingClassLink.heading_id == heading_id)
        .order_by(HeadingClassLink.origin.desc(), HeadingClassLink.count.desc(), HeadingClassLink.class_number)
        .limit(limit)
    ).all()
    captions = captions_of(session, [number for number, _, _ in rows])
    return [ClassLink(number, captions.get(number, ""), origin, count) for number, origin, count in rows]


def headings_of(session: Session, number: str, limit: int = 20) -> list[HeadingLink]:
    """Headings linked to a class number, most used first."""
    rows = session.execute(
        select(HeadingRow.id, HeadingRow.label, HeadingClassLink.origin, HeadingClassLink.count)
        .join(HeadingClassLink, HeadingClassLink.heading_id == HeadingRow.id)
        .where(HeadingClassLink.class_number == number)
        .order_by(HeadingClassLink.origin.desc(), HeadingClassLink.count.desc(), HeadingRow.label)
        .limit(limit)
    )
    return [HeadingLink(id, label, origin, count) for id, label, origin, count in rows]


def captions_of(session: Session, numbers: Sequence[str]) -> dict[str, str]:
    """Number → caption, for those in the main tables."""
    if not numbers:
        return {}
    rows = session.execute(
        select(ClassRow.number, ClassRow.caption).where(ClassRow.number.in_(numbers), ClassRow.table_name == "main")
    )
    return {row.number: row.caption for row in rows}


def ids_of(session: Session, labels: Sequence[str]) -> dict[str, int]:
    """Heading label → id, for those in the tables."""
    if not labels:
        return {}
    rows = session.execute(select(HeadingRow.label, HeadingRow.id).where(HeadingRow.label.in_(labels)))
    return {row.label: row.id for row in rows}


def class_row(session: Session, number: str) -> ClassRow | None:
    """The class with this number; the main tables before auxiliary ones."""
    rows = session.scalars(select(ClassRow).where(ClassRow.number == number)).all()
    return min(rows, key=lambda row: row.table_name != "main", default=None)


def class_or_unlisted(session: Session, number: str) -> ClassRow | None:
    """The class with this number, or one without a caption below the nearest class that the tables have.

    Catalogues divide further than the tables that are loaded (011.016 where these end at 011). None for what is no
    class number, or lies below nothing known.
    """
    row = class_row(session, number)
    if row is not None or not _NUMBER.fullmatch(number):
        return row
    near = select(ClassRow.number).where(ClassRow.table_name == "main", ClassRow.number.startswith(number[0]))
    parent = above(number, set(session.scalars(near)))
    if parent is None:
        return None
    return ClassRow(
        scheme=CLASS_SCHEME, table_name="main", number=number, parent=parent, caption="", variants=[], origin=UNLISTED
    )


def roots(session: Session) -> list[ClassRow]:
    """The ten main classes: numbers that end in 00, or what has no parent in a table without them."""
    rows = list(
        session.scalars(
            select(ClassRow).where(ClassRow.parent.is_(None), ClassRow.table_name == "main").order_by(ClassRow.number)
        )
    )
    hundreds = [row for row in rows if len(row.number) == 3 and row.number.endswith("00")]
    return hundreds or rows


def children(session: Session, number: str) -> list[ClassRow]:
    """The classes right below a number."""
    return list(session.scalars(select(ClassRow).where(ClassRow.parent == number).order_by(ClassRow.number)))


def parents_with_children(session: Session, numbers: Sequence[str]) -> set[str]:
    """Which of the numbers have classes below them."""
    if not numbers:
        return set()
    counted = Counter(session.scalars(select(ClassRow.parent).where(ClassRow.parent.in_(numbers))))
    return {number for number in counted if number}


def path(session: Session, row: ClassRow) -> list[ClassRow]:
    """The classes above, from the main class down; a loop in a damaged file ends the path."""
    above: list[ClassRow] = []
    seen = {row.number}
    parent = row.parent
    while parent and parent not in seen:
        seen.add(parent)
        found = class_row(session, parent)
        if found is None:
            break
        above.append(found)
        parent = found.parent
    return above[::-1]


def auxiliary_tables(session: Session) -> list[tuple[str, int]]:
    """Auxiliary tables (類表編, 附表) with the number of their entries."""
    rows = session.execute(
        select(ClassRow.table_name, func.count())
        .where(ClassRow.table_name != "main")
        .group_by(ClassRow.table_name)
        .order_by(ClassRow.table_name)
    )
    return [(name, count) for name, count in rows]


def table_entries(session: Session, name: str, limit: int = 500) -> list[ClassRow]:
    """Entries of one auxiliary table."""
    query = select(ClassRow).where(ClassRow.table_name == name).order_by(ClassRow.number).limit(limit)
    return list(session.scalars(query))
