"""MARCXML (MARC21 slim, in a collection or alone, with or without its namespace), read as a stream.

External entities and DTDs are never fetched, entities never expanded: a file that declares its own is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from shuyin.harvest.readers import iso2709
from shuyin.harvest.readers.marc21 import check_kind, check_title
from shuyin.harvest.readers.xml_stream import parse_piece, pieces, words
from shuyin.harvest.reading import Rejected, SourceFormat
from shuyin.harvest.reasons import Reason
from shuyin.records.services import IncomingRecord

NAMESPACE = "http://www.loc.gov/MARC21/slim"
_RECORD_TAGS = (f"{{{NAMESPACE}}}record", "record")
#: Line breaks and indentation inside a subfield come from pretty-printing.
_FOLD = re.compile(r"\s*\n\s*")
_DEFAULT_LEADER = "00000nam a2200000   4500"


class MarcXmlReader:
    """Reader of `--format marcxml`."""

    format = SourceFormat.MARCXML

    def split(self, stream: BinaryIO) -> Iterator[bytes]:
        """See `Reader.split`."""
        return pieces(stream, _RECORD_TAGS)

    def convert(self, piece: bytes, source: str) -> IncomingRecord:
        """The record as ISO 2709; the XML is kept as its original."""
        return IncomingRecord(
            marc=to_iso2709(parse_piece(piece)),
            source=source,
            original=piece,
            original_format=SourceFormat.MARCXML.value,
        )


def to_iso2709(record: etree._Element) -> bytes:
    """A `<record>` element as an ISO 2709 record; `Rejected` where it is no bibliographic record of MARC21."""
    leader = _DEFAULT_LEADER
    fields: list[tuple[str, str]] = []
    for element in record:
        match _local_name(element):
            case "leader":
                leader = (element.text or "").replace("#", " ").strip("\n\t").ljust(24)[:24]
            case "controlfield":
                fields.append((_tag(element), _text(element)))
            case "datafield":
                fields.append((_tag(element), _data(element)))
    if not leader.isascii():
        raise Rejected(Reason.BAD_LEADER, leader)
    raw_leader = leader.encode("ascii")
    check_kind(raw_leader)
    check_title(next((content for tag, content in fields if tag == "245"), None))
    return iso2709.build(raw_leader, [(tag, content.encode("utf-8")) for tag, content in fields])


def _data(element: etree._Element) -> str:
    parts = [_indicator(element, "ind1"), _indicator(element, "ind2")]
    for subfield in element:
        if _local_name(subfield) == "subfield":
            code = subfield.get("code", "")
            if len(code) != 1:
                raise Rejected(Reason.BAD_XML, f"{element.get('tag')} 欄的分欄代碼「{code}」")
            parts.append(f"\x1f{code}{_text(subfield)}")
    return "".join(parts)


def _local_name(element: etree._Element) -> str:
    name = element.tag
    return name.rpartition("}")[2] if isinstance(name, str) else ""


def _tag(element: etree._Element) -> str:
    tag = element.get("tag", "")
    if len(tag) != 3 or not (tag.isascii() and tag.isalnum()):
        raise Rejected(Reason.BAD_XML, f"欄號「{tag}」")
    return tag


def _indicator(element: etree._Element, name: str) -> str:
    value = element.get(name, " ")
    return value if len(value) == 1 and value.isascii() else " "


def _text(element: etree._Element) -> str:
    text = words(element)
    return _FOLD.sub(" ", text).strip() if "\n" in text else text
