"""One search port, two engines: tantivy (embedded, default) and OpenSearch.

Public face: `port.SearchEngine`, `query` (what is asked), `declaration` (what an index is), `connect` (URL → engine).
Nothing outside this package knows which engine is running.
"""
