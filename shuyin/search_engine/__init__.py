"""One search port, two engines: tantivy (embedded, default) and OpenSearch.

Public face: `port.SearchEngine`, `query` (what is asked), `declaration` (what an index is), `connect` (URL → engine),
`parsing.parse` (what a reader types → query), `sort_keys` and `folding` for projections and look-ups.
Nothing outside this package knows which engine is running.
"""

from shuyin.search_engine.engines import connect

__all__ = ["connect"]
