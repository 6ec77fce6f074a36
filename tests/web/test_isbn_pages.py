"""Pages of the publisher's side of ISBN by HTTP, without scripts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine

from shuyin.filing.engine import drafts
from shuyin.filing.office import By
from shuyin.filing.registry import FILINGS
from shuyin.records import marc
from shuyin.records.models import OrganisationRow, RegistrantPrefix
from shuyin.records.services import create_book
from tests.filing.conftest import png
from tests.filing.isbn_answers import APPLICATION_GOOD, SUPPLEMENT_GOOD
from tests.web.catalogue import REPORT
from tests.web.filing_site import Person, Site, make_site


@pytest.fixture
def publisher(sqlite_engine: Engine, tmp_path: Path) -> tuple[Site, Person, By]:
    """A signed-in publisher with one record in the catalogue."""
    site = make_site(sqlite_engine, tmp_path)
    with site.app.state.writes.begin() as session:
        house = OrganisationRow(name="書坊有限公司", name_key="書坊有限公司", source="t", is_publisher=True)
        house.prefixes.append(RegistrantPrefix(scheme="isbn", prefix="978-957-678"))
        session.add(house)
        session.flush()
        house_id = house.id
        create_book(session, marc.serialise(marc.write(REPORT)), identity="t|report", source="tests")
    user = site.add_user("P20778", "publisher", house_id)
    return site, site.sign_in("P20778"), By("P20778", "publisher", user.id, house_id)


def draft(site: Site, by: By, kind: str, answers: dict[str, object]) -> int:
    """A draft with these answers; its number."""
    with site.app.state.writes.begin() as session:
        row = drafts.start(session, site.office, FILINGS[kind], by)
        drafts.put(session, site.office, FILINGS[kind], row, answers)
        return row.id


def test_the_dialogue_is_a_page_without_scripts_and_fills_the_two_fields(publisher: tuple[Site, Person, By]) -> None:
    site, person, by = publisher
    number = draft(site, by, "isbn", {**APPLICATION_GOOD, "subjects": "", "classes": ""})
    page = person.post(
        f"/filing/{number}/specific",
        {"action": "recommend", "intro": APPLICATION_GOOD["intro"], "contents": "無"},
        page=f"/filing/{number}/specific",
    )
    assert "推薦主題詞：請勾選想使用的主題詞" in page.text
    assert "歡迎您勾選或於「其他」欄位自行填寫" in page.text
    person.post(
        f"/filing/{number}/specific/recommend/use",
        {"subject": ["期刊"], "other_subjects": "文獻", "other_classes": "051"},
    )
    assert person.path == f"/filing/{number}/specific"
    assert 'name="subjects" value="期刊,文獻"' in person.last.text
    assert 'name="classes" value="051"' in person.last.text
    assert 'name="intro"' in person.last.text and APPLICATION_GOOD["intro"] in person.last.text


def test_former_data_are_carried_in_by_a_button(publisher: tuple[Site, Person, By]) -> None:
    site, person, by = publisher
    number = draft(site, by, "isbn", {"forms": ["print"]})
    page = person.get(f"/filing/{number}/carry?q=學術能量")
    assert REPORT.title in page.text
    person.post(f"/filing/{number}/carry/carry", {"key": "record-1"})
    assert person.path == f"/filing/{number}/common"
    assert "舊資料已帶入各步驟" in person.last.text
    assert REPORT.responsibility and REPORT.responsibility in person.last.text
    person.get(f"/filing/{number}/carry")
    assert person.post(f"/filing/{number}/carry/carry", {"key": "record-99"}).status_code == 404


def test_what_other_steps_decide_is_not_on_the_page(publisher: tuple[Site, Person, By]) -> None:
    site, person, by = publisher
    number = draft(site, by, "isbn", {"forms": ["ebook"]})
    page = person.get(f"/filing/{number}/specific").text
    assert 'name="ebook_formats"' in page
    assert 'name="print_pages"' not in page and 'name="audio_formats"' not in page
    assert "AI推薦主題詞與分類號碼" not in page  # no CIP for e-books (S1 l.57)
    files = person.get(f"/filing/{number}/files").text
    assert "file:title_page" in files and "file:audio_rights" not in files


def test_emoji_are_told_of(publisher: tuple[Site, Person, By]) -> None:
    site, person, by = publisher
    number = draft(site, by, "isbn", {"forms": ["print"]})
    form = {"action": "next", "intro": "太短🙂", "keywords": "詩"}
    page = person.post(f"/filing/{number}/specific", form, page=f"/filing/{number}/specific")
    assert page.status_code == 422
    assert "您輸入的 emoji 符號已自動移除。" in page.text
    assert ">太短</textarea>" in page.text


def test_emoji_are_told_of_on_the_way_through_the_recommendations(publisher: tuple[Site, Person, By]) -> None:
    site, person, by = publisher
    number = draft(site, by, "isbn", APPLICATION_GOOD)
    form = {"action": "recommend", "intro": "🙂" + APPLICATION_GOOD["intro"], "contents": "無"}
    person.post(f"/filing/{number}/specific", form, page=f"/filing/{number}/specific")
    removed = person.hidden("removed")
    person.post(f"/filing/{number}/specific/recommend/use", {"other_classes": "051", "removed": removed})
    assert "您輸入的 emoji 符號已自動移除。" in person.last.text
    assert "🙂" not in person.last.text


def test_the_review_says_which_answers_are_of_the_printed_book_and_which_of_the_e_book(
    publisher: tuple[Site, Person, By],
) -> None:
    site, person, by = publisher
    number = draft(site, by, "isbn", {**APPLICATION_GOOD, "forms": ["print", "ebook"], "ebook_edition": "電子初版"})
    page = person.get(f"/filing/{number}/send").text
    lines = re.findall(r"<h4>([^<]+)</h4>|<dd>(電子初版)</dd>", page)
    said = [title or value for title, value in lines]
    assert said.index("紙本書") < said.index("電子書") < said.index("電子初版")
    assert page.count("<dl") == page.count("</dl>")


def test_a_refused_supplement_says_why_and_keeps_everything(publisher: tuple[Site, Person, By]) -> None:
    site, person, by = publisher
    number = draft(site, by, "cip", SUPPLEMENT_GOOD)
    with site.app.state.writes.begin() as session:
        from tests.filing.test_isbn_publisher import SUPPLEMENT_FILES, FilingUpload

        for place in SUPPLEMENT_FILES:
            session.add(
                FilingUpload(
                    filing_id=number, place=place, digest=place, name=site.office.vault.seal("a.pdf"),
                    media_type="application/pdf", size=1,
                )
            )  # fmt: skip
    page = person.post(f"/filing/{number}/take/send", page=f"/filing/{number}/send")
    assert page.status_code == 422
    assert "的書已經有 CIP" in page.text


def test_publications_are_listed_found_and_reported(publisher: tuple[Site, Person, By]) -> None:
    _, person, _ = publisher
    page = person.get("/filing/publications")
    assert "2025/3/24後資料不全：0筆" in page.text
    page = person.get("/filing/publications?q=學術能量")
    assert "查到 2 筆" in page.text and "9789576787713" in page.text
    person.post("/filing/publications/9789576787713")
    assert person.path.endswith("/report")
    assert "NT$300" not in person.last.text and "<dd>300</dd>" in person.last.text  # the price as it stands
    again = person.path
    person.post("/filing/publications/9789576787713", page="/filing/publications?q=學術能量")
    assert person.path == again  # the report that is open, not a second one
    person.get("/filing/publications?q=學術能量")
    assert person.post("/filing/publications/9786264110006").status_code == 404


def test_covers_are_uploaded_together(publisher: tuple[Site, Person, By]) -> None:
    _, person, _ = publisher
    files = [
        ("covers", ("9789576787713.png", png(300, 450), "image/png")),
        ("covers", ("不是書.png", png(300, 450), "image/png")),
    ]
    page = person.post("/filing/covers", files=files, page="/filing/covers")
    assert "收下 1 個封面，共 2 個檔案" in page.text
    assert "檔名中沒有 ISBN" in page.text
    assert person.post("/filing/covers", {"x": "1"}).status_code == 422


def test_progress_is_empty_before_anything_is_filed(publisher: tuple[Site, Person, By]) -> None:
    _, person, _ = publisher
    page = person.get("/filing/isbn?form=ebook&by=title&q=沒有")
    assert "（總共 0 筆）" in page.text
    assert person.get("/filing/isbn/999/data-block").status_code == 404


def test_what_is_withdrawn_for_good_is_asked_about_on_the_page_of_the_filing(
    publisher: tuple[Site, Person, By],
) -> None:
    site, person, by = publisher
    number = draft(site, by, "isbn", APPLICATION_GOOD)
    listed = person.get("/filing/isbn").text
    assert f'href="/filing/{number}#withdraw"' in listed
    assert "/take/withdraw" not in listed  # one slip of the finger in a list
    page = person.get(f"/filing/{number}").text
    assert 'id="withdraw"' in page and "不能恢復" in page
    assert "已撤回" in person.post(f"/filing/{number}/take/withdraw").text
