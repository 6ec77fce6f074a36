"""What is read is logged; what is over is removed."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.filing import audit, privacy
from shuyin.filing.engine import drafts
from shuyin.filing.models import FilingRow
from shuyin.filing.office import By, Office
from shuyin.filing.registration.declaration import REGISTRATION
from shuyin.filing.registry import FILINGS
from tests.filing.conftest import Clock
from tests.filing.test_flow import ALL_TICKED, REGISTRAR, filer, filled, take


def test_reading_by_staff_is_logged(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = filled(writes, office)
    with writes.begin() as session:
        row = session.get_one(FilingRow, filing_id)
        answers = privacy.read_personal(session, office, REGISTRATION, row, by=REGISTRAR)
        assert answers["filler"] == "王小明"
        last = list(audit.history(session, "filing", filing_id))[-1]
        assert (last.actor, last.action) == ("staff-1", "read-personal")
        assert "王小明" not in last.detail


def test_retention(writes: sessionmaker[Session], office: Office, clock: Clock) -> None:
    sent = filled(writes, office)
    take(writes, office, sent, "send", filer(sent))
    take(writes, office, sent, "approve", REGISTRAR, ticked=ALL_TICKED)
    open_still = filled(writes, office)
    take(writes, office, open_still, "send", filer(open_still))
    with writes.begin() as session:
        drafts.start(session, office, REGISTRATION, By("visitor"))
    with writes.begin() as session:
        assert privacy.retain(session, office, FILINGS).drafts == 0
    clock.turn(days=31)
    with writes.begin() as session:
        assert privacy.retain(session, office, FILINGS).drafts == 1
    clock.turn(days=365)
    with writes.begin() as session:
        done = privacy.retain(session, office, FILINGS)
        assert (done.drafts, done.filings) == (0, 1)
        assert privacy.retain(session, office, FILINGS).filings == 0
    with writes() as session:
        row = session.get_one(FilingRow, sent)
        left = drafts.answers_of(office, row)
        assert "filler" not in left
        assert left["name"] == "書坊有限公司"
        assert not row.uploads
        assert all("filler" not in r.answers for r in row.revisions)
        assert "filler" in drafts.answers_of(office, session.get_one(FilingRow, open_still))
        assert audit.verify(session).broken_at is None
        assert len(session.scalars(select(FilingRow)).all()) == 2
