"""What the read side can do: search a state, fetch records, suggest. No HTTP."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import cast

from shuyin.records.book_json import BookJson
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.queries import meant, to_request, understood
from shuyin.search_api.rescue import Relaxed, Rescue, rescue
from shuyin.search_api.state import SearchState
from shuyin.search_engine import parsing
from shuyin.search_engine.declaration import BOOKS, Facet, IndexDeclaration
from shuyin.search_engine.port import MAX_WINDOW, SearchEngine
from shuyin.search_engine.query import (
    FacetCount,
    FacetRequest,
    Hit,
    SearchRequest,
    SearchResult,
    Suggestion,
    Terms,
)

#: Nobody types a longer beginning than this.
MAX_SUGGEST_LENGTH = 60


class UnknownRecord(LookupError):
    """No public record has this number."""

    def __init__(self, id: str) -> None:
        self.message = Message(N_("沒有編號 {id} 的書目，可能已移除或尚未公開。"), {"id": id[:20]})
        super().__init__(str(self.message))


class PageBeyondEnd(LookupError):
    """The page asked for lies past the last one."""

    def __init__(self, state: SearchState, total: int) -> None:
        self.state, self.total = state, total
        self.last_page = max(1, -(-total // state.per_page))
        self.message = Message(
            N_("沒有第 {page} 頁：這次查詢共 {total} 筆，最後一頁是第 {last} 頁。"),
            {"page": state.page, "total": total, "last": self.last_page},
        )
        super().__init__(str(self.message))


class BeyondWindow(ValueError):
    """The page exists but lies past the paging limit."""

    def __init__(self, state: SearchState, total: int) -> None:
        self.state, self.total = state, total
        self.last_page = MAX_WINDOW // state.per_page
        self.message = Message(
            N_("最多只能翻到第 {limit} 筆（第 {last} 頁）。請加上查詢詞或篩選條件來縮小範圍，例如出版年、分類。"),
            {"limit": MAX_WINDOW, "last": self.last_page},
        )
        super().__init__(str(self.message))


@dataclass(slots=True)  # not frozen, for the reason that `FacetCount` has
class FacetValue:
    """One value of a facet in an answer."""

    value: str
    count: int
    selected: bool = False
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Answer:
    """What a result list shows."""

    state: SearchState
    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetValue, ...]]
    did_you_mean: tuple[str, ...] = ()
    relaxed: Relaxed | None = None
    notices: tuple[Message, ...] = ()

    @property
    def pages(self) -> int:
        """Number of the last page that can be opened."""
        return max(1, -(-min(self.total, MAX_WINDOW) // self.state.per_page))

    @property
    def first(self) -> int:
        """Position of the first hit shown, 1-based; 0 if there is none."""
        return self.state.offset + 1 if self.hits else 0

    @property
    def last(self) -> int:
        """Position of the last hit shown."""
        return min(self.state.offset + self.state.per_page, self.total) if self.hits else 0


def search(
    engine: SearchEngine, state: SearchState, declaration: IndexDeclaration = BOOKS, *, first: int | None = None
) -> Answer:
    """One page of a result list with its facets; with `first` only so many of its hits (see `following`).

    Raises `PageBeyondEnd`, `BeyondWindow` or `SearchUnavailable`.
    """
    request = to_request(state, declaration, highlight=state.has_words)
    if request.offset + request.limit > MAX_WINDOW:
        total = count(engine, state, declaration)
        if request.offset >= total:
            raise PageBeyondEnd(state, total)
        raise BeyondWindow(state, total)
    result = engine.search(declaration.name, replace(request, limit=min(request.limit, first or request.limit)))
    if state.page > 1 and not result.hits:
        raise PageBeyondEnd(state, result.total)
    rescued = rescue(engine, state, declaration) if not result.total else Rescue()
    return Answer(
        did_you_mean=rescued.did_you_mean,
        relaxed=rescued.relaxed,
        state=state,
        total=result.total,
        hits=result.hits,
        facets=_facet_values(state, result, declaration),
        notices=(*state.notices, *understood(state, declaration)[1], *meant(state, declaration).told),
    )


def following(
    engine: SearchEngine, state: SearchState, declaration: IndexDeclaration, *, after: int, batch: int
) -> Iterator[tuple[Hit, ...]]:
    """The hits of a page beyond its first `after`, so many at a time, each read when it is wanted."""
    request = to_request(state, declaration, facets=False, highlight=state.has_words)
    for offset in range(state.offset + after, state.offset + state.per_page, batch):
        limit = min(batch, state.offset + state.per_page - offset)
        hits = engine.search(declaration.name, replace(request, offset=offset, limit=limit)).hits
        if hits:
            yield hits
        if len(hits) < limit:
            return


def count(engine: SearchEngine, state: SearchState, declaration: IndexDeclaration = BOOKS) -> int:
    """How many records a state finds."""
    request = to_request(state, declaration, facets=False)
    return engine.search(declaration.name, replace(request, offset=0, limit=1)).total


#: Values of one facet that can be looked through; the rest is reached by narrowing the search.
MOST_FACET_VALUES = 2000


def look_up(
    engine: SearchEngine, state: SearchState, facet: Facet, words: str = "", *, excluding: bool = False
) -> tuple[FacetValue, ...]:
    """The values of one facet under a state, most frequent first; with `words`, those that hold them.

    The look-up folds as the search does: 台湾 finds 臺灣. `excluding` lists the excluded values too, to be unticked.
    """
    others = replace(state, exclude=tuple(pair for pair in state.exclude if pair[0] != facet.name))
    request = to_request(others if excluding else state, facets=False)
    counted = FacetRequest(facet.source, MOST_FACET_VALUES, contains=words or None)
    result = engine.search(BOOKS.name, replace(request, facets=(counted,), offset=0, limit=1, sort="newest"))
    included, excluded = state.included(facet.name), state.excluded(facet.name)
    return tuple(
        FacetValue(c.value, c.count, c.value in included, c.value in excluded)
        for c in result.facets.get(facet.source, ())
    )


#: Facets offered as choices before a search; the others have too many values to list.
CHOICES = ("format", "language", "audience", "rating", "category")
_MOST_CHOICES = 40


def count_choices(engine: SearchEngine) -> dict[str, tuple[FacetCount, ...]]:
    """The values that records have in the small facets, with their counts."""
    facets = [facet for facet in BOOKS.facets if facet.name in CHOICES]
    result = engine.search(
        BOOKS.name, SearchRequest(facets=tuple(FacetRequest(f.source, _MOST_CHOICES) for f in facets), limit=1)
    )
    return {facet.name: result.facets.get(facet.source, ()) for facet in facets}


def _facet_values(
    state: SearchState, result: SearchResult, declaration: IndexDeclaration
) -> dict[str, tuple[FacetValue, ...]]:
    """Counts of every facet; a ticked or excluded value is listed even where nothing is left of it."""
    facets = {}
    for facet in declaration.facets:
        if not facet.counted:
            continue
        included, excluded = state.included(facet.name), state.excluded(facet.name)
        counted = {c.value: c.count for c in result.facets.get(facet.source, ())}
        values = [
            FacetValue(value, number, value in included, value in excluded)
            for value, number in counted.items()
            if value not in excluded
        ]
        values += [FacetValue(v, 0, selected=True) for v in included if v not in counted]
        values += [FacetValue(v, 0, excluded=True) for v in excluded]
        facets[facet.name] = tuple(values)
    return facets


def get_books(engine: SearchEngine, ids: Sequence[str]) -> list[BookJson]:
    """The public records with these numbers, in this order; those that do not exist are left out."""
    return [cast("BookJson", document.stored) for document in engine.get(BOOKS.name, ids)]


def get_book(engine: SearchEngine, id: str) -> BookJson:
    """One public record; `UnknownRecord` if there is none."""
    found = get_books(engine, [id])
    if not found:
        raise UnknownRecord(id)
    return found[0]


def find_isbn(engine: SearchEngine, isbn: str) -> list[BookJson]:
    """The public records that hold this ISBN (10 or 13 digits, with or without hyphens)."""
    number = parsing.normal_isbn(isbn) or re.sub(r"[^0-9Xx]", "", isbn).upper()
    result = engine.search(BOOKS.name, SearchRequest(query=Terms("isbn", (number,)), limit=10))
    return [cast("BookJson", hit.stored) for hit in result.hits]


def suggest(engine: SearchEngine, typed: str, limit: int = 10) -> list[Suggestion]:
    """Completions of what is being typed: Han from one character, Latin from two."""
    text = " ".join(typed.split())[:MAX_SUGGEST_LENGTH]
    if not text or (text.isascii() and len(text) < 2):
        return []
    return engine.suggest(BOOKS.name, text, limit)


def search_ids(engine: SearchEngine, state: SearchState) -> SearchResult:
    """The first page of a state without facets and highlights."""
    return engine.search(BOOKS.name, to_request(state, facets=False))
