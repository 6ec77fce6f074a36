"""ONIX messages as a stream of products, and a product as a tree by reference names whatever its tags are."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from lxml import etree

from shuyin.harvest.readers.onix_tables import SHORT_TAGS
from shuyin.harvest.readers.xml_stream import broken_rest, forget, iterate, parse_piece, refuse_entities, words
from shuyin.harvest.reading import UnreadableFile

_TAGS = ("{*}Product", "{*}product", "{*}Header", "{*}header", "{*}ONIXMessage", "{*}ONIXmessage")
#: Named characters of ONIX 2.1's DTD, which is never fetched; HTML has the same names.
_NAMED = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z][A-Za-z0-9]*);")


def products(stream: BinaryIO) -> Iterator[bytes]:
    """Each product in a message of its own with the release and header of the whole, so that it can be read alone."""
    release = header = b""
    count = 0
    try:
        for event, element in iterate(stream, _TAGS):
            match etree.QName(element).localname.lower():
                case "onixmessage" if event == "start":
                    refuse_entities(element)
                    release = element.get("release", "").encode()
                case "header" if event == "end":
                    header = _serialised(element)
                case "product" if event == "end":
                    count += 1
                    yield b'<ONIXMessage release="%s">%s%s</ONIXMessage>' % (release, header, _serialised(element))
                    forget(element)
    except etree.XMLSyntaxError as error:
        yield broken_rest(error)
        return
    if count == 0:
        raise UnreadableFile("ONIX 檔內沒有任何產品（Product）")


def _serialised(element: etree._Element) -> bytes:
    data: bytes = etree.tostring(element, encoding="utf-8", with_tail=False)
    return _NAMED.sub(lambda m: html.unescape(m.group(0).decode()).encode("utf-8"), data)


@dataclass(slots=True)
class Node:
    """An element by its reference name. `text` is its words; `markup` what stands inside it, tags and all."""

    name: str
    text: str = ""
    markup: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, path: str) -> list[Node]:
        """The descendants at a path of names: `TitleDetail/TitleElement`."""
        nodes = [self]
        for name in path.split("/"):
            nodes = [child for node in nodes for child in node.children if child.name == name]
        return nodes

    def get(self, path: str) -> str:
        """The text of the first element at a path; empty if there is none."""
        return next((node.text for node in self.all(path) if node.text), "")


def message(piece: bytes) -> tuple[str, Node, Node]:
    """Release, header and product of one piece."""
    root = parse_piece(piece)
    nodes = [_node(child) for child in root if isinstance(child.tag, str)]
    product = next(node for node in nodes if node.name == "Product")
    header = next((node for node in nodes if node.name == "Header"), Node("Header"))
    release = root.get("release") or ("3.0" if product.all("DescriptiveDetail") else "2.1")
    return release, header, product


#: Elements whose content may be XHTML.
_MARKUP = frozenset({"Text", "BiographicalNote", "SubjectHeadingText", "TitleText", "EditionStatement", "Subtitle"})


def _node(element: etree._Element) -> Node:
    local = etree.QName(element).localname
    name = SHORT_TAGS.get(local, local)
    if name in _MARKUP:
        inner = (element.text or "") if not len(element) else _inner(element)
        return Node(name, words(element).strip(), inner)
    children = [_node(child) for child in element if isinstance(child.tag, str)]
    text = (element.text or "").strip() if not children else ""
    return Node(name, text, text, children)


def _inner(element: etree._Element) -> str:
    parts = [html.escape(element.text or "", quote=False)]
    parts += [etree.tostring(child, encoding="unicode") for child in element]
    return "".join(parts)
