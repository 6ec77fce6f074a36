"""What the home page says of the collection, counted by the search engine, and what was announced last."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from shuyin.records import announced
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import FacetCount, FacetFilter, FacetRequest, SearchRequest

#: The counts may be this old, in seconds; the page is asked for far more often than the collection changes.
_FRESH = 30.0
_LATEST = 12
_FORMATS, _COLLECTIONS, _CLASSES = 4, 5, 2000

_cache: dict[int, tuple[float, dict[str, Any]]] = {}


def overview(engine: SearchEngine, sessions: sessionmaker[Session], today: date) -> dict[str, Any]:
    """Numbers, latest books, latest announcements (每日預告書訊) and main classes for the home page."""
    kept = _cache.get(id(engine))
    if kept and time.monotonic() - kept[0] < _FRESH:
        return kept[1]
    counted = engine.search(
        BOOKS.name,
        SearchRequest(facets=(FacetRequest("collection", _COLLECTIONS), FacetRequest("class", _CLASSES)), limit=1),
    )
    new_books = FacetFilter(include=("books",))
    formats = engine.search(
        BOOKS.name,
        SearchRequest(filters={"collection": new_books}, facets=(FacetRequest("format", _FORMATS),), limit=1),
    )
    latest = engine.search(
        BOOKS.name,
        SearchRequest(filters={"collection": new_books}, sort="newest", limit=_LATEST),
    )
    classes: list[FacetCount] = sorted(
        (c for c in counted.facets.get("class", ()) if len(c.value) == 1 and c.value.isdigit()), key=lambda c: c.value
    )
    with sessions() as session:
        day = announced.latest_day(session, today)
        books = announced.between(session, day, day, _LATEST) if day else []
    shown = {
        "announced_on": day,
        "announced": books,
        "total": counted.total,
        "formats": formats.facets.get("format", ()),
        "collections": counted.facets.get("collection", ()) if len(counted.facets.get("collection", ())) > 1 else (),
        "latest": [hit.stored for hit in latest.hits],
        "classes": classes,
    }
    _cache.clear()
    _cache[id(engine)] = (time.monotonic(), shown)
    return shown
