"""What every reader does: cut a file into pieces, and make one piece an incoming record or refuse it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import BinaryIO, Protocol

from shuyin.harvest.reasons import REASONS, Reason
from shuyin.records.services import IncomingRecord


class SourceFormat(StrEnum):
    """The values of `shuyin import --format`, but for `auto`."""

    MARC21 = "marc21"
    MARCXML = "marcxml"
    CMARC = "cmarc"
    ONIX = "onix"
    NCL_CSV = "ncl-csv"
    CSV = "csv"


class Rejected(Exception):
    """One record cannot be taken; `code` is stable, `str()` is for cataloguers (Traditional Chinese)."""

    def __init__(self, code: Reason, detail: str = "") -> None:
        text = REASONS[code]
        super().__init__(f"{text}（{detail}）" if detail else text)
        self.code = code


class UnreadableFile(Exception):
    """The whole file cannot be read as the format it is said to be; the text says what to do."""


class Reader(Protocol):
    """One source format. A piece holds all that is needed to try it again later, so it can be kept as it is."""

    format: SourceFormat

    def split(self, stream: BinaryIO) -> Iterator[bytes]:
        """The pieces of the file in order, one per record, as a stream; `UnreadableFile` if it is another thing."""
        ...

    def convert(self, piece: bytes, source: str) -> IncomingRecord:
        """The record of one piece; `Rejected` if there is none to be had."""
        ...
