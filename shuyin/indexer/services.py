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
from shuyin.search_engine.port import SearchEngine

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
) -> int:
    """Bring every index up to the end of the change log; the number of changes handled.

    Only one process does so at a time. Another one waits (`IndexerBusy` after two minutes), or with `wait=False`
    leaves the work to it and returns 0.
    """
    if not any(_behind(sessions, search, source) for source in SOURCES.values()):
        return 0
    holder = leases.new_holder()
    if not _hold(writes, holder, PATIENCE_SECONDS if wait else 0.0):
        if wait:
            raise IndexerBusy("another process is indexing; try again when it has finished")
        return 0
    try:
        return sum(_follow(sessions, writes, search, source, holder, progress) for source in SOURCES.values())
    finally:
        leases.release(writes, LEASE, holder)


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
    with sessions() as session:
        begun_at = session.scalar(select(func.max(Change.id))) or 0
        total = source.total(session)
    target = search.rebuild(index)
    holder = leases.new_holder()
    try:
        added = 0
        for batch in batches(sessions, source, 0, total, all_records=True):
            added += target.add(batch.projected.upserts)
            if progress:
                progress(added, total)
        if not _hold(writes, holder, PATIENCE_SECONDS):
            raise IndexerBusy("another process is indexing and does not finish; the live index was left as it is")
    except BaseException:
        target.abandon()
        raise
    try:
        # first the checkpoint, then the swap: killed in between, the former index only gets some changes twice
        _save_checkpoint(writes, source, begun_at)
        target.swap(added)  # cleans up by itself if it fails
        _follow(sessions, writes, search, source, holder, None)
    finally:
        leases.release(writes, LEASE, holder)
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


def _follow(
    sessions: sessionmaker[Session],
    writes: sessionmaker[Session],
    search: SearchEngine,
    source: Source,
    holder: str,
    progress: Progress | None,
) -> int:
    """Index what stands above the checkpoint, batch by batch."""
    if _is_emptied(sessions, search, source):
        # the change log names every record, so going through it again fills the index
        _save_checkpoint(writes, source, 0)
    with sessions() as session:
        checkpoint = _checkpoint(session, source)
        waiting = session.scalar(select(func.count()).where(Change.id > checkpoint, Change.kind.in_(source.kinds))) or 0
    handled = 0
    for batch in batches(sessions, source, checkpoint, waiting, all_records=False):
        if not leases.acquire(writes, LEASE, holder):
            raise IndexerBusy("this process was too slow and another one has taken over; nothing is lost")
        search.write(source.index, batch.projected.upserts, batch.projected.deletes)
        _save_checkpoint(writes, source, batch.last)
        handled += batch.size
        if progress:
            progress(handled, handled + batch.following)
    return handled


def _behind(sessions: sessionmaker[Session], search: SearchEngine, source: Source) -> bool:
    with sessions() as session:
        newest = session.scalar(select(func.max(Change.id)).where(Change.kind.in_(source.kinds))) or 0
        if newest > _checkpoint(session, source):
            return True
    return _is_emptied(sessions, search, source)


def _is_emptied(sessions: sessionmaker[Session], search: SearchEngine, source: Source) -> bool:
    """A new, emptied or exchanged index: the checkpoint says more than is there."""
    if search.count(source.index):
        return False
    with sessions() as session:
        return _checkpoint(session, source) > 0 and source.total(session) > 0


def _hold(writes: sessionmaker[Session], holder: str, patience: float) -> bool:
    end = time.monotonic() + patience
    while not leases.acquire(writes, LEASE, holder):
        if time.monotonic() >= end:
            return False
        time.sleep(0.2)
    return True


def _checkpoint(session: Session, source: Source) -> int:
    return session.scalar(select(Checkpoint.change_id).where(Checkpoint.name == _name(source))) or 0


def _save_checkpoint(writes: sessionmaker[Session], source: Source, change_id: int) -> None:
    with writes.begin() as session:
        session.merge(Checkpoint(name=_name(source), change_id=change_id, updated_at=utc_now()))


def _name(source: Source) -> str:
    return f"index:{source.index}"
