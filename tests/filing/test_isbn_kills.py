"""`kill -9` at random moments of ten parallel filings and assignments: nothing acknowledged is lost, no number is
given twice, no letter goes out twice, every gap has its line."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from shuyin.filing import audit
from shuyin.filing.engine import drafts
from shuyin.filing.isbn import assignment, desk, ranges
from shuyin.filing.models import FilingRow, IsbnNumber
from shuyin.notify.models import Letter, LetterState
from shuyin.records import database, marc
from tests.filing.conftest import Office
from tests.filing.isbn_desk import CLERK, house
from tests.filing.test_kills import _deliver_the_rest
from tests.notify.conftest import Post, post

__all__ = ["post"]

#: 10,000 numbers for each publisher in ranges of 500, so that some are exhausted on the way.
PREFIX, SPAN = "978-986-0", 500


@pytest.mark.parametrize("kills", [5, pytest.param(200, marks=pytest.mark.soak)])
def test_kills_lose_no_application_and_give_no_number_twice(
    database_url: str, office: Office, tmp_path: Path, post: Post, kills: int
) -> None:
    random.seed(9)
    engine = database.connect(database_url)
    writes = database.write_sessions(engine)
    with writes.begin() as session:
        for place in range(5):  # two workers share each publisher
            house_id, _ = house(session, f"書坊{place}")
            prefix = f"{PREFIX}{place}"
            for first in range(0, 20 * SPAN, SPAN):
                ranges.add(session, office, house_id, prefix, str(first), str(first + SPAN - 1), by=CLERK)
    errors = tmp_path / "errors"
    told: dict[str, dict[int, str]] = {"saved": {}, "sent": {}, "assigned": {}}
    for run in range(kills):
        command = [sys.executable, "-m", "tests.filing.killable_isbn", database_url, str(tmp_path), post.url, str(run)]
        with (
            errors.open("a") as stderr,
            subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True) as process,
        ):
            assert process.stdout is not None
            first_line = process.stdout.readline()  # it is at work
            time.sleep(random.uniform(0.0, 0.6))
            process.send_signal(signal.SIGKILL)
            said = first_line + process.stdout.read()
        for line in said.splitlines():
            words = line.split(" ")
            if len(words) == 3 and (words[0] != "assigned" or words[2].count(",") == 1):  # the last line may be cut
                told[words[0]][int(words[1])] = words[2]
    assert "Traceback" not in errors.read_text()  # no worker gave up on a lock
    assert len(told["saved"]) >= kills
    with writes() as session:
        for filing_id, name in told["saved"].items():
            assert drafts.answers_of(office, session.get_one(FilingRow, filing_id))["title"] == name
        states = {row.id: row.state for row in session.scalars(select(FilingRow))}
        references = [r for r in session.scalars(select(FilingRow.reference)) if r]
        ledger = session.scalars(select(IsbnNumber)).all()
        assert audit.verify(session).broken_at is None
        assert assignment.verify(session).gaps == ()
        for filing_id in told["assigned"]:
            sheet = desk.sheet(session, filing_id)
            assert sheet is not None
            assert ",".join(marc.read(sheet.record).isbns) == told["assigned"][filing_id]
    assert {states[filing_id] for filing_id in told["sent"]} <= {"submitted", "assigned"}
    assert {states[filing_id] for filing_id in told["assigned"]} <= {"assigned"}
    assert len(references) == len(set(references))
    of_filing = Counter(one.filing_id for one in ledger)
    assert set(of_filing) == {filing_id for filing_id, state in states.items() if state == "assigned"}
    assert set(of_filing.values()) <= {2}
    given = Counter(number for numbers in told["assigned"].values() for number in numbers.split(","))
    assert max(given.values(), default=1) == 1
    assert set(given) <= {one.isbn for one in ledger}
    _letters_go_out_once(writes, post, kills, Counter(states.values()))
    engine.dispose()


def _letters_go_out_once(
    writes: database.sessionmaker[database.Session], post: Post, kills: int, states: Counter[str]
) -> None:
    _deliver_the_rest(writes, post)
    with writes() as session:
        letters = Counter(session.scalars(select(Letter.state)))
    assert set(letters) <= {LetterState.SENT, LetterState.UNCLEAR}
    # one when it was sent, one with its numbers
    assert letters.total() == states["submitted"] + 2 * states["assigned"]
    assert letters[LetterState.UNCLEAR] <= kills
    arrived = Counter(message["Message-ID"] for message in post.received)
    assert max(arrived.values(), default=1) == 1
    assert letters[LetterState.SENT] <= len(arrived) <= letters.total()
