"""Staff write pages: preview, save, versions, undo, scheduling, take down; only those who may."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from shuyin.filing import audit
from shuyin.records.models import PageRow
from tests.web.filing_site import Person, Site, make_site

_NEWS = {
    "kind": "news", "language": "zh-Hant", "section": "isbn", "slug": "notice", "position": "0",
    "title": "休館通知", "body": "## 說明\n\n中秋節休館。", "action": "save",
}  # fmt: skip


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> Site:
    return make_site(sqlite_engine, tmp_path)


@pytest.fixture
def editor(site: Site) -> Person:
    return site.staff("editor", "editor")


def test_write_preview_save_undo_and_take_down(site: Site, editor: Person) -> None:
    visitor = site.person()
    preview = editor.post("/staff/pages/new", {**_NEWS, "action": "preview"}, page="/staff/pages/new")
    assert "<h2>說明</h2>" in preview.text.replace("<h2 id", "") and visitor.get("/news/notice").status_code == 404
    editor.post("/staff/pages/new", _NEWS, page="/staff/pages/new")
    address = editor.path
    assert "中秋節休館" in visitor.get("/news/notice").text

    editor.post(address, {**_NEWS, "version": "1", "title": "開館通知", "body": "照常開館。", "reason": "更正"})
    assert "照常開館" in visitor.get("/news/notice").text
    assert "更正" in editor.get(address).text and "中秋節休館" in editor.get(f"{address}?version=1").text
    editor.get(address)
    editor.post(f"{address}/undo", {"version": "1"})
    assert "中秋節休館" in visitor.get("/news/notice").text

    editor.post(f"{address}/visibility", {"action": "take-down"})
    assert visitor.get("/news/notice").status_code == 404
    assert "已下架" in editor.get("/staff/pages").text
    editor.post(f"{address}/visibility", {"action": "put-back"}, page=address)
    assert visitor.get("/news/notice").status_code == 200
    with site.app.state.sessions() as session:
        assert audit.verify(session).broken_at is None


def test_scheduled_in_taipei_time(site: Site, editor: Person) -> None:
    times = {"publish_from": "2999-01-01T09:30", "publish_until": "2999-02-01T00:00"}
    editor.post("/staff/pages/new", {**_NEWS, **times}, page="/staff/pages/new")
    with site.app.state.sessions() as session:
        row = session.scalars(select(PageRow)).one()
        assert row.publish_from is not None and row.publish_from.isoformat() == "2999-01-01T01:30:00+00:00"
    assert 'value="2999-01-01T09:30"' in editor.last.text
    assert "排定 2999-01-01 09:30 公布" in editor.get("/staff/pages").text
    assert site.person().get("/news/notice").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("slug", "壞 網址", "網址名稱只能用"),
        ("slug", "", "網址名稱只能用"),
        ("slug", "feed", "由系統使用"),
        ("title", "  ", "請填寫標題"),
        ("body", " \n ", "請填寫內文"),
        ("position", "x", "請填整數"),
        ("kind", "gossip", "請選擇內容種類"),
        ("language", "xx", "請選擇語言"),
        ("publish_from", "下週", "請填寫日期與時間"),
    ],
)
def test_bad_values_are_named_and_nothing_typed_is_lost(editor: Person, field: str, value: str, said: str) -> None:
    answer = editor.post("/staff/pages/new", {**_NEWS, field: value}, page="/staff/pages/new")
    assert answer.status_code == 422 and said in answer.text
    if field != "body":
        assert "中秋節休館" in answer.text


def test_a_page_saved_meanwhile_is_not_overwritten(site: Site, editor: Person) -> None:
    editor.post("/staff/pages/new", _NEWS, page="/staff/pages/new")
    address = editor.path
    editor.post(address, {**_NEWS, "version": "1", "body": "先存的"})
    late = editor.post(address, {**_NEWS, "version": "1", "body": "後存的"})
    assert late.status_code == 409 and "後存的" in late.text
    assert "先存的" in site.person().get("/news/notice").text
    taken = editor.post("/staff/pages/new", _NEWS, page="/staff/pages/new")
    assert taken.status_code == 409


def test_only_editors_and_administrators_write(site: Site) -> None:
    assert site.staff("cat", "cataloguer").get("/staff/pages").status_code == 403
    assert site.staff("boss", "admin").get("/staff/pages").status_code == 200
    visitor = site.person()
    visitor.get("/staff/pages")
    assert visitor.path == "/account/login"


def test_events_and_prizes_are_entered_by_hand_like_news(site: Site, editor: Person) -> None:
    visitor = site.person()
    assert "/staff/pages/new" not in visitor.get("/events").text, "visitors are not shown the way to the editor"
    assert "/staff/pages/new?kind=event" in editor.get("/events").text
    form = editor.get("/staff/pages/new?kind=event").text
    assert '<option value="event" selected>' in form
    assert "時間：" in form and "地點：" in form
    event = {**_NEWS, "kind": "event", "section": "", "slug": "concert", "title": "新年音樂會", "body": "地點：臺北"}
    editor.post("/staff/pages/new", event, page="/staff/pages/new?kind=event")
    address = editor.path
    assert "新年音樂會" in visitor.get("/events").text
    assert f'href="{address}"' in editor.get("/events").text
    editor.post(address, {**event, "version": "1", "title": "元旦音樂會"}, page=address)
    assert "元旦音樂會" in visitor.get("/events").text
    form = editor.get("/staff/pages/new?kind=award&section=books").text
    assert 'name="section" value="books"' in form and "/isbn/" in form
    assert "沒有登錄得獎書單" in visitor.get("/awards/books").text
    prize = {**_NEWS, "kind": "award", "section": "books", "slug": "prize-2025", "title": "某年得獎書單"}
    editor.post("/staff/pages/new", prize, page="/staff/pages/new?kind=award&section=books")
    assert "某年得獎書單" in visitor.get("/awards/books").text


def test_a_text_without_english_says_so_until_it_is_written(site: Site, editor: Person) -> None:
    editor.post("/staff/pages/new", _NEWS, page="/staff/pages/new")
    address = editor.path
    visitor = site.person()
    for path in ("/news", "/news/notice"):
        assert "Chinese only" in visitor.get(f"{path}?lang=en").text
        assert "Chinese only" not in visitor.get(f"{path}?lang=zh-Hant").text
    number = address.rsplit("/", 1)[1]
    assert f"/staff/pages/new?translate={number}" in editor.get("/staff/pages?kind=news").text
    form = editor.get(f"/staff/pages/new?translate={number}").text
    assert '<option value="en" lang="en" selected>' in form and "中秋節休館" in form
    english = {**_NEWS, "language": "en", "title": "Closed", "body": "Closed for the Mid-Autumn Festival."}
    editor.post("/staff/pages/new", english, page=f"/staff/pages/new?translate={number}")
    assert "Chinese only" not in visitor.get("/news?lang=en").text
    assert f"translate={number}" not in editor.get("/staff/pages?kind=news").text
    assert editor.get("/staff/pages/new?translate=99999").status_code == 404
