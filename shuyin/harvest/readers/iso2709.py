"""ISO 2709, the frame of MARC21 and CMARC: cutting a stream at record terminators, taking a record apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from shuyin.harvest.reading import Rejected, UnreadableFile
from shuyin.harvest.reasons import Reason

RECORD_END = b"\x1d"
FIELD_END = b"\x1e"
LEADER_LENGTH = 24
_ENTRY = 12  # bytes of a directory entry: tag 3, length 4, start 5
_CHUNK = 1 << 20
#: What lies between records in files that passed through editors: line ends, NUL padding, a byte-order mark, Ctrl-Z.
_BETWEEN = b"\r\n\x00 \t\x1a"
_BOM = b"\xef\xbb\xbf"
#: No bibliographic record is longer; a file without terminators is another format, not one record.
LONGEST = 8 << 20


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record taken apart: leader, fields as (tag, data without its terminator), and whether it was sound."""

    leader: bytes
    fields: list[tuple[str, bytes]]
    sound: bool  # lengths, base address and directory agree with the bytes


def split(stream: BinaryIO) -> Iterator[bytes]:
    """Each record with its terminator; a truncated last one without. Lengths in leaders are not trusted."""
    rest = b""
    first = True
    while chunk := stream.read(_CHUNK):
        pieces = (rest + chunk).split(RECORD_END)
        rest = pieces.pop()
        for piece in pieces:
            yield _outside_removed(piece, first) + RECORD_END
            first = False
        if len(rest) > LONGEST:
            raise UnreadableFile(
                f"連續 {len(rest):,} 位元組沒有 MARC 記錄結束符號（1D），這不是 ISO 2709 檔；請以 --format 指定格式"
            )
    rest = _outside_removed(rest, first).rstrip(_BETWEEN)
    if rest:
        yield rest


def _outside_removed(piece: bytes, first: bool) -> bytes:
    if first and piece.startswith(_BOM):
        piece = piece[len(_BOM) :]
    # a blank cannot begin a leader, whose first five bytes are the length
    return piece.lstrip(_BETWEEN) if piece[:1] in _BETWEEN_BYTES else piece


_BETWEEN_BYTES = frozenset(_BETWEEN[i : i + 1] for i in range(len(_BETWEEN)))


def is_sound(record: bytes) -> bool:
    """Whether leader, directory and bytes agree in every length (ISO 2709 as MARC21 uses it)."""
    end = len(record)
    try:
        if int(record[:5]) != end or record[10:12] != b"22" or record[20:22] != b"45":
            return False
        base = int(record[12:17])
        directory = record[LEADER_LENGTH : base - 1]
        if not directory or len(directory) % _ENTRY or record[base - 1] != 0x1E:
            return False
        if not record[: base - 1].isascii():
            return False
        total = 0
        for at in range(0, len(directory), _ENTRY):
            length = int(directory[at + 3 : at + 7])
            total += length
            if record[base + int(directory[at + 7 : at + 12]) + length - 1] != 0x1E:
                return False
    except (ValueError, IndexError):
        return False
    # as many field terminators as fields, and the record terminator behind them
    return base + total + 1 == end and record.count(FIELD_END, base) == len(directory) // _ENTRY


def first_field(record: bytes, tag: bytes) -> bytes | None:
    """The data of the first field of that tag in a sound record, without its terminator."""
    base = int(record[12:17])
    at = record.find(tag, LEADER_LENGTH, base)
    while at >= 0 and (at - LEADER_LENGTH) % _ENTRY:
        at = record.find(tag, at + 1, base)
    if at < 0:
        return None
    start = base + int(record[at + 7 : at + 12])
    return record[start : start + int(record[at + 3 : at + 7]) - 1]


def take_apart(record: bytes) -> RawRecord:
    """The fields of a record, by its directory where that is right, else by its field terminators.

    `Rejected` where neither tells which tag a field has, where the leader is none, or where the end is missing.
    """
    leader = record[:LEADER_LENGTH]
    if len(record) < LEADER_LENGTH + 2 or not leader[:5].replace(b" ", b"0").isdigit():
        raise Rejected(Reason.TRUNCATED if _is_beginning(record) else Reason.BAD_LEADER, _shown(record))
    complete = record.endswith(RECORD_END)
    body = record[:-1] if complete else record
    directory_end = body.find(FIELD_END)
    if directory_end < 0:
        raise Rejected(Reason.BAD_DIRECTORY if complete else Reason.TRUNCATED, _shown(record))
    directory = body[LEADER_LENGTH:directory_end]
    if not complete and not _only_terminator_missing(body):
        raise Rejected(Reason.TRUNCATED, _shown(record))
    if len(directory) % _ENTRY or not directory or not directory.isascii():
        raise Rejected(Reason.BAD_DIRECTORY, _shown(record))
    if not leader.isascii():
        raise Rejected(Reason.BAD_LEADER, _shown(record))
    sound = complete and is_sound(record)
    fields = _by_directory(directory, body[directory_end + 1 :])
    if fields is None:
        fields = _by_terminators(directory, body[directory_end + 1 :])
    return RawRecord(leader, fields, sound)


def _only_terminator_missing(body: bytes) -> bool:
    declared = body[:5]
    return body.endswith(FIELD_END) and declared.isdigit() and int(declared) == len(body) + 1


def _by_directory(directory: bytes, data: bytes) -> list[tuple[str, bytes]] | None:
    """Fields by length and start; None as soon as an entry does not end at a terminator. Order: the directory's."""
    fields: list[tuple[str, bytes]] = []
    total = 0
    for at in range(0, len(directory), _ENTRY):
        entry = directory[at : at + _ENTRY]
        if not entry[3:].isdigit():
            return None
        length, start = int(entry[3:7]), int(entry[7:12])
        field = data[start : start + length]
        if len(field) != length or field[-1:] != FIELD_END or FIELD_END in field[:-1]:
            return None
        fields.append((entry[:3].decode("latin-1"), field[:-1]))
        total += length
    return fields if total == len(data) else None


def _by_terminators(directory: bytes, data: bytes) -> list[tuple[str, bytes]]:
    """Fields by the terminators between them, in the order of their starts; needs as many fields as entries."""
    parts = data.split(FIELD_END)
    if parts and not parts[-1].strip():
        parts.pop()
    entries = [directory[at : at + _ENTRY] for at in range(0, len(directory), _ENTRY)]
    if len(parts) != len(entries):
        raise Rejected(Reason.BAD_DIRECTORY, f"目錄 {len(entries)} 欄，內容 {len(parts)} 欄")
    orders = [list(range(len(entries)))]
    starts = [entry[7:12] for entry in entries]
    if all(start.isdigit() for start in starts):
        orders.append(sorted(orders[0], key=lambda i: int(starts[i])))
    # lengths are damaged less often than all starts at once: the order in which more of them are right
    order = max(orders, key=lambda o: sum(_length_fits(entries[i], part) for i, part in zip(o, parts, strict=True)))
    by_entry = dict(zip(order, parts, strict=True))
    return [(entry[:3].decode("latin-1"), by_entry[i]) for i, entry in enumerate(entries)]


def _length_fits(entry: bytes, part: bytes) -> bool:
    return entry[3:7] == b"%04d" % (len(part) + 1)


def build(leader: bytes, fields: list[tuple[str, bytes]]) -> bytes:
    """An ISO 2709 record in UTF-8 from field data; `Rejected` where a length does not fit its digits."""
    directory, data, start = [], [], 0
    for tag, content in fields:
        length = len(content) + 1
        if length > 9999 or start > 99999:
            raise Rejected(Reason.RECORD_TOO_LARGE, f"{tag} 欄 {length:,} 位元組")
        directory.append(f"{tag}{length:04d}{start:05d}".encode("latin-1"))
        data.append(content + FIELD_END)
        start += length
    base = LEADER_LENGTH + _ENTRY * len(fields) + 1
    total = base + start + 1
    if total > 99999:
        raise Rejected(Reason.RECORD_TOO_LARGE, f"{total:,} 位元組，ISO 2709 上限 99,999")
    head = f"{total:05d}".encode() + leader[5:9] + b"a22" + f"{base:05d}".encode() + leader[17:20] + b"4500"
    return head + b"".join(directory) + FIELD_END + b"".join(data) + RECORD_END


def _is_beginning(record: bytes) -> bool:
    return not record.endswith(RECORD_END) and record[:5].isdigit()


def _shown(record: bytes) -> str:
    """The first bytes of a record, as a cataloguer may recognise it."""
    return "開頭：" + record[:30].decode("latin-1").encode("ascii", "replace").decode()


def looks_like(head: bytes) -> bool:
    """Whether a file begins with an ISO 2709 record: a length, and a terminator not far behind."""
    start = head.removeprefix(_BOM).lstrip(_BETWEEN)
    return start[:5].isdigit() and (RECORD_END in start[:LONGEST] or FIELD_END in start[:100_000])
