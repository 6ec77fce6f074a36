"""The e-book extension identifier 電子書延伸辨識碼 (S2, annex; row D2): build, parse, check.

    ISBN 978-957-678-445-3(EPUB)_BCD_V27_C1S1

After the ISBN stands the file format in brackets; then, each optional, in this order and each led by an
underscore: the maker's code (three capital letters), the version V1 to V999, and either chapter and section
`C#S#` or the part `PT#`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shuyin.records import isbn

#: S2, annex, column 版次說明: V1 to V999.
MAX_VERSION = 999

_FORMAT = r"[^()（）_]+"
_GRAMMAR = re.compile(
    rf"""
    (?:ISBN[\s:：]*)? (?P<isbn>[0-9Xx][0-9Xx\s\-‐-―]{{8,24}}?)
    \s* [(（] \s* (?P<format>{_FORMAT}?) \s* [)）]
    (?: \s* _ (?P<maker>[A-Z]{{3}}) )?
    (?: \s* _ V (?P<version>[1-9][0-9]{{0,2}}) )?
    (?: \s* _ (?: C (?P<chapter>[1-9][0-9]*) S (?P<section>[1-9][0-9]*) | PT (?P<part>[1-9][0-9]*) ) )?
    """,
    re.VERBOSE,
)
_MAKER = re.compile(r"[A-Z]{3}")


class InvalidEbookIdentifier(ValueError):
    """Not an extension identifier; `field` names the part that is wrong (isbn, format, maker, …)."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail


@dataclass(frozen=True, slots=True)
class EbookIdentifier:
    """A checked identifier; `isbn` has 13 digits. Chapter and section stand together or not at all."""

    isbn: str
    format: str
    maker: str | None = None
    version: int | None = None
    chapter: int | None = None
    section: int | None = None
    part: int | None = None

    def __post_init__(self) -> None:
        self._check_text()
        self._check_numbers()

    def _check_text(self) -> None:
        if (reason := isbn.check(self.isbn).problem) is not None:
            raise InvalidEbookIdentifier("isbn", str(reason))
        if self.format != self.format.strip() or not re.fullmatch(_FORMAT, self.format):
            raise InvalidEbookIdentifier("format", "1 or more characters without brackets and underscores")
        if self.maker is not None and not _MAKER.fullmatch(self.maker):
            raise InvalidEbookIdentifier("maker", "3 capital letters A to Z")

    def _check_numbers(self) -> None:
        if self.version is not None and not 1 <= self.version <= MAX_VERSION:
            raise InvalidEbookIdentifier("version", f"1 to {MAX_VERSION}")
        if (self.chapter is None) != (self.section is None):
            raise InvalidEbookIdentifier("section", "chapter and section stand together")
        if self.part is not None and self.chapter is not None:
            raise InvalidEbookIdentifier("part", "either chapter and section or part")
        for name in ("chapter", "section", "part"):
            number = getattr(self, name)
            if number is not None and number < 1:
                raise InvalidEbookIdentifier(name, "1 or more")

    def __str__(self) -> str:
        """The printed form of S2, with hyphens: ISBN 978-957-678-445-3(EPUB)_V1_C1S1."""
        pieces = [f"ISBN {isbn.hyphenate(self.isbn)}({self.format})"]
        if self.maker is not None:
            pieces.append(self.maker)
        if self.version is not None:
            pieces.append(f"V{self.version}")
        if self.chapter is not None:
            pieces.append(f"C{self.chapter}S{self.section}")
        if self.part is not None:
            pieces.append(f"PT{self.part}")
        return "_".join(pieces)


def parse(text: str) -> EbookIdentifier:
    """The identifier in `text`; spaces as S2 prints them are allowed. `InvalidEbookIdentifier` if it is none."""
    match = _GRAMMAR.fullmatch(text.strip())
    if match is None:
        raise InvalidEbookIdentifier("form", "ISBN…(FORMAT)_ABC_V#_C#S# or _PT#")
    parts = match.groupdict()
    number = isbn.normalise(parts["isbn"])
    if number is None:
        raise InvalidEbookIdentifier("isbn", parts["isbn"])
    numbers = {name: int(parts[name]) if parts[name] else None for name in ("version", "chapter", "section", "part")}
    return EbookIdentifier(isbn=number, format=parts["format"], maker=parts["maker"], **numbers)
