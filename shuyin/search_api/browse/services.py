"""One page of a browse list, and what is known of one of its lines. No HTTP.

The table gives the lines in order from any place (keyset: page 10,000 costs what page 1 costs); the index gives the
counts, so that a line is shown only while a record that may be seen has it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

from sqlalchemy import select, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from shuyin.ai_subjects.schemes import lookup
from shuyin.records.book_json import BookJson
from shuyin.records.models import BrowseEntry, HeadingRow, OrganisationRow
from shuyin.search_api.browse.lists import BrowseList, Order
from shuyin.search_api.messages import N_, Message
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import FacetCount, FacetFilter, FacetRequest, SearchRequest, Terms
from shuyin.search_engine.sort_keys import class_level_key, class_levels, title_key

PER_PAGE = 50
PAGE_SIZES = (20, 50, 100)
#: Nobody types a longer beginning.
MAX_START = 100
#: Lines looked at for one page at most; a page that finds fewer that are in use ends there and goes on with the next.
_MOST_LOOKED_AT = 2_000
#: What is shown of one line: its books, and the values that they share most often.
_BOOKS, _SHARED, _YEARS = 20, 10, 300


class UnknownEntry(LookupError):
    """No record has this value, and nothing refers from it."""

    def __init__(self, value: str) -> None:
        self.message = Message(N_("沒有書目用到「{value}」。"), {"value": value[:50]})
        super().__init__(str(self.message))


class BadPlace(ValueError):
    """The place to go on from was not given out by this list."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line: a value with the number of its records, or a reference to the value that is used instead (`see`)."""

    value: str
    count: int
    see: str | None = None
    caption: str = ""  # of a class number


@dataclass(frozen=True, slots=True)
class Page:
    """Lines in order; `before` and `after` are the places from which the neighbouring pages go on, None at an end."""

    lines: tuple[Line, ...]
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Which page: from the line that begins so (`start`), or beyond a place that an earlier page gave out."""

    listing: BrowseList
    order: Order = Order.STROKE
    start: str = ""
    after: str | None = None
    before: str | None = None
    per_page: int = PER_PAGE


_Place = tuple[bytes, int]


def page(session: Session, engine: SearchEngine, asked: Asked) -> Page:
    """One page of a list; `BadPlace` for a place that cannot be read."""
    backwards = asked.before is not None
    beyond = asked.before or asked.after
    place = _read(beyond) if beyond else (start_key(asked), 0)
    found, reached = _collect(session, engine, asked, place, backwards=backwards)
    kept = found[: asked.per_page]
    # beyond the lines shown, where there are more; else where looking ended, unless that was the end of the list
    further = kept[-1][0] if len(found) > asked.per_page else reached
    back = kept[0][0] if kept else place
    if backwards:
        kept.reverse()
    lines = tuple(_captioned(session, asked.listing, [line for _, line in kept]))
    ahead = _place(further) if further else None
    if backwards:
        return Page(lines, ahead, _place(back))
    at_start = not asked.after and not asked.start
    return Page(lines, None if at_start else _place(back), ahead)


def start_key(asked: Asked) -> bytes:
    """Where what was typed into the start-with box stands in the order."""
    typed = asked.start.strip()[:MAX_START]
    if asked.listing.name == "classes":
        return class_level_key(typed).encode() if typed[:1].isdigit() else b""
    return title_key(typed, collation=asked.order.value).encode()


def _place(place: _Place) -> str:
    return base64.urlsafe_b64encode(place[1].to_bytes(8) + place[0]).decode().rstrip("=")


def place_of(key: str) -> str:
    """The place right before a key, for `after`."""
    return _place((key.encode(), 0))


def _read(text: str) -> _Place:
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError) as error:
        raise BadPlace(text[:50]) from error
    if not 8 <= len(raw) <= 8 + 240 or raw[0] > 127:
        raise BadPlace(text[:50])
    return raw[8:], int.from_bytes(raw[:8])


def _collect(
    session: Session, engine: SearchEngine, asked: Asked, place: _Place, *, backwards: bool
) -> tuple[list[tuple[_Place, Line]], _Place | None]:
    """Lines in use beyond a place, one more than a page where there are so many; and the last place looked at, None
    at the end of the list."""
    found: list[tuple[_Place, Line]] = []
    looked_at = 0
    while len(found) <= asked.per_page and looked_at < _MOST_LOOKED_AT:
        size = asked.per_page + 1 if not looked_at else asked.per_page * 4
        rows = _rows(session, asked, place, size, backwards=backwards)
        found += _in_use(engine, asked, rows)
        if len(rows) < size:
            return found, None
        place = (_key(asked)(rows[-1]), rows[-1].id)
        looked_at += len(rows)
    return found, place


def _rows(session: Session, asked: Asked, place: _Place, size: int, *, backwards: bool) -> Sequence[BrowseEntry]:
    column: InstrumentedAttribute[bytes] = BrowseEntry.zhuyin if asked.order is Order.ZHUYIN else BrowseEntry.stroke
    here = tuple_(column, BrowseEntry.id)
    query = select(BrowseEntry).where(BrowseEntry.list == asked.listing.name)
    if backwards:
        query = query.where(here < place).order_by(column.desc(), BrowseEntry.id.desc())
    else:
        query = query.where(here > place).order_by(column, BrowseEntry.id)
    return session.scalars(query.limit(size)).all()


def _key(asked: Asked) -> Callable[[BrowseEntry], bytes]:
    return (lambda row: row.zhuyin) if asked.order is Order.ZHUYIN else (lambda row: row.stroke)


def _in_use(engine: SearchEngine, asked: Asked, rows: Sequence[BrowseEntry]) -> list[tuple[_Place, Line]]:
    counts = counted(engine, asked.listing, [row.see or row.value for row in rows])
    key = _key(asked)
    return [
        ((key(row), row.id), Line(row.value, counts[row.see or row.value], row.see or None))
        for row in rows
        if counts.get(row.see or row.value)
    ]


def counted(engine: SearchEngine, listing: BrowseList, values: Sequence[str]) -> dict[str, int]:
    """How many records that may be seen have each value; those of none are absent."""
    wanted = tuple(dict.fromkeys(values))
    if not wanted:
        return {}
    request = SearchRequest(
        where=(Terms(listing.field, wanted),),
        facets=(FacetRequest(listing.field, len(wanted), only=wanted),),
        sort="newest",
        limit=1,
    )
    return {c.value: c.count for c in engine.search(BOOKS.name, request).facets.get(listing.field, ())}


def _captioned(session: Session, listing: BrowseList, lines: Sequence[Line]) -> Sequence[Line]:
    if listing.name != "classes":
        return lines
    captions = captions_of(session, [line.value for line in lines])
    return [replace(line, caption=captions.get(line.value, "")) for line in lines]


def captions_of(session: Session, numbers: Sequence[str]) -> dict[str, str]:
    """Number → caption; the second level (綱) stands in the tables under its first number: 81 is 810."""
    found = lookup.captions_of(session, [*numbers, *(number.ljust(3, "0") for number in numbers)])
    return {n: caption for n in numbers if (caption := found.get(n) or found.get(n.ljust(3, "0")))}


# --- one line ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """What the catalogue knows of one author, subject, class, publisher or series."""

    listing: BrowseList
    value: str
    caption: str
    total: int
    books: tuple[BookJson, ...]  # the newest
    shared: dict[str, tuple[FacetCount, ...]]  # facet → values that its records carry most often
    years: tuple[FacetCount, ...]
    used_for: tuple[str, ...]  # 不用
    see: str | None  # 用: the value itself has no records
    record: str | None  # the page of its authority record or of its organisation


def entry(session: Session, engine: SearchEngine, listing: BrowseList, value: str) -> Entry:
    """One line with its newest books; `UnknownEntry`."""
    if listing.name == "classes":  # as the index has it: without what stands around the digits
        value = next(iter(class_levels(value)[::-1]), value)
    facets = {f.name: f.source for f in BOOKS.facets if f.name in ("author", "subject", "publisher", "series")}
    request = SearchRequest(
        filters={listing.field: FacetFilter(include=(value,))},
        facets=(
            *(FacetRequest(source, _SHARED) for name, source in facets.items() if name != listing.facet),
            FacetRequest("year", _YEARS),
        ),
        sort="newest",
        limit=_BOOKS,
    )
    found = engine.search(BOOKS.name, request)
    see = None if found.total else _see(session, engine, listing, value)
    if not found.total and see is None:
        raise UnknownEntry(value)
    return Entry(
        listing=listing,
        value=value,
        caption=captions_of(session, [value]).get(value, "") if listing.name == "classes" else "",
        total=found.total,
        books=tuple(cast("BookJson", hit.stored) for hit in found.hits),
        shared={name: found.facets[source] for name, source in facets.items() if found.facets.get(source)},
        years=tuple(sorted(found.facets.get("year", ()), key=lambda c: c.value)),
        used_for=_used_for(session, listing, value),
        see=see,
        record=_record(session, listing, value),
    )


def _see(session: Session, engine: SearchEngine, listing: BrowseList, value: str) -> str | None:
    """The value in use to which a reference leads."""
    own = (BrowseEntry.list == listing.name, BrowseEntry.value == value, BrowseEntry.see != "")
    targets = session.scalars(select(BrowseEntry.see).where(*own).order_by(BrowseEntry.see)).all()
    in_use = counted(engine, listing, targets)
    return next((target for target in targets if target in in_use), None)


def _used_for(session: Session, listing: BrowseList, value: str) -> tuple[str, ...]:
    if listing.name not in ("subjects", "publishers"):
        return ()
    own = (BrowseEntry.list == listing.name, BrowseEntry.see == value)
    return tuple(session.scalars(select(BrowseEntry.value).where(*own).order_by(BrowseEntry.stroke)))


def _record(session: Session, listing: BrowseList, value: str) -> str | None:
    if listing.name == "subjects":
        id = session.scalar(select(HeadingRow.id).where(HeadingRow.label == value).order_by(HeadingRow.id))
        return f"/subjects/{id}" if id else None
    if listing.name == "classes":
        return f"/classes/{value}" if lookup.class_row(session, value) else None
    if listing.name == "publishers":
        named = (
            OrganisationRow.name == value,
            OrganisationRow.is_publisher.is_(True),
            OrganisationRow.deleted_at.is_(None),
        )
        id = session.scalar(select(OrganisationRow.id).where(*named).order_by(OrganisationRow.id))
        return f"/publishers/{id}" if id else None
    return None
