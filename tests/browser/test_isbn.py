"""ISBN and CIP in a real Chromium, with and without scripts: from the application to the confirmed publication.

With `SHUYIN_PICTURES=1` the pictures of `docs/guide/` are taken anew.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from shuyin.ai_subjects import artefact, store, training
from shuyin.app.composition import Services, open_services
from shuyin.app.settings import Settings
from shuyin.filing.engine import drafts, flow
from shuyin.filing.isbn import publication, ranges
from shuyin.filing.isbn.confirmation import CONFIRMATION
from shuyin.filing.office import By
from shuyin.indexer import services as indexer
from shuyin.records.models import OrganisationRow, RegistrantPrefix, User
from tests.ai_subjects.conftest import labelled_books, small_scheme  # noqa: F401  (fixtures)
from tests.browser.test_filing import (  # noqa: F401  (fixtures)
    NewPage,
    begin,
    enter_as_staff,
    filing_site,
    forward,
    new_page,
    picture,
    press,
    sign_in,
)
from tests.filing.conftest import PDF, png
from tests.filing.isbn_answers import INTRO
from tests.web.filing_site import Site

pytest.importorskip("sklearn", reason="the extra `models` is not installed")
pytestmark = pytest.mark.browser


def add_publisher(site: Site) -> int:
    """書坊 with its prefix and its account P20778; the id of the house."""
    with site.app.state.writes.begin() as session:
        house = OrganisationRow(name="書坊有限公司", name_key="書坊有限公司", source="test", is_publisher=True)
        house.prefixes.append(RegistrantPrefix(scheme="isbn", prefix="978-957-678"))
        session.add(house)
        session.flush()
        number = house.id
    site.add_user("P20778", "publisher_admin", number)
    return number


def answer(page: Page, name: str, value: Any) -> None:
    """Fill one answer, whatever its kind of input."""
    first = page.locator(f'[name="{name}"]').first
    if first.evaluate("e => e.tagName") == "SELECT":
        first.select_option(value)
    elif first.get_attribute("type") in ("radio", "checkbox"):
        for one in value if isinstance(value, list) else [value]:
            page.locator(f'[name="{name}"][value="{one}"]').check()
    else:
        first.fill(value)


def fill(page: Page, answers: dict[str, Any]) -> None:
    """These answers, in their order: what one shows is filled in after it."""
    for name, value in answers.items():
        answer(page, name, value)


def onward(page: Page, title: str) -> None:
    """Save the step and be on the one of this title."""
    forward(page)
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


COMMON = {
    "title": "公司法入門：股東與董事會",
    "authors": "王小明著; 李大同繪",
    "language": "繁體中文",
    "national_language": "臺灣華語",
    "audience": "成人(一般)",
    "shelf": "社會科學",
    "topic": "社會科學",
    "rating": "普通級",
    "imported": "no",
}


def month(offset: int = 1) -> str:
    """The month of publication: next month."""
    today = datetime.datetime.now(datetime.UTC).date()
    number = today.year * 12 + today.month - 1 + offset
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


PRINT = {
    "print_edition": "初版",
    "print_revised": "no",
    "print_numbering": "both",
    "print_volumes": "2",
    "print_set_title": "公司法入門",
    "print_height": "21",
    "print_width": "15",
    "print_pages": "320",
    "print_bindings": ["hard", "soft"],
    "print_price_hard": "600",
    "print_price_soft": "450",
}
EBOOK = {
    "ebook_edition": "初版",
    "ebook_revised": "no",
    "ebook_numbering": "single",
    "ebook_formats": ["EPUB", "PDF"],
    "ebook_price": "300",
    "ebook_named": ["yes"],
    "ebook_joint": "no",
}


def volumes(page: Page) -> None:
    """The two volumes of the set: fill one row, add another."""
    fill(page, {"print_parts-0-number": "1", "print_parts-0-title": "上冊"})
    with page.expect_navigation():
        page.locator('[name="add_row"][value="print_parts"]').click()
    fill(page, {"print_parts-1-number": "2", "print_parts-1-title": "下冊"})


def recommended(page: Page, pictures: bool, scripts: bool) -> None:
    """The AI dialogue: leave it once, then tick, type one of one's own, and send."""
    page.get_by_role("button", name="AI推薦主題詞與分類號碼").click()
    whole = page.get_by_role("dialog") if scripts else page.locator("main")
    expect(whole).to_contain_text("推薦主題詞：請勾選想使用的主題詞")
    whole.get_by_role("button" if scripts else "link", name="關閉").click()
    expect(page.locator('[name="subjects"]')).to_have_value("")
    page.get_by_role("button", name="AI推薦主題詞與分類號碼").click()
    whole.locator('[name="subject"][value="公司法"]').check()
    whole.locator('[name="class"][value="587.2"]').check()
    whole.get_by_label("其他主題詞").fill("企業管理")
    whole.locator("details").first.locator("summary").click()
    picture(page, "14-recommend", pictures)
    with page.expect_navigation():
        whole.get_by_role("button", name="確認送出").click()
    expect(page.locator('[name="subjects"]')).to_have_value("公司法,企業管理")
    expect(page.locator('[name="classes"]')).to_have_value("587.2")


def apply(page: Page, pictures: bool, scripts: bool) -> str:
    """A printed set in two bindings and an e-book, sent; its 掛號單號."""
    page.goto("/filing/new/isbn")
    begin(page)
    expect(page.locator('[name="publisher"]')).to_have_value("書坊有限公司")
    fill(page, {"forms": ["print", "ebook"], "filler": "王小明", "filler_phone": "(02)23619132"})
    onward(page, "舊資料查詢與帶入功能")
    page.get_by_label("ISBN或書名").fill("沒有這本書")
    page.get_by_role("button", name="開始查詢").click()
    expect(page.locator("main")).to_contain_text("貴單位的資料中沒有「沒有這本書」")
    onward(page, "編輯申請資料－共同基本欄位")
    fill(page, COMMON)
    onward(page, "編輯申請資料")
    expect(page.locator('[name="audio_edition"]')).to_have_count(0)
    fill(page, PRINT | {"print_published": month()} | EBOOK | {"ebook_published": month()})
    volumes(page)
    fill(page, {"intro": "🙂" + INTRO, "contents": "無", "keywords": "公司法;股東"})
    recommended(page, pictures, scripts)
    picture(page, "13-application", pictures)
    onward(page, "編輯申請資料－上傳電子檔")
    for place, content in (("title_page", PDF), ("copyright_page", PDF)):
        page.locator(f'[name="file:{place}"]').set_input_files(
            {"name": f"{place}.pdf", "mimeType": "application/pdf", "buffer": content}
        )
    page.locator('[name="file:cover"]').set_input_files(
        {"name": "封面.png", "mimeType": "image/png", "buffer": png(400, 600)}
    )
    with page.expect_navigation():
        page.get_by_role("button", name="上傳選取的檔案").first.click()
    expect(page.locator(".files li")).to_have_count(3)
    onward(page, "送出申請")
    return send(page, pictures, scripts)


def send(page: Page, pictures: bool, scripts: bool) -> str:
    """是否申請CIP, asked on sending: in a dialogue, or above the button."""
    asking = page.locator("form.filing")
    if scripts:
        page.get_by_role("button", name="確定送出").click()
        asking = page.get_by_role("dialog")
    expect(asking).to_contain_text("未滿50頁圖書（童書除外）")
    picture(page, "15-cip", pictures)
    asking.locator('[name="cip"][value="yes"]').check()
    asking.get_by_role("button", name="確定送出").click()
    expect(page.locator("main")).to_contain_text("已收到您的申請")
    picture(page, "16-receipt", pictures)
    return page.locator(".facts dd").first.inner_text()


@pytest.fixture
def whole(
    filing_site: tuple[Site, str],  # noqa: F811
    labelled_books: Any,  # noqa: F811
    small_scheme: Any,  # noqa: F811
    tmp_path: Path,
) -> Iterator[tuple[Site, Services]]:
    """The site with its search index, a publisher with a range, and a small model of the tests' own in use."""
    site, _ = filing_site
    data_dir = Path(site.app.state.settings.data_dir)
    model = training.learn(labelled_books, small_scheme)
    artefact.save(model, store.models(data_dir) / "test-1", {"version": "test-1"})
    store.take(data_dir, "test-1")
    url = site.app.state.settings.database_url
    services = open_services(
        Settings(_env_file=None, database_url=url, search_url=f"tantivy:{tmp_path / 'index'}", data_dir=data_dir)
    )
    indexer.rebuild(services.sessions, services.writes, services.search, "books")
    site.app.state.search = services.search
    house = add_publisher(site)
    with site.app.state.writes.begin() as session:
        ranges.add(session, site.office, house, "978-957-678", "", "", by=By("clerk", "cataloguer"))
    yield site, services
    services.close()


def give_back(staff: Page, reference: str) -> None:
    """The desk returns the application with a reason."""
    staff.get_by_role("link", name=reference).click()
    staff.get_by_label(re.compile("給申請者的說明")).fill("請補上精裝的定價。")
    staff.get_by_role("button", name=re.compile("^退件")).click()
    expect(staff.locator(".facts .tag").first).to_have_text("退件")


def correct(page: Page, reference: str, pictures: bool, scripts: bool) -> None:
    """The publisher reads why, corrects the price and sends again."""
    page.goto("/filing/isbn")
    row = page.get_by_role("row", name=re.compile("ISBN.*退件"))
    expect(row).to_contain_text("共 1 則")
    picture(page, "17-progress", pictures)
    row.get_by_role("link", name=reference).click()
    expect(page.locator("#messages")).to_contain_text("請補上精裝的定價。")
    page.get_by_role("link", name="修改並送出").click()
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("步驟 4")).click()
    fill(page, {"print_price_hard": "650"})
    onward(page, "編輯申請資料－上傳電子檔")
    onward(page, "送出申請")
    page.get_by_role("button", name="補正後送出").click()
    if scripts:
        page.get_by_role("dialog").get_by_role("button", name="補正後送出").click()
    expect(page.locator(".facts .tag").first).to_have_text("補正後整件中")


def catalogue(staff: Page) -> None:
    """Numbers given out, the suggestions taken over, the record released."""
    staff.reload()
    for box in staff.locator('[name="ticked"]').all():
        box.check()
    staff.get_by_role("button", name=re.compile("^編配 ISBN")).click()
    expect(staff.locator(".facts .tag").first).to_have_text("ISBN 已編配")
    staff.get_by_role("button", name=re.compile("^採用最可能的建議")).click()
    expect(staff.locator("#suggestions")).to_contain_text("✓")
    staff.get_by_role("button", name=re.compile("^儲存並公開書目")).click()
    expect(staff.locator(".facts .tag").first).to_have_text("已完成")


def confirm(site: Site, page: Page, pictures: bool) -> None:
    """One number reported as published by hand, with a new price; the other seven likewise, without pages."""
    page.goto("/filing/publications?q=公司法入門")
    expect(page.locator("main")).to_contain_text("查到 8 筆")
    page.goto("/filing/publications")
    expect(page.locator("main")).to_contain_text("2025/3/24後資料不全：8筆")
    picture(page, "19-publications", pictures)
    with page.expect_navigation():
        page.get_by_role("button", name=re.compile("回報出版資訊")).first.click()
    fill(page, {"changes": ["price", "pages", "size"], "price": "680", "pages": "324"})
    fill(page, {"height": "21", "width": "15.5"})
    picture(page, "20-report", pictures)
    onward(page, "確認出版")
    page.get_by_role("button", name="確認出版").click()
    expect(page.locator(".facts .tag").first).to_have_text("已確認出版")
    page.goto("/filing/publications")
    expect(page.locator("main")).to_contain_text("2025/3/24後資料不全：7筆")
    with site.app.state.writes.begin() as session:
        user = session.scalars(select(User).where(User.account == "P20778")).one()
        by = By(user.account, user.role, user.id, user.organisation_id)
        for one in publication.unconfirmed(publication.publications(session, user.organisation_id)):
            row = drafts.start(session, site.office, CONFIRMATION, by)
            drafts.put(session, site.office, CONFIRMATION, row, {"isbn": one.isbn, "filler_email": "a@example.com"})
            flow.take(session, site.office, CONFIRMATION, row.id, "confirm", by=by)
    page.reload()
    expect(page.locator("main")).to_contain_text("2025/3/24後資料不全：0筆")


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_application_to_the_confirmed_publication(
    whole: tuple[Site, Services],
    new_page: NewPage,  # noqa: F811
    scripts: bool,
) -> None:
    site, services = whole
    page, staff = new_page(scripts=scripts), new_page(scripts=scripts)
    sign_in(page, "P20778")
    reference = apply(page, scripts, scripts)
    assert re.fullmatch(r"I\d{3}-000001", reference)
    enter_as_staff(site, staff, "cataloguer", "/staff/desk")
    give_back(staff, reference)
    correct(page, reference, scripts, scripts)
    catalogue(staff)
    indexer.catch_up(services.sessions, services.writes, services.search)
    page.goto("/filing/isbn?by=title&q=公司法")
    cip = page.get_by_role("row", name=re.compile("CIP.*已完成"))
    cip.get_by_role("link", name="檢視 CIP").click()
    expect(page.locator(".cip-block")).to_contain_text("國家圖書館出版品預行編目(CIP)資料")
    picture(page, "18-data-block", scripts)
    page.get_by_role("link", name="公開書目").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("公司法入門")
    page.goto(f"{page.url.rstrip('/')}/data-block")
    expect(page.locator(".cip-block")).to_contain_text("主題詞：LCSTT：公司法")
    confirm(site, page, scripts)
    page.goto("/filing/isbn")
    page.get_by_role("link", name=reference).first.click()
    expect(page.locator(".facts .tag").first).to_have_text("已確認出版")
    staff.goto("/staff/desk-figures")
    expect(staff.locator("main")).to_contain_text("申請 1 件，其中申請 CIP 1 件；編配 ISBN 8 個、CIP 1 個。")
