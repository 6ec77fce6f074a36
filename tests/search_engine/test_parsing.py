"""What people type becomes the query they meant; nothing that can be typed raises."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shuyin.search_engine import parsing
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.parsing import normal_isbn, parse
from shuyin.search_engine.query import Bool, Everything, Match, Nothing, Query, Terms, Text
from shuyin.search_engine.relevance import Compiler

A, B = Text("資料"), Text("科學")


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("資料 科學", Text("資料 科學")),
        ('"資料 科學"', Text("資料 科學", match=Match.PHRASE)),
        ("「資料 科學」", Text("資料 科學", match=Match.PHRASE)),
        ("資料 OR 科學", Bool(should=(A, B))),
        ("資料 或 科學", Bool(should=(A, B))),
        ("資料|科學", Bool(should=(A, B))),
        ("資料 AND 科學", Bool(must=(A, B))),
        ("資料 -科學", Bool(must=(A,), must_not=(Text("科學", match=Match.PHRASE),))),
        ("資料 NOT 科學", Bool(must=(A,), must_not=(Text("科學", match=Match.PHRASE),))),
        ("NOT 科學", Bool(must=(Everything(),), must_not=(Text("科學", match=Match.PHRASE),))),
        ("a OR b OR c", Bool(should=(Text("a"), Text("b"), Text("c")))),
        ("書名：資料", Text("資料", "title")),
        ("title:資料 author:科學", Bool(must=(Text("資料", "title"), Text("科學", "author")))),
        ('title:"資料"', Text("資料", "title", Match.PHRASE)),
        ("format:ebook", Terms("format", ("ebook",))),
        ("isbn:978-957-678-771-3", Terms("isbn", ("9789576787713",))),
        ("12:30 資料", Text("12:30 資料")),
        ("War and Peace", Text("War and Peace")),
        ("WAR AND PEACE", Text("WAR AND PEACE")),
        ("紅樓夢 (上)", Text("紅樓夢 上")),
        ("資料－科學", Text("資料-科學")),
        ("", Everything()),
        ("*", Everything()),
        ("。。。", Nothing()),
    ],
)
def test_syntax(typed: str, query: Query) -> None:
    assert parse(typed, BOOKS).query == query


def test_words_of_one_field() -> None:
    assert parse("資料 OR 科學", BOOKS, field="title").query == Bool(
        should=(Text("資料", "title"), Text("科學", "title"))
    )
    assert parse("ebook", BOOKS, field="format").query == Terms("format", ("ebook",))


@pytest.mark.parametrize(
    "typed",
    ["9789576787713", "978-957-678-771-3", "9576787718", "957-678-771-8", "ISBN 978 957 678 771 3", "isbn:9576787718"],
)
def test_isbn_forms(typed: str) -> None:
    assert normal_isbn(typed) == "9789576787713"
    parsed = parse(typed, BOOKS)
    assert (parsed.query, parsed.isbn) == (Terms("isbn", ("9789576787713",)), "9789576787713")


@pytest.mark.parametrize("typed", ["9789576787714", "978957678771", "1234567890", "第9789576787713號", ""])
def test_what_is_no_isbn(typed: str) -> None:
    assert normal_isbn(typed) is None
    assert parse(typed, BOOKS).isbn is None


def test_messages() -> None:
    def codes(typed: str) -> list[str]:
        return [message.code for message in parse(typed, BOOKS).messages]

    assert codes("") == [parsing.EMPTY]
    assert codes("!!") == codes("😀") == [parsing.NO_WORDS]
    assert codes("字" * 2000) == [parsing.TOO_LONG]
    assert codes("9789576787714") == [parsing.ISBN_CHECK_DIGIT]
    assert codes("資料") == []


@given(st.one_of(st.text(max_size=400), st.text(alphabet='"「」()-|:*~^\\資料 ORNTAD\x00978', max_size=400)))
@example("NOT NOT (")
@example("(" * 300)
@example("-" * 300)
@example('"' * 301)
@example("\ud800")
@example("title:" * 50)
@example("isbn:")
@example("97895767877" * 30)
def test_nothing_that_can_be_typed_raises(typed: str) -> None:
    compiler = Compiler(BOOKS)
    for field in (None, "title", "isbn", "published"):
        parsed = parse(typed, BOOKS, field=field)
        compiler.scored(parsed.query)
        compiler.condition(parsed.query)
