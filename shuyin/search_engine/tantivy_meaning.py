"""Hits by vector on the embedded engine: the nearest documents, alone or fused with those that the words find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import tantivy
from tantivy import Occur

from shuyin.search_engine import fusion, layout
from shuyin.search_engine.vectors import DEPTH, VectorFile

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

#: With conditions that leave no more documents than this, vectors are compared for these alone.
_FEW = 20_000
#: Rows are looked up so many at a time, nearest first, until there are enough that fit.
_FIRST_ROWS, _MORE = 2 * DEPTH, 8

Address = tantivy.DocAddress
Ranked = tuple[float, Address]


@dataclass(frozen=True, slots=True)
class Near:
    """A document near the vector: cosine, address, row of the vector file."""

    cosine: float
    address: Address
    row: int


class ByMeaning:
    """What one vector finds in one snapshot. Conditions are ready tantivy queries; none means every document."""

    def __init__(
        self,
        searcher: tantivy.Searcher,
        schema: tantivy.Schema,
        vectors: VectorFile,
        vector: Sequence[float],
        least: float,
    ) -> None:
        self._searcher, self._schema, self._vectors = searcher, schema, vectors
        self._vector, self._least = vector, least

    @cached_property
    def _cosines(self) -> NDArray[numpy.float32]:
        return self._vectors.likeness(self._vector)

    def near(self, conditions: Sequence[tantivy.Query], depth: int = DEPTH) -> list[Near]:
        """The `depth` nearest documents that fit and are no farther than `least`, nearest first."""
        if conditions:
            fitting = _all_of(conditions)
            count = int(self._search(fitting, 1).count)
            if count <= _FEW:
                return self._ordered([address for _, address in self._search(fitting, max(1, count)).hits])[:depth]
        many = max(_FIRST_ROWS, depth)
        while True:
            rows = self._nearest_rows(many)
            if not rows:
                return []
            found = self._ordered([a for _, a in self._search(_all_of([self._of_rows(rows), *conditions]), many).hits])
            if len(found) >= depth or len(rows) < many:
                return found[:depth]
            many *= _MORE

    def matching(self, near: Sequence[Near], words: tantivy.Query | None) -> tantivy.Query:
        """What is a hit: the near documents, and with `words` those that match the words."""
        rows = self._of_rows([one.row for one in near]) if near else tantivy.Query.empty_query()
        return rows if words is None else _any_of([words, rows])

    def fused(
        self,
        near: Sequence[Near],
        words: tantivy.Query,
        rest: Callable[[tantivy.Query, int, int], list[Ranked]],
        offset: int,
        limit: int,
    ) -> list[Ranked]:
        """A page of near documents and of matches of the words in one order.

        `rest(query, offset, limit)` is a page of matches in the order of the words alone.
        """
        first = [address for _, address in rest(words, 0, fusion.DEPTH)]
        addresses = {_key(address): address for address in (*first, *(one.address for one in near))}
        order = fusion.fuse([_key(a) for a in first], [_key(one.address) for one in near])
        page = [(score, addresses[key]) for score, key in order[offset : offset + limit]]
        if len(page) < limit and len(first) == fusion.DEPTH:
            passed = len(order) - len(near)  # matches of the words that stand in the fused order and are not near
            others = tantivy.Query.boolean_query([(Occur.Must, words), (Occur.MustNot, self.matching(near, None))])
            page += rest(others, passed + max(0, offset - len(order)), limit - len(page))
        return page

    def _search(self, query: tantivy.Query, limit: int) -> Any:
        return self._searcher.search(query, limit)

    def _of_rows(self, rows: list[int]) -> tantivy.Query:
        return tantivy.Query.const_score_query(tantivy.Query.term_set_query(self._schema, layout.VECTOR_ROW, rows), 0.0)

    def _nearest_rows(self, many: int) -> list[int]:
        """Rows of the file by cosine; some may belong to no document any more."""
        import numpy as np

        near = np.flatnonzero(self._cosines >= self._least)
        if near.size > many:
            near = near[np.argpartition(-self._cosines[near], many - 1)[:many]]
        return [int(row) for row in near]

    def _ordered(self, addresses: list[Address]) -> list[Near]:
        values = self._searcher.fast_field_values(layout.VECTOR_ROW, addresses)
        rows = [(int(value), address) for value, address in zip(values, addresses, strict=True) if value is not None]
        found = [
            Near(float(self._cosines[row]), address, row) for row, address in rows if self._cosines[row] >= self._least
        ]
        return sorted(found, key=lambda one: (-one.cosine, one.row))


def _key(address: Address) -> tuple[int, int]:
    return address.segment_ord, address.doc


def _all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Must, query) for query in queries])


def _any_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(Occur.Should, query) for query in queries])
