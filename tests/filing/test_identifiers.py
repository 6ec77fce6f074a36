"""統一編號, 身分證, 居留證 against published examples and by counting."""

from __future__ import annotations

import pytest

from shuyin.filing import identifiers
from shuyin.filing.identifiers import ResidenceForm, UbnRule


@pytest.mark.parametrize(
    ("number", "rule"),
    [
        ("03734203", UbnRule.OLD),  # S0 l.328, 648: 國家圖書館
        ("04595257", UbnRule.OLD),  # seventh digit 5
        ("10458575", UbnRule.OLD),  # seventh digit 7: the sum may be taken as one less
        ("０３７３４２０３", UbnRule.OLD),  # full width
        ("0373-4203", UbnRule.OLD),
        ("03734208", UbnRule.NEW),  # divisible by 5 only
        ("03734202", None),
        ("0373420", None),
        ("0373420A", None),
        ("", None),
    ],
)
def test_ubn_by_the_old_and_the_newer_rule(number: str, rule: UbnRule | None) -> None:
    assert identifiers.ubn_rule(number) == rule
    assert (identifiers.ubn_problem(number) is None) == (rule is not None)


def test_the_newer_ubn_rule_lets_twice_as_many_numbers_through() -> None:
    old = new = 0
    for serial in range(20_000):
        rule = identifiers.ubn_rule(f"{serial:08d}")
        old += rule is UbnRule.OLD
        new += rule is UbnRule.NEW
    assert abs(old - new) < old * 0.12
    assert 0.1 <= old / 20_000 <= 0.13


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("A123456789", None),
        ("a123456789", None),
        ("A123456788", "check"),
        ("A323456789", "format"),
        ("1123456789", "format"),
        ("A12345678", "format"),
    ],
)
def test_national_id(number: str, problem: str | None) -> None:
    assert identifiers.national_id_problem(number) == problem


@pytest.mark.parametrize(
    ("number", "problem", "form"),
    [
        ("A800000014", None, ResidenceForm.NEW),  # example of the National Immigration Agency
        ("A800000015", "check", ResidenceForm.NEW),
        ("AC01234567", None, ResidenceForm.OLD),
        ("AC01234568", "check", ResidenceForm.OLD),
        ("A123456789", "format", None),
        ("AE01234567", "format", None),
    ],
)
def test_residence_numbers_of_both_forms(number: str, problem: str | None, form: ResidenceForm | None) -> None:
    assert identifiers.residence_problem(number) == problem
    assert identifiers.residence_form(number) == form


def test_exactly_one_check_digit_is_right() -> None:
    tried = 0
    for stem, check in [
        *((f"{letter}1{n:07d}", identifiers.national_id_problem) for n, letter in enumerate(identifiers.LETTER_VALUES)),
        *((f"{letter}8{n:07d}", identifiers.residence_problem) for n, letter in enumerate(identifiers.LETTER_VALUES)),
        *((f"B{second}{7654321:07d}", identifiers.residence_problem) for second in "ABCD"),
    ]:
        assert sum(check(f"{stem}{digit}") is None for digit in range(10)) == 1
        tried += 1
    assert tried == 56
