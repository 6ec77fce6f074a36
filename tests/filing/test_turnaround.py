"""Turnaround of filings: days from sending to decision and in each state, from what the engine itself kept."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy.orm import Session, sessionmaker

from shuyin.filing import turnaround
from shuyin.filing.office import Office
from shuyin.search_api import statistics
from shuyin.web.statistics import filings
from tests.filing.conftest import Clock
from tests.filing.test_flow import ALL_TICKED, REGISTRAR, filer, filled, take

MARCH, APRIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)


def decided(writes: sessionmaker[Session], office: Office, clock: Clock, *, days: float, returned: float = 0) -> None:
    """A registration that staff approve after so many days, having sent it back for `returned` of them."""
    filing_id = filled(writes, office)
    take(writes, office, filing_id, "send", filer(filing_id))
    clock.turn(days=(days - returned) / 2)
    if returned:
        take(writes, office, filing_id, "return", REGISTRAR, message="請補件。")
        clock.turn(days=returned)
        take(writes, office, filing_id, "resend", filer(filing_id))
    clock.turn(days=(days - returned) / 2)
    take(writes, office, filing_id, "approve", REGISTRAR, ticked=ALL_TICKED)


def test_the_time_in_each_state_adds_up_to_the_whole(
    writes: sessionmaker[Session], office: Office, clock: Clock
) -> None:
    decided(writes, office, clock, days=7, returned=3)
    with writes() as session:
        (one,) = turnaround.between(session, MARCH, APRIL)
    assert (one.kind, one.submitted) == ("registration", 1)
    assert one.decided == turnaround.Spread(1, 7.0, 7.0)
    assert one.states == {"sent": turnaround.Spread(1, 4.0, 4.0), "returned": turnaround.Spread(1, 3.0, 3.0)}


def test_the_tables_speak_of_the_month_of_the_decision(
    writes: sessionmaker[Session], office: Office, clock: Clock
) -> None:
    filings.install()
    for days in (1, 2, 4):
        decided(writes, office, clock, days=days)
    waiting = filled(writes, office)
    take(writes, office, waiting, "send", filer(waiting))
    with writes() as session:
        table = statistics.make(session, "filing-turnaround", date(2026, 5, 1), "2026-03")
        assert (table.rows[0]["submitted"], table.rows[0]["decided"]) == (4, 3)
        assert (table.rows[0]["median"], table.rows[0]["ninth"]) == (2.0, 4.0)
        steps = statistics.make(session, "filing-steps", date(2026, 5, 1), "2026-03")
        assert [(row["filings"], row["median"]) for row in steps.rows] == [(3, 2.0)]
        assert statistics.make(session, "filing-turnaround", date(2026, 5, 1), "2026-04").rows == ()
