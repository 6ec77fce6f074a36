"""Reading large XML as a stream of elements: memory stays flat, nothing is fetched, no entity is expanded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from lxml import etree

from shuyin.harvest.reading import Rejected, UnreadableFile
from shuyin.harvest.reasons import Reason

#: Mark of a piece that stands for the unreadable rest of a broken file.
_BROKEN = b"<!--broken-->"


def pieces(stream: BinaryIO, tags: tuple[str, ...]) -> Iterator[bytes]:
    """Each element with one of the tags, serialised as UTF-8; if the XML breaks off, a last piece that says where.

    `UnreadableFile` if the file declares entities or holds no such element at all.
    """
    count = 0
    try:
        for _, element in etree.iterparse(
            stream, events=("end",), tag=tags, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        ):
            if count == 0:
                _refuse_entities(element)
            count += 1
            yield etree.tostring(element, encoding="utf-8", with_tail=False)
            _forget(element)
    except etree.XMLSyntaxError as error:
        if count == 0 and "ntit" in str(error):  # undefined or forbidden entities at the very start
            raise UnreadableFile(f"XML 無法讀取：{error}") from error
        yield _BROKEN + str(error).encode("utf-8")
        return
    if count == 0:
        raise UnreadableFile(f"XML 內沒有任何記錄（{tags[-1]}）")


def _refuse_entities(element: etree._Element) -> None:
    document_type = element.getroottree().docinfo.internalDTD
    if document_type is not None and any(True for _ in document_type.iterentities()):
        raise UnreadableFile("XML 自行宣告了實體（ENTITY），基於安全不予讀取；請來源移除 DOCTYPE 宣告")


def _forget(element: etree._Element) -> None:
    """Free the element and all before it; the parser keeps the tree otherwise."""
    element.clear()
    parent = element.getparent()
    while parent is not None and parent[0] is not element:
        del parent[0]


def parse_piece(piece: bytes) -> etree._Element:
    """The element of a piece; `Rejected` if it is no well-formed XML."""
    if piece.startswith(_BROKEN):
        raise Rejected(Reason.BAD_XML, "檔案在此中斷或有誤：" + piece[len(_BROKEN) :].decode("utf-8"))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(piece, parser)
    except etree.XMLSyntaxError as error:
        raise Rejected(Reason.BAD_XML, str(error)) from error
