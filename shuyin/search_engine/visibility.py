"""Records with a date of exposure in the future are indexed, but not shown before it.

`VisibleOnly` wraps the engine in the composition root, so that no caller can forget the condition. Completions are
the exception: a word of such a title may be suggested before.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from shuyin.search_engine.declaration import INDEXES, IndexDeclaration
from shuyin.search_engine.port import Rebuild, SearchEngine
from shuyin.search_engine.query import Bool, Document, Query, Range, SearchRequest, SearchResult, Suggestion

#: INTEGER field of a declaration, seconds since 1970: set only where a record has a date of exposure, so that the
#: condition touches few records.
VISIBLE_FROM = "visible_from"


def moment(at: datetime) -> int:
    """An aware time as the field keeps it; parts of a second count as a whole one."""
    return math.ceil(at.timestamp())


def _shown_until(now: datetime) -> int:
    """The last moment, as the field keeps it, of what may be seen now: never a part of a second early."""
    return math.floor(now.timestamp())


def visible(now: datetime) -> Query:
    """The condition for `SearchRequest.where` that leaves out what is not to be seen yet."""
    return Bool(must_not=(Range(VISIBLE_FROM, gte=_shown_until(now) + 1),))


def _now() -> datetime:
    return datetime.now(UTC)


class VisibleOnly:
    """A `SearchEngine` that answers with what may be seen at the moment of asking."""

    def __init__(
        self,
        engine: SearchEngine,
        indexes: Mapping[str, IndexDeclaration] = INDEXES,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self._engine = engine
        self._dated = {name for name, index in indexes.items() if any(f.name == VISIBLE_FROM for f in index.fields)}
        self._now = now

    def search(self, index: str, request: SearchRequest) -> SearchResult:
        """See `port.SearchEngine`."""
        return self._engine.search(index, self._narrowed(index, request))

    def get(self, index: str, ids: Sequence[str]) -> list[Document]:
        """See `port.SearchEngine`."""
        until = _shown_until(self._now())
        return [found for found in self._engine.get(index, ids) if found.stored.get(VISIBLE_FROM, until) <= until]

    def suggest(self, index: str, prefix: str, limit: int = 10) -> list[Suggestion]:
        """See `port.SearchEngine`."""
        return self._engine.suggest(index, prefix, limit)

    def similar(self, index: str, id: str, limit: int = 10) -> SearchResult:
        """See `port.SearchEngine`."""
        until = _shown_until(self._now())
        found = self._engine.similar(index, id, limit)
        hits = tuple(hit for hit in found.hits if hit.stored.get(VISIBLE_FROM, until) <= until)
        return replace(found, hits=hits, total=found.total - (len(found.hits) - len(hits)))

    def did_you_mean(self, index: str, text: str, limit: int = 3) -> list[str]:
        """See `port.SearchEngine`."""
        return self._engine.did_you_mean(index, text, limit)

    def explain(self, index: str, request: SearchRequest, id: str) -> str:
        """See `port.SearchEngine`."""
        return self._engine.explain(index, self._narrowed(index, request), id)

    def write(self, index: str, upserts: Sequence[Document], deletes: Sequence[str] = ()) -> None:
        """See `port.SearchEngine`."""
        self._engine.write(index, upserts, deletes)

    def rebuild(self, index: str) -> Rebuild:
        """See `port.SearchEngine`."""
        return self._engine.rebuild(index)

    def count(self, index: str) -> int:
        """See `port.SearchEngine`: all documents, also those that are not to be seen yet."""
        return self._engine.count(index)

    def version(self, index: str) -> str | None:
        """See `port.SearchEngine`: some records come into sight by the clock alone, so those still hidden count."""
        known = self._engine.version(index)
        if known is None or index not in self._dated:
            return known
        hidden = Range(VISIBLE_FROM, gte=math.floor(self._now().timestamp()) + 1)
        return f"{known} {self._engine.search(index, SearchRequest(query=hidden, limit=1)).total}"

    def ping(self) -> None:
        """See `port.SearchEngine`."""
        self._engine.ping()

    def close(self) -> None:
        """See `port.SearchEngine`."""
        self._engine.close()

    def _narrowed(self, index: str, request: SearchRequest) -> SearchRequest:
        if index not in self._dated:
            return request
        return replace(request, where=(*request.where, visible(self._now())))
