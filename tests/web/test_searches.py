"""Saved searches and search history: kept for their owner alone, off for who says no, exported, erased, ended."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select

from shuyin.app.composition import Services
from shuyin.filing.accounts.passwords import hash_password
from shuyin.records.models import User, utc_now
from shuyin.search_api import searches, shelf
from shuyin.search_api.dependencies import SESSION_COOKIE
from shuyin.search_api.models import ReaderPreference, SavedSearch, SearchNote, ShelfItem
from shuyin.search_api.state import read_state
from shuyin.search_api.tasks import forget_searches
from tests.web.catalogue import Site, build

PASSWORD = "a long password of tests"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = build(tmp_path)
    with made.services.writes.begin() as session:
        session.add(User(account="other", password_hash=hash_password(PASSWORD), role="reader"))
    yield made
    made.services.close()


def browser(site: Site, account: str | None = "reader") -> TestClient:
    client = TestClient(site.app, base_url="http://catalogue.test", follow_redirects=False)
    if account:
        client.cookies.set(SESSION_COOKIE, site.sign_in(account))
    return client


def post(client: TestClient, **form: str) -> tuple[int, str]:
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/account/searches").text)
    assert token
    answer = client.post("/account/searches", data={"csrf": token[1], **form})
    return answer.status_code, answer.headers.get("location", "")


def history(client: TestClient) -> list[str]:
    """Addresses in the history, the latest first."""
    page = client.get("/account/searches").text.split('id="history"')[1]
    return [address.replace("&amp;", "&") for address in re.findall(r'<a href="(/books\?[^"]+)">', page)]


def saved(client: TestClient) -> list[tuple[str, str]]:
    """(name, address of the Atom feed)."""
    page = client.get("/account/searches").text.split('id="history"')[0]
    return list(zip(re.findall(r"<b>([^<]+)</b>", page), re.findall(r'href="([^"]+\.atom)"', page), strict=True))


def test_what_a_reader_searches_is_kept_once_the_latest_first(site: Site) -> None:
    client = browser(site)
    for address in ("/books?q=歷史", "/books?q=地理&f.format=ebook&lang=zh-Hant", "/books", "/books?q=歷史&page=2"):
        assert client.get(address).status_code in (200, 404)
    client.get("/books?q=茶藝", headers={"HX-Request": "true"})  # a tick on the page
    client.get("/books?q=%E6%AD%B7%E5%8F%B2")
    assert [a.split("?")[1] for a in history(client)] == [
        "q=%E6%AD%B7%E5%8F%B2", "q=%E5%9C%B0%E7%90%86&f.format=ebook",
    ]  # fmt: skip
    page = client.get("/account/searches").text
    assert "地理；出版形式：電子書" in page
    assert "13 筆" in page


def test_a_visitor_leaves_no_trace_and_gets_the_page_of_the_browser(site: Site) -> None:
    client = browser(site, None)
    client.get("/books?q=歷史")
    with site.services.sessions() as session:
        assert session.scalar(select(func.count()).select_from(SearchNote)) == 0
    assert "browser-searches" in client.get("/searches").text
    assert client.get("/account/searches").headers["location"].startswith("/account/login")
    assert browser(site).get("/searches").headers["location"] == "/account/searches"


def test_who_does_not_want_it_keeps_nothing(site: Site) -> None:
    client = browser(site)
    client.get("/books?q=歷史")
    assert len(history(client)) == 1
    assert post(client, action="stop") == (303, "/account/searches")
    assert history(client) == []
    client.get("/books?q=地理")
    assert history(client) == []
    assert "目前不記錄您的查詢" in client.get("/account/searches").text
    post(client, action="keep")
    client.get("/books?q=地理")
    assert len(history(client)) == 1


def test_one_search_or_all_are_forgotten_and_only_ones_own(site: Site) -> None:
    mine, theirs = browser(site), browser(site, "other")
    for word in ("歷史", "地理", "音樂"):
        mine.get(f"/books?q={word}")
    theirs.get("/books?q=料理")
    with site.services.sessions() as session:
        ids = {note.query: note.id for note in session.scalars(select(SearchNote))}
    post(mine, action="forget", id=str(ids["q=%E6%96%99%E7%90%86"]))
    assert len(history(theirs)) == 1
    post(mine, action="forget", id=str(ids["q=%E6%AD%B7%E5%8F%B2"]))
    assert len(history(mine)) == 2
    post(mine, action="clear")
    assert history(mine) == []
    assert len(history(theirs)) == 1


def test_the_history_has_an_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searches, "HISTORY_LIMIT", 5)
    now = utc_now()
    with site.services.writes.begin() as session:
        user = session.scalars(select(User).where(User.account == "reader")).one()
        for n in range(8):
            searches.note(session, user.id, read_state([("q", f"詞{n}")]), n, now=now - timedelta(days=200 - n))
        assert [note.total for note in searches.history(session, user.id)] == [7, 6, 5, 4, 3]
        searches.note(session, user.id, read_state([("q", "今天")]), 1, now=now)
    assert forget_searches(site.services.job_context()) == "4 searches removed"
    with site.services.sessions() as session:
        assert [note.total for note in searches.history(session, user.id)] == [1]


def test_a_saved_search_is_renamed_followed_and_deleted(site: Site) -> None:
    client = browser(site)
    assert 'name="action" value="save"' in client.get("/books?q=歷史&f.format=ebook").text
    assert post(client, action="save", query="q=歷史&f.language=jpn&page=3&sort=title", name=" 日文 的 歷史 ")[0] == 303
    [(name, feed)] = saved(client)
    assert name == "日文 的 歷史"
    visitor = browser(site, None)
    answer = visitor.get(feed)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/atom+xml")
    assert answer.headers["cache-control"].startswith("private")
    assert "noindex" in answer.headers["x-robots-tag"]
    total = visitor.get("/api/v1/books?q=歷史&f.language=jpn").json()["total"]
    assert answer.text.count("<entry>") == total > 0
    assert visitor.get(feed, headers={"If-None-Match": answer.headers["etag"]}).status_code == 304
    for ending in ("rss", "json"):
        assert visitor.get(feed.replace(".atom", f".{ending}")).status_code == 200
    with site.services.sessions() as session:
        row = session.scalars(select(SavedSearch)).one()
        assert "page" not in row.query
    post(client, action="rename", id=str(row.id), name="別的名字")
    assert saved(client)[0][0] == "別的名字"
    post(client, action="renew", id=str(row.id))
    assert visitor.get(feed).status_code == 404
    assert visitor.get(saved(client)[0][1]).status_code == 200
    post(client, action="delete", id=str(row.id))
    assert saved(client) == []


def test_another_readers_search_is_out_of_reach(site: Site) -> None:
    mine, theirs = browser(site), browser(site, "other")
    post(mine, action="save", query="q=歷史", name="我的")
    [(_, feed)] = saved(mine)
    with site.services.sessions() as session:
        id = str(session.scalars(select(SavedSearch.id)).one())
    for action in ("rename", "renew", "delete"):
        post(theirs, action=action, id=id, name="搶走")
    assert saved(mine) == [("我的", feed)]
    assert saved(theirs) == []


@pytest.mark.parametrize("token", ["x", "WzEsMV0", "WzEsMV0.AAAA", "..", "a" * 500])
def test_a_made_up_link_opens_nothing(site: Site, token: str) -> None:
    client = browser(site)
    post(client, action="save", query="q=歷史", name="我的")
    for ending in ("atom", "rss", "json"):
        assert browser(site, None).get(f"/searches/{token}.{ending}").status_code == 404


def test_what_cannot_be_saved_is_said(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = browser(site)
    assert post(client, action="save", query="", name="空")[0] == 422
    assert post(client, action="save", query="page=x", name="錯")[0] == 422
    assert post(client, action="save", query="q=歷史", name="")[0] == 303
    assert saved(client)[0][0] == "歷史"
    monkeypatch.setattr(searches, "SAVED_LIMIT", 1)
    assert post(client, action="save", query="q=地理", name="二")[0] == 422
    assert len(saved(client)) == 1
    assert client.post("/account/searches", data={"action": "clear"}).status_code == 403


def test_personal_data_are_taken_along_and_erased(site: Site) -> None:
    client = browser(site)
    client.get("/books?q=歷史")
    post(client, action="save", query="q=地理", name="我的")
    with site.services.writes.begin() as session:
        user = session.scalars(select(User).where(User.account == "reader")).one()
        shelf.add(session, user.id, [site.report])
        session.merge(ReaderPreference(user_id=user.id, keep_history=True))
    taken = client.get("/account/data.json").json()
    assert [one["name"] for one in taken["saved_searches"]] == ["我的"]
    assert [one["total"] for one in taken["search_history"]] == [13]
    assert taken["shelf"] == [{"book": site.report, "note": None}]
    assert taken["keeps_search_history"] is True
    [(_, feed)] = saved(client)
    token = re.search(r'name="csrf" value="([^"]+)"', client.get("/account/data").text)
    assert token
    closed = client.post("/account/data", data={"csrf": token[1], "current": PASSWORD})
    assert closed.status_code == 303
    assert _rows(site.services) == 0
    assert browser(site, None).get(feed).status_code == 404


def _rows(services: Services) -> int:
    with services.sessions() as session:
        tables = (SavedSearch, SearchNote, ShelfItem, ReaderPreference)
        return sum(session.scalar(select(func.count()).select_from(table)) or 0 for table in tables)
