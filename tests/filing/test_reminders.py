"""Reminders before due dates: in time, once, and only to who has to act."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy.orm import Session, sessionmaker

from shuyin.filing.engine import reminders
from shuyin.filing.models import FilingRow
from shuyin.filing.office import Office
from shuyin.filing.registry import FILINGS
from tests.filing.conftest import Clock
from tests.filing.test_flow import REGISTRAR, filer, filled, letters, take


def remind(writes: sessionmaker[Session], office: Office) -> int:
    with writes.begin() as session:
        return reminders.remind(session, office, FILINGS)


def at_eight(writes: sessionmaker[Session], filing_id: int, days_before: int) -> datetime:
    """08:30 in Taipei so many days before the filing is due."""
    with writes() as session:
        due = session.get_one(FilingRow, filing_id).due_on
    assert due is not None
    return datetime(due.year, due.month, due.day - days_before, 0, 30, tzinfo=UTC)


def test_who_must_correct_is_reminded_once_for_each_due_date(
    writes: sessionmaker[Session], office: Office, clock: Clock
) -> None:
    filing_id = filled(writes, office)
    take(writes, office, filing_id, "send", filer(filing_id))
    clock.time = at_eight(writes, filing_id, 0)
    assert remind(writes, office) == 0, "it is the staff's turn"
    take(writes, office, filing_id, "return", REGISTRAR, message="版權頁不清楚")
    assert remind(writes, office) == 0, "there is time enough"
    clock.time = at_eight(writes, filing_id, 1)
    assert remind(writes, office) == 1
    assert remind(writes, office) == 0
    clock.turn(days=1)
    assert remind(writes, office) == 0
    template, recipient, text = letters(writes, office)[-1]
    assert (template, recipient) == ("filing-reminder", "filler@example.com.tw")
    assert "R115-000001" in text
    assert "/filing/open/" in text

    take(writes, office, filing_id, "resend", filer(filing_id))
    take(writes, office, filing_id, "return", REGISTRAR, message="還有一處")
    clock.time = at_eight(writes, filing_id, 1)
    assert remind(writes, office) == 1, "a new due date has a reminder of its own"


def test_what_was_sent_again_or_withdrawn_is_left_alone(
    writes: sessionmaker[Session], office: Office, clock: Clock
) -> None:
    for ending in ("resend", "withdraw"):
        filing_id = filled(writes, office)
        take(writes, office, filing_id, "send", filer(filing_id))
        take(writes, office, filing_id, "return", REGISTRAR, message="請補正")
        clock.time = at_eight(writes, filing_id, 1)
        take(writes, office, filing_id, ending, filer(filing_id))
        assert remind(writes, office) == 0, ending
