"""Only one holder at a time, and a dead holder's lease runs out."""

from __future__ import annotations

import os
import socket
import threading
from datetime import timedelta

from sqlalchemy import Engine, update

from shuyin.records import leases
from shuyin.records.database import write_sessions
from shuyin.records.models import Lease, utc_now


def _holder(name: str) -> str:
    return f"{socket.gethostname()}:{os.getpid()}:{name}"


def test_one_holder_at_a_time_until_release(engine: Engine) -> None:
    writes, a, b = write_sessions(engine), _holder("a"), _holder("b")
    assert leases.acquire(writes, "indexer", a)
    assert leases.acquire(writes, "indexer", a)
    assert not leases.acquire(writes, "indexer", b)
    assert leases.acquire(writes, "scheduler", b)
    leases.release(writes, "indexer", b)
    assert not leases.acquire(writes, "indexer", b)
    leases.release(writes, "indexer", a)
    assert leases.acquire(writes, "indexer", b)


def test_a_lease_runs_out_and_the_former_holder_learns_of_it(engine: Engine) -> None:
    writes, a, b = write_sessions(engine), _holder("a"), _holder("b")
    assert leases.acquire(writes, "indexer", a)
    with writes.begin() as session:
        session.execute(update(Lease).values(until=utc_now() - timedelta(seconds=1)))
    assert leases.acquire(writes, "indexer", b)
    assert not leases.acquire(writes, "indexer", a)


def test_of_many_at_once_exactly_one_wins(engine: Engine) -> None:
    writes = write_sessions(engine)
    won: list[str] = []

    def attempt(name: str) -> None:
        if leases.acquire(writes, "indexer", _holder(name)):
            won.append(name)

    threads = [threading.Thread(target=attempt, args=(f"p{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
