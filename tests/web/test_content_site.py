"""The menu of nine entries, the trail, the site map, the sitemap file and the visitor counter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from fastapi.testclient import TestClient
from lxml import etree, html
from sqlalchemy import Engine, select

from shuyin.records import database
from shuyin.web.content.seeding import load_shipped_pages
from shuyin.web.models import VisitDay
from shuyin.web.navigation import MAIN_MENU, menu_paths
from shuyin.web.site.visits import Visits, visits_of
from tests.web.catalogue import Site

_TAIPEI = ZoneInfo("Asia/Taipei")
_FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def test_the_menu_has_the_nine_entries_of_the_source(client: TestClient) -> None:
    root = html.fromstring(client.get("/").text)
    entries = root.cssselect("#menu .menu > li")
    assert [e.cssselect("summary, a")[0].text for e in entries] == [
        "服務項目", "整合申辦", "書目資料庫", "書目下載", "音樂查詢", "ISBN 出版機構", "ISRC 音樂業者",
        "出版品", "工具與資源",
    ]  # fmt: skip


def test_every_page_of_the_menu_is_there(client: TestClient, site: Site) -> None:
    load_shipped_pages(site.services.writes)
    paths = menu_paths()
    assert len(paths) > 40
    # signing in is asked for by account and filings
    wrong = {p: s for p in paths if (s := client.get(p).status_code) not in (200, 302, 303)}
    assert wrong == {}
    shown = html.fromstring(client.get("/site-map").text).xpath("//main//a/@href")
    assert set(paths) <= set(shown)


def test_the_trail_names_entry_and_page(client: TestClient) -> None:
    root = html.fromstring(client.get("/books/advanced").text)
    trail = [li.text_content().strip() for li in root.cssselect("nav.crumbs li")]
    assert trail == ["首頁", "書目資料庫", "進階查詢"]
    assert html.fromstring(client.get("/").text).cssselect("nav.crumbs") == []
    for group in MAIN_MENU:
        for item in group.items:
            answer = client.get(item.path)
            if answer.status_code == 200:
                assert len(html.fromstring(answer.text).cssselect("nav.crumbs")) <= 1, item.path


def test_the_sitemap_file_names_pages_and_news(client: TestClient, site: Site) -> None:
    load_shipped_pages(site.services.writes)
    tree = etree.fromstring(client.get("/sitemaps/pages.xml").content)
    found = tree.xpath("//*[local-name()='loc']/text()")
    for path in ("/", "/news/platform-merged", "/pages/privacy", "/awards/golden-melody-1", "/publishers"):
        assert f"http://catalogue.test{path}" in found
    assert len(found) == len(set(found))


def _visits(engine: Engine, now: datetime) -> tuple[Visits, list[datetime]]:
    clock = [now]
    made = Visits(database.read_sessions(engine), database.write_sessions(engine), _TAIPEI, lambda: clock[0])
    return made, clock


def test_visitors_are_counted_once_a_day_and_survive_a_restart(engine: Engine) -> None:
    now = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)  # 23:00 in Taipei
    visits, clock = _visits(engine, now)
    assert visits.count() is None
    assert visits.note("192.0.2.1", _FIREFOX) and not visits.note("192.0.2.1", _FIREFOX)
    assert visits.note("192.0.2.2", _FIREFOX)
    clock[0] = now + timedelta(hours=2)  # the next day in Taipei
    assert visits.note("192.0.2.1", _FIREFOX)
    visits.flush()
    again, _ = _visits(engine, clock[0])
    count = again.count()
    assert count is not None and (count.visitors, count.since.isoformat()) == (3, "2026-03-10")
    again.note("192.0.2.9", _FIREFOX)
    again.flush()
    again.flush()
    with database.read_sessions(engine)() as session:
        days = {row.day.isoformat(): row.visitors for row in session.scalars(select(VisitDay))}
    assert days == {"2026-03-10": 2, "2026-03-11": 2}


def test_programs_are_not_visitors(sqlite_engine: Engine) -> None:
    visits, _ = _visits(sqlite_engine, datetime(2026, 3, 10, tzinfo=UTC))
    programs = ("", "curl/8.5", "Googlebot/2.1", "python-requests/2.32", "Mozilla/5.0 (compatible; bingbot/2.0)")
    assert [visits.note("192.0.2.1", agent) for agent in programs] == [False] * len(programs)


def test_what_cannot_be_written_waits(sqlite_engine: Engine) -> None:
    visits, _ = _visits(sqlite_engine, datetime(2026, 3, 10, tzinfo=UTC))
    visits.note("192.0.2.1", _FIREFOX)
    VisitDay.__table__.drop(sqlite_engine)  # type: ignore[attr-defined]
    visits.flush()
    VisitDay.__table__.create(sqlite_engine)  # type: ignore[attr-defined]
    visits.flush()
    count = visits.count()
    assert count is not None and count.visitors == 1


def test_pages_count_their_readers_and_say_so_without_a_cookie(client: TestClient, site: Site) -> None:
    person = {"user-agent": _FIREFOX + " test_content_site"}
    before = visits_of(site.app).count()
    answer = client.get("/", headers=person)
    client.get("/books", headers=person)
    client.get("/nowhere", headers={"user-agent": _FIREFOX + " other"})
    client.get("/", headers={"user-agent": _FIREFOX + " third", "sec-purpose": "prefetch"})
    client.get("/robots.txt", headers={"user-agent": _FIREFOX + " fourth"})
    after = visits_of(site.app).count()
    assert after is not None and after.visitors == (before.visitors if before else 0) + 1
    assert not any("visit" in name for name in answer.cookies)
    assert "人次來訪" in client.get("/").text
