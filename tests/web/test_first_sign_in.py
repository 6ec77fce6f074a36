"""The first sign-in of each kind of account that publishers bring along (S1 一(二), S0 首次登入)."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from shuyin.filing.accounts.origins import AccountTaken, Origin, bring, bring_all
from shuyin.filing.models import FilingRow
from shuyin.records.models import OrganisationRow
from tests.filing.conftest import GOOD
from tests.web.filing_site import Site, make_site

OLD = "old secret"  # shorter than what is asked for today: old passwords go on working


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> Site:
    made = make_site(sqlite_engine, tmp_path)
    with made.app.state.writes.begin() as session:
        session.add(OrganisationRow(id=1, name="書坊", name_key="書坊", source="t", address="臺北市"))
    return made


@pytest.mark.parametrize(
    ("origin", "from_ebooks", "must_change", "goes_to"),
    [
        (Origin.ISBN, False, False, {"前往ISBN", "前往出版品送存管理"}),
        (Origin.EBOOK, False, True, {"前往ISBN", "前往出版品送存管理"}),
        (Origin.BOTH, False, False, {"前往ISBN", "前往出版品送存管理"}),
        (Origin.BOTH, True, True, {"前往ISBN", "前往出版品送存管理"}),
        (Origin.ISRC, False, False, {"前往ISRC"}),
    ],
)
def test_each_kind_is_led_through_its_first_sign_in(
    site: Site, origin: Origin, from_ebooks: bool, must_change: bool, goes_to: set[str]
) -> None:
    with site.app.state.writes.begin() as session:
        bring(session, "P20778", OLD, origin, organisation_id=1, from_ebooks=from_ebooks)
        with pytest.raises(AccountTaken):
            bring(session, "P20778", OLD, origin, organisation_id=1)
    person = site.sign_in("P20778", OLD)
    assert (person.path == "/account/password") is must_change
    if must_change:
        person.post("/account/password", {"current": OLD, "new": "a new pass phrase", "again": "a new pass phrase"})
        assert person.path == "/account/welcome"
    page = person.get("/account").text
    assert "確認基本資料" in page
    assert {name for name in ("前往ISBN", "前往ISRC", "前往出版品送存管理") if name in page} == goes_to
    person.post("/account/welcome", {"action": "confirm"}, page="/account/welcome")
    assert "請先確認貴單位的基本資料" not in person.get("/account").text


def test_filing_opens_only_after_staff_made_the_change_that_was_asked_for(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dataclasses

    from shuyin.filing.feedback import FEEDBACK
    from shuyin.filing.registry import FILINGS

    closed = dataclasses.replace(FEEDBACK, kind="isbn", public=False, permission="filing.file")
    monkeypatch.setitem(FILINGS, "isbn", closed)
    with site.app.state.writes.begin() as session:
        bring(session, "P20778", OLD, Origin.ISBN, organisation_id=1)
    person = site.sign_in("P20778", OLD)
    assert person.get("/filing/new/isbn").url.path == "/account/welcome"
    person.post("/account/welcome", {"action": "change"})
    filing_id = int(person.path.split("/")[2])
    person.post(person.path, {**GOOD, "reason": "地址有誤", "action": "next"})
    person.post(f"/filing/{filing_id}/take/send")
    assert person.get("/filing/new/isbn").url.path == "/account/welcome"
    assert "您已提出修改需求" in person.last.text
    staff = site.staff("anna", "registrar")
    staff.get(f"/staff/filings/{filing_id}")
    staff.post(f"/staff/filings/{filing_id}/take/approve")
    with site.app.state.sessions() as session:
        assert session.get_one(FilingRow, filing_id).state == "approved"
    assert person.get("/filing/new/isbn").url.path == "/filing/new/isbn"


def test_a_file_of_accounts_is_taken_over_and_wrong_lines_are_named(site: Site) -> None:
    row = {"account": "P1", "password": OLD, "email": "a@example.com", "publisher": "書 坊", "origin": "isbn"}
    rows = [
        row,
        {**row, "account": "E1", "origin": "ebook+"},
        row,
        {**row, "account": "P2", "publisher": "無此社"},
        {**row, "account": "P3", "origin": "gpn"},
        {**row, "account": ""},
    ]
    with site.app.state.writes.begin() as session:
        done, refused = bring_all(session, rows)
    assert done == 2
    assert [line.partition(":")[0] for line in refused] == ["line 4", "line 5", "line 6", "line 7"]
    assert site.sign_in("P1", OLD).path == "/account"
    assert site.sign_in("E1", OLD).path == "/account/password"
