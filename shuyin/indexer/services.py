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

from shuyin.indexer import browsing
from shuyin.indexer.projecting import MANY, Changes, Covered, Records, batches
from shuyin.indexer.sources import SOURCES, Source
from shuyin.records import leases
from shuyin.records.models import Change, Checkpoint, utc_now
from shuyin.search_engine.port import IndexOutdated, Rebuild, SearchEngine
from shuyin.search_engine.query import Document

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
    """Bring every index up to the end of the change log; the number of documents written or deleted.

    With `refill` an index that is new, was emptied or was built by another version is filled from the records, and
    so is one that lacks more than it has: that takes half as long as following the changes.
    Only one process writes at a time. Another one waits (`IndexerBusy` after two minutes), or with `wait=False`
    leaves the work to it and returns 0.
    """
    work = _Work(sessions, writes, search, leases.new_holder(), progress)
    browsing.follow_references(sessions, writes)
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
            covered = Covered()
            if refill and work.is_unfilled(source):
                filled = work.fill(source, held=True)
                work.put_in_place(source, filled)
                handled, covered = handled + filled.added, filled.covered
            handled += work.follow(source, covered)
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
        work.follow(source, filled.covered)
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
    covered: Covered
    noting: browsing.Noting


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
        """The index is new, was emptied, was built by another version, or lacks more than it has."""
        try:
            documents = self.search.count(source.index)
        except IndexOutdated:
            return True
        with self.sessions() as session:
            if not documents:
                return source.total(session) > 0
            if source.index == browsing.INDEX and not browsing.is_complete(session):
                return True  # an index of a version without browse lists
            return self._waiting(session, source) > max(documents, MANY)

    def fill(self, source: Source, *, held: bool) -> _Filled:
        """A new index beside the live one with every record; `held` = the lease is ours and must be renewed."""
        with self.sessions() as session:
            begun_at = session.scalar(select(func.max(Change.id))) or 0
            total = source.total(session)
        target = self.search.rebuild(source.index)
        added, lasts, newest = 0, [], []
        noting = browsing.Noting()
        try:
            for batch in batches(self.sessions, source, Records(), 0, total):
                if held:
                    self.renew()
                added += target.add(batch.projected.upserts)
                self.note(source, noting, batch.projected.upserts, filling=True)
                lasts.append(batch.last)
                newest.append(batch.newest)
                if self.progress:
                    self.progress(added, max(added, total))
        except BaseException:
            target.abandon()
            raise
        return _Filled(target, begun_at, added, Covered(tuple(lasts), tuple(newest)), noting)

    def put_in_place(self, source: Source, filled: _Filled) -> None:
        """Make it the live index."""
        # Killed before the swap, the former index is live: it must not be said to hold more than it does. Killed after
        # it, the new one is: nor may it. The lower of the two checkpoints is true of both.
        with self.sessions() as session:
            before = _checkpoint(session, source)
        self.save_checkpoint(source, min(before, filled.begun_at))
        filled.target.swap(filled.added)  # cleans up by itself if it fails
        if source.index == browsing.INDEX:
            with self.writes.begin() as session:
                filled.noting.finish(session)
        self.save_checkpoint(source, filled.begun_at)

    def note(self, source: Source, noting: browsing.Noting, documents: list[Document], *, filling: bool) -> None:
        """Enter what the documents carry into the browse lists."""
        if source.index == browsing.INDEX and documents:
            with self.writes.begin() as session:
                noting.note(session, documents, filling=filling)

    def follow(self, source: Source, covered: Covered) -> int:
        """Index what stands above the checkpoint, batch by batch; how many records that touched.

        `covered` is what a fill has just taken in.
        """
        with self.sessions() as session:
            checkpoint, waiting = _checkpoint(session, source), self._waiting(session, source)
        handled = 0
        if not waiting:
            return handled
        many = 0 if covered.lasts else waiting
        noting = browsing.Noting()
        for batch in batches(self.sessions, source, Changes(covered), checkpoint, many):
            self.renew()
            upserts, deletes = batch.projected.upserts, batch.projected.deletes
            if upserts or deletes:
                self.search.write(source.index, upserts, deletes)
                self.note(source, noting, upserts, filling=False)
            self.save_checkpoint(source, batch.last)
            handled += len(upserts) + len(deletes)
            if self.progress:
                self.progress(handled, handled + batch.following)
        return handled

    @staticmethod
    def _waiting(session: Session, source: Source) -> int:
        concerned = (Change.id > _checkpoint(session, source), Change.kind.in_(source.kinds))
        return session.scalar(select(func.count()).where(*concerned)) or 0

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
