"""The engine alone, with nothing of ours around it: the plan is made, hits and facets are asked, nothing decoded."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from shuyin.search_engine import analysis, layout
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.parsing import parse
from shuyin.search_engine.relevance import Compiler
from shuyin.search_engine.tantivy_plan import translate
from shuyin.search_engine.tantivy_store import Generations, open_index

#: Hits of a page; terms looked at for a suggestion.
_HITS, _TERMS = 20, 5000


class BareEngine:
    """tantivy on the index of a catalogue in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._index = open_index(Generations(folder / "index" / "books", BOOKS).live(), BOOKS)

    def times(self, texts: Sequence[str]) -> dict[str, list[float]]:
        """Milliseconds of each search as a page asks it, and of the look-up of each beginning."""
        return {"page": self._pages(texts), "suggestion": self._suggestions(texts)}

    def _pages(self, texts: Sequence[str]) -> list[float]:
        searcher, schema = self._index.searcher(), self._index.schema
        compiler = Compiler(BOOKS)
        wanted = {f.name: {"terms": {"field": compiler.source(f.source), "size": f.size}} for f in BOOKS.facets}
        plans = [
            tuple(
                translate(make(parse(text, BOOKS).query), searcher, schema)
                for make in (compiler.scored, compiler.condition)
            )
            for text in texts
        ]

        def ask(number: int) -> None:
            scored, condition = plans[number]
            for _, address in searcher.search(scored, _HITS).hits:
                searcher.doc(address)
            searcher.aggregate(condition, wanted)

        return _times(ask, len(texts))

    def _suggestions(self, texts: Sequence[str]) -> list[float]:
        searcher = self._index.searcher()

        def ask(number: int) -> None:
            text = texts[number]
            key = analysis.squeeze(text[: 1 + number % 4])
            for column in (layout.SUGGEST, layout.SUGGEST_LEAD):
                searcher.terms_with_prefix(column, key, limit=_TERMS)

        return _times(ask, len(texts))


def _times(ask: Callable[[int], None], count: int) -> list[float]:
    for number in range(min(20, count)):
        ask(number)
    spent = []
    for number in range(count):
        begun = time.perf_counter()
        ask(number)
        spent.append((time.perf_counter() - begun) * 1000)
    return spent
