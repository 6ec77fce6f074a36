"""Registration by plain HTTP, as a browser without scripts: filled in, returned, corrected, approved, first sign-in."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from sqlalchemy import Engine, select

from shuyin.app.middleware import loggable
from shuyin.filing.accounts import visitors
from shuyin.filing.engine import drafts
from shuyin.filing.models import AuditEntry, FilingRow, SignInEvent
from shuyin.filing.registration.declaration import REGISTRATION
from shuyin.records import accounts
from shuyin.records.models import OrganisationRow, User, utc_now
from tests.filing.conftest import GOOD, PDF, Clock, png
from tests.web.filing_site import PASSWORD, Person, Site, make_site

STEPS = {step.name: [item.name for section in step.sections for item in section.items] for step in REGISTRATION.steps}
ALL_TICKED = [item.name for item in REGISTRATION.checklist]


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> Site:
    return make_site(sqlite_engine, tmp_path)


def fill(person: Person, filing_id: str, step: str, other: dict[str, Any] | None = None, action: str = "next") -> Any:
    answers = {**GOOD, **(other or {})}
    data = {name: answers[name] for name in STEPS[step] if name in answers}
    return person.post(f"/filing/{filing_id}/{step}", {**data, "action": action}, page=f"/filing/{filing_id}/{step}")


def begin(person: Person, kind: str = "registration") -> str:
    person.post(f"/filing/new/{kind}", page=f"/filing/new/{kind}")
    found = re.match(r"/filing/(\d+)/", person.path)
    assert found, person.last.text[:2000]
    return found[1]


def upload(person: Person, filing_id: str, place: str, name: str, content: bytes, **more: str) -> Any:
    page = f"/filing/{filing_id}/evidence"
    files = {f"file:{place}": (name, content)}
    return person.post(page, {"action": "upload", **more}, files=files, page=page)


def sent(site: Site) -> tuple[Person, str]:
    person = site.person()
    filing_id = begin(person)
    for step in ("notice", "unit", "publisher"):
        assert fill(person, filing_id, step).status_code == 200
    assert person.path.endswith("/evidence")
    upload(person, filing_id, "publisher_evidence", "公司登記.pdf", PDF)
    upload(person, filing_id, "copyright_page", "版權頁.png", png())
    fill(person, filing_id, "evidence")
    assert person.path.endswith("/send")
    person.post(f"/filing/{filing_id}/take/send")
    return person, filing_id


def test_from_registration_to_the_forgotten_password(site: Site) -> None:
    person, filing_id = sent(site)
    assert "感謝您提出帳號註冊申請" in person.last.text
    assert "R115-000001" in person.last.text or "R" in person.last.text
    assert "王○明" in person.last.text
    assert "王小明" not in person.last.text

    staff = site.staff("anna", "registrar")
    assert "R1" in staff.get("/staff").text
    review = staff.get(f"/staff/filings/{filing_id}")
    assert "王小明" not in review.text
    revealed = staff.post(f"/staff/filings/{filing_id}/reveal")
    assert "王小明" in revealed.text
    refused = staff.post(f"/staff/filings/{filing_id}/take/return", page=f"/staff/filings/{filing_id}")
    assert refused.status_code == 422
    staff.post(f"/staff/filings/{filing_id}/take/return", {"message": "版權頁請重新上傳"})
    assert "退回補正" in staff.last.text

    link = re.search(r"http://testserver(/filing/open/\S+)", site.letters()[-1][2])
    assert link
    elsewhere = site.person()
    assert "版權頁請重新上傳" in elsewhere.get(link[1]).text
    fill(elsewhere, filing_id, "publisher", {"short_name": "新簡稱"})
    elsewhere.get(f"/filing/{filing_id}/send")
    elsewhere.post(f"/filing/{filing_id}/take/resend", {"message": "已補正"})
    assert "待審核" in elsewhere.last.text

    half = staff.post(
        f"/staff/filings/{filing_id}/take/approve", {"ticked": ALL_TICKED[1:]}, page=f"/staff/filings/{filing_id}"
    )
    assert half.status_code == 422
    assert "新簡稱" in half.text
    staff.post(f"/staff/filings/{filing_id}/take/approve", {"ticked": ALL_TICKED})
    assert "已核准" in staff.last.text

    template, _, text = site.letters()[-1]
    assert template == "account-issued"
    found = re.search(r"帳號：(\S+)\n首次登入密碼：(\S+)", text)
    assert found
    account, first = found[1], found[2]
    publisher = site.sign_in(account, first)
    assert publisher.path == "/account/password"
    publisher.get("/filing")
    assert publisher.path == "/account/password"
    publisher.post("/account/password", {"current": first, "new": "my own pass phrase", "again": "my own pass phrase"})
    assert publisher.path == "/account/welcome"
    assert "書坊有限公司" in publisher.last.text
    publisher.post("/account/welcome", {"action": "confirm"})
    assert "前往ISBN" in publisher.last.text
    publisher.post(
        "/account/contact",
        {"name": "林送存", "phone": "(02)23619132", "email": "deposit@example.com", "notices": "page"},
        page="/account/contact",
    )
    assert "聯繫資料已儲存" in publisher.last.text
    assert "林送存" in publisher.get("/account/contact").text

    forgetful = site.person()
    forgetful.post(
        "/account/forgotten",
        {"organisation": "書坊有限公司", "email": "manager@example.com.tw"},
        page="/account/forgotten",
    )
    link = re.search(r"http://testserver(/account/password/\S+)", site.letters()[-1][2])
    assert link
    assert account in forgetful.get(link[1]).text
    forgetful.post(link[1], {"password": "yet another phrase"})
    assert forgetful.path == "/account/login"
    assert publisher.get("/account").url.path == "/account/login"  # signed out everywhere
    assert site.sign_in(account, "yet another phrase").path == "/account"
    assert forgetful.get(link[1]).status_code == 410


def test_an_error_keeps_everything_and_links_to_the_field(site: Site) -> None:
    person = site.person()
    filing_id = begin(person)
    fill(person, filing_id, "notice")
    answer = fill(person, filing_id, "unit", {"filler_email": "wrong", "filler_phone": ""})
    assert answer.status_code == 422
    assert 'href="#filler_email"' in answer.text
    assert 'id="filler_email-error"' in answer.text
    assert 'value="wrong"' in answer.text
    assert 'value="王小明"' in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_wide_picture_is_scaled_or_refused(site: Site) -> None:
    person = site.person()
    filing_id = begin(person)
    for step in ("notice", "unit", "publisher"):
        fill(person, filing_id, step)
    refused = upload(person, filing_id, "publisher_evidence", "wide.png", png(3000, 20))
    assert refused.status_code == 422
    assert "3000" in refused.text
    taken = upload(
        person, filing_id, "publisher_evidence", "wide.png", png(3000, 20), **{"scale:publisher_evidence": "yes"}
    )
    assert taken.status_code == 200
    shown = re.search(rf"/filing/{filing_id}/files/(\d+)", taken.text)
    assert shown
    file = person.get(shown[0])
    assert file.headers["content-type"] == "image/png"
    assert "sandbox" in file.headers["content-security-policy"]
    assert site.person().get(shown[0]).status_code == 404


def test_two_tabs_clash_and_both_are_shown(site: Site) -> None:
    person = site.person()
    filing_id = begin(person)
    fill(person, filing_id, "notice")
    page = f"/filing/{filing_id}/unit"
    person.get(page)
    old = {"revision": person.hidden("revision"), "writer": person.hidden("writer"), "csrf": person.token()}
    fill(person, filing_id, "unit", {"filler": "第一頁"})
    clash = person.client.post(
        page, data={**old, **{n: GOOD[n] for n in STEPS["unit"]}, "filler": "第二頁", "action": "next"}
    )
    assert clash.status_code == 409
    assert "第一頁" in clash.text
    assert "第二頁" in clash.text
    person.last = clash
    mine = {**{n: GOOD[n] for n in STEPS["unit"]}, "filler": "第二頁", "action": "mine"}
    person.post(page, mine)
    assert person.path.endswith("/publisher")
    assert 'value="第二頁"' in person.get(page).text


def test_autosave_answers_with_the_new_revision(site: Site) -> None:
    person = site.person()
    filing_id = begin(person)
    fill(person, filing_id, "notice")
    person.get(f"/filing/{filing_id}/unit")
    saved = person.post(f"/filing/{filing_id}/unit/autosave", {"filler": "打字中"})
    assert "已自動儲存" in saved.text
    assert 'hx-swap-oob="true"' in saved.text
    assert 'value="打字中"' in person.get(f"/filing/{filing_id}/unit").text


def test_a_form_without_its_token_is_refused(site: Site) -> None:
    person = site.person()
    filing_id = begin(person)
    answer = person.client.post(f"/filing/{filing_id}/notice", data={"agreed": "yes", "csrf": "forged"})
    assert answer.status_code == 403
    with site.app.state.sessions() as session:
        assert drafts.answers_of(site.office, session.get_one(FilingRow, int(filing_id))) == {}


def test_the_forgotten_page_says_the_same_for_everyone(site: Site) -> None:
    with site.app.state.writes.begin() as session:
        session.add(OrganisationRow(name="真有此社", name_key="真有此社", source="test"))
        session.flush()
        house = session.scalars(select(OrganisationRow.id)).one()
    site.add_user("P1", "publisher", house)
    answers = []
    for organisation, email in (
        ("真有此社", "p1@example.com"),
        ("真有此社", "x@example.com"),
        ("無此社", "p1@example.com"),
    ):
        person = site.person()
        person.post("/account/forgotten", {"organisation": organisation, "email": email}, page="/account/forgotten")
        answers.append(re.sub(r'value="[^"]*"', "", person.last.text))
    assert len(set(answers)) == 1
    assert len(site.letters()) == 1


def test_devices_can_be_signed_out(site: Site) -> None:
    site.add_user("P1", "publisher")
    phone, laptop = site.sign_in("P1"), site.sign_in("P1")
    laptop.post("/account/devices", {"device": "others"}, page="/account/devices")
    assert phone.get("/account").url.path == "/account/login"
    assert laptop.get("/account").url.path == "/account"


def test_feedback_is_filed_answered_and_read(site: Site) -> None:
    person = site.person()
    filing_id = begin(person, "feedback")
    data = {
        "name": "讀者",
        "email": "reader@example.com",
        "topic": "question",
        "text": "請問如何下載？",
        "action": "next",
    }
    person.post(f"/filing/{filing_id}/message", data)
    person.post(f"/filing/{filing_id}/take/send")
    assert "竭誠為您服務" in person.last.text
    editor = site.staff("eddy", "editor")
    editor.get(f"/staff/filings/{filing_id}")
    editor.post(f"/staff/filings/{filing_id}/take/answer", {"message": "請先登入。"})
    assert "已回覆" in editor.last.text
    assert "請先登入。" in person.get(f"/filing/{filing_id}").text
    assert [t for t, _, _ in site.letters()] == ["filing-received", "filing-message"]


def test_a_change_of_data_is_asked_for_and_made(site: Site) -> None:
    with site.app.state.writes.begin() as session:
        house = OrganisationRow(
            name="舊名", name_key="舊名", source="t", address="100201 臺北市", telephone="(02)23619132"
        )
        session.add(house)
    site.add_user("P1", "publisher", house.id)
    person = site.sign_in("P1")
    filing_id = begin(person, "profile")
    assert 'value="舊名"' in person.last.text
    wanted = {k: GOOD[k] for k in STEPS["unit"] + STEPS["publisher"] if k in GOOD}
    person.post(f"/filing/{filing_id}/data", {**wanted, "name": "新名", "reason": "更名", "action": "next"})
    assert person.path.endswith("/send"), person.last.text
    person.post(f"/filing/{filing_id}/take/send")
    staff = site.staff("anna", "registrar")
    staff.get(f"/staff/filings/{filing_id}")
    staff.post(f"/staff/filings/{filing_id}/take/approve")
    with site.app.state.sessions() as session:
        assert session.get_one(OrganisationRow, house.id).name == "新名"
    versions = staff.get(f"/staff/organisations/{house.id}")
    assert "舊名" in versions.text
    staff.post(f"/staff/organisations/{house.id}/undo", {"version": "1", "reason": "誤改"})
    with site.app.state.sessions() as session:
        found = session.get_one(OrganisationRow, house.id)
        assert (found.name, found.version) == ("舊名", 3)


def test_duplicates_are_merged(site: Site) -> None:
    with site.app.state.writes.begin() as session:
        kept, gone = (OrganisationRow(name=n, name_key=n, source="t") for n in ("大社", "大社有限公司"))
        session.add_all([kept, gone])
    user = site.add_user("P1", "publisher", gone.id)
    staff = site.staff("anna", "registrar")
    staff.post(f"/staff/organisations/{kept.id}/merge", {"gone": str(kept.id)}, page=f"/staff/organisations/{kept.id}")
    assert staff.last.status_code == 422
    staff.post(f"/staff/organisations/{kept.id}/merge", {"gone": str(gone.id)})
    with site.app.state.sessions() as session:
        assert session.get_one(User, user.id).organisation_id == kept.id
        assert session.get_one(OrganisationRow, gone.id).deleted_at is not None
        assert session.get_one(OrganisationRow, kept.id).other_names == ["大社有限公司"]


def test_what_staff_open_is_in_the_audit_trail(site: Site) -> None:
    _, filing_id = sent(site)
    staff = site.staff("anna", "registrar")
    page = staff.get(f"/staff/filings/{filing_id}")
    shown = re.search(rf"/staff/filings/{filing_id}/files/\d+", page.text)
    assert shown
    assert staff.get(shown[0]).content.startswith(b"%PDF")
    with site.app.state.sessions() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.actor == "anna")).all()
    assert "read-file" in actions
    admin = site.staff("root", "admin")
    assert "鏈結完整" in admin.get("/staff/audit").text


def test_an_api_token_stands_for_its_user_until_it_is_revoked(site: Site) -> None:
    site.add_user("P1", "reader")
    person = site.sign_in("P1")
    person.post("/account/tokens", {"label": "my script"}, page="/account/tokens")
    found = re.search(r"shuyin_[\w-]{40,}", person.last.text)
    assert found
    assert bearer_of(site, found[0]) == "P1"
    page = site.person().client.get("/account", headers={"Authorization": f"Bearer {found[0]}"}, follow_redirects=False)
    assert page.status_code == 303  # the API is for tokens, pages are for people
    assert found[0] not in person.get("/account/tokens").text
    person.post("/account/tokens", {"revoke": "1"})
    assert bearer_of(site, found[0]) is None


def bearer_of(site: Site, token: str) -> str | None:
    with site.app.state.sessions() as session:
        user = accounts.user_of_api_token(session, token, now=utc_now())
        return user.account if user else None


def test_time_that_runs_out_parks_the_draft(site: Site) -> None:
    clock = Clock()
    site.app.state.office = dataclasses.replace(site.office, now=clock)
    person = site.person()
    filing_id = begin(person)
    fill(person, filing_id, "notice")
    clock.turn(minutes=119)
    assert fill(person, filing_id, "unit").url.path.endswith("/publisher")
    assert "剩下填寫並送出時間：1 分" in person.last.text
    clock.turn(minutes=10)
    late = fill(person, filing_id, "publisher", {"short_name": "遲了"})
    assert late.url.path == f"/filing/{filing_id}"
    assert "保留為草稿" in late.text
    person.post(f"/filing/{filing_id}/resume")
    assert "剩下填寫並送出時間：120 分" in person.last.text
    assert 'value="遲了"' in person.get(f"/filing/{filing_id}/publisher").text


def test_keys_do_not_stand_in_the_log() -> None:
    assert loggable("/filing/open/WzEsImFiYyJd.x") == "/filing/open/…"
    assert loggable("/account/password/abc") == "/account/password/…"
    assert loggable("/account/password") == "/account/password"


def test_guessing_is_answered_with_429(site: Site) -> None:
    site.add_user("P1", "publisher")
    for _ in range(5):
        assert site.sign_in("P1", "wrong").last.status_code == 422
    assert site.sign_in("P1", PASSWORD).last.status_code == 429


def test_one_address_begins_only_so_many_filings_without_an_account(site: Site) -> None:
    person = site.person()
    for _ in range(visitors.MOST):
        begin(person, "feedback")
    refused = person.post("/filing/new/feedback", page="/filing/new/feedback")
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "3600")
    assert "太多件" in refused.text
    site.add_user("P1", "reader")
    begin(site.sign_in("P1"), "feedback")
    with site.app.state.writes.begin() as session:
        for event in session.scalars(select(SignInEvent).where(SignInEvent.outcome == "draft")):
            event.at = utc_now() - visitors.WINDOW
    begin(person, "feedback")


def test_the_secret_of_the_second_factor_can_be_scanned(site: Site) -> None:
    site.add_user("P1", "publisher")
    text = site.sign_in("P1").get("/account/second-factor").text
    found = re.search(r'<img class="qr" src="data:image/svg\+xml;charset=utf-8,([^"]+)" alt="[^"]+"', text)
    assert found
    drawn = ElementTree.fromstring(unquote(found[1]))
    squares = {path.get("stroke"): path.get("d") or "" for path in drawn.iter("{http://www.w3.org/2000/svg}path")}
    assert squares["#000"].count("h") > 200
    assert "style" not in unquote(found[1])
    assert 'class="qr"' not in site.staff("anna", "registrar").get("/account/second-factor").text


def test_data_can_be_taken_along_and_erased(site: Site) -> None:
    site.add_user("P1", "reader")
    person = site.sign_in("P1")
    assert person.get("/account/data.json").json()["account"]["account"] == "P1"
    person.post("/account/data", {"current": "wrong"}, page="/account/data")
    assert person.last.status_code == 422
    person.post("/account/data", {"current": PASSWORD})
    assert site.sign_in("P1").last.status_code == 422


def test_only_what_our_own_page_sent_comes_back_after_a_lost_sign_in(sqlite_engine: Engine, tmp_path: Path) -> None:
    site = make_site(sqlite_engine, tmp_path)
    site.add_user("P20778", "publisher")
    person = site.sign_in("P20778")
    person.post("/filing/new/isbn", page="/filing/new/isbn")
    step = person.path
    form = {"csrf": person.token(), "filler": "王小明", "action": "next"}
    person.client.cookies.delete("shuyin_session")
    ours = person.client.post(step, data=form, headers={"sec-fetch-site": "same-origin"})
    assert ours.status_code == 403
    assert 'name="filler" value="王小明"' in ours.text and 'name="action" value="next"' in ours.text
    assert form["csrf"] not in ours.text
    for theirs in ({"sec-fetch-site": "cross-site"}, {}):
        answer = person.client.post(step, data=form, headers=theirs)
        assert answer.status_code == 403
        assert "王小明" not in answer.text
    elsewhere = {"csrf": form["csrf"], "account": "P20778", "password": "a secret of mine"}
    refused = person.client.post("/account/login", data=elsewhere, headers={"sec-fetch-site": "same-origin"})
    assert refused.status_code == 403
    assert "a secret of mine" not in refused.text
