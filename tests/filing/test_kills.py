"""`kill -9` at random moments of parallel filings: nothing acknowledged is lost, no letter goes out twice."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from shuyin.filing import audit
from shuyin.filing.engine import drafts
from shuyin.filing.models import FilingRow
from shuyin.notify.models import Letter, LetterState
from shuyin.notify.services import deliver
from shuyin.notify.transports import transport_for
from shuyin.records import database
from shuyin.records.vault import Vault
from tests.filing.conftest import Office
from tests.filing.killable import KEY
from tests.notify.conftest import Post, post

__all__ = ["post"]


@pytest.mark.parametrize("kills", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_kills_lose_nothing_and_send_nothing_twice(
    database_url: str, office: Office, tmp_path: Path, post: Post, kills: int
) -> None:
    random.seed(8)
    saved: dict[int, str] = {}
    sent: dict[int, str] = {}
    for run in range(kills):
        command = [sys.executable, "-m", "tests.filing.killable", database_url, str(tmp_path), post.url, str(run)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            first = process.stdout.readline()  # it is at work
            time.sleep(random.uniform(0.0, 0.4))
            process.send_signal(signal.SIGKILL)
            said = first + process.stdout.read()
        for line in said.splitlines():
            words = line.split(" ")
            if len(words) == 3:
                (saved if words[0] == "saved" else sent)[int(words[1])] = words[2]
    assert len(saved) >= kills
    engine = database.connect(database_url)
    writes = database.write_sessions(engine)
    with writes() as session:
        for filing_id, name in saved.items():
            assert drafts.answers_of(office, session.get_one(FilingRow, filing_id))["name"] == name
        states = {row.id: row.state for row in session.scalars(select(FilingRow))}
        references = [r for r in session.scalars(select(FilingRow.reference)) if r]
        assert audit.verify(session).broken_at is None
    assert {states[filing_id] for filing_id in sent} <= {"sent"}
    assert len(references) == len(set(references)) == sum(state == "sent" for state in states.values())
    _deliver_the_rest(writes, post)
    with writes() as session:
        letters = Counter(session.scalars(select(Letter.state)))
    assert set(letters) <= {LetterState.SENT, LetterState.UNCLEAR}
    assert letters.total() == len(references)  # one for each filing that was sent
    assert letters[LetterState.UNCLEAR] <= kills
    arrived = Counter(message["Message-ID"] for message in post.received)
    assert max(arrived.values()) == 1
    assert letters[LetterState.SENT] <= len(arrived) <= letters.total()
    engine.dispose()


def _deliver_the_rest(writes: database.sessionmaker[database.Session], post: Post) -> None:
    with writes.begin() as session:
        for letter in session.scalars(select(Letter).where(Letter.claimed_until.is_not(None))):
            assert letter.claimed_until is not None
            letter.claimed_until -= timedelta(hours=1)  # as if the time of the dead senders' claims had passed
    deliver(writes, Vault(KEY), transport_for(post.url), "shuyin@example.com", most=100_000)
