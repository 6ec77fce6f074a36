"""From sending to the account: states, who may do what, letters, due dates, versions, audit."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.filing import audit
from shuyin.filing.engine import drafts, flow, uploads
from shuyin.filing.models import AccountProfile, AuditEntry, FilingRevision, FilingRow, OrganisationContact
from shuyin.filing.office import By, Office
from shuyin.filing.registration import approval
from shuyin.filing.registration.declaration import REGISTRATION
from shuyin.notify.models import Letter
from shuyin.records.models import Change, OrganisationRow, RecordVersion, User
from shuyin.records.services import name_key
from tests.filing.conftest import GOOD, PDF, Clock, as_form

REGISTRAR = By("staff-1", "registrar")
EDITOR = By("staff-2", "editor")
ALL_TICKED = [item.name for item in REGISTRATION.checklist]


def filer(filing_id: int) -> By:
    return By(f"filer:{filing_id}")


def filled(writes: sessionmaker[Session], office: Office, **other: object) -> int:
    """A draft with every step done and the files it needs."""
    with writes.begin() as session:
        filing_id = drafts.start(session, office, REGISTRATION, By("visitor")).id
        for step in REGISTRATION.steps:
            drafts.save(
                session,
                office,
                REGISTRATION,
                filing_id,
                step,
                as_form({**GOOD, **other}),
                revision=99,
                writer="t",
                by=filer(filing_id),
                finish=True,
            )
        for place in ("publisher_evidence", "copyright_page"):
            uploads.store(session, office, REGISTRATION, filing_id, place, "a.pdf", PDF, by=filer(filing_id))
    return filing_id


def take(writes: sessionmaker[Session], office: Office, filing_id: int, name: str, by: By, **more: object) -> FilingRow:
    with writes.begin() as session:
        return flow.take(session, office, REGISTRATION, filing_id, name, by=by, **more)  # type: ignore[arg-type]


def letters(writes: sessionmaker[Session], office: Office) -> list[tuple[str, str, str]]:
    with writes() as session:
        return [
            (x.template, office.vault.unseal(x.recipient), office.vault.unseal(x.content)["text"])
            for x in session.scalars(select(Letter).order_by(Letter.id))
            if x.content
        ]


def test_an_unfinished_filing_is_not_sent(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        filing_id = drafts.start(session, office, REGISTRATION, By("visitor")).id
    with pytest.raises(flow.NotReady) as refusal:
        take(writes, office, filing_id, "send", filer(filing_id))
    assert set(refusal.value.problems) == {"notice", "unit", "publisher", "evidence"}


def test_sent_returned_corrected_approved(writes: sessionmaker[Session], office: Office, clock: Clock) -> None:
    filing_id = filled(writes, office)
    row = take(writes, office, filing_id, "send", filer(filing_id))
    assert (row.state, row.reference, row.due_on) == ("sent", "R115-000001", date(2026, 3, 17))
    with pytest.raises(flow.MessageNeeded):
        take(writes, office, filing_id, "return", REGISTRAR)
    row = take(writes, office, filing_id, "return", REGISTRAR, message="版權頁不清楚，請重新上傳。")
    assert (row.state, row.due_on) == ("returned", date(2026, 3, 24))
    row = take(writes, office, filing_id, "resend", filer(filing_id), message="已重新上傳。")
    assert (row.state, row.reference) == ("sent", "R115-000001")
    with pytest.raises(flow.CheckListOpen):
        take(writes, office, filing_id, "approve", REGISTRAR, ticked=ALL_TICKED[:-1])
    row = take(writes, office, filing_id, "approve", REGISTRAR, ticked=ALL_TICKED)
    assert row.state == "approved"
    assert row.closed_at is not None
    written = letters(writes, office)
    assert [(template, to) for template, to, _ in written] == [
        ("filing-received", "filler@example.com.tw"),
        ("filing-returned", "filler@example.com.tw"),
        ("filing-received", "filler@example.com.tw"),
        ("account-issued", "filler@example.com.tw"),
    ]
    assert "版權頁不清楚" in written[1][2]
    assert f"/filing/open/{drafts.key_of(office, row)}" in written[1][2]
    with writes() as session:
        talk = flow.conversation(session, office, row)
        assert [(m.from_staff, body) for m, body in talk] == [
            (True, "版權頁不清楚，請重新上傳。"),
            (False, "已重新上傳。"),
        ]
        reasons = session.scalars(select(FilingRevision.reason).order_by(FilingRevision.id)).all()
        assert list(reasons)[-4:] == ["send", "return", "resend", "approve"]


def test_approval_makes_publisher_contact_and_account(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = filled(writes, office, public="no", materials=["print", "sound"])
    with writes.begin() as session:
        uploads.store(session, office, REGISTRATION, filing_id, "album_cover", "c.pdf", PDF, by=filer(filing_id))
        uploads.store(session, office, REGISTRATION, filing_id, "album_notes", "n.pdf", PDF, by=filer(filing_id))
    take(writes, office, filing_id, "send", filer(filing_id))
    take(writes, office, filing_id, "approve", REGISTRAR, ticked=ALL_TICKED)
    with writes() as session:
        user = session.scalars(select(User)).one()
        organisation = session.get_one(OrganisationRow, user.organisation_id)
        assert (user.account, user.role, user.must_change_password) == ("P50001", "publisher_admin", True)
        assert organisation.name == GOOD["name"]
        assert organisation.consent_public is False
        assert organisation.is_publisher
        assert organisation.is_music_company
        assert organisation.subject_range == "總類、文學"
        assert session.get_one(AccountProfile, user.id).services == ["isbn", "isrc", "deposit"]
        assert session.scalars(select(Change.kind)).all() == ["organisation"]
        contacts = session.scalars(select(OrganisationContact)).all()
        assert {c.role for c in contacts} == {"account", "deposit"}
        assert office.vault.unseal(contacts[0].details)["name"] == "陳美玲"
    text = letters(writes, office)[-1][2]
    assert "P50001" in text
    assert "2026-03-24" in text


def test_staff_may_join_a_registration_to_a_known_publisher(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        known = OrganisationRow(name="書坊 有限公司", name_key=name_key("書坊有限公司"), source="isbn", version=3)
        session.add(known)
    filing_id = filled(writes, office)
    take(writes, office, filing_id, "send", filer(filing_id))
    with writes.begin() as session:
        row = session.get_one(FilingRow, filing_id)
        assert [o.id for o in approval.similar(session, office, row)] == [known.id]
        row.organisation_id = known.id
    take(writes, office, filing_id, "approve", REGISTRAR, ticked=ALL_TICKED)
    with writes() as session:
        assert len(session.scalars(select(OrganisationRow)).all()) == 1
        assert session.scalars(select(User)).one().organisation_id == known.id
        kept = session.scalars(select(RecordVersion)).one()
        assert (kept.version, kept.reason) == (3, "registration")


@pytest.mark.parametrize(
    ("by", "name"),
    [
        (EDITOR, "approve"),
        (EDITOR, "return"),
        (By("P1", "publisher_admin", 7), "approve"),
        (By("filer:999"), "withdraw"),
        (By("visitor"), "approve"),
        (REGISTRAR, "withdraw"),
        (REGISTRAR, "resend"),
    ],
)
def test_who_may_not(writes: sessionmaker[Session], office: Office, by: By, name: str) -> None:
    filing_id = filled(writes, office)
    take(writes, office, filing_id, "send", filer(filing_id))
    with pytest.raises(flow.NotAllowed):
        take(writes, office, filing_id, name, by, message="x", ticked=ALL_TICKED)


def test_what_conditions_hide_is_not_sent(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = filled(writes, office, national_id="A123456789", residence_no="nonsense")
    row = take(writes, office, filing_id, "send", filer(filing_id))
    sent = drafts.answers_of(office, row)
    assert "national_id" not in sent
    assert "residence_no" not in sent
    assert sent["ubn"] == GOOD["ubn"]


def test_a_sent_filing_is_not_edited(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = filled(writes, office)
    take(writes, office, filing_id, "send", filer(filing_id))
    with writes.begin() as session, pytest.raises(drafts.NotEditable):
        step = REGISTRATION.step("unit")
        drafts.save(
            session,
            office,
            REGISTRATION,
            filing_id,
            step,
            {},
            revision=1,
            writer="t",
            by=filer(filing_id),
            finish=False,
        )


def test_a_parked_filing_is_taken_up_before_it_is_sent(
    writes: sessionmaker[Session], office: Office, clock: Clock
) -> None:
    filing_id = filled(writes, office)
    clock.turn(minutes=121)
    with pytest.raises(flow.Parked):
        take(writes, office, filing_id, "send", filer(filing_id))
    with writes.begin() as session:
        drafts.resume(session, office, REGISTRATION, filing_id)
    assert take(writes, office, filing_id, "send", filer(filing_id)).state == "sent"


def test_a_failing_step_leaves_nothing_behind(
    writes: sessionmaker[Session], office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    filing_id = filled(writes, office)
    take(writes, office, filing_id, "send", filer(filing_id))
    monkeypatch.setattr(approval, "_next_account", lambda session: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take(writes, office, filing_id, "approve", REGISTRAR, ticked=ALL_TICKED)
    with writes() as session:
        assert session.get_one(FilingRow, filing_id).state == "sent"
        assert session.scalars(select(OrganisationRow)).all() == []
        assert len(session.scalars(select(Letter)).all()) == 1


def test_messages_go_both_ways(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = filled(writes, office)
    take(writes, office, filing_id, "send", filer(filing_id))
    with writes.begin() as session:
        flow.write(session, office, REGISTRATION, filing_id, "請問何時出版？", by=REGISTRAR)
        flow.write(session, office, REGISTRATION, filing_id, "下個月。", by=filer(filing_id))
        with pytest.raises(flow.NotAllowed):
            flow.write(session, office, REGISTRATION, filing_id, "我也要說", by=By("filer:77"))
        with pytest.raises(flow.MessageNeeded):
            flow.write(session, office, REGISTRATION, filing_id, " \n ", by=REGISTRAR)
    assert [template for template, _, _ in letters(writes, office)] == ["filing-received", "filing-message"]


def test_the_audit_chain_holds_and_shows_a_change(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = filled(writes, office)
    take(writes, office, filing_id, "send", filer(filing_id))
    with writes() as session:
        verdict = audit.verify(session)
        assert verdict.broken_at is None
        assert verdict.entries == len(session.scalars(select(AuditEntry)).all()) >= 4
        assert [e.action for e in audit.history(session, "filing", filing_id)][-1] == "send"


@pytest.mark.parametrize("statement", ["UPDATE audit_entries SET actor = 'x'", "DELETE FROM audit_entries"])
def test_the_database_refuses_to_change_the_audit_trail(writes: sessionmaker[Session], statement: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    with writes.begin() as session:
        audit.append(session, "a", "b", "c", 1)
    with pytest.raises(DBAPIError, match="neither changed nor removed"), writes.begin() as session:
        session.execute(text(statement))


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit_entries SET detail = '{}' WHERE id = 2", "changed"),
        ("DELETE FROM audit_entries WHERE id = 2", "missing"),
    ],
)
def test_verification_finds_what_was_changed_behind_the_triggers(
    writes: sessionmaker[Session], statement: str, reason: str
) -> None:
    from sqlalchemy import text

    with writes.begin() as session:
        for number in range(4):
            audit.append(session, "a", "b", "c", number, {"n": number})
        sqlite = session.get_bind().dialect.name == "sqlite"
        names = ("audit_entries_no_update", "audit_entries_no_delete") if sqlite else ("audit_entries_no_change",)
        for name in names:
            session.execute(text(f"DROP TRIGGER {name}" + ("" if sqlite else " ON audit_entries")))
        session.execute(text(statement))
    with writes() as session:
        verdict = audit.verify(session)
    assert verdict.broken_at == 2
    assert reason in verdict.reason
