"""`--format auto`: what a file is, told by its first bytes and its header, not by its name."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from shuyin.harvest.readers import cmarc, iso2709, ncl_csv, tables
from shuyin.harvest.reading import SourceFormat, UnreadableFile

#: How much of a file is looked at.
_PEEK = 256 << 10
_GZIP = b"\x1f\x8b"


@contextmanager
def open_source(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The file's bytes, `.gz` unpacked on the way whatever the name says; beside them the file as it is on disk."""
    with path.open("rb") as file:
        magic = file.read(len(_GZIP))
        file.seek(0)
        if magic != _GZIP:
            yield file, file
            return
        with gzip.GzipFile(fileobj=file) as unpacked:
            yield cast("BinaryIO", unpacked), file


def detect(path: Path) -> SourceFormat:
    """The format of the file; `UnreadableFile` with what to do where it cannot be told."""
    with open_source(path) as (stream, _):
        head = stream.read(_PEEK)
    if not head.strip():
        raise UnreadableFile("檔案是空的")
    if head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise UnreadableFile("這是試算表或壓縮檔；請另存為「CSV UTF-8（逗號分隔）」後再匯入")
    if _is_xml(head):
        return _xml_format(head)
    if iso2709.looks_like(head):
        return SourceFormat.CMARC if cmarc.looks_like(head) else SourceFormat.MARC21
    header = tables.header_of(head)
    if ncl_csv.knows_header(header):
        return SourceFormat.NCL_CSV
    if header:
        return SourceFormat.CSV
    raise UnreadableFile("無法判斷檔案格式；請以 --format 指定 marc21、marcxml、cmarc、onix、ncl-csv 或 csv")


def _is_xml(head: bytes) -> bool:
    plain = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return plain.startswith(b"<") or head.startswith((b"\xff\xfe<\x00", b"\xfe\xff\x00<"))


def _xml_format(head: bytes) -> SourceFormat:
    text = head.replace(b"\x00", b"")
    if b"<ONIXMessage" in text or b"<ONIXmessage" in text:
        return SourceFormat.ONIX
    if b"<record" in text or b":record" in text or b"<collection" in text or b":collection" in text:
        return SourceFormat.MARCXML
    raise UnreadableFile("這是 XML，但既不是 MARCXML 也不是 ONIX")
