"""CSV as a stream of rows that keep their own bytes; a damaged row does not swallow the ones behind it."""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from typing import BinaryIO

from shuyin.harvest.reading import Rejected, UnreadableFile
from shuyin.harvest.reasons import Reason

#: The longest cell, in bytes: after as much text an open quote counts as damage.
LONGEST_CELL = 1 << 18
csv.field_size_limit(LONGEST_CELL)

_BOM = b"\xef\xbb\xbf"
_DELIMITERS = ",\t;"


def split(stream: BinaryIO) -> Iterator[bytes]:
    """Each row behind the header line, so that a piece can be read on its own; empty rows are no records."""
    rows = _Rows(stream)
    header = next(rows.run(), b"").rstrip(b"\r\n")
    if header.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableFile("這是 UTF-16 文字檔；請另存為「CSV UTF-8（逗號分隔）」後再匯入")
    if not header:
        raise UnreadableFile("檔案是空的，沒有標題列")
    try:
        rows.delimiter = _delimiter(_decoded(header))
    except Rejected as why:
        raise UnreadableFile(f"標題列無法讀取：{why}") from why
    for row in rows.run():
        if row.strip(b' \t\r\n,;"\x1a'):
            yield header + b"\n" + row


class _Rows:
    """Cuts lines into rows with the csv module; on damage the first line goes alone and the rest is tried anew."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.delimiter = ","
        self.pending: deque[bytes] = deque()
        self.taken: list[bytes] = []

    def _feed(self) -> Iterator[str]:
        while line := self.pending.popleft() if self.pending else self.stream.readline(LONGEST_CELL):
            self.taken.append(line)
            # Latin-1 keeps every byte; quotes, commas and line ends never occur inside a character of UTF-8 or Big5
            yield line.decode("latin-1")

    def run(self) -> Iterator[bytes]:
        while True:
            try:
                for _ in csv.reader(self._feed(), delimiter=self.delimiter, strict=True):
                    row, self.taken = b"".join(self.taken), []
                    yield row
                return
            except csv.Error:
                bad, *rest = self.taken
                self.taken = []
                self.pending.extendleft(reversed(rest))
                yield bad


def _decoded(data: bytes) -> str:
    try:
        return data.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp950")
    except UnicodeDecodeError as error:
        raise Rejected(Reason.BAD_ENCODING, f"第 {error.start + 1} 個位元組") from error


def _delimiter(header: str) -> str:
    return max(_DELIMITERS, key=header.count)


def header_of(head: bytes) -> list[str]:
    """The column names of a file by its first bytes; empty if they are no table with a header."""
    line = head.split(b"\n", 1)[0].rstrip(b"\r")
    try:
        text = _decoded(line)
    except Rejected:
        return []
    names = next(csv.reader([text], delimiter=_delimiter(text)), [])
    return [name.strip() for name in names] if len(names) > 1 or len(text) < 200 else []


def read_piece(piece: bytes) -> dict[str, str]:
    """Column name → cell of one piece; `Rejected` where cells and columns do not match or the text is unreadable."""
    text = _decoded(piece)
    delimiter = _delimiter(text.split("\n", 1)[0])
    rows = _rows_of(text, delimiter)
    header, cells = rows[0], rows[1] if len(rows) > 1 else []
    if len(rows) > 2:
        raise Rejected(Reason.UNCLOSED_QUOTE)
    if len(cells) > len(header) and not any(cell.strip() for cell in cells[len(header) :]):
        cells = cells[: len(header)]  # trailing commas
    if len(cells) != len(header):
        raise Rejected(Reason.BAD_ROW, f"應有 {len(header)} 欄，實得 {len(cells)} 欄")
    return {name.strip(): _unguarded(cell) for name, cell in zip(header, cells, strict=True)}


def _unguarded(cell: str) -> str:
    """The cell without what keeps spreadsheets from running it ('=…) or dropping its zeros (011.016 and a tab)."""
    if cell.startswith("'") and cell[1:].lstrip(" ").startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")):
        return cell[1:]
    return cell.removesuffix("\t")


def _rows_of(text: str, delimiter: str) -> list[list[str]]:
    """Header and row; quotes in the midst of a cell are taken as they are, as long as they come in pairs."""
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        if text.count('"') % 2:
            raise Rejected(Reason.UNCLOSED_QUOTE) from error
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
