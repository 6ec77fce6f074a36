"""ISRC, the International Standard Recording Code (ISO 3901:2019): parse, check, display.

Twelve characters: a prefix of five (two letters and three letters or digits; until 2019 a country and a
registrant), the year of reference (two digits), the designation code (five digits). Printed with hyphens
after the second, fifth and seventh character, as ISO 3901:2001 did, and as publishers still write it.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

#: Registrant codes used for demonstrations only (S0 prints `ZZ9\\ISBN書坊`); never a real recording's.
DEMONSTRATION_REGISTRANTS = frozenset({"ZZ9"})

#: Characters of a code.
LENGTH = 12

_SEPARATORS = re.compile(r"[\s\-‐-―−.·/]+")
_LABEL = re.compile(r"^ISRC[:：]?", re.IGNORECASE)


class IsrcProblem(StrEnum):
    """Why a text is no ISRC."""

    EMPTY = "empty"
    LENGTH = "length"
    PREFIX = "prefix"  # the first two are not letters
    REGISTRANT = "registrant"  # the next three are not letters or digits
    YEAR = "year"  # characters 6 and 7 are not digits
    DESIGNATION = "designation"  # the last five are not digits


class InvalidIsrc(ValueError):
    """Not an ISRC. `position` is the first wrong character, from 1, or None for a wrong length."""

    def __init__(self, problem: IsrcProblem, compact: str, position: int | None = None) -> None:
        super().__init__(f"{compact!r}: {problem}" + (f" at character {position}" if position else ""))
        self.problem = problem
        self.compact = compact
        self.position = position


@dataclass(frozen=True, slots=True)
class Isrc:
    """A well-formed ISRC in its parts, upper case."""

    country: str  # TW
    registrant: str  # A21
    year: str  # 25
    designation: str  # 00001

    def __str__(self) -> str:
        return self.country + self.registrant + self.year + self.designation

    @property
    def hyphenated(self) -> str:
        """The printed form: TW-A21-25-00001."""
        return "-".join((self.country, self.registrant, self.year, self.designation))

    @property
    def prefix(self) -> str:
        """The prefix code of ISO 3901:2019 (the old country and registrant together): TWA21."""
        return self.country + self.registrant

    @property
    def is_demonstration(self) -> bool:
        """True for codes that stand for no real recording."""
        return self.registrant in DEMONSTRATION_REGISTRANTS

    def year_of_reference(self, *, until: int) -> int:
        """The year of assignment as four digits, the latest one that is not after `until`.

        The code has been in use since 1986, and two digits repeat after a hundred years (S0, ISRC Q9).
        """
        year = until - until % 100 + int(self.year)
        return year if year <= until else year - 100


#: Country, registrant and what follows, with a digit at least: a name of letters alone is more likely a word.
_BEGINNING = re.compile(r"(?=.*[0-9])[A-Z]{2}[A-Z0-9]{3}[0-9]{0,6}")

#: (problem, slice, what each character must be) in the order of the code
_PARTS: tuple[tuple[IsrcProblem, slice, re.Pattern[str]], ...] = (
    (IsrcProblem.PREFIX, slice(0, 2), re.compile("[A-Z]")),
    (IsrcProblem.REGISTRANT, slice(2, 5), re.compile("[A-Z0-9]")),
    (IsrcProblem.YEAR, slice(5, 7), re.compile("[0-9]")),
    (IsrcProblem.DESIGNATION, slice(7, 12), re.compile("[0-9]")),
)


def compact(text: str) -> str:
    """Upper case, half width, without the word ISRC and without separators."""
    folded = unicodedata.normalize("NFKC", text).strip().upper()
    return _SEPARATORS.sub("", _LABEL.sub("", folded))


def is_beginning(text: str) -> bool:
    """Whether the text looks like the first part of a code, at least country and registrant: TW-P01, TWP0126."""
    return _BEGINNING.fullmatch(compact(text)) is not None


def parse(text: str) -> Isrc:
    """The ISRC in `text`, in any printed form; `InvalidIsrc` says what is wrong and where."""
    code = compact(text)
    if not code:
        raise InvalidIsrc(IsrcProblem.EMPTY, code)
    for problem, part, allowed in _PARTS:
        for position, character in enumerate(code[part], start=part.start + 1):
            if not allowed.fullmatch(character):
                raise InvalidIsrc(problem, code, position)
    if len(code) != LENGTH:
        raise InvalidIsrc(IsrcProblem.LENGTH, code)
    return Isrc(code[:2], code[2:5], code[5:7], code[7:])
