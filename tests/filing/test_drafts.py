"""Drafts: nothing typed is lost, two pages do not overwrite each other, time parks instead of deleting."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from shuyin.filing.engine import drafts
from shuyin.filing.engine.drafts import StaleDraft, UnknownDraft
from shuyin.filing.models import FilingRevision, FilingRow
from shuyin.filing.office import By, Office
from shuyin.filing.registration.declaration import REGISTRATION
from tests.filing.conftest import GOOD, Clock, as_form

VISITOR = By("visitor")


def begin(writes: sessionmaker[Session], office: Office) -> int:
    with writes.begin() as session:
        return drafts.start(session, office, REGISTRATION, VISITOR).id


def save(
    writes: sessionmaker[Session],
    office: Office,
    filing_id: int,
    step: str,
    form: dict[str, list[str]],
    *,
    revision: int = 99,
    writer: str = "tab-1",
    finish: bool = True,
    turn: int = 0,
    automatic: bool = False,
) -> drafts.Saved:
    with writes.begin() as session:
        return drafts.save(
            session,
            office,
            REGISTRATION,
            filing_id,
            REGISTRATION.step(step),
            form,
            revision=revision,
            writer=writer,
            by=VISITOR,
            finish=finish,
            turn=turn,
            automatic=automatic,
        )


def answers(writes: sessionmaker[Session], office: Office, filing_id: int) -> dict[str, Any]:
    with writes() as session:
        return drafts.answers_of(office, session.get_one(FilingRow, filing_id))


def test_answers_are_kept_even_if_they_are_wrong(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = begin(writes, office)
    form = as_form({**GOOD, "filler_email": "not an address", "filler_phone": ""})
    saved = save(writes, office, filing_id, "unit", form)
    assert [p.anchor for p in saved.problems] == ["filler_phone", "filler_email"]
    kept = answers(writes, office, filing_id)
    assert (kept["filler"], kept["filler_email"]) == ("王小明", "not an address")
    with writes() as session:
        assert session.get_one(FilingRow, filing_id).steps_done == []


def test_personal_data_is_encrypted_in_the_database(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = begin(writes, office)
    save(writes, office, filing_id, "unit", as_form(GOOD))
    save(
        writes,
        office,
        filing_id,
        "publisher",
        as_form({**GOOD, "identities": ["national"], "national_id": "A123456789"}),
    )
    with writes() as session:
        raw = " ".join(
            repr(tuple(row))  # a row itself prints shortened
            for table in ("filings", "filing_revisions")
            for row in session.execute(text(f"SELECT * FROM {table}"))
        )
    assert "books.example.com.tw" in raw
    for secret in (
        "王小明",
        "A123456789",
        "filler@example",
        "0912345678",
        "陳美玲",
        "\\u738b\\u5c0f",
        "\\u9673\\u7f8e",
    ):
        assert secret not in raw
    assert answers(writes, office, filing_id)["national_id"] == "A123456789"


def test_the_same_page_may_save_again_and_again(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = begin(writes, office)
    for name in ("王", "王小", "王小明"):
        save(writes, office, filing_id, "unit", {"filler": [name]}, revision=1, finish=False)
    assert answers(writes, office, filing_id)["filler"] == "王小明"


def test_what_saves_itself_is_ignored_once_a_later_saving_of_its_page_overtook_it(
    writes: sessionmaker[Session], office: Office
) -> None:
    filing_id = begin(writes, office)
    save(writes, office, filing_id, "unit", {"filler": ["王小明"]}, turn=1_790_000_000_900, revision=1)
    late = {"filler": ["王"]}
    said = save(
        writes, office, filing_id, "unit", late, turn=1_790_000_000_400, revision=1, finish=False, automatic=True
    )
    assert answers(writes, office, filing_id)["filler"] == "王小明"
    assert said.problems == save(writes, office, filing_id, "unit", {"filler": ["王小明"]}, revision=1).problems
    newer = {"filler": ["王大明"]}
    save(writes, office, filing_id, "unit", newer, turn=1_790_000_001_000, revision=1, finish=False, automatic=True)
    assert answers(writes, office, filing_id)["filler"] == "王大明"
    save(writes, office, filing_id, "unit", {"filler": ["王"]}, turn=5, revision=1)  # a pressed button always counts
    assert answers(writes, office, filing_id)["filler"] == "王"


def test_two_tabs_do_not_overwrite_each_other(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = begin(writes, office)
    save(writes, office, filing_id, "unit", {"filler": ["第一頁"]}, revision=1, writer="one")
    with pytest.raises(StaleDraft) as stale:
        save(writes, office, filing_id, "unit", {"filler": ["第二頁"]}, revision=1, writer="two")
    (difference,) = stale.value.differences
    assert (difference.name, difference.saved, difference.mine) == ("filler", "第一頁", "第二頁")
    assert answers(writes, office, filing_id)["filler"] == "第一頁"
    save(writes, office, filing_id, "unit", {"filler": ["第二頁"]}, revision=stale.value.revision, writer="two")
    assert answers(writes, office, filing_id)["filler"] == "第二頁"


def test_tabs_on_different_steps_do_not_clash(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = begin(writes, office)
    save(writes, office, filing_id, "unit", {"filler": ["甲"]}, revision=1, writer="one")
    save(writes, office, filing_id, "publisher", {"name": ["乙"]}, revision=1, writer="two")
    kept = answers(writes, office, filing_id)
    assert (kept["filler"], kept["name"]) == ("甲", "乙")


def test_time_parks_the_draft_and_keeps_what_comes_after(
    writes: sessionmaker[Session], office: Office, clock: Clock
) -> None:
    filing_id = begin(writes, office)
    save(writes, office, filing_id, "notice", as_form(GOOD))
    clock.turn(minutes=119, seconds=59)
    assert not save(writes, office, filing_id, "unit", as_form(GOOD)).parked
    clock.turn(minutes=5)
    late = save(writes, office, filing_id, "publisher", as_form(GOOD), revision=99)
    assert late.parked
    assert answers(writes, office, filing_id)["name"] == GOOD["name"]
    with writes.begin() as session:
        row = drafts.resume(session, office, REGISTRATION, filing_id)
        assert not drafts.is_parked(REGISTRATION, row, clock())


def test_the_countdown_begins_after_the_notice(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = begin(writes, office)
    with writes() as session:
        assert session.get_one(FilingRow, filing_id).deadline_at is None
    assert save(writes, office, filing_id, "notice", {}).problems
    with writes() as session:
        assert session.get_one(FilingRow, filing_id).deadline_at is None


def test_a_key_opens_one_filing_only(writes: sessionmaker[Session], office: Office) -> None:
    first, second = begin(writes, office), begin(writes, office)
    with writes.begin() as session:
        key = drafts.key_of(office, session.get_one(FilingRow, first))
        assert drafts.find_by_key(session, office, key).id == first
        session.get_one(FilingRow, second).nonce = "another"
        session.flush()
        for wrong in ("", "nonsense", key[:-1], key.replace(key[0], "A" if key[0] != "A" else "B", 1)):
            with pytest.raises(UnknownDraft):
                drafts.find_by_key(session, office, wrong)


def test_each_finished_step_is_a_version(writes: sessionmaker[Session], office: Office) -> None:
    filing_id = begin(writes, office)
    save(writes, office, filing_id, "notice", as_form(GOOD))
    save(writes, office, filing_id, "unit", as_form(GOOD))
    save(writes, office, filing_id, "unit", {"filler": ["打字中"]}, finish=False)
    with writes() as session:
        reasons = session.scalars(select(FilingRevision.reason).where(FilingRevision.filing_id == filing_id)).all()
    assert list(reasons) == ["step:notice", "step:unit"]
