"""Scan: the values of an index around a term, in order, each with its number of records."""

from __future__ import annotations

from bisect import bisect_left

from shuyin.search_api.cql.contexts import CqlIndex
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import FacetCount, FacetRequest, SearchRequest

#: Values of one field that are put in order; fields with more give their most frequent ones.
VALUES = 20_000


def terms_around(engine: SearchEngine, index: CqlIndex, term: str, position: int, number: int) -> list[FacetCount]:
    """`number` values of the index; `term` (or its place) is the one at `position` (1 = the first).

    `position` 0 gives the values after the term, `number` + 1 those before it (SRU 1.2, scan).
    """
    assert index.scan is not None
    request = SearchRequest(facets=(FacetRequest(index.scan, size=VALUES),), limit=1)
    counted = sorted(engine.search(BOOKS.name, request).facets.get(index.scan, ()), key=lambda count: count.value)
    place = bisect_left([count.value for count in counted], term)
    start = place - (position - 1)
    return counted[max(start, 0) : max(start + number, 0)]
