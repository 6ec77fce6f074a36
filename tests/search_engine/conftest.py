"""Every contract test runs on both engines, each test with indexes of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shuyin.search_engine import connect
from shuyin.search_engine.port import SearchEngine

ENGINES = ["tantivy", pytest.param("opensearch", marks=pytest.mark.opensearch)]
Connect = Callable[[], SearchEngine]


@pytest.fixture(params=ENGINES)
def open_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connect]:
    """A function that connects to the same empty indexes, as often as it is called."""
    if request.param == "tantivy":
        url = f"tantivy:{tmp_path / 'index'}"
    else:
        url = f"{request.getfixturevalue('opensearch_url')}/test-{uuid.uuid4().hex[:12]}"
    opened: list[SearchEngine] = []

    def again() -> SearchEngine:
        opened.append(connect(url))
        return opened[-1]

    yield again
    for engine in opened:
        engine.close()


@pytest.fixture
def search(open_engine: Connect) -> SearchEngine:
    """An engine with empty indexes."""
    return open_engine()
