"""Registration in a real Chromium, with and without scripts, each unit type, letters by a real SMTP server.

With `SHUYIN_PICTURES=1` the pictures of `docs/guide/` are taken anew.
"""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyotp
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from shuyin.app.serving import listen
from shuyin.filing.accounts import second_factor
from shuyin.notify.services import deliver
from shuyin.notify.transports import transport_for
from shuyin.records.models import utc_now
from tests.browser.test_accessibility import _findings
from tests.filing.conftest import GOOD, PDF, png
from tests.notify.conftest import Post, post
from tests.shared_data import REPOSITORY
from tests.web.filing_site import PASSWORD, Site, make_site

pytestmark = pytest.mark.browser
__all__ = ["post"]

GUIDE = REPOSITORY / "docs" / "guide"
NEW_PASSWORD = "my own long pass phrase"

#: What differs by unit type: answers, and what the evidence step asks for.
UNITS: dict[str, tuple[dict[str, Any], str]] = {
    "company": ({}, "公司登記證明文件"),
    "national": (
        {"unit_type": "person", "identities": ["national"], "national_id": "A123456789", "national_name": "王小明"},
        "「身分證」正反面",
    ),
    "foreigner": (
        {
            "unit_type": "person",
            "identities": ["residence"],
            "residence_no": "AC01234567",
            "residence_name": "John Smith",
            "nationality": "Canada",
            "residence_until": "9999-12-31",
        },
        "「居留證」正反面",
    ),
}


@pytest.fixture
def filing_site(sqlite_engine: Engine, tmp_path: Path) -> Iterator[tuple[Site, str]]:
    """The pages of accounts and filings, served on a free port."""
    listening = listen("127.0.0.1", 0)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    site = make_site(sqlite_engine, tmp_path, address)
    server = uvicorn.Server(uvicorn.Config(site.app, log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield site, address
    server.should_exit = True
    thread.join(10)
    listening.close()


NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, filing_site: tuple[Site, str]) -> Iterator[NewPage]:
    """A browser of its own for each person."""
    contexts = []

    def opener(*, scripts: bool = True, width: int = 1200) -> Page:
        context = browser.new_context(
            base_url=filing_site[1],
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            reduced_motion="reduce",
            color_scheme="light",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        return page

    yield opener
    for context in contexts:
        context.close()


def picture(page: Page, name: str, wanted: bool) -> None:
    if wanted and os.environ.get("SHUYIN_PICTURES"):
        GUIDE.mkdir(parents=True, exist_ok=True)
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=GUIDE / f"{name}.png", full_page=True)


def answer(page: Page, name: str, value: Any) -> None:
    for one in value if isinstance(value, list) else [value]:
        inputs = page.locator(f'[name="{name}"]')
        kind = inputs.first.get_attribute("type")
        if kind in ("radio", "checkbox"):
            page.locator(f'[name="{name}"][value="{one}"]').check()
        else:
            inputs.first.fill(str(one))


def fill(page: Page, answers: dict[str, Any]) -> None:
    """Everything that the page asks for and shows."""
    names = page.locator("form.filing").evaluate("f => [...new Set([...f.elements].map(e => e.name))]")
    first = ("unit_type", "identities", "materials")
    for name in sorted(names, key=lambda n: n not in first):
        if name in answers and page.locator(f'[name="{name}"]').first.is_visible():
            answer(page, name, answers[name])


def press(page: Page, name: str) -> None:
    """Press a button that leads to a page, and wait until that page and its scripts are there."""
    with page.expect_navigation():
        page.get_by_role("button", name=name).click()


def begin(page: Page) -> None:
    press(page, "開始填寫")


def forward(page: Page) -> None:
    press(page, "儲存並進行下一個步驟")


def sign_in(page: Page, account: str) -> None:
    page.goto("/account/login")
    page.get_by_label("帳號").fill(account)
    page.get_by_label("密碼").fill(PASSWORD)
    press(page, "登入系統")
    expect(page.locator("main")).to_contain_text(account)


def letter(site: Site, post: Post) -> str:
    """The text of the latest letter that the SMTP server received."""
    deliver(site.app.state.writes, site.office.vault, transport_for(post.url), "書音 <no-reply@example.com>")
    body = post.received[-1].get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def register(page: Page, answers: dict[str, Any], hint: str, pictures: bool) -> None:
    page.goto("/account/login")
    picture(page, "01-login", pictures)
    page.get_by_role("link", name="註冊帳號").click()
    begin(page)
    picture(page, "02-notice", pictures)
    forward(page)
    expect(page.locator("#problems")).to_contain_text("以上事項我已閱讀並同意")
    fill(page, answers)
    forward(page)
    fill(page, answers)
    page.locator('[name="filler_email"]').fill("not an address")
    forward(page)
    expect(page.locator("#problems")).to_contain_text("電子信箱的寫法不正確")
    expect(page.locator('[name="filler"]')).to_have_value("王小明")
    picture(page, "03-problem", pictures)
    page.locator("#problems a").first.click()
    expect(page.locator('[name="filler_email"]')).to_be_focused()
    page.locator('[name="filler_email"]').fill(answers["filler_email"])
    forward(page)
    fill(page, answers)
    picture(page, "04-publisher", pictures)
    forward(page)
    expect(page.locator("form.filing")).to_contain_text(hint)
    page.locator('[name="file:publisher_evidence"]').set_input_files(
        [
            {"name": "證明.pdf", "mimeType": "application/pdf", "buffer": PDF},
            {"name": "寬圖.png", "mimeType": "image/png", "buffer": png(3000, 600)},
        ]
    )
    page.locator('[name="file:copyright_page"]').set_input_files(
        {"name": "版權頁.png", "mimeType": "image/png", "buffer": png(400, 300)}
    )
    page.get_by_role("button", name="上傳選取的檔案").first.click()
    expect(page.locator(".files li")).to_have_count(3)
    picture(page, "05-evidence", pictures)
    forward(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("送出申請")
    picture(page, "06-review", pictures)
    page.get_by_role("button", name="確定送出").click()
    expect(page.locator("main")).to_contain_text("感謝您提出帳號註冊申請")
    picture(page, "07-sent", pictures)


def enter_as_staff(site: Site, page: Page, role: str = "registrar", to: str = "/staff") -> None:
    """A member of the staff comes in at a page, by password and second factor."""
    user = site.add_user("anna", role)
    with site.app.state.writes.begin() as session:
        second_factor.begin(session, site.office, user)
        secret = second_factor.secret_of(session, site.office, user.id)
        session.get_one(second_factor.SecondFactor, user.id).confirmed_at = utc_now()
    assert secret is not None
    page.goto(f"/account/login?next={to}")
    page.get_by_label("帳號").fill("anna")
    page.get_by_label("密碼").fill(PASSWORD)
    page.get_by_role("button", name="登入系統").click()
    page.get_by_label("驗證程式顯示的 6 位數字").fill(pyotp.TOTP(secret).now())
    press(page, "確認")


def review(page: Page, pictures: bool) -> None:
    """Staff return the registration once."""
    page.get_by_role("link", name=re.compile("R1")).click()
    page.get_by_role("button", name="顯示完整個人資料").click()
    expect(page.locator("main")).to_contain_text("王小明")
    picture(page, "08-staff", pictures)
    page.get_by_label(re.compile("給申請者的說明")).fill("請補上出版者中文簡稱。")
    page.get_by_role("button", name="退回補正").click()
    expect(page.locator("main")).to_contain_text("退回補正")


def approve(page: Page) -> None:
    page.reload()
    for box in page.locator('[name="ticked"]').all():
        box.check()
    page.get_by_role("button", name="核准", exact=True).click()
    expect(page.locator(".facts .tag").first).to_have_text("已核准")


def first_sign_in(page: Page, account: str, password: str, pictures: bool) -> None:
    page.goto("/account/login")
    page.get_by_label("帳號").fill(account)
    page.get_by_label("密碼").fill(password)
    page.get_by_role("button", name="登入系統").click()
    expect(page.locator("main")).to_contain_text("這是您首次登入，請先更換密碼")
    page.get_by_label("目前的密碼").fill(password)
    page.get_by_label("新密碼", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("再輸入一次新密碼").fill(NEW_PASSWORD)
    page.get_by_role("button", name="儲存新密碼").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("確認基本資料")
    picture(page, "09-confirm", pictures)
    page.get_by_role("button", name="確認無誤").click()
    expect(page.get_by_role("link", name="前往ISBN")).to_be_visible()
    picture(page, "10-account", pictures)


def change_contact(page: Page, pictures: bool) -> None:
    page.get_by_role("link", name="修改送存聯繫資料").click()
    page.get_by_label(re.compile("送存聯絡人姓名")).fill("林送存")
    page.get_by_role("button", name="修改儲存").click()
    expect(page.locator("main")).to_contain_text("聯繫資料已儲存")
    expect(page.get_by_label(re.compile("送存聯絡人姓名"))).to_have_value("林送存")
    picture(page, "11-contact", pictures)


@pytest.mark.parametrize(
    ("unit", "scripts"),
    [("company", True), ("company", False), ("national", True), ("foreigner", False)],
)
def test_from_registration_to_the_forgotten_password(
    filing_site: tuple[Site, str], new_page: NewPage, post: Post, unit: str, scripts: bool
) -> None:
    site, _ = filing_site
    differing, hint = UNITS[unit]
    answers = {**GOOD, **differing}
    pictures = unit == "company" and scripts
    filer, staff = new_page(scripts=scripts), new_page(scripts=scripts)
    register(filer, answers, hint, pictures)
    enter_as_staff(site, staff)
    review(staff, pictures)
    link = re.search(r"http://\S+/filing/open/\S+", letter(site, post))
    assert link
    elsewhere = new_page(scripts=scripts)
    elsewhere.goto(link[0])
    expect(elsewhere.locator("main")).to_contain_text("請補上出版者中文簡稱。")
    elsewhere.get_by_role("link", name="修改並送出").click()
    elsewhere.get_by_role("link", name=re.compile("步驟 3")).click()
    elsewhere.locator('[name="short_name"]').fill("新簡稱")
    forward(elsewhere)
    forward(elsewhere)
    elsewhere.get_by_role("button", name="補正後送出").click()
    expect(elsewhere.locator(".facts .tag").first).to_have_text("待審核")
    approve(staff)
    issued = letter(site, post)
    found = re.search(r"帳號：(\S+)\s+首次登入密碼：(\S+)", issued)
    assert found
    publisher = new_page(scripts=scripts)
    first_sign_in(publisher, found[1], found[2], pictures)
    change_contact(publisher, pictures)
    forgetful = new_page(scripts=scripts)
    forgetful.goto("/account/forgotten")
    forgetful.get_by_label("出版機構名稱").fill(answers["name"])
    forgetful.get_by_label("電子信箱").fill(answers["manager_email"])
    picture(forgetful, "12-forgotten", pictures)
    forgetful.get_by_role("button", name="寄出帳號／密碼函").click()
    expect(forgetful.get_by_role("status").first).to_contain_text("若資料相符")
    reset = re.search(r"http://\S+/account/password/\S+", letter(site, post))
    assert reset
    forgetful.goto(reset[0])
    forgetful.get_by_label("新密碼").fill("another long pass phrase")
    forgetful.get_by_role("button", name="儲存新密碼").click()
    expect(forgetful.get_by_role("heading", level=1)).to_have_text("線上申請／帳號登入")
    recipients = {str(m["To"]) for m in post.received}
    assert recipients == {answers["filler_email"], answers["manager_email"]}


def test_what_is_typed_is_saved_and_survives_a_reload(filing_site: tuple[Site, str], new_page: NewPage) -> None:
    page = new_page()
    page.goto("/filing/new/registration")
    begin(page)
    page.get_by_label("以上事項我已閱讀並同意").check()
    forward(page)
    page.locator('[name="filler"]').fill("打到一半")
    expect(page.locator("#line")).to_contain_text("已自動儲存")
    page.locator('[name="filler"]').fill("打到一半的名字")
    expect(page.locator("#revision")).to_have_value(re.compile("^[4-9]$"))
    page.reload()
    expect(page.locator('[name="filler"]')).to_have_value("打到一半的名字")
    expect(page.locator(".clock")).to_contain_text("120 分")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_lost_sign_in_loses_nothing_that_was_typed(
    filing_site: tuple[Site, str], new_page: NewPage, scripts: bool
) -> None:
    site, _ = filing_site
    site.add_user("P20778", "publisher")
    page = new_page(scripts=scripts)
    sign_in(page, "P20778")
    page.goto("/filing/new/isbn")
    begin(page)
    form = page.url
    page.locator('[name="filler"]').fill("登出前")
    page.context.clear_cookies(name="shuyin_session")
    page.locator('[name="filler"]').fill("登出後的<名字>")
    if scripts:
        expect(page.locator("#line")).to_contain_text("這一頁的內容還在")
    forward(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("填寫的內容還在")
    other = page.context.new_page()
    sign_in(other, "P20778")
    press(page, "我已登入，繼續")
    press(page, "再送出一次")
    expect(page.locator("#problems")).to_be_visible()  # the step itself again: other answers are missing
    expect(page.locator('[name="filler"]')).to_have_value("登出後的<名字>")
    page.goto(form)
    expect(page.locator('[name="filler"]')).to_have_value("登出後的<名字>")


def test_fields_come_and_go_with_their_condition(filing_site: tuple[Site, str], new_page: NewPage) -> None:
    page = new_page()
    page.goto("/filing/new/registration")
    begin(page)
    page.goto(page.url.replace("/notice", "/publisher"))
    expect(page.locator('[name="national_id"]')).to_be_hidden()
    page.locator('[name="identities"][value="national"]').check()
    expect(page.locator('[name="national_id"]')).to_be_visible()
    expect(page.get_by_role("group", name=re.compile("主要出版範圍"))).to_be_hidden()
    page.locator('[name="materials"][value="ebook"]').check()
    expect(page.get_by_role("group", name=re.compile("主要出版範圍"))).to_be_visible()
    page.locator('[name="materials"][value="ebook"]').uncheck()
    expect(page.get_by_role("group", name=re.compile("主要出版範圍"))).to_be_hidden()


def test_the_form_works_with_the_keyboard_alone(filing_site: tuple[Site, str], new_page: NewPage) -> None:
    page = new_page()
    page.goto("/filing/new/feedback")
    page.get_by_role("button", name="開始填寫").press("Enter")
    page.locator("#name").focus()
    for text in ("讀者", "reader@example.com"):
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("請問如何下載書目？")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="確定送出").press("Enter")
    expect(page.locator("main")).to_contain_text("竭誠為您服務")


def test_axe_finds_nothing_on_the_forms(filing_site: tuple[Site, str], new_page: NewPage, axe: str) -> None:
    site, _ = filing_site
    looked_at = 0
    for width in (390, 1200):
        page = new_page(width=width)
        for path in ("/account/login", "/account/forgotten", "/filing/new/registration"):
            page.goto(path)
            assert _findings(page, axe) == [], path
            looked_at += 1
        begin(page)
        for step in ("notice", "unit", "publisher", "evidence", "send"):
            page.goto(re.sub(r"/\w+$", f"/{step}", page.url))
            assert _findings(page, axe) == [], step
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (step, width)
            looked_at += 1
        page.goto(re.sub(r"/\w+$", "/unit", page.url))
        forward(page)
        assert _findings(page, axe) == []
    staff = new_page()
    enter_as_staff(site, staff)
    for path in ("/staff", "/staff/letters", "/account", "/account/devices", "/account/second-factor", "/account/data"):
        staff.goto(path)
        assert _findings(staff, axe) == [], path
        looked_at += 1
    assert looked_at == 22
