"""ISBN: any written form in, thirteen digits out; what is wrong and where; hyphens by the range message.

Check digits by python-stdnum. The traps of files that passed through spreadsheets are known: a number rounded to
9786260000000 is no number of a book, even where its check digit happens to be right.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from stdnum import ean as _ean
from stdnum import isbn as _isbn
from stdnum.exceptions import ValidationError

from shuyin.records import isbn_ranges

#: Where a newer range message is kept; set once by the composition root, None = the shipped message.
_message: Path | None = None

_LABEL = re.compile(r"^\s*(?:e-?)?ISBN(?:-1[03])?\s*[:：]?\s*", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s\-‐-―−_.·]+")
_FLOAT = re.compile(r"^(\d{9,13})\.0+$")
_EXPONENT = re.compile(r"^\d(?:\.\d+)?E\+?1[0-3]$", re.IGNORECASE)
#: Seven zeros at the end: fifteen digits of precision do not round so, a cell shown as 9.78626E+12 does.
_ROUNDED = re.compile(r"^97[89]\d{3,4}0{6,}$")


class Problem(StrEnum):
    """Why a text is no ISBN."""

    EMPTY = "empty"
    CHARACTER = "character"  # something that is no digit; `position` says which
    LENGTH = "length"  # neither 10 nor 13 digits
    CHECK_DIGIT = "check_digit"  # `expected` says which digit it should be
    ROUNDED = "rounded"  # rounded by a spreadsheet
    ISSN = "issn"  # 977: a serial's bar code
    NOT_A_BOOK = "not_a_book"  # another EAN: a ware's bar code
    RANGE = "range"  # a range that the Agency has not given out


@dataclass(frozen=True, slots=True)
class Check:
    """What is known of a text: `isbn` (13 digits) if it is one, else `problem` with its particulars."""

    isbn: str | None
    problem: Problem | None = None
    compact: str = ""
    position: int | None = None
    expected: str | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The five elements of an ISBN-13 and the agency of its group."""

    prefix: str
    group: str
    registrant: str
    publication: str
    check: str
    agency: str

    @property
    def registrant_prefix(self) -> str:
        """978-957-678: what belongs to one registrant."""
        return f"{self.prefix}-{self.group}-{self.registrant}"


def use_ranges(path: Path | None) -> None:
    """Take the range message at `path` from now on (the shipped one where the file is absent)."""
    global _message  # noqa: PLW0603 - one message serves the whole process
    _message = path


def compact(text: str) -> str:
    """Half width, upper case, without the word ISBN, separators and the `.0` of a spreadsheet's number."""
    folded = _LABEL.sub("", unicodedata.normalize("NFKC", text)).strip()
    if number := _FLOAT.match(folded):
        return number[1]
    return _SEPARATORS.sub("", folded).upper()


def check(text: str) -> Check:
    """Whether `text` is an ISBN in any written form, and if not, why not."""
    folded = unicodedata.normalize("NFKC", text).strip()
    if _EXPONENT.match(folded):
        return Check(None, Problem.ROUNDED, folded)
    number = compact(text)
    if not number:
        return Check(None, Problem.EMPTY)
    for position, character in enumerate(number, start=1):
        if not character.isascii() or not (character.isdigit() or (character == "X" and position == 10 == len(number))):
            return Check(None, Problem.CHARACTER, number, position)
    if len(number) == 10:
        return _check_10(number)
    return _check_13(number)


def _check_10(number: str) -> Check:
    try:
        _isbn.validate(number)
    except ValidationError:
        return Check(None, Problem.CHECK_DIGIT, number, 10, _check_digit_10(number[:9]))
    return _in_range(_isbn.to_isbn13(number), number)


def _check_13(number: str) -> Check:
    if len(number) != 13:
        return Check(None, Problem.LENGTH, number)
    if _ROUNDED.match(number):
        return Check(None, Problem.ROUNDED, number)
    if number.startswith("977"):
        return Check(None, Problem.ISSN, number)
    if not number.startswith(("978", "979")) or number.startswith("9790"):
        return Check(None, Problem.NOT_A_BOOK, number)
    expected = str(_ean.calc_check_digit(number[:12]))
    if expected != number[12]:
        return Check(None, Problem.CHECK_DIGIT, number, 13, expected)
    return _in_range(number, number)


def _in_range(number: str, written: str) -> Check:
    if split(number) is None:
        return Check(None, Problem.RANGE, written)
    return Check(number, None, written)


def normalise(text: str) -> str | None:
    """The 13 digits of the ISBN in `text`, or None if it is none. Undefined ranges pass: messages grow old."""
    found = check(text)
    if found.isbn is None and found.problem is Problem.RANGE:
        return str(_isbn.to_isbn13(found.compact))
    return found.isbn


def split(isbn: str) -> Parts | None:
    """The elements of a 13-digit ISBN; None where its range is not given out."""
    ranges = isbn_ranges.load(_message)
    prefix, rest = isbn[:3], isbn[3:12]
    size = ranges.length(prefix, rest)
    group, rest = rest[:size], rest[size:]
    size = ranges.length(f"{prefix}-{group}", rest) if size else 0
    if not size:
        return None
    agency = ranges.agencies.get(f"{prefix}-{group}", "")
    return Parts(prefix, group, rest[:size], rest[size:], isbn[12], agency)


def with_check_digit(body: str) -> str:
    """The ISBN-13 whose first twelve digits are `body`."""
    return body + str(_ean.calc_check_digit(body))


def hyphenate(isbn: str) -> str:
    """978-957-678-771-3; the digits as they are where the range is not given out."""
    parts = split(isbn)
    if parts is None:
        return isbn
    return "-".join((parts.prefix, parts.group, parts.registrant, parts.publication, parts.check))


def to_isbn10(isbn: str) -> str | None:
    """The ten-digit form of a 13-digit ISBN, None for 979, which has none."""
    if not isbn.startswith("978"):
        return None
    return isbn[3:12] + _check_digit_10(isbn[3:12])


def hyphenate_10(isbn: str) -> str | None:
    """The ten-digit form with hyphens: 957-678-771-3; None for 979."""
    ten = to_isbn10(isbn)
    parts = split(isbn)
    if ten is None or parts is None:
        return ten
    return "-".join((parts.group, parts.registrant, parts.publication, ten[9]))


def _check_digit_10(digits: str) -> str:
    value = sum((place + 1) * int(digit) for place, digit in enumerate(digits)) % 11
    return "X" if value == 10 else str(value)
