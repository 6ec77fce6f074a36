"""The change log is ordered by visibility: a reader that goes on from its checkpoint never skips a change."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import Engine

from shuyin.records import changes
from shuyin.records.database import read_sessions, write_sessions


def _ids(engine: Engine, after: int = 0) -> list[tuple[int, bool]]:
    with read_sessions(engine)() as session:
        return [(c.record_id, c.deleted) for c in changes.read_after(session, after, 1000)]


def test_entries_come_in_order_and_only_after_commit(engine: Engine) -> None:
    with write_sessions(engine)() as session:
        changes.append(session, "book", 1)
        changes.append_all(session, "book", [2, 3])
        changes.append(session, "book", 1, deleted=True)
        assert _ids(engine) == []
        session.commit()
    assert _ids(engine) == [(1, False), (2, False), (3, False), (1, True)]
    with read_sessions(engine)() as session:
        assert changes.latest_id(session) == changes.read_after(session, 0, 1000)[-1].id
        first = changes.read_after(session, 0, 1)
        assert [c.record_id for c in first] == [1]
        assert [c.record_id for c in changes.read_after(session, first[0].id, 2)] == [2, 3]
        assert changes.read_after(session, 0, 10, kinds=["album"]) == []


def test_a_rolled_back_change_leaves_no_entry(engine: Engine) -> None:
    with write_sessions(engine)() as session:
        changes.append(session, "book", 1)
        session.rollback()
    assert _ids(engine) == []
    with read_sessions(engine)() as session:
        assert changes.latest_id(session) == 0


def test_unknown_kinds_are_refused(engine: Engine) -> None:
    with write_sessions(engine)() as session, pytest.raises(changes.UnknownKind, match="bok"):
        changes.append(session, "bok", 1)


def test_two_transactions_that_commit_in_reverse_order_are_both_seen(engine: Engine) -> None:
    """The early one begins first and commits last; a reader between the two commits must not pass it by."""
    early_has_begun, late_has_committed, read_between = threading.Event(), threading.Event(), threading.Event()
    seen: list[int] = []
    checkpoint = 0

    def early() -> None:
        with write_sessions(engine)() as session:
            changes.append(session, "book", 1)
            early_has_begun.set()
            read_between.wait(1)  # without the lock the late one commits in this time and is read
            session.commit()

    def late() -> None:
        early_has_begun.wait(10)
        with write_sessions(engine)() as session:
            changes.append(session, "book", 2)
            session.commit()
        late_has_committed.set()

    threads = [threading.Thread(target=early), threading.Thread(target=late)]
    for thread in threads:
        thread.start()
    alive = True
    while alive:
        alive = any(thread.is_alive() for thread in threads)
        committed = late_has_committed.is_set()
        with read_sessions(engine)() as session:
            for change in changes.read_after(session, checkpoint, 100):
                seen.append(change.record_id)
                checkpoint = change.id
        if committed:
            read_between.set()
    assert seen == [1, 2]


def test_many_writers_lose_nothing_for_a_following_reader(engine: Engine) -> None:
    done = threading.Event()
    seen: list[int] = []

    def write(start: int) -> None:
        for n in range(start, start + 10):
            with write_sessions(engine).begin() as session:
                changes.append(session, "book", n)

    def follow() -> None:
        checkpoint = 0
        while True:
            last = done.is_set()
            with read_sessions(engine)() as session:
                for change in changes.read_after(session, checkpoint, 7):
                    seen.append(change.record_id)
                    checkpoint = change.id
                if last and checkpoint == changes.latest_id(session):
                    return

    writers = [threading.Thread(target=write, args=(n * 100,)) for n in range(4)]
    follower = threading.Thread(target=follow)
    for thread in [*writers, follower]:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    follower.join(30)
    assert len(seen) == 40
    assert set(seen) == {n * 100 + k for n in range(4) for k in range(10)}
