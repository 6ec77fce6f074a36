"""Ticks that survive paging, with scripts (kept for the visit) and without (carried by the page's buttons)."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opener
from tests.browser.test_accessibility import _findings

pytestmark = pytest.mark.browser

_LISTS = {
    "books": ("/books?q=臺灣&per_page=10&sort=oldest", ".hit input.tick"),
    "music": ("/music?q=周杰倫&per_page=10", "td input.tick"),
}


def _rows(page: Page, button: Locator) -> list[list[str]]:
    with page.expect_download() as download:
        button.click()
    return list(csv.reader(Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()))


def _download(page: Page, name: str) -> Locator:
    return page.locator(".export button", has_text="下載勾選的書目" if name == "books" else "匯出CSV")


@pytest.mark.parametrize("name", list(_LISTS))
def test_ticks_stay_over_pages_a_new_search_and_the_way_back(open_page: Opener, name: str) -> None:
    path, tick = _LISTS[name]
    page = open_page(path)
    expect(page.locator("#ticked")).to_have_text("尚未勾選")
    for number in (0, 3):
        page.locator(tick).nth(number).check()
    expect(page.locator("#ticked")).to_have_text("已勾選 2 筆")
    page.get_by_role("link", name="下一頁").click()
    expect(page.locator(".pager .here")).to_have_text("2")
    expect(page.locator("#ticked")).to_have_text("已勾選 2 筆")
    assert "id=" not in page.url, "the address stays a permalink"
    page.locator(tick).nth(1).check()
    expect(page.locator("#ticked")).to_have_text("已勾選 3 筆")
    assert len(_rows(page, _download(page, name))) == 4, "a heading and the three ticked ones"
    page.go_back()
    expect(page.locator(tick).nth(0)).to_be_checked()
    expect(page.locator(tick).nth(3)).to_be_checked()
    expect(page.locator(tick).nth(1)).not_to_be_checked()
    expect(page.locator("#ticked")).to_have_text("已勾選 3 筆")
    page.get_by_role("button", name="清除勾選").click()
    expect(page.locator(f"{tick}:checked")).to_have_count(0)
    expect(page.locator("#ticked")).to_have_text("尚未勾選")


def test_ticks_stay_when_a_filter_replaces_the_list_in_place(open_page: Opener) -> None:
    page = open_page("/books?q=臺灣&per_page=10")
    page.locator(".hit input.tick").first.check()
    page.get_by_role("checkbox", name="有聲書").check()
    expect(page.locator("#count")).to_contain_text("共 32 筆")
    expect(page.locator("#ticked")).to_have_text("已勾選 1 筆")
    page.get_by_role("checkbox", name="有聲書").uncheck()
    expect(page.locator("#count")).to_contain_text("共 131 筆")
    expect(page.locator(".hit input.tick").first).to_be_checked()


def test_the_limit_is_said_before_the_click(open_page: Opener) -> None:
    page = open_page("/books?q=臺灣&per_page=20")
    page.get_by_role("button", name="勾選本頁").click()
    expect(page.locator("#ticked")).to_contain_text("已勾選 20 筆，超過一次最多 10 筆：請取消 10 筆")
    page = open_page("/music?per_page=100")
    page.get_by_role("button", name="勾選本頁").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#ticked")).to_have_text("已勾選 100 筆")
    assert len(_rows(page, _download(page, "music"))) == 101
    page.get_by_role("link", name="下一頁").click()
    expect(page.locator(".pager .here")).to_have_text("2")
    page.locator("td input.tick").first.check()
    expect(page.locator("#ticked")).to_contain_text("請取消 1 筆")


def test_the_tracks_of_albums_join_those_of_the_list(open_page: Opener) -> None:
    page = open_page("/music?q=牡丹燈籠")
    page.locator("td input.tick").first.check()
    page.goto("/music?q=攏是家治的")
    page.locator("tbody a[href^='/albums/']").first.click()
    expect(page.locator("#ticked")).to_have_text("已勾選 1 筆")
    page.locator("td input.tick").first.check()
    assert len(_rows(page, _download(page, "music"))) == 3


@pytest.mark.parametrize("name", list(_LISTS))
def test_without_scripts_the_buttons_carry_the_ticks(open_page: Opener, name: str) -> None:
    path, tick = _LISTS[name]
    page = open_page(path, scripts=False)
    expect(page.get_by_role("button", name="清除勾選")).to_be_hidden()
    page.locator(tick).nth(0).check()
    page.locator(".ticks").get_by_role("button", name="下一頁").click()
    expect(page.locator(".pager .here")).to_have_text("2")
    expect(page.locator("#ticked")).to_contain_text("已勾選 1 筆")
    page.locator(tick).nth(2).check()
    page.locator(".ticks").get_by_role("button", name="下一頁").click()
    expect(page.locator(".pager .here")).to_have_text("3")
    expect(page.locator("#ticked")).to_contain_text("已勾選 2 筆")
    assert len(_rows(page, _download(page, name))) == 3
    page.locator(".ticks").get_by_role("button", name="上一頁").click()
    expect(page.locator(".pager .here")).to_have_text("2")
    expect(page.locator(tick).nth(2)).to_be_checked()


def test_an_address_made_without_scripts_is_taken_over_by_them(open_page: Opener) -> None:
    page = open_page("/music?q=周杰倫&per_page=10", scripts=False)
    page.locator("td input.tick").nth(0).check()
    page.locator(".ticks").get_by_role("button", name="下一頁").click()
    expect(page.locator(".pager .here")).to_have_text("2")
    other = open_page(page.url)
    expect(other.locator("#ticked")).to_have_text("已勾選 1 筆")
    expect(other).not_to_have_url(re.compile("[?&]id="))
    other.get_by_role("button", name="清除勾選").click()
    other.reload()
    expect(other.locator("#ticked")).to_have_text("尚未勾選")


@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing(open_page: Opener, axe: str, width: int) -> None:
    for dark in (False, True):
        page = open_page("/music?q=周杰倫&per_page=10", width=width, dark=dark)
        page.locator("td input.tick").first.check()
        assert _findings(page, axe) == [], dark
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0
