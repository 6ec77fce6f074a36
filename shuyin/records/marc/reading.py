"""MARC21 → `Book` (docs/marc.md). What a damaged field does not say is unknown; only bytes that are no record raise.

One pass over the fields, each tag with its handler, on plain tuples: an import reads some thousand records a second.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from pymarc import Record

from shuyin.records.book import (
    CATALOGUER,
    Book,
    ClassNumber,
    Contributor,
    Format,
    Link,
    RelatedWork,
    Series,
    Subject,
)
from shuyin.records.dates import imprint_date
from shuyin.records.marc.bindings import Copy, Extent, isbn_of, read_bindings
from shuyin.records.marc.iso2709 import split, split_record
from shuyin.records.marc.scripts import HAN, Partners, closed_up, in_own_script
from shuyin.records.marc.terms import (
    AUDIENCE,
    CATEGORY,
    CIP_AGENCY,
    RATING,
    RELATORS,
    SHELF_CATEGORY,
    VOCABULARIES,
)
from shuyin.records.marc.titles import Titles, trimmed

_NAME_KINDS = {"00": "person", "10": "corporate", "11": "meeting"}
_SUBDIVISIONS = "vxyz"
_NOT_LABEL = "0123456789ewu"
_LANGUAGE = re.compile("[a-z]{3}")
_NO_LANGUAGE = frozenset({"und", "zxx", "mul"})
#: 瓊斯(Jones, Diana Wynne): the form in another script, as Taiwanese cataloguers add it.
_LATIN_IN_BRACKETS = re.compile(r"^(.*\S)\s*[(（]([^()（）]*[A-Za-z][^()（）]*)[)）]$")
#: $8 of a text that had to be cut: link number, place of the piece.
_PIECE = re.compile(r"^\d+\.(\d+)\\u$")

_WIDE_SPACE = "\u3000".encode()

Subfields = list[str]


def read(record: Record | bytes) -> Book:
    """The values of a MARC21 record (bytes: ISO 2709 in UTF-8; `DamagedRecord` if they are none)."""
    leader, fields = split(record) if isinstance(record, bytes) else split_record(record)
    reader = _Reader(leader)
    fields = in_own_script(fields, reader.partners)
    if not isinstance(record, bytes) or _WIDE_SPACE in record:
        fields = [closed_up(field) for field in fields]
    for tag, indicators, subfields in fields:
        handler = _HANDLERS.get(tag)
        if handler is not None:
            handler(reader, tag, indicators, subfields)
    return reader.book()


class _Reader:
    """The values met so far."""

    __slots__ = (
        "audience", "category", "cip_number", "classes", "contents", "contributors", "control_number", "copies",
        "edition", "extents", "fixed", "imprint_rank", "keywords", "languages", "leader", "links", "machines", "notes",
        "online", "original_language", "partners", "place", "published", "publisher", "rating", "related", "series",
        "shelf_category", "subjects", "summary", "titles", "traced_series",
    )  # fmt: skip

    def __init__(self, leader: str) -> None:
        self.leader = leader
        self.partners = Partners()
        self.titles = Titles()
        self.control_number: str | None = None
        self.fixed = ""  # 008
        self.online = False
        self.copies: list[Copy] = []
        self.extents: list[Extent] = []
        self.languages: list[str] = []
        self.original_language: str | None = None
        self.classes: list[tuple[str, str, str]] = []  # number, scheme, link
        self.contributors: dict[tuple[str, str | None], Contributor] = {}
        self.edition: str | None = None
        self.imprint_rank = 0
        self.place: str | None = None
        self.publisher: str | None = None
        self.published: str | None = None
        self.series: dict[str, Series] = {}
        self.traced_series: dict[str, Series] = {}
        self.subjects: dict[tuple[str, str | None], tuple[str, str]] = {}  # → link, tag
        self.keywords: dict[str, None] = {}
        self.summary: list[str] = []
        self.contents: list[str] = []
        self.notes: list[str] = []
        self.audience: str | None = None
        self.rating: str | None = None
        self.category: str | None = None
        self.shelf_category: str | None = None
        self.cip_number: str | None = None
        self.links: list[Link] = []
        self.related: list[RelatedWork] = []
        self.machines: dict[str, str] = {}  # link number → process

    def book(self) -> Book:
        """All that was met, with what follows from it."""
        form = self._format()
        bindings = read_bindings(self.copies, self.extents, form)
        title, parts = self.titles.parts(self.partners)
        fixed_language = self.fixed[35:38]
        if not self.languages and _LANGUAGE.fullmatch(fixed_language):
            self.languages.append(fixed_language)
        languages = tuple(dict.fromkeys(code for code in self.languages if code not in _NO_LANGUAGE))
        for name, series in self.traced_series.items():
            self.series.setdefault(name, series)
        return Book(
            title=title,
            parts=parts,
            responsibility=self.titles.responsibility,
            contributors=tuple(self.contributors.values()),
            edition=self.edition,
            place=self.place,
            publisher=self.publisher,
            published=self.published or imprint_date(self.fixed[7:11]),
            bindings=bindings,
            series=tuple(self.series.values()),
            subjects=tuple(
                Subject(label, scheme, self._assigned_by(link), tag)
                for (label, scheme), (link, tag) in self.subjects.items()
            ),
            classes=self._class_numbers(),
            keywords=tuple(self.keywords),
            summary="\n".join(self.summary) or None,
            contents="\n".join(self.contents) or None,
            notes=tuple(self.notes),
            language=languages[0] if languages else None,
            languages=languages,
            original_language=self.original_language,
            audience=self.audience,
            rating=self.rating,
            category=self.category,
            shelf_category=self.shelf_category,
            format=bindings[0].format if bindings else form,
            cip_number=self.cip_number,
            control_number=self.control_number,
            links=tuple(self.links),
            related=tuple(self.related),
            original_script=self.partners.leftover(),
        )

    def _format(self) -> Format:
        kind = self.leader[6:7]
        if kind == "i":
            return Format.AUDIO
        if kind not in ("a", "t", " "):
            return Format.OTHER
        return Format.EBOOK if self.online or self.fixed[23:24] in ("o", "q", "s") else Format.PRINT

    def _class_numbers(self) -> tuple[ClassNumber, ...]:
        """Ours before those of other schemes: a record's first class number is the one that is shown."""
        found: dict[tuple[str, str], str] = {}
        for number, scheme, link in sorted(self.classes, key=_rank):
            found.setdefault((number, scheme), link)
        return tuple(ClassNumber(*named, self._assigned_by(link)) for named, link in found.items())

    def _assigned_by(self, link: str) -> str:
        return self.machines.get(link, CATALOGUER) if link else CATALOGUER


def _rank(entry: tuple[str, str, str]) -> int:
    return {"ddc": 1, "lcc": 2}.get(entry[1], 0)


# What follows takes (reader, tag, indicators, subfields as code + value).


def _first(subfields: Subfields, code: str) -> str:
    for subfield in subfields:
        if subfield[:1] == code and (value := subfield[1:].strip()):
            return value
    return ""


def _joined(subfields: Subfields, codes: str) -> str:
    return " ".join(value for s in subfields if s[:1] and s[0] in codes and (value := s[1:].strip()))


def _link(subfields: Subfields) -> str:
    """The link number of $8 …\\p, which an 883 shares."""
    for subfield in subfields:
        if subfield[:1] == "8":
            return subfield[1:].split("\\", 1)[0]
    return ""


def _control_number(reader: _Reader, _tag: str, data: str, _subfields: Subfields) -> None:
    reader.control_number = reader.control_number or data.strip() or None


def _carrier(reader: _Reader, _tag: str, data: str, _subfields: Subfields) -> None:
    reader.online = reader.online or data.startswith("c")


def _fixed(reader: _Reader, _tag: str, data: str, _subfields: Subfields) -> None:
    reader.fixed = reader.fixed or data


def _agency_number(reader: _Reader, _tag: str, _indicators: str, subfields: Subfields) -> None:
    if _first(subfields, "2") == CIP_AGENCY:
        reader.cip_number = reader.cip_number or _first(subfields, "a") or None


def _isbn(reader: _Reader, _tag: str, _indicators: str, subfields: Subfields) -> None:
    reader.copies.append(Copy.of(subfields))


def _extent(reader: _Reader, _tag: str, _indicators: str, subfields: Subfields) -> None:
    reader.extents.append(Extent.of(subfields))


def _language(reader: _Reader, _tag: str, _indicators: str, subfields: Subfields) -> None:
    for subfield in subfields:
        if subfield[:1] == "a":
            reader.languages += _LANGUAGE.findall(subfield[1:])
        elif subfield[:1] == "h" and reader.original_language is None:
            reader.original_language = next(iter(_LANGUAGE.findall(subfield[1:])), None)


_CLASS_SCHEMES = {"050": "lcc", "090": "lcc", "082": "ddc"}


def _class_number(reader: _Reader, tag: str, _indicators: str, subfields: Subfields) -> None:
    scheme = _CLASS_SCHEMES.get(tag) or _first(subfields, "2") or "other"
    link = _link(subfields)
    for subfield in subfields:
        if subfield[:1] == "a" and (number := subfield[1:].strip()):
            # prime marks show where a number may be cut (082)
            reader.classes.append((number.replace("/", "") if tag == "082" else number, scheme, link))


def _contributor(reader: _Reader, tag: str, _indicators: str, subfields: Subfields) -> None:
    if tag >= "700" and _first(subfields, "t"):
        return  # a name-title entry is a work, not a contributor
    meeting = tag[1:] == "11"
    # the number, place and date of a meeting stand in brackets that only make sense together
    name = trimmed(_joined(subfields, "acdn" if meeting else "abc"))
    if not name:
        return
    role = "、".join(trimmed(s[1:]) for s in subfields if s[:1] == "e") or None
    if role is None and (code := _first(subfields, "4")):
        role = RELATORS.get(code.rsplit("/", 1)[-1])
    partner = reader.partners.take(tag, subfields)
    latin = trimmed(_joined(partner, "abc")) or None if partner else None
    if latin is None and name[-1] in ")）" and (both := _LATIN_IN_BRACKETS.match(name)) and HAN.search(both[1]):
        name, latin = both[1], both[2].strip()
    dates = None if meeting else trimmed(_first(subfields, "d")) or None
    reader.contributors.setdefault((name, role), Contributor(name, role, _NAME_KINDS[tag[1:]], dates, latin))


def _title(reader: _Reader, tag: str, indicators: str, subfields: Subfields) -> None:
    reader.titles.add(tag, indicators, subfields)


def _edition(reader: _Reader, _tag: str, _indicators: str, subfields: Subfields) -> None:
    reader.edition = reader.edition or trimmed(_joined(subfields, "ab")) or None


def _imprint(reader: _Reader, tag: str, indicators: str, subfields: Subfields) -> None:
    rank = 1 if tag == "260" else 3 if indicators[1:2] == "1" else 2
    if rank < reader.imprint_rank:
        return
    if rank > reader.imprint_rank:
        reader.imprint_rank, reader.place, reader.publisher, reader.published = rank, None, None, None
    reader.place = reader.place or trimmed(_first(subfields, "a"), brackets=True) or None
    reader.publisher = reader.publisher or trimmed(_first(subfields, "b"), brackets=True) or None
    reader.published = reader.published or imprint_date(_first(subfields, "c"))


def _series(reader: _Reader, tag: str, _indicators: str, subfields: Subfields) -> None:
    name = trimmed(_joined(subfields, "anp" if tag in ("440", "490", "830") else "tnp"))
    if name:
        found = reader.traced_series if tag[0] == "8" else reader.series
        found.setdefault(name, Series(name, trimmed(_first(subfields, "v")) or None))


def _note(reader: _Reader, _tag: str, _indicators: str, subfields: Subfields) -> None:
    _paragraph(reader.notes, subfields, "3a")


def _contents(reader: _Reader, _tag: str, _indicators: str, subfields: Subfields) -> None:
    _paragraph(reader.contents, subfields, "agrt")


def _summary(reader: _Reader, _tag: str, _indicators: str, subfields: Subfields) -> None:
    _paragraph(reader.summary, subfields, "ab")


def _paragraph(paragraphs: list[str], subfields: Subfields, codes: str) -> None:
    text = _joined(subfields, codes)
    piece = _PIECE.match(_first(subfields, "8"))
    if piece is not None and int(piece[1]) > 1 and paragraphs:
        paragraphs[-1] += text
    elif text:
        paragraphs.append(text)


def _audience(reader: _Reader, _tag: str, _indicators: str, subfields: Subfields) -> None:
    text = trimmed(_joined(subfields, "a")) or None
    stated = _first(subfields, "3")
    if stated == RATING:
        reader.rating = reader.rating or text
    elif not stated or stated == AUDIENCE:
        reader.audience = reader.audience or text


def _subject(reader: _Reader, tag: str, indicators: str, subfields: Subfields) -> None:
    main: list[str] = []
    divisions: list[str] = []
    scheme, link = VOCABULARIES.get(indicators[1:2]), ""
    for subfield in subfields:
        code, value = subfield[:1], subfield[1:].strip()
        if code in _NOT_LABEL:
            if code == "2" and indicators[1:2] == "7":
                scheme = value or None
            elif code == "8":
                link = value.split("\\", 1)[0]
            elif code == "3" and value in (CATEGORY, SHELF_CATEGORY):
                _category(reader, value, subfields)
                return
        elif code in _SUBDIVISIONS:
            divisions.append(trimmed(value))
        elif value:
            main.append(value)
    label = "--".join(part for part in (trimmed(" ".join(main)), *divisions) if part)
    if label:
        reader.subjects.setdefault((label, scheme), (link, tag))


def _category(reader: _Reader, stated: str, subfields: Subfields) -> None:
    text = trimmed(_joined(subfields, "a")) or None
    if stated == CATEGORY:
        reader.category = reader.category or text
    else:
        reader.shelf_category = reader.shelf_category or text


def _keywords(reader: _Reader, _tag: str, _indicators: str, subfields: Subfields) -> None:
    for subfield in subfields:
        if subfield[:1] == "a" and (word := trimmed(subfield[1:])):
            reader.keywords[word] = None


def _related(reader: _Reader, tag: str, _indicators: str, subfields: Subfields) -> None:
    title = trimmed(_joined(subfields, "t") or _joined(subfields, "s")) or None
    number = isbn_of(_first(subfields, "z"))[0]
    if title or number:
        note = trimmed(_joined(subfields, "i") or _joined(subfields, "n")) or None
        reader.related.append(RelatedWork(tag, title, number, note))


def _address(reader: _Reader, _tag: str, _indicators: str, subfields: Subfields) -> None:
    if url := _first(subfields, "u"):
        label = _first(subfields, "y") or _first(subfields, "3") or _first(subfields, "z")
        reader.links.append(Link(url, trimmed(label) or None))


def _machine(reader: _Reader, _tag: str, indicators: str, subfields: Subfields) -> None:
    """First indicator 0 or 1: wholly or partly made by a machine; what our cataloguers took over is theirs."""
    process = _first(subfields, "a")
    taken_over = indicators[:1] == "1" and _first(subfields, "q") == CIP_AGENCY
    if indicators[:1] in ("0", "1") and process and not taken_over:
        for subfield in subfields:
            if subfield[:1] == "8":
                reader.machines[subfield[1:].split("\\", 1)[0]] = process


_Handler = Callable[[_Reader, str, str, Subfields], None]

_TAGS: tuple[tuple[str, _Handler], ...] = (
    ("001", _control_number),
    ("007", _carrier),
    ("008", _fixed),
    ("016", _agency_number),
    ("020", _isbn),
    ("041", _language),
    ("050 082 084 090", _class_number),
    ("100 110 111 700 710 711", _contributor),
    ("130 240 245 246 730 740", _title),
    ("250", _edition),
    ("260 264", _imprint),
    ("300", _extent),
    ("440 490 800 810 811 830", _series),
    ("500 501 502 504 508 511 515 534 538 546 550 586", _note),
    ("505", _contents),
    ("520", _summary),
    ("521", _audience),
    ("600 610 611 630 648 650 651 655", _subject),
    ("653", _keywords),
    ("765 767 775 776 780 785 787", _related),
    ("856", _address),
    ("883", _machine),
)
_HANDLERS: dict[str, _Handler] = {tag: handler for tags, handler in _TAGS for tag in tags.split()}

#: All tags that are read, for the table of docs/marc.md.
TAGS_READ = frozenset({*_HANDLERS, "880"})
