"""`shuyin ai batch`: a file of records in, the same records with proposed headings and class numbers out, as MARC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import IO

from pymarc import Record
from pymarc.exceptions import PymarcException

from shuyin.ai_subjects import from_catalogue, proposing
from shuyin.ai_subjects.recommender import Recommender
from shuyin.harvest.detect import detect, open_source
from shuyin.harvest.readers import reader_for
from shuyin.harvest.readers.plain_csv import PlainCsvReader
from shuyin.harvest.reading import Reader, Rejected, SourceFormat
from shuyin.records import marc

#: Reasons that are kept for the report.
_KEPT = 1_000


@dataclass(slots=True)
class Batch:
    """What became of a file: records written, fields proposed, records for which nothing is proposed, refusals."""

    records: int = 0
    proposed: int = 0
    without: int = 0
    refused: int = 0
    reasons: list[tuple[int, str]] = field(default_factory=list)

    def refuse(self, position: int, reason: str) -> None:
        """Note a record that is not in the output."""
        self.refused += 1
        if len(self.reasons) < _KEPT:
            self.reasons.append((position, reason))


def propose(
    recommender: Recommender,
    file: Path,
    out: IO[bytes],
    today: date,
    source_format: SourceFormat | None = None,
    advance: Callable[[int, int | None], None] = lambda done, total: None,
) -> Batch:
    """Write every record of `file` with proposals to `out` (ISO 2709, UTF-8); `harvest.reading.UnreadableFile`."""
    done = Batch()
    process = f"shuyin {recommender.version}"
    for position, record in _records(file, source_format, done):
        found = recommender.recommend(from_catalogue.describe(marc.read(record)))
        wanted = proposing.proposals(found, recommender.model.cutoff)
        added = proposing.add(record, wanted, process, today)
        try:
            data = marc.serialise(record)
        except marc.RecordTooLong as error:
            done.refuse(position, str(error))
            continue
        out.write(data)
        done.records += 1
        done.proposed += added
        done.without += not wanted
        advance(done.records, None)
    return done


def _records(file: Path, source_format: SourceFormat | None, done: Batch) -> Iterator[tuple[int, Record]]:
    """The records of the file with their places; those that cannot be read are noted in `done`."""
    chosen = source_format or detect(file)
    reader: Reader = PlainCsvReader(numbered=False) if chosen is SourceFormat.CSV else reader_for(chosen)
    with open_source(file) as (stream, _):
        for position, piece in enumerate(reader.split(stream), start=1):
            try:
                yield position, marc.parse(reader.convert(piece, chosen.value).marc)
            except (Rejected, marc.DamagedRecord, marc.RecordTooLong, PymarcException) as error:
                done.refuse(position, str(error))
