"""The JSON API: shapes of docs/api.md, paging, problems, downloads, directory."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pymarc
import pytest
from fastapi.testclient import TestClient

from shuyin.indexer import services as indexer
from shuyin.records import changes
from shuyin.records.book import Book, Contributor, Format, RelatedWork, TitleParts
from shuyin.records.book_json import BookJson, to_json
from shuyin.records.models import OrganisationRow, RegistrantPrefix
from shuyin.search_api import exports
from shuyin.search_api.as_cql import as_cql
from shuyin.search_api.cql.parser import parse as parse_cql
from shuyin.search_api.cql.translation import to_search
from shuyin.search_api.related import kinds_of
from shuyin.search_api.state import read_state
from shuyin.search_engine.query import SearchRequest
from tests.web.catalogue import TOTAL, Site, build


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = build(tmp_path_factory.mktemp("api"))
    with made.services.writes.begin() as session:
        for name, consent in (("海風文化", True), ("山月出版社", None), ("無名書坊", False)):
            row = OrganisationRow(
                name=name,
                name_key=name,
                is_publisher=True,
                consent_public=consent,
                telephone="02-0000-0000",
                address="臺北市",
                source="tests",
            )
            row.prefixes = [RegistrantPrefix(scheme="isbn", prefix=f"978-626-{len(name)}00")]
            session.add(row)
            session.flush()
            changes.append(session, "organisation", row.id)
    indexer.catch_up(made.services.sessions, made.services.writes, made.services.search)
    yield made
    made.services.close()


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(site.app, base_url="http://catalogue.test", follow_redirects=False) as client:
        yield client


def test_a_list_has_the_promised_shape(client: TestClient) -> None:
    body = client.get("/api/v1/books?q=期刊").json()
    assert {"total", "page", "per_page", "items", "facets", "links", "did_you_mean", "relaxed"} <= set(body)
    assert body["total"] == 1
    assert set(BookJson.__annotations__) <= set(body["items"][0])
    assert body["facets"]["class"][0] == {"value": "0", "count": 1, "selected": False, "excluded": False}


def test_links_walk_the_whole_list(client: TestClient) -> None:
    address, seen = "/api/v1/books?q=臺灣&sort=oldest&per_page=50", []
    while address:
        body = client.get(address).json()
        seen += [item["id"] for item in body["items"]]
        address = body["links"]["next"]
    assert len(seen) == TOTAL == len(set(seen))


def test_one_book_is_the_same_as_in_the_list(client: TestClient, site: Site) -> None:
    book = client.get(f"/api/v1/books/{site.report}").json()
    assert book == client.get("/api/v1/books?isbn=9789576787713").json()["items"][0]
    assert book["bindings"][0]["state"] == "deposited"
    assert book["subjects"][1]["assigned_by"] == "shuyin-1"
    assert book["cover"] is None


@pytest.mark.parametrize(
    ("address", "status", "parameter"),
    [
        ("/api/v1/books?page=0", 422, "page"),
        ("/api/v1/books?per_page=7", 422, "per_page"),
        ("/api/v1/books?f.colour=red", 422, "f.colour"),
        ("/api/v1/books?page=900", 404, None),
        ("/api/v1/books/999999", 404, None),
        ("/api/v1/books/export?format=zip&id=1", 422, "format"),
        ("/api/v1/books/export?id=abc", 422, "id"),
        ("/api/v1/suggest?q=a&limit=x", 422, "limit"),
        ("/api/v1/organisations/999", 404, None),
        ("/api/v1/organisations/x", 422, "id"),
    ],
)
def test_errors_are_problem_details(client: TestClient, address: str, status: int, parameter: str | None) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["status"] == status and body["detail"]
    if parameter:
        assert [e["parameter"] for e in body["errors"]] == [parameter]


def test_export_limits(client: TestClient, site: Site) -> None:
    ids = [("id", i) for i in site.ids.values()]
    anonymous = client.get("/api/v1/books/export", params=[("format", "isbn"), *ids[:11]])
    assert anonymous.status_code == 422
    assert "10" in anonymous.json()["detail"]
    token = {"Authorization": f"Bearer {site.api_token()}"}
    assert client.get("/api/v1/books/export", params=[("format", "isbn"), *ids[:100]], headers=token).status_code == 200
    over = client.get("/api/v1/books/export", params=[("format", "isbn"), *ids[:101]], headers=token)
    assert over.status_code == 422 and "100" in over.json()["detail"]
    wrong = {"Authorization": "Bearer shuyin_wrong"}
    assert client.get("/api/v1/books/export", params=ids[:11], headers=wrong).status_code == 422


def test_every_format_holds_the_chosen_records(client: TestClient, site: Site) -> None:
    ids = [("id", i) for i in list(site.ids.values())[:3]]

    def body(form: str) -> bytes:
        answer = client.get("/api/v1/books/export", params=[("format", form), *ids])
        assert answer.status_code == 200
        return answer.content

    records = list(pymarc.MARCReader(body("marc21"), force_utf8=True))
    assert [r["001"].data for r in records] == ["report", "small-0", "small-1"]
    in_xml = pymarc.parse_xml_to_array(io.BytesIO(body("marcxml")))
    assert [r["245"]["a"] for r in in_xml] == [r["245"]["a"] for r in records]
    assert body("isbn").decode().split("\r\n")[:2] == ["9789576787713", "9789576787720"]
    rows = list(csv.DictReader(io.StringIO(body("csv").decode("utf-8-sig"))))
    assert len(rows) == 4


def test_export_of_a_search(client: TestClient) -> None:
    answer = client.get("/api/v1/books/export?format=isbn&q=期刊")
    assert answer.text.split() == ["9789576787713", "9789576787720"]
    assert client.get("/api/v1/books/export?format=isbn&q=臺灣").status_code == 422


def test_editions_of_a_work_are_grouped_by_form_and_translations_apart(tmp_path: Path) -> None:
    person = (Contributor("Austen, Jane", "著", latin="Austen, Jane"),)
    title = TitleParts(main="傲慢與偏見", uniform="Pride and prejudice", variants=("Pride and prejudice",))
    chinese = Book(title="傲慢與偏見", parts=title, contributors=person, language="chi", control_number="c")
    translated = (RelatedWork("765", "Pride and prejudice"),)
    records = [
        chinese,
        replace(chinese, control_number="e", format=Format.EBOOK, publisher="電子館"),
        replace(chinese, control_number="a", format=Format.AUDIO, publisher="有聲館"),
        replace(
            chinese,
            control_number="j",
            title="高慢と偏見",
            parts=TitleParts(main="高慢と偏見", uniform="Pride and prejudice", variants=("Pride and prejudice",)),
            language="jpn",
        ),
        replace(
            chinese,
            control_number="o",
            title="Pride and prejudice",
            parts=TitleParts(main="Pride and prejudice"),
            language="eng",
        ),
        replace(
            chinese,
            control_number="l",
            title="理性之前",
            parts=TitleParts(main="理性之前"),
            related=translated,
            language="spa",
        ),
        replace(chinese, control_number="x", contributors=(Contributor("別人", "著"),)),
    ]
    site = build(tmp_path, records=records)
    with TestClient(site.app) as client:
        book = client.get(f"/api/v1/books/{site.ids['c']}").json()
        editions = client.get(f"/api/v1/books/{site.ids['c']}/related").json()["editions"]
        groups = {kind: {b["id"] for b in books} for kind, books in kinds_of(book, editions).items()}
        assert groups == {
            "ebook": {site.ids["e"]},
            "audiobook": {site.ids["a"]},
            "translation": {site.ids["j"], site.ids["o"], site.ids["l"]},
        }
        page = client.get(f"/books/{site.ids['o']}").text
        shown = page.split('id="editions"')[1].split("</section>")[0]
        assert "其他語言的譯本或原文" in shown
        assert shown.count("<li>") == 5
    site.services.close()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", " =", "＝"])
def test_no_cell_runs_as_a_formula(start: str) -> None:
    title = f'{start}HYPERLINK("http://x")'
    book = to_json(Book(title=title, parts=TitleParts(main=title), contributors=(Contributor("=1+1"),)), id=1)
    written = b"".join(exports.FORMATS["csv"].write([exports.ExportRecord(book, b"")])).decode("utf-8-sig")
    row = next(csv.DictReader(io.StringIO(written)))
    assert row["title"].startswith("'")
    assert row["author"] == "'=1+1"


def test_suggestions(client: TestClient) -> None:
    items = client.get("/api/v1/suggest?q=臺灣期").json()["items"]
    assert any("臺灣期刊" in item["text"] and item["kind"] == "title" for item in items)
    assert client.get("/api/v1/suggest?q=a").json()["items"] == []
    assert client.get("/api/v1/suggest").json()["items"] == []


def test_the_directory_shows_only_names_without_consent(client: TestClient) -> None:
    body = client.get("/api/v1/organisations").json()
    assert body["total"] == 3
    by_name = {item["name"]: item for item in body["items"]}
    assert by_name["海風文化"]["telephone"] == "02-0000-0000"
    for name in ("山月出版社", "無名書坊"):
        assert by_name[name]["telephone"] is None and by_name[name]["prefixes"] == []
    found = client.get("/api/v1/organisations?q=海風").json()
    assert [item["name"] for item in found["items"]] == ["海風文化"]
    assert client.get(f"/api/v1/organisations/{found['items'][0]['id']}").json()["address"] == "臺北市"


def test_openapi_describes_the_parameters_of_the_list(client: TestClient) -> None:
    document = client.get("/api/openapi.json").json()
    described = {p["name"] for p in document["paths"]["/api/v1/books"]["get"]["parameters"]}
    fixed = {"q", "title", "author", "publisher", "isbn", "subject", "class", "series", "keyword", "from", "to", "sort"}
    assert fixed | {"page", "per_page", "mode", "f.format", "-f.state"} <= described
    assert "BookJson" in document["components"]["schemas"]


@pytest.mark.parametrize(
    "query",
    [
        "q=期刊",
        "q=小書 -歷史",
        "q=歷史 OR 地理",
        "q=「小書第」",
        "title=歷史&author=作者1",
        "subject=音樂&class=9",
        "row.op=and&row.field=title&row.text=歷史&row.op=or&row.field=any&row.text=地理&row.op=not&row.field=author&row.text=作者2",
        "f.format=ebook&f.format=audiobook&-f.language=jpn",
        "f.publisher=中華書局&from=2018&to=2020-06",
        "isbn=9789576787713",
        "q=100*",
        "",
    ],
)
def test_a_search_shown_as_cql_finds_the_same(client: TestClient, site: Site, query: str) -> None:
    state = read_state([tuple(p.split("=", 1)) for p in query.split("&") if p])
    written = as_cql(state)
    assert written
    found = site.services.search.search("books", SearchRequest(query=to_search(parse_cql(written)).query))
    assert found.total == client.get(f"/api/v1/books?{query}").json()["total"], written


def test_what_cql_cannot_say_is_not_shown() -> None:
    assert as_cql(read_state([("f.state", "deposited")])) is None


def test_an_empty_list_offers_spellings_and_loosened_items_beside_it(client: TestClient) -> None:
    body = client.get("/api/v1/books?q=臺灣期堪").json()
    assert (body["total"], body["items"]) == (0, [])
    assert any("期刊" in spelling for spelling in body["did_you_mean"])
    assert body["relaxed"]["items"][0]["title"].startswith("臺灣期刊")
    assert body["relaxed"]["what"]
    found = client.get("/api/v1/books?q=期刊").json()
    assert (found["relaxed"], found["did_you_mean"]) == (None, [])


def test_related_books_say_why_and_the_shelf_is_in_order(client: TestClient, site: Site) -> None:
    body = client.get(f"/api/v1/books/{site.ids['small-20']}/related").json()
    assert 1 <= len(body["similar"]) <= 6
    for other in body["similar"]:
        assert other["book"]["id"] != site.ids["small-20"]
        assert other["why"]
    assert any("同主題：歷史" in why for other in body["similar"] for why in other["why"])
    ids = [book["id"] for book in body["shelf"]]
    numbers = [book["classes"][0]["number"] for book in body["shelf"]]
    assert site.ids["small-20"] in ids and len(ids) == len(set(ids)) == 7
    assert numbers == sorted(numbers)


def test_another_edition_is_one_with_the_same_title_and_author(tmp_path_factory: pytest.TempPathFactory) -> None:
    first = Book(title="紅樓夢", parts=TitleParts(main="紅樓夢"), contributors=(Contributor("曹雪芹", "著"),))
    second = replace(first, title="紅樓夢 : 校注本", parts=TitleParts(main="紅樓夢", remainder="校注本"))
    other = replace(first, contributors=(Contributor("某人", "編"),))
    site = build(tmp_path_factory.mktemp("editions"), records=[first, second, other])
    with TestClient(site.app) as client:
        found = {b["title"]: b for b in client.get("/api/v1/books?q=紅樓夢").json()["items"]}
        near = client.get(f"/api/v1/books/{found['紅樓夢 : 校注本']['id']}/related").json()
        assert [(e["title"], e["contributors"][0]["name"]) for e in near["editions"]] == [("紅樓夢", "曹雪芹")]
        assert near["shelf"] == []
    site.services.close()
