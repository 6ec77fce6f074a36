"""A search as CQL, as the result page shows it to those who use SRU."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import reduce

from shuyin.search_api.cql.nodes import MASKS, Boolean, Node, Relation, SearchClause, Triple, to_cql
from shuyin.search_api.queries import understood_words
from shuyin.search_api.state import SearchState
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.query import Bool, Everything, Match, Nothing, Query, Range, Terms, Text

#: Field of the index → index of CQL (cql.contexts). Fields without one cannot be asked in CQL.
_INDEXES = {
    None: "cql.anywhere",
    "title": "dc.title",
    "title_other": "bath.uniformTitle",
    "author": "dc.creator",
    "author_facet": "dc.creator",
    "publisher": "dc.publisher",
    "publisher_facet": "dc.publisher",
    "subject": "bath.topicalSubject",
    "subject_facet": "bath.topicalSubject",
    "series": "shuyin.series",
    "series_facet": "shuyin.series",
    "keyword": "shuyin.keyword",
    "isbn": "bath.isbn",
    "class": "shuyin.class",
    "class_number": "shuyin.class",
    "format": "dc.type",
    "language": "dc.language",
    "audience": "shuyin.audience",
    "rating": "shuyin.rating",
    "category": "shuyin.category",
    "collection": "rec.collectionName",
    "year": "dc.date",
    "published": "dc.date",
}
_RELATIONS = {Match.ALL: "=", Match.PHRASE: "adj", Match.EXACT: "exact"}
_ALL = SearchClause("1", "cql.allRecords")


class Inexpressible(ValueError):
    """The search holds something that CQL here has no index or relation for."""


def as_cql(state: SearchState) -> str | None:
    """The search of `state` as one CQL query, without sort and page; None if it cannot be said in CQL."""
    try:
        return to_cql(_state_node(state))
    except Inexpressible:
        return None


def _state_node(state: SearchState) -> Node:
    words = understood_words(state)
    wanted = [_node(query) for query in words]
    unwanted: list[Node] = []
    for facet in BOOKS.facets:
        if included := state.included(facet.name):
            wanted.append(_any_of(facet.source, included))
        if excluded := state.excluded(facet.name):
            unwanted.append(_any_of(facet.source, excluded))
    if state.start:
        wanted.append(SearchClause(state.start, "dc.date", Relation(">=")))
    if state.end:
        wanted.append(SearchClause(state.end, "dc.date", Relation("<=")))
    node = _join("and", wanted) if wanted else _ALL
    return reduce(lambda left, right: Triple(left, Boolean("not"), right), unwanted, node)


def _node(query: Query) -> Node:
    match query:
        case Text(text, field, Match.PREFIX):
            return SearchClause(_literal(text) + "*", _index(field))
        case Text(text, field, match) if match in _RELATIONS:
            return SearchClause(_literal(text), _index(field), Relation(_RELATIONS[match]))
        case Terms(field, values):
            return _any_of(field, values)
        case Range(field, gte, lte):
            ends = [SearchClause(str(gte), _index(field), Relation(">="))] if gte is not None else []
            ends += [SearchClause(str(lte), _index(field), Relation("<="))] if lte is not None else []
            return _join("and", ends)
        case Everything():
            return _ALL
        case Nothing():
            return Triple(_ALL, Boolean("not"), _ALL)
        case Bool((), (Text(text, "title", match), Text(again, "title_other")), ()) if text == again:
            return _node(Text(text, "title", match))  # dc.title means both
        case Bool(must, should, must_not):
            wanted = [_node(q) for q in must] or ([_join("or", [_node(q) for q in should])] if should else [])
            node = _join("and", wanted) if wanted else _ALL
            return reduce(lambda left, right: Triple(left, Boolean("not"), _node(right)), must_not, node)
        case _:
            raise Inexpressible(str(query))


def _any_of(field: str, values: Sequence[str]) -> Node:
    facet = field.endswith("_facet")
    relation = Relation("exact") if facet else Relation()
    return _join("or", [SearchClause(_literal(value), _index(field), relation) for value in values])


def _join(boolean: str, nodes: Sequence[Node]) -> Node:
    return reduce(lambda left, right: Triple(left, Boolean(boolean), right), nodes)


def _index(field: str | None) -> str:
    if field not in _INDEXES:
        raise Inexpressible(str(field))
    return _INDEXES[field]


def _literal(text: str) -> str:
    """The term with a backslash before what CQL reads as a mask."""
    return re.sub(f"([{re.escape(''.join(MASKS))}])", r"\\\1", text)
