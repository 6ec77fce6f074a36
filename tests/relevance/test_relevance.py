"""Runs `cases.toml` on both engines; the same relations that docs/search.md promises readers."""

from __future__ import annotations

import csv
import tomllib
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shuyin.search_engine import connect, parsing
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import Document, Match, SearchRequest, Text
from tests.search_engine.books import book

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = tomllib.loads((HERE / "cases.toml").read_text(encoding="utf-8"))["case"]
FEWEST_CASES = 150


def records() -> list[Document]:
    """The documents of records.csv; `;` divides several values, a line of contents."""
    found = []
    with (HERE / "records.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            single = {"title", "published", "class_number", "summary"}
            fields = {k: v if k in single else v.split(";") for k, v in row.items() if v and k != "id"}
            fields["contents"] = "\n".join(fields.get("contents", [])) or None
            found.append(book(row["id"], **fields))
    return found


@pytest.fixture(scope="module", params=["tantivy", pytest.param("opensearch", marks=pytest.mark.opensearch)])
def catalogue(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchEngine]:
    """An engine that holds the records."""
    if request.param == "tantivy":
        url = f"tantivy:{tmp_path_factory.mktemp('relevance')}"
    else:
        url = f"{request.getfixturevalue('opensearch_url')}/relevance-{uuid.uuid4().hex[:12]}"
    engine = connect(url)
    filled = engine.rebuild("books")
    everything = records()
    filled.add(everything)
    filled.swap(len(everything))
    yield engine
    engine.close()


class Asked:
    """One query of a case and what came of it."""

    def __init__(self, engine: SearchEngine, case: dict[str, Any], typed: str) -> None:
        self.engine, self.typed = engine, typed
        self.parsed = parsing.parse(typed, BOOKS, field=case.get("field"))
        request = SearchRequest(self.parsed.query, sort=case.get("sort", "relevance"), limit=1000, highlight=True)
        self.result = engine.search("books", request)
        self.ids = [hit.id for hit in self.result.hits]
        assert self.result.total == len(self.ids) == len(set(self.ids))

    def first(self, expected: str) -> None:
        assert self.ids[:1] == [expected]

    def first_any(self, expected: list[str]) -> None:
        assert self.ids and self.ids[0] in expected

    def order(self, expected: list[str]) -> None:
        assert [i for i in self.ids if i in expected] == expected

    def top(self, expected: list[str]) -> None:
        assert set(self.ids[: len(expected)]) == set(expected)

    def contains(self, expected: list[str]) -> None:
        assert set(expected) <= set(self.ids)

    def excludes(self, expected: list[str]) -> None:
        assert not set(expected) & set(self.ids)

    def exactly(self, expected: list[str]) -> None:
        assert set(self.ids) == set(expected)

    def not_first(self, expected: list[str]) -> None:
        assert not set(expected) & set(self.ids[:3])

    def nothing(self, expected: bool) -> None:
        assert (self.ids == []) is expected

    def message(self, expected: str) -> None:
        assert [m.code for m in self.parsed.messages] == [expected]

    def did_you_mean(self, expected: str) -> None:
        assert self.engine.did_you_mean("books", self.typed)[:1] == ([expected] if expected else [])

    def nearest(self, expected: list[str]) -> None:
        hits = self.engine.search("books", SearchRequest(Text(self.typed, match=Match.MOST))).hits
        assert set(expected) <= {hit.id for hit in hits}

    def suggests(self, expected: str) -> None:
        assert expected in [s.text for s in self.engine.suggest("books", self.typed)]


_OTHER_KEYS = {"relation", "queries", "same_set", "field", "sort"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['relation']}: {case['queries'][0][:20]}")
def test_relation(catalogue: SearchEngine, case: dict[str, Any]) -> None:
    asked = [Asked(catalogue, case, typed) for typed in case["queries"]]
    assert asked
    if case.get("same_set"):
        sets = {typed.typed: set(typed.ids) for typed in asked}
        assert sets[asked[0].typed]
        assert all(found == sets[asked[0].typed] for found in sets.values()), sets
    for expectation in case.keys() - _OTHER_KEYS:
        check: Callable[[Any], None] = getattr(Asked, expectation)
        for typed in asked:
            check(typed, case[expectation])  # type: ignore[call-arg]


def test_the_suite_is_large_enough_and_knows_its_records() -> None:
    ids = {document.id for document in records()}
    named = {
        i
        for case in CASES
        for key in ("order", "top", "contains", "excludes", "exactly", "not_first", "nearest", "first_any")
        for i in case.get(key, [])
    } | {case["first"] for case in CASES if "first" in case}
    assert named <= ids, named - ids
    assert len(CASES) >= FEWEST_CASES
    assert all(case.keys() - _OTHER_KEYS or case.get("same_set") for case in CASES)


def test_a_very_long_query_is_answered_and_said(catalogue: SearchEngine) -> None:
    """Relation 21: 2,000 characters of every kind."""
    texts = [
        "紅樓夢研究" * 400,
        "a " * 1000,
        "字" * 2000,
        "((((" * 500,
        "NOT " * 500,
        "x" * 2000,
        '"' * 2000,
        "978" * 700,
    ]
    for text in texts:
        asked = Asked(catalogue, {}, text)
        assert parsing.TOO_LONG in [m.code for m in asked.parsed.messages]
        assert catalogue.suggest("books", text) == []
        assert catalogue.did_you_mean("books", text) == []


def test_pages_far_out_end_the_same_everywhere(catalogue: SearchEngine) -> None:
    """Relation 23: past the last hit there is nothing, past the window an error of its own."""
    from shuyin.search_engine.port import MAX_WINDOW, WindowExceeded

    last = catalogue.search("books", SearchRequest(offset=MAX_WINDOW - 10, limit=10))
    assert last.hits == () and last.total == len(records())
    with pytest.raises(WindowExceeded):
        catalogue.search("books", SearchRequest(offset=MAX_WINDOW, limit=10))
