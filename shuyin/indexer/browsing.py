"""The browse lists follow the index of books: each value that a written document carries gets its line.

Lines are added here and taken away when the index is filled anew; until then a value that no record has any more
stands in the table, but not on the page (`search_api.browse` counts before it shows). References (用, 不用) come from
the headings and from publishers who agreed to be public.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Insert, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, sessionmaker

from shuyin.records.models import BrowseEntry, Change, Checkpoint, HeadingRow, OrganisationRow, utc_now
from shuyin.records.organisations import is_public
from shuyin.search_engine.layout import values
from shuyin.search_engine.query import Document
from shuyin.search_engine.sort_keys import class_level_key, title_key

#: List → field of the documents whose values it shows.
FIELDS = {
    "authors": "author_facet",
    "subjects": "subject_facet",
    "classes": "class",
    "publishers": "publisher_facet",
    "series": "series_facet",
}
#: Whose fills and follows keep the lists.
INDEX = "books"
#: Set when the lists hold all that the index holds; without it the index is filled anew once.
COMPLETE = "browse:books"
REFERENCES = "browse:references"

_LONGEST_VALUE, _LONGEST_KEY = 255, 240
_CHUNK = 400
_REFERENCES_AT_ONCE = 1000


def keys(listing: str, value: str) -> tuple[bytes, bytes]:
    """The place of a value in the stroke order and in the Zhuyin order (class numbers: on the shelf, in both)."""
    if listing == "classes":
        return (_bytes(class_level_key(value)),) * 2
    return _bytes(title_key(value)), _bytes(title_key(value, collation="zhuyin"))


def _bytes(key: str) -> bytes:
    return key.encode()[:_LONGEST_KEY].decode(errors="ignore").encode()


@dataclass(slots=True)
class Noting:
    """Notes the values of documents; a fill tells the lines it has seen from those that are left over."""

    begun_at: datetime = field(default_factory=utc_now)
    _noted: set[tuple[str, str]] = field(default_factory=set)

    def note(self, session: Session, documents: Iterable[Document], *, filling: bool) -> None:
        """Add the lines that are missing; with `filling`, mark those that are there as seen."""
        found = {
            (listing, value)
            for document in documents
            for listing, name in FIELDS.items()
            for value in values(document.fields, name)
            if len(value) <= _LONGEST_VALUE
        } - self._noted
        if not found:
            return
        for listing in FIELDS:
            wanted = sorted(value for of, value in found if of == listing)
            for start in range(0, len(wanted), _CHUNK):
                self._note(session, listing, wanted[start : start + _CHUNK], filling=filling)
        self._noted |= found

    def _note(self, session: Session, listing: str, wanted: Sequence[str], *, filling: bool) -> None:
        own = (BrowseEntry.list == listing, BrowseEntry.see == "", BrowseEntry.value.in_(wanted))
        there = set(session.scalars(select(BrowseEntry.value).where(*own)))
        if filling and there:
            session.execute(update(BrowseEntry).where(*own).values(seen_at=self.begun_at))
        _insert(session, [(listing, value, "", INDEX) for value in wanted if value not in there], self.begun_at)

    def finish(self, session: Session) -> None:
        """After a fill: remove the lines that no document carries any more, and set the mark that all are there."""
        left = (BrowseEntry.origin == INDEX, BrowseEntry.seen_at < self.begun_at)
        session.execute(delete(BrowseEntry).where(*left))
        session.merge(Checkpoint(name=COMPLETE, change_id=0, updated_at=self.begun_at))


def is_complete(session: Session) -> bool:
    """The lists were filled together with an index."""
    return session.get(Checkpoint, COMPLETE) is not None


def _insert(session: Session, lines: Sequence[tuple[str, str, str, str]], at: datetime) -> None:
    """Add (list, value, see, origin); another process may have been quicker."""
    if not lines:
        return
    rows = []
    for listing, value, see, origin in lines:
        stroke, zhuyin = keys(listing, value)
        rows.append(
            {
                "list": listing,
                "value": value,
                "see": see,
                "stroke": stroke,
                "zhuyin": zhuyin,
                "origin": origin,
                "seen_at": at,
            }
        )
    session.execute(_or_leave(session), rows)


def _or_leave(session: Session) -> Insert:
    """An INSERT that leaves lines alone that are there already."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(BrowseEntry).on_conflict_do_nothing()
    return sqlite.insert(BrowseEntry).on_conflict_do_nothing()


# --- references ------------------------------------------------------------------------------------------------


def follow_references(sessions: sessionmaker[Session], writes: sessionmaker[Session]) -> int:
    """Write the references of headings and publishers that have changed since; how many changes were read."""
    done = 0
    while True:
        with sessions() as session:  # look without taking the write lock: mostly there is nothing
            if not _changes(session, 1):
                return done
        with writes.begin() as session:
            read = _changes(session, _REFERENCES_AT_ONCE)
            for kind, references in (("heading", _of_headings), ("organisation", _of_organisations)):
                ids = sorted({change.record_id for change in read if change.kind == kind})
                _replace(session, kind, ids, references)
            if read:
                session.merge(Checkpoint(name=REFERENCES, change_id=read[-1].id, updated_at=utc_now()))
        done += len(read)


def _changes(session: Session, limit: int) -> list[Change]:
    seen = session.scalar(select(Checkpoint.change_id).where(Checkpoint.name == REFERENCES)) or 0
    query = select(Change).where(Change.id > seen, Change.kind.in_(("heading", "organisation")))
    return list(session.scalars(query.order_by(Change.id).limit(limit)))


_Lines = list[tuple[str, str, str, str]]


def _replace(
    session: Session, kind: str, ids: Sequence[int], references: Callable[[Session, Sequence[int]], _Lines]
) -> None:
    for start in range(0, len(ids), _CHUNK):
        some = ids[start : start + _CHUNK]
        session.execute(delete(BrowseEntry).where(BrowseEntry.origin.in_([f"{kind}:{id}" for id in some])))
        _insert(session, references(session, some), utc_now())


def _of_headings(session: Session, ids: Sequence[int]) -> _Lines:
    """Variant labels (不用) lead to the label that is used (用)."""
    rows = session.scalars(select(HeadingRow).where(HeadingRow.id.in_(ids)))
    return [
        ("subjects", variant, row.label, f"heading:{row.id}")
        for row in rows
        for variant in dict.fromkeys(row.variants or ())
        if _refers(variant, row.label)
    ]


def _of_organisations(session: Session, ids: Sequence[int]) -> _Lines:
    """Short and other names lead to the name; without consent there are none (A6)."""
    rows = session.scalars(
        select(OrganisationRow).where(OrganisationRow.id.in_(ids), OrganisationRow.deleted_at.is_(None))
    )
    return [
        ("publishers", name, row.name, f"organisation:{row.id}")
        for row in rows
        if row.is_publisher and is_public(row)
        for name in dict.fromkeys((row.short_name, *(row.other_names or ())))
        if name and _refers(name, row.name)
    ]


def _refers(name: str, used: str) -> bool:
    return name != used and 0 < len(name) <= _LONGEST_VALUE and 0 < len(used) <= _LONGEST_VALUE
