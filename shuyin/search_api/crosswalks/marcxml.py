"""A stored MARC21 record (ISO 2709, UTF-8) as a MARCXML element, subfield by subfield as it stands."""

from __future__ import annotations

from typing import cast

from lxml import etree

from shuyin.search_api.crosswalks.xml_text import child

MARCXML = "http://www.loc.gov/MARC21/slim"
MARCXML_SCHEMA = "http://www.loc.gov/standards/marcxml/schema/MARC21slim.xsd"
_M = f"{{{MARCXML}}}"
_NSMAP = cast("dict[str, str]", {None: MARCXML})  # the stubs of lxml do not know the default namespace
_ENTRY = 12  # bytes of a directory entry


def marcxml(record: bytes) -> etree._Element:
    """The `record` element; `ValueError` if the bytes are not ISO 2709."""
    root = etree.Element(f"{_M}record", nsmap=_NSMAP)
    child(root, f"{_M}leader", record[:24].decode("utf-8", "replace"))
    base = int(record[12:17])
    for at in range(24, base - 1, _ENTRY):
        tag = record[at : at + 3].decode("ascii", "replace")
        length, start = int(record[at + 3 : at + 7]), int(record[at + 7 : at + 12])
        field = record[base + start : base + start + length - 1].decode("utf-8", "replace")
        if tag.startswith("00"):
            child(root, f"{_M}controlfield", field, tag=tag)
            continue
        indicators, *subfields = field.split("\x1f")
        element = child(root, f"{_M}datafield", tag=tag, ind1=indicators[:1] or " ", ind2=indicators[1:2] or " ")
        for subfield in subfields:
            if subfield:
                child(element, f"{_M}subfield", subfield[1:], code=subfield[0])
    return root
