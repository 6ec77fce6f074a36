"""Dublin Core 1.1, as OAI-PMH (`oai_dc`) and SRU (`dc`) wrap it."""

from __future__ import annotations

from lxml import etree

from shuyin.records.book_json import BookJson
from shuyin.search_api.crosswalks.roles import creators, distinct, others
from shuyin.search_api.crosswalks.xml_text import child

DC = "http://purl.org/dc/elements/1.1/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
SRW_DC = "info:srw/schema/1/dc-schema"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"

#: DCMI type and IMT-like words per form of publication.
_TYPES = {"print": ("Text",), "ebook": ("Text",), "audiobook": ("Sound",), "other": ()}


def elements(book: BookJson, url: str) -> list[tuple[str, str]]:
    """(element, value) in the order of the fifteen elements; what is unknown is absent."""
    parts, bindings = book["title_parts"], book["bindings"]
    found: list[tuple[str, list[str]]] = [
        ("title", distinct([book["title"], *parts["parallel"], *parts["variants"], parts["uniform"]])),
        ("creator", distinct(c["name"] for c in creators(book))),
        ("subject", distinct([*(s["label"] for s in book["subjects"]), *(c["number"] for c in book["classes"])])),
        ("description", distinct([book["summary"], book["contents"]])),
        ("publisher", distinct([book["publisher"]])),
        ("contributor", distinct(c["name"] for c in others(book))),
        ("date", distinct([book["published"]])),
        ("type", list(_TYPES.get(book["format"], ()))),
        ("format", distinct(v for b in bindings for v in (b["pages"], b["size"]))),
        ("identifier", distinct([url, *(f"urn:isbn:{b['isbn']}" for b in bindings if b["isbn"]), book["cip_number"]])),
        ("language", distinct([book["language"], *book["languages"]])),
        ("relation", distinct(_series(s["title"], s["volume"]) for s in book["series"])),
    ]
    return [(name, value) for name, values in found for value in values]


def _series(title: str, volume: str | None) -> str:
    return f"{title} ; {volume}" if volume else title


def oai_dc(book: BookJson, url: str) -> etree._Element:
    """The `oai_dc:dc` element, with its schema location as OAI-PMH asks."""
    root = etree.Element(f"{{{OAI_DC}}}dc", nsmap={"oai_dc": OAI_DC, "dc": DC, "xsi": _XSI})
    root.set(f"{{{_XSI}}}schemaLocation", f"{OAI_DC} {OAI_DC_SCHEMA}")
    return _filled(root, book, url)


def srw_dc(book: BookJson, url: str) -> etree._Element:
    """The `dc` element of schema info:srw/schema/1/dc-v1.1."""
    return _filled(etree.Element(f"{{{SRW_DC}}}dc", nsmap={"srw_dc": SRW_DC, "dc": DC}), book, url)


def _filled(root: etree._Element, book: BookJson, url: str) -> etree._Element:
    for name, value in elements(book, url):
        child(root, f"{{{DC}}}{name}", value)
    return root
