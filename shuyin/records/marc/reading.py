"""MARC21 → `Book` (docs/marc.md). Nothing here raises: what a damaged field does not say is unknown."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable

from pymarc import Field, Record
from stdnum import isbn as _isbn

from shuyin.records.book import (
    CATALOGUER,
    Binding,
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
from shuyin.records.marc.iso2709 import parse
from shuyin.records.marc.terms import (
    AUDIENCE,
    CATEGORY,
    CIP_AGENCY,
    FORMATS_BY_TERM,
    RATING,
    RELATORS,
    SHELF_CATEGORY,
    VOCABULARIES,
    format_of_binding,
)
from shuyin.records.marc.titles import read_title, trimmed

Fields = dict[str, list[Field]]

_HAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")
_NAME_KINDS = {"00": "person", "10": "corporate", "11": "meeting"}
_NAME_TAGS = ("100", "110", "111", "700", "710", "711")
_SUBJECT_TAGS = ("600", "610", "611", "630", "648", "650", "651", "655")
_SUBDIVISIONS = frozenset("vxyz")
_NOT_LABEL = frozenset("0123456789ewu")
_RELATED_TAGS = ("765", "767", "775", "776", "780", "785", "787")
_NOTE_TAGS = ("500", "501", "502", "504", "508", "511", "515", "534", "538", "546", "550", "586")
_ISBN_TEXT = re.compile(r"^[\s]*([0-9][0-9\s-]{8,20}[0-9Xx])[\s]*(?:[(（:]\s*(.*?)[)）]?\s*)?$")
_SEPARATORS = re.compile(r"[\s-]+")
_LANGUAGE = re.compile("[a-z]{3}")


def read(record: Record | bytes) -> Book:
    """The values of a MARC21 record (bytes: ISO 2709 in UTF-8; `DamagedRecord` if they are none)."""
    if isinstance(record, bytes):
        record = parse(record)
    fields, leftover = _by_tag(record)
    machines = _machine_links(fields)
    form = _format(record, fields)
    title, parts, responsibility = read_title(fields)
    place, publisher, published = _imprint(fields)
    bindings = _bindings(fields, form)
    languages, original = _languages(fields)
    return Book(
        title=title,
        parts=parts,
        responsibility=responsibility,
        contributors=_contributors(fields),
        edition=_first(fields, "250", "a", "b"),
        place=place,
        publisher=publisher,
        published=published,
        bindings=bindings,
        series=_series(fields),
        subjects=_subjects(fields, machines),
        classes=_classes(fields, machines),
        keywords=tuple(dict.fromkeys(trimmed(v) for f in fields["653"] for v in f.get_subfields("a") if trimmed(v))),
        summary=_paragraphs(fields["520"], "a", "b"),
        contents=_paragraphs(fields["505"], "a", "g", "r", "t"),
        notes=tuple(text for tag in _NOTE_TAGS for f in fields[tag] if (text := _joined(f, "3", "a"))),
        language=languages[0] if languages else None,
        languages=languages,
        original_language=original,
        audience=_stated(fields["521"], AUDIENCE) or _plain_audience(fields["521"]),
        rating=_stated(fields["521"], RATING),
        category=_stated(fields["655"], CATEGORY),
        shelf_category=_stated(fields["655"], SHELF_CATEGORY),
        format=form if not bindings else bindings[0].format,
        cip_number=_cip_number(fields),
        control_number=fields["001"][0].data.strip() if fields["001"] and fields["001"][0].data else None,
        links=tuple(
            Link(u, trimmed(f.get("y") or f.get("3") or f.get("z") or "") or None)
            for f in fields["856"]
            for u in f.get_subfields("u")[:1]
            if u.strip()
        ),
        related=_related(fields),
        original_script=leftover,
    )


def _by_tag(record: Record) -> tuple[Fields, tuple[str, ...]]:
    """Fields by tag, where 880 in Han script has changed places with its romanised partner.

    The partner in the other script follows under the tag "880-TAG"; texts of 880 without a partner come second.
    """
    fields: Fields = defaultdict(list)
    linked: dict[tuple[str, str], Field] = {}
    for field in record.fields:
        if field.tag == "880":
            tag, _, number = (field.get("6") or "")[:6].partition("-")
            if tag and number and number != "00":
                linked[tag, number] = field
            else:
                fields["880"].append(field)
        else:
            fields[field.tag].append(field)
    if not linked:
        return fields, tuple(text for f in fields["880"] if (text := f.value()))
    for tag, own in list(fields.items()):
        for place, field in enumerate(own):
            number = (field.get("6") or "")[4:6] if not field.is_control_field() else ""
            partner = linked.pop((tag, number), None) if number else None
            if partner is not None:
                if _HAN.search(partner.value()) and not _HAN.search(field.value()):
                    own[place], partner = partner, field
                fields[f"880-{tag}"].append(partner)
    leftover = (*fields["880"], *linked.values())
    return fields, tuple(text for f in leftover if (text := f.value()))


def _joined(field: Field, *codes: str) -> str:
    return " ".join(v.strip() for v in field.get_subfields(*codes) if v.strip())


def _first(fields: Fields, tag: str, *codes: str) -> str | None:
    for field in fields[tag]:
        if text := trimmed(_joined(field, *codes)):
            return text
    return None


def _paragraphs(own: Iterable[Field], *codes: str) -> str | None:
    return "\n".join(text for f in own if (text := _joined(f, *codes))) or None


def _machine_links(fields: Fields) -> dict[str, str]:
    """Link number of $8 → process named in an 883 of machine generation (first indicator 0 or 1)."""
    found = {}
    for field in fields["883"]:
        if field.indicator1 in ("0", "1") and (process := field.get("a")):
            for link in field.get_subfields("8"):
                found[link.split("\\")[0]] = process
    return found


def _assigned_by(field: Field, machines: dict[str, str]) -> str:
    if machines:
        for link in field.get_subfields("8"):
            if process := machines.get(link.split("\\")[0]):
                return process
    return CATALOGUER


def _format(record: Record, fields: Fields) -> Format:
    kind = record.leader[6:7]
    if kind == "i":
        return Format.AUDIO
    if kind not in ("a", "t", " "):
        return Format.OTHER
    online = fields["007"] and (fields["007"][0].data or "").startswith("c")
    fixed = fields["008"][0].data or "" if fields["008"] else ""
    if online or fixed[23:24] in ("o", "q", "s"):
        return Format.EBOOK
    return Format.PRINT


def _imprint(fields: Fields) -> tuple[str | None, str | None, str | None]:
    own = [f for f in fields["264"] if f.indicator2 == "1"] or fields["264"] or fields["260"]
    place = publisher = date = None
    for field in own:
        place = place or trimmed(field.get("a") or "", brackets=True) or None
        publisher = publisher or trimmed(field.get("b") or "", brackets=True) or None
        date = date or imprint_date(field.get("c"))
    if date is None and fields["008"]:
        date = imprint_date((fields["008"][0].data or "")[7:11])
    return place, publisher, date


def _bindings(fields: Fields, form: Format) -> tuple[Binding, ...]:
    extents = [(f.get("3"), trimmed(_joined(f, "a")) or None, trimmed(f.get("c") or "") or None) for f in fields["300"]]
    found = [_binding(field, form, extents) for field in fields["020"]]
    if not found and extents:
        _, pages, size = extents[0]
        return (Binding(None, pages=pages, size=size, format=form),)
    return tuple(found)


def _binding(field: Field, form: Format, extents: list[tuple[str | None, str | None, str | None]]) -> Binding:
    qualifiers = [q for v in field.get_subfields("q") if (q := _unbracketed(v))]
    stated = FORMATS_BY_TERM.get(qualifiers[-1]) if len(qualifiers) > 1 else None
    if stated is not None:
        qualifiers.pop()
    qualifiers = [q for q in qualifiers if q != "-"]  # written where only the form is known
    number, qualifier = isbn_of(field.get("a") or "")
    invalid, other = isbn_of(field.get("z") or "", keep=True)
    if field.get("a") and number is None:
        invalid, other = (field.get("a") or "").strip(), qualifier
    binding = " ; ".join(qualifiers) or qualifier or other
    pages = size = None
    for named, a, c in extents:
        if named is None:
            pages, size = pages or a, size or c
    for named, a, c in extents:
        if named is not None and named in (number, binding):
            pages, size = a or pages, c or size
    price = trimmed(field.get("c") or "") or None
    return Binding(number, binding, price, pages, size, stated or format_of_binding(binding) or form, invalid)


def _unbracketed(text: str) -> str:
    """`(平裝)` and `平裝)` → 平裝; brackets that belong to the words stay: 線上有聲書(MP3)."""
    text = text.strip(" :;")
    if text[:1] in "(（" and (text[-1:] in ")）" or not re.search("[)）]", text)):
        return text.strip("()（） ")
    return text if re.search("[(（]", text) else text.strip(")） ")


def isbn_of(text: str, keep: bool = False) -> tuple[str | None, str | None]:
    """(13 digits, qualifier in brackets) of 020 $a or $z; with `keep` also a number that does not check."""
    match = _ISBN_TEXT.match(text)
    if match is None:
        return (text.strip() or None if keep else None), None
    compact = _SEPARATORS.sub("", match[1]).upper()
    if keep:
        return compact, match[2] or None
    return (_isbn.to_isbn13(compact) if _isbn.is_valid(compact) else None), match[2] or None


def _contributors(fields: Fields) -> tuple[Contributor, ...]:
    found: dict[tuple[str, str | None], Contributor] = {}
    for tag in _NAME_TAGS:
        for field in fields[tag]:
            if tag >= "700" and field.get("t"):
                continue  # a name-title entry is a work, not a contributor
            name = trimmed(_joined(field, "a", "b", "c"))
            if not name:
                continue
            role = "、".join(trimmed(v) for v in field.get_subfields("e")) or None
            if role is None and (code := field.get("4")):
                role = RELATORS.get(code.rsplit("/", 1)[-1])
            latin = _partner(fields, tag, field)
            dates = trimmed(field.get("d") or "") or None
            found.setdefault((name, role), Contributor(name, role, _NAME_KINDS[tag[1:]], dates, latin))
    return tuple(found.values())


def _partner(fields: Fields, tag: str, field: Field) -> str | None:
    number = (field.get("6") or "")[4:6]
    for partner in fields.get(f"880-{tag}", ()):
        if number and (partner.get("6") or "")[4:6] == number:
            return trimmed(_joined(partner, "a", "b", "c")) or None
    return None


def _series(fields: Fields) -> tuple[Series, ...]:
    found: dict[str, Series] = {}
    for tag, codes in (("490", "a"), ("800", "t"), ("810", "t"), ("811", "t"), ("830", "a")):
        for field in fields[tag]:
            if title := trimmed(_joined(field, codes, "n", "p")):
                found.setdefault(title, Series(title, trimmed(field.get("v") or "") or None))
    return tuple(found.values())


def _subjects(fields: Fields, machines: dict[str, str]) -> tuple[Subject, ...]:
    found: dict[tuple[str, str | None], Subject] = {}
    for tag in _SUBJECT_TAGS:
        for field in fields[tag]:
            if field.get("3") in (CATEGORY, SHELF_CATEGORY):
                continue
            main = " ".join(s.value.strip() for s in field.subfields if s.code not in _NOT_LABEL | _SUBDIVISIONS)
            divisions = [trimmed(s.value) for s in field.subfields if s.code in _SUBDIVISIONS]
            label = "--".join(part for part in (trimmed(main), *divisions) if part)
            scheme = field.get("2") if field.indicator2 == "7" else VOCABULARIES.get(field.indicator2)
            if label:
                found.setdefault((label, scheme), Subject(label, scheme, _assigned_by(field, machines), tag))
    return tuple(found.values())


def _classes(fields: Fields, machines: dict[str, str]) -> tuple[ClassNumber, ...]:
    found: dict[tuple[str, str], ClassNumber] = {}
    for tag, scheme in (("084", None), ("082", "ddc"), ("050", "lcc"), ("090", "lcc")):
        for field in fields[tag]:
            for number in field.get_subfields("a"):
                name = scheme or field.get("2") or "other"
                if text := number.strip():
                    found.setdefault((text, name), ClassNumber(text, name, _assigned_by(field, machines)))
    return tuple(found.values())


def _languages(fields: Fields) -> tuple[tuple[str, ...], str | None]:
    codes = [c for f in fields["041"] for v in f.get_subfields("a") for c in _LANGUAGE.findall(v)]
    original = next((c for f in fields["041"] for v in f.get_subfields("h") for c in _LANGUAGE.findall(v)), None)
    if not codes and fields["008"]:
        codes = _LANGUAGE.findall((fields["008"][0].data or "")[35:38])
    unknown = ("und", "zxx", "mul")
    return tuple(dict.fromkeys(c for c in codes if c not in unknown)), original


def _stated(own: Iterable[Field], name: str) -> str | None:
    return next((text for f in own if f.get("3") == name and (text := trimmed(_joined(f, "a")))), None)


def _plain_audience(own: Iterable[Field]) -> str | None:
    return next((text for f in own if not f.get("3") and (text := trimmed(_joined(f, "a")))), None)


def _cip_number(fields: Fields) -> str | None:
    return next((f.get("a", "").strip() for f in fields["016"] if f.get("2") == CIP_AGENCY and f.get("a")), None)


def _related(fields: Fields) -> tuple[RelatedWork, ...]:
    found = []
    for tag in _RELATED_TAGS:
        for field in fields[tag]:
            title = trimmed(_joined(field, "t") or _joined(field, "s")) or None
            number, _ = isbn_of(field.get("z") or "")
            if title or number:
                found.append(
                    RelatedWork(tag, title, number, trimmed(_joined(field, "i") or _joined(field, "n")) or None)
                )
    return tuple(found)
