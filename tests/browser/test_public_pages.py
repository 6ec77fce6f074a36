"""The counterpart of every public page of S0: accessible on phone and desk, by keyboard, without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from shuyin.indexer import services as indexer
from shuyin.records import samples
from shuyin.records.models import AlbumRow, OrganisationRow
from shuyin.web.navigation import menu_paths
from tests.browser.conftest import Opener
from tests.browser.test_accessibility import _findings
from tests.browser.test_walks import _tab_to
from tests.sound import wav
from tests.web.catalogue import Site

pytestmark = pytest.mark.browser

#: Page of S0 → address here. {album} and {company} are those that S0 prints or the sample has.
PAGES = {
    "服務項目": "/pages/services",
    "最新消息 ISRC": "/news?tab=isrc",
    "最新消息 一則": "/news/{news}",
    "ISBN 編配原則": "/pages/isbn-principles",
    "ISBN 申請流程": "/pages/isbn-application",
    "ISRC 發展歷史簡介": "/pages/isrc-history",
    "ISRC 編碼原則": "/pages/isrc-principles",
    "ISRC 說明": "/pages/isrc-application",
    "聯絡我們": "/pages/contact",
    "表單下載": "/forms",
    "主題規範查詢": "/subjects",
    "智慧主題分析": "/subjects/analyse",
    "每日預告書訊": "/new-books",
    "下載說明": "/pages/download-help",
    "完整資料檔": "/dumps/",
    "最新專輯": "/music/latest",
    "音樂查詢 專輯": "/music/albums?q=牡丹燈籠",
    "音樂查詢 沒有結果": "/music?q=沒有這張專輯",
    "音樂查詢 長頁": "/music?per_page=1000",
    "專輯資料": "/albums/{album}",
    "歷年統計": "/statistics/isrc-yearly",
    "按月統計": "/statistics/isrc-monthly?month=2025-12",
    "統計 首頁": "/statistics",
    "統計 申辦時間": "/statistics/filing-turnaround",
    "統計 類別": "/statistics/isbn-class",
    "ISBN 出版機構": "/publishers",
    "ISRC 音樂業者": "/music-companies",
    "ISRC 音樂業者 一家": "/music-companies/{company}",
    "出版品 線上期刊": "/pages/periodicals",
    "得獎好書": "/awards/books",
    "金曲獎": "/awards/golden-melody",
    "金曲獎 一屆": "/awards/golden-melody-1",
    "工具": "/tools",
    "ISBN 10/13 碼轉換": "/tools/isbn?number=9789576787713",
    "ISRC 檢查": "/tools/isrc?number=TWZZ92600001",
    "電子書延伸辨識碼": "/tools/ebook-identifier",
    "ISRC Q&A": "/faq?tab=isrc",
    "音樂活動": "/events",
    "相關網站連結": "/links",
    "查詢網站內容": "/pages?q=ISRC",
    "意見信箱": "/filing/new/feedback",
    "網站導覽": "/site-map",
    "關於資料": "/pages/about-data",
    "隱私權": "/pages/privacy",
    "無障礙": "/pages/accessibility",
}
#: Tried by other tests: search, home and records (test_accessibility, test_ticks), accounts (test_filing).
ELSEWHERE = {
    "/books", "/books/advanced", "/books/help", "/browse", "/shelf", "/api/docs", "/music",
    "/account", "/account/register", "/filing",
}  # fmt: skip
#: What is new in the menu is tried too, without being listed here.
_LISTED = {path.split("?")[0] for path in PAGES.values()}
PAGES |= {path: path for path in menu_paths() if path not in _LISTED | ELSEWHERE}


@pytest.fixture(scope="module")
def numbers(site: Site, tmp_path_factory: pytest.TempPathFactory) -> dict[str, int | str]:
    """The album that S0 prints, with a sample on its first track, and a company."""
    file = Path(tmp_path_factory.mktemp("sound")) / "sample.wav"
    file.write_bytes(wav(2.0))
    name = samples.store(site.services.settings.data_dir, file)
    with site.services.writes.begin() as session:
        album = session.scalars(select(AlbumRow).where(AlbumRow.title == "牡丹燈籠")).one()
        samples.attach(session, album.tracks[0].id, name, changed_by="test")
        company = session.scalars(select(OrganisationRow.id).where(OrganisationRow.is_music_company)).first()
        found = {"album": album.id, "company": company or 0, "news": "isrc-registrant-20251215"}
    indexer.catch_up(site.services.sessions, site.services.writes, site.services.search)
    return found


@pytest.mark.parametrize("name", list(PAGES))
def test_the_page_is_accessible(open_page: Opener, axe: str, numbers: dict[str, int | str], name: str) -> None:
    path = PAGES[name].format(**numbers)
    for width, dark in ((390, False), (1440, True)):
        page = open_page(path, width=width, dark=dark)
        expect(page.locator("h1")).to_have_count(1)
        assert _findings(page, axe) == [], (width, dark)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"scrolls sideways by {wide} px at {width}"


@pytest.mark.parametrize("name", list(PAGES))
def test_the_page_serves_the_keyboard_and_those_without_scripts(
    open_page: Opener, numbers: dict[str, int | str], name: str
) -> None:
    page = open_page(PAGES[name].format(**numbers), width=390, scripts=False)
    expect(page.locator("h1")).to_be_visible()
    assert len(page.locator("#main").inner_text().strip()) > 20
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    beyond = page.locator("#main :focus, footer :focus")
    expect(beyond).to_have_count(1)
    expect(beyond).to_be_visible()


def test_a_sample_plays_by_keyboard(open_page: Opener, numbers: dict[str, int | str]) -> None:
    page = open_page(f"/albums/{numbers['album']}")
    player = page.locator("audio")
    expect(player).to_have_count(1)
    listen = "() => { const a = document.querySelector('audio'); a.onplaying = () => { a.dataset.played = 'yes'; }; }"
    page.evaluate(listen)
    _tab_to(page, "audio")
    page.keyboard.press("Space")
    expect(player).to_have_attribute("data-played", "yes")
    assert page.evaluate("Math.round(document.querySelector('audio').duration)") == 2
