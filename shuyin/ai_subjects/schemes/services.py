"""Schemes in the tables: loading, counting, and the links between headings and classes that records teach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from shuyin.ai_subjects.description import LabelledRecord
from shuyin.ai_subjects.scheme import RECORDS_ORIGIN, STARTER_ORIGIN, starter_classes
from shuyin.ai_subjects.schemes.entries import ClassEntry, HeadingEntry, SchemeFile
from shuyin.ai_subjects.starter_loading import PRINTED_ORIGIN
from shuyin.records import changes
from shuyin.records.models import ClassRow, HeadingClassLink, HeadingRow, utc_now

#: Codes of MARC 650 $2 and 084 $2 for the national schemes.
HEADING_SCHEME = "lcstt"
CLASS_SCHEME = "ncsclt"
#: Origins of classes that come with the project.
_NOT_OFFICIAL = (STARTER_ORIGIN, PRINTED_ORIGIN)
#: Lengths of the columns; what is longer is not a heading or a number.
_LONGEST_LABEL = 255
_LONGEST_NUMBER = 32
#: Share of an origin's entries that may vanish from one edition to the next.
MOST_GONE = 0.2


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did."""

    classes: int
    headings: int
    links: int
    removed: int


@dataclass(frozen=True, slots=True)
class Counts:
    """The status line of S0: 共有 N 筆類目資料 / 共有 N 筆主題詞資料; `starter` while no official file is loaded."""

    classes: int
    headings: int
    starter: bool


def counts(session: Session) -> Counts:
    """Real counts of the tables."""
    classes = session.scalar(select(func.count()).select_from(ClassRow)) or 0
    headings = session.scalar(select(func.count()).select_from(HeadingRow)) or 0
    official = session.scalar(select(ClassRow.id).where(ClassRow.origin.not_in(_NOT_OFFICIAL)).limit(1))
    return Counts(classes, headings, starter=official is None)


def load(session: Session, file: SchemeFile, origin: str) -> Loaded:
    """Write the entries in the caller's transaction. Entries of the starter that the file does not have go; loading
    the same file twice changes nothing but the date."""
    removed = 0
    class_rows = _write_classes(session, file.classes, origin)
    heading_rows = _write_headings(session, file.headings, origin)
    session.flush()
    if file.classes and origin != STARTER_ORIGIN:
        removed += _remove(session, "class", ClassRow, {STARTER_ORIGIN})
    if file.headings and origin not in (STARTER_ORIGIN, RECORDS_ORIGIN):
        removed += _remove(session, "heading", HeadingRow, {STARTER_ORIGIN})
    links = _write_links(session, file.headings, heading_rows)
    changes.append_all(session, "class", [row.id for row in class_rows])
    changes.append_all(session, "heading", [row.id for row in heading_rows.values()])
    return Loaded(len(class_rows), len(heading_rows), links, removed)


def drop_absent(session: Session, file: SchemeFile, origin: str) -> int:
    """Remove what this origin gave earlier and does not have any more; how many. A file that lacks more than a fifth of
    it is taken for a damaged one, and nothing goes."""
    gone = 0
    tables: tuple[tuple[str, type[ClassRow] | type[HeadingRow], set[str], Any], ...] = (
        ("class", ClassRow, {entry.number for entry in file.classes}, ClassRow.number),
        ("heading", HeadingRow, {entry.label for entry in file.headings}, HeadingRow.label),
    )
    for kind, table, there, column in tables:
        rows = session.execute(select(table.id, column).where(table.origin == origin)).all()
        absent = [id for id, name in rows if name not in there]
        if not there or not absent or len(absent) > MOST_GONE * len(rows):
            continue
        for begin in range(0, len(absent), 500):
            session.execute(delete(table).where(table.id.in_(absent[begin : begin + 500])))
        changes.append_all(session, kind, absent, deleted=True)
        gone += len(absent)
    return gone


def _remove(session: Session, kind: str, table: type[ClassRow] | type[HeadingRow], origins: set[str]) -> int:
    ids = list(session.scalars(select(table.id).where(table.origin.in_(origins))))
    session.execute(delete(table).where(table.origin.in_(origins)))
    changes.append_all(session, kind, ids, deleted=True)
    return len(ids)


def _write_classes(session: Session, entries: Sequence[ClassEntry], origin: str) -> list[ClassRow]:
    known = {(row.table_name, row.number): row for row in session.scalars(select(ClassRow))} if entries else {}
    numbers = {entry.number for entry in entries if entry.table == "main"}
    written: dict[tuple[str, str], ClassRow] = {}
    for entry in entries:
        if len(entry.number) > _LONGEST_NUMBER:
            continue
        key = (entry.table, entry.number)
        row = known.get(key) or written.get(key)
        if row is None:
            row = ClassRow(scheme=CLASS_SCHEME, table_name=entry.table, number=entry.number)
            session.add(row)
        row.caption, row.caption_en, row.variants = entry.caption, entry.caption_en, list(entry.variants)
        row.parent = entry.parent or (above(entry.number, numbers) if entry.table == "main" else None)
        row.uri, row.note, row.origin, row.updated_at = entry.uri, entry.note, origin, utc_now()
        written[key] = row
    return list(written.values())


def above(number: str, numbers: Iterable[str] | set[str]) -> str | None:
    """The nearest number above that exists: 863.57 → 863 → 860 → 800 (divisions end in zeros)."""
    known = numbers if isinstance(numbers, set) else set(numbers)
    shorter = number
    while "." in shorter:
        shorter = shorter[:-1].rstrip(".")
        if shorter in known:
            return shorter
    for keep in (2, 1):
        division = shorter[:keep] + "0" * (3 - keep)
        if len(shorter) == 3 and division in known and division != number:
            return division
    return None


def _write_headings(session: Session, entries: Sequence[HeadingEntry], origin: str) -> dict[str, HeadingRow]:
    known = {row.label: row for row in session.scalars(select(HeadingRow))} if entries else {}
    written: dict[str, HeadingRow] = {}
    for entry in entries:
        if len(entry.label) > _LONGEST_LABEL:
            continue
        row = known.get(entry.label) or written.get(entry.label)
        if row is None:
            row = HeadingRow(scheme=HEADING_SCHEME, label=entry.label)
            session.add(row)
        row.uri, row.label_en, row.note = entry.uri, entry.label_en, entry.note
        row.variants = list(entry.variants)
        row.relations = {
            name: list(labels)
            for name, labels in (("broader", entry.broader), ("narrower", entry.narrower), ("related", entry.related))
            if labels
        }
        row.origin, row.updated_at = origin, utc_now()
        written[entry.label] = row
    return written


def _write_links(session: Session, entries: Sequence[HeadingEntry], rows: dict[str, HeadingRow]) -> int:
    given = [
        (rows[entry.label].id, number) for entry in entries if entry.label in rows for number in entry.class_numbers
    ]
    if not given:
        return 0
    known = {
        (link.heading_id, link.class_number)
        for link in session.scalars(select(HeadingClassLink).where(HeadingClassLink.origin == "scheme"))
    }
    fresh = [pair for pair in dict.fromkeys(given) if pair not in known and len(pair[1]) <= _LONGEST_NUMBER]
    session.add_all(
        HeadingClassLink(heading_id=h, class_number=number, origin="scheme", count=0) for h, number in fresh
    )
    return len(fresh)


def load_starter(session: Session, records: Iterable[LabelledRecord]) -> Loaded:
    """The starter classes (unless official ones are loaded), the headings that records use, and the links between
    them with their counts. Safe to run again: it follows the records."""
    used: Counter[str] = Counter()
    together: Counter[tuple[str, str]] = Counter()
    for record in records:
        for label in record.subjects:
            used[label] += 1
            if record.class_number:
                together[label, record.class_number] += 1
    classes: tuple[ClassEntry, ...] = ()
    if counts(session).starter:
        classes = tuple(
            ClassEntry(entry.number, entry.caption, entry.caption_en or None, entry.variants)
            for entry in starter_classes()
        )
    known = set(session.scalars(select(HeadingRow.label)))
    fresh = tuple(HeadingEntry(label) for label in used if label not in known)
    loaded = load(session, SchemeFile(classes=_changed(session, classes)), STARTER_ORIGIN)
    added = load(session, SchemeFile(headings=fresh), RECORDS_ORIGIN)
    links = _learn_links(session, together)
    return Loaded(loaded.classes, added.headings, links, 0)


def _changed(session: Session, classes: tuple[ClassEntry, ...]) -> tuple[ClassEntry, ...]:
    rows = session.execute(select(ClassRow.number, ClassRow.caption))
    known = {row.number: row.caption for row in rows}
    return tuple(entry for entry in classes if known.get(entry.number) != entry.caption)


def _learn_links(session: Session, together: Counter[tuple[str, str]]) -> int:
    ids = {label: id for id, label in session.execute(select(HeadingRow.id, HeadingRow.label))}
    session.execute(delete(HeadingClassLink).where(HeadingClassLink.origin == "records"))
    rows = [
        HeadingClassLink(heading_id=ids[label], class_number=number, origin="records", count=count)
        for (label, number), count in together.items()
        if label in ids and len(number) <= _LONGEST_NUMBER
    ]
    session.add_all(rows)
    return len(rows)
