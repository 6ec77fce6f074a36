"""What a CQL query asks of the engine, and which diagnostic says why one cannot be asked."""

from __future__ import annotations

import pytest

from shuyin.search_api.cql.contexts import CONTEXTS, INDEXES, find_index
from shuyin.search_api.cql.parser import parse
from shuyin.search_api.cql.translation import CqlUnsupported, to_search
from shuyin.search_engine import layout
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.query import Bool, Everything, Match, Query, Range, Terms, Text

TITLE = ("title", "title_other")


def title(words: str, match: Match = Match.ALL) -> Bool:
    return Bool(should=tuple(Text(words, field, match) for field in TITLE))


ASKED: list[tuple[str, Query]] = [
    ("期刊", Text("期刊")),
    ("cql.anywhere any 期刊", Text("期刊")),
    ('cql.anywhere any "貓 狗"', Bool(should=(Text("貓"), Text("狗")))),
    ('cql.anywhere all "貓 & 狗"', Bool(must=(Text("貓"), Text("狗")))),
    ('title any "貓 狗"', Bool(should=(title("貓"), title("狗")))),
    ('title all "貓 狗"', Bool(must=(title("貓"), title("狗")))),
    ('title any "^貓 狗"', title("貓 狗", Match.PREFIX)),
    ('cql.anywhere any "+ -"', Text("+ -")),
    ('dc.type any "Ebook audiobook"', Terms("format", ("ebook audiobook", "ebook", "audiobook"))),
    ("cql.allRecords = 1", Everything()),
    ("dc.title = 期刊", title("期刊")),
    ("title exact 期刊", title("期刊", Match.EXACT)),
    ("DC.Title == 期刊", title("期刊", Match.EXACT)),
    ("title adj 學術傳播", title("學術傳播", Match.PHRASE)),
    ("title =/string 期刊", title("期刊", Match.EXACT)),
    ('title = "^期刊"', title("期刊", Match.PREFIX)),
    ('title = "^期刊^"', title("期刊", Match.EXACT)),
    ("title = 期刊*", title("期刊*", Match.MASKED)),
    ("title = libr*", title("libr*", Match.MASKED)),
    ("title = li?r", title("li?r", Match.MASKED)),
    ("title adj libr*", title("libr*", Match.MASKED)),
    ('title all "public libr*"', title("public libr*", Match.MASKED)),
    ('cql.anywhere any "libr* arch"', Bool(should=(Text("libr*", None, Match.MASKED), Text("arch")))),
    ('title = "^libr*"', title("libr", Match.PREFIX)),
    ("title exact libr*", title("libr", Match.PREFIX)),
    ('title = "C\\* libr*"', title("C libr*", Match.MASKED)),
    ("rec.identifier = 12", Terms("id", ("12",))),
    ('rec.identifier any "12 https://catalogue.example/books/13"', Terms("id", ("12", "13"))),
    ('title = "C\\*"', title("C*")),
    ('title =/unmasked "C*"', title("C*")),
    ("dc.creator = 國家圖書館", Text("國家圖書館", "author")),
    ("author <> 國家圖書館", Bool(must=(Everything(),), must_not=(Text("國家圖書館", "author", Match.EXACT),))),
    ("bath.isbn = 957-678-771-8", Terms("isbn", ("9789576787713",))),
    ('isbn any "9789576787713 x"', Terms("isbn", ("9789576787713", "X"))),
    ("dc.identifier = 978957678*", Range("isbn", gte="978957678", lte="978957678~")),
    ("class = 011", Terms("class", ("011",))),
    ("class == 011", Terms("class_number", ("011",))),
    ('dc.language any "zh eng"', Terms("language", ("chi", "eng"))),
    ('shuyin.audience = "成人(一般)"', Terms("audience", ("成人(一般)",))),
    ("dc.date = 2025", Range("published", gte="2025", lte="2025")),
    ("dc.date > 2025", Range("published", gte="2026")),
    ("dc.date > 2025-12", Range("published", gte="2026")),
    ("dc.date > 2025-04", Range("published", gte="2025-05")),
    ("dc.date > 2025-04-30", Range("published", gte="2025-05")),
    ("dc.date > 2025-12-31", Range("published", gte="2026")),
    ("dc.date >= 2025-04", Range("published", gte="2025-04")),
    ("dc.date < 2025", Range("published", lte="2024")),
    ("dc.date < 2025-01", Range("published", lte="2024")),
    ("dc.date < 2025-01-01", Range("published", lte="2024")),
    ('dc.date within "2024 2025-06"', Range("published", gte="2024", lte="2025-06")),
    ("a and b", Bool(must=(Text("a"), Text("b")))),
    ("a or b", Bool(should=(Text("a"), Text("b")))),
    ("a not b", Bool(must=(Text("a"),), must_not=(Text("b"),))),
    ('>x="info:srw/context-set/1/dc-v1.1" x.publisher = 五南', Text("五南", "publisher")),
    ('>"http://zing.z3950.org/cql/bath/2.0/" personalName = 王', Text("王", "author")),
]


@pytest.mark.parametrize(("query", "asked"), ASKED)
def test_a_query_asks_for_this(query: str, asked: Query) -> None:
    assert to_search(parse(query)).query == asked


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("nowhere.title = a", 15),
        ('>x="info:nobody/knows" x.title = a', 15),
        ("dc.nothing = a", 16),
        ("dc.title rel.strange a", 19),
        ("dc.title =/stem a", 20),
        ("dc.title < a", 22),
        ("dc.date adj 2025", 22),
        ('title = ""', 27),
        ("title = *", 27),
        ("title = 期?刊", 28),
        ('title = "^li?r"', 28),
        ("title exact li?r", 28),
        ("isbn = 978?57", 28),
        ("rec.identifier = 1*", 28),
        ("title = a*b*c*d*e*", 30),
        ("isbn = ^978", 32),
        ('title adj "public libr*"', 33),
        ("title = ?a", 49),
        ("title = a^b", 32),
        ("title = a^", 32),
        ("title = *a", 49),
        ("dc.date = 民114", 36),
        ("dc.date < 2025-02-30", 36),
        ('dc.date within "2025"', 36),
        (f'title any "{"a " * 101}"', 38),
        (f'title all "{"a* " * 101}"', 38),
        ("a prox b", 39),
        ("a and/rel.combine=sum b", 46),
        ("a sortBy dc.publisher", 80),
        ("a sortBy dc.title/sort.strange", 81),
        ("a sortBy dc.title/sort.descending", 82),
        ("a sortBy dc.title dc.date", 84),
        ("a sortBy nothing", 16),
    ],
)
def test_what_cannot_be_asked_names_its_diagnostic(query: str, number: int) -> None:
    with pytest.raises(CqlUnsupported) as refusal:
        to_search(parse(query))
    assert refusal.value.number == number


def test_sorts() -> None:
    sorts = ["a sortBy dc.date", "a sortBy dc.date/sort.descending", "a sortBy title/sort.ascending", "a"]
    assert [to_search(parse(q)).sort for q in sorts] == ["oldest", "newest", "title", "relevance"]


def test_every_index_searches_declared_fields() -> None:
    declared = {field.name for field in BOOKS.fields} | {layout.ID}
    for index in INDEXES:
        assert set(index.fields) <= declared and (index.scan is None or index.scan in declared)
        assert index.context in CONTEXTS and find_index(index.context, index.name.upper()) == index
    assert len(INDEXES) == len({index.qualified for index in INDEXES}) > 30
