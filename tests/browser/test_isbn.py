"""ISBN and CIP in a real Chromium, with and without scripts: from the application to the confirmed publication.

With `SHUYIN_PICTURES=1` the pictures of `docs/guide/` are taken anew.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from shuyin.records.models import OrganisationRow, RegistrantPrefix
from tests.ai_subjects.conftest import labelled_books, small_scheme  # noqa: F401  (fixtures)
from tests.browser.test_filing import NewPage, filing_site, forward, new_page, picture  # noqa: F401  (fixtures)
from tests.filing.conftest import PDF, png
from tests.filing.isbn_answers import INTRO
from tests.web.filing_site import PASSWORD, Site

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


def sign_in(page: Page, account: str) -> None:
    page.goto("/account/login")
    page.get_by_label("帳號").fill(account)
    page.get_by_label("密碼").fill(PASSWORD)
    page.get_by_role("button", name="登入系統").click()
    expect(page.locator("main")).to_contain_text(account)


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
    import datetime

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
    whole.get_by_role("button", name="確認送出").click()
    expect(page.locator('[name="subjects"]')).to_have_value("公司法,企業管理")
    expect(page.locator('[name="classes"]')).to_have_value("587.2")


def apply(page: Page, pictures: bool, scripts: bool) -> str:
    """A printed set in two bindings and an e-book, sent; its 掛號單號."""
    page.goto("/filing/new/isbn")
    page.get_by_role("button", name="開始填寫").click()
    expect(page.locator('[name="publisher"]')).to_have_value("書坊有限公司")
    fill(page, {"forms": ["print", "ebook"], "filler": "王小明", "filler_phone": "(02)23619132"})
    forward(page)
    page.get_by_label("ISBN或書名").fill("沒有這本書")
    page.get_by_role("button", name="開始查詢").click()
    expect(page.locator("main")).to_contain_text("貴單位的資料中沒有「沒有這本書」")
    forward(page)
    fill(page, COMMON)
    forward(page)
    expect(page.locator('[name="audio_edition"]')).to_have_count(0)
    fill(page, PRINT | {"print_published": month()} | EBOOK | {"ebook_published": month()})
    volumes(page)
    fill(page, {"intro": "🙂" + INTRO, "contents": "無", "keywords": "公司法;股東"})
    recommended(page, pictures, scripts)
    picture(page, "13-application", pictures)
    forward(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("編輯申請資料－上傳電子檔")
    for place, content in (("title_page", PDF), ("copyright_page", PDF)):
        page.locator(f'[name="file:{place}"]').set_input_files(
            {"name": f"{place}.pdf", "mimeType": "application/pdf", "buffer": content}
        )
    page.locator('[name="file:cover"]').set_input_files(
        {"name": "封面.png", "mimeType": "image/png", "buffer": png(400, 600)}
    )
    page.get_by_role("button", name="上傳選取的檔案").first.click()
    expect(page.locator(".files li")).to_have_count(3)
    forward(page)
    return send(page, pictures, scripts)


def send(page: Page, pictures: bool, scripts: bool) -> str:
    """是否申請CIP, asked on sending: in a dialogue, or above the button."""
    expect(page.get_by_role("heading", level=1)).to_have_text("送出申請")
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
def trained(filing_site: tuple[Site, str], labelled_books: Any, small_scheme: Any) -> Site:  # noqa: F811
    """The site with a publisher and a small model of the tests' own in use."""
    from shuyin.ai_subjects import artefact, store, training

    site, _ = filing_site
    data_dir = Path(site.app.state.settings.data_dir)
    model = training.learn(labelled_books, small_scheme)
    artefact.save(model, store.models(data_dir) / "test-1", {"version": "test-1"})
    store.take(data_dir, "test-1")
    return site


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_application_to_the_confirmed_publication(
    trained: Site,
    new_page: NewPage,  # noqa: F811
    scripts: bool,
) -> None:
    add_publisher(trained)
    page = new_page(scripts=scripts)
    sign_in(page, "P20778")
    reference = apply(page, scripts, scripts)
    assert re.fullmatch(r"I\d{3}-000001", reference)
