"""A small world of books that can be learnt from: three kinds of books, each with its words, headings and class."""

from __future__ import annotations

import itertools

import pytest

from shuyin.ai_subjects.description import Description, LabelledRecord
from shuyin.ai_subjects.model import Model
from shuyin.ai_subjects.scheme import Scheme, SchemeClass, SchemeHeading

_KINDS = (
    ("公司法", "587.2", ("公司法",), ("公司法", "股東", "董事會", "商事"), "新學林"),
    ("烘焙", "427.16", ("點心食譜", "烹飪"), ("烘焙", "麵包", "蛋糕", "甜點"), "幸福文化"),
    ("漫畫", "947.41", ("漫畫",), ("冒險", "勇者", "轉生", "魔王"), "東立"),
    ("股票", "563.53", ("股票投資",), ("股票", "存股", "當沖", "投資"), "財經錢線"),
)
_ENDINGS = ("入門", "大全", "講義", "實務", "筆記", "學堂", "手冊", "之書", "研究", "故事")


@pytest.fixture(scope="session")
def labelled_books() -> list[LabelledRecord]:
    """160 books of four kinds by many authors; every tenth one for adults only."""
    books: list[LabelledRecord] = []
    for kind, number, subjects, words, publisher in _KINDS:
        for place, (word, ending, other) in enumerate(itertools.product(words, _ENDINGS, words[:1])):
            title = f"{word}{ending}" + (f" {place}" if kind == "漫畫" else f"：{other}新解")
            author = f"{'陳林王張'[place % 4]}{'一二三四五六七八九十'[place % 10]}{kind[0]}"
            books.append(
                LabelledRecord(
                    f"{number}-{place}",
                    Description(title, author, f"{publisher}出版社"),
                    subjects,
                    number,
                    adults_only=place % 10 == 9,
                )
            )
    return books


@pytest.fixture(scope="session")
def small_scheme() -> Scheme:
    """Five classes, one of which no book has, and a heading with a variant."""
    return Scheme(
        (SchemeHeading("股票投資", ("炒股",)), SchemeHeading("天文學", ("星象",)), SchemeHeading("公司法")),
        (
            SchemeClass("587.2", ("公司法",)),
            SchemeClass("427.16", ("點心", "烘焙")),
            SchemeClass("947.41", ("漫畫",)),
            SchemeClass("563.53", ("股票",)),
            SchemeClass("320", ("天文學總論", "天文學")),
        ),
    )


@pytest.fixture(scope="session")
def small_model(labelled_books: list[LabelledRecord], small_scheme: Scheme) -> Model:
    """A model that learnt from all of them; not to be changed."""
    pytest.importorskip("sklearn", reason="the extra `models` is not installed")
    from shuyin.ai_subjects import training

    return training.learn(labelled_books, small_scheme)
