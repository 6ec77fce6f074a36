"""What the read side can do: search a state, fetch records, suggest. No HTTP."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from shuyin.records.book_json import BookJson
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.state import ANY_FIELD, BOOK_FIELDS, SearchState
from shuyin.search_engine import parsing
from shuyin.search_engine.declaration import BOOKS, Facet, IndexDeclaration
from shuyin.search_engine.port import MAX_WINDOW, SearchEngine
from shuyin.search_engine.query import (
    Bool,
    Everything,
    FacetCount,
    FacetFilter,
    FacetRequest,
    Hit,
    Query,
    Range,
    SearchRequest,
    SearchResult,
    Suggestion,
    Terms,
)

#: What the parser may have to say, worded.
_PARSING = {
    parsing.NO_WORDS: N_("查詢詞裡只有標點或符號，沒有可以查的字。請輸入文字、數字或 ISBN。"),
    parsing.TOO_LONG: N_("查詢詞太長，只用了前 {limit} 個字。"),
    parsing.ISBN_CHECK_DIGIT: N_("「{isbn}」看來是 ISBN，但檢查碼不對。請核對號碼。"),
}
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


@dataclass(frozen=True, slots=True)
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
        return self.state.offset + len(self.hits)


def to_request(
    state: SearchState, declaration: IndexDeclaration = BOOKS, *, facets: bool = True, highlight: bool = False
) -> SearchRequest:
    """The search that a state asks for."""
    return SearchRequest(
        query=to_query(state),
        filters={
            facet.source: FacetFilter(state.included(facet.name), state.excluded(facet.name))
            for facet in declaration.facets
            if state.included(facet.name) or state.excluded(facet.name)
        },
        where=_dates(state),
        facets=tuple(FacetRequest(facet.source, size=_facet_size(facet)) for facet in declaration.facets)
        if facets
        else (),
        sort=state.sort,
        offset=state.offset,
        limit=state.per_page,
        highlight=highlight,
    )


#: A tree is counted whole, since a small main class may have fewer records than many classes below others.
_TREE_SIZE = 2000


def _facet_size(facet: Facet) -> int:
    return _TREE_SIZE if facet.hierarchical else facet.size


def to_query(state: SearchState) -> Query:
    """What must be found: the words of the simple box and of every field search."""
    return _understood(state)[0]


def _understood(state: SearchState) -> tuple[Query, tuple[Message, ...]]:
    """The query, and what the reader should know of how it was read."""
    messages: list[Message] = []
    parts = understood_words(state, messages)
    if not parts:
        return Everything(), ()
    return (parts[0] if len(parts) == 1 else Bool(must=tuple(parts))), tuple(messages)


def understood_words(state: SearchState, messages: list[Message] | None = None) -> list[Query]:
    """One query each for the simple box, every field search and the rows together; all of them must match."""
    told: list[Message] = [] if messages is None else messages
    parts: list[Query] = [_words_in(ANY_FIELD, state.q, told)] if state.q else []
    parts += [_words_in(parameter, words, told) for parameter, words in state.fields]
    if state.rows:
        parts.append(_joined([(row.op, _words_in(row.field, row.text, told)) for row in state.rows]))
    return parts


def _words_in(parameter: str, words: str, messages: list[Message]) -> Query:
    if parameter == "class":
        # the class field holds every level, so that 011 finds 011.016 too
        return Terms("class", tuple(re.split(r"[\s,，;；]+", words)))
    parsed = parsing.parse(words, BOOKS, field=BOOK_FIELDS.get(parameter))
    messages += _worded(parsed)
    if parameter == "title":
        # parallel, variant and uniform titles are titles too
        return Bool(should=(parsed.query, parsing.parse(words, BOOKS, field="title_other").query))
    return parsed.query


def _joined(rows: Sequence[tuple[str, Query]]) -> Query:
    """Rows from the top: each joins all that stands above it."""
    (first_op, first), *rest = rows
    query: Query = Bool(must=(Everything(),), must_not=(first,)) if first_op == "not" else first
    for op, condition in rest:
        if op == "or":
            query = Bool(should=(query, condition))
        elif op == "not":
            query = Bool(must=(query,), must_not=(condition,))
        else:
            query = Bool(must=(query, condition))
    return query


def _worded(parsed: parsing.Parsed) -> list[Message]:
    return [Message(_PARSING[m.code], dict(m.parameters)) for m in parsed.messages if m.code in _PARSING]


def _dates(state: SearchState) -> tuple[Query, ...]:
    if not (state.start or state.end):
        return ()
    # dates are ISO strings cut to what is known; "~" sorts after every digit and "-", so it closes the period
    return (Range("published", gte=state.start, lte=f"{state.end}~" if state.end else None),)


def search(engine: SearchEngine, state: SearchState, declaration: IndexDeclaration = BOOKS) -> Answer:
    """One page of a result list with its facets.

    Raises `PageBeyondEnd`, `BeyondWindow` or `SearchUnavailable`.
    """
    request = to_request(state, declaration, highlight=bool(state.q or state.fields or state.rows))
    if request.offset + request.limit > MAX_WINDOW:
        total = count(engine, state, declaration)
        if request.offset >= total:
            raise PageBeyondEnd(state, total)
        raise BeyondWindow(state, total)
    result = engine.search(declaration.name, request)
    if state.page > 1 and not result.hits:
        raise PageBeyondEnd(state, result.total)
    return Answer(
        state=state,
        total=result.total,
        hits=result.hits,
        facets=_facet_values(state, result, declaration),
        notices=(*state.notices, *_understood(state)[1]),
    )


def count(engine: SearchEngine, state: SearchState, declaration: IndexDeclaration = BOOKS) -> int:
    """How many records a state finds."""
    request = to_request(state, declaration, facets=False)
    return engine.search(
        declaration.name,
        SearchRequest(query=request.query, filters=request.filters, where=request.where, offset=0, limit=1),
    ).total


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
