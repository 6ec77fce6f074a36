"""The order of hits: named sorts of the declaration, and what breaks ties (newest, then id), on both engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from shuyin.search_engine import layout
from shuyin.search_engine.declaration import IndexDeclaration, Kind
from shuyin.search_engine.port import MAX_WINDOW
from shuyin.search_engine.query import Everything, SearchRequest

#: Scores closer than this are one score: the order of additions differs between documents.
SCORE_STEP = 0.001
#: So many hits beyond the page are looked at for ties; if they go on, all up to the paging limit. Scoring costs far
#: more than keeping a thousand hits, so that one search is to be enough.
_SLACK = 1000

Address = TypeVar("Address")


@dataclass(frozen=True, slots=True)
class Key:
    """One sort key; `column` None is the score. Documents without a value come last."""

    column: str | None
    ascending: bool = False


def newest(declaration: IndexDeclaration) -> tuple[Key, ...]:
    """The key of recency: the first date field, latest first."""
    return tuple(Key(f.name) for f in declaration.fields if f.kind is Kind.DATE)[:1]


def order(declaration: IndexDeclaration, request: SearchRequest) -> list[Key]:
    """Every key of the request's sort, ties included. Relevance of nothing in particular is recency.

    `KeyError` for a sort that the declaration does not name.
    """
    sort = {s.name: s for s in declaration.sorts}[request.sort]
    keys = [Key(column, ascending) for column, ascending in sort.keys]
    if not keys and not (isinstance(request.query, Everything) and newest(declaration)):
        keys = [Key(None)]
    keys += [key for key in newest(declaration) if key.column not in {k.column for k in keys}]
    return [*keys, Key(layout.ID_ORDER, ascending=True)]


def page(
    top: Callable[[int], Any],
    numbers: Callable[[str, list[Address]], list[Any]],
    keys: list[Key],
    offset: int,
    limit: int,
) -> tuple[int, list[tuple[Any, Address]]]:
    """Total and page for an engine that sorts by the first key only: ties are put in order here.

    `top(n)` is the first n hits, `numbers` the values of an integer column. A group of ties that runs
    beyond what was fetched is fetched whole (to the paging limit).
    """
    wanted = offset + limit
    found = top(min(max(1, wanted + _SLACK), MAX_WINDOW))
    hits: list[tuple[Any, Address]] = list(found.hits)
    total = int(found.count)
    by_score = keys[0].column is None

    def same(a: Any, b: Any) -> bool:
        return abs(a - b) < SCORE_STEP if by_score and a is not None and b is not None else bool(a == b)

    if 0 < wanted <= len(hits) < min(total, MAX_WINDOW) and same(hits[wanted - 1][0], hits[-1][0]):
        hits = list(top(MAX_WINDOW).hits)
    ordered: list[tuple[Any, Address]] = []
    start = 0
    while start < len(hits) and start < wanted:
        end = start + 1
        while end < len(hits) and same(hits[end - 1][0], hits[end][0]):
            end += 1
        group = hits[start:end]
        ordered += _untie(group, numbers, keys[1:]) if len(group) > 1 else group
        start = end
    return total, ordered[offset:wanted]


def _untie(
    group: list[tuple[Any, Address]], numbers: Callable[[str, list[Address]], list[Any]], keys: list[Key]
) -> list[tuple[Any, Address]]:
    addresses = [address for _, address in group]
    ranks: list[list[tuple[bool, Any]]] = []
    for key in keys:
        assert key.column is not None
        column = numbers(key.column, addresses)
        ranks.append([(v is None, 0 if v is None else v if key.ascending else -v) for v in column])
    order_of = sorted(range(len(group)), key=lambda i: tuple(rank[i] for rank in ranks))
    return [group[i] for i in order_of]
