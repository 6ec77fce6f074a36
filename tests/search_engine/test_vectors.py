"""Vector search, the same on both engines: nearest by cosine among what fits, and records like one another."""

from __future__ import annotations

import math
import random
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from shuyin.search_engine import connect
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import Document, FacetFilter, FacetRequest, SearchRequest, Terms, Text
from shuyin.search_engine.vectors import DEPTH, VectorFile
from tests.search_engine.books import book
from tests.search_engine.conftest import ENGINES

WITH_VECTORS = replace(BOOKS, vector_dimensions=8)


def unit(*values: float) -> tuple[float, ...]:
    """A unit vector of eight dimensions."""
    full = [*values, *([0.0] * (8 - len(values)))]
    length = math.sqrt(sum(v * v for v in full))
    return tuple(v / length for v in full)


def at(document: Document, *values: float) -> Document:
    return replace(document, vector=unit(*values))


BOOKS_AROUND = [
    at(book(1, "東", format="print"), 1, 0),
    at(book(2, "東北", format="ebook"), 1, 0.3),
    at(book(3, "北", format="print"), 0, 1),
    at(book(4, "西", format="print"), -1, 0),
    book(5, "沒有方向", format="print"),
]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SearchEngine]:
    """An engine whose index has vectors."""
    if request.param == "tantivy":
        url = f"tantivy:{tmp_path / 'index'}"
    else:
        url = f"{request.getfixturevalue('opensearch_url')}/test-{uuid.uuid4().hex[:12]}"
    opened = connect(url, {"books": WITH_VECTORS})
    yield opened
    opened.close()


def nearest(engine: SearchEngine, vector: tuple[float, ...], **request: object) -> list[str]:
    asked = SearchRequest(vector=vector, **request)  # type: ignore[arg-type]
    return [hit.id for hit in engine.search("books", asked).hits]


def test_the_nearest_come_first(engine: SearchEngine) -> None:
    engine.write("books", BOOKS_AROUND)
    result = engine.search("books", SearchRequest(vector=unit(1, 0.1)))
    assert [hit.id for hit in result.hits] == ["1", "2", "3", "4"]
    assert result.total == 4
    assert result.hits[0].score == pytest.approx(1 / math.sqrt(1.01), abs=0.02)
    assert result.hits[3].score == pytest.approx(-1 / math.sqrt(1.01), abs=0.02)
    assert nearest(engine, unit(1, 0.1), offset=1, limit=2) == ["2", "3"]


def test_filters_and_conditions_hold(engine: SearchEngine) -> None:
    engine.write("books", BOOKS_AROUND)
    printed = {"format": FacetFilter(include=("print",))}
    assert nearest(engine, unit(1, 0.2), filters=printed) == ["1", "3", "4"]
    assert nearest(engine, unit(1, 0.2), where=(Terms("format", ("ebook",)),)) == ["2"]
    assert nearest(engine, unit(1, 0.2), filters={"format": FacetFilter(exclude=("print",))}) == ["2"]
    asked = SearchRequest(Text("anything"), filters=printed, facets=(FacetRequest("format"),), vector=unit(1))
    facets = engine.search("books", asked).facets["format"]
    assert {c.value: c.count for c in facets} == {"print": 4, "ebook": 1}


def test_replaced_and_deleted_vectors_are_gone(engine: SearchEngine) -> None:
    engine.write("books", BOOKS_AROUND)
    engine.write("books", [at(book(1, "東"), 0, -1), book(2, "東北")], deletes=["4"])
    assert nearest(engine, unit(1, 0)) == ["3", "1"] or nearest(engine, unit(1, 0)) == ["1", "3"]
    assert nearest(engine, unit(0, -1))[0] == "1"


def test_similar_is_by_vector_where_there_is_one(engine: SearchEngine) -> None:
    engine.write("books", BOOKS_AROUND)
    assert [hit.id for hit in engine.similar("books", "1", limit=2).hits] == ["2", "3"]
    assert "5" not in [hit.id for hit in engine.similar("books", "5").hits]


def test_a_rebuild_carries_vectors(engine: SearchEngine) -> None:
    engine.write("books", BOOKS_AROUND)
    rebuild = engine.rebuild("books")
    rebuild.add(BOOKS_AROUND[:3])
    rebuild.swap(3)
    assert nearest(engine, unit(0, 1))[0] == "3"
    assert len(nearest(engine, unit(0, 1))) == 3


def test_depth_is_the_same_and_many_are_ranked_right(engine: SearchEngine) -> None:
    chance = random.Random(3)
    documents = [
        at(book(i, "書", format="ebook" if i % 50 == 0 else "print"), *(chance.gauss(0, 1) for _ in range(8)))
        for i in range(DEPTH + 200)
    ]
    engine.write("books", documents)
    asked = unit(*(chance.gauss(0, 1) for _ in range(8)))
    result = engine.search("books", SearchRequest(vector=asked, limit=10))
    assert result.total == DEPTH

    def cosine(document: Document) -> float:
        assert document.vector is not None
        return sum(a * b for a, b in zip(asked, document.vector, strict=True))

    best = sorted(documents, key=cosine, reverse=True)
    # int8 on one engine, an approximate graph on the other: the best ten are among the best twelve
    assert {hit.id for hit in result.hits} <= {d.id for d in best[:12]}
    assert engine.search("books", SearchRequest(vector=asked, offset=DEPTH, limit=10)).hits == ()
    few = {"format": FacetFilter(include=("ebook",))}
    expected = [d.id for d in best if d.fields["format"] == "ebook"][:3]
    assert set(nearest(engine, asked, filters=few, limit=4)) >= set(expected)


def test_half_a_row_of_a_killed_writer_is_overwritten(tmp_path: Path) -> None:
    file = VectorFile(tmp_path, 8)
    assert file.append([unit(1), unit(0, 1)]) == 0
    with file.path.open("ab") as raw:
        raw.write(b"\x01\x02\x03")
    assert file.append([unit(0, 0, 1)]) == 2
    assert file.vector(2) == pytest.approx(unit(0, 0, 1), abs=0.01)
    assert file.path.stat().st_size == 3 * 8
    with pytest.raises(ValueError, match="8 dimensions"):
        file.append([(1.0, 0.0)])
