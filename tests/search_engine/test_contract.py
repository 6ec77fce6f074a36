"""What every engine does, the same on both: the contract of `port.SearchEngine`."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from shuyin.search_engine.port import (
    MAX_WINDOW,
    RebuildMismatch,
    SearchEngine,
    WindowExceeded,
)
from shuyin.search_engine.query import (
    Bool,
    Document,
    Everything,
    FacetFilter,
    FacetRequest,
    Match,
    Nothing,
    Query,
    Range,
    SearchRequest,
    Terms,
    Text,
)
from tests.search_engine.books import book
from tests.search_engine.conftest import Connect

NOVEL = book(
    1, "紅樓夢", author="曹雪芹", publisher="中華書局", published="1996-05", class_number="857.49", format="print"
)
STUDY = book(
    2, "紅樓夢研究", author="俞平伯", publisher="聯經", published="2020-01-15", class_number="857.49", format="print"
)
MOUNTAIN = book(
    3, "山谷之歌", author="林文月", publisher="聯經", published="2020", class_number="863.55", format="ebook"
)
PYTHON = book(
    4,
    "Python資料科學",
    author="Jake VanderPlas",
    publisher="歐萊禮",
    subject=["程式語言", "資料處理"],
    published="2021-03",
    class_number="312.32",
    isbn=["9789576787713"],
    format="ebook",
    contents="第一章 紅樓夢的文字資料\n第二章 學習",
)
UNDATED = book(5, "無年代的書", publisher="中華書局", format="print")
ALL = [NOVEL, STUDY, MOUNTAIN, PYTHON, UNDATED]


@pytest.fixture
def filled(search: SearchEngine) -> SearchEngine:
    """An engine with the five books."""
    search.write("books", ALL)
    return search


def found(engine: SearchEngine, query: Query | None = None, **request: Any) -> list[str]:
    """Ids in order."""
    asked = SearchRequest(query=query or Everything(), **request)
    return [hit.id for hit in engine.search("books", asked).hits]


# --- writing -------------------------------------------------------------------------------------------------------


def test_an_empty_index_answers(search: SearchEngine) -> None:
    result = search.search("books", SearchRequest(facets=(FacetRequest("format"),)))
    assert (result.total, result.hits, dict(result.facets)) == (0, (), {"format": ()})
    assert search.count("books") == 0
    assert search.suggest("books", "紅") == []
    search.ping()


def test_a_write_replaces_by_id_and_deletes(filled: SearchEngine) -> None:
    filled.write("books", [book(1, "石頭記")], deletes=["2", "no such id"])
    assert filled.count("books") == 4
    assert found(filled, Text("石頭記")) == ["1"]
    assert found(filled, Text("紅樓夢", "title")) == []
    assert [d.stored["title"] for d in filled.get("books", ["1"])] == ["石頭記"]


def test_of_one_id_twice_the_last_stays(search: SearchEngine) -> None:
    search.write("books", [book(1, "舊的"), book(1, "新的")])
    assert search.count("books") == 1
    assert found(search, Text("新的")) == ["1"]


def test_an_id_that_is_deleted_and_written_is_written(filled: SearchEngine) -> None:
    filled.write("books", [book(1, "石頭記")], deletes=["1"])
    assert found(filled, Text("石頭記")) == ["1"]


def test_another_connection_sees_the_write(open_engine: Connect) -> None:
    writer, reader = open_engine(), open_engine()
    assert reader.count("books") == 0
    writer.write("books", ALL)
    assert reader.count("books") == len(ALL)
    writer.write("books", [], deletes=["1"])
    assert found(reader, Text("曹雪芹")) == []


def test_get_keeps_the_order_asked_and_passes_over_the_missing(filled: SearchEngine) -> None:
    documents = filled.get("books", ["3", "no such id", "1", "3"])
    assert [(d.id, d.stored["title"]) for d in documents] == [("3", "山谷之歌"), ("1", "紅樓夢")]
    assert filled.get("books", []) == []


def test_the_stored_part_comes_back_as_it_went_in(search: SearchEngine) -> None:
    stored = {"id": "1", "deep": {"list": [1, 2.5, None, "臺灣\u2028\n\"'"]}, "empty": []}
    search.write("books", [Document("1", {"title": "書"}, stored)])
    (hit,) = search.search("books", SearchRequest()).hits
    assert hit.stored == stored


# --- finding -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        (Text("紅樓夢"), {"1", "2", "4"}),
        (Text("紅樓夢", "title"), {"1", "2"}),
        (Text("俞平伯 紅樓夢"), {"2"}),
        (Text("紅樓夢 研究", "title"), {"2"}),
        (Text("紅樓夢", "title", Match.EXACT), {"1"}),
        (Text("紅樓", "title", Match.PREFIX), {"1", "2"}),
        (Text("Pyth*", "title", Match.MASKED), {"4"}),
        (Text("p?t*N"), set()),
        (Text("p?t*N 資料", "title", Match.MASKED), {"4"}),
        (Text("p?thon*", match=Match.MASKED), {"4"}),
        (Text("pytho??", match=Match.MASKED), set()),
        (Text("pyth* vander*", match=Match.MASKED), {"4"}),
        (Text("pyth* nobody*", match=Match.MASKED), set()),
        (Text("紅樓*", "title", Match.MASKED), {"1", "2"}),
        (Text("a.*", match=Match.MASKED), set()),
        (Text("p" * 3000 + "*", match=Match.MASKED), set()),
        (Bool(should=(Text("山谷"), Text("研究"))), {"2", "3"}),
        (Text("資料科學", match=Match.PHRASE), {"4"}),
        (Text("資料學科", match=Match.PHRASE), set()),
        (Text("樓夢 研究", "title", Match.PHRASE), {"2"}),
        (Text("紅樓夢的讀法", match=Match.MOST), {"4"}),
        (Text("python"), {"4"}),
        (Text("97895767", "isbn", Match.PREFIX), {"4"}),
        (Text("字" * 3000, "title", Match.PREFIX), set()),
        (Text("字" * 3000, "title", Match.EXACT), set()),
        (Text("字" * 3000), set()),
        (Text("word " * 3000, match=Match.PHRASE), set()),
        (Text("字" * 3000, match=Match.PHRASE), set()),
        (Text("字" * 3000, match=Match.MOST), {"4"}),
        (Text("9789576787713", "isbn"), {"4"}),
        (Terms("isbn", ("9789576787713",)), {"4"}),
        (Terms("isbn", ()), set()),
        (Terms("publisher_facet", ("聯經", "歐萊禮")), {"2", "3", "4"}),
        (Everything(), {"1", "2", "3", "4", "5"}),
        (Nothing(), set()),
        (Bool(must=(Text("紅樓夢"), Terms("format", ("ebook",)))), {"4"}),
        (Bool(should=(Text("山谷"), Text("python"))), {"3", "4"}),
        (Bool(must=(Text("紅樓夢"),), must_not=(Text("研究"),)), {"1", "4"}),
        (Bool(must_not=(Terms("format", ("ebook",)),)), {"1", "2", "5"}),
        (Bool(must=(Text("紅樓夢"), Bool(should=(Text("曹雪芹"), Text("俞平伯"))))), {"1", "2"}),
        (Bool(must=(Text("紅樓夢"),), should=(Text("俞平伯"),)), {"1", "2", "4"}),
        (Range("published", "2020", "2020"), {"2", "3"}),
        (Range("published", "2020-01", None), {"2", "4"}),
        (Range("published", None, "1999"), {"1"}),
        (Range("published", "not a date", None), set()),
        (Range("year", "1996", "2020"), {"1", "2", "3"}),
        (Range("class_number", "857", "863.9"), {"1", "2", "3"}),
        (Range("class_number", None, "4"), {"4"}),
        (Range("class_number", "86", None), {"3"}),
    ],
    # sets have no order of their own, and the processes of pytest-xdist must agree on the names
    ids=lambda value: " ".join(sorted(value)) if isinstance(value, set) else str(value)[:60],
)
def test_queries_find(filled: SearchEngine, query: Query, ids: set[str]) -> None:
    assert set(found(filled, query)) == ids
    # the same as a condition beside another query
    assert set(found(filled, Everything(), where=(query,))) == ids


def test_the_total_is_exact_and_pages_do_not_overlap(search: SearchEngine) -> None:
    search.write("books", [book(i, f"書第{i}號", published=f"{1900 + i % 50}") for i in range(230)])
    pages = [search.search("books", SearchRequest(Text("書"), offset=o, limit=50)) for o in range(0, 250, 50)]
    assert {p.total for p in pages} == {230}
    ids = [hit.id for p in pages for hit in p.hits]
    assert len(ids) == len(set(ids)) == 230
    assert search.search("books", SearchRequest(Text("書"), offset=240, limit=50)).hits == ()


def test_paging_ends_at_the_window(filled: SearchEngine) -> None:
    last = SearchRequest(offset=MAX_WINDOW - 20, limit=20)
    assert filled.search("books", last).hits == ()
    with pytest.raises(WindowExceeded):
        filled.search("books", SearchRequest(offset=MAX_WINDOW - 19, limit=20))


# --- order ---------------------------------------------------------------------------------------------------------


def test_sorts(filled: SearchEngine) -> None:
    assert found(filled, sort="newest") == ["4", "2", "3", "1", "5"]
    assert found(filled, sort="oldest") == ["1", "3", "2", "4", "5"]
    # strokes: 山 3, 紅 9, 無 12; then Latin
    assert found(filled, sort="title") == ["3", "1", "2", "5", "4"]


def test_equal_records_come_newest_first_then_by_id(search: SearchEngine) -> None:
    dates = {1: "2001", 2: "2003", 3: "2002", 10: "2003", 11: None}
    search.write("books", [book(i, "同名的書", **({"published": d} if d else {})) for i, d in dates.items()])
    for query in (Text("同名的書"), Everything(), Terms("title_sort", (book(1, "同名的書").fields["title_sort"],))):
        assert found(search, query) == ["2", "10", "3", "1", "11"], query
    assert found(search, sort="title") == ["2", "10", "3", "1", "11"]


def test_ties_stay_in_order_over_many_pages_and_commits(search: SearchEngine) -> None:
    days = [f"20{i // 28 % 25:02}-01-{i % 28 + 1:02}" for i in range(400)]
    order = random.Random(7).sample(range(400), 400)
    for start in range(0, 400, 100):
        search.write("books", [book(i, "同名的書", published=days[i]) for i in order[start : start + 100]])
    expected = [str(i) for i in sorted(range(400), key=lambda i: days[i], reverse=True)]
    ids = [i for offset in range(0, 400, 20) for i in found(search, Text("同名的書"), offset=offset, limit=20)]
    assert [days[int(i)] for i in ids] == [days[int(i)] for i in expected]
    assert len(set(ids)) == 400


def test_recency_never_beats_a_better_match(search: SearchEngine) -> None:
    search.write(
        "books",
        [
            book(1, "臺灣史", published="1980"),
            book(2, "臺灣史研究", published="2026"),
            book(3, "近代史", published="2026", contents="臺灣史"),
        ],
    )
    assert found(search, Text("臺灣史")) == ["1", "2", "3"]


# --- facets --------------------------------------------------------------------------------------------------------


def counts(engine: SearchEngine, facet: str, query: Query | None = None, **request: Any) -> dict[str, int]:
    asked = SearchRequest(query=query or Everything(), facets=(FacetRequest(facet, 50),), **request)
    return {c.value: c.count for c in engine.search("books", asked).facets[facet]}


def test_facets_count(filled: SearchEngine) -> None:
    assert counts(filled, "format") == {"print": 3, "ebook": 2}
    assert counts(filled, "publisher", Text("紅樓夢")) == {"中華書局": 1, "聯經": 1, "歐萊禮": 1}
    assert counts(filled, "subject") == {"程式語言": 1, "資料處理": 1}


def test_a_facet_leaves_out_its_own_ticks(filled: SearchEngine) -> None:
    ticked = {"publisher": FacetFilter(include=("聯經", "歐萊禮"))}
    assert set(found(filled, filters=ticked)) == {"2", "3", "4"}
    assert counts(filled, "publisher", filters=ticked) == {"中華書局": 2, "聯經": 2, "歐萊禮": 1}
    assert counts(filled, "format", filters=ticked) == {"print": 1, "ebook": 2}
    both = ticked | {"format": FacetFilter(include=("ebook",))}
    assert set(found(filled, filters=both)) == {"3", "4"}
    assert counts(filled, "publisher", filters=both) == {"聯經": 1, "歐萊禮": 1}
    assert counts(filled, "format", filters=both) == {"print": 1, "ebook": 2}


def test_excluded_values_are_gone_everywhere(filled: SearchEngine) -> None:
    excluded = {"publisher": FacetFilter(exclude=("聯經",))}
    assert set(found(filled, filters=excluded)) == {"1", "4", "5"}
    assert counts(filled, "publisher", filters=excluded) == {"中華書局": 2, "歐萊禮": 1}


def test_a_prefix_narrows_a_facet(filled: SearchEngine) -> None:
    asked = SearchRequest(facets=(FacetRequest("class", 50, prefix="85"),))
    values = filled.search("books", asked).facets["class"]
    assert {c.value: c.count for c in values} == {"85": 2, "857": 2, "857.49": 2}
    for odd in ("字" * 3000, "8.*", "龘", "~", "0", "\\", "[8]"):
        asked = SearchRequest(facets=(FacetRequest("class", 50, prefix=odd),))
        assert filled.search("books", asked).facets["class"] == ()


def test_a_look_up_inside_a_facet_folds(search: SearchEngine) -> None:
    publishers = ["臺灣商務印書館", "台湾商务印书馆", "遠流", "Éditions du Seuil", "國立臺灣大學出版中心"]
    search.write("books", [book(i, "書", publisher=p, format="print") for i, p in enumerate(publishers)])

    def looked_up(typed: str, facet: str = "publisher", **request: Any) -> list[str]:
        asked = SearchRequest(facets=(FacetRequest(facet, 10, contains=typed),), **request)
        return [c.value for c in search.search("books", asked).facets[facet]]

    assert looked_up("臺灣") == ["台湾商务印书馆", "國立臺灣大學出版中心", "臺灣商務印書館"]
    assert looked_up("台湾") == looked_up("臺灣")
    assert looked_up("editions") == ["Éditions du Seuil"]
    assert looked_up("ＤＩＴ") == ["Éditions du Seuil"]
    assert looked_up("流") == ["遠流"]
    assert looked_up("沒有") == []
    assert looked_up("商務") == looked_up("商务", filters={"publisher": FacetFilter(include=("遠流",))})
    assert looked_up("prin", facet="format") == ["print"]


def test_a_facet_counts_the_values_named_and_no_others(search: SearchEngine) -> None:
    subjects = [f"主題{n}" for n in range(120)]
    search.write("books", [book(i, "書", subject=subjects[: i + 1]) for i in range(120)])

    def counted(*values: str, **request: Any) -> dict[str, int]:
        asked = SearchRequest(facets=(FacetRequest("subject", 1, only=values),), **request)
        return {c.value: c.count for c in search.search("books", asked).facets["subject"]}

    assert counted("主題119", "主題0", "主題60", "沒有") == {"主題0": 120, "主題60": 60, "主題119": 1}
    assert counted("主題119", "主題9", where=(Terms("subject_facet", ("主題118",)),)) == {"主題119": 1, "主題9": 2}


def test_most_frequent_values_first_then_by_value(search: SearchEngine) -> None:
    publishers = ["丙"] * 3 + ["乙"] * 2 + ["甲"] * 2 + ["丁"]
    search.write("books", [book(i, "書", publisher=p) for i, p in enumerate(publishers)])
    asked = SearchRequest(facets=(FacetRequest("publisher", 3),))
    values = [(c.value, c.count) for c in search.search("books", asked).facets["publisher"]]
    assert values == [("丙", 3), ("乙", 2), ("甲", 2)]


def test_counts_are_those_of_brute_force(search: SearchEngine) -> None:
    """Random records, random ticks and excludes: every count equals one made by going through the records."""
    chance = random.Random(20)
    domain = {"format": ["print", "ebook"], "language": ["chi", "eng", "jpn"], "audience": ["成人", "兒童", "青少年"]}
    records = []
    for i in range(300):
        fields: dict[str, Any] = {
            name: chance.choice(values) for name, values in domain.items() if chance.random() < 0.9
        }
        fields["subject"] = chance.sample(["歷史", "文學", "科學", "藝術"], chance.randrange(3))
        if chance.random() < 0.9:
            fields["published"] = chance.choice(["2019", "2020-03", "2020-11-02", "2021-07", "2023", "2023-12"])
        records.append(book(i, chance.choice(["臺灣紀事", "世界紀事", "臺灣文學"]), **fields))
    for start in range(0, 300, 60):  # several commits, several segments
        search.write("books", records[start : start + 60])
    names = [*domain, "subject", "year"]
    domain["subject"] = ["歷史", "文學", "科學", "藝術"]
    domain["year"] = ["2019", "2020", "2021", "2023"]
    column = {name: "subject_facet" if name == "subject" else name for name in names}

    def values(document: Document, name: str) -> list[str]:
        value = document.fields.get(column[name]) or []
        return [value] if isinstance(value, str) else value

    checked = 0
    for _ in range(25):
        filters = {
            name: FacetFilter(
                tuple(chance.sample(domain[name], chance.randrange(3))),
                tuple(chance.sample(domain[name], chance.randrange(2))),
            )
            for name in names
            if chance.random() < 0.5
        }
        word = chance.choice([None, "臺灣", "紀事"])
        start, end = chance.choice(
            [(None, None), ("2020", None), (None, "2020-06"), ("2020-03", "2021"), ("2023", "2023")]
        )
        result = search.search(
            "books",
            SearchRequest(
                Text(word) if word else Everything(),
                filters=filters,
                where=(Range("published", gte=start, lte=f"{end}~" if end else None),) if start or end else (),
                facets=tuple(FacetRequest(name, 50) for name in names),
                limit=100,
            ),
        )

        def fits(
            document: Document,
            but: str | None = None,
            filters: Any = filters,
            word: str | None = word,
            span: tuple[str | None, str | None] = (start, end),
        ) -> bool:
            if word and word not in document.fields["title"]:
                return False
            published = document.fields.get("published")
            if any(span) and (published is None or published < (span[0] or "") or published > (span[1] or "9") + "~"):
                return False
            for name, ticked in filters.items():
                held = set(values(document, name))
                if held & set(ticked.exclude):
                    return False
                if ticked.include and name != but and not held & set(ticked.include):
                    return False
            return True

        assert result.total == sum(fits(d) for d in records), filters
        for name in names:
            expected = Counter(v for d in records if fits(d, name) for v in values(d, name))
            assert {c.value: c.count for c in result.facets[name]} == expected, (name, filters)
            checked += 1
    assert checked == 125


# --- highlighting --------------------------------------------------------------------------------------------------


def marked(engine: SearchEngine, query: Query) -> dict[str, list[str]]:
    """Field → marked pieces of the first hit."""
    hit = engine.search("books", SearchRequest(query, highlight=True)).hits[0]
    return {f: [t for fragment in v for t, is_match in fragment if is_match] for f, v in hit.highlights.items()}


def test_highlights_mark_the_original_text(filled: SearchEngine) -> None:
    assert marked(filled, Text("红楼梦", "title")) == {"title": ["紅樓夢"]}
    assert marked(filled, Text("ＰＹＴＨＯＮ")) == {"title": ["Python"]}
    assert marked(filled, Text("紅樓夢的文字")) == {"contents": ["紅樓夢的文字"]}
    assert marked(filled, Text("俞平伯 紅樓夢")) == {"title": ["紅樓夢"], "author": ["俞平伯"]}
    assert marked(filled, Everything()) == {}
    hit = filled.search("books", SearchRequest(Text("研究"), highlight=True)).hits[0]
    assert hit.highlights["title"] == ((("紅樓夢", False), ("研究", True)),)


# --- suggestions ---------------------------------------------------------------------------------------------------


def suggested(engine: SearchEngine, typed: str) -> list[tuple[str, str]]:
    return [(s.text, s.kind) for s in engine.suggest("books", typed)]


def test_suggestions(filled: SearchEngine) -> None:
    novels = [("紅樓夢", "title"), ("紅樓夢研究", "title")]
    for typed in ("紅", "红楼", "honglou", "hong lou", "hlm", "ㄏㄨㄥˊㄌㄡˊ"):
        assert suggested(filled, typed) == novels, typed
    assert suggested(filled, "聯") == [("聯經", "publisher")]
    assert suggested(filled, "py") == [("Python資料科學", "title")]
    assert suggested(filled, "俞平") == [("俞平伯", "author")]
    assert suggested(filled, "9789576") == suggested(filled, "978-957-67") == [("9789576787713", "isbn")]
    assert suggested(filled, "978") == []  # too many begin so
    assert suggested(filled, "857") == [("857.49", "class")]
    assert suggested(filled, "p") == []  # Latin from two letters
    assert suggested(filled, "") == []
    assert suggested(filled, "沒有這樣的開頭") == []


def test_suggestions_by_zhuyin_end_where_the_syllable_ends(search: SearchEngine) -> None:
    titles = ("哈利路亞寶貝", "海的歷史", "好人", "理財", "玲瓏")
    search.write("books", [book(n, title) for n, title in enumerate(titles, start=1)])
    expected = {
        "ㄏㄚ": ["哈利路亞寶貝"],
        "ㄏㄚ ㄌㄧˋ": ["哈利路亞寶貝"],
        "ㄏㄞˇ": ["海的歷史"],
        "ㄌㄧˇ": ["理財"],
        "ㄌㄧ": ["玲瓏", "理財"],  # still being typed: ㄌㄧㄥ too
        "ㄏ": ["哈利路亞寶貝", "好人", "海的歷史"],
    }
    for typed, found in expected.items():
        assert sorted(text for text, _ in suggested(search, typed)) == sorted(found), typed
    assert suggested(search, "ha3li4") == suggested(search, "hali") == [("哈利路亞寶貝", "title")]


def test_a_suggestion_counts_its_records(filled: SearchEngine) -> None:
    filled.write("books", [], deletes=["2"])
    (publisher,) = [s for s in filled.suggest("books", "中華") if s.kind == "publisher"]
    assert publisher.count == 2
    assert len(filled.suggest("books", "紅", limit=1)) == 1


# --- like this, and why --------------------------------------------------------------------------------------------


def test_similar_shares_words_and_is_another(filled: SearchEngine) -> None:
    result = filled.similar("books", "1")
    assert [hit.id for hit in result.hits][:1] == ["2"]
    assert "1" not in [hit.id for hit in result.hits]
    assert filled.similar("books", "no such id").hits == ()


def test_explain_names_the_rules(filled: SearchEngine) -> None:
    lines = filled.explain("books", SearchRequest(Text("紅樓夢")), "1")
    assert "title: whole" in lines
    assert "not found" in filled.explain("books", SearchRequest(Text("紅樓夢")), "3")
    narrowed = SearchRequest(Text("紅樓夢"), filters={"format": FacetFilter(include=("ebook",))})
    assert "filter" in filled.explain("books", narrowed, "1")


# --- rebuild -------------------------------------------------------------------------------------------------------


def test_a_rebuild_is_unseen_until_the_swap(open_engine: Connect) -> None:
    engine, reader = open_engine(), open_engine()
    engine.write("books", ALL)
    rebuild = engine.rebuild("books")
    assert rebuild.add([book(i, "重建的書") for i in range(7)]) == 7
    assert (engine.count("books"), reader.count("books")) == (5, 5)
    rebuild.swap(7)
    assert (engine.count("books"), reader.count("books")) == (7, 7)
    assert found(reader, Text("紅樓夢")) == []
    engine.write("books", [NOVEL])
    assert found(reader, Text("紅樓夢")) == ["1"]


def test_a_rebuild_that_lost_records_is_not_swapped(filled: SearchEngine) -> None:
    rebuild = filled.rebuild("books")
    rebuild.add(ALL[:3])
    with pytest.raises(RebuildMismatch):
        rebuild.swap(5)
    assert filled.count("books") == 5
    again = filled.rebuild("books")
    again.add(ALL[:3])
    again.swap(3)
    assert filled.count("books") == 3


def test_an_abandoned_rebuild_leaves_no_trace(filled: SearchEngine) -> None:
    rebuild = filled.rebuild("books")
    rebuild.add(ALL[:3])
    rebuild.abandon()
    assert filled.count("books") == 5
    filled.write("books", [], deletes=["1"])
    assert filled.count("books") == 4


def test_a_version_names_one_state_of_the_index(open_engine: Connect) -> None:
    engine, reader = open_engine(), open_engine()
    engine.write("books", ALL)
    versions = [reader.version("books")]
    if versions == [None]:
        return  # an engine that cannot tell: pages are always made anew
    assert reader.version("books") == engine.version("books") == versions[0]
    engine.write("books", [book(1, "石頭記")])
    versions.append(reader.version("books"))
    engine.write("books", [], deletes=["1"])
    versions.append(reader.version("books"))
    rebuild = engine.rebuild("books")
    rebuild.add(ALL)
    versions.append(reader.version("books"))
    assert versions[-1] == versions[-2]
    rebuild.swap(len(ALL))
    versions.append(reader.version("books"))
    assert len(set(versions)) == 4
    assert reader.version("albums") not in versions


def test_music_is_found_by_initials_and_by_the_beginning_of_a_code(search: SearchEngine) -> None:
    tracks = {"1": ("普庵咒", "楊易修", "TWP012627803"), "2": ("Want You Now (插曲)", "小林航", "TWLI12500009")}
    search.write(
        "tracks",
        [
            Document(id, {"title": t, "performer": [p], "isrc": [code]}, stored={})
            for id, (t, p, code) in tracks.items()
        ],
    )

    def hits(query: Query) -> list[str]:
        return [hit.id for hit in search.search("tracks", SearchRequest(query)).hits]

    assert hits(Text("paz")) == hits(Text("yyx")) == hits(Text("yyx", "performer")) == ["1"]
    assert hits(Text("yyx", "title")) == hits(Text("wyn")) == []  # Latin words have no initials
    assert hits(Text("TWP01", "isrc", Match.PREFIX)) == ["1"]
    assert hits(Text("xlh")) == ["2"]
