"""Where the record tells an author's country and the form of the work, literature is classed by both.

中文圖書分類法: literature is divided by country (861 日本 … 880 俄國), each country by form as 臺灣文學 863 is (.51 詩,
.57 小說 …); Chinese literature alone is divided by form first (851 詩, 855 散文, 857 小說). The numbers below are those
of the starter classes (`starter/classes.csv`, data/SOURCES), by the captions that stand beside them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shuyin.ai_subjects.description import Description, digits

#: Form → (words that tell it; ending after the country's number; the number for China). A form whose words hold
#: another's comes first. Captions: 863.599 臺灣圖畫書, .596 兒童小說；童話, .51 詩, .55 散文, .57 小說.
FORMS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "圖畫書": (("圖畫書", "繪本", "图画书", "绘本"), "599", "859.9"),
    "兒童小說": (("兒童小說", "少年小說", "童話", "兒童文學", "橋梁書"), "596", "859"),
    "詩": (("詩集", "詩選", "新詩", "現代詩"), "51", "851.487"),
    "散文": (("散文", "隨筆"), "55", "855"),
    "小說": (("小說", "小说"), "57", "857.7"),
}
#: Countries whose essays and plays stand elsewhere than Taiwan's (861.67 日本散文, 862.6, 873.6 … 散文).
OTHER_ENDINGS = {"861": {"散文": "67"}} | {
    number: {"散文": "6"} for number in ("862", "873", "874", "875", "876", "877", "878", "880")
}
#: Country → (number, names in a byline or a category, MARC code of the original language where one country has it).
COUNTRIES: dict[str, tuple[str, tuple[str, ...], str | None]] = {
    "日本": ("861", ("日", "日本"), "jpn"),
    "韓國": ("862", ("韓", "韓國", "南韓"), "kor"),
    "臺灣": ("863", ("臺", "台", "臺灣", "台灣"), None),
    "馬來西亞": ("868.7", ("馬", "馬來西亞", "馬華"), "may"),
    "越南": ("868.3", ("越", "越南"), "vie"),
    "英國": ("873", ("英", "英國"), None),
    "美國": ("874", ("美", "美國"), None),
    "德國": ("875", ("德", "德國"), "ger"),
    "法國": ("876", ("法", "法國"), "fre"),
    "義大利": ("877", ("義", "意", "義大利", "意大利"), "ita"),
    "西班牙": ("878", ("西", "西班牙"), "spa"),
    "葡萄牙": ("879", ("葡", "葡萄牙"), None),
    "俄國": ("880", ("俄", "俄國", "俄羅斯", "蘇聯"), "rus"),
    "芬蘭": ("881.1", ("芬", "芬蘭"), "fin"),
    "瑞典": ("881.3", ("瑞典",), "swe"),
    "挪威": ("881.4", ("挪", "挪威"), "nor"),
    "丹麥": ("881.5", ("丹", "丹麥"), "dan"),
    "荷蘭": ("881.6", ("荷", "荷蘭"), "dut"),
    "波蘭": ("882.1", ("波", "波蘭"), "pol"),
    "匈牙利": ("882.3", ("匈", "匈牙利"), "hun"),
    "捷克": ("882.4", ("捷", "捷克"), "cze"),
    "中國": ("85", ("中", "中國", "大陸"), None),
}
#: How likely it must be that the book is literature at all before the rule speaks.
LIKELY = 0.5
#: What the rule leaves of the chance of a number of another country.
CONTRADICTED = 0.15
#: Chances of country and number where both country and form are told, given that the book is literature. A guess of the
#: project's: cataloguers follow the rule, bylines err.
SURE_COUNTRY, SURE_NUMBER = 0.9, 0.7

_MARK = re.compile(r"[(（\[【〔]\s*([^)）\]】〕]{1,4})\s*[)）\]】〕]")
_BY_NAME = {name: country for country, (_, names, _) in COUNTRIES.items() for name in names}
_BY_LANGUAGE = {code: country for country, (_, _, code) in COUNTRIES.items() if code}


@dataclass(frozen=True, slots=True)
class Told:
    """What the record tells: the country, the form (either may be missing) and the number that follows."""

    country: str
    form: str | None
    number: str

    @property
    def whole(self) -> bool:
        """Whether the number goes down to the form."""
        return self.form is not None


def told(description: Description) -> Told | None:
    """Country and form as the record states them; None where it does not state the country."""
    country = _country(description)
    if country is None:
        return None
    form = _form(description)
    return Told(country, form, _number(country, form))


def _country(description: Description) -> str | None:
    """By a mark before the first author's name, the original language, or a category such as 日本文學."""
    for mark in _MARK.findall(description.author[:300]):
        if mark in _BY_NAME:
            return _BY_NAME[mark]
    if description.original_language in _BY_LANGUAGE:
        return _BY_LANGUAGE[description.original_language]
    stated = f"{description.category} {' '.join(description.keywords)}"
    for country, (_, names, _) in COUNTRIES.items():
        if any(f"{name}{kind}" in stated for name in names if len(name) > 1 for kind in ("文學", "小說", "詩", "散文")):
            return country
    return None


def _form(description: Description) -> str | None:
    """By the category and the keywords, else by the title."""
    for text in (f"{description.category} {' '.join(description.keywords)}", description.title):
        for form, (words, _, _) in FORMS.items():
            if any(word in text for word in words):
                return form
    return None


def _number(country: str, form: str | None) -> str:
    base = COUNTRIES[country][0]
    if form is None:
        return base
    _, ending, chinese = FORMS[form]
    if country == "中國":
        return chinese
    ending = OTHER_ENDINGS.get(base, {}).get(form, ending)
    return f"{base}{ending}" if "." in base else f"{base}.{ending}"


def applied(
    ranked: Sequence[tuple[str, dict[int | None, float]]], found: Told | None
) -> list[tuple[str, dict[int | None, float]]]:
    """Class numbers with the rule applied: those of another country become unlikely, the number that the record tells
    comes first. Nothing changes unless the book is likely to be literature."""
    literary = [chances[1] for number, chances in ranked if number.startswith("8")]
    if found is None or not literary or max(literary) < LIKELY:
        return list(ranked)
    chance = max(literary)
    kept: list[tuple[str, dict[int | None, float]]] = []
    for number, chances in ranked:
        if number == found.number:
            continue
        if number.startswith(("85", "86", "87", "88")) and not digits(number).startswith(digits(found.number)[:3]):
            less = {level: value if level == 1 else value * CONTRADICTED for level, value in chances.items()}
            kept.append((number, less))
        else:
            kept.append((number, chances))
    if not found.whole:
        return sorted(kept, key=lambda one: -sum(one[1].values()))
    before: Mapping[int | None, float] = dict(ranked).get(found.number, {})
    country = max(SURE_COUNTRY * chance, before.get(3, 0.0))
    first: dict[int | None, float] = {1: chance, 2: max(country, before.get(2, 0.0)), 3: country}
    first[None] = max(SURE_NUMBER * chance, before.get(None, 0.0))
    return [(found.number, first), *kept]
