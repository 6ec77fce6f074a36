"""Record → search document: every field of the declaration, from the MARC21 record and the columns beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shuyin.ai_subjects.scheme import caption_of
from shuyin.records.book import Book, DepositState
from shuyin.records.book_json import to_json
from shuyin.search_engine.query import Document
from shuyin.search_engine.sort_keys import class_levels, shelf_key, title_key
from shuyin.search_engine.visibility import VISIBLE_FROM, moment

#: The scheme whose numbers make the facet `class` (中文圖書分類法); others are found by their number only.
FACET_SCHEME = "ncsclt"


@dataclass(frozen=True, slots=True)
class BookColumns:
    """What a book's row holds beside its MARC record, as far as search needs it."""

    id: int
    collection: str
    announced_on: date | None
    updated_at: datetime
    public_from: datetime | None
    states: Mapping[str, str]  # ISBN → deposit state
    cover: str | None = None  # its address


def project_book(columns: BookColumns, book: Book) -> Document:
    """The document of one book; fields whose value is not known are absent."""
    states = [columns.states.get(b.isbn or "", DepositState.UNKNOWN.value) for b in book.bindings]
    fields: dict[str, Any] = {
        **_words(book),
        **_values(book, states),
        "collection": columns.collection,
        "announced": columns.announced_on.isoformat() if columns.announced_on else None,
        VISIBLE_FROM: moment(columns.public_from) if columns.public_from else None,
        "title_sort": title_key(book.title, language=book.language),
    }
    numbers = [c.number for c in book.classes if c.scheme == FACET_SCHEME]
    if numbers:
        fields["class"] = _distinct(level for number in numbers for level in class_levels(number))
        fields["class_sort"] = shelf_key(numbers[0], book.title, book.language)
    stored: dict[str, Any] = {
        **to_json(
            book,
            id=columns.id,
            states=states,
            collection=columns.collection,
            announced=columns.announced_on,
            updated_at=columns.updated_at,
            cover=columns.cover,
        )
    }
    if fields[VISIBLE_FROM] is not None:
        stored[VISIBLE_FROM] = fields[VISIBLE_FROM]  # for look-ups by id, which no query filters
    return Document(
        id=str(columns.id),
        fields={name: value for name, value in fields.items() if value not in (None, "", [])},
        stored=stored,
    )


#: Characters of summary and contents that a record's vector is made of.
_SUMMARY, _CONTENTS = 600, 300


def meaning_text(book: Book) -> str:
    """What a book is about, for its vector: titles, headings, keywords, category, class captions, summary, contents.

    No names: books by one author are found by the author's name, and are not alike for that.
    """
    captions = (caption_of(number.number) for number in book.classes if number.scheme == FACET_SCHEME)
    parts = [
        book.title,
        *book.parts.parallel,
        *(heading.label for heading in book.subjects),
        *book.keywords,
        book.category,
        *captions,
        (book.summary or "")[:_SUMMARY],
        (book.contents or "")[:_CONTENTS],
    ]
    return " ".join(_distinct(part for part in parts if part))


def _words(book: Book) -> dict[str, Any]:
    parts = book.parts
    others = [*parts.parallel, *parts.variants, *([parts.uniform] if parts.uniform else [])]
    if parts.main != book.title:
        others.insert(0, parts.main)  # so that the title proper alone also counts as the exact title
    related = [r.title for r in book.related if r.title]
    responsibility = [book.responsibility] if book.responsibility else []
    return {
        "title": book.title,
        "title_other": _distinct([*others, *related]),
        "author": _distinct(name for c in book.contributors for name in (c.name, c.latin) if name),
        "series": _distinct(s.title for s in book.series),
        "subject": _distinct(s.label for s in book.subjects),
        "publisher": book.publisher,
        "keyword": list(book.keywords),
        "summary": book.summary,
        "contents": book.contents,
        "note": [*responsibility, *book.notes, *book.original_script],
    }


def _values(book: Book, states: list[str]) -> dict[str, Any]:
    invalid = (b.invalid_isbn for b in book.bindings if b.invalid_isbn)
    return {
        "isbn": _distinct([*book.isbns, *(text.replace("-", "") for text in invalid)]),
        "class_number": _distinct(c.number for c in book.classes),
        "format": _distinct(
            [*(b.format.value for b in book.bindings), *([] if book.bindings else [book.format.value])]
        ),
        "language": _distinct([*([book.language] if book.language else []), *book.languages]),
        "audience": book.audience,
        "rating": book.rating,
        "category": book.category,
        "subject_facet": _distinct(s.label for s in book.subjects),
        "publisher_facet": book.publisher,
        "author_facet": _distinct(c.name for c in book.contributors),
        "series_facet": _distinct(s.title for s in book.series),
        "year": book.published[:4] if book.published else None,
        "state": _distinct(state for state in states if state != DepositState.UNKNOWN.value),
        "published": book.published,
    }


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
