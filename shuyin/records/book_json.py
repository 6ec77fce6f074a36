"""The JSON shape of a book, as the API answers it and as the search index keeps it beside each document.

`to_json` is the only maker of it: the indexer stores what it returns, pages, API and exports read that.
Unknown values are `None` or empty lists, never invented.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from typing_extensions import TypedDict

from shuyin.records import covers, isbn
from shuyin.records.book import Binding, Book, DepositState
from shuyin.records.models import BookRow


class TitlePartsJson(TypedDict):
    """245 and 246 taken apart."""

    main: str
    remainder: str | None
    part_number: str | None
    part_name: str | None
    parallel: list[str]
    variants: list[str]
    uniform: str | None


class ContributorJson(TypedDict):
    """A person or body with the role as printed (著, 譯 …)."""

    name: str
    role: str | None
    kind: str
    dates: str | None
    latin: str | None


class BindingJson(TypedDict):
    """One binding with what belongs to it alone; `state` is the deposit state (送存狀態)."""

    isbn: str | None
    isbn_hyphenated: str | None
    binding: str | None
    price: str | None
    pages: str | None
    size: str | None
    format: str
    state: str


class SubjectJson(TypedDict):
    """A heading; `assigned_by` is "cataloguer" or the machine process of MARC 883."""

    label: str
    scheme: str | None
    assigned_by: str


class ClassJson(TypedDict):
    """A class number; `scheme` is ncsclt, ddc, lcc …"""

    number: str
    scheme: str
    assigned_by: str


class SeriesJson(TypedDict):
    """A series statement."""

    title: str
    volume: str | None


class LinkJson(TypedDict):
    """An address that the record gives (856)."""

    url: str
    label: str | None


class RelatedJson(TypedDict):
    """The same work in another language, edition or form (765, 775, 776, 780, 785)."""

    tag: str
    title: str | None
    isbn: str | None
    note: str | None


class BookJson(TypedDict):
    """One record. Dates are ISO 8601, cut to the precision that is known."""

    id: int
    title: str
    title_parts: TitlePartsJson
    responsibility: str | None
    contributors: list[ContributorJson]
    edition: str | None
    place: str | None
    publisher: str | None
    published: str | None
    bindings: list[BindingJson]
    series: list[SeriesJson]
    classes: list[ClassJson]
    subjects: list[SubjectJson]
    keywords: list[str]
    summary: str | None
    contents: str | None
    notes: list[str]
    language: str | None
    languages: list[str]
    original_language: str | None
    audience: str | None
    rating: str | None
    category: str | None
    shelf_category: str | None
    format: str
    cip_number: str | None
    control_number: str | None
    related: list[RelatedJson]
    cover: str | None
    links: list[LinkJson]
    collection: str
    announced: str | None
    updated_at: str | None


def row_to_json(row: BookRow, book: Book) -> BookJson:
    """The JSON of a stored record: `book` is what `marc.read` made of `row.marc`."""
    by_isbn = {b.isbn: b.deposit_state for b in row.bindings if b.isbn}
    states = [by_isbn.get(b.isbn or "", DepositState.UNKNOWN.value) for b in book.bindings]
    pictures = (binding.cover for binding in row.bindings if binding.cover)
    cover = next((covers.address(picture.digest) for picture in pictures), None)
    return to_json(
        book,
        id=row.id,
        states=states,
        collection=row.collection,
        announced=row.announced_on,
        updated_at=row.updated_at,
        cover=cover,
    )


def to_json(
    book: Book,
    *,
    id: int,
    states: Sequence[str] = (),
    collection: str = "books",
    announced: date | None = None,
    updated_at: datetime | None = None,
    cover: str | None = None,
) -> BookJson:
    """The JSON of `book`; `states` are the deposit states of its bindings, in their order."""
    parts = book.parts
    return BookJson(
        id=id,
        title=book.title,
        title_parts=TitlePartsJson(
            main=parts.main,
            remainder=parts.remainder,
            part_number=parts.part_number,
            part_name=parts.part_name,
            parallel=list(parts.parallel),
            variants=list(parts.variants),
            uniform=parts.uniform,
        ),
        responsibility=book.responsibility,
        contributors=[
            ContributorJson(name=c.name, role=c.role, kind=c.kind, dates=c.dates, latin=c.latin)
            for c in book.contributors
        ],
        edition=book.edition,
        place=book.place,
        publisher=book.publisher,
        published=book.published,
        bindings=[
            _binding(b, states[i] if i < len(states) else DepositState.UNKNOWN.value)
            for i, b in enumerate(book.bindings)
        ],
        series=[SeriesJson(title=s.title, volume=s.volume) for s in book.series],
        classes=[ClassJson(number=c.number, scheme=c.scheme, assigned_by=c.assigned_by) for c in book.classes],
        subjects=[SubjectJson(label=s.label, scheme=s.scheme, assigned_by=s.assigned_by) for s in book.subjects],
        keywords=list(book.keywords),
        summary=book.summary,
        contents=book.contents,
        notes=list(book.notes),
        language=book.language,
        languages=list(book.languages),
        original_language=book.original_language,
        audience=book.audience,
        rating=book.rating,
        category=book.category,
        shelf_category=book.shelf_category,
        format=book.format.value,
        cip_number=book.cip_number,
        control_number=book.control_number,
        related=[RelatedJson(tag=r.tag, title=r.title, isbn=r.isbn, note=r.note) for r in book.related],
        cover=cover,
        links=[LinkJson(url=link.url, label=link.label) for link in book.links],
        collection=collection,
        announced=announced.isoformat() if announced else None,
        updated_at=updated_at.isoformat(timespec="seconds") if updated_at else None,
    )


def _binding(binding: Binding, state: str) -> BindingJson:
    return BindingJson(
        isbn=binding.isbn,
        isbn_hyphenated=isbn.hyphenate(binding.isbn) if binding.isbn else None,
        binding=binding.binding,
        price=binding.price,
        pages=binding.pages,
        size=binding.size,
        format=binding.format.value,
        state=state,
    )
