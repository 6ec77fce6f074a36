"""Covers on pages, in the API, JSON-LD and feeds; the staff's page for them; the command."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from lxml import html
from PIL import Image
from sqlalchemy import Engine, select

from shuyin.filing.models import AuditEntry
from shuyin.indexer import services as indexer
from shuyin.records import covers, marc, services
from shuyin.records.book import Binding, Book, TitleParts
from shuyin.records.models import CoverRow
from tests.records.test_covers import EBOOK, PRINT, drawn
from tests.web.catalogue import REPORT, Site, build
from tests.web.filing_site import Person, make_site


@pytest.fixture(scope="module")
def covered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, str]]:
    """A catalogue in which one of two books has a cover; and the cover's digest."""
    folder = tmp_path_factory.mktemp("covers")
    made = build(folder, records=[REPORT, Book(title="沒有書封", parts=TitleParts("沒有書封"), control_number="bare")])
    with made.services.writes.begin() as session:
        digest = covers.add(session, folder, PRINT, drawn(), added_by="anna").digest
    indexer.catch_up(made.services.sessions, made.services.writes, made.services.search)
    yield made, digest
    made.services.close()


@pytest.fixture
def reader(covered: tuple[Site, str]) -> Iterator[TestClient]:
    with TestClient(covered[0].app, base_url="http://catalogue.test", follow_redirects=False) as client:
        yield client


def test_pages_show_the_cover_and_else_the_stand_in(reader: TestClient, covered: tuple[Site, str]) -> None:
    site, digest = covered
    shown = {}
    for image in html.fromstring(reader.get("/books?sort=title").text).cssselect(".hit img.cover"):
        shown[image.get("src")] = image.get("srcset")
        assert image.get("width") == "240" and image.get("height") == "340" and image.get("loading") == "lazy"
    assert set(shown) == {covers.address(digest), f"/covers/{site.ids['bare']}.svg"}
    wide = shown[covers.address(digest)] or ""
    assert [part.split() for part in wide.split(", ")] == [[covers.address(digest, w), f"{w}w"] for w in covers.WIDTHS]
    assert shown[f"/covers/{site.ids['bare']}.svg"] is None
    record = html.fromstring(reader.get(f"/books/{site.report}").text)
    assert record.cssselect(".record img.cover")[0].get("alt") == f"《{REPORT.title}》封面"
    url = f"http://catalogue.test{covers.address(digest)}"
    assert record.cssselect("meta[property='og:image']")[0].get("content") == url
    assert json.loads(record.cssselect("script[type='application/ld+json']")[0].text or "")["image"] == url
    bare = html.fromstring(reader.get(f"/books/{site.ids['bare']}").text)
    stand_in = f"http://catalogue.test/covers/{site.ids['bare']}.svg"
    assert bare.cssselect("meta[property='og:image']")[0].get("content") == stand_in


def test_a_cover_is_kept_for_ever(reader: TestClient, covered: tuple[Site, str]) -> None:
    for width in covers.WIDTHS:
        answer = reader.get(covers.address(covered[1], width))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/webp")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert Image.open(io.BytesIO(answer.content)).width == min(width, 600)
    for wrong in (f"/covers/{covered[1]}-241.webp", f"/covers/{'0' * 32}-240.webp", "/covers/..-240.webp"):
        assert reader.get(wrong).status_code == 404, wrong


def test_machines_are_told_of_the_cover(reader: TestClient, covered: tuple[Site, str]) -> None:
    site, digest = covered
    assert reader.get(f"/api/v1/books/{site.report}").json()["cover"] == covers.address(digest)
    assert reader.get(f"/api/v1/books/{site.ids['bare']}").json()["cover"] is None
    url = f"http://catalogue.test{covers.address(digest)}"
    items = {item["title"]: item for item in reader.get("/books.json").json()["items"]}
    assert items[REPORT.title]["image"] == url and f'<img src="{url}"' in items[REPORT.title]["content_html"]
    assert "image" not in items["沒有書封"]
    assert url in reader.get("/books.atom").text and url in reader.get("/books.rss").text


@pytest.fixture
def staff(sqlite_engine: Engine, tmp_path: Path) -> Person:
    site = make_site(sqlite_engine, tmp_path)
    made = Book(title="書", parts=TitleParts("書"), bindings=(Binding(isbn=PRINT), Binding(isbn=EBOOK)))
    with site.app.state.writes.begin() as session:
        services.create_book(session, marc.serialise(marc.write(made)), identity="t|1", source="test")
    return site.staff("anna", "cataloguer")


def rows(staff: Person) -> dict[str, str]:
    with staff.client.app.state.sessions() as session:  # type: ignore[attr-defined]
        return {row.isbn: row.added_by for row in session.scalars(select(CoverRow))}


def send(staff: Person, *files: tuple[str, bytes], isbn: str = "") -> int:
    parts = [("file", (name, content, "image/jpeg")) for name, content in files]
    return int(staff.post("/staff/covers", {"isbn": isbn}, files=parts, page="/staff/covers").status_code)


def test_staff_add_covers_by_the_dozen_and_take_them_away(staff: Person) -> None:
    files = [(f"{PRINT}.jpg", drawn(300)), ("978-957-678-772-0.png", drawn(301, format="PNG"))]
    assert send(staff, *files, ("9789573317241.jpg", drawn()), ("bad.jpg", b"no picture")) == 200
    said = staff.last.text
    assert f"已作為 {PRINT} 的書封" in said and f"已作為 {EBOOK} 的書封" in said
    assert "「9789573317241.jpg」：沒有書目使用這個 ISBN" in said and "「bad.jpg」：沒有書目使用" in said
    assert rows(staff) == {PRINT: "anna", EBOOK: "anna"}
    staff.post("/staff/covers", {"remove": EBOOK}, page="/staff/covers")
    assert rows(staff) == {PRINT: "anna"}
    with staff.client.app.state.sessions() as session:  # type: ignore[attr-defined]
        noted = [(e.action, e.record_id) for e in session.scalars(select(AuditEntry).where(AuditEntry.kind == "cover"))]
    assert noted == [("add-cover", PRINT), ("add-cover", EBOOK), ("remove-cover", EBOOK)]


def test_what_is_wrong_with_a_cover_is_said(staff: Person) -> None:
    assert send(staff, ("cover.jpg", b"\xff\xd8\xff no picture"), isbn=PRINT) == 422
    assert "不是可以開啟的圖檔" in staff.last.text
    assert send(staff) == 422
    assert "請選擇書封圖檔" in staff.last.text
    assert rows(staff) == {}
