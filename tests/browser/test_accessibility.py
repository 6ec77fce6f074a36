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


def test_motion_is_for_those_who_want_it(open_page: Opener) -> None:
    moving = """() => [...document.querySelectorAll("body, body *")].filter(e => {
      const s = getComputedStyle(e);
      return s.animationName !== "none" || s.transitionDuration.split(", ").some(d => parseFloat(d) > 0);
    }).length"""
    page = open_page("/books?q=臺灣")  # opened as for a reader who wants none
    assert page.evaluate("document.querySelectorAll('body *').length") > 100
    assert page.evaluate(moving) == 0
    assert page.evaluate("getComputedStyle(document.documentElement).scrollBehavior") == "auto"
    page.emulate_media(reduced_motion="no-preference")
    assert page.evaluate(moving) > 0


@pytest.mark.parametrize("dark", [False, True])
def test_on_paper_stand_the_records_and_not_the_controls(open_page: Opener, site: Site, dark: bool) -> None:
    for path, kept in (("/books?q=臺灣", ".hit h2"), (f"/books/{site.report}", "h1.title")):
        page = open_page(path, dark=dark)
        page.emulate_media(media="print")
        assert page.locator(kept).first.is_visible()
        for control in (".masthead nav", ".colophon", ".searchbox", ".filters", ".pager", ".tick", ".side .actions"):
            shown = page.locator(control).evaluate_all("all => all.filter(e => e.getClientRects().length).length")
            assert shown == 0, (path, control)
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        ink = page.locator(kept).first.evaluate("e => getComputedStyle(e).color")
        assert sum(int(part) for part in ink.removeprefix("rgb(").rstrip(")").split(", ")) < 200, ink
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, path


def test_no_script_or_second_style_sheet_holds_up_the_page(open_page: Opener, site: Site) -> None:
    for path in ("/", "/books?q=臺灣", f"/books/{site.report}"):
        page = open_page(path)
        found = page.evaluate(
            """() => ({
              sheets: document.querySelectorAll("link[rel=stylesheet], style").length,
              scripts: [...document.scripts].filter(s => !s.type || s.type === "text/javascript" || s.type === "module")
                .map(s => [Boolean(s.src), s.defer || s.async || s.type === "module"]),
              blocking: performance.getEntriesByType("resource")
                .filter(r => r.renderBlockingStatus === "blocking").map(r => new URL(r.name).pathname),
              unsized: [...document.images].filter(i => !i.hasAttribute("width") || !i.hasAttribute("height")).length,
            })"""
        )
        assert found["sheets"] == 1, path
        assert found["scripts"] and all(own and later for own, later in found["scripts"]), path
        assert len(found["blocking"]) == 1 and found["blocking"][0].endswith("/shuyin.css"), path
        assert found["unsized"] == 0, path
