"""Reading large XML as a stream of elements: memory stays flat, nothing is fetched, no entity is expanded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, cast

from lxml import etree

from shuyin.harvest.reading import Rejected, UnreadableFile
from shuyin.harvest.reasons import Reason

#: Mark of a piece that stands for the unreadable rest of a broken file.
_BROKEN = b"<!--broken-->"


def iterate(stream: BinaryIO, tags: tuple[str, ...]) -> Iterator[tuple[str, etree._Element]]:
    """("start" or "end", element) for these tags, in the order of the file."""
    found = etree.iterparse(
        stream, events=("start", "end"), tag=tags, resolve_entities=False, no_network=True, load_dtd=False
    )
    return cast("Iterator[tuple[str, etree._Element]]", found)


def pieces(stream: BinaryIO, tags: tuple[str, ...]) -> Iterator[bytes]:
    """Each element with one of the tags, serialised as UTF-8; if the XML breaks off, a last piece that says where.

    `UnreadableFile` if the file declares entities or holds no such element at all.
    """
    count = 0
    try:
        for event, element in iterate(stream, tags):
            if event == "start":
                if count == 0:
                    refuse_entities(element)
                continue
            count += 1
            data: bytes = etree.tostring(element, encoding="utf-8", with_tail=False)
            yield data
            forget(element)
    except etree.XMLSyntaxError as error:
        yield broken_rest(error)
        return
    if count == 0:
        raise UnreadableFile(f"XML 內沒有任何記錄（{tags[-1]}）")


def broken_rest(error: etree.XMLSyntaxError) -> bytes:
    """The piece that stands for what cannot be read any more; `parse_piece` refuses it with the parser's reason."""
    return _BROKEN + str(error).encode("utf-8")


def refuse_entities(element: etree._Element) -> None:
    """`UnreadableFile` if the document declares entities of its own (the way of XML bombs)."""
    declared: Any = element.getroottree().docinfo.internalDTD
    if declared is not None and any(True for _ in declared.iterentities()):
        raise UnreadableFile("XML 自行宣告了實體（ENTITY），基於安全不予讀取；請來源移除 DOCTYPE 內的宣告")


def forget(element: etree._Element) -> None:
    """Free the element and all before it; the parser keeps the tree otherwise."""
    element.clear()
    parent = element.getparent()
    while parent is not None and parent[0] is not element:
        del parent[0]


def parse_piece(piece: bytes) -> etree._Element:
    """The element of a piece; `Rejected` if it is no well-formed XML."""
    if piece.startswith(_BROKEN):
        raise Rejected(Reason.BAD_XML, "檔案在此中斷或有誤：" + piece[len(_BROKEN) :].decode("utf-8"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(piece, parser)
    except etree.XMLSyntaxError as error:
        raise Rejected(Reason.BAD_XML, str(error)) from error


def words(element: etree._Element) -> str:
    """All text inside the element, its descendants' included."""
    return "".join(cast("Iterator[str]", element.itertext()))
