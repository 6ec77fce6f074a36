"""Which of a facet's values are shown, the same for both engines: most frequent first, then by value."""

from __future__ import annotations

from collections.abc import Iterable

from shuyin.search_engine.analysis import squeeze
from shuyin.search_engine.query import FacetCount, FacetRequest

#: Values fetched for a look-up inside a facet, the most frequent ones.
_LOOKED_THROUGH = 20_000


def fetched_values(facet: FacetRequest) -> int:
    """How many values an engine must return so that `top_values` can choose."""
    if facet.only:
        return len(facet.only)
    return _LOOKED_THROUGH if facet.contains else facet.size


def top_values(facet: FacetRequest, values: Iterable[FacetCount]) -> tuple[FacetCount, ...]:
    """The values asked for, in order."""
    if facet.contains:
        wanted = squeeze(facet.contains)
        values = [v for v in values if wanted in squeeze(v.value)]
    most = len(facet.only) or facet.size
    return tuple(sorted(values, key=lambda v: (-v.count, v.value))[:most])
