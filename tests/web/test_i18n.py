"""Two languages, complete: every string that a reader may see has its English."""

from __future__ import annotations

import re

import pytest

from shuyin.search_api.messages import Message
from shuyin.web import i18n, messages
from shuyin.web.dates import show_date
from shuyin.web.labels import FORMATS, facet_value


@pytest.fixture
def english() -> None:
    i18n.set_language("en")


@pytest.fixture(autouse=True)
def chinese_again() -> object:
    i18n.set_language(i18n.SOURCE)
    yield
    i18n.set_language(i18n.SOURCE)


def _key(id: object) -> str:
    return id[0] if isinstance(id, (tuple, list)) else str(id)


@pytest.mark.parametrize("domain", i18n.DOMAINS)
def test_every_string_is_translated_and_none_is_fuzzy_or_left_over(domain: str) -> None:
    wanted = {_key(m.id) for m in messages.collect(domain) if m.id}
    assert len(wanted) > 180
    english = messages.read("en", domain)
    have = {_key(m.id): m for m in english if m.id}
    assert wanted - set(have) == set(), "run: python -m shuyin.web.messages"
    assert set(have) - wanted == set(), "run: python -m shuyin.web.messages"
    empty = [k for k, m in have.items() if not (all(m.string) if isinstance(m.string, tuple) else m.string)]
    assert empty == []
    assert [k for k, m in have.items() if m.fuzzy] == []


def test_translations_keep_the_places_for_values() -> None:
    places = re.compile(r"%\([a-z_]+\)s|\{[a-z_]+\}")
    checked = 0
    for message in [m for domain in i18n.DOMAINS for m in messages.read("en", domain)]:
        for translation in message.string if isinstance(message.string, tuple) else (message.string,):
            if message.id:
                assert set(places.findall(_key(message.id))) == set(places.findall(str(translation)))
                checked += 1
    assert checked > 200


def test_english_catalogue_holds_no_han() -> None:
    strings = [m.string for domain in i18n.DOMAINS for m in messages.read("en", domain) if m.id]
    with_han = [s for s in strings if re.search(r"[一-鿿]", str(s))]
    assert with_han == []


@pytest.mark.parametrize(
    ("asked", "remembered", "expected"),
    [
        (None, None, "zh-Hant"),
        ("en", None, "en"),
        (None, "en", "en"),
        ("zh-Hant", "en", "zh-Hant"),
        ("zh-TW", "en", "zh-Hant"),
        ("EN-us", None, "en"),
        ("xx", None, "zh-Hant"),
        ("xx", "en", "en"),
    ],
)
def test_language_is_the_one_asked_for_else_the_remembered_one(
    asked: str | None, remembered: str | None, expected: str
) -> None:
    assert i18n.choose_language(asked, remembered) == expected


@pytest.mark.usefixtures("english")
def test_values_and_messages_are_translated() -> None:
    assert facet_value("format", "audiobook") == "Audiobook"
    assert facet_value("language", "chi") == "Chinese"
    assert facet_value("audience", "成人(一般)") == "Adults (general)"
    assert i18n.say(Message("一個篩選項目最多 {limit} 個值。", {"limit": 5})) == "At most 5 values in one filter."
    assert i18n.ngettext("共 {total} 筆", "共 {total} 筆", 1) == "{total} record"


def test_language_codes_are_shown_as_names() -> None:
    names = {code: i18n.language_name(code) for code in ("chi", "eng", "jpn", "kor", "tib", "xqq")}
    assert names == {"chi": "中文", "eng": "英文", "jpn": "日文", "kor": "韓文", "tib": "藏文", "xqq": "xqq"}
    assert [facet_value("format", f) for f in FORMATS][:3] == ["紙本書", "電子書", "有聲書"]


def test_dates_stand_in_both_calendars() -> None:
    assert show_date("2025-04-09") == "2025 年 4 月 9 日（民國 114 年）"
    assert show_date("2025") == "2025 年（民國 114 年）"
    assert show_date("1911") == "1911 年"
    assert show_date(None) == ""
    assert show_date("約 2025") == "約 2025"


@pytest.mark.usefixtures("english")
def test_dates_in_english() -> None:
    assert show_date("2025-04-09") == "9 April 2025 (ROC year 114)"
    assert show_date("2025-04") == "April 2025 (ROC year 114)"
    assert show_date("2025-02-31") == "2025-02-31 (ROC year 114)"
