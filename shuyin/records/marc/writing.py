"""`Book` → MARC21 (docs/marc.md): the counterpart of `reading`, for sources that are not MARC."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from pymarc import Field, Indicators, Leader, Record, Subfield

from shuyin.records.book import CATALOGUER, Binding, Book, Contributor, Format, Subject
from shuyin.records.marc.bindings import NO_BINDING
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


#: A text is cut below the 9,999 bytes that ISO 2709 allows a field, with room for indicators and subfields.
_MAX_TEXT = 9_900


@dataclass(frozen=True, slots=True)
class Provenance:
    """What 883 says of a process beside its name: how sure it was (0 to 1) and when it ran."""

    confidence: float | None = None
    on: date | None = None


def write(book: Book, provenance: Mapping[str, Provenance] | None = None) -> Record:
    """The MARC21 record of `book`: fields in tag order, no time stamp, so that equal books give equal bytes.

    `parts` is what 245 is made of, `title` follows from it. `provenance` is by the name of the process
    (`assigned_by`).
    """
    record = Record(force_utf8=True)
    record.leader = Leader(f"00000n{_TYPE.get(book.format, 'a')}m a2200000   4500")
    links = _Links(provenance or {})
    fields = [*_control(book), *_numbers(book, links), *_names(book), *write_title(book), *_description(book, links)]
    fields += [*_texts(book, links), *_subjects(book.subjects, links), *_terms(book), *_related(book)]
    fields += [_field("856", "4", " ", ("u", link.url), ("y", link.label)) for link in book.links]
    fields += [_field("880", " ", " ", ("6", "500-00"), ("a", text)) for text in book.original_script]
    fields += links.fields()
    record.fields = sorted(fields, key=lambda field: str(field.tag))
    return record


class _Links:
    """Link numbers of $8: for each process that assigned something, for each binding and each text that was cut."""

    def __init__(self, provenance: Mapping[str, Provenance]) -> None:
        self._provenance = provenance
        self._processes: dict[str, int] = {}
        self._last = 0
        self.of_bindings: dict[int, str] = {}  # place of the binding → its link

    def new(self) -> int:
        self._last += 1
        return self._last

    def of(self, assigned_by: str) -> tuple[str, str | None]:
        if assigned_by == CATALOGUER:
            return "8", None
        if assigned_by not in self._processes:
            self._processes[assigned_by] = self.new()
        return "8", f"{self._processes[assigned_by]}\\p"

    def fields(self) -> list[Field]:
        made = []
        for process, number in self._processes.items():
            known = self._provenance.get(process, Provenance())
            sure = f"{known.confidence:.2f}" if known.confidence is not None else None
            on = f"{known.on:%Y%m%d}" if known.on else None
            made.append(_field("883", "0", " ", ("8", f"{number}\\p"), ("a", process), ("c", sure), ("d", on)))
        return made


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
    if len({(b.pages, b.size) for b in book.bindings}) > 1:
        links.of_bindings = {n: f"{links.new()}\\u" for n, b in enumerate(book.bindings) if b.pages or b.size}
    fields = [_binding(binding, book.format, links.of_bindings.get(n)) for n, binding in enumerate(book.bindings)]
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


def _binding(binding: Binding, form: Format, link: str | None) -> Field:
    term = None
    if (format_of_binding(binding.binding) or form) is not binding.format:
        term = FORMAT_TERMS[binding.format]
    first = binding.binding or (NO_BINDING if term else None)
    return _field(
        "020",
        " ",
        " ",
        ("8", link),
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


def _description(book: Book, links: _Links) -> list[Field]:
    fields = []
    if book.edition:
        fields.append(_field("250", " ", " ", ("a", book.edition)))
    if book.place or book.publisher or book.published:
        place = f"{book.place} :" if book.place and book.publisher else book.place
        publisher = f"{book.publisher}," if book.publisher and book.published else book.publisher
        fields.append(_field("264", " ", "1", ("a", place), ("b", publisher), ("c", book.published)))
    fields += _extents(book.bindings, links)
    fields += [_field("490", "0", " ", ("a", s.title), ("v", s.volume)) for s in book.series]
    return fields


def _extents(bindings: Sequence[Binding], links: _Links) -> list[Field]:
    """One 300 where all bindings agree, else one for each that has something to say, tied to its 020 by $8."""
    if links.of_bindings:
        named = [(link, bindings[n]) for n, link in links.of_bindings.items()]
        return [_extent(link, b.binding or b.isbn, b.pages, b.size) for link, b in named]
    return [_extent(None, None, b.pages, b.size) for b in bindings[:1] if b.pages or b.size]


def _extent(link: str | None, named: str | None, pages: str | None, size: str | None) -> Field:
    return _field(
        "300", " ", " ", ("8", link), ("3", named), ("a", f"{pages} ;" if pages and size else pages), ("c", size)
    )


def _texts(book: Book, links: _Links) -> list[Field]:
    fields: list[Field] = []
    for tag, first, paragraphs in (
        ("500", " ", book.notes),
        ("505", "0", _paragraphs(book.contents)),
        ("520", " ", _paragraphs(book.summary)),
    ):
        for text in paragraphs:
            pieces = _cut(text)
            number = links.new() if len(pieces) > 1 else 0
            for place, piece in enumerate(pieces, start=1):
                fields.append(_field(tag, first, " ", ("8", f"{number}.{place}\\u" if number else None), ("a", piece)))
    stated = ((AUDIENCE, book.audience), (RATING, book.rating))
    fields += [_field("521", "8", " ", ("3", name), ("a", text)) for name, text in stated if text]
    return fields


def _paragraphs(text: str | None) -> Iterable[str]:
    return [line for line in (text or "").split("\n") if line.strip()]


def _cut(text: str) -> list[str]:
    """Pieces that fit a field; none begins or ends with a space, which reading would take away."""
    pieces = []
    while len(text.encode("utf-8")) > _MAX_TEXT:
        end = len(text.encode("utf-8")[:_MAX_TEXT].decode("utf-8", "ignore"))
        while end > 1 and (text[end - 1].isspace() or text[end].isspace()):
            end -= 1
        pieces.append(text[:end])
        text = text[end:]
    return [*pieces, text]


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
