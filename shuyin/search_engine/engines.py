"""URL → engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from shuyin.search_engine.declaration import INDEXES, IndexDeclaration
from shuyin.search_engine.port import SearchEngine


def connect(url: str, indexes: Mapping[str, IndexDeclaration] = INDEXES) -> SearchEngine:
    """The engine of `tantivy:DIRECTORY` or `opensearch+http(s)://USER:PASSWORD@HOST:PORT/PREFIX`.

    Nothing is opened yet: `ping` tells whether it answers. `ValueError` for another kind of URL.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "tantivy" and rest:
        from shuyin.search_engine.tantivy_engine import TantivyEngine

        return TantivyEngine(Path(rest.removeprefix("//")), indexes)
    if scheme in ("opensearch+http", "opensearch+https"):
        from shuyin.search_engine.opensearch_engine import OpenSearchEngine

        return OpenSearchEngine(url.removeprefix("opensearch+"), indexes)
    raise ValueError(
        "SHUYIN_SEARCH_URL must be tantivy:DIRECTORY or opensearch+http(s)://USER:PASSWORD@HOST:PORT/PREFIX"
    )
