"""axe-core on every kind of page, on phone and desktop, light and dark; layout that never scrolls sideways."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Opener
from tests.web.catalogue import Site

pytestmark = pytest.mark.browser

_PAGES = {
    "home": "/",
    "results": "/books?q=臺灣&f.class=8&-f.language=jpn",
    "list": "/books?per_page=10&page=5",
    "empty": "/books?q=沒有這種書名",
    "advanced": "/books/advanced?row.op=and&row.field=title&row.text=歷史",
    "help": "/books/help",
    "record": "/books/{report}",
    "marc": "/books/{report}/marc",
    "api": "/api/docs",
    "shelf": "/shelf",
    "facet": "/books/facets/subject?q=臺灣",
    "not found": "/nowhere",
    "bad value": "/books?page=x",
    "english": "/books?q=臺灣&lang=en",
}
_RUN = """() => axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
  .then(r => ({
    violations: r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 160)).join(" | ")),
    rules: new Set([...r.violations, ...r.passes, ...r.incomplete, ...r.inapplicable].map(x => x.id)).size,
    passed: r.passes.length,
  }))"""


def _findings(page: Page, axe: str) -> list[str]:
    page.evaluate(axe)
    found = page.evaluate(_RUN)
    assert found["rules"] >= 40, "axe evaluated too few rules"
    assert found["passed"] >= 10
    return list(found["violations"])


@pytest.mark.parametrize("name", list(_PAGES))
def test_axe_finds_nothing(open_page: Opener, site: Site, axe: str, name: str) -> None:
    looked_at = 0
    for width in (390, 1440):
        for dark in (False, True):
            page = open_page(_PAGES[name].format(report=site.report), width=width, dark=dark)
            assert _findings(page, axe) == [], (width, dark)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, f"scrolls sideways by {wide} px at {width}"
            looked_at += 1
    assert looked_at == 4


def test_the_filter_sheet_on_a_phone_is_accessible(open_page: Opener, axe: str) -> None:
    page = open_page("/books?q=臺灣", width=390)
    page.get_by_role("button", name="篩選", exact=True).click()
    page.get_by_role("checkbox", name="電子書").wait_for()
    assert _findings(page, axe) == []


@pytest.mark.parametrize("path", ["/", "/books?q=臺灣", "/books/advanced"])
def test_text_at_200_percent_stays_readable(open_page: Opener, path: str) -> None:
    page = open_page(path, width=1280)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0


def test_the_theme_switch_wins_over_the_system(open_page: Opener) -> None:
    page = open_page("/", dark=True)
    before = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.get_by_role("button", name="亮").click()
    after = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert before != after
    assert page.get_by_role("button", name="亮").get_attribute("aria-pressed") == "true"


def test_nothing_moves_while_the_results_load(open_page: Opener) -> None:
    page = open_page("/")
    page.add_init_script(
        "window.shift = 0; new PerformanceObserver(l => { for (const e of l.getEntries())"
        " if (!e.hadRecentInput) window.shift += e.value; }).observe({type: 'layout-shift', buffered: true});"
    )
    for path in ("/", "/books?q=臺灣"):
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.shift") < 0.02, path
