"""The reject list: reading it, writing it to a file, trying its records again."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.harvest.attempts import attempt
from shuyin.harvest.readers import reader_for
from shuyin.harvest.reading import SourceFormat
from shuyin.records.models import ImportBatch, RejectedRecord, utc_now
from shuyin.records.services import Outcome, ingest

#: How much of a record is shown beside its reason.
_EXCERPT = 120
_COLUMNS = ("檔案", "第幾筆", "代碼", "說明", "記錄開頭")


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One line of a report: a refused record, or one taken with a warning."""

    file: str
    position: int
    code: str
    text: str
    excerpt: str = ""


def rejected_lines(session: Session, batch_ids: Iterable[int] | None = None) -> Iterator[ReportLine]:
    """The unresolved rejects of these batches (None = of all), in the order of the files."""
    query = (
        select(RejectedRecord, ImportBatch.file_name, ImportBatch.format)
        .join(ImportBatch, ImportBatch.id == RejectedRecord.batch_id)
        .where(RejectedRecord.resolved_at.is_(None))
        .order_by(RejectedRecord.batch_id, RejectedRecord.position)
        .execution_options(yield_per=500)
    )
    if batch_ids is not None:
        query = query.where(RejectedRecord.batch_id.in_(list(batch_ids)))
    for row, file_name, source_format in session.execute(query):
        yield ReportLine(file_name, row.position, row.code, row.reason, excerpt(row.raw, source_format))


def excerpt(raw: bytes, source_format: str) -> str:
    """The beginning of a record's own words as one printable line, without header, leader and directory."""
    match source_format:
        case SourceFormat.CSV | SourceFormat.NCL_CSV:
            own = raw.partition(b"\n")[2]
        case SourceFormat.ONIX:
            own = raw[max(raw.find(b"<RecordReference>"), raw.find(b"<a001>"), 0) :]
        case SourceFormat.MARC21 | SourceFormat.CMARC:
            own = raw.partition(b"\x1e")[2] or raw
        case _:
            own = raw
    text = own[: _EXCERPT * 4].decode("utf-8", errors="replace")
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_EXCERPT]


def write_report(lines: Iterable[ReportLine], target: Path) -> int:
    """Write the lines to a file and say how many: `.csv` for a spreadsheet (UTF-8 with BOM), else plain text."""
    as_csv = target.suffix.lower() == ".csv"
    with target.open("w", encoding="utf-8-sig" if as_csv else "utf-8", newline="" if as_csv else None) as file:
        return _write_csv(lines, file) if as_csv else _write_text(lines, file)


def _write_csv(lines: Iterable[ReportLine], file: TextIO) -> int:
    writer = csv.writer(file)
    writer.writerow(_COLUMNS)
    count = 0
    for line in lines:
        writer.writerow((line.file, line.position, line.code, line.text, _no_formula(line.excerpt)))
        count += 1
    return count


def _no_formula(text: str) -> str:
    """A cell that begins like a formula would be run by a spreadsheet; an apostrophe makes it text."""
    return f"'{text}" if text[:1] in {"=", "+", "-", "@"} else text


def _write_text(lines: Iterable[ReportLine], file: TextIO) -> int:
    count = 0
    for line in lines:
        file.write(f"{line.file} 第 {line.position} 筆 [{line.code}] {line.text}\n")
        if line.excerpt:
            file.write(f"    {line.excerpt}\n")
        count += 1
    return count


def retry_rejected(sessions: sessionmaker[Session], batch_id: int | None = None) -> Counter[str]:
    """Try unresolved rejects again (of one batch, or all); says what became of them, by outcome.

    A record that is taken now leaves the list (`resolved_at`) and moves from "rejected" to its new outcome in the
    counts of its batch; one that is still refused keeps its place with the reason of today.
    """
    with sessions() as session:
        query = (
            select(RejectedRecord.id)
            .join(ImportBatch, ImportBatch.id == RejectedRecord.batch_id)
            # what was harvested (OAI-PMH, events) is asked of its source again, not read from here
            .where(RejectedRecord.resolved_at.is_(None), ImportBatch.format.in_([f.value for f in SourceFormat]))
            .order_by(RejectedRecord.id)
        )
        if batch_id is not None:
            query = query.where(RejectedRecord.batch_id == batch_id)
        ids = list(session.scalars(query))
    outcomes: Counter[str] = Counter()
    for rejected_id in ids:
        with sessions.begin() as session:
            outcomes[_retry(session, rejected_id)] += 1
    return outcomes


def _retry(session: Session, rejected_id: int) -> str:
    row = session.get_one(RejectedRecord, rejected_id)
    batch = session.get_one(ImportBatch, row.batch_id)
    again = attempt(reader_for(SourceFormat(batch.format)), row.position, row.raw, batch.source, batch.collection)
    if again.record is None:
        row.code, row.reason = again.code, again.reason
        return Outcome.REJECTED.value
    outcome = ingest(session, [again.record], batch_id=batch.id)[0].outcome.value
    row.resolved_at = utc_now()
    counts = Counter(batch.counts)
    counts[Outcome.REJECTED.value] -= 1
    counts[outcome] += 1
    batch.counts = dict(+counts)
    return outcome
