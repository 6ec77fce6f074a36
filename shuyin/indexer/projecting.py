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
from bisect import bisect_left
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.ai_subjects import meaning
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
    """Some changes or records and what they come to.

    `last` is the id of the last change or record, `following` how many changes stand after it, `newest` the newest
    change that the records of this batch certainly show.
    """

    projected: Projected
    size: int
    last: int
    following: int = 0
    newest: int = 0


@dataclass(frozen=True, slots=True)
class Covered:
    """Which changes a filled index shows already: `newest[i]` is the newest for records up to id `lasts[i]`."""

    lasts: tuple[int, ...] = ()
    newest: tuple[int, ...] = ()

    def shows(self, change_id: int, record_id: int) -> bool:
        """The change had been committed when its record was read."""
        batch = bisect_left(self.lasts, record_id)
        return batch < len(self.lasts) and change_id <= self.newest[batch]


@dataclass(frozen=True, slots=True)
class Changes:
    """Read the change log; what `covered` shows is passed over."""

    covered: Covered = Covered()

    def read(self, sessions: sessionmaker[Session], source: Source, after: int) -> Batch | None:
        """The next changes above `after`; None at the end of the log."""
        with sessions() as session:
            concerned = (Change.id > after, Change.kind.in_(source.kinds))
            changes = session.execute(
                select(Change.id, Change.record_id).where(*concerned).order_by(Change.id).limit(BATCH)
            ).all()
            if not changes:
                return None
            ids = list(dict.fromkeys(c.record_id for c in changes if not self.covered.shows(c.id, c.record_id)))
            projected = source.project(session, ids) if ids else Projected([], [])
            waiting = session.scalar(select(func.count()).where(*concerned)) or 0
            return Batch(projected, len(changes), changes[-1].id, following=waiting - len(changes))


@dataclass(frozen=True, slots=True)
class Records:
    """Read every record by id, whether it has changed or not."""

    def read(self, sessions: sessionmaker[Session], source: Source, after: int) -> Batch | None:
        """The next records above the id `after`; None after the last."""
        with sessions() as session:
            newest = session.scalar(select(func.max(Change.id))) or 0  # before the records: they are as new, or newer
            ids = source.ids_after(session, after, BATCH)
            return Batch(source.project(session, ids), len(ids), ids[-1], newest=newest) if ids else None


def batches(
    sessions: sessionmaker[Session], source: Source, what: Changes | Records, after: int, many: int
) -> Iterator[Batch]:
    """The batches above `after` in order, each one made while the one before is being written.

    `many` is about how many changes or records there are.
    """
    with _beside(sessions, many) as (executor, read):
        waiting = executor.submit(read, source.index, what, after)
        while batch := waiting.result():
            waiting = executor.submit(read, source.index, what, batch.last)
            yield batch


_Read = Callable[[str, Changes | Records, int], Batch | None]


def _read(sessions: sessionmaker[Session], index: str, what: Changes | Records, after: int) -> Batch | None:
    return what.read(sessions, SOURCES[index], after)


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
        initargs=(url, os.getpid(), meaning.chosen()),
    )
    with processes:
        yield processes, _read_in_process


_process_sessions: list[sessionmaker[Session]] = []


def _begin_process(url: str, parent: int, model: str | None) -> None:
    meaning.use(model)
    _process_sessions.append(database.read_sessions(database.connect(url)))
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    collect_rarely()


def _end_with(parent: int) -> None:
    """A process whose parent was killed would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _read_in_process(index: str, what: Changes | Records, after: int) -> Batch | None:
    return _read(_process_sessions[0], index, what, after)
