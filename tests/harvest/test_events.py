"""Lists of music events become pages: whole, then only what changed; staff have the last word."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker
from starlette.responses import Response
from typer.testing import CliRunner

from shuyin.harvest.models import HarvestSource
from shuyin.harvest.rejects import retry_rejected
from shuyin.harvest.remote import sources
from shuyin.harvest.remote.event_reading import moment
from shuyin.harvest.remote.fetching import Fetcher
from shuyin.indexer import services as indexer
from shuyin.records import database, pages
from shuyin.records.models import Change, ImportBatch, PageRow, RejectedRecord
from shuyin.records.pages import PageKind
from tests.protocols.conftest import _served
from tests.web.catalogue import build


@pytest.fixture
def here(sqlite_engine: Engine) -> sessionmaker[Session]:
    return database.write_sessions(sqlite_engine)


class Site:
    """Answers by path, with an ETag; `bodies` may be changed between two runs."""

    def __init__(self, bodies: dict[str, bytes | str]) -> None:
        self.bodies = bodies
        self.asked: list[str] = []
        self.sent: list[int] = []
        self.app = FastAPI()
        self.app.add_api_route("/{path:path}", self.answer)

    def answer(self, request: Request) -> Response:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        self.asked.append(path)
        if path not in self.bodies:
            self.sent.append(404)
            return Response("no", status_code=404)
        body = self.bodies[path]
        tag = f'"{hash(body)}"'
        unchanged = request.headers.get("if-none-match") == tag
        self.sent.append(304 if unchanged else 200)
        return Response(status_code=304) if unchanged else Response(body, headers={"ETag": tag})


def fetcher() -> Fetcher:
    return Fetcher(private_hosts=frozenset({"127.0.0.1"}), pause=0.0, sleep=lambda _: None)


def add(here: sessionmaker[Session], kind: str, url: str, **settings: Any) -> None:
    with here.begin() as session:
        sources.add(session, "hall", kind, url, settings)


def run(here: sessionmaker[Session]) -> dict[str, int]:
    return dict(sources.run(here, "hall", fetcher(), Path()))


def shown(here: sessionmaker[Session]) -> dict[str, PageRow]:
    with here() as session:
        query = select(PageRow).where(PageRow.kind == "event", PageRow.deleted_at.is_(None))
        return {row.title: row for row in session.scalars(query)}


def events(*numbers: int, **more: Any) -> list[dict[str, Any]]:
    return [{"id": n, "title": f"音樂會 {n}", "start": f"2024/1/{n} 19:30", **more} for n in numbers]


def test_a_paged_list_is_taken_whole_and_then_only_what_changed(here: sessionmaker[Session]) -> None:
    first, second = {"items": events(1, 2), "next": "/list?after=2"}, {"items": events(3)}
    site = Site({"/list": json.dumps(first), "/list?after=2": json.dumps(second)})
    with _served(site.app) as address:
        add(here, "events-json", f"{address}/list")
        assert run(here) == {"new": 3}
        assert run(here) == {"pages unchanged": 2} and site.sent == [200, 200, 304, 304]
        second["items"] = events(3, place="國家音樂廳") + events(4)
        site.bodies["/list?after=2"] = json.dumps(second)
        assert run(here) == {"pages unchanged": 1, "updated": 1, "new": 1}
        site.bodies["/list?after=2"] = json.dumps(second, indent=1)  # other bytes, the same events
        assert run(here) == {"pages unchanged": 1, "unchanged": 2}
    found = shown(here)
    assert sorted(found) == ["音樂會 1", "音樂會 2", "音樂會 3", "音樂會 4"]
    assert pages.plain_text(found["音樂會 3"].body) == "時間：2024-01-03 19:30\n地點：國家音樂廳"
    assert found["音樂會 3"].publish_from == datetime(2024, 1, 3, 11, 30, tzinfo=UTC)  # 19:30 in Taiwan
    with here() as session:
        changed = session.scalars(select(Change).where(Change.kind == "page")).all()
        assert len(changed) == 5  # the index hears of each change once


def test_numbered_pages_and_own_field_names(here: sessionmaker[Session]) -> None:
    body = [{"nr": n, "show": {"name": f"場次 {n}"}} for n in range(4)]
    site = Site({f"/e?p={n}": json.dumps({"r": {"list": body[2 * n - 2 : 2 * n]}}) for n in (1, 2, 3)})
    with _served(site.app) as address:
        fields = {"identifier": "nr", "title": "show.name"}
        add(here, "events-json", f"{address}/e?p={{page}}", items="r.list", fields=fields)
        assert run(here) == {"new": 4} and site.asked == ["/e?p=1", "/e?p=2", "/e?p=3"]
        assert run(here) == {"pages unchanged": 3}
    last = json.dumps({"events": events(9)})
    site = Site({"/e?p=1": last, "/e?p=2": last})  # one that gives its last page for ever
    with _served(site.app) as address:
        with here.begin() as session:
            session.scalars(select(HarvestSource)).one().url = f"{address}/e?p={{page}}"
            session.scalars(select(HarvestSource)).one().settings = {}
        assert run(here) == {"new": 1, "unchanged": 1} and site.asked == ["/e?p=1", "/e?p=2"]


def test_a_run_that_stops_goes_on(here: sessionmaker[Session]) -> None:
    site = Site({"/list": json.dumps({"items": events(1), "next": "/two"})})
    with _served(site.app) as address:
        add(here, "events-json", f"{address}/list")
        with pytest.raises(sources.RunFailed, match="404"):
            run(here)
        assert list(shown(here)) == ["音樂會 1"]
        site.bodies["/two"] = json.dumps(events(2))
        assert run(here) == {"pages unchanged": 1, "new": 1}


MINISTRY = [
    {
        "UID": "a1",
        "title": "秋日室內樂",
        "showInfo": [{"time": "2024/09/01 19:30:00", "endTime": "2024/09/01 21:30:00", "locationName": "演奏廳"}],
        "startDate": "2024/09/01",
        "descriptionFilterHtml": "",
        "sourceWebPromote": "https://hall.example/a 1",
    }
]
ORGAN = {
    "@id": "x",
    "name": "管風琴",
    "startDate": "2024-05-01",
    "endDate": "2024-05-03",
    "location": {"name": "教堂"},
    "description": "<p>免費<b>入場</b></p>",
    "url": "javascript:alert(1)",
}
SCHEMA = {"@graph": [ORGAN]}


@pytest.mark.parametrize(
    ("document", "title", "text"),
    [
        (MINISTRY, "秋日室內樂", "時間：2024-09-01 19:30 – 2024-09-01 21:30\n地點：演奏廳\n活動網頁"),
        (SCHEMA, "管風琴", "時間：2024-05-01 – 2024-05-03\n地點：教堂\n免費入場"),
    ],
)
def test_known_shapes_of_json(here: sessionmaker[Session], document: Any, title: str, text: str) -> None:
    with _served(Site({"/list": json.dumps(document)}).app) as address:
        add(here, "events-json", f"{address}/list")
        assert run(here) == {"new": 1}
    row = shown(here)[title]
    assert pages.plain_text(row.body) == text
    assert "javascript" not in row.body and "hall.example/a 1" not in row.body


ICAL = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//made up//
BEGIN:VEVENT
UID:1@hall
SUMMARY:新年音樂會\\, 上半場
DTSTART;TZID=Asia/Taipei:20240101T193000
DTEND:20240101T133000Z
LOCATION:音樂廳
DESCRIPTION:第一行\\n第二行 *不是* <b>標記</b>
URL:https://hall.example/1
END:VEVENT
BEGIN:VEVENT
UID:2@hall
SUMMARY:音樂節
DTSTART;VALUE=DATE:20240301
DTEND;VALUE=DATE:20240303
END:VEVENT
BEGIN:VEVENT
UID:3@hall
DTSTART:20240301T000000Z
END:VEVENT
END:VCALENDAR
"""


def test_a_calendar(here: sessionmaker[Session]) -> None:
    site = Site({"/c.ics": ICAL.replace("\n", "\r\n")})
    with _served(site.app) as address:
        add(here, "events-ical", f"{address}/c.ics")
        assert run(here) == {"new": 2, "rejected": 1}
        found = shown(here)
        said = "時間：2024-01-01 19:30 – 2024-01-01 21:30\n地點：音樂廳\n第一行\n第二行 *不是* 標記\n活動網頁"
        assert pages.plain_text(found["新年音樂會, 上半場"].body) == said
        assert pages.plain_text(found["音樂節"].body) == "時間：2024-03-01 – 2024-03-02"  # DTEND is the day after
        with here() as session:
            refused, batch = session.scalars(select(RejectedRecord)).one(), session.scalars(select(ImportBatch)).one()
            assert refused.code == "no_title" and b"3@hall" in refused.raw and batch.counts["rejected"] == 1
        assert retry_rejected(here) == {}  # asked of the source again, not read from the list
        site.bodies["/c.ics"] = ICAL.replace("UID:2@hall", "UID:2@hall\nSTATUS:CANCELLED").replace("\n", "\r\n")
        assert run(here)["deleted"] == 1 and "音樂節" not in shown(here)
        site.bodies["/c.ics"] = ICAL.replace("\n", "\r\n") + "\r\n"
        assert run(here)["updated"] == 1 and "音樂節" in shown(here)  # it takes place after all


RSS = """<?xml version="1.0"?><rss version="2.0" xmlns:ev="http://purl.org/rss/1.0/modules/event/"><channel>
<title>t</title><item><guid>g1</guid><title>獨奏會 &amp; 座談</title><link>https://hall.example/r</link>
<pubDate>Mon, 01 Jan 2024 00:00:00 GMT</pubDate><ev:startdate>2024-02-01T19:30:00+08:00</ev:startdate>
<ev:location>小廳</ev:location><description>曲目</description></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title><id>u</id><link rel="next" href="/b"/>
<entry><id>e1</id><title>合唱</title><updated>2024-01-01T00:00:00Z</updated></entry></feed>"""


def test_feeds(here: sessionmaker[Session]) -> None:
    second = ATOM.replace("e1", "e2").replace("合唱", "重唱").replace('rel="next"', 'rel="self"')
    with _served(Site({"/r": RSS, "/a": ATOM, "/b": second}).app) as address:
        add(here, "events-feed", f"{address}/r")
        assert run(here) == {"new": 1}
        row = shown(here)["獨奏會 & 座談"]
        assert pages.plain_text(row.body) == "時間：2024-02-01 19:30\n地點：小廳\n曲目\n活動網頁"
        assert row.publish_from == datetime(2024, 1, 1, tzinfo=UTC)
        with here.begin() as session:
            session.scalars(select(HarvestSource)).one().url = f"{address}/a"
        assert run(here) == {"new": 2} and {"合唱", "重唱"} <= shown(here).keys()


def test_staff_have_the_last_word(here: sessionmaker[Session]) -> None:
    site = Site({"/list": json.dumps(events(1, 2))})
    with _served(site.app) as address:
        add(here, "events-json", f"{address}/list")
        run(here)
        rows = shown(here)
        with here.begin() as session:
            pages.take_down(session, rows["音樂會 1"].id, changed_by="staff:1")
            page = pages.read(session.get_one(PageRow, rows["音樂會 2"].id))
            edited = pages.Page(page.kind, page.slug, "館員改的", page.body, publish_from=page.publish_from)
            pages.save(session, rows["音樂會 2"].id, edited, changed_by="staff:1")
        site.bodies["/list"] = json.dumps(events(1, 2, place="別處"))
        assert run(here) == {"kept": 2} and list(shown(here)) == ["館員改的"]


def test_an_event_that_lies_ahead_is_shown_at_once(here: sessionmaker[Session]) -> None:
    with _served(Site({"/list": json.dumps([{"id": 1, "title": "未來", "start": "2199-01-01"}])}).app) as address:
        add(here, "events-json", f"{address}/list")
        run(here)
    row = shown(here)["未來"]
    assert row.publish_from is None
    with here() as session:
        assert pages.at(session, PageKind.EVENT, row.slug) is not None


BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("events-json", "no json", "not JSON"),
        ("events-json", "[" * 100_000, "not JSON"),
        ("events-json", '{"a": 1}', "no list of events"),
        ("events-json", '{"items": [], "next": "/list"}', "leads back"),
        ("events-ical", "not a calendar", "not iCalendar"),
        ("events-ical", "", "not iCalendar"),
        ("events-feed", "<html></html>", "neither RSS nor Atom"),
        ("events-feed", "/etc/passwd", "neither RSS nor Atom"),
    ],
)
def test_what_is_no_list_fails_with_a_reason(here: sessionmaker[Session], kind: str, body: str, said: str) -> None:
    with _served(Site({"/list": body}).app) as address:
        add(here, kind, f"{address}/list")
        with pytest.raises(sources.RunFailed, match=said):
            run(here)


def test_entities_of_a_feed_are_not_unfolded(here: sessionmaker[Session]) -> None:
    with _served(Site({"/list": BOMB + RSS.split("?>")[1].replace("曲目", "&b;")}).app) as address:
        add(here, "events-feed", f"{address}/list")
        run(here)
    assert "aaaaaaaaaa" not in next(iter(shown(here).values())).body


DATES: list[tuple[object, object]] = [
    ("2024-01-05", date(2024, 1, 5)),
    ("2024/1/5", date(2024, 1, 5)),
    ("2024/1/5 00:00:00", date(2024, 1, 5)),
    ("2024/1/5 19:30", datetime(2024, 1, 5, 19, 30)),  # noqa: DTZ001 - the source names no zone
    ("2024-01-05T19:30:00Z", datetime(2024, 1, 5, 19, 30, tzinfo=UTC)),
    ("Fri, 05 Jan 2024 19:30:00 GMT", datetime(2024, 1, 5, 19, 30, tzinfo=UTC)),
    (1704483000, datetime(2024, 1, 5, 19, 30, tzinfo=UTC)),
    ("每週五", None),
    ("", None),
    (True, None),
    ("99999-99-99", None),
]


@pytest.mark.parametrize(("stated", "meant"), DATES)
def test_dates(stated: object, meant: object) -> None:
    assert moment(stated) == meant


def test_the_command_takes_fields(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from shuyin.app.cli import app

    monkeypatch.setenv("SHUYIN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SHUYIN_DATABASE_URL", f"sqlite:///{tmp_path}/db")
    monkeypatch.setenv("SHUYIN_SEARCH_URL", f"tantivy:{tmp_path}/index")
    invoke: Callable[..., Any] = CliRunner().invoke
    assert invoke(app, ["db", "upgrade"]).exit_code == 0
    wrong = ["harvest", "add", "x", "http://a.example", "--kind", "events-json", "--field", "nonsense=a"]
    assert invoke(app, wrong).exit_code != 0
    right = [*wrong[:-1], "title=show.name"]
    answer = invoke(app, right)
    assert answer.exit_code == 0, answer.output
    assert "events-json" in invoke(app, ["harvest", "list"]).output


def test_readers_see_the_events_newest_first(tmp_path: Path) -> None:
    made = build(tmp_path)
    try:
        listed = [
            *events(*range(1, 8)),
            {"id": 99, "title": "<b>粗</b> *曲*", "start": "2024-02-01", "place": "[廳](x)"},
        ]
        with _served(Site({"/list": json.dumps(listed)}).app) as address:
            with made.services.writes.begin() as session:
                sources.add(session, "hall", "events-json", f"{address}/list", {})
            sources.run(made.services.writes, "hall", fetcher(), tmp_path)
        indexer.catch_up(made.services.sessions, made.services.writes, made.services.search)
        with TestClient(made.app, base_url="http://catalogue.test") as client:
            shown = html.fromstring(client.get("/events").text)
            titles = [heading.text_content() for heading in shown.cssselect("article h2")]
            assert titles == ["粗 *曲*", "音樂會 7", "音樂會 6", "音樂會 5", "音樂會 4"]
            assert "地點：[廳](x)" in shown.cssselect("article")[0].text_content()
            assert not shown.cssselect("article .prose a, article .prose b, article .prose em")
            assert "音樂會 7" in client.get("/pages", params={"q": "音樂會 7"}).text
    finally:
        made.services.close()
