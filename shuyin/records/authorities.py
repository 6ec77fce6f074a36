"""Classes and headings of the schemes: their only writer. What is known already is never overwritten by a starter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from shuyin.records import changes
from shuyin.records.models import ClassRow, HeadingClassLink, HeadingRow, utc_now

#: Where links between headings and numbers were learnt.
FROM_RECORDS = "records"


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A class number with its caption; `origin` says who vouches for it."""

    number: str
    caption: str
    origin: str
    caption_en: str | None = None
    variants: tuple[str, ...] = ()
    scheme: str = "ncsclt"
    table_name: str = "main"


@dataclass(frozen=True, slots=True)
class HeadingEntry:
    """A heading; `origin` says who vouches for it."""

    label: str
    origin: str
    scheme: str = "lcstt"


def add_classes(session: Session, entries: Iterable[ClassEntry]) -> int:
    """Add the classes that are not known yet, each under the nearest broader number; how many were added."""
    changes.lock(session)
    known = {(r.scheme, r.table_name, r.number) for r in session.execute(_class_keys)}
    new = {key: e for e in entries if (key := (e.scheme, e.table_name, e.number)) not in known}
    everything = known | set(new)
    rows = [
        {
            "scheme": e.scheme,
            "table_name": e.table_name,
            "number": e.number,
            "parent": _broader(key, everything),
            "caption": e.caption,
            "caption_en": e.caption_en,
            "variants": list(e.variants),
            "origin": e.origin,
            "updated_at": utc_now(),
        }
        for key, e in new.items()
    ]
    if rows:
        session.execute(insert(ClassRow), rows)
        ids = {(r.scheme, r.table_name, r.number): r.id for r in session.execute(_class_keys)}
        changes.append_all(session, "class", [ids[key] for key in new])
    return len(rows)


_class_keys = select(ClassRow.id, ClassRow.scheme, ClassRow.table_name, ClassRow.number)


def _broader(key: tuple[str, str, str], everything: set[tuple[str, str, str]]) -> str | None:
    """The nearest broader number that is known: 011.69 → 011.6 or 011; 011 → 010 (or 01) → 000 (or 0)."""
    scheme, table, number = key
    shorter = [number[:end].rstrip(".") for end in range(len(number) - 1, 2, -1)]
    tens = [number[:2] + "0", number[:2], number[:1] + "00", number[:1]] if number[:3].isdigit() else []
    for candidate in (*shorter, *tens):
        if candidate != number and len(candidate) <= len(number) and (scheme, table, candidate) in everything:
            return candidate
    return None


def add_headings(session: Session, entries: Iterable[HeadingEntry]) -> int:
    """Add the headings that are not known yet; how many were added. Labels over 255 characters are no headings."""
    changes.lock(session)
    known = _heading_ids(session)
    new = {key: e for e in entries if (key := (e.scheme, e.label)) not in known and 0 < len(e.label) <= 255}
    rows = [
        {
            "scheme": e.scheme,
            "label": e.label,
            "origin": e.origin,
            "variants": [],
            "relations": {},
            "updated_at": utc_now(),
        }
        for e in new.values()
    ]
    if rows:
        session.execute(insert(HeadingRow), rows)
        ids = _heading_ids(session)
        changes.append_all(session, "heading", [ids[key] for key in new])
    return len(rows)


def link_headings(session: Session, counts: Mapping[tuple[str, str], int], *, scheme: str = "lcstt") -> int:
    """Note how often records give a heading and a class number together: {(label, number): count}; links written.

    Counts replace those noted before; pairs whose heading is not known are left out.
    """
    changes.lock(session)
    ids = _heading_ids(session)
    standing = {
        (link.heading_id, link.class_number): link
        for link in session.scalars(select(HeadingClassLink).where(HeadingClassLink.origin == FROM_RECORDS))
    }
    new, written = [], 0
    for (label, number), count in counts.items():
        heading_id = ids.get((scheme, label))
        if heading_id is None:
            continue
        link = standing.get((heading_id, number))
        if link is None:
            new.append({"heading_id": heading_id, "class_number": number, "origin": FROM_RECORDS, "count": count})
        elif link.count != count:
            link.count = count
            written += 1
    if new:
        session.execute(insert(HeadingClassLink), new)
    return written + len(new)


def _heading_ids(session: Session) -> dict[tuple[str, str], int]:
    return {
        (r.scheme, r.label): r.id for r in session.execute(select(HeadingRow.id, HeadingRow.scheme, HeadingRow.label))
    }
