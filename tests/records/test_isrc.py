"""ISRC: every printed form is read, every wrong character is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuyin.records import isrc
from shuyin.records.isrc import InvalidIsrc, IsrcProblem

CODES = st.from_regex(r"[A-Z]{2}[A-Z0-9]{3}[0-9]{7}", fullmatch=True)


@pytest.mark.parametrize(
    "text",
    [
        "TWA472500001",
        "TW-A47-25-00001",
        "ISRC TW-A47-25-00001",
        "isrc: tw a47 25 00001",
        "ＴＷ－Ａ４７－２５－００００１",
    ],
)
def test_every_printed_form_is_the_same_code(text: str) -> None:
    code = isrc.parse(text)
    assert str(code) == "TWA472500001"
    assert code.hyphenated == "TW-A47-25-00001"
    assert code.prefix == "TWA47"


@pytest.mark.parametrize(
    ("text", "problem", "position"),
    [
        ("", IsrcProblem.EMPTY, None),
        ("ISRC", IsrcProblem.EMPTY, None),
        ("TWA47250000", IsrcProblem.LENGTH, None),
        ("TWA4725000012", IsrcProblem.LENGTH, None),
        ("1WA472500001", IsrcProblem.PREFIX, 1),
        ("TWA!72500001", IsrcProblem.REGISTRANT, 4),
        ("TWA47X500001", IsrcProblem.YEAR, 6),
        ("TWA4725O0001", IsrcProblem.DESIGNATION, 8),
    ],
)
def test_the_first_wrong_character_is_named(text: str, problem: IsrcProblem, position: int | None) -> None:
    with pytest.raises(InvalidIsrc) as refusal:
        isrc.parse(text)
    assert (refusal.value.problem, refusal.value.position) == (problem, position)


@given(CODES)
def test_printing_and_reading_return_the_code(code: str) -> None:
    assert str(isrc.parse(isrc.parse(code).hyphenated)) == code


@pytest.mark.parametrize(("year", "expected"), [("86", 1986), ("99", 1999), ("00", 2000), ("26", 2026), ("27", 1927)])
def test_two_digits_name_the_latest_year_that_has_come(year: str, expected: int) -> None:
    assert isrc.parse(f"TWA47{year}00001").year_of_reference(until=2026) == expected


def test_demonstration_codes_are_told_apart() -> None:
    assert isrc.parse("TWZZ92500001").is_demonstration
    assert not isrc.parse("TWA472500001").is_demonstration
