"""ISBN: every written form, every reason, the hyphens of the range message."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuyin.records import isbn, isbn_ranges
from shuyin.records.isbn import Problem
from tests.shared_data import shared


@pytest.mark.parametrize(
    "text",
    [
        "9789576787713",
        "978-957-678-771-3",
        "ISBN 978 957 678 771 3",
        "ISBN:978-957-678-771-3",
        "９７８－９５７－６７８－７７１－３",
        "9576787718",
        "957-678-771-8",
        "9789576787713.0",
        "978‐957‐678‐771‐3",
    ],
)
def test_every_written_form_is_the_same_number(text: str) -> None:
    assert isbn.normalise(text) == "9789576787713"
    assert isbn.check(text).isbn == "9789576787713"


@pytest.mark.parametrize(
    ("text", "problem", "position", "expected"),
    [
        ("", Problem.EMPTY, None, None),
        ("N/A", Problem.CHARACTER, 1, None),
        ("978957678771A", Problem.CHARACTER, 13, None),
        ("97895767877", Problem.LENGTH, None, None),
        ("9789576787714", Problem.CHECK_DIGIT, 13, "3"),
        ("9576787719", Problem.CHECK_DIGIT, 10, "8"),
        ("9786260000000", Problem.ROUNDED, None, None),
        ("9787520000000", Problem.ROUNDED, None, None),
        ("9789890000000", Problem.ROUNDED, None, None),
        ("9.78626E+12", Problem.ROUNDED, None, None),
        ("4711148581234", Problem.NOT_A_BOOK, None, None),
        ("9771234567898", Problem.ISSN, None, None),
        ("9790260000438", Problem.NOT_A_BOOK, None, None),
        ("9786260500009", Problem.RANGE, None, None),
    ],
)
def test_the_reason_is_named(text: str, problem: Problem, position: int | None, expected: str | None) -> None:
    found = isbn.check(text)
    assert (found.isbn, found.problem, found.position, found.expected) == (None, problem, position, expected)


@pytest.mark.parametrize(
    ("number", "hyphenated"),
    [
        ("9789576787713", "978-957-678-771-3"),
        ("9786260142780", "978-626-01-4278-0"),
        ("9786267010860", "978-626-7010-86-0"),
        ("9789865265779", "978-986-526-577-9"),
        ("9780141439518", "978-0-14-143951-8"),
        ("9791032305690", "979-10-323-0569-0"),
        ("9786260500009", "9786260500009"),
    ],
)
def test_hyphens_follow_the_range_message(number: str, hyphenated: str) -> None:
    assert isbn.hyphenate(number) == hyphenated


@given(st.integers(0, 999_999_999))
def test_ten_and_thirteen_digits_are_one_number(digits: int) -> None:
    ten = f"{digits:09}"
    ten += isbn._check_digit_10(ten)
    thirteen = isbn.normalise(ten)
    if thirteen is None:
        assert isbn.check(ten).problem is not None
    else:
        assert isbn.to_isbn10(thirteen) == ten
        assert isbn.normalise(isbn.hyphenate(thirteen)) == thirteen


def test_979_has_no_ten_digit_form() -> None:
    assert isbn.to_isbn10("9791032305690") is None


def test_a_newer_message_is_kept_and_a_false_one_changes_nothing(tmp_path: Path) -> None:
    shipped = isbn_ranges.load()
    assert len(shipped.rules) > 250
    assert shipped.agencies["978-957"] == "Taiwan"
    content = (Path(isbn_ranges.__file__).parent / "data" / isbn_ranges.FILE_NAME).read_bytes()
    isbn_ranges.replace(content.replace(b"22 Aug 2026", b"23 Aug 2027"), tmp_path)
    assert "2027" in isbn_ranges.load(tmp_path / isbn_ranges.FILE_NAME).date
    for wrong in (b"", b"<html/>", b"<ISBNRangeMessage/>", content[:5000]):
        with pytest.raises(isbn_ranges.InvalidRangeMessage):
            isbn_ranges.replace(wrong, tmp_path)
    assert "2027" in isbn_ranges.load(tmp_path / isbn_ranges.FILE_NAME).date
    assert [p.name for p in tmp_path.iterdir()] == [isbn_ranges.FILE_NAME]


def test_all_books_of_taiwan_have_a_number_with_hyphens() -> None:
    with shared("books/taiwan-books.csv").open(encoding="utf-8", newline="") as file:
        numbers = [row["isbn"] for row in csv.DictReader(file)]
    assert len(numbers) == 4465
    for number in numbers:
        assert isbn.check(number).isbn == number
        assert isbn.hyphenate(number).count("-") == 4
