"""What a record adds to the statistics: a function of the record alone, so that it can be counted once and taken back.

An album counts in the month in which it was registered, from its release on; a book in the month in which it was
announced, from its date of exposure on (A7, A10). Imported history without these days is in no month.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from shuyin.records import exposure, isbn
from shuyin.records.book import Book
from shuyin.records.models import AlbumRow

#: `Fact.counts_from` of what may be seen already: one day for all, so that the counts stay few.
ALREADY = date(1970, 1, 1)
#: Only the collection of new books counts; CBETA and other collections have statistics of their own makers.
COLLECTION = "books"
GENERAL, INDIVIDUAL = "general", "individual"
#: `OrganisationRow.kind` of private persons (S0: 單位類型 團體／個人).
PERSON = "個人"
#: Value of what a record does not say.
UNKNOWN = ""
_LONGEST = 120


class Subject(StrEnum):
    """What is counted."""

    ALBUM = "album"
    BOOK = "book"


class Dimension(StrEnum):
    """By what it is counted."""

    ALBUMS = "albums"  # value: general | individual
    TRACKS = "tracks"  # tracks with an ISRC; value: general | individual
    CARRIER = "carrier"  # sound|CD
    RECORDS = "records"
    ISBNS = "isbns"
    FORM_ISBNS = "form-isbns"
    FORM_RECORDS = "form-records"
    CATEGORY = "category"  # 圖書主題
    MAIN_CLASS = "class"  # first digit of 中文圖書分類法
    LANGUAGE = "language"
    ORIGINAL = "original"  # language that a translation was made from
    PREFIX = "prefix"  # registrant prefix of the ISBN: 978-957-678


@dataclass(frozen=True, slots=True)
class Fact:
    """What one record adds: (dimension, value) → number, in a month, from a day on."""

    month: str
    counts_from: date
    counts: tuple[tuple[str, str, int], ...]


def album_fact(row: AlbumRow, kind: str | None, today: date) -> Fact | None:
    """Of an album whose company is of that kind; None if it counts nowhere."""
    if row.registered_on is None or row.deleted_at is not None:
        return None
    who = INDIVIDUAL if kind == PERSON else GENERAL
    shown = exposure.last_day(row.released) if row.released else row.registered_on
    sound = "video" if row.work_type and "錄影" in row.work_type else "sound"
    counts: Counter[tuple[str, str]] = Counter({(Dimension.ALBUMS, who): 1})
    counts[Dimension.TRACKS, who] = sum(1 for track in row.tracks if track.isrc)
    counts.update((Dimension.CARRIER, f"{sound}|{one}") for one in (row.medium or "").split("、") if one)
    return _fact(row.registered_on, max(shown, row.registered_on), today, counts)


def book_fact(book: Book, announced_on: date, public_from: datetime | None, today: date) -> Fact:
    """Of a public book that was announced on a day."""
    counts: Counter[tuple[str, str]] = Counter({(Dimension.RECORDS, UNKNOWN): 1})
    for binding in book.bindings:
        if binding.isbn:
            counts[Dimension.ISBNS, UNKNOWN] += 1
            counts[Dimension.FORM_ISBNS, binding.format.value] += 1
    forms = {binding.format for binding in book.bindings} or {book.format}
    counts.update((Dimension.FORM_RECORDS, form.value) for form in forms)
    counts[Dimension.CATEGORY, book.category or UNKNOWN] = 1
    counts[Dimension.MAIN_CLASS, _main_class(book)] = 1
    counts[Dimension.LANGUAGE, book.language or UNKNOWN] = 1
    if book.original_language:
        counts[Dimension.ORIGINAL, book.original_language] = 1
    counts[Dimension.PREFIX, _registrant(book)] = 1
    shown = _first_whole_day(public_from) if public_from else announced_on
    return _fact(announced_on, max(shown, announced_on), today, counts)


def _fact(day: date, counts_from: date, today: date, counts: Counter[tuple[str, str]]) -> Fact:
    listed = tuple((str(d), value[:_LONGEST], number) for (d, value), number in sorted(counts.items()) if number)
    return Fact(f"{day:%Y-%m}", ALREADY if counts_from <= today else counts_from, listed)


def _first_whole_day(moment: datetime) -> date:
    """The first day in Taipei on the whole of which the record may be seen."""
    local = moment.astimezone(exposure.TAIPEI)
    return local.date() if local.time() == time.min else local.date() + timedelta(days=1)


def _main_class(book: Book) -> str:
    number = next((c.number for c in book.classes if c.scheme == "ncsclt"), "")
    return number[0] if number[:1].isascii() and number[:1].isdigit() else UNKNOWN


def _registrant(book: Book) -> str:
    """The registrant prefix of the first ISBN as the directories write it: 978-957-678."""
    for number in book.isbns:
        if parts := isbn.split(number):
            return parts.registrant_prefix
    return UNKNOWN
