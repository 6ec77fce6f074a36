"""Folding, tokens and sounds: what both engines are fed."""

from __future__ import annotations

import csv
import unicodedata

import pytest

from shuyin.search_engine import analysis, romanisation
from shuyin.search_engine.folding import DATA, fold, is_merged_word, surface
from tests.shared_data import shared


@pytest.mark.parametrize(
    "forms",
    [
        "緖緒绪",
        "甯寧宁",
        "敎教",
        "囯國国",
        "臺台",
        "峯峰",
        "羣群",
        "裏裡里",
        "著着",
        "綫線线",
        "說説说",
        "黃黄",
        "靑青",
        "眞真",
        "戶户戸",
        "產産产",
        "吳呉吴",
        "龍竜龙",
        "邊辺边",
        "學学",
        "廣広广",
        "鹽塩盐",
        "觀観观",
        "穀谷",
        "後后",
        "⿑齊齐斉",
        "豈豈岂",
        "龜龜亀龟",
        "ｱアあ",
        "Ａaａ",
        "éeé",
    ],
)
def test_forms_of_one_character_fold_together(forms: str) -> None:
    folded = {fold(unicodedata.normalize("NFC", form)) for form in forms}
    folded.discard("")
    assert len(folded) == 1, folded


def test_folding_is_final() -> None:
    """Folding what is folded changes nothing: an index and a query can never differ by a round."""
    rows = list(csv.reader((DATA / "folding.csv").read_text(encoding="utf-8").splitlines()))[1:]
    assert len(rows) > 9000
    for character, folded in rows:
        assert fold(folded) == folded, character
        assert len(folded) == 1


def test_the_variant_table_folds() -> None:
    """../shared/data/variants: fully synonymous forms end in one form."""
    pairs = list(csv.DictReader(shared("variants/variants.csv").read_text(encoding="utf-8").splitlines()))
    apart = [(p["variant"], p["standard"]) for p in pairs if fold(p["variant"]) != fold(p["standard"])]
    assert len(pairs) > 5000
    # where OpenCC, which is asked first, joins the variant to another character
    assert len(apart) < len(pairs) * 0.02, apart


def test_different_words_are_known_as_such() -> None:
    assert all(map(is_merged_word, "谷穀后後里裡麵面"))
    assert not any(map(is_merged_word, "飘飄紅红"))


def test_surface_keeps_characters_and_evens_out_the_rest() -> None:
    assert surface("ＡＢＣ　紅樓夢，C＋＋！") == "abc 紅樓夢 c++ "
    assert surface("a\u200bb\u00adc") == "abc"
    assert surface("一\n二") == "一\n二"


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("紅樓夢", ["红", "红楼", "楼", "楼梦", "梦"]),
        ("家", ["家"]),
        ("哈利‧波特", ["哈", "哈利", "利", "利波", "波", "波特", "特"]),
        ("C++程式、C# 與.NET", ["c++", "程", "程式", "式", "c#", "与", ".net"]),
        ("ASP.NET", ["asp", "net", "aspnet", ".net"]),
        ("COVID-19 5G 3D", ["covid", "19", "5g", "3d", "covid19"]),
        ("U.S.A. 2.0", ["usa", "2.0", "usa", "20"]),
        ("O’Reilly", ["o", "reilly", "oreilly"]),
        ("Москва Ελλάς", ["москва", "ελλας"]),
        ("한국어", ["한", "한국", "국", "국어", "어"]),
        ("…!?", []),
        ("", []),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert analysis.tokens(fold(text)) == tokens


def test_units_join_han_over_spaces_and_remember_them() -> None:
    (unit,) = analysis.units("俞平伯 紅樓夢")
    assert (unit.folded, unit.surface, unit.parts) == ("俞平伯红楼梦", "俞平伯紅樓夢", (3, 3))
    kinds = [(u.is_han, u.folded) for u in analysis.units("Python資料 分析COVID-19")]
    assert kinds == [(False, "python"), (True, "资料分析"), (False, "covid 19")]


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("歷史", "li shi"),
        ("音樂與快樂", "yin yue yu kuai le"),
        ("重慶的重量", "chong qing de zhong liang"),
        ("綠色女子", "lu se nu zi"),
        ("Python 入門", "python ru men"),
    ],
)
def test_sounds(text: str, sounds: str) -> None:
    assert " ".join(romanisation.syllables(fold(text))) == sounds


def test_every_zhuyin_syllable_is_a_pinyin_syllable() -> None:
    """Each reading that the table has can be typed in Zhuyin: no final is written wrongly."""
    typed = {
        "ㄌㄧˋ ㄕˇ": ["li", "shi"],
        "ㄒㄩㄝˊ": ["xue"],
        "ㄓㄨㄥ": ["zhong"],
        "ㄩㄥˇ": ["yong"],
        "ㄨㄥ": ["weng"],
        "ㄌㄩˋ": ["lu"],
        "ㄑㄩㄣˊ": ["qun"],
        "ㄐㄩㄥˇ": ["jiong"],
        "ㄦˊ": ["er"],
        "ㄙ": ["si"],
        "ㄧㄣ ㄩㄝˋ": ["yin", "yue"],
        "ㄍㄨㄟ": ["gui"],
        "ㄋㄧㄡˊ": ["niu"],
        "ㄈㄥ": ["feng"],
    }
    for zhuyin, syllables in typed.items():
        assert romanisation.zhuyin_syllables(zhuyin) == syllables
        for syllable in syllables:
            assert romanisation.split_pinyin(syllable), syllable


def test_typed_pinyin_is_divided() -> None:
    assert romanisation.typed_syllables("lìshǐ") == [["li", "shi"]]
    assert ["xi", "an"] in romanisation.typed_syllables("xian")
    assert romanisation.typed_syllables("xi'an") == [["xi", "an"]]
    assert romanisation.typed_syllables("li4shi3") == romanisation.typed_syllables("Li4 shi3") == [["li", "shi"]]
    assert romanisation.typed_syllables("mp3") == romanisation.typed_syllables("li 4") == []
    assert romanisation.typed_syllables("hello") == []
    assert romanisation.typed_syllables("a" * 500) == []
