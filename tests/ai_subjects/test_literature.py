"""Literature by country and form, where the record tells them."""

from __future__ import annotations

import pytest

from shuyin.ai_subjects import literature
from shuyin.ai_subjects.description import Description
from shuyin.ai_subjects.literature import COUNTRIES, FORMS, applied, told
from shuyin.ai_subjects.recommender import Recommender
from shuyin.ai_subjects.scheme import starter_classes


@pytest.mark.parametrize(
    ("description", "number"),
    [
        (Description("解憂雜貨店", "(日)東野圭吾著", category="文學小說"), "861.57"),
        (Description("解憂雜貨店", "東野圭吾", category="文學 > 日本小說"), "861.57"),
        (Description("百年孤寂", "馬奎斯", original_language="spa", keywords=("長篇小說",)), "878.57"),
        (Description("巴黎的憂鬱散文集", "[法] 波特萊爾"), "876.6"),
        (Description("下雨天的繪本", "（韓國）李某"), "862.599"),
        (Description("山海詩集", "〔臺灣〕王某"), "863.51"),
        (Description("三體", "（中國）劉慈欣", category="科幻小說"), "857.7"),
        (Description("檳城散文", "（馬來西亞）某", category="小說"), "868.757"),
        (Description("某書", "（美）某"), "874"),
    ],
)
def test_what_the_record_tells(description: Description, number: str) -> None:
    found = told(description)
    assert found is not None and found.number == number


@pytest.mark.parametrize(
    "description",
    [
        Description("小說的技藝", "米蘭昆德拉"),
        Description("繪本教學", "陳（監修）", category="教育"),
        Description("Novel", "Smith (UK)", original_language="eng"),  # England or America: not told
    ],
)
def test_no_country_no_rule(description: Description) -> None:
    assert told(description) is None


def test_the_numbers_are_those_of_the_scheme() -> None:
    known = {entry.number: entry.caption for entry in starter_classes()}
    checked = 0
    for country, (base, _, _) in COUNTRIES.items():
        for form in FORMS:
            number = literature._number(country, form)
            if number in known:
                assert any(word[:2] in known[number] for word in (form, "童話", "圖畫", "兒童")), (
                    number,
                    known[number],
                )
                checked += 1
        if country != "中國":
            assert (
                literature._number(country, "小說") in known
                and country[:2] in known[f"{base}{'' if '.' in base else '.'}57"]
            )
    assert checked > 50


LEVELS = {1: 0.8, 2: 0.6, 3: 0.5, None: 0.4}


def test_another_country_becomes_unlikely_and_the_told_number_comes_first() -> None:
    ranked = [("863.57", dict(LEVELS)), ("947.41", {1: 0.1, 2: 0.1, 3: 0.1, None: 0.1})]
    found = applied(ranked, told(Description("某", "（日）某", category="小說")))
    assert [number for number, _ in found] == ["861.57", "863.57", "947.41"]
    chances = dict(found)
    assert chances["861.57"][None] > chances["863.57"][None] < 0.1
    assert all(a >= b for a, b in zip(chances["861.57"].values(), list(chances["861.57"].values())[1:], strict=False))


def test_a_book_that_is_hardly_literature_keeps_its_numbers() -> None:
    ranked = [("427.1", {1: 0.9, 2: 0.9, 3: 0.9, None: 0.9}), ("861.57", {1: 0.1, 2: 0.1, 3: 0.1, None: 0.1})]
    assert applied(ranked, told(Description("甜點", "（日）某", category="食譜小說"))) == ranked
    assert applied(ranked, None) == ranked


def test_a_rule_is_among_the_reasons() -> None:
    found = Recommender.load().recommend(Description("解憂雜貨店", "(日)東野圭吾", "皇冠", category="文學小說"))
    assert found.classes[0].number == "861.57"
    assert [why.text for why in found.classes[0].why if why.kind == "rule"] == ["日本、小說"]
