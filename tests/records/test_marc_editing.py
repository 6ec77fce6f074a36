"""Records as lines and back, and the check against the format: each rule broken once."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymarc import Field, Indicators, MARCReader, Record, Subfield

from shuyin.records import marc
from shuyin.records.marc import checking
from shuyin.records.marc.lines import MarcLine, from_lines, to_lines
from tests.shared_data import shared

LEADER = MarcLine("LDR", "", "00000nam a2200000   4500")
FIXED = MarcLine("008", "", f"{' ' * 6}s2026    xx {' ' * 17}chi d".ljust(40))
TITLE = MarcLine("245", "00", "$a書")
GOOD = (LEADER, FIXED, TITLE)


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=12)


def messages(*more: MarcLine) -> list[str]:
    return checking.codes(checking.check(from_lines([*GOOD, *more])))


BROKEN = {
    checking.NO_TAG: MarcLine("24x", "##", "$a書"),
    checking.NOT_REPEATED: MarcLine("245", "00", "$a又一個"),
    checking.INDICATOR: MarcLine("250", "1#", "$a初版"),
    checking.UNKNOWN_SUBFIELD: MarcLine("250", "##", "$a初版$x二"),
    checking.SUBFIELD_ONCE: MarcLine("250", "##", "$a初版$a二版"),
    checking.MISSING_SUBFIELD: MarcLine("084", "##", "$a863.57"),
    checking.FIXED_LENGTH: MarcLine("005", "", "2026"),
    checking.WRONG_ISBN: MarcLine("020", "##", "$a9789576787710"),
    checking.WRONG_LANGUAGE: MarcLine("041", "0#", "$a中文"),
    checking.NEEDS_SOURCE: MarcLine("650", "#7", "$a歷史"),
    checking.TOO_LONG: MarcLine("520", "##", "$a" + "字" * 3400),
}


@pytest.mark.parametrize("message", BROKEN)
def test_what_breaks_a_rule_is_named_with_its_place(message: str) -> None:
    line = BROKEN[message]
    (problem,) = checking.check(from_lines([*GOOD, line]))
    assert problem.message == message
    record = from_lines([*GOOD, line])
    assert record.fields[problem.place].tag == line.tag
    assert line.tag in str(problem) or "{tag}" not in message


def test_a_good_record_has_no_problem_and_missing_fields_are_named() -> None:
    assert messages() == []
    assert messages(MarcLine("020", "##", "$a9789576787713$q平裝$cNT$300"), MarcLine("041", "1#", "$achi$heng")) == []
    assert checking.codes(checking.check(from_lines([LEADER]))) == [checking.MISSING_FIELD] * 2
    assert checking.codes(checking.check(from_lines([MarcLine("LDR", "", "x"), FIXED, TITLE]))) == [
        checking.WRONG_LEADER
    ]
    wrong = MarcLine("008", "", FIXED.content[:35] + "中文字" + FIXED.content[38:])
    assert checking.codes(checking.check(from_lines([LEADER, wrong, TITLE]))) == [checking.WRONG_LANGUAGE]
    many = [MarcLine("520", "##", "$a" + "字" * 3200)] * 11
    assert checking.RECORD_TOO_LONG in messages(*many)


def test_prices_stay_and_other_signs_are_escaped() -> None:
    record = from_lines([*GOOD, MarcLine("020", "##", "$a9789576787713$q平裝$cNT$300")])
    assert record["020"]["c"] == "NT$300"
    assert from_lines(to_lines(from_lines([*GOOD, MarcLine("650", "#7", "$aDNT $2mesh")])))["650"]["2"] == "mesh"
    text = from_lines([*GOOD, MarcLine("500", "##", "$a價 {dollar}5 或 NT$450")])
    assert text["500"]["a"] == "價 $5 或 NT$450"
    assert to_lines(text)[-1].content == "$a價 {dollar}5 或 NT$450"
    assert from_lines([*GOOD, MarcLine("650", "#7", "$aDNA$2mesh")])["650"]["2"] == "mesh"


def test_what_is_typed_is_cleaned() -> None:
    typed = (MarcLine("500", "#", "附註\r\n第二行\x1e"), MarcLine("501", "##", "  "), MarcLine("", "", "x"))
    record = from_lines([*GOOD, *typed])
    assert [field.tag for field in record.fields] == ["008", "245", "500"]
    assert record["500"]["a"] == "附註 第二行"
    assert marc.serialise(record)


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXT, min_size=1, max_size=4))
def test_lines_hold_any_text(values: list[str]) -> None:
    record = Record(force_utf8=True)
    subfields = [Subfield("a", value) for value in values]
    record.fields = [Field(tag="500", indicators=Indicators(" ", " "), subfields=subfields)]
    again = from_lines(to_lines(record))
    assert [part.value for part in again.fields[0].subfields] == values


def test_records_of_libraries_come_back_as_they_were() -> None:
    path: Path = shared("marc/uva-0001-1000.mrc")
    same = 0
    with path.open("rb") as stream:
        for record in MARCReader(stream, force_utf8=True):
            if record is None:
                continue
            again = from_lines(to_lines(record))
            before = sorted((f.tag, f.value().replace("\x1b", " ").split()) for f in record.fields)  # MARC-8 escapes go
            assert sorted((f.tag, f.value().split()) for f in again.fields) == before
            same += 1
    assert same > 500
