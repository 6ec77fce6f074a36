"""`mode=`: search by meaning and fused search over a real index with the shipped embedding."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from shuyin.ai_subjects import embedding, meaning
from shuyin.search_api import by_meaning, services
from shuyin.search_api.state import SearchState, read_state
from shuyin.search_engine import connect
from shuyin.search_engine.declaration import ALBUMS, BOOKS
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import Document

TITLES = {
    "1": ("烘焙甜點全書", "print"),
    "2": ("從零開始學做麵包", "ebook"),
    "3": ("當沖與存股：散戶的投資課", "print"),
    "4": ("京都自由行", "print"),
    "5": ("大阪自助旅行地圖", "ebook"),
    "6": ("針灸與經絡", "print"),
    "7": ("蛋糕裝飾技法", "print"),
}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[SearchEngine]:
    """Seven books, with the vectors that the indexer would give them."""
    opened = connect(f"tantivy:{tmp_path}")
    assert BOOKS.vector_dimensions
    vectors = meaning.encode([title for title, _ in TITLES.values()], BOOKS.vector_dimensions)
    opened.write(
        "books",
        [
            Document(id, {"title": title, "format": kind, "published": f"202{id}-01"}, {"id": int(id)}, vector)
            for (id, (title, kind)), vector in zip(TITLES.items(), vectors, strict=True)
        ],
    )
    yield opened
    opened.close()


def ask(engine: SearchEngine, query: str) -> tuple[list[str], services.Answer]:
    state = read_state([tuple(pair.split("=", 1)) for pair in query.split("&")])  # type: ignore[misc]
    answer = services.search(engine, state)
    return [hit.id for hit in answer.hits], answer


def told(answer: services.Answer) -> list[str]:
    return [notice.text for notice in answer.notices]


def test_meaning_finds_books_without_the_words(engine: SearchEngine) -> None:
    assert ask(engine, "q=點心食譜")[0] == []
    found, answer = ask(engine, "q=點心食譜&mode=semantic")
    assert {"1", "7"} <= set(found) <= {"1", "2", "7"} and answer.total == len(found)
    assert told(answer) == [by_meaning.SEMANTIC_EXPLAINED]
    assert sum(v.count for v in answer.facets["format"]) == len(found)


def test_english_words_find_chinese_books(engine: SearchEngine) -> None:
    assert set(ask(engine, "q=travel&mode=semantic")[0]) <= {"4", "5"}
    assert ask(engine, "q=travel&mode=semantic")[0]


def test_what_a_facet_promises_is_found(engine: SearchEngine) -> None:
    for mode in ("semantic", "hybrid"):
        counts = {v.value: v.count for v in ask(engine, f"q=麵包&mode={mode}")[1].facets["format"]}
        assert len(counts) == 2
        for value, count in counts.items():
            found, answer = ask(engine, f"q=麵包&mode={mode}&f.format={value}")
            assert len(found) == answer.total == count
            assert {v.value: v.count for v in answer.facets["format"]} == counts


def test_hybrid_holds_what_the_words_find_and_what_is_near(engine: SearchEngine) -> None:
    words, _ = ask(engine, "q=麵包")
    both, answer = ask(engine, "q=麵包&mode=hybrid")
    assert words == ["2"] and both[0] == "2" and set(both) > {"2"}
    assert told(answer) == [by_meaning.HYBRID_EXPLAINED]
    assert services.count(engine, SearchState(q="麵包", mode="hybrid")) == answer.total == len(both)


def test_fields_filters_and_exclusions_stay_conditions(engine: SearchEngine) -> None:
    assert ask(engine, "q=點心食譜&title=蛋糕&mode=semantic")[0] == ["7"]
    assert "7" not in ask(engine, "q=點心食譜 -蛋糕&mode=semantic")[0]
    assert ask(engine, "q=點心食譜&mode=semantic&from=2027")[0] == ["7"]
    newest = ask(engine, "q=點心食譜&mode=semantic&sort=newest")[0]
    assert newest == sorted(newest, reverse=True) and len(newest) >= 2


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("title=麵包", by_meaning.NO_WORDS),
        ("q=9789576787713", by_meaning.NO_WORDS),
        ("q=zzqqxxyy", by_meaning.UNKNOWN_WORDS),
    ],
)
def test_where_there_is_no_meaning_words_are_searched_and_it_is_said(
    engine: SearchEngine, query: str, why: str
) -> None:
    found, answer = ask(engine, f"{query}&mode=semantic")
    assert why in told(answer)
    assert found == ask(engine, query)[0]


def test_a_model_that_cannot_be_loaded_is_told_and_words_are_searched(
    engine: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(name: str | None = None) -> embedding.Encoder:
        raise embedding.MissingExtra("not installed")

    monkeypatch.setattr(embedding, "encoder", broken)
    by_meaning._vector.cache_clear()
    found, answer = ask(engine, "q=麵包&mode=hybrid")
    assert found == ["2"] and told(answer) == [by_meaning.NO_MODEL]


def test_a_list_without_vectors_says_so(tmp_path: Path) -> None:
    engine = connect(f"tantivy:{tmp_path}")
    state = read_state([("q", "歌"), ("mode", "semantic")], ALBUMS)
    assert by_meaning.NO_VECTORS in told(services.search(engine, state, ALBUMS))
    engine.close()


def test_settings_that_cannot_work_are_refused_at_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(embedding.MissingExtra, match=r"pip install 'shuyin\[models\]'"):
        meaning.use("some/model")
    assert meaning.chosen() is None
    meaning.use(str(embedding.SHIPPED))
    try:
        assert meaning.space() == str(embedding.SHIPPED)
        assert meaning.encode(["麵包"], 128) == meaning.encode(["麵包"], 128)
    finally:
        meaning.use(None)


def test_nothing_heavy_is_loaded_before_a_meaning_is_asked_for() -> None:
    """What serves, searches by words and indexes stays small until the first text is encoded."""
    code = (
        "import sys, shuyin.app.web, shuyin.app.serving, shuyin.indexer.services, shuyin.search_api.by_meaning\n"
        "print([name for name in ('model2vec', 'tokenizers', 'huggingface_hub') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
