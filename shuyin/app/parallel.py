"""Indexing in a second process while this one imports, so that both cores work."""

from __future__ import annotations

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event

from shuyin.app.composition import open_services
from shuyin.app.settings import Settings
from shuyin.indexer import services as indexer
from shuyin.indexer.projecting import collect_rarely
from shuyin.search_engine.port import SearchUnavailable

#: Between two looks at the change log while records are coming in, in seconds. A batch costs a commit of the index,
#: so it pays to let some gather.
PAUSE_SECONDS = 0.4

#: Exit status of the second process when the search engine was down.
UNAVAILABLE = 3


@contextmanager
def indexing_beside(settings: Settings) -> Iterator[None]:
    """While the block runs, and until its records are indexed, another process follows the change log.

    `SearchUnavailable` after the block if the engine does not answer: the records are in, the index catches up later.
    """
    context = multiprocessing.get_context("spawn")
    finished = context.Event()
    process = context.Process(target=_follow, args=(settings, finished, os.getpid()), name="shuyin-indexer")
    process.start()
    try:
        yield
    finally:
        finished.set()
        process.join()
    if process.exitcode == UNAVAILABLE:
        raise SearchUnavailable("the records are imported; the index catches up when `shuyin serve` runs")
    if process.exitcode:
        raise RuntimeError(f"the indexing process ended with status {process.exitcode}; run `shuyin index catch-up`")


def _follow(settings: Settings, finished: Event, parent: int) -> None:
    collect_rarely()
    services = open_services(settings)
    try:
        while os.getppid() == parent:
            last = finished.wait(PAUSE_SECONDS)
            indexer.catch_up(services.sessions, services.writes, services.search)
            if last:
                return
    except SearchUnavailable:
        sys.exit(UNAVAILABLE)
    finally:
        services.close()
