"""The shelf: without an account in a signed cookie, with one in the database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from lxml import html

from shuyin.search_api import shelf
from shuyin.search_api.dependencies import SESSION_COOKIE
from shuyin.search_api.models import ShelfItem
from shuyin.web.shelf.state import SHELF_COOKIE
from tests.web.catalogue import Site


@pytest.fixture(params=["visitor", "account"])
def reader(request: pytest.FixtureRequest, site: Site, client: TestClient) -> Iterator[TestClient]:
    """A visitor, and someone signed in."""
    if request.param == "account":
        client.cookies.set(SESSION_COOKIE, site.sign_in())
    yield client
    with site.services.writes.begin() as session:
        session.query(ShelfItem).delete()


def _titles(client: TestClient, address: str = "/shelf") -> list[str]:
    return [h.text_content() for h in html.fromstring(client.get(address).text).cssselect(".hit h2")]


def _add(client: TestClient, *ids: int) -> None:
    for id in ids:
        answer = client.post("/shelf", data={"add": str(id), "back": "/books?q=a"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/books?q=a")


def test_books_are_added_ordered_and_removed(reader: TestClient, site: Site) -> None:
    assert "還沒有書" in reader.get("/shelf").text
    a, b, c = (site.ids[f"small-{n}"] for n in (1, 2, 3))
    _add(reader, a, b, c, a)
    first = _titles(reader)
    assert [t[-3:] for t in first] == ["第2冊", "第3冊", "第4冊"]
    reader.post("/shelf", data={"up": str(c)})
    assert _titles(reader) == [first[0], first[2], first[1]]
    reader.post("/shelf", data={"down": str(a)})
    assert _titles(reader) == [first[2], first[0], first[1]]
    reader.post("/shelf", data={"remove": str(b)})
    assert _titles(reader) == [first[2], first[0]]
    reader.post("/shelf", data={"clear": "true"})
    assert _titles(reader) == []


def test_pages_know_what_is_on_the_shelf(reader: TestClient, site: Site) -> None:
    _add(reader, site.report)
    button = html.fromstring(reader.get(f"/books/{site.report}").text).cssselect(".keep")[0]
    assert (button.get("name"), button.get("aria-pressed")) == ("remove", "true")
    pressed = html.fromstring(reader.get("/books?q=臺灣期刊").text).cssselect(".keep[aria-pressed=true]")
    assert [b.get("value") for b in pressed] == [str(site.report)]


def test_htmx_gets_the_button_anew(reader: TestClient, site: Site) -> None:
    answer = reader.post("/shelf", data={"add": str(site.report)}, headers={"HX-Request": "true"})
    button = html.fromstring(answer.text)
    assert (button.get("name"), button.get("id")) == ("remove", f"keep-{site.report}")


def test_what_does_not_exist_is_not_kept(reader: TestClient) -> None:
    reader.post("/shelf", data={"add": "999999"})
    assert _titles(reader) == []
    assert reader.post("/shelf", data={"add": "abc"}).status_code == 422


def test_a_shared_shelf_shows_the_books_and_no_buttons(reader: TestClient, site: Site) -> None:
    _add(reader, site.report)
    link = html.fromstring(reader.get("/shelf").text).cssselect("#share")[0].get("value")
    with TestClient(site.app, base_url="http://catalogue.test") as other:
        shared = html.fromstring(other.get(link).text)
    assert shared.cssselect(".hit h2")[0].text_content().startswith("臺灣期刊")
    assert shared.cssselect("form[action='/shelf'] button") == []
    assert reader.get("/shelf/shared/forged").status_code == 404


def test_notes_belong_to_the_account(client: TestClient, site: Site) -> None:
    client.cookies.set(SESSION_COOKIE, site.sign_in())
    _add(client, site.report)
    client.post("/shelf", data={"note_of": str(site.report), "note": "報告要用 <b>"})
    root = html.fromstring(client.get("/shelf").text)
    assert root.cssselect("input[name=note]")[0].get("value") == "報告要用 <b>"
    link = root.cssselect("#share")[0].get("value")
    assert "報告要用" not in client.get(link).text
    client.post("/shelf", data={"clear": "true"})


def _sign_in(client: TestClient) -> None:
    form = html.fromstring(client.get("/account/login").text).cssselect("input[name=csrf]")[0]
    data = {"csrf": form.get("value"), "account": "reader", "password": "a long password of tests"}
    assert client.post("/account/login", data=data).status_code == 303


def test_at_sign_in_the_books_of_the_browser_join_those_of_the_account(client: TestClient, site: Site) -> None:
    a, b, c = (site.ids[f"small-{n}"] for n in (1, 2, 3))
    with TestClient(site.app, base_url="http://catalogue.test", follow_redirects=False) as elsewhere:
        elsewhere.cookies.set(SESSION_COOKIE, site.sign_in())
        _add(elsewhere, b)
        elsewhere.post("/shelf", data={"note_of": str(b), "note": "先有的"})
    _add(client, c, b, a)
    _sign_in(client)
    assert SHELF_COOKIE not in client.cookies
    assert [title[-3:] for title in _titles(client)] == ["第3冊", "第4冊", "第2冊"]
    assert "先有的" in client.get("/shelf").text
    client.post("/shelf", data={"clear": "true"})


def test_what_finds_no_room_at_sign_in_stays_in_the_browser(
    client: TestClient, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "ACCOUNT_LIMIT", 2)
    a, b, c = (site.ids[f"small-{n}"] for n in (1, 2, 3))
    _add(client, a, b, c)
    _sign_in(client)
    assert len(_titles(client)) == 2
    assert "原有的 1 筆還沒有放上來" in client.get("/shelf").text
    client.post("/shelf", data={"remove": str(a)})
    _sign_in(client)
    assert [title[-3:] for title in _titles(client)] == ["第3冊", "第4冊"]
    assert SHELF_COOKIE not in client.cookies
    client.post("/shelf", data={"clear": "true"})


def test_a_forged_cookie_is_an_empty_shelf(client: TestClient) -> None:
    client.cookies.set(SHELF_COOKIE, "1.2.3")
    assert _titles(client) == []


def test_other_sites_cannot_change_it(client: TestClient, site: Site) -> None:
    answer = client.post("/shelf", data={"add": str(site.report)}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_the_cookie_always_fits_and_a_full_shelf_says_so(client: TestClient, site: Site) -> None:
    ids = list(range(10**12, 10**12 + shelf.COOKIE_LIMIT))
    token = shelf.seal(ids, "secret")
    assert len(token) < 3800
    assert shelf.unseal(token, "secret") == ids
    assert shelf.unseal(token, "another") == []
    client.cookies.set(SHELF_COOKIE, shelf.seal(ids, site.services.settings.secret_key or ""))
    refused = client.post("/shelf", data={"add": str(site.report)})
    assert refused.status_code == 422
    assert "書架已滿（最多 200 筆）" in refused.text
