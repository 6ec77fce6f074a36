"""The cataloguing desk by HTTP, without scripts: queue, decisions, editor, suggestions, look-up, release, figures."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from shuyin.filing.engine import flow
from shuyin.filing.isbn import acceptance, desk
from shuyin.filing.models import AuditEntry, FilingRow, IsbnNumber
from shuyin.filing.office import By
from shuyin.records import database, marc
from shuyin.records.models import BookRow, HeadingRow, User
from tests.filing.isbn_desk import APPLICATION, PLAIN, TICKED, add_range, house, send
from tests.web.filing_site import Person, Site, make_site


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> Site:
    return make_site(sqlite_engine, tmp_path)


@pytest.fixture
def clerk(site: Site) -> Person:
    return site.staff("clerk", "cataloguer")


@pytest.fixture
def publisher(site: Site) -> By:
    with site.app.state.writes.begin() as session:
        house_id, by = house(session)
        add_range(session, site.office, house_id)
    return by


@pytest.fixture
def sent(site: Site, publisher: By) -> int:
    return file(site, publisher)


def file(site: Site, by: By, **answers: Any) -> int:
    month = site.office.today().strftime("%Y-%m")
    with site.app.state.writes.begin() as session:
        months = {f"{form}_published": month for form in ("print", "ebook", "audio")}
        return send(session, site.office, by, **{**months, **answers})


def row_of(site: Site, filing_id: int) -> FilingRow:
    with site.app.state.sessions() as session:
        return session.get_one(FilingRow, filing_id)


def page_of(filing_id: int) -> str:
    return f"/staff/desk/{filing_id}"


def take(person: Person, filing_id: int, name: str, **form: Any) -> Any:
    return person.post(f"{page_of(filing_id)}/take/{name}", form, page=page_of(filing_id))


def lines_on(person: Person) -> dict[str, list[str]]:
    """The editor's inputs as a browser posts them."""
    page = person.last.text
    form = page[page.index('id="record-form"') : page.index('id="look-up"')]
    inputs = re.findall(r'name="(tag|indicators)" value="([^"]*)"', form)
    contents = re.findall(r'<textarea name="content"[^>]*>([^<]*)</textarea>', form)
    found: dict[str, list[str]] = {"tag": [], "indicators": [], "content": [unescape(c) for c in contents]}
    for name, value in inputs:
        found[name].append(unescape(value))
    assert len(found["tag"]) == len(found["indicators"]) == len(found["content"]) > 10
    return found


def edit(person: Person, filing_id: int, lines: dict[str, list[str]] | None = None, **more: Any) -> Any:
    """Post the record form of the page that is open."""
    version = re.search(r'name="version" value="(\d+)"', person.last.text)
    assert version
    form = {**(lines or lines_on(person)), "version": version[1], **more}
    return person.post(f"{page_of(filing_id)}/record", form)


def record_of(site: Site, filing_id: int) -> Any:
    with site.app.state.sessions() as session:
        sheet = desk.sheet(session, filing_id)
        assert sheet is not None
        return sheet.record


def numbered(clerk: Person, filing_id: int) -> None:
    take(clerk, filing_id, "assign", ticked=TICKED)
    assert clerk.last.status_code == 200, clerk.last.text[:2000]


def test_the_queue_is_filtered(site: Site, clerk: Person, publisher: By) -> None:
    first = file(site, publisher)
    second = file(site, publisher, title="線上的書", forms=["print", "ebook"])
    with site.app.state.writes.begin() as session:
        session.get_one(FilingRow, first).due_on = site.office.today().replace(year=2020)
    cases = {
        "": (True, True),
        "?form=ebook": (False, True),
        "?due=late": (True, False),
        "?assignee=me": (False, False),
        "?assignee=none": (True, True),
        "?q=線上": (False, True),
        "?q=i115-000001" if row_of(site, first).reference == "I115-000001" else f"?q={row_of(site, first).reference}": (
            True,
            False,
        ),
        "?state=returned": (False, False),
        "?state=submitted&kind=isbn": (True, True),
        "?page=2": (False, False),
    }
    for query, shown in cases.items():
        text = clerk.get(f"/staff/desk{query}").text
        found = tuple(f'href="{page_of(filing_id)}"' in text for filing_id in (first, second))
        assert found == shown, query
    assert clerk.get("/staff/desk").text.index(page_of(first)) < clerk.last.text.index(page_of(second))
    assert len(cases) == 10


def test_work_is_handed_over_with_a_due_date_on_a_working_day(site: Site, clerk: Person, sent: int) -> None:
    with site.app.state.sessions() as session:
        me = session.scalars(select(User.id).where(User.account == "clerk")).one()
    saturday = site.office.today()
    while saturday.weekday() != 5:
        saturday = saturday.fromordinal(saturday.toordinal() + 1)
    path = f"{page_of(sent)}/hand-over"
    clerk.post(path, {"assignee": me, "due": saturday.isoformat()}, page=page_of(sent))
    row = row_of(site, sent)
    assert row.assigned_to == me
    assert row.due_on is not None
    assert row.due_on > saturday
    assert page_of(sent) in clerk.get("/staff/desk?assignee=me").text
    for form in ({"assignee": "999999"}, {"assignee": me, "due": "2001-01-01"}, {"assignee": me, "due": "x"}):
        assert clerk.post(path, form, page=page_of(sent)).status_code == 422
    with site.app.state.sessions() as session:
        assert session.scalars(select(AuditEntry.action)).all().count("hand-over") == 1


def test_a_ready_sentence_is_brought_in_and_the_application_returned(site: Site, clerk: Person, sent: int) -> None:
    form = {"reply": "pages", "message": "您好：", "ticked": TICKED[:2]}
    clerk.post(f"{page_of(sent)}/reply", form, page=page_of(sent))
    assert "您好：\n請補上傳書名頁與版權頁" in clerk.last.text
    assert clerk.last.text.count(" checked") == 2
    assert row_of(site, sent).state == "submitted"
    assert take(clerk, sent, "return").status_code == 422  # it needs a word to the publisher
    take(clerk, sent, "return", message="請補件")
    assert row_of(site, sent).state == "returned"
    assert [t for t, _, _ in site.letters()][-1] == "filing-returned"


def test_what_was_changed_after_a_return_is_shown(site: Site, clerk: Person, publisher: By, sent: int) -> None:
    take(clerk, sent, "return", message="書名有誤")
    with site.app.state.writes.begin() as session:
        row = session.get_one(FilingRow, sent)
        row.answers = {**row.answers, "title": "新的書名", "print_bindings": ["soft"]}
        flow.take(session, site.office, APPLICATION, sent, "resend", by=publisher)
    text = clerk.get(page_of(sent)).text
    section = text[text.index('id="changes"') : text.index("申請內容")]
    assert '<del class="removed">臺灣期刊風貌: 二十年觀察</del>' in section
    assert "<ins>新的書名</ins>" in section
    assert "精裝" in section
    assert "王小明" not in section


def test_numbers_are_assigned_with_the_principle_beside(site: Site, clerk: Person, sent: int) -> None:
    text = clerk.get(page_of(sent)).text
    assert text.count("尚未編配") == 2
    assert "不同裝訂各編一個號碼" in text
    assert take(clerk, sent, "assign", ticked=TICKED[:1]).status_code == 422
    assert "審核項目尚未全部確認" in clerk.last.text
    numbered(clerk, sent)
    assert "978-957-678-000-4" in clerk.last.text
    assert 'id="record-form"' in clerk.last.text


def test_an_exhausted_range_says_what_to_do(site: Site, clerk: Person) -> None:
    with site.app.state.writes.begin() as session:
        _, by = house(session, "沒有號段的書坊")
    filing_id = file(site, by)
    take(clerk, filing_id, "assign", ticked=TICKED)
    assert clerk.last.status_code == 422
    assert "號段已用完" in clerk.last.text
    assert row_of(site, filing_id).state == "submitted"


def test_the_editor_saves_checks_and_keeps_what_is_wrong(site: Site, clerk: Person, sent: int) -> None:
    numbered(clerk, sent)
    lines = lines_on(clerk)
    lines["tag"][-1], lines["indicators"][-1], lines["content"][-1] = "500", "##", "$a館員附註"
    edit(clerk, sent, lines, action="save")
    assert record_of(site, sent).get_fields("500")[-1]["a"] == "館員附註"
    lines = lines_on(clerk)
    place = lines["tag"].index("250")
    lines["indicators"][place] = "1#"
    edit(clerk, sent, lines, action="save")
    assert "欄 250 的第 1 指標不可為「1」" in clerk.last.text
    assert 'aria-invalid="true"' in clerk.last.text
    assert record_of(site, sent)["250"].indicator1 == "1"  # kept, but not released
    edit(clerk, sent, action="release")
    assert clerk.last.status_code == 422
    assert row_of(site, sent).state == "assigned"


def test_an_edit_that_comes_too_late_is_shown_and_not_written(site: Site, clerk: Person, sent: int) -> None:
    numbered(clerk, sent)
    lines = lines_on(clerk)
    other = site.staff("second", "cataloguer")
    other.get(page_of(sent))
    theirs = lines_on(other)
    theirs["tag"][-1], theirs["content"][-1] = "500", "$a別人的附註"
    edit(other, sent, theirs, action="save")
    lines["tag"][-1], lines["content"][-1] = "500", "$a我的附註"
    assert edit(clerk, sent, lines, action="save").status_code == 422
    assert "您沒有寫入的修改" in clerk.last.text
    assert "我的附註" in clerk.last.text
    assert [f["a"] for f in record_of(site, sent).get_fields("500")] == ["別人的附註"]


def test_suggestions_are_taken_over_and_edits_are_not_lost(site: Site, clerk: Person, sent: int) -> None:
    numbered(clerk, sent)
    offered = [unescape(v) for v in re.findall(r'name="accept" value="([^"]+)"', clerk.last.text)]
    assert any(v.startswith("subject:") for v in offered)
    assert any(v.startswith("class:") for v in offered)
    lines = lines_on(clerk)
    lines["tag"][-1], lines["content"][-1] = "500", "$a邊編邊改"
    heading = next(v for v in offered if v.startswith("subject:"))
    edit(clerk, sent, lines, accept=heading)
    made = record_of(site, sent)
    assert acceptance.standing(made, acceptance.SUBJECT) == [heading.removeprefix("subject:")]
    assert made.get_fields("500")[-1]["a"] == "邊編邊改"
    assert made.get_fields("883")[0]["q"] == "ncl-cip"
    assert "機器建議）" not in clerk.last.text
    edit(clerk, sent, action="best")
    assert acceptance.standing(record_of(site, sent), acceptance.CLASS)
    edit(clerk, sent, accept="nonsense:x")
    assert clerk.last.status_code == 200


def test_headings_classes_and_names_are_looked_up(site: Site, clerk: Person, sent: int) -> None:
    with site.app.state.writes.begin() as session:
        session.add(HeadingRow(scheme="lcstt", label="期刊文獻", variants=["雜誌文獻"], origin="t"))
    numbered(clerk, sent)
    lines = lines_on(clerk)
    lines["tag"][-1], lines["content"][-1] = "500", "$a還沒存的"
    edit(clerk, sent, lines, action="look-up", look_in="subject", look_for="雜誌文獻")
    assert 'value="subject:期刊文獻"' in clerk.last.text
    assert "還沒存的" in clerk.last.text
    assert "尚未儲存" in clerk.last.text
    assert record_of(site, sent).get_fields("500") == []
    edit(clerk, sent, accept="subject:期刊文獻")
    assert acceptance.standing(record_of(site, sent), acceptance.SUBJECT) == ["期刊文獻"]
    assert record_of(site, sent).get_fields("883") == [] or "期刊文獻" in PLAIN["keywords"]
    edit(clerk, sent, accept="name:鄭麗君")
    assert record_of(site, sent).get_fields("700")[-1]["a"] == "鄭麗君"
    edit(clerk, sent, action="look-up", look_in="subject", look_for="沒有這個詞也沒有相近的")
    assert "沒有找到" in clerk.last.text


def test_the_preview_shows_what_is_typed_and_writes_nothing(site: Site, clerk: Person, sent: int) -> None:
    numbered(clerk, sent)
    lines = lines_on(clerk)
    place = lines["tag"].index("250")
    lines["content"][place] = "$a第三版"
    clerk.post(f"{page_of(sent)}/preview", lines)
    assert "版本：第三版" in clerk.last.text
    assert "須有主題詞" in clerk.last.text
    assert "<html" not in clerk.last.text
    assert record_of(site, sent)["250"]["a"] == "初版"


def test_from_the_queue_to_the_public_record_and_a_correction_after_it(site: Site, clerk: Person, sent: int) -> None:
    numbered(clerk, sent)
    edit(clerk, sent, action="best")
    edit(clerk, sent, action="release")
    assert clerk.last.status_code == 200
    assert row_of(site, sent).state == "released"
    with site.app.state.sessions() as session:
        book = session.scalars(select(BookRow).where(BookRow.public)).one()
        assert marc.read(book.marc).cip_number
    assert f'href="/books/{book.id}"' in clerk.last.text
    letter = site.letters()[-1]
    assert letter[0] == "filing-message"
    assert "國家圖書館出版品預行編目(CIP)資料" in letter[2]
    lines = lines_on(clerk)
    lines["content"][lines["tag"].index("250")] = "$a二版"
    edit(clerk, sent, lines, action="save", reason="版權頁更正")
    assert "版權頁更正" in clerk.get(f"/staff/records/books/{book.id}").text
    assert page_of(sent) not in clerk.get("/staff/desk").text
    assert page_of(sent) in clerk.get("/staff/desk?state=released").text


def test_a_number_that_is_no_longer_wanted_is_given_up(site: Site, clerk: Person, publisher: By, sent: int) -> None:
    numbered(clerk, sent)
    take(clerk, sent, "return", message="只有平裝？")
    with site.app.state.writes.begin() as session:
        row = session.get_one(FilingRow, sent)
        row.answers = {**row.answers, "print_bindings": ["soft"]}
        flow.take(session, site.office, APPLICATION, sent, "resend", by=publisher)
    numbered(clerk, sent)
    with site.app.state.sessions() as session:
        numbers = {n.item: n.isbn for n in session.scalars(select(IsbnNumber))}
    form = {"isbn": numbers["print-soft"], "reason": "x"}
    assert clerk.post(f"{page_of(sent)}/give-up", form, page=page_of(sent)).status_code == 422
    clerk.post(f"{page_of(sent)}/give-up", {**form, "isbn": numbers["print-hard"]}, page=page_of(sent))
    assert clerk.last.status_code == 200
    with site.app.state.sessions() as session:
        assert session.get_one(IsbnNumber, numbers["print-hard"]).state == "void"


def test_a_decision_that_was_taken_meanwhile_is_said(clerk: Person, sent: int) -> None:
    clerk.get(page_of(sent))
    token = {"csrf": clerk.token(), "message": "x"}
    assert clerk.client.post(f"{page_of(sent)}/take/open", data=token).status_code == 200
    late = clerk.client.post(f"{page_of(sent)}/take/open", data=token)
    assert late.status_code == 422
    assert "狀態已改變" in late.text
    assert clerk.client.post(f"{page_of(sent)}/take/send", data=token).status_code == 404
    assert clerk.get(page_of(999)).status_code == 404


def test_a_message_without_a_decision(site: Site, clerk: Person, sent: int) -> None:
    assert clerk.post(f"{page_of(sent)}/messages", {"message": " "}, page=page_of(sent)).status_code == 422
    clerk.post(f"{page_of(sent)}/messages", {"message": "已收到，處理中。"}, page=page_of(sent))
    assert "已收到，處理中。" in clerk.last.text
    assert "共 1 則" in clerk.last.text


def test_who_waits_too_long_for_the_database_is_told_that_nothing_was_written(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0)
    engine = database.connect(sqlite_url)
    site = make_site(engine, tmp_path)
    with site.app.state.writes.begin() as session:
        house_id, by = house(session)
        add_range(session, site.office, house_id)
    filing_id = file(site, by)
    clerk = site.staff("clerk", "cataloguer")
    clerk.get(page_of(filing_id))
    token = {"csrf": clerk.token(), "ticked": TICKED}
    clerk.client._transport.raise_server_exceptions = False  # type: ignore[attr-defined]
    with site.app.state.writes() as other:
        other.execute(text("SELECT 1"))  # holds the one place for writing
        answer = clerk.client.post(f"{page_of(filing_id)}/take/assign", data=token)
        other.rollback()
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "沒有寫入" in answer.text
    assert row_of(site, filing_id).state == "submitted"
    assert clerk.client.post(f"{page_of(filing_id)}/take/assign", data=token).status_code == 200
    assert row_of(site, filing_id).state == "assigned"
    engine.dispose()


def test_the_figures_count_the_month(site: Site, clerk: Person, publisher: By, sent: int) -> None:
    file(site, publisher, forms=["print", "ebook"], topic="兒童文學")
    numbered(clerk, sent)
    edit(clerk, sent, action="best")
    edit(clerk, sent, action="release")
    month = site.office.today().strftime("%Y-%m")
    text = clerk.get(f"/staff/desk-figures?month={month}").text
    assert "申請 2 件，其中申請 CIP 2 件；編配 ISBN 2 個、CIP 1 個。" in text
    plain = re.sub(r"<[^>]+>|\s+", " ", text)
    assert re.search(r"紙本書\s+2", plain)
    assert re.search(r"電子書\s+1", plain)
    assert re.search(r"兒童文學\s+1", plain)
    assert "從送出到公開書目" in text
    assert "申請 0 件" in clerk.get("/staff/desk-figures?month=2020-01").text
