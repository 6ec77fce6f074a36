"""Importing a file: in batches with one transaction each, resumable, idempotent, every record accounted for."""

from __future__ import annotations

import hashlib
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select, update
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from shuyin.harvest.announcing import Announce
from shuyin.harvest.attempts import Attempt, attempt
from shuyin.harvest.detect import detect, open_source
from shuyin.harvest.progress import Progress
from shuyin.harvest.readers import reader_for
from shuyin.harvest.reading import Rejected, SourceFormat
from shuyin.harvest.reasons import Reason
from shuyin.records.models import ImportBatch, RejectedRecord, utc_now
from shuyin.records.services import Ingested, Outcome, ingest

log = logging.getLogger(__name__)

#: Records per transaction: large enough for speed, small enough that a kill loses little and others may write.
BATCH = 500
#: Notes kept in memory for the report of one run; the counts go on, and all rejects stand in the database.
NOTES_KEPT = 10_000
#: Code of a note on a record that was taken all the same.
WARNING = "warning"
_DIGEST_CHUNK = 1 << 20


class ImportedElsewhere(Exception):
    """Another process is importing the same file; this one has stopped without writing."""


@dataclass(frozen=True, slots=True)
class Note:
    """A record that was refused, or taken with a warning: its place in the file (1-based), code and text."""

    position: int
    code: str  # a `Reason`, or `WARNING`
    text: str


@dataclass(slots=True)
class ImportReport:
    """What became of a file. `counts` (new, updated, unchanged, merged, rejected) add up to `records`."""

    path: Path
    format: SourceFormat
    source: str
    dry_run: bool
    batch_id: int | None = None
    resumed_at: int = 0  # records that an earlier run had done
    seconds: float = 0.0
    counts: Counter[str] = field(default_factory=Counter)
    warnings: int = 0
    notes: list[Note] = field(default_factory=list)  # of this run, the first `NOTES_KEPT`

    def note(self, note: Note) -> None:
        """Keep a note while there is room."""
        if len(self.notes) < NOTES_KEPT:
            self.notes.append(note)

    @property
    def records(self) -> int:
        """Records of the file that are accounted for, those of an earlier run included."""
        return sum(self.counts.values())


def import_file(
    sessions: sessionmaker[Session],
    path: Path,
    *,
    source_format: SourceFormat | None = None,
    source: str | None = None,
    collection: str = "books",
    announce: Announce | None = None,
    dry_run: bool = False,
    progress: Callable[[Progress], None] | None = None,
    batch_size: int = BATCH,
) -> ImportReport:
    """Import a file and say what became of each record.

    `source_format` None = told from the file; `source` (who sent it, part of a MARC record's identity) defaults
    to the format's name. `announce` gives the day in the new-book feed (none by default). A run that was killed
    goes on where its last transaction ended. `dry_run` does it all in one transaction that is rolled back. Raises
    `UnreadableFile` if the file is no such thing.
    """
    source_format = source_format or detect(path)
    source = source or source_format.value
    run = _Run(sessions, ImportReport(path, source_format, source, dry_run), collection, announce, progress)
    if dry_run:
        with sessions() as session:
            run.begin(session, digest=None)
            for attempts in run.batches(batch_size):
                run.count(attempts, run.write(session, attempts))
                session.flush()
                session.expunge_all()
            session.rollback()
        run.report.batch_id = None
    else:
        digest = file_digest(path)
        with sessions.begin() as session:
            run.begin(session, digest)
        for attempts in run.batches(batch_size):
            run.commit(attempts)
        with sessions.begin() as session:
            run.finish(session)
    run.report.seconds = time.monotonic() - run.started
    return run.report


def file_digest(path: Path) -> str:
    """SHA-256 of the file's bytes, hexadecimal: what an interrupted import is recognised by."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_DIGEST_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


class _Run:
    """One run over one file."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        report: ImportReport,
        collection: str,
        announce: Announce | None,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self.sessions = sessions
        self.report = report
        self.collection = collection
        self.announce = announce
        self.progress = progress
        self.reader = reader_for(report.format)
        self.started = time.monotonic()

    def begin(self, session: Session, digest: str | None) -> None:
        """Take up the unfinished batch of this file, or open a new one, whose rejects replace those of earlier ones."""
        report = self.report
        same = select(ImportBatch).where(
            ImportBatch.source == report.source,
            ImportBatch.file_digest == digest,
            ImportBatch.format == report.format.value,
            ImportBatch.collection == self.collection,
        )
        batch = None
        if digest is not None:
            batch = session.scalars(
                same.where(ImportBatch.finished_at.is_(None)).order_by(ImportBatch.id.desc()).limit(1)
            ).first()
        if batch is None:
            earlier = [row.id for row in session.scalars(same)] if digest is not None else []
            if earlier:
                # the file is read again from its start: its reject list is made anew
                session.execute(
                    delete(RejectedRecord).where(
                        RejectedRecord.batch_id.in_(earlier), RejectedRecord.resolved_at.is_(None)
                    )
                )
            batch = ImportBatch(
                source=report.source,
                file_name=report.path.name,
                file_digest=digest,
                format=report.format.value,
                collection=self.collection,
            )
            session.add(batch)
            session.flush()
        report.batch_id = batch.id
        report.resumed_at = batch.position
        report.counts.update(batch.counts)

    def batches(self, size: int) -> Iterator[list[Attempt]]:
        """The pieces after the resume point, read and converted, in lots of `size`."""
        total = self.report.path.stat().st_size
        with open_source(self.report.path) as (stream, on_disk):
            pieces = islice(enumerate(self.reader.split(stream), start=1), self.report.resumed_at, None)
            while lot := list(islice(pieces, size)):
                yield [self._attempt(position, piece) for position, piece in lot]
                if self.progress is not None:
                    done = self.report.records
                    seconds = time.monotonic() - self.started
                    self.progress(Progress(done, on_disk.tell(), total, seconds, done - self.report.resumed_at))

    def _attempt(self, position: int, piece: bytes) -> Attempt:
        made = attempt(self.reader, position, piece, self.report.source, self.collection)
        if self.announce is None or made.record is None:
            return made
        return replace(made, record=replace(made.record, announced_on=self.announce(made.record)))

    def commit(self, attempts: list[Attempt]) -> None:
        """Write a lot in one transaction; where the database refuses a record, it alone is rejected."""
        try:
            with self.sessions.begin() as session:
                found = self.write(session, attempts)
        except (OperationalError, InterfaceError):
            raise  # the database is away or locked: nothing to do with the records; a later run goes on from here
        except SQLAlchemyError:
            log.exception("records from %d of %s cannot be written", attempts[0].position, self.report.path.name)
            if len(attempts) > 1:
                for one in attempts:
                    self.commit([one])
                return
            attempts = [attempts[0].refused(Rejected(Reason.WRITE_FAILED))]
            with self.sessions.begin() as session:
                found = self.write(session, attempts)
        self.count(attempts, found)

    def write(self, session: Session, attempts: list[Attempt]) -> list[Ingested]:
        """Write a lot in the caller's transaction, with its place in the file and its rejects."""
        accepted = [a.record for a in attempts if a.record is not None]
        found = ingest(session, accepted, batch_id=self.report.batch_id)
        session.add_all(a.row(self.report.batch_id) for a in attempts if a.record is None)
        moved = session.execute(
            update(ImportBatch)
            .where(ImportBatch.id == self.report.batch_id, ImportBatch.position == attempts[0].position - 1)
            .values(position=attempts[-1].position, counts=dict(self.report.counts + _outcomes(attempts, found)))
            .execution_options(synchronize_session=False)
        )
        if cast("CursorResult[Any]", moved).rowcount != 1:
            raise ImportedElsewhere(f"「{self.report.path.name}」正由另一個程序匯入，請待其完成")
        return found

    def count(self, attempts: list[Attempt], found: list[Ingested]) -> None:
        """Take a written lot into the report."""
        report = self.report
        report.counts += _outcomes(attempts, found)
        answers = iter(found)
        for one in attempts:
            if one.record is None:
                report.note(Note(one.position, one.code, one.reason))
                continue
            texts = dict.fromkeys((*one.record.warnings, *next(answers).warnings))
            report.warnings += len(texts)
            for text in texts:
                report.note(Note(one.position, WARNING, text))

    def finish(self, session: Session) -> None:
        """Mark the batch as complete."""
        session.execute(update(ImportBatch).where(ImportBatch.id == self.report.batch_id).values(finished_at=utc_now()))


def _outcomes(attempts: list[Attempt], found: list[Ingested]) -> Counter[str]:
    counts = Counter(answer.outcome.value for answer in found)
    counts[Outcome.REJECTED.value] = len(attempts) - len(found)
    return +counts
