"""What comes in and what became of it: the values of `services.ingest`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Outcome(StrEnum):
    """What became of one incoming record; with `rejected` (harvest) they add up to the file's count."""

    NEW = "new"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    MERGED = "merged"  # its bindings joined a record that stands already (one ISBN per row sources)
    REJECTED = "rejected"


class MatchBy(StrEnum):
    """How an incoming record finds the row it belongs to."""

    CONTROL_NUMBER = "control_number"  # (source, 003, 001): MARC
    ISBN = "isbn"  # any ISBN in common, else the work key (`merging`): CSV, ONIX


@dataclass(frozen=True, slots=True)
class IncomingRecord:
    """A record that a reader has made ready. `marc` is ISO 2709 in UTF-8."""

    marc: bytes
    source: str
    match_by: MatchBy = MatchBy.CONTROL_NUMBER
    original: bytes | None = None  # where the source is not MARC21 in UTF-8
    original_format: str | None = None
    collection: str = "books"
    announced_on: date | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ingested:
    """The row that holds the record now, and how it came there."""

    book_id: int
    outcome: Outcome
    warnings: tuple[str, ...] = ()
