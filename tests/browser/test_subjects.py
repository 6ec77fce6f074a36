"""智慧主題分析 and the look-up of headings and classes as people use them: keyboard, phone, no scripts, axe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from shuyin.ai_subjects import from_catalogue
from shuyin.ai_subjects.schemes import services
from tests.browser.conftest import Opener
from tests.browser.test_accessibility import _findings
from tests.web.catalogue import Site

pytestmark = pytest.mark.browser

TITLE, PUBLISHER = "現代公司法：股東權利與董事會實務", "新學林"


@pytest.fixture(scope="module", autouse=True)
def schemes(site: Site) -> Iterator[None]:
    """The starter classes and the headings that the records use."""
    with site.services.sessions() as session:
        records = list(from_catalogue.catalogued(session))
    with site.services.writes.begin() as session:
        services.load_starter(session, records)
    yield


def analyse(page: Page) -> None:
    page.get_by_label("書名", exact=True).fill(TITLE)
    page.get_by_label("出版者", exact=True).fill(PUBLISHER)
    page.get_by_label("簡介", exact=True).fill("本書從實例說明公司治理，以及股東會、董事會與證券交易法的關係。")
    page.get_by_role("button", name="分析", exact=True).click()
    page.get_by_role("heading", name="建議").wait_for()


@pytest.mark.parametrize("scripts", [True, False])
def test_each_suggestion_shows_where_it_comes_from(open_page: Opener, scripts: bool) -> None:
    page = open_page("/subjects/analyse", scripts=scripts)
    analyse(page)
    suggestions = page.locator(".suggestions > li")
    shown = suggestions.count()
    assert shown >= 4
    for place in range(shown):  # every one has its chance and a reason
        one = suggestions.nth(place)
        assert "%" in one.locator(".suggestion").inner_text()
        assert one.locator(".why > li").count() >= 1
    first = suggestions.first
    assert "公司法" in first.locator(".suggestion").inner_text()
    assert first.locator("mark").first.inner_text() == "公司法"  # the words that were found, in their place
    assert TITLE in first.locator(".why").inner_text()
    assert page.locator(".why cite").count() >= 1  # books like it
    assert page.get_by_label("書名", exact=True).input_value() == TITLE


def test_by_keyboard_alone(open_page: Opener) -> None:
    page = open_page("/subjects/analyse")
    page.get_by_label("書名", exact=True).focus()
    page.keyboard.type(TITLE)
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.name || document.activeElement.innerText"))
        if reached[-1] == "分析":
            break
    assert reached == ["author", "publisher", "category", "keywords", "summary", "contents", "file", "分析"]
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="建議").wait_for()
    assert page.locator(".suggestions > li").count() >= 1


def test_a_title_that_says_nothing_is_told_so(open_page: Opener) -> None:
    page = open_page("/subjects/analyse?title=Xylqkzr")
    page.get_by_role("button", name="分析", exact=True).click()
    page.get_by_text("看不出主題").wait_for()
    assert page.locator(".suggestions").count() == 0


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(open_page: Opener, axe: str, width: int, dark: bool) -> None:
    looked_at = 0
    for path in (
        "/subjects",
        "/subjects?q=公司&kind=subject",
        "/subjects?q=587&kind=class&match=exact",
        "/classes/587",
        "/subjects/tree/500",
        "/subjects/analyse",
    ):
        page = open_page(path, width=width, dark=dark)
        if path == "/subjects/analyse":
            analyse(page)
        assert _findings(page, axe) == [], path
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
        page.context.close()
        looked_at += 1
    assert looked_at == 6


@pytest.mark.parametrize("scripts", [True, False])
def test_the_tree_is_walked_with_and_without_scripts(open_page: Opener, scripts: bool) -> None:
    page = open_page("/subjects", scripts=scripts, width=390)
    page.get_by_role("link", name="展開 500").click()
    page.locator("a[href='/classes/580']").wait_for()
    if scripts:  # the level opens in its place, and the next one in it
        assert page.url.endswith("/subjects")
        page.get_by_role("link", name="展開 580").click()
        page.locator("a[href='/classes/587']").wait_for()
    else:  # it is a page of its own
        assert page.url.endswith("/subjects/tree/500")
    page.goto("/classes/587.2")
    assert "公司法" in page.locator("h1").inner_text()
    assert page.locator(".class-path a, nav a[href='/classes/580']").count() >= 1
