"""Whether a record keeps to the format: fields, indicators, subfields, numbers and codes (MARC 21, Bibliographic).

`FORMAT` is the part of the format that this catalogue writes; other tags of the format are let through, tags that
are no tags are not. What a cataloguer reads of a problem is in `Problem.message` (a msgid) with its `params`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pymarc import Field, Record

from shuyin.records import isbn
from shuyin.records.marc import iso2709
from shuyin.records.marc.lines import LEADER


def mark(text: str) -> str:
    """Mark a text for translation (gettext keyword `mark`); returns it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Rule:
    """One field of the format: whether it repeats, allowed indicators, subfields (those after `once` repeat)."""

    repeats: bool
    first: str
    second: str
    once: str  # subfields that stand once
    many: str = ""  # subfields that repeat
    needs: str = ""  # subfields that must be there


_ANY = "0123456789 "
_NAME = Rule(False, "013", " ", "abcdfghjklnpqtu46", "e8")
_BODY = Rule(False, "012", " ", "abfgltuk46", "cdenp8")
_ADDED = Rule(True, "013", " 2", "abcdfghiklmnopqrstux3456", "ejvz8")
_TOPIC = Rule(True, " 012", "01234567", "abcd23456e", "vxyzg078", "a")
_ENTRY = Rule(True, "01", " 8", "abcdgmprstwyx3467", "hiknouz8e")

#: MARC 21 Format for Bibliographic Data (Library of Congress), the fields that records here are made of.
FORMAT: Mapping[str, Rule] = {
    "010": Rule(False, " ", " ", "a", "bz8"),
    "015": Rule(True, " ", " ", "26", "aqz8"),
    "016": Rule(True, " 7", " ", "a2", "z8", "a"),
    "020": Rule(True, " ", " ", "ac6", "qz8"),
    "022": Rule(True, " 01", " ", "al26", "myz8"),
    "024": Rule(True, "0123478", " 01", "acd26", "qz8", "a"),
    "035": Rule(True, " ", " ", "a6", "z8"),
    "040": Rule(False, " ", " ", "abc6", "de8"),
    "041": Rule(True, " 01", " 7", "26", "abdefghijkmnpqrt8"),
    "043": Rule(False, " ", " ", "6", "abc28"),
    "050": Rule(True, " 01", "04", "b36", "a8", "a"),
    "082": Rule(True, "017", " 04", "bmq26", "a8", "a"),
    "084": Rule(True, " ", " ", "bq26", "a8", "a2"),
    "100": _NAME,
    "110": _BODY,
    "111": Rule(False, "012", " ", "acfglpqtu46", "dejn8"),
    "130": Rule(False, _ANY, " ", "afghlmorst6", "dknp8"),
    "240": Rule(False, "01", _ANY, "afghlmors6", "dknp8"),
    "245": Rule(False, "01", "0123456789", "abcfghs6", "knp8", "a"),
    "246": Rule(True, "0123", " 012345678", "abfghi56", "np8"),
    "250": Rule(True, " ", " ", "ab36", "8"),
    "260": Rule(True, " 23", " ", "36", "abcefg8"),
    "264": Rule(True, " 23", "01234", "36", "abc8"),
    "300": Rule(True, " ", " ", "be36", "acfg8"),
    "336": Rule(True, " ", " ", "236", "ab018"),
    "337": Rule(True, " ", " ", "236", "ab018"),
    "338": Rule(True, " ", " ", "236", "ab018"),
    "490": Rule(True, "01", " ", "l36", "avx8", "a"),
    "500": Rule(True, " ", " ", "a356", "8", "a"),
    "504": Rule(True, " ", " ", "ab6", "8"),
    "505": Rule(True, "0128", " 0", "a6", "grtu8"),
    "520": Rule(True, " 0123489", " ", "abc236", "u8"),
    "521": Rule(True, " 012348", " ", "b36", "a8", "a"),
    "546": Rule(True, " ", " ", "a36", "b8"),
    "586": Rule(True, " 8", " ", "a36", "8"),
    "600": Rule(True, "013", "01234567", "abcdfhjlmnopqrstu236", "eghijkvxyz0478"),
    "610": Rule(True, "012", "01234567", "abfghlmorstu236", "cdeknpvxyz0478"),
    "650": _TOPIC,
    "651": Rule(True, " ", "01234567", "a236", "egvxyz0478", "a"),
    "653": Rule(True, " 012", " 0123456", "6", "a058", "a"),
    "655": Rule(True, " 0", "01234567", "a2356", "bcvxyz08", "a"),
    "700": _ADDED,
    "710": Rule(True, "012", " 2", "abfghilmoqrstux3456", "cdeknpv08"),
    "711": Rule(True, "012", " 2", "acfghilpqstux3456", "dejknv08"),
    "765": _ENTRY,
    "775": Rule(True, "01", " 8", "abcdefgmprstwyx3467", "hiknouz8"),
    "776": _ENTRY,
    "787": _ENTRY,
    "800": Rule(True, "013", " ", "abdfghlmopqrstvx356", "ceijknuw078"),
    "830": Rule(True, " ", _ANY, "afghlmorstvx356", "dknpw08"),
    "856": Rule(True, " 012347", " 0128", "2367op", "adfgimnqrstuvwxyz8"),
    "880": Rule(True, _ANY, _ANY, "6", "abcdefghijklmnopqrstuvwxyz0123458", "6"),
    "883": Rule(True, " 012", " ", "acdqx", "uw018", "8"),
}
#: Control fields, and how long those of fixed length are.
CONTROL: Mapping[str, int | None] = {"001": None, "003": None, "005": 16, "006": 18, "007": None, "008": 40}
REQUIRED = ("008", "245")

_TAG = re.compile(r"\d{3}")
_LANGUAGE = re.compile(r"[a-z]{3}|   |\|\|\|")
_LEADER = re.compile(r".{5}[acdnp][acdefgijkmoprt][abcdims].{2}22.{5}[ 1-8uz][ acinu][ abcr]4500")

NO_TAG = mark("「{tag}」不是欄號，欄號是三位數字。")
MISSING_FIELD = mark("缺少必備欄 {tag}。")
NOT_REPEATED = mark("欄 {tag} 不可重複，請合併或刪除。")
INDICATOR = mark("欄 {tag} 的第 {place} 指標不可為「{value}」，可用：{allowed}。")
UNKNOWN_SUBFIELD = mark("欄 {tag} 沒有分欄 ${code}。")
SUBFIELD_ONCE = mark("欄 {tag} 的分欄 ${code} 不可重複。")
MISSING_SUBFIELD = mark("欄 {tag} 缺少分欄 ${code}。")
FIXED_LENGTH = mark("欄 {tag} 應為 {right} 個字元，現在是 {length} 個。")
WRONG_LEADER = mark("記錄標示（LDR）不正確，請核對資料類型、書目層次等字元。")
WRONG_ISBN = mark("020 $a「{value}」不是正確的 ISBN，請檢查；印錯的號碼改用 $z。")
WRONG_LANGUAGE = mark("欄 {tag} 的語文代碼「{value}」不正確，語文代碼是三個小寫字母，例如 chi。")
NEEDS_SOURCE = mark("欄 {tag} 第 2 指標為 7 時，須以 $2 註明詞表。")
TOO_LONG = mark("欄 {tag} 太長（{length} 位元組，上限 {limit}），請分成多欄。")
RECORD_TOO_LONG = mark("整筆記錄太長（上限 {limit} 位元組），請縮短簡介或目次。")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where: `place` is the number of the field in the record (-1: the leader or the whole)."""

    message: str
    place: int = -1
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.params)


def check(record: Record) -> list[Problem]:
    """Everything that does not keep to the format; empty for a good record."""
    problems = list(_whole(record))
    for place, one in enumerate(record.fields):
        found = _control(one) if one.control_field else _data(one)
        problems += [Problem(message, place, {"tag": one.tag, **params}) for message, params in found]
    return problems


def _whole(record: Record) -> Iterator[Problem]:
    counts = Counter(str(one.tag) for one in record.fields)
    if not _LEADER.fullmatch(str(record.leader)):
        yield Problem(WRONG_LEADER, params={"tag": LEADER})
    for tag in REQUIRED:
        if not counts[tag]:
            yield Problem(MISSING_FIELD, params={"tag": tag})
    for place, one in enumerate(record.fields):
        rule = FORMAT.get(one.tag)
        once = (one.tag in CONTROL and one.tag not in ("006", "007")) or (rule is not None and not rule.repeats)
        if once and counts[one.tag] > 1 and record.fields.index(record.get_fields(one.tag)[0]) != place:
            yield Problem(NOT_REPEATED, place, {"tag": one.tag})
    try:
        iso2709.serialise(record)
    except iso2709.RecordTooLong:
        if not any(_size(one) > iso2709.MAX_FIELD for one in record.fields):
            yield Problem(RECORD_TOO_LONG, params={"limit": iso2709.MAX_RECORD})


Found = Iterator[tuple[str, dict[str, Any]]]


def _size(one: Field) -> int:
    """Bytes of a field in ISO 2709, with its marks."""
    if one.control_field:
        return len((one.data or "").encode()) + 1
    return 3 + sum(2 + len(part.value.encode()) for part in one.subfields)


def _control(one: Field) -> Found:
    if not _TAG.fullmatch(one.tag):
        yield NO_TAG, {}
        return
    right, data = CONTROL.get(one.tag), one.data or ""
    if right is not None and len(data) != right:
        yield FIXED_LENGTH, {"right": right, "length": len(data)}
    elif one.tag == "008" and not _LANGUAGE.fullmatch(data[35:38]):
        yield WRONG_LANGUAGE, {"value": data[35:38]}


def _data(one: Field) -> Found:
    if not _TAG.fullmatch(one.tag):
        yield NO_TAG, {}
        return
    if _size(one) > iso2709.MAX_FIELD:
        yield TOO_LONG, {"length": _size(one), "limit": iso2709.MAX_FIELD}
    rule = FORMAT.get(one.tag)
    if rule is not None:
        yield from _by_rule(one, rule)
    yield from _values(one)


def _by_rule(one: Field, rule: Rule) -> Found:
    for place, (value, allowed) in enumerate(((one.indicator1, rule.first), (one.indicator2, rule.second)), start=1):
        if value not in allowed:
            shown = " ".join("#" if sign == " " else sign for sign in allowed)
            yield INDICATOR, {"place": place, "value": value.replace(" ", "#"), "allowed": shown}
    counts = Counter(part.code for part in one.subfields)
    for code, count in counts.items():
        if code not in rule.once + rule.many:
            yield UNKNOWN_SUBFIELD, {"code": code}
        elif count > 1 and code in rule.once and code not in rule.many:
            yield SUBFIELD_ONCE, {"code": code}
    for code in rule.needs:
        if not counts[code]:
            yield MISSING_SUBFIELD, {"code": code}


def _values(one: Field) -> Found:
    if one.tag == "020":
        for value in one.get_subfields("a"):
            if isbn.check(value).isbn is None:
                yield WRONG_ISBN, {"value": value}
    elif one.tag == "041":
        for value in one.get_subfields("a", "h"):
            if not _LANGUAGE.fullmatch(value):
                yield WRONG_LANGUAGE, {"value": value}
    elif one.tag in ("600", "610", "611", "630", "650", "651", "655") and one.indicator2 == "7" and not one.get("2"):
        yield NEEDS_SOURCE, {}


def codes(problems: Sequence[Problem]) -> list[str]:
    """The msgids alone, for tests and counts."""
    return [problem.message for problem in problems]
