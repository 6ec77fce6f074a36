"""ETag and 304: who has the page already gets no second one, and nobody gets an old page or somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import update

from shuyin.indexer import services as indexer
from shuyin.records import marc
from shuyin.records.models import BookRow, utc_now
from shuyin.records.services import save_marc
from shuyin.search_api.dependencies import SESSION_COOKIE
from shuyin.search_engine.query import SearchRequest
from shuyin.web.conditional import holds
from tests.web.catalogue import REPORT, Site, build

PAGES = ["/books", "/books?q=臺灣", "/books/{report}", "/books/{report}/marc", "/books/facets/subject?q=臺灣"]
API = ["/api/v1/books?q=臺灣", "/api/v1/books/{report}", "/api/v1/books/{report}/related"]


@pytest.fixture(autouse=True)
def _no_day_ends_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    now = utc_now()
    monkeypatch.setattr("shuyin.web.conditional.utc_now", lambda: now)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Site]:
    """A catalogue that a test may change."""
    made = build(tmp_path)
    yield made
    made.services.close()


def visitor(site: Site) -> TestClient:
    return TestClient(site.app, base_url="http://catalogue.test", follow_redirects=False)


def change(site: Site, summary: str) -> None:
    """Correct the record as staff do; the index does not know yet."""
    content = marc.serialise(marc.write(replace(REPORT, summary=summary)))
    with site.services.writes.begin() as session:
        save_marc(session, site.report, content, changed_by="tests")


def index(site: Site) -> None:
    indexer.catch_up(site.services.sessions, site.services.writes, site.services.search)


def again(client: TestClient, path: str, tag: str, **headers: str) -> int:
    return client.get(path, headers={"If-None-Match": tag, **headers}).status_code


@pytest.mark.parametrize("address", [*PAGES, *API])
def test_who_has_the_page_gets_no_second_one(
    client: TestClient, site: Site, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = address.format(report=site.report)
    first = client.get(path)
    tag = first.headers["ETag"]
    assert first.status_code == 200 and tag.startswith('W/"')
    assert {"Cookie", "Accept"} <= set(first.headers["Vary"].split(", "))
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert client.get(path).headers["ETag"] == tag

    def search(*_: object) -> None:
        raise AssertionError("a page that has not changed is not searched again")

    monkeypatch.setattr("shuyin.search_api.services.search", search)
    monkeypatch.setattr("shuyin.search_api.services.get_book", search)
    kept = client.get(path, headers={"If-None-Match": f'"other", {tag}'})
    assert (kept.status_code, kept.content) == (304, b"")
    assert kept.headers["ETag"] == tag and "Cookie" in kept.headers["Vary"]


@pytest.mark.parametrize("address", [*PAGES, *API])
def test_after_a_change_of_the_catalogue_everything_is_new(own: Site, address: str) -> None:
    path = address.format(report=own.report)
    with visitor(own) as client:
        tag = client.get(path).headers["ETag"]
        assert again(client, path, tag) == 304
        change(own, "新的簡介。")
        unindexed = client.get(path).headers["ETag"]  # parts of a page may come from the records
        assert unindexed != tag
        index(own)
        assert again(client, path, tag) == 200
        assert again(client, path, unindexed) == 200


def test_a_page_is_kept_for_one_reader_as_they_see_it(site: Site) -> None:
    path = "/books?q=臺灣"
    with visitor(site) as client:
        tag = client.get(path).headers["ETag"]
        assert again(client, path, tag) == 304
        differing = {
            "language": {"Cookie": "shuyin_lang=en"},
            "theme": {"Cookie": "shuyin_theme=dark"},
            "another form": {"HX-Request": "true"},
            "another type": {"Accept": "application/xml"},
        }
        for what, headers in differing.items():
            assert again(client, path, tag, **headers) == 200, what
        assert again(client, path + "&page=2", tag) == 200
        client.post("/shelf", data={"add": site.report})
        assert again(client, path, tag) == 200  # the book is marked as kept now


def test_nothing_of_who_is_signed_in_is_kept(site: Site) -> None:
    with visitor(site) as client:
        tag = client.get("/books").headers["ETag"]
        client.cookies.set(SESSION_COOKIE, site.sign_in())
        own = client.get("/books", headers={"If-None-Match": tag})
        assert own.status_code == 200 and "reader" in own.text
        assert "ETag" not in own.headers
    with visitor(site) as client:
        token = client.get("/api/v1/books", headers={"Authorization": f"Bearer {site.api_token()}"})
        assert token.status_code == 200 and "ETag" not in token.headers


def test_errors_and_other_pages_bring_no_tag(client: TestClient) -> None:
    statuses = {}
    for path in ("/books?page=999", "/books?page=x", "/books/999999", "/shelf", "/account/login"):
        answer = client.get(path)
        statuses[path] = answer.status_code
        assert "ETag" not in answer.headers, path
    assert sorted(statuses.values()) == [200, 200, 404, 404, 422]


def test_a_book_comes_into_sight_without_being_written(own: Site) -> None:
    hidden_until = utc_now() + timedelta(days=1)
    with own.services.writes.begin() as session:
        session.execute(update(BookRow).where(BookRow.id == own.report).values(public_from=hidden_until))
    change(own, "又一簡介。")
    index(own)
    search = own.services.search
    before = search.version("books")
    assert before == search.version("books")
    total = search.search("books", SearchRequest()).total
    later = type(search)(search._engine, now=lambda: hidden_until + timedelta(seconds=1))  # type: ignore[attr-defined,call-arg]
    assert later.search("books", SearchRequest()).total == total + 1
    assert later.version("books") != before


def test_other_settings_make_other_pages(site: Site) -> None:
    with visitor(site) as client:
        tag = client.get("/books").headers["ETag"]
        settings = site.app.state.settings
        site.app.state.settings = settings.model_copy(update={"base_url": "https://elsewhere.test"})
        try:
            assert again(client, "/books", tag) == 200
        finally:
            site.app.state.settings = settings
        assert again(client, "/books", tag) == 304


def test_another_day_makes_another_page(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = client.get("/books").headers["ETag"]
    tomorrow = utc_now() + timedelta(days=1)
    monkeypatch.setattr("shuyin.web.conditional.utc_now", lambda: tomorrow)
    assert again(client, "/books", tag) == 200


@pytest.mark.parametrize(
    ("given", "held"),
    [('"a"', True), ('W/"a"', True), ('"b", W/"a"', True), ('"b"', False), ("", False), ("a", False)],
)
def test_tags_are_compared_weakly(given: str, held: bool) -> None:
    assert holds('W/"a"', given) is held


@pytest.mark.parametrize(
    "path", ["/", "/books", "/books/{report}", "/api/v1/books?q=臺灣", "/oai?verb=Identify", "/healthz"]
)
def test_head_is_get_without_content(client: TestClient, site: Site, path: str) -> None:
    address = path.format(report=site.report)
    whole, head = client.get(address), client.head(address)
    assert (head.status_code, head.content) == (whole.status_code, b"") and whole.status_code == 200
    assert head.headers["content-type"] == whole.headers["content-type"]


def test_head_where_nothing_is(client: TestClient) -> None:
    assert client.head("/books/999999").status_code == 404
    assert client.head("/account/logout").status_code == client.get("/account/logout").status_code
