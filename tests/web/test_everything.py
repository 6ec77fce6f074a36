"""One search over everything: each kind with its count, what may be shown of each, pages and API alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from shuyin.harvest.music import load_sample_music
from shuyin.indexer import services as indexer
from shuyin.records import changes, music
from shuyin.records.models import ClassRow, HeadingRow, OrganisationRow, PageRow, utc_now
from shuyin.records.music import PERFORMER, Album, Track
from shuyin.search_api.everything.services import KINDS
from tests.web.catalogue import Site, build

WORD = "海風"


def _organisation(name: str, short: str, consent: bool | None) -> OrganisationRow:
    return OrganisationRow(
        name=name, name_key=name, is_publisher=True, consent_public=consent, short_name=short, source="tests"
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The catalogue with something of every kind that the word finds."""
    made = build(tmp_path_factory.mktemp("everything"))
    load_sample_music(made.services.writes)
    with made.services.writes.begin() as session:
        tomorrow = (utc_now() + timedelta(days=2)).date().isoformat()
        for title, released in (("海風之歌", "2020"), ("海風明日", tomorrow)):
            tracks = (Track(f"{title}一", isrc="TWZZ92600001", credits={PERFORMER: ["海風樂團"]}),)
            music.save(session, Album(title, f"t|{title}", "test", ["海風樂團"], released, tracks=tracks))
        rows: list[tuple[str, object]] = [
            ("organisation", _organisation("海風文化", "海風", True)),
            ("organisation", _organisation("無名書坊", "海風坊", None)),
            ("heading", HeadingRow(scheme="lcstt", label="海陸風", variants=["海風"], relations={}, origin="tests")),
            ("class", ClassRow(scheme="ncsclt", number="328.5", parent="328", caption="海風", origin="tests")),
            ("page", PageRow(
                kind="news", slug="sea", title="海風消息", body="海風", publish_from=utc_now() - timedelta(days=1)
            )),
            ("page", PageRow(
                kind="news", slug="later", title="海風以後", body="海風", publish_from=utc_now() + timedelta(days=2)
            )),
        ]  # fmt: skip
        for kind, row in rows:
            session.add(row)
            session.flush()
            changes.append(session, kind, row.id)  # type: ignore[attr-defined]
    indexer.catch_up(made.services.sessions, made.services.writes, made.services.search)
    yield made
    made.services.close()


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(site.app, base_url="http://catalogue.test", follow_redirects=False) as client:
        yield client


def test_every_kind_is_found_with_its_count(client: TestClient) -> None:
    body = client.get("/api/v1/search", params={"q": WORD}).json()
    groups = {group["kind"]: group for group in body["groups"]}
    assert list(groups) == list(KINDS)
    assert groups["books"]["total"] == client.get("/api/v1/books", params={"q": WORD}).json()["total"] > 30
    assert {kind: group["total"] for kind, group in groups.items() if kind != "books"} == {
        "albums": 1, "tracks": 1, "organisations": 1, "subjects": 1, "classes": 1, "pages": 1,
    }  # fmt: skip
    assert body["total"] == sum(group["total"] for group in body["groups"])
    assert all(len(group["items"]) == min(5, group["total"]) for group in body["groups"])


def test_every_hit_and_every_list_leads_somewhere(client: TestClient) -> None:
    followed = 0
    for group in client.get("/api/v1/search", params={"q": WORD}).json()["groups"]:
        for address in (group["html"], *(item["html"] for item in group["items"])):
            answer = client.get(address.split("#")[0])
            assert answer.status_code == 200, address
            followed += 1
    assert followed == 7 + 5 + 6


def test_nothing_slips_out_before_its_day_or_without_consent(client: TestClient) -> None:
    for address in ("/search", "/api/v1/search"):
        answer = client.get(address, params={"q": WORD}).text
        assert "海風之歌" in answer
        for hidden in ("海風明日", "海風以後", "無名書坊", "海風坊"):
            assert hidden not in answer


def test_the_page_says_how_many_of_each(client: TestClient) -> None:
    page = client.get("/search", params={"q": WORD}).text
    assert len(re.findall(r'<section class="section"', page)) == 7
    assert '<a class="chip" href="#albums">專輯 <b>1</b></a>' in page
    assert "<mark>海風</mark>" in page
    assert "不用：海風" in page


def test_no_words_and_words_that_find_nothing(client: TestClient) -> None:
    assert 'id="count"' not in client.get("/search").text
    assert client.get("/api/v1/search?q=%20").json()["groups"] == []
    page = client.get("/search", params={"q": "哈立波特大冒險記"}).text
    assert "沒有找到" in page
    assert client.get("/api/v1/search", params={"q": "臺灣歷使小書"}).status_code == 200
    spelled = client.get("/api/v1/search", params={"q": "沒有種東西"}).json()
    assert spelled["total"] == sum(group["total"] for group in spelled["groups"])


@pytest.mark.parametrize("words", ["…", "\x00", "(", "「", "*", "a" * 2000, "🎵", "AND OR NOT", "9789576787713", "-"])
def test_any_words_get_an_answer(client: TestClient, words: str) -> None:
    assert client.get("/search", params={"q": words}).status_code == 200
    assert client.get("/api/v1/search", params={"q": words}).status_code == 200


def test_it_is_reached_from_every_page(client: TestClient) -> None:
    for address in ("/", "/books?q=海風"):
        assert 'href="/search' in client.get(address).text


def test_what_is_too_long_or_no_word_is_said(client: TestClient) -> None:
    assert "只用了前 300 個字" in client.get("/search", params={"q": "書 " * 300}).text
    for path, parameter in (("/search", "q"), ("/browse/authors", "from")):
        refused = client.get(path, params={parameter: "a" * 3000})
        assert refused.status_code == 422 and "個字。" in refused.text and f"<code>{parameter}</code>" in refused.text
        assert "At most" in client.get(path, params={parameter: "a" * 3000, "lang": "en"}).text
        client.cookies.clear()
        shown = client.get(path, params={parameter: "\x00\x07"})
        assert shown.status_code == 200 and "\x00" not in shown.text and "\x07" not in shown.text
