"""Checks of the ISBN/CIP forms that look at several answers, each named beside its source in the declaration."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from shuyin.filing.isbn import values

Answers = Mapping[str, Any]
Test = Callable[[Answers, date], bool]

#: 出版前三個月內提出申請 (S0 l.1738).
MONTHS_AHEAD = 3
#: 未滿50頁圖書 (S0 l.1558).
CIP_PAGES = 50


def _months(value: str) -> int:
    year, _, month = value.partition("-")
    return int(year) * 12 + int(month)


def within_three_months(field: str) -> Test:
    """The month of publication is at most three months ahead (S0 l.1738)."""

    def test(answers: Answers, today: date) -> bool:
        return _months(str(answers[field])) <= today.year * 12 + today.month + MONTHS_AHEAD

    return test


def not_yet_published(field: str) -> Test:
    """The month of publication is not over: a number is asked for before publication (S1 l.49)."""

    def test(answers: Answers, today: date) -> bool:
        return _months(str(answers[field])) >= today.year * 12 + today.month

    return test


def a_row_for_each_volume(form: str) -> Test:
    """Set and single numbers: as many rows of volumes as the set has (S0 l.1742–1751)."""

    def test(answers: Answers, _today: date) -> bool:
        if answers.get(f"{form}_numbering") != values.BOTH:
            return True
        return len(answers.get(f"{form}_parts") or ()) == int(answers[f"{form}_volumes"])

    return test


def not_more_rows_than_volumes(form: str) -> Test:
    """No more rows of earlier volumes than the set has (S0 l.1742–1751)."""

    def test(answers: Answers, _today: date) -> bool:
        return len(answers.get(f"{form}_parts") or ()) <= int(answers[f"{form}_volumes"])

    return test


def a_binding_beside_the_attachment(answers: Answers, _today: date) -> bool:
    """附件 alone is no binding (S0 l.1397–1405)."""
    return bool(set(answers.get("print_bindings") or ()) - {values.ATTACHMENT})


def former_is_another_number(form: str) -> Test:
    """A set's volumes are different publications: no ISBN stands in two rows (S2 l.26)."""

    def test(answers: Answers, _today: date) -> bool:
        numbers = [row.get("isbn") for row in answers.get(f"{form}_parts") or () if row.get("isbn")]
        return len(set(numbers)) == len(numbers)

    return test


def no_exclusion(code: str) -> Test:
    """CIP is not asked for a work of this exclusion; what the answers themselves show is seen too (S0 l.1549–1559)."""

    def test(answers: Answers, _today: date) -> bool:
        return answers.get("cip") != "yes" or code not in exclusions(answers)

    return test


def exclusions(answers: Answers) -> list[str]:
    """Codes of the exclusions that hold: those ticked, and those that the other answers show, in S0's order."""
    found = set(answers.get("cip_excluded") or ())
    if answers.get("shelf_textbook") == values.SCHOOLBOOK:
        found.add("textbook")
    language = answers.get("language")
    if language and language not in values.CHINESE and answers.get("national_language") in (None, "", "非國家語言"):
        found.add("foreign")
    if answers.get("shelf") == values.COMICS:
        found.add("comic")
    pages = str(answers.get("print_pages") or "")
    if pages.isdigit() and int(pages) < CIP_PAGES and answers.get("shelf") != values.CHILDREN:
        found.add("short")
    if answers.get("forms") and values.PRINT not in answers["forms"]:
        found.add("media")
    return [choice.value for choice in values.CIP_EXCLUSIONS if choice.value in found]
