"""Harvested metadata → incoming records: MARCXML as it stands, Dublin Core by a mapping that a source may adjust."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lxml import etree
from stdnum import isbn as _isbn

from shuyin.harvest.readers import iso2709, marcxml
from shuyin.harvest.reading import Rejected
from shuyin.harvest.reasons import Reason
from shuyin.harvest.remote.oai import Item
from shuyin.records import marc
from shuyin.records.book import Binding, Book, Contributor, Link, Subject, TitleParts
from shuyin.records.dates import imprint_date
from shuyin.records.services import IncomingRecord

_DC = "{http://purl.org/dc/elements/1.1/}"
_NUMBER = re.compile(r"(?:97[89][\d-]{10,14}|[\d-]{9,12}[\dXx])")


def incoming(item: Item, source: str, settings: Mapping[str, Any]) -> IncomingRecord:
    """The record of an item; `Rejected` if there is none to be had.

    `settings` of the source: `collection`; for Dublin Core `subject_scheme` (the `$2` of its headings) and
    `language` (MARC code where the record names none).
    """
    if item.metadata is None:
        raise Rejected(Reason.NO_TITLE, item.header.identifier)
    collection = str(settings.get("collection", "books"))
    if etree.QName(item.metadata).localname == "record":
        record = _with_number(marcxml.to_iso2709(item.metadata), item.header.identifier)
        kind = "marcxml"
    else:
        record = marc.serialise(marc.write(_from_dublin_core(item, settings)))
        kind = "oai_dc"
    return IncomingRecord(marc=record, source=source, original=item.raw, original_format=kind, collection=collection)


def _with_number(record: bytes, identifier: str) -> bytes:
    """The record with the OAI identifier as its control number where it has none, so that it is known again."""
    if iso2709.first_field(record, b"001"):
        return record
    raw = iso2709.take_apart(record)
    return iso2709.build(raw.leader, [("001", identifier.encode()), *raw.fields])


def _from_dublin_core(item: Item, settings: Mapping[str, Any]) -> Book:
    values: dict[str, list[str]] = {}
    assert item.metadata is not None
    for element in item.metadata.iter(f"{_DC}*"):
        if element.text and (text := " ".join(element.text.split())):
            values.setdefault(etree.QName(element).localname, []).append(text)
    titles = values.get("title", [])
    if not titles:
        raise Rejected(Reason.NO_TITLE, item.header.identifier)
    identifiers = values.get("identifier", [])
    numbers = [n for text in identifiers for found in _NUMBER.findall(text) if (n := _valid(found))]
    scheme = settings.get("subject_scheme")
    languages = [text.lower() for text in values.get("language", []) if re.fullmatch("[A-Za-z]{3}", text)]
    dates = [date for text in values.get("date", []) if (date := imprint_date(text))]
    return Book(
        title=titles[0],
        parts=TitleParts(titles[0], variants=tuple(titles[1:])),
        contributors=tuple(Contributor(n) for n in (*values.get("creator", []), *values.get("contributor", []))),
        publisher=next(iter(values.get("publisher", [])), None),
        published=next(iter(dates), None),
        bindings=tuple(Binding(number) for number in dict.fromkeys(numbers)),
        subjects=tuple(Subject(label, scheme) for label in dict.fromkeys(values.get("subject", []))),
        summary="\n".join(values.get("description", [])) or None,
        language=next(iter(languages), settings.get("language")),
        languages=tuple(dict.fromkeys(languages)),
        control_number=item.header.identifier,
        links=tuple(Link(text) for text in identifiers if text.startswith(("http://", "https://"))),
    )


def _valid(text: str) -> str | None:
    """The 13 digits of a valid ISBN."""
    return str(_isbn.to_isbn13(text)).replace("-", "") if _isbn.is_valid(text) else None
