"""ISO 2709 in UTF-8 ⇄ pymarc records."""

from __future__ import annotations

from pymarc import Leader, Record
from pymarc.exceptions import PymarcException


class DamagedRecord(ValueError):
    """The bytes are no ISO 2709 record in UTF-8."""


def parse(data: bytes) -> Record:
    """The record in `data`; `DamagedRecord` if it cannot be read."""
    try:
        return Record(data, force_utf8=True)
    except (PymarcException, UnicodeDecodeError, ValueError, IndexError) as error:
        raise DamagedRecord(str(error) or type(error).__name__) from error


def serialise(record: Record) -> bytes:
    """The record as ISO 2709 in UTF-8."""
    leader = str(record.leader)
    record.leader = Leader(leader[:9] + "a" + leader[10:])
    return bytes(record.as_marc())
