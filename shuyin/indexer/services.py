"""Keeping the indexes in step with the records: catch-up, rebuild, status.

Each index has a checkpoint in the database: the last change log entry that is certainly in it. A batch is first
made durable in the index and only then is the checkpoint moved, so that a process killed in between does the batch
again (which changes nothing) and never leaves one out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.indexer.projecting import batches
from shuyin.indexer.sources import SOURCES, Source
from shuyin.records import leases
from shuyin.records.models import Change, Checkpoint, utc_now
from shuyin.search_engine.port import IndexOutdated, Rebuild, SearchEngine

_log = structlog.stdlib.get_logger("shuyin.indexer")

#: The lease of whoever writes to the live indexes.
LEASE = "indexer"

#: How long to wait for another process to finish its batch.
PATIENCE_SECONDS = 120.0

Progress = Callable[[int, int], None]


class IndexerBusy(RuntimeError):
    """Another process writes to the index and did not finish in time."""


@dataclass(frozen=True, slots=True)
class IndexState:
    """How an index stands: `lag` is the number of changes that it does not have yet."""

    index: str
    documents: int
    records: int
    checkpoint: int
    lag: int
    behind_since: datetime | None


def catch_up(
    sessions: sessionmaker[Session],
    writes: sessionmaker[Session],
    search: SearchEngine,
    progress: Progress | None = None,
    *,
    wait: bool = True,
    refill: bool = True,
) -> int:
    """Bring every index up to the end of the change log; the number of changes (or records) handled.

    With `refill` an index that is new, was emptied or was built by another version is filled from the records.
    Only one process writes at a time. Another one waits (`IndexerBusy` after two minutes), or with `wait=False`
    leaves the work to it and returns 0.
    """
    work = _Work(sessions, writes, search, leases.new_holder(), progress)
    waiting = [source for source in SOURCES.values() if work.is_behind(source) or (refill and work.is_unfilled(source))]
    if not waiting:
        return 0
    if not work.hold(PATIENCE_SECONDS if wait else 0.0):
        if wait:
            raise IndexerBusy("another process is indexing; try again when it has finished")
        return 0
    try:
        handled = 0
        for source in waiting:
            if refill and work.is_unfilled(source):
                handled += work.put_in_place(source, work.fill(source, held=True))
            handled += work.follow(source)
        return handled
    finally:
        work.release()


def rebuild(
    sessions: sessionmaker[Session],
    writes: sessionmaker[Session],
    search: SearchEngine,
    index: str,
    progress: Progress | None = None,
) -> int:
    """Fill a new index beside the live one, check its count, swap, catch up; the number of documents in it.

    Readers use the former index until the swap. `RebuildMismatch` or any other failure leaves that one in place.
    """
    source = SOURCES[index]
    work = _Work(sessions, writes, search, leases.new_holder(), progress)
    filled = work.fill(source, held=False)
    if not work.hold(PATIENCE_SECONDS):
        filled.target.abandon()
        raise IndexerBusy("another process is indexing and does not finish; the live index was left as it is")
    try:
        work.put_in_place(source, filled)
        work.follow(source)
    finally:
        work.release()
    return search.count(index)


def status(sessions: sessionmaker[Session], search: SearchEngine) -> list[IndexState]:
    """How every index stands."""
    states = []
    for source in SOURCES.values():
        with sessions() as session:
            checkpoint = _checkpoint(session, source)
            lag, since = session.execute(
                select(func.count(), func.min(Change.at)).where(Change.id > checkpoint, Change.kind.in_(source.kinds))
            ).one()
            records = source.total(session)
        states.append(
            IndexState(
                index=source.index,
                documents=search.count(source.index),
                records=records,
                checkpoint=checkpoint,
                lag=lag,
                behind_since=since,
            )
        )
    return states


@dataclass(frozen=True, slots=True)
class _Filled:
    """A new index with the records of the moment `begun_at` (id of the last change then) and later."""

    target: Rebuild
    begun_at: int
    added: int


@dataclass(frozen=True, slots=True)
class _Work:
    """What one process does to the indexes under the lease of `holder`."""

    sessions: sessionmaker[Session]
    writes: sessionmaker[Session]
    search: SearchEngine
    holder: str
    progress: Progress | None

    def is_behind(self, source: Source) -> bool:
        """There are changes above the checkpoint."""
        with self.sessions() as session:
            newest = session.scalar(select(func.max(Change.id)).where(Change.kind.in_(source.kinds))) or 0
            return newest > _checkpoint(session, source)

    def is_unfilled(self, source: Source) -> bool:
        """The index is new, was emptied, or was built by another version, though there are records."""
        try:
            if self.search.count(source.index):
                return False
        except IndexOutdated:
            return True
        with self.sessions() as session:
            return source.total(session) > 0

    def fill(self, source: Source, *, held: bool) -> _Filled:
        """A new index beside the live one with every record; `held` = the lease is ours and must be renewed."""
        with self.sessions() as session:
            begun_at = session.scalar(select(func.max(Change.id))) or 0
            total = source.total(session)
        target = self.search.rebuild(source.index)
        added = 0
        try:
            for batch in batches(self.sessions, source, 0, total, all_records=True):
                if held:
                    self.renew()
                added += target.add(batch.projected.upserts)
                if self.progress:
                    self.progress(added, max(added, total))
        except BaseException:
            target.abandon()
            raise
        return _Filled(target, begun_at, added)

    def put_in_place(self, source: Source, filled: _Filled) -> int:
        """Make it the live index; the number of documents in it."""
        # first the checkpoint, then the swap: killed in between, the former index only gets some changes twice
        self.save_checkpoint(source, filled.begun_at)
        filled.target.swap(filled.added)  # cleans up by itself if it fails
        return filled.added

    def follow(self, source: Source) -> int:
        """Index what stands above the checkpoint, batch by batch; how many changes that was."""
        with self.sessions() as session:
            checkpoint = _checkpoint(session, source)
            concerned = (Change.id > checkpoint, Change.kind.in_(source.kinds))
            waiting = session.scalar(select(func.count()).where(*concerned)) or 0
        handled = 0
        if not waiting:
            return handled
        for batch in batches(self.sessions, source, checkpoint, waiting, all_records=False):
            self.renew()
            self.search.write(source.index, batch.projected.upserts, batch.projected.deletes)
            self.save_checkpoint(source, batch.last)
            handled += batch.size
            if self.progress:
                self.progress(handled, handled + batch.following)
        return handled

    def save_checkpoint(self, source: Source, change_id: int) -> None:
        """Everything up to this change is certainly in the index."""
        with self.writes.begin() as session:
            session.merge(Checkpoint(name=_name(source), change_id=change_id, updated_at=utc_now()))

    def hold(self, patience: float) -> bool:
        """Take the lease, waiting so many seconds for another holder."""
        end = time.monotonic() + patience
        while not leases.acquire(self.writes, LEASE, self.holder):
            if time.monotonic() >= end:
                return False
            time.sleep(0.2)
        return True

    def renew(self) -> None:
        """Keep the lease; `IndexerBusy` if another process has taken it over."""
        if not leases.acquire(self.writes, LEASE, self.holder):
            raise IndexerBusy("this process was too slow and another one has taken over; nothing is lost")

    def release(self) -> None:
        """Give the lease back."""
        leases.release(self.writes, LEASE, self.holder)


def _checkpoint(session: Session, source: Source) -> int:
    return session.scalar(select(Checkpoint.change_id).where(Checkpoint.name == _name(source))) or 0


def _name(source: Source) -> str:
    return f"index:{source.index}"
