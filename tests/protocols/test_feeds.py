"""New books of the day as pages, feeds and API; subscribing on the web."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import feedparser
import pytest
from fastapi.testclient import TestClient
from lxml import etree
from sqlalchemy import select

from shuyin.notify.models import Letter, Subscription
from shuyin.records import announced
from shuyin.records.interests import Interests
from shuyin.records.models import BookRow
from shuyin.search_api.feeds.entries import Feed, entry
from shuyin.search_api.feeds.new_books import RecentBooks
from shuyin.search_api.feeds.writing import FORMATS
from shuyin.web.new_books.subscriptions import office_of
from shuyin.web.site import overview
from tests.protocols.books import bare, report
from tests.web.catalogue import Site, build

TAIPEI = ZoneInfo("Asia/Taipei")
TODAY = datetime.now(TAIPEI).date()
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture(scope="module")
def announcing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A catalogue with the report announced today, five books yesterday, one tomorrow, one of another collection."""
    made = build(tmp_path_factory.mktemp("announcing"))
    with made.services.writes.begin() as session:
        rows = list(session.scalars(select(BookRow).order_by(BookRow.id)))
        session.get_one(BookRow, made.report).announced_on = TODAY
        others = [row for row in rows if row.id != made.report]
        for row in others[:5]:
            row.announced_on = YESTERDAY
        others[5].announced_on = TODAY + timedelta(days=1)
        others[6].announced_on, others[6].collection = TODAY, "cbeta"
        others[7].announced_on, others[7].public = TODAY, False
    yield made
    made.services.close()


@pytest.fixture
def reader(announcing: Site) -> Iterator[TestClient]:
    with TestClient(announcing.app, base_url="http://catalogue.test", follow_redirects=False) as client:
        yield client


def _body(found: Any) -> str:
    """The text of an entry: RSS has it as description, Atom as content."""
    return str(found.content[0].value if "content" in found else found.summary)


@pytest.mark.parametrize("ending", ["rss", "atom"])
def test_feeds_are_read_by_a_feed_reader(reader: TestClient, announcing: Site, ending: str) -> None:
    answer = reader.get(f"/new-books/feed.{ending}")
    assert f"application/{ending}+xml" in answer.headers["content-type"]
    parsed = feedparser.parse(answer.content)
    assert not parsed.bozo and parsed.version == {"rss": "rss20", "atom": "atom10"}[ending]
    assert len(parsed.entries) == 6
    first = parsed.entries[0]
    assert first.link == first.id == f"http://catalogue.test/books/{announcing.report}"
    assert "978-957-678-771-3" in _body(first) and parsed.feed.link == "http://catalogue.test/new-books"
    assert datetime(*first.published_parsed[:6], tzinfo=UTC).astimezone(TAIPEI).date() == TODAY
    again = reader.get(f"/new-books/feed.{ending}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304 and not again.content


def test_rss_and_atom_hold_what_their_specifications_demand(reader: TestClient) -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    channel = etree.fromstring(reader.get("/new-books/feed.rss").content).find("channel")
    assert channel is not None
    for name in ("title", "link", "description", "language", "lastBuildDate"):
        assert channel.findtext(name), name
    assert [link.get("rel") for link in channel.findall(f"{atom}link")] == ["self"]
    items = channel.findall("item")
    assert items and all(i.findtext("guid") and i.findtext("pubDate") and i.findtext("title") for i in items)
    root = etree.fromstring(reader.get("/new-books/feed.atom").content)
    assert all(root.findtext(f"{atom}{name}") for name in ("id", "title", "updated"))
    assert {link.get("rel") for link in root.findall(f"{atom}link")} == {"self", "alternate"}
    ids = [e.findtext(f"{atom}id") for e in root.findall(f"{atom}entry")]
    assert len(ids) == len(set(ids)) == 6


def test_json_feed(reader: TestClient) -> None:
    feed = reader.get("/new-books/feed.json").json()
    assert feed["version"] == "https://jsonfeed.org/version/1.1" and len(feed["items"]) == 6
    assert feed["feed_url"] == "http://catalogue.test/new-books/feed.json"
    assert {"id", "url", "title", "content_html", "date_published"} <= feed["items"][0].keys()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("class=0", 1),
        ("subject=期刊", 1),
        ("audience=青少年", 2),
        ("format=ebook&class=9", 1),
        ("keyword=臺灣", 6),
        ("class=999", 0),
    ],
)
def test_feeds_by_subject_class_audience_and_form(reader: TestClient, query: str, count: int) -> None:
    parsed = feedparser.parse(reader.get(f"/new-books/feed.atom?{query}").content)
    assert not parsed.bozo and len(parsed.entries) == count


def test_after_a_long_silence_the_feed_still_holds_the_latest_announcements(announcing: Site) -> None:
    recent, much_later = RecentBooks(), TODAY + timedelta(days=400)
    everything = Interests.of({})
    now = recent.of(announcing.services.sessions, TODAY, everything)
    later = recent.of(announcing.services.sessions, much_later, everything)
    assert len(now) == 6
    assert {book["announced"] for book in later} == {
        (TODAY + timedelta(days=1)).isoformat(), TODAY.isoformat(), YESTERDAY.isoformat()
    }  # fmt: skip


def test_a_search_is_a_feed(reader: TestClient) -> None:
    for ending in ("rss", "atom"):
        parsed = feedparser.parse(reader.get(f"/books.{ending}?q=歷史").content)
        assert not parsed.bozo and len(parsed.entries) > 5 and "歷史" in parsed.feed.title
    assert reader.get("/books.json?q=歷史&sort=title").json()["items"]
    assert feedparser.parse(reader.get("/books.rss?q=歷史&per_page=10").content).feed.title == "書音 查詢：歷史"
    assert reader.get("/books.rss?sort=sideways").status_code == 422


def test_titles_with_control_characters_make_no_broken_feed() -> None:
    book = report()
    book["title"], book["summary"] = "鈴\x07<b>&", "\x00<script>"
    feed = Feed("a\x01b", "c", "http://x.example/", "http://x.example/f", "zh", tuple(
        entry(b, "http://x.example", TAIPEI) for b in (book, bare())))  # fmt: skip
    for name in ("rss", "atom"):
        parsed = feedparser.parse(FORMATS[name].write(feed))
        assert not parsed.bozo and len(parsed.entries) == 2
        assert "<script>" not in _body(parsed.entries[0])


def test_pages_of_days(reader: TestClient, announcing: Site) -> None:
    today = reader.get("/new-books")
    assert f"/books/{announcing.report}" in today.text and f"/new-books/{YESTERDAY.isoformat()}" in today.text
    assert 'type="application/rss+xml"' in today.text
    before = reader.get(f"/new-books/{YESTERDAY.isoformat()}")
    assert "共 5 種" in before.text and 'rel="next"' in before.text
    assert "沒有預告書訊" in reader.get("/new-books/2001-01-01").text
    tomorrow = TODAY + timedelta(days=1)
    assert "沒有預告書訊" in reader.get(f"/new-books/{tomorrow.isoformat()}").text
    for wrong in ("2025-13-01", "yesterday", "20250409", "2025-W15-3", "9999-12-31", "0001-01-01"):
        assert reader.get(f"/new-books/{wrong}").status_code == 404
        assert reader.get(f"/api/v1/new-books/{wrong}").status_code == 404


def test_the_day_as_json(reader: TestClient) -> None:
    data = reader.get(f"/api/v1/new-books/{YESTERDAY.isoformat()}").json()
    assert data["total"] == len(data["items"]) == 5 and data["items"][0]["announced"] == YESTERDAY.isoformat()
    assert data["links"]["next"].endswith(TODAY.isoformat()) and data["links"]["previous"] is None


def test_what_the_public_may_see_of_a_day(announcing: Site) -> None:
    with announcing.services.sessions() as session:
        shown = announced.between(session, YESTERDAY, TODAY + timedelta(days=1))
        assert len(shown) == 7 and {book["collection"] for book in shown} == {"books"}
        assert announced.latest_day(session, TODAY) == TODAY
        assert announced.day_counts(session, YESTERDAY, TODAY) == {YESTERDAY: 5, TODAY: 1}
        assert announced.neighbours(session, date(2001, 1, 1), TODAY) == (None, YESTERDAY)


def _csrf(html: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', html)
    assert found
    return found[1]


def test_subscribing_confirming_changing_and_leaving_on_the_web(
    reader: TestClient, announcing: Site, tmp_path: Path
) -> None:
    page = reader.get("/new-books/subscribe")
    form = {"address": "Reader@Example.org", "subjects": "期刊、圖書館", "classes": ["0", "8"], "hour": "7"}
    assert reader.post("/new-books/subscribe", data=form).status_code == 403  # without the form's own token
    wrong = reader.post("/new-books/subscribe", data={**form, "address": "nobody", "csrf": _csrf(page.text)})
    assert wrong.status_code == 422 and 'aria-invalid="true"' in wrong.text
    assert reader.post("/new-books/subscribe", data={**form, "csrf": _csrf(page.text)}).status_code == 200
    office = office_of(type("R", (), {"app": announcing.app})())  # type: ignore[arg-type]
    with announcing.services.sessions() as session:
        subscription = session.scalars(select(Subscription)).one()
        assert subscription.interests == {"subjects": ["期刊", "圖書館"], "classes": ["0", "8"]}
        confirm, manage = (office.link(subscription, p).removeprefix(office.base_url) for p in ("confirm", "manage"))
        assert session.scalars(select(Letter)).one().template == "subscription-confirm"

    def state() -> str:
        with announcing.services.sessions() as session:
            return session.scalars(select(Subscription.state)).one()

    assert reader.get(confirm).status_code == 200 and state() == "pending"  # opening the link alone does nothing
    assert reader.post(confirm).status_code == 200 and state() == "active"
    assert 'value="期刊、圖書館"' in reader.get(manage).text
    changed = reader.post(manage, data={"words": "繪本", "hour": "21"})
    assert 'value="繪本"' in changed.text and '<option value="21" selected>' in changed.text
    assert reader.get(f"{manage}/unsubscribe").status_code == 200 and state() == "active"
    with TestClient(announcing.app, base_url="http://catalogue.test") as mail_program:
        done = mail_program.post(f"{manage}/unsubscribe", data={"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200 and state() == "ended"
    for path in (confirm[:-1], manage[:-2], f"{manage[:-2]}/unsubscribe"):
        assert reader.get(path).status_code == 404


def test_the_home_page_shows_the_latest_day(reader: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overview, "_FRESH", 0.0)  # other pages of this catalogue may just have been asked for
    home = reader.get("/").text
    assert f'href="/new-books/{TODAY.isoformat()}"' in home
    strip = home.partition('id="announced"')[2].partition("</section>")[0]
    assert "臺灣期刊資源學術能量風貌報告" in strip and strip.count("<li>") == 1
