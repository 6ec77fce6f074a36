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
from shuyin.search_engine.fusion import DEPTH as FUSED
from shuyin.search_engine.port import IndexOutdated, SearchEngine
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
    # the facet's own tick aside; the record without a vector is never a hit, and not counted
    assert {c.value: c.count for c in facets} == {"print": 3, "ebook": 1}


def test_replaced_and_deleted_vectors_are_gone(engine: SearchEngine) -> None:
    engine.write("books", BOOKS_AROUND)
    engine.write("books", [at(book(1, "東"), 0, -1), book(2, "東北")], deletes=["4"])
    assert nearest(engine, unit(1, 0)) == ["3", "1"] or nearest(engine, unit(1, 0)) == ["1", "3"]
    assert nearest(engine, unit(0, -1))[0] == "1"


def test_similar_is_by_vector_where_there_is_one(engine: SearchEngine) -> None:
    engine.write("books", BOOKS_AROUND)
    assert [hit.id for hit in engine.similar("books", "1", limit=2).hits] == ["2"]
    # none is near enough to 北: likeness goes by words, and 東北 has one of them
    assert [hit.id for hit in engine.similar("books", "3", limit=2).hits] == ["2"]
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
    file.sync()
    assert file.vector(2) == pytest.approx(unit(0, 0, 1), abs=0.01)
    assert file.path.stat().st_size == 3 * 8
    with pytest.raises(ValueError, match="8 dimensions"):
        file.append([(1.0, 0.0)])


def test_nothing_farther_than_asked_is_a_hit_or_counted(engine: SearchEngine) -> None:
    engine.write("books", BOOKS_AROUND)
    asked = SearchRequest(vector=unit(1, 0), least=0.5, facets=(FacetRequest("format"),))
    result = engine.search("books", asked)
    assert [hit.id for hit in result.hits] == ["1", "2"] and result.total == 2
    assert {c.value: c.count for c in result.facets["format"]} == {"print": 1, "ebook": 1}
    assert engine.search("books", replace(asked, least=1.1)).total == 0


def test_a_named_sort_orders_the_near_ones(engine: SearchEngine) -> None:
    dated = [
        replace(document, fields={**document.fields, "published": f"202{place}-01-01"})
        for place, document in enumerate(BOOKS_AROUND)
    ]
    engine.write("books", dated)
    assert nearest(engine, unit(1, 0), least=0.5, sort="newest") == ["2", "1"]
    assert nearest(engine, unit(1, 0), least=0.5, sort="oldest") == ["1", "2"]


def test_fused_hits_are_those_of_the_words_and_the_near_ones(engine: SearchEngine) -> None:
    engine.write("books", BOOKS_AROUND)
    asked = SearchRequest(Text("北"), vector=unit(1, 0), least=0.5, fused=True, facets=(FacetRequest("format"),))
    result = engine.search("books", asked)
    # 東北 is found by both; 北 by the word alone, 東 by nearness alone; 沒有方向 and 西 by neither
    assert result.hits[0].id == "2" and {hit.id for hit in result.hits} == {"1", "2", "3"}
    assert result.total == 3
    assert {c.value: c.count for c in result.facets["format"]} == {"print": 2, "ebook": 1}
    printed = replace(asked, filters={"format": FacetFilter(include=("print",))})
    result = engine.search("books", printed)
    assert {hit.id for hit in result.hits} == {"1", "3"} and result.total == 2
    assert {c.value: c.count for c in result.facets["format"]} == {"print": 2, "ebook": 1}
    assert [hit.id for hit in engine.search("books", replace(asked, sort="newest")).hits] == ["1", "2", "3"]


def test_pages_of_fused_hits_hold_every_hit_once(engine: SearchEngine) -> None:
    chance = random.Random(5)
    documents = [
        at(book(i, "海" if i % 2 else "山"), *(chance.gauss(0, 1) for _ in range(8))) for i in range(1, 2 * FUSED + 201)
    ]
    engine.write("books", documents)
    asked = SearchRequest(Text("海"), vector=unit(*(chance.gauss(0, 1) for _ in range(8))), least=0.0, fused=True)
    total = engine.search("books", asked).total
    seen: list[str] = []
    for offset in range(0, total + 40, 40):
        page = engine.search("books", replace(asked, offset=offset, limit=40))
        assert page.total == total
        seen += [hit.id for hit in page.hits]
    assert len(seen) == len(set(seen)) == total
    assert FUSED + 100 <= total <= 2 * FUSED + 100
    assert {str(i) for i in range(1, 2 * FUSED + 201, 2)} <= set(seen)


def test_filtered_nearness_is_that_of_comparing_all(engine: SearchEngine) -> None:
    """Recall against brute force, for filters that leave much, little and next to nothing."""
    chance = random.Random(11)
    formats = ["print"] * 80 + ["ebook"] * 15 + ["audio"] * 4 + ["other"]
    documents = [
        at(book(i, "書", format=formats[i % 100]), *(chance.gauss(0, 1) for _ in range(8))) for i in range(1500)
    ]
    engine.write("books", documents)
    found = wanted = 0
    for _ in range(5):
        asked = unit(*(chance.gauss(0, 1) for _ in range(8)))
        for name in ("print", "ebook", "audio", "other"):
            fitting = [d for d in documents if d.fields["format"] == name]
            best = sorted(fitting, key=lambda d: -_cosine(asked, d))[:10]
            hits = nearest(engine, asked, filters={"format": FacetFilter(include=(name,))}, limit=10)
            assert len(hits) == len(best)
            found += len({d.id for d in best} & set(hits))
            wanted += len(best)
    assert wanted == 5 * 40
    assert found / wanted >= 0.97  # int8 on one engine, a graph on the other


def _cosine(vector: tuple[float, ...], document: Document) -> float:
    assert document.vector is not None
    return sum(a * b for a, b in zip(vector, document.vector, strict=True))


def test_an_index_of_another_embedding_asks_to_be_rebuilt(tmp_path: Path) -> None:
    connect(f"tantivy:{tmp_path}", {"books": WITH_VECTORS}).write("books", BOOKS_AROUND)
    other = connect(f"tantivy:{tmp_path}", {"books": replace(WITH_VECTORS, vector_space="another/model")})
    with pytest.raises(IndexOutdated):
        other.count("books")


def test_rows_of_a_killed_writer_find_nothing(tmp_path: Path) -> None:
    """Killed after its vectors were written and before its commit: the rows stay unused."""
    engine = connect(f"tantivy:{tmp_path}", {"books": WITH_VECTORS})
    engine.write("books", BOOKS_AROUND)
    (generation,) = (path.parent for path in tmp_path.rglob("vectors.i8"))
    VectorFile(generation, 8).append([unit(0, 0, 1)] * 3)
    assert nearest(engine, unit(0, 0, 1), least=0.9) == []
    engine.write("books", [at(book(9, "天"), 0, 0, 1)])
    assert nearest(engine, unit(0, 0, 1), least=0.9) == ["9"]
    assert nearest(engine, unit(1, 0), least=0.9) == ["1", "2"]
    engine.close()
