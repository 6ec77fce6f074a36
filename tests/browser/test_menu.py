"""The nine entries of the menu: by keyboard, on a phone, without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Opener
from tests.browser.test_accessibility import _findings
from tests.browser.test_walks import _tab_to

pytestmark = pytest.mark.browser


def test_by_keyboard(open_page: Opener) -> None:
    page = open_page("/")
    entry = page.locator("#menu summary", has_text="工具與資源")
    _tab_to(page, "#menu li:last-child summary")
    link = page.locator("#menu").get_by_role("link", name="ISRC 檢查")
    expect(link).to_be_hidden()
    page.keyboard.press("Enter")
    expect(link).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator("#menu").get_by_role("link", name="工具一覽")).to_be_focused()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    expect(entry).to_be_focused()


def test_one_entry_is_open_at_a_time_and_a_click_elsewhere_closes_it(open_page: Opener) -> None:
    page = open_page("/")
    for name in ("服務項目", "音樂查詢"):
        page.locator("#menu summary", has_text=name).click()
    expect(page.locator("#menu details[open]")).to_have_count(1)
    page.locator("footer").click(position={"x": 5, "y": 5})
    expect(page.locator("#menu details[open]")).to_have_count(0)


@pytest.mark.parametrize("width", [390, 1440])
def test_without_scripts(open_page: Opener, width: int) -> None:
    page = open_page("/", width=width, scripts=False)
    if width == 390:
        page.get_by_role("button", name="選單").click()
    page.locator("#menu summary", has_text="服務項目").click()
    page.locator("#menu").get_by_role("link", name="ISRC 發展歷史").click()
    expect(page.locator("h1")).to_have_text("ISRC 發展歷史")
    expect(page.locator("nav.crumbs")).to_contain_text("服務項目")


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing_in_the_open_menu(open_page: Opener, axe: str, width: int) -> None:
    page = open_page("/site-map", width=width)
    if width == 390:
        page.get_by_role("button", name="選單").click()
    page.locator("#menu summary", has_text="服務項目").click()
    assert _findings(page, axe) == []
