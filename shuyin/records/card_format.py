"""The older card format (卡片格式) of CIP data, kept for records finished before the Data Block came.

S0: 「新功能上線前完成之CIP卡片，不移除，以便後續參考」. Layout: ISBD paragraphs as Taiwanese colophons print them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from shuyin.records.book import CATALOGUER, Book
from shuyin.records.data_block import HEADING, MACHINE_MARK, cip_digits, numbered, responsibility, roc_date

#: The Data Block took the card's place when the joint platform opened (S0, 2026-03-10).
REPLACED_ON = date(2026, 3, 10)


@dataclass(frozen=True, slots=True)
class Card:
    """The card's paragraphs; the last line holds class number and CIP number apart."""

    heading: str
    description: str
    physical: str
    numbers: tuple[str, ...]
    tracings: str
    class_number: str
    cip_number: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """All lines as printed, the heading first; empty ones are left out."""
        last = "　　　　".join(part for part in (self.class_number, self.cip_number) if part)
        body = (self.description, self.physical, *self.numbers, self.tracings, last)
        return (self.heading, *(line for line in body if line))


def finished_before_data_block(book: Book, entered_on: date) -> bool:
    """Whether the record's CIP was finished before the card was replaced, so that its card stays.

    The first three digits of a CIP number are the ROC year in which it was given; within the year of the
    change `entered_on` decides (MARC 008/00-05, else the day the record came in). No CIP, no card.
    """
    digits = cip_digits(book.cip_number or "")
    if not re.fullmatch(r"\d{9,}", digits):
        return False
    year = int(digits[:3]) + 1911
    return year < REPLACED_ON.year or (year == REPLACED_ON.year and entered_on < REPLACED_ON)


def entry_date(field_008: str | None, fallback: date) -> date:
    """The date entered on file (008/00-05, yymmdd; years from 70 belong to the last century)."""
    match = re.match(r"(\d\d)(\d\d)(\d\d)", field_008 or "")
    if not match:
        return fallback
    year, month, day = map(int, match.groups())
    try:
        return date(year + (1900 if year >= 70 else 2000), month, day)
    except ValueError:  # 000000 and the like: the field is there and says nothing
        return fallback


def card(book: Book) -> Card:
    """The card of `book` in ISBD order: title and responsibility, edition, imprint; extent and series; numbers."""
    title = re.sub(r"\s+", " ", book.title).strip(" /")
    areas = [f"{title} / {who}" if (who := responsibility(book)) else title]
    if book.edition:
        areas.append(book.edition.strip(" ."))
    publication = " : ".join(part.strip(" :;,") for part in (book.place, book.publisher) if part)
    if imprint := ", ".join(part for part in (publication, roc_date(book.published)) if part):
        areas.append(imprint)
    return Card(
        heading=HEADING,
        description=". -- ".join(areas),
        physical=_physical(book),
        numbers=tuple(f"ISBN {numbered(b)}" + (f" : {b.price}" if b.price else "") for b in book.bindings if b.isbn),
        tracings=" ".join(f"{n}.{heading}" for n, heading in enumerate(_headings(book), 1)),
        class_number=next((_marked(c.number, c.assigned_by) for c in book.classes if c.scheme == "ncsclt"), ""),
        cip_number=cip_digits(book.cip_number or ""),
    )


def _physical(book: Book) -> str:
    first = book.bindings[0] if book.bindings else None
    pages = _measured(first.pages if first else None, "面")
    size = _measured(first.size if first else None, "公分")
    series = "".join(f". -- ({s.title}{f' ; {s.volume}' if s.volume else ''})" for s in book.series)
    return f"{pages} ; {size}{series}"


def _measured(value: str | None, unit: str) -> str:
    """`86` → `86面`; a value that names a unit stays; an unknown one leaves the unit alone, as a CIP card does."""
    text = (value or "").strip(" :;,")
    return f"{text}{unit}" if not text or re.fullmatch(r"[\d.\-x×]+", text) else text


def _headings(book: Book) -> list[str]:
    return [_marked(subject.label, subject.assigned_by) for subject in book.subjects]


def _marked(text: str, assigned_by: str) -> str:
    return text if assigned_by == CATALOGUER else text + MACHINE_MARK
