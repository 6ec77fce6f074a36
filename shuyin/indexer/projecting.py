"""Reading and projecting ahead of the writer: in a thread for the day's changes, in a process of its own for many.

An index is written by one process; what comes before (reading records, taking MARC apart) costs as much again and
is done beside it, so that two cores work.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.indexer.sources import SOURCES, Projected, Source
from shuyin.records import database
from shuyin.records.models import Change

#: Records that are projected in one go, and written with one commit of the index.
BATCH = 2000

#: From so many records on a process of its own pays for its start (about a second).
MANY = 5_000


#: Objects made between two looks for garbage in a process that handles records in bulk.
_COLLECT_EVERY = 200_000


def collect_rarely() -> None:
    """Let Python look for reference cycles seldom: for processes that do nothing but handle records in bulk.

    Records are many small objects without cycles; looking through them took a third of the time (measured).
    """
    gc.freeze()
    gc.set_threshold(_COLLECT_EVERY, 20, 100)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some changes and what they come to; `last` is the newest one's id, `following` how many stand after it."""

    projected: Projected
    size: int
    last: int
    following: int


def read_changes(sessions: sessionmaker[Session], source: Source, after: int) -> Batch | None:
    """The next changes above `after`; None at the end of the log."""
    with sessions() as session:
        concerned = (Change.id > after, Change.kind.in_(source.kinds))
        changes = session.execute(
            select(Change.id, Change.record_id).where(*concerned).order_by(Change.id).limit(BATCH)
        ).all()
        if not changes:
            return None
        ids = list(dict.fromkeys(change.record_id for change in changes))
        waiting = session.scalar(select(func.count()).where(*concerned)) or 0
        return Batch(source.project(session, ids), len(changes), changes[-1].id, waiting - len(changes))


def read_records(sessions: sessionmaker[Session], source: Source, after: int) -> Batch | None:
    """The next records above the id `after`, whether they have changed or not; None after the last."""
    with sessions() as session:
        ids = source.ids_after(session, after, BATCH)
        return Batch(source.project(session, ids), len(ids), ids[-1], 0) if ids else None


def batches(
    sessions: sessionmaker[Session], source: Source, after: int, many: int, *, all_records: bool
) -> Iterator[Batch]:
    """The batches above `after` in order, each one made while the one before is being written.

    They go through the change log, or with `all_records` through the records by id; `many` is about how many these are.
    """
    with _beside(sessions, many) as (executor, read):
        waiting = executor.submit(read, source.index, after, all_records)
        while batch := waiting.result():
            waiting = executor.submit(read, source.index, batch.last, all_records)
            yield batch


_Read = Callable[[str, int, bool], Batch | None]


def _read(sessions: sessionmaker[Session], index: str, after: int, all_records: bool) -> Batch | None:
    return (read_records if all_records else read_changes)(sessions, SOURCES[index], after)


@contextmanager
def _beside(sessions: sessionmaker[Session], many: int) -> Iterator[tuple[Executor, _Read]]:
    if many < MANY:
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="projecting") as threads:
            yield threads, partial(_read, sessions)
        return
    url = sessions.kw["bind"].url.render_as_string(hide_password=False)
    processes = ProcessPoolExecutor(
        max_workers=1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin_process,
        initargs=(url, os.getpid()),
    )
    with processes:
        yield processes, _read_in_process


_process_sessions: list[sessionmaker[Session]] = []


def _begin_process(url: str, parent: int) -> None:
    _process_sessions.append(database.read_sessions(database.connect(url)))
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    collect_rarely()


def _end_with(parent: int) -> None:
    """A process whose parent was killed would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _read_in_process(index: str, after: int, all_records: bool) -> Batch | None:
    return _read(_process_sessions[0], index, after, all_records)
