"""People at work: with the keyboard alone, without scripts, with suggestions."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener

pytestmark = pytest.mark.browser


def _tab_to(page: Page, selector: str, most: int = 150) -> None:
    """Press Tab until the element that matches has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_keyboard_alone_from_search_to_download(open_page: Opener) -> None:
    page = open_page("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    _tab_to(page, "#q")
    page.keyboard.type("臺灣")
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_contain_text("共 131 筆")
    _tab_to(page, "#facets input[value='ebook']")
    page.keyboard.press("Space")
    expect(page.locator("#count")).to_contain_text("共 33 筆")
    expect(page.locator("#facets input[value='ebook']")).to_be_focused()
    expect(page.locator("#announce")).to_contain_text("共 33 筆")
    assert "f.format=ebook" in page.url
    _tab_to(page, ".hit input.tick")
    page.keyboard.press("Space")
    _tab_to(page, ".export button")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".csv")
    _tab_to(page, ".pager a")


def test_without_scripts_from_search_to_download(open_page: Opener) -> None:
    page = open_page("/", scripts=False)
    page.fill("#q", "臺灣")
    page.click(".searchbox button")
    page.check("input[name='f.format'][value='audiobook']")
    page.check("#facets input[value='ebook']")
    page.locator("#facets button", has_text="套用").click()
    expect(page.locator("#count")).to_contain_text("共 65 筆")
    page.select_option("#sort", "oldest")
    page.locator(".toolbar button", has_text="套用").click()
    assert re.search(r"f\.format=ebook.*sort=oldest|sort=oldest.*f\.format=ebook", page.url)
    page.locator("#facets summary", has_text="語言").click()
    page.get_by_role("button", name="排除 日文").click()
    expect(page.locator(".chip.not")).to_contain_text("日文")
    page.locator(".hit input.tick").first.check()
    with page.expect_download() as download:
        page.locator(".export button").click()
    assert download.value.suggested_filename.endswith(".csv")
    page.locator(".hit h2 a").first.click()
    expect(page.locator("h1")).to_contain_text("臺灣")
    page.get_by_role("link", name="機讀格式 MARC").click()
    expect(page.locator("tbody tr").first).to_contain_text("LDR")


def test_the_back_button_brings_back_the_former_list(open_page: Opener) -> None:
    page = open_page("/books?q=臺灣")
    page.get_by_role("checkbox", name="電子書").check()
    expect(page.locator("#count")).to_contain_text("共 33 筆")
    page.locator(".hit h2 a").first.click()
    page.go_back()
    expect(page.locator("#count")).to_contain_text("共 33 筆")
    expect(page.get_by_role("checkbox", name="電子書")).to_be_checked()
    page.go_back()
    expect(page.locator("#count")).to_contain_text("共 131 筆")
    expect(page.get_by_role("checkbox", name="電子書")).not_to_be_checked()


def test_suggestions_work_by_keyboard(open_page: Opener) -> None:
    page = open_page("/")
    box = page.get_by_role("combobox")
    box.focus()
    page.keyboard.type("臺灣期")
    option = page.get_by_role("option").first
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert box.get_attribute("aria-activedescendant") == option.get_attribute("id")
    page.keyboard.press("Escape")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.type("刊")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/books"))
    expect(page.locator("h1")).to_be_visible()


def test_an_address_that_is_wrong_shows_its_page_in_place_too(open_page: Opener) -> None:
    page = open_page("/books?q=臺灣")
    page.locator("#from").fill("上個月")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("不是日期")


def test_filters_on_a_phone_open_as_a_sheet_and_close_by_key(open_page: Opener) -> None:
    page = open_page("/books?q=臺灣", width=390)
    box = page.get_by_role("checkbox", name="電子書")
    expect(box).to_be_hidden()
    page.get_by_role("button", name="篩選", exact=True).click()
    expect(box).to_be_visible()
    box.check()
    expect(page.locator("#count")).to_contain_text("共 33 筆")
    expect(box).to_be_visible()
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()


def test_a_book_goes_on_the_shelf_and_from_there_into_a_download(open_page: Opener) -> None:
    page = open_page("/books?q=期刊")
    button = page.locator(".keep").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".keep").first).to_have_text("已在書架")
    expect(page.locator(".keep").first).to_be_focused()
    page.get_by_role("link", name="書架", exact=True).click()
    expect(page.locator(".hit h2")).to_contain_text("臺灣期刊")
    with page.expect_download() as download:
        page.locator(".export button").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_the_shelf_works_without_scripts(open_page: Opener) -> None:
    page = open_page("/books?sort=oldest", scripts=False)
    for number in (0, 1):
        page.locator(".keep").nth(number).click()
    expect(page.locator(".keep[aria-pressed=true]")).to_have_count(2)
    page.get_by_role("link", name="書架", exact=True).click()
    first = page.locator(".hit h2").first.text_content()
    page.get_by_role("button", name="下移").first.click()
    expect(page.locator(".hit h2").last).to_have_text(first or "")
    page.get_by_role("button", name="清空書架").click()
    expect(page.locator("main")).to_contain_text("還沒有書")


@pytest.mark.parametrize("scripts", [True, False])
def test_keyboard_walk_search_facet_record_shelf_export(open_page: Opener, scripts: bool) -> None:
    page = open_page("/", scripts=scripts)
    _tab_to(page, "#q")
    page.keyboard.type("臺灣")
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_contain_text("共 131 筆")
    _tab_to(page, "#facets input[value='ebook']")
    page.keyboard.press("Space")
    if not scripts:
        _tab_to(page, "#facets button.without-script")
        page.keyboard.press("Enter")
    expect(page.locator("#count")).to_contain_text("共 33 筆")
    _tab_to(page, ".hit h2 a")
    page.keyboard.press("Enter")
    expect(page.locator("h1.title")).to_contain_text("臺灣")
    record = urlsplit(page.url).path
    _tab_to(page, ".keep")
    page.keyboard.press("Enter")
    expect(page.locator(".keep")).to_have_text("已在書架")
    _tab_to(page, "a[href='/shelf']")
    page.keyboard.press("Enter")
    expect(page.locator(".hit h2 a")).to_have_attribute("href", record)
    _tab_to(page, "#format")
    page.keyboard.type("RIS")
    expect(page.locator("#format")).to_have_value("ris")
    _tab_to(page, "button[form=export]")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".ris")
    assert "TI  - 臺灣" in download.value.path().read_text(encoding="utf-8")


def test_a_lost_cookie_does_not_lose_the_shelf(open_page: Opener) -> None:
    page = open_page("/books?sort=oldest")
    for number in (0, 1):
        page.locator(".keep").nth(number).click()
        expect(page.locator(".keep").nth(number)).to_have_text("已在書架")
    page.context.clear_cookies()
    page.goto("/shelf")
    expect(page.locator("#shelf-remembered b")).to_have_text("2")
    page.get_by_role("button", name="放回書架").click()
    expect(page.locator(".hit h2")).to_have_count(2)
    page.get_by_role("button", name="清空書架").click()
    expect(page.locator("main")).to_contain_text("還沒有書")
    expect(page.locator("#shelf-remembered")).to_be_hidden()


def test_the_menu_on_a_phone_opens_without_scripts(open_page: Opener) -> None:
    page = open_page("/", width=390, scripts=False)
    expect(page.locator("#menu")).to_be_hidden()
    page.get_by_role("button", name="選單").click()
    page.locator("#menu summary", has_text="書目資料庫").click()
    page.locator("#menu").get_by_role("link", name="進階查詢").click()
    expect(page.locator("h1")).to_have_text("進階查詢")


@pytest.mark.parametrize("scripts", [True, False])
def test_more_values_of_a_facet_are_found_and_ticked(open_page: Opener, scripts: bool) -> None:
    page = open_page("/books?q=臺灣&f.format=print", scripts=scripts)
    page.locator("#facets summary", has_text="主題詞").click()
    page.get_by_role("button", name="更多… 主題詞").click()
    expect(page.locator("h1")).to_have_text("篩選：主題詞")
    page.fill("#look_up", "历史")
    page.get_by_role("button", name="找", exact=True).click()
    page.get_by_role("checkbox", name="歷史").check()
    page.get_by_role("button", name="套用篩選").click()
    expect(page.locator(".chips")).to_contain_text("歷史")
    expect(page.locator(".chips")).to_contain_text("紙本書")
