"""Hits by vector on OpenSearch: the nearest documents, alone or fused with those that the words find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from shuyin.search_engine import fusion, layout
from shuyin.search_engine.opensearch_plan import VECTOR, Json, translate
from shuyin.search_engine.plan import Bool, Nothing, Plan, Terms, every
from shuyin.search_engine.vectors import DEPTH

#: id and cosine of a near document
Near = tuple[str, float]


@dataclass(frozen=True, slots=True)
class ByMeaning:
    """What one vector finds in one index; `ask` sends a search."""

    ask: Callable[[Json], Any]
    vector: Sequence[float]
    least: float

    def near(self, conditions: Sequence[Plan], depth: int = DEPTH) -> list[Near]:
        """The `depth` nearest documents that fit and are no farther than `least`, nearest first."""
        search: Json = {"vector": [float(value) for value in self.vector], "k": depth}
        if conditions:
            search["filter"] = translate(every(*conditions))
        # several shards find `depth` each: the best of all are taken
        body = {"query": {"knn": {VECTOR: search}}, "size": depth, "_source": False}
        hits = self.ask(body)["hits"]["hits"]
        return [(hit["_id"], cosine(hit)) for hit in hits if cosine(hit) >= self.least]

    def matching(self, near: Sequence[Near], words: Plan | None) -> Plan:
        """What is a hit: the near documents, and with `words` those that match the words."""
        some: Plan = Terms(layout.ID, tuple(identifier for identifier, _ in near)) if near else Nothing()
        return some if words is None else Bool(should=(words, some), minimum=1)

    def fused(
        self, near: Sequence[Near], words: Plan, rest: Callable[[Plan, int, int], list[str]], offset: int, limit: int
    ) -> list[tuple[float, str]]:
        """A page of near documents and of matches of the words in one order, as (score, id).

        `rest(plan, offset, limit)` gives the ids of matches in the order of the words alone.
        """
        first = rest(words, 0, fusion.DEPTH)
        order = fusion.fuse(first, [identifier for identifier, _ in near])
        page = order[offset : offset + limit]
        if len(page) < limit and len(first) == fusion.DEPTH:
            passed = len(order) - len(near)
            others = Bool(must=(words,), must_not=(self.matching(near, None),))
            start = passed + max(0, offset - len(order))
            page += [(0.0, identifier) for identifier in rest(others, start, limit - len(page))]
        return page


def cosine(hit: Json) -> float:
    """Lucene scores a cosine c as (1 + c) / 2."""
    return 2 * float(hit["_score"]) - 1
