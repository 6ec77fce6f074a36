"""`Book` → MARC21 (docs/marc.md): the counterpart of `reading`, for sources that are not MARC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pymarc import Field, Indicators, Leader, Record, Subfield

from shuyin.records.book import CATALOGUER, Binding, Book, Contributor, Format, Subject
from shuyin.records.marc.terms import (
    AUDIENCE,
    CATEGORY,
    CIP_AGENCY,
    FORMAT_TERMS,
    RATING,
    SHELF_CATEGORY,
    VOCABULARIES,
    format_of_binding,
)
from shuyin.records.marc.titles import write_title

_INDICATORS = {scheme: indicator for indicator, scheme in VOCABULARIES.items()}
_TYPE = {Format.AUDIO: "i", Format.OTHER: "k"}
_NAME_FIELDS = {"person": ("100", "700", "1"), "corporate": ("110", "710", "2"), "meeting": ("111", "711", "2")}


def write(book: Book) -> Record:
    """The MARC21 record of `book`: fields in tag order, no time stamp, so that equal books give equal bytes."""
    record = Record(force_utf8=True)
    record.leader = Leader(f"00000n{_TYPE.get(book.format, 'a')}m a2200000   4500")
    links = _Links()
    fields = [*_control(book), *_numbers(book, links), *_names(book), *write_title(book), *_description(book)]
    fields += [*_texts(book), *_subjects(book.subjects, links), *_terms(book), *_related(book)]
    fields += [_field("856", "4", " ", ("u", link.url), ("y", link.label)) for link in book.links]
    fields += links.fields()
    record.fields = sorted(fields, key=lambda field: str(field.tag))
    return record


class _Links:
    """Link numbers of $8, one for each process that assigned something, and their 883 fields."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def of(self, assigned_by: str) -> tuple[str, str | None]:
        if assigned_by == CATALOGUER:
            return "8", None
        number = self._numbers.setdefault(assigned_by, len(self._numbers) + 1)
        return "8", f"{number}\\p"

    def fields(self) -> list[Field]:
        return [_field("883", "0", " ", ("8", f"{n}\\p"), ("a", process)) for process, n in self._numbers.items()]


def _field(tag: str, first: str, second: str, *values: tuple[str, str | None]) -> Field:
    subfields = [Subfield(code, value) for code, value in values if value]
    return Field(tag=tag, indicators=Indicators(first, second), subfields=subfields)


def _control(book: Book) -> list[Field]:
    fields = [Field(tag="001", data=book.control_number)] if book.control_number else []
    year = (book.published or "")[:4]
    form = "o" if book.format is Format.EBOOK else " "
    language = book.language or "und"
    kind = "s" if year else "n"
    data = f"{' ' * 6}{kind}{year or 'uuuu'}{' ' * 4}xx {' ' * 5}{form}{' ' * 11}{language} d"
    return [*fields, Field(tag="008", data=data)]


def _numbers(book: Book, links: _Links) -> list[Field]:
    fields = [_binding(binding, book.format) for binding in book.bindings]
    if book.cip_number:
        fields.append(_field("016", "7", " ", ("a", book.cip_number), ("2", CIP_AGENCY)))
    codes = book.languages or ((book.language,) if book.language else ())
    if codes or book.original_language:
        values = [*(("a", code) for code in codes), ("h", book.original_language)]
        fields.append(_field("041", "1" if book.original_language else "0", " ", *values))
    for number in book.classes:
        tag = {"ddc": "082", "lcc": "050"}.get(number.scheme, "084")
        first = {"082": "0", "050": " "}.get(tag, " ")
        scheme = number.scheme if tag == "084" else None
        fields.append(
            _field(
                tag,
                first,
                "4" if tag != "084" else " ",
                links.of(number.assigned_by),
                ("a", number.number),
                ("2", scheme),
            )
        )
    return [field for field in fields if field.subfields]


def _binding(binding: Binding, form: Format) -> Field:
    term = None
    if (format_of_binding(binding.binding) or form) is not binding.format:
        term = FORMAT_TERMS[binding.format]
    first = binding.binding or ("-" if term else None)
    return _field(
        "020",
        " ",
        " ",
        ("a", binding.isbn),
        ("q", first),
        ("q", term),
        ("c", binding.price),
        ("z", binding.invalid_isbn),
    )


def _names(book: Book) -> list[Field]:
    fields: list[Field] = []
    for place, person in enumerate(book.contributors):
        main, added, first = _NAME_FIELDS[person.kind]
        tag = main if place == 0 else added
        first = "0" if person.kind == "person" and "," not in person.name else first
        link = f"880-{place + 1:02}" if person.latin else None
        values = (("a", person.name), ("d", person.dates), ("e", person.role))
        fields.append(_field(tag, first, " ", ("6", link), *values))
        if person.latin:
            fields.append(_partner(person, tag, first, place + 1))
    return fields


def _partner(person: Contributor, tag: str, first: str, number: int) -> Field:
    return _field("880", first, " ", ("6", f"{tag}-{number:02}"), ("a", person.latin))


def _description(book: Book) -> list[Field]:
    fields = []
    if book.edition:
        fields.append(_field("250", " ", " ", ("a", book.edition)))
    if book.place or book.publisher or book.published:
        place = f"{book.place} :" if book.place and book.publisher else book.place
        publisher = f"{book.publisher}," if book.publisher and book.published else book.publisher
        fields.append(_field("264", " ", "1", ("a", place), ("b", publisher), ("c", book.published)))
    fields += _extents(book.bindings)
    fields += [_field("490", "0", " ", ("a", s.title), ("v", s.volume)) for s in book.series]
    return fields


def _extents(bindings: Sequence[Binding]) -> list[Field]:
    """One 300 where all bindings agree, else one for each that has something to say, named by its ISBN in $3."""
    extents = {(b.pages, b.size) for b in bindings}
    if len(extents) == 1:
        pages, size = extents.pop()
        return [_extent(None, pages, size)] if pages or size else []
    return [_extent(b.isbn or b.binding, b.pages, b.size) for b in bindings if b.pages or b.size]


def _extent(named: str | None, pages: str | None, size: str | None) -> Field:
    return _field("300", " ", " ", ("3", named), ("a", f"{pages} ;" if pages and size else pages), ("c", size))


def _texts(book: Book) -> list[Field]:
    fields = [_field("500", " ", " ", ("a", note)) for note in book.notes]
    fields += [_field("505", "0", " ", ("a", text)) for text in _paragraphs(book.contents)]
    fields += [_field("520", " ", " ", ("a", text)) for text in _paragraphs(book.summary)]
    stated = ((AUDIENCE, book.audience), (RATING, book.rating))
    fields += [_field("521", "8", " ", ("3", name), ("a", text)) for name, text in stated if text]
    return fields


def _paragraphs(text: str | None) -> Iterable[str]:
    return [line for line in (text or "").split("\n") if line.strip()]


def _subjects(subjects: Iterable[Subject], links: _Links) -> list[Field]:
    fields = []
    for subject in subjects:
        main, *divisions = subject.label.split("--")
        second = _INDICATORS.get(subject.scheme, "7") if subject.scheme else "4"
        scheme = subject.scheme if second == "7" else None
        values = [("a", main), *(("x", division) for division in divisions), ("2", scheme)]
        fields.append(_field(subject.tag, " ", second, links.of(subject.assigned_by), *values))
    return fields


def _terms(book: Book) -> list[Field]:
    fields = [_field("653", " ", " ", ("a", word)) for word in book.keywords]
    stated = ((CATEGORY, book.category), (SHELF_CATEGORY, book.shelf_category))
    fields += [_field("655", " ", "7", ("3", name), ("a", text), ("2", "local")) for name, text in stated if text]
    return fields


def _related(book: Book) -> list[Field]:
    return [_field(work.tag, "0", "8", ("i", work.note), ("t", work.title), ("z", work.isbn)) for work in book.related]
