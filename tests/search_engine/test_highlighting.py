"""Marks fall on the original text, whatever folding did to it."""

from __future__ import annotations

from typing import Any

import pytest

from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.highlighting import FRAGMENT_LENGTH, highlights, wanted
from shuyin.search_engine.query import Bool, Everything, Query, Text


def marks(query: Query, field: str, value: str) -> list[str]:
    terms = wanted(query, BOOKS)
    assert terms is not None
    found = highlights({field: [value]}, terms)
    return [text for fragment in found.get(field, ()) for text, is_match in fragment if is_match]


@pytest.mark.parametrize(
    ("typed", "value", "marked"),
    [
        ("红楼梦", "紅樓夢研究", ["紅樓夢"]),
        ("哈利波特", "哈利‧波特", ["哈利‧波特"]),
        ("俞平伯红楼梦", "紅樓夢辨 / 俞平伯", ["紅樓夢", "俞平伯"]),
        ("家", "家庭與家", ["家", "家"]),
        ("python", "Python與PYTHON", ["Python", "PYTHON"]),
        ("thon", "Python", []),
        ("C++", "C與C++", ["C++"]),
        ("saint exupery", "de Saint-Exupéry", ["Saint", "Exupéry"]),
        ("strasse", "Große Straße 5", ["Straße"]),
        ("ガラス", "ｶﾞﾗｽの仮面", ["ｶﾞﾗｽ"]),
        ("株", "㈱東洋", ["㈱"]),
        ("資料", "資\u200b料", ["資\u200b料"]),
    ],
)
def test_marks(typed: str, value: str, marked: list[str]) -> None:
    assert marks(Text(typed), "title", value) == marked


def test_pieces_make_the_value_again() -> None:
    terms = wanted(Text("紅樓夢"), BOOKS)
    assert terms is not None
    (fragment,) = highlights({"title": ["《紅樓夢》與红楼梦"]}, terms)["title"]
    assert "".join(text for text, _ in fragment) == "《紅樓夢》與红楼梦"
    assert [is_match for _, is_match in fragment] == [False, True, False, True]


def test_long_texts_give_their_best_passages() -> None:
    text = "甲" * 500 + "紅樓夢的研究" + "乙" * 500 + "研究" + "丙" * 500
    terms = wanted(Text("紅樓夢 研究"), BOOKS)
    assert terms is not None
    fragments: Any = highlights({"contents": [text]}, terms)["contents"]
    assert len(fragments) == 2
    passages = ["".join(piece for piece, _ in fragment) for fragment in fragments]
    assert "紅樓夢的研究" in passages[0]
    assert all(len(passage) <= FRAGMENT_LENGTH and passage in text for passage in passages)


def test_only_the_named_field_is_marked() -> None:
    terms = wanted(Bool(must=(Text("夢", "title"), Text("史")), must_not=(Text("辨"),)), BOOKS)
    assert terms is not None
    found = highlights({"title": ["紅樓夢辨史"], "author": ["夢史"]}, terms)
    assert [t for t, m in found["title"][0] if m] == ["夢", "史"]
    assert [t for t, m in found["author"][0] if m] == ["史"]
    assert wanted(Everything(), BOOKS) is None
