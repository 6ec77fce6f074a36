"""Bindings of one book: 020 (number, binding, price) with the 300 (pages, size) that belongs to it, both ways."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from stdnum import isbn as _stdnum

from shuyin.records.book import Binding, Format
from shuyin.records.marc.terms import FORMATS_BY_TERM, format_of_binding
from shuyin.records.marc.titles import trimmed

_ISBN_TEXT = re.compile(r"^[\s]*([0-9][0-9\s-]{8,20}[0-9Xx])[\s]*(?:[(（:]\s*(.*?)[)）]?\s*)?$")
_BOOK_NUMBER = re.compile(r"97(?:8[0-9]|9[1-9])[0-9]{9}")
_OPENING, _CLOSING = re.compile("[(（]"), re.compile("[)）]")
#: Six zeros at the end are a spreadsheet's rounding, even where the check digit is right by chance.
_ROUNDED = "000000"


def isbn_of(text: str) -> tuple[str | None, str | None]:
    """(13 digits if they are an ISBN, qualifier in brackets) of 020 $a, $z or 776 $z."""
    if _BOOK_NUMBER.fullmatch(text):  # the common case, without python-stdnum's detours
        return (text if _checks(text) else None), None
    match = _ISBN_TEXT.match(text)
    if match is None:
        return None, None
    number = str(_stdnum.compact(match[1]))
    if len(number) == 10 and _stdnum.is_valid(number):
        number = str(_stdnum.to_isbn13(number))
    return (number if _BOOK_NUMBER.fullmatch(number) and _checks(number) else None), _bare(match[2])


def _bare(qualifier: str | None) -> str | None:
    """The words of (平裝) : or pbk.) without marks and the brackets around them; 有聲書(MP3) keeps its own."""
    text = (qualifier or "").strip(" :;")
    if text[:1] in ("(", "（"):
        text = text[1:]
    if text[-1:] in (")", "）") and len(_CLOSING.findall(text)) > len(_OPENING.findall(text)):
        text = text[:-1]
    return text.strip() or None


def _checks(number: str) -> bool:
    total = sum(map(int, number[::2])) + 3 * sum(map(int, number[1::2]))
    return total % 10 == 0 and not number.endswith(_ROUNDED)


def wrong_number(text: str) -> str | None:
    """A number that is no ISBN, without its qualifier; other text as it is."""
    match = _ISBN_TEXT.match(text)
    return (str(_stdnum.compact(match[1])) if match else text.strip()) or None


@dataclass(frozen=True, slots=True)
class Copy:
    """One 020 as it stands; `link` is $8."""

    isbn: str | None
    invalid: str | None
    qualifiers: tuple[str, ...]
    price: str | None
    link: str

    @classmethod
    def of(cls, subfields: list[str]) -> Copy:
        """From subfields as code + value."""
        isbn = invalid = price = None
        inside: str | None = None
        stated: list[str] = []
        link = ""
        for subfield in subfields:
            code, value = subfield[:1], subfield[1:]
            if code == "a" and isbn is None:
                isbn, inside = isbn_of(value.strip())
                if isbn is None:
                    invalid = wrong_number(value)
            elif code == "z" and invalid is None:
                invalid = wrong_number(value)
                inside = inside or isbn_of(value.strip())[1]
            elif code == "q" and (text := _bare(value)):
                stated.append(text)
            elif code == "c" and price is None:
                price = trimmed(value) or None
            elif code == "8":
                link = value
        return cls(isbn, invalid, tuple(stated) or ((inside,) if inside else ()), price, link)


@dataclass(frozen=True, slots=True)
class Extent:
    """One 300: pages and size, and what they belong to: $8 (link) or $3 (ISBN or binding); neither = all."""

    pages: str | None
    size: str | None
    named: str
    link: str

    @classmethod
    def of(cls, subfields: list[str]) -> Extent:
        """From subfields as code + value."""
        pages = " ".join(value for s in subfields if s[:1] == "a" and (value := s[1:].strip()))
        size = next((s[1:] for s in subfields if s[:1] == "c"), "")
        named = next((s[1:].strip() for s in subfields if s[:1] == "3"), "")
        link = next((s[1:] for s in subfields if s[:1] == "8"), "")
        return cls(trimmed(pages) or None, trimmed(size) or None, named, link)

    def belongs_to(self, copy: Copy, binding: str | None) -> bool:
        """Whether this 300 says that it is this binding's."""
        if self.link or copy.link:
            return self.link == copy.link
        return self.named in (copy.isbn, binding)


def read_bindings(copies: Sequence[Copy], extents: Sequence[Extent], form: Format) -> tuple[Binding, ...]:
    """The bindings in order of 020; one without a number where only 300 speaks; `form` is the whole record's."""
    if not copies:
        return (Binding(None, pages=extents[0].pages, size=extents[0].size, format=form),) if extents else ()
    found: list[Binding] = []
    places: dict[str, int] = {}
    for copy in copies:
        binding = _binding(copy, extents, form)
        place = places.get(copy.isbn) if copy.isbn else None
        if place is None:
            if copy.isbn:
                places[copy.isbn] = len(found)
            found.append(binding)
        else:  # the same number in ten and in thirteen digits
            found[place] = _completed(found[place], binding)
    return tuple(found)


def _binding(copy: Copy, extents: Sequence[Extent], form: Format) -> Binding:
    qualifiers = list(copy.qualifiers)
    stated = FORMATS_BY_TERM.get(qualifiers[-1]) if len(qualifiers) > 1 else None
    if stated is not None:
        qualifiers.pop()
    named = " ; ".join(q for q in qualifiers if q != NO_BINDING) or None
    pages = size = None
    for extent in extents:
        if (not extent.link and not extent.named) or extent.belongs_to(copy, named):
            if extent.link or extent.named:
                pages, size = extent.pages or pages, extent.size or size
            else:
                pages, size = pages or extent.pages, size or extent.size
    own = stated or format_of_binding(named) or form
    return Binding(copy.isbn, named, copy.price, pages, size, own, copy.invalid)


#: First $q where only the form of publication, the second $q, is known.
NO_BINDING = "-"


def _completed(standing: Binding, other: Binding) -> Binding:
    names = ("binding", "price", "pages", "size", "invalid_isbn")
    return replace(standing, **{n: getattr(other, n) for n in names if getattr(standing, n) is None})
