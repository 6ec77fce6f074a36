"""The strict split, names, and the plain CSV."""

from __future__ import annotations

from pathlib import Path

import pytest

from shuyin.ai_subjects.description import (
    Description,
    LabelledRecord,
    NotALabelledFile,
    prefixes,
    read_labelled_csv,
)
from shuyin.ai_subjects.folding import fold
from shuyin.ai_subjects.names import author_names, origin_of, publisher_key
from shuyin.ai_subjects.split import groups, strict_split, title_stem
from tests.shared_data import shared


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("追夢吧! 芭蕾少女 1", "追夢吧！芭蕾少女 12 (首刷限定版)"),
        ("啟示錄四騎士 21", "啟示錄四騎士(3)完"),
        ("馬當家的餐桌（上）", "馬當家的餐桌（下）"),
        ("會計學：原理與應用", "会计学"),
    ],
)
def test_volumes_and_spellings_of_a_work_share_their_stem(one: str, other: str) -> None:
    assert title_stem(one) == title_stem(other)


def test_no_group_lies_on_two_sides_and_nothing_is_lost() -> None:
    records = read_labelled_csv(shared("labelled/books.csv"))
    split = strict_split(records)
    assert len(split.train) + len(split.tune) + len(split.test) == len(records) > 4000
    by_id = dict(zip((r.id for r in records), groups(records), strict=True))
    sides = [{by_id[r.id] for r in side} for side in (split.train, split.tune, split.test)]
    assert not sides[0] & sides[1] and not sides[0] & sides[2] and not sides[1] & sides[2]
    assert strict_split(records[::-1]).test[0].id in {r.id for r in split.test}


def test_same_stem_joins_other_authors_and_series_of_one_author_join() -> None:
    def book(title: str, author: str) -> LabelledRecord:
        return LabelledRecord(title + author, Description(title, author), ("x",))

    names = groups(
        [
            book("哈利波特 1", "羅琳"),
            book("哈利波特2", "J.K. 羅琳"),
            book("哈利波特與火盃", "羅琳"),
            book("別的", "羅琳"),
        ]
    )
    assert names[0] == names[1] == names[2] != names[3]


def test_csv_with_bom_keeps_every_row_and_splits_values(tmp_path: Path) -> None:
    path = tmp_path / "books.csv"
    path.write_text("﻿title,subjects,class_number,extra\n甲,公司法； 商法;公司法,587.2 8425,?\n,,,\n", encoding="utf-8")
    first, second = read_labelled_csv(path)
    assert first.subjects == ("公司法", "商法") and first.class_number == "587.2"
    assert second.subjects == () and second.class_number == ""


def test_a_file_without_the_columns_is_refused_with_what_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "no.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(NotALabelledFile, match="title"):
        read_labelled_csv(path)


def test_names_are_split_folded_and_placed() -> None:
    assert author_names("竹町/ 原作腳本; トマリ/ 角色原案; べにしゃけ")[0] == fold("竹町")
    assert publisher_key("東立出版社有限公司") == publisher_key("東立") == publisher_key("東立出版社")
    guesses = {"東野圭吾": "japan", "丹．艾瑞利": "west", "劉連煜": "han", "べにしゃけ": "japan", "Dan Ariely": "latin"}
    assert {name: origin_of(fold(name)) for name in guesses} == guesses


def test_prefixes_go_from_one_digit_to_the_number_itself() -> None:
    assert prefixes("863.57") == ("8", "86", "863", "8635", "86357", "=863.57")
    assert prefixes("密教部類") == ("=密教部類",)
