"""The directories: rows of AND/OR/NOT, prefixes with and without hyphens, and consent in every outlet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import select

from shuyin.indexer import services as indexer
from shuyin.records import changes
from shuyin.records.models import AlbumRow, OrganisationRow, RegistrantPrefix
from shuyin.records.organisations import is_number, number_key, prefix_keys, prefix_terms, telephone_keys
from shuyin.records.services import name_key
from shuyin.search_engine.declaration import ORGANISATIONS
from shuyin.search_engine.query import SearchRequest
from tests.web.catalogue import Site, build

#: name, roles, consent, what only those who agreed may show
_HOUSES = (
    ("國家圖書館", "p", True, "978-957-678", "臺北市中山南路20號", "(02)23619132"),
    ("山月出版社", "p", None, "978-626-400", "臺北市保密路1號", "(02)99990001"),
    ("無名書坊", "p", False, "978-626-401", "臺南市保密路2號", "(06)99990002"),
    ("海風文化", "pm", True, "978-626-402", "高雄市海邊路3號", "(07)22223333"),
    ("相信音樂國際", "m", True, "TW-J81", "臺北市松山區光復南路33巷12號5樓", "(02)27689328"),
    ("山谷唱片", "m", None, "TW-J82", "花蓮縣保密路4號", "(03)99990003"),
)
_SECRETS = ("保密路", "99990001", "99990002", "99990003", "978-626-400", "978-626-401", "TW-J82", "秘密名")


def _fill(site: Site) -> None:
    with site.services.writes.begin() as session:
        for name, roles, consent, prefix, address, telephone in _HOUSES:
            row = OrganisationRow(
                name=name,
                name_key=name_key(name),
                short_name=f"{name[:2]}秘密名" if not consent else None,
                other_names=[],
                is_publisher="p" in roles,
                is_music_company="m" in roles,
                consent_public=consent,
                address=address,
                telephone=telephone,
                email="secret@保密路.example" if not consent else "public@example.org",
                source="tests",
                prefixes=[RegistrantPrefix(scheme="isrc" if prefix.startswith("TW") else "isbn", prefix=prefix)],
            )
            session.add(row)
            session.flush()
            changes.append(session, "organisation", row.id)
            if name == "相信音樂國際":
                session.add(
                    AlbumRow(title="專輯", identity="t", source="t", company_id=row.id, company_name="相信音樂")
                )
    indexer.catch_up(site.services.sessions, site.services.writes, site.services.search)


@pytest.fixture(scope="module")
def houses(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = build(tmp_path_factory.mktemp("houses"))
    _fill(made)
    yield made
    made.services.close()


@pytest.fixture
def visitor(houses: Site) -> Iterator[TestClient]:
    with TestClient(houses.app, base_url="http://catalogue.test", follow_redirects=False) as client:
        yield client


def _names(text: str) -> list[str]:
    root = html.fromstring(text)
    return [a.text for a in root.cssselect("table tbody td:nth-child(2) a")]


def _find(visitor: TestClient, path: str, *rows: tuple[str, str, str], **more: str) -> list[str]:
    pairs = [*more.items()]
    for row in rows:
        pairs += zip(("row.op", "row.field", "row.text"), row, strict=True)
    answer = visitor.get(path, params=pairs)
    assert answer.status_code == 200, answer.text[:500]
    return _names(answer.text)


def _id(site: Site, name: str) -> int:
    with site.services.sessions() as session:
        return session.scalars(select(OrganisationRow.id).where(OrganisationRow.name == name)).one()


def test_each_directory_lists_its_own(visitor: TestClient) -> None:
    assert set(_find(visitor, "/publishers")) == {"國家圖書館", "山月出版社", "無名書坊", "海風文化"}
    assert set(_find(visitor, "/music-companies")) == {"海風文化", "相信音樂國際", "山谷唱片"}


@pytest.mark.parametrize(
    "typed", ["978-957-678", "978957678", "957-678", "957678", "9789576787713", "978-957-678-771-3", "９５７６７８"]
)
def test_a_prefix_is_found_however_it_is_written(visitor: TestClient, typed: str) -> None:
    assert _find(visitor, "/publishers", ("and", "prefix", typed)) == ["國家圖書館"]
    assert _find(visitor, "/publishers", ("and", "any", typed)) == ["國家圖書館"]


def test_rows_join_by_and_or_not(visitor: TestClient) -> None:
    music = "/music-companies"
    assert _find(visitor, music, ("and", "any", "相信音樂")) == ["相信音樂國際"]
    both = _find(visitor, music, ("and", "name", "相信"), ("or", "name", "海風"))
    assert set(both) == {"相信音樂國際", "海風文化"}
    assert _find(visitor, music, ("and", "name", "相信"), ("or", "name", "海風"), ("not", "address", "高雄")) == [
        "相信音樂國際"
    ]
    assert _find(visitor, music, ("and", "address", "松山區"), ("and", "telephone", "27689328")) == ["相信音樂國際"]
    assert _find(visitor, music, ("and", "telephone", "(02)2768-9328")) == ["相信音樂國際"]
    assert _find(visitor, music, ("and", "name", "相信"), ("and", "address", "高雄")) == []
    assert _find(visitor, music, ("and", "name", "xiangxin")) == ["相信音樂國際"]


def test_sort_page_size_and_jump(visitor: TestClient) -> None:
    ascending = _find(visitor, "/publishers", sort="name")
    assert ascending == list(reversed(_find(visitor, "/publishers", sort="name-descending")))
    assert ascending[0] == "山月出版社"
    assert visitor.get("/publishers?page=2&per_page=10").status_code == 404
    assert visitor.get("/publishers?per_page=7").status_code == 422


@pytest.mark.parametrize("field", ["any", "prefix", "address", "telephone", "short", "range"])
def test_what_is_not_public_cannot_be_searched_out(visitor: TestClient, field: str) -> None:
    tried = 0
    for path in ("/publishers", "/music-companies"):
        for secret in _SECRETS:
            assert _find(visitor, path, ("and", field, secret)) == [], (path, field, secret)
            tried += 1
    assert tried == 2 * len(_SECRETS)


def test_without_consent_only_the_name_leaves(
    visitor: TestClient, houses: Site, caplog: pytest.LogCaptureFixture
) -> None:
    ids = {name: _id(houses, name) for name, _, consent, *_ in _HOUSES if not consent}
    outlets = ["/publishers", "/music-companies", "/publishers.csv", "/music-companies.csv", "/api/v1/organisations"]
    outlets += [f"/api/v1/organisations/{id}" for id in ids.values()]
    outlets += [f"/publishers/{ids['山月出版社']}", f"/music-companies/{ids['山谷唱片']}"]
    for outlet in outlets:
        answer = visitor.get(outlet)
        assert answer.status_code == 200, outlet
        for secret in _SECRETS:
            assert secret not in answer.text, (outlet, secret)
    assert "山月出版社" in visitor.get("/publishers.csv").text
    for secret in _SECRETS:
        assert secret not in caplog.text
    documents = houses.services.search.get(ORGANISATIONS.name, [str(id) for id in ids.values()])
    assert len(documents) == 3
    for document in documents:
        assert set(document.stored) <= {"id", "name", "roles"}


def test_consent_withdrawn_holds_at_once_and_in_the_index(visitor: TestClient, houses: Site) -> None:
    id = _id(houses, "海風文化")
    assert "海邊路" in visitor.get("/publishers").text
    for consent in (False, True):
        with houses.services.writes.begin() as session:
            session.get_one(OrganisationRow, id).consent_public = consent
            changes.append(session, "organisation", id)
        # the index has not heard of it yet, the page has
        assert ("海邊路" in visitor.get("/publishers").text) is consent
        indexer.catch_up(houses.services.sessions, houses.services.writes, houses.services.search)
        found = _find(visitor, "/publishers", ("and", "address", "海邊路"))
        assert found == (["海風文化"] if consent else [])


def test_the_page_of_one_leads_to_books_music_and_map(visitor: TestClient, houses: Site) -> None:
    text = visitor.get(f"/publishers/{_id(houses, '國家圖書館')}").text
    links = html.fromstring(text).xpath("//main//a/@href")
    books = next(link for link in links if link.startswith("/books?"))
    assert "臺灣期刊資源學術能量風貌報告" in visitor.get(books).text
    assert any(link.startswith("https://www.openstreetmap.org/search?query=") for link in links)
    music = visitor.get(f"/music-companies/{_id(houses, '相信音樂國際')}").text
    assert "/music?f.company=%E7%9B%B8%E4%BF%A1%E9%9F%B3%E6%A8%82" in music
    moved = visitor.get(f"/publishers/{_id(houses, '相信音樂國際')}")
    assert (moved.status_code, moved.headers["location"].split("/")[1]) == (302, "music-companies")
    assert visitor.get("/publishers/99999").status_code == 404


def test_csv_holds_what_the_list_finds(visitor: TestClient) -> None:
    answer = visitor.get(
        "/publishers.csv", params=[("row.op", "and"), ("row.field", "address"), ("row.text", "臺北市")]
    )
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert [row["名稱"] for row in rows] == ["國家圖書館"]
    assert rows[0]["識別號"] == "978-957-678"


def test_organisations_are_found_by_name_in_the_index(houses: Site) -> None:
    result = houses.services.search.search(ORGANISATIONS.name, SearchRequest(limit=10))
    assert result.total == len(_HOUSES)


def test_numbers() -> None:
    assert number_key("978－957-678 ") == "978957678"
    assert {"978957678", "957678", "9576"} <= set(prefix_keys(["978-957-678"]))
    assert prefix_terms("9789576787713") == ("978957678",)
    assert prefix_terms("tw-j81") == ("TWJ81",)
    assert "27689328" in telephone_keys("(02)27689328") and "0227689328" in telephone_keys("(02)27689328")
    assert telephone_keys(None) == []
    assert [is_number(t) for t in ("978-957", "(02)2768", "TW-J81", "相信音樂", "ab", "12")] == [
        True, True, True, False, False, False,
    ]  # fmt: skip


@pytest.mark.parametrize("path", ["/publishers", "/music-companies", "/publishers.csv", "/api/v1/organisations"])
@pytest.mark.parametrize("period", [{"to": "0000"}, {"from": "2020", "to": "2021-05"}, {"from": "x"}])
def test_a_period_says_nothing_of_organisations(visitor: TestClient, path: str, period: dict[str, str]) -> None:
    assert visitor.get(path, params=period).status_code == 200
