"""Title order: strokes or Zhuyin for Han, then digits, then letters; articles and punctuation do not count."""

from __future__ import annotations

import random

import pytest

from shuyin.search_engine.sort_keys import class_key, title_key


def shuffled(values: list[str]) -> list[str]:
    return random.Random(1).sample(values, len(values))


def test_strokes_then_digits_then_letters() -> None:
    titles = [
        "一千零一夜",
        "《人間詞話》",
        "台灣史",
        "紅樓夢",
        "臺灣史",
        "鬱金香",
        "2 States",
        "10 Days",
        "apple",
        "Élan",
        "Zebra",
    ]
    assert sorted(shuffled(titles), key=title_key) == titles


def test_zhuyin_order() -> None:
    titles = ["第一冊", "歷史", "紅樓夢", "史記", "一千零一夜"]  # ㄉ ㄌ ㄏ ㄕ ㄧ
    assert sorted(shuffled(titles), key=lambda t: title_key(t, collation="zhuyin")) == titles


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Wind", "Wind"),
        ("A tale", "Tale"),
        ("「紅樓夢」", "紅樓夢"),
        ("José", "jose"),
        ("ＡＢＣ", "abc"),
        ("  紅樓夢", "紅樓夢"),
        ("哈利‧波特", "哈利波特"),
        ("O’Reilly", "o reilly"),
    ],
)
def test_what_does_not_count(one: str, other: str) -> None:
    assert title_key(one) == title_key(other)


def test_articles_of_other_languages_by_code_or_by_marc_count() -> None:
    assert title_key("Le petit prince", language="fre") == title_key("petit prince")
    assert title_key("Die Räuber", language="ger") == title_key("rauber")
    assert title_key("Die hard") != title_key("hard")
    assert title_key("Der Prozess", skip=4) == title_key("Prozess")
    assert title_key("The") == title_key("the") != ""


def test_words_before_letters_and_numbers_by_value() -> None:
    assert sorted(["Newark", "New York"], key=title_key) == ["New York", "Newark"]
    volumes = ["史記 第2冊", "史記 第10冊", "史記 第100冊"]
    assert sorted(shuffled(volumes), key=title_key) == volumes


def test_keys_compare_as_bytes_too() -> None:
    """Engines compare UTF-8 bytes, Python code points: the order must be one."""
    titles = ["一", "鬱", "𠀀", "か", "カ", "한", "1", "20", "a", "z", "ø", "я", "紅 a", "紅"]
    assert sorted(titles, key=title_key) == sorted(titles, key=lambda t: title_key(t).encode())


def test_class_numbers_in_shelf_order() -> None:
    shelf = ["011", "011.016", "011.02", "12", "312.32", "857.49", "857.49 8845", "857.5"]
    assert sorted(shuffled(shelf), key=class_key) == shelf
    assert class_key("857.49", "8845") == class_key("857.49 8845")
    assert class_key(None) == class_key("") == ""
