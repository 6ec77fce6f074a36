"""Browse lists, search over everything, search history, saved searches: axe, keyboard, phone, without scripts."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from shuyin.search_api.dependencies import SESSION_COOKIE
from tests.browser.conftest import Opener
from tests.browser.test_accessibility import _findings
from tests.web.catalogue import Site

pytestmark = pytest.mark.browser

_PAGES = {
    "lists": "/browse",
    "authors": "/browse/authors",
    "by sound": "/browse/subjects?order=zhuyin",
    "classes": "/browse/classes?from=3",
    "beyond the end": "/browse/authors?from=zzz",
    "author": "/browse/authors/作者3",
    "publisher": "/browse/publishers/海風文化",
    "everything": "/search?q=海風",
    "nothing": "/search?q=沒有這種書名",
    "history": "/searches",
    "excluding": "/books/facets/subject?q=臺灣&exclude=1",
    "within": "/books?q=臺灣&row.op=and&row.field=any&row.text=歷史&-f.language=jpn",
    "in English": "/browse/authors?lang=en",
}


@pytest.mark.parametrize("name", list(_PAGES))
def test_axe_finds_nothing(open_page: Opener, axe: str, name: str) -> None:
    looked_at = 0
    for width, dark in ((390, True), (1440, False)):
        page = open_page(_PAGES[name], width=width, dark=dark)
        assert _findings(page, axe) == [], (width, dark)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"scrolls sideways by {wide} px at {width}"
        looked_at += 1
    assert looked_at == 2


def _tab_to(page: Page, selector: str, most: int = 200) -> None:
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector}")


def test_a_list_is_walked_by_keyboard_from_a_beginning_to_the_books(open_page: Opener) -> None:
    page = open_page("/browse/authors")
    _tab_to(page, "#from")
    page.keyboard.type("作者5")
    page.keyboard.press("Enter")
    expect(page.locator(".browse li").first).to_contain_text("作者5")
    _tab_to(page, ".browse li:first-child a")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("作者5")
    _tab_to(page, ".button.primary")
    page.keyboard.press("Enter")
    expect(page.locator(".chips")).to_contain_text("作者5")
    expect(page.locator("#count")).to_contain_text("筆")


@pytest.mark.parametrize(("width", "scripts"), [(390, False), (1440, False), (1440, True)])
def test_lists_need_no_scripts(open_page: Opener, width: int, scripts: bool) -> None:
    page = open_page("/", width=width, scripts=scripts)
    page.locator("main").get_by_role("link", name="瀏覽清單").click()
    page.locator("main").get_by_role("link", name="出版者", exact=True).click()
    page.get_by_role("link", name="注音", exact=True).click()
    page.locator(".jumps").get_by_role("link", name="ㄕ", exact=True).click()
    expect(page.locator(".browse li").first).to_contain_text("山月出版社")
    page.locator(".browse .n").first.click()
    expect(page.locator("#count")).to_contain_text("筆")
    assert "f.publisher=" in page.url


@pytest.mark.parametrize("scripts", [True, False])
def test_everything_is_searched_from_the_head_of_any_page(open_page: Opener, scripts: bool) -> None:
    page = open_page("/books/help", scripts=scripts)
    page.locator("header .own").get_by_role("link", name="全站查詢").click()
    page.get_by_role("searchbox").fill("海風")
    page.keyboard.press("Enter")
    expect(page.locator("#count")).to_contain_text("共找到")
    page.get_by_role("link", name=re.compile("^看全部 .* 圖書$")).click()
    expect(page.locator("#count")).to_contain_text("筆")
    assert "/books?q=" in page.url


@pytest.mark.parametrize("scripts", [True, False])
def test_a_search_within_the_results_keeps_what_was_ticked(open_page: Opener, scripts: bool) -> None:
    page = open_page("/books?q=臺灣&f.format=print", scripts=scripts)
    page.get_by_label("在結果中再查").fill("繪本")
    page.keyboard.press("Enter")
    expect(page.locator(".chips")).to_contain_text("繪本")
    expect(page.locator(".chips")).to_contain_text("紙本書")
    assert "q=" in page.url and "f.format=print" in page.url


def test_the_browser_keeps_the_history_and_forgets_it_when_told(open_page: Opener) -> None:
    page = open_page("/books?q=臺灣")
    page.get_by_role("checkbox", name="電子書").check()
    expect(page.locator("#count")).to_contain_text("共 33 筆")
    page.goto("/books?q=歷史")
    page.goto("/books")
    page.goto("/searches")
    links = page.locator("#browser-searches a")
    expect(links).to_have_text(["歷史", "臺灣；出版形式：電子書", "臺灣"])
    page.get_by_role("button", name="移除 歷史").click()
    expect(links).to_have_count(2)
    links.first.click()
    expect(page.locator("#count")).to_contain_text("共 33 筆")
    page.goto("/searches")
    page.get_by_role("button", name="不要記錄並清除").click()
    expect(links).to_have_count(0)
    expect(page.get_by_role("button", name="開始記錄")).to_be_focused()
    page.goto("/books?q=地理")
    page.goto("/searches")
    expect(page.locator("#browser-searches [role=status]")).to_have_text("目前不記錄您的查詢。")
    expect(links).to_have_count(0)
    page.get_by_role("button", name="開始記錄").click()
    page.goto("/books?q=地理")
    page.goto("/searches")
    expect(links).to_have_text(["地理"])


def test_without_scripts_the_page_says_why_there_is_no_history(open_page: Opener) -> None:
    page = open_page("/searches", scripts=False)
    expect(page.locator("main")).to_contain_text("沒有執行程式碼")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_reader_saves_renames_and_deletes_a_search(
    open_page: Opener, site: Site, address: str, axe: str, scripts: bool
) -> None:
    page = open_page("/", scripts=scripts)
    page.context.add_cookies([{"name": SESSION_COOKIE, "value": site.sign_in(), "url": address}])
    page.goto("/books?q=臺灣&f.format=ebook")
    page.get_by_label("儲存這個查詢，名稱").fill("臺灣的電子書")
    page.get_by_role("button", name="儲存", exact=True).click()
    expect(page.locator("h1")).to_have_text("我的查詢")
    expect(page.locator("main")).to_contain_text("臺灣的電子書")
    expect(page.get_by_role("link", name="臺灣；出版形式：電子書")).to_be_visible()  # the history
    if scripts:
        assert _findings(page, axe) == []
    page.get_by_label("「臺灣的電子書」的新名稱").fill("電子書")
    page.get_by_role("button", name="改名 臺灣的電子書").click()
    expect(page.get_by_role("link", name="電子書", exact=True)).to_be_visible()
    page.get_by_role("button", name="刪除 電子書").click()
    expect(page.locator("main")).to_contain_text("還沒有儲存的查詢")
    page.get_by_role("button", name="清除全部紀錄").click()
    expect(page.locator("main")).to_contain_text("還沒有紀錄")


def test_the_years_can_be_narrowed_by_keyboard(open_page: Opener) -> None:
    page = open_page("/books?q=臺灣")
    name = page.locator("svg.histogram").get_attribute("aria-label")
    assert name and name.startswith("出版年 2016–2025")
    page.locator("#from").fill("2020")
    page.locator("#to").fill("2022")
    page.keyboard.press("Enter")
    expect(page.locator("svg.histogram")).to_have_attribute("aria-label", re.compile("出版年 2020–2022"))
    expect(page.locator(".chips")).to_contain_text("2020 – 2022")
    expect(page.locator(".chip.not")).to_have_count(0)
    assert "-f." not in page.url
