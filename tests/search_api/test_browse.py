"""Browse lists: order, jumps, paging from any place, counts, references, visibility, consent; in step with records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event, func, select, update

from shuyin.indexer import browsing
from shuyin.indexer import services as indexer
from shuyin.records import changes, database, marc
from shuyin.records.book import Book, ClassNumber, Contributor, Series, Subject, TitleParts
from shuyin.records.models import BookRow, BrowseEntry, Checkpoint, HeadingRow, OrganisationRow, utc_now
from shuyin.records.services import IncomingRecord, ingest
from shuyin.search_api.browse import services
from shuyin.search_api.browse.lists import LISTS, Order
from shuyin.search_engine.query import Document
from tests.web.catalogue import Site, build

AUTHORS = ("丁一", "王小明", "王大同", "李白", "林海音", "Austen, Jane", "Orwell, George", "007工作室", "齊白石")


def _book(n: int, author: str, **more: object) -> Book:
    made = Book(
        title=f"第{n}本書",
        parts=TitleParts(main=f"第{n}本書"),
        contributors=(Contributor(author, "著"),),
        publisher=("山月出版社", "海風文化")[n % 2],
        published=f"{2000 + n}",
        series=(Series("山月叢書"),) if n % 2 else (),
        subjects=(Subject(("貓", "犬")[n % 2], "lcstt"),),
        classes=(ClassNumber(("857.49", "8", "850", "86")[n % 4], "ncsclt"),),
        language="chi",
        control_number=f"b{n}",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def _site(folder: Path) -> Site:
    """Nine authors with one book each, the first with two."""
    return build(folder, records=[_book(n, author) for n, author in enumerate([*AUTHORS, AUTHORS[0]])])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A catalogue that tests only read."""
    made = _site(tmp_path_factory.mktemp("browse"))
    yield made
    made.services.close()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Site]:
    """A catalogue of the test's own."""
    made = _site(tmp_path)
    yield made
    made.services.close()


def _catch_up(site: Site) -> None:
    indexer.catch_up(site.services.sessions, site.services.writes, site.services.search)


def _walk(client: TestClient, address: str) -> list[tuple[str, int, str | None]]:
    """All lines, page by page, as (value, count, see); each page back leads to the one before."""
    found: list[tuple[str, int, str | None]] = []
    before: list[str] | None = None
    while address:
        body = client.get(address).json()
        values = [item["value"] for item in body["items"]]
        if before is not None:
            back = client.get(body["links"]["previous"]).json()
            assert [item["value"] for item in back["items"]] == before
        found += [(item["value"], item["count"], item["see"]) for item in body["items"]]
        address, before = body["links"]["next"], values
    return found


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    with TestClient(site.app, base_url="http://catalogue.test", follow_redirects=False) as client:
        yield client


@pytest.fixture
def visitor(own: Site) -> Iterator[TestClient]:
    with TestClient(own.app, base_url="http://catalogue.test", follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("per_page", [1, 2, 3, 50])
def test_a_walk_meets_every_author_once_in_stroke_order(client: TestClient, per_page: int) -> None:
    found = _walk(client, f"/api/v1/browse/authors?per_page={per_page}")
    assert [value for value, _, _ in found] == [
        "丁一", "王大同", "王小明", "李白", "林海音", "齊白石", "007工作室", "Austen, Jane", "Orwell, George",
    ]  # fmt: skip
    assert {value: count for value, count, _ in found}["丁一"] == 2


def test_the_order_by_sound(client: TestClient) -> None:
    found = [value for value, _, _ in _walk(client, "/api/v1/browse/authors?order=zhuyin&per_page=2")]
    assert found[:6] == ["丁一", "李白", "林海音", "齊白石", "王大同", "王小明"]


def test_class_numbers_stand_by_level(client: TestClient) -> None:
    found = _walk(client, "/api/v1/browse/classes?per_page=2")
    assert [value for value, _, _ in found] == ["8", "85", "850", "857", "857.49", "86"]
    assert found[0][1] == 10
    first = client.get("/api/v1/browse/classes?from=857").json()["items"][0]
    assert first["value"] == "857"


@pytest.mark.parametrize(
    ("start", "order", "first"),
    [
        ("王", "stroke", "王大同"),
        ("王小", "stroke", "王小明"),
        ("o", "stroke", "Orwell, George"),
        ("7", "stroke", "007工作室"),
        ("林", "zhuyin", "林海音"),
        ("龜", "stroke", "007工作室"),
    ],
)
def test_a_list_begins_where_the_reader_says(client: TestClient, start: str, order: str, first: str) -> None:
    body = client.get("/api/v1/browse/authors", params={"from": start, "order": order}).json()
    assert body["items"][0]["value"] == first
    assert body["links"]["previous"]


def test_jumps_lead_to_the_number_of_strokes_and_to_the_letter(client: TestClient) -> None:
    page = client.get("/browse/authors").text
    followed = 0
    for label, first in (("7", "李白"), ("8", "林海音"), ("A", "Austen, Jane"), ("P", None), ("0–9", "007工作室")):
        address = page.split(f">{label}</a>")[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
        body = client.get(f"/api/v1{address}").json()
        assert (body["items"][0]["value"] if body["items"] else None) == first, label
        followed += 1
    assert followed == 5


def test_counts_are_those_of_the_search_that_a_line_leads_to(client: TestClient) -> None:
    tried = 0
    for listing in LISTS:
        for item in client.get(f"/api/v1/browse/{listing}").json()["items"]:
            assert client.get(item["books"]).json()["total"] == item["count"] > 0
            assert client.get(item["html"]).status_code == 200
            tried += 1
    assert tried == 9 + 2 + 6 + 2 + 1


def test_lists_follow_the_records(own: Site, visitor: TestClient) -> None:
    with own.services.writes.begin() as session:
        record = marc.serialise(marc.write(_book(99, "新作者")))
        ingest(session, [IncomingRecord(marc=record, source="tests")])
        gone = session.get_one(BookRow, own.ids["b3"])
        gone.deleted_at = utc_now()
        changes.append(session, "book", gone.id, deleted=True)
    _catch_up(own)
    values = [value for value, _, _ in _walk(visitor, "/api/v1/browse/authors")]
    assert "新作者" in values
    assert "李白" not in values
    assert visitor.get("/api/v1/browse/authors/李白").status_code == 404
    with own.services.sessions() as session:
        kept = select(func.count()).where(BrowseEntry.list == "authors", BrowseEntry.value == "李白")
        assert session.scalar(kept) == 1  # left over, not shown …
    indexer.rebuild(own.services.sessions, own.services.writes, own.services.search, "books")
    with own.services.sessions() as session:
        assert session.scalar(kept) == 0  # … until the index is filled anew
    assert [value for value, _, _ in _walk(visitor, "/api/v1/browse/authors")] == values


def test_what_is_not_to_be_seen_yet_is_in_no_list(own: Site, visitor: TestClient) -> None:
    with own.services.writes.begin() as session:
        row = session.get_one(BookRow, own.ids["b4"])
        row.public_from = utc_now() + timedelta(days=1)
        changes.append(session, "book", row.id)
    _catch_up(own)
    assert "林海音" not in [value for value, _, _ in _walk(visitor, "/api/v1/browse/authors")]
    assert visitor.get("/browse/authors/林海音").status_code == 404
    with own.services.writes.begin() as session:
        session.get_one(BookRow, own.ids["b4"]).public_from = utc_now() - timedelta(seconds=5)
        changes.append(session, "book", own.ids["b4"])
    _catch_up(own)
    assert "林海音" in [value for value, _, _ in _walk(visitor, "/api/v1/browse/authors")]


def test_see_references_of_headings_and_of_publishers_that_are_public(own: Site, visitor: TestClient) -> None:
    with own.services.writes.begin() as session:
        heading = HeadingRow(scheme="lcstt", label="貓", variants=["貓咪", "家貓"], relations={}, origin="tests")
        unused = HeadingRow(scheme="lcstt", label="獅", variants=["獅子"], relations={}, origin="tests")
        house = OrganisationRow(
            name="山月出版社",
            name_key="山月出版社",
            short_name="山月",
            is_publisher=True,
            consent_public=True,
            source="t",
        )
        shy = OrganisationRow(
            name="海風文化", name_key="海風文化", short_name="海風", is_publisher=True, consent_public=None, source="t"
        )
        session.add_all([heading, unused, house, shy])
        session.flush()
        changes.append_all(session, "heading", [heading.id, unused.id])
        changes.append_all(session, "organisation", [house.id, shy.id])
    _catch_up(own)
    subjects = _walk(visitor, "/api/v1/browse/subjects")
    assert ("貓咪", 5, "貓") in subjects and ("家貓", 5, "貓") in subjects
    assert "獅子" not in [value for value, _, _ in subjects]
    publishers = _walk(visitor, "/api/v1/browse/publishers")
    assert ("山月", 5, "山月出版社") in publishers
    assert "海風" not in [value for value, _, _ in publishers]
    answer = visitor.get("/browse/publishers/山月")
    assert answer.status_code == 302 and "%E5%87%BA%E7%89%88%E7%A4%BE" in answer.headers["location"]
    entry = visitor.get("/api/v1/browse/subjects/貓").json()
    assert entry["used_for"] == ["家貓", "貓咪"]
    assert entry["record"].endswith(f"/subjects/{heading.id}")
    assert "不用" in visitor.get("/browse/subjects/貓").text

    with own.services.writes.begin() as session:  # consent is withdrawn, a variant is dropped
        session.get_one(OrganisationRow, house.id).consent_public = False
        session.get_one(HeadingRow, heading.id).variants = ["貓咪"]
        changes.append(session, "organisation", house.id)
        changes.append(session, "heading", heading.id)
    _catch_up(own)
    assert "山月" not in [value for value, _, _ in _walk(visitor, "/api/v1/browse/publishers")]
    assert "家貓" not in [value for value, _, _ in _walk(visitor, "/api/v1/browse/subjects")]


def test_many_lines_out_of_use_are_passed_over(own: Site, visitor: TestClient) -> None:
    with own.services.writes.begin() as session:
        documents = [Document("x", {"author_facet": [f"王{n:05}" for n in range(4500)]}, {})]
        browsing.Noting().note(session, documents, filling=False)
    found = [value for value, _, _ in _walk_to_the_end(visitor)]
    assert found == [value for value, _, _ in _walk_to_the_end(visitor, per_page=2)]
    assert len(found) == len(AUTHORS)


def _walk_to_the_end(client: TestClient, per_page: int = 50) -> list[tuple[str, int, str | None]]:
    found, address, pages = [], f"/api/v1/browse/authors?per_page={per_page}", 0
    while address:
        body = client.get(address).json()
        found += [(item["value"], item["count"], item["see"]) for item in body["items"]]
        address, pages = body["links"]["next"], pages + 1
        assert pages < 30
    return found


def test_every_page_reads_a_page_of_lines_wherever_it_stands(own: Site) -> None:
    """What the database does is the same for every page: it enters an index at a place, and sorts nothing."""
    asked = services.Asked(LISTS["authors"])
    read: list[tuple[str, Any]] = []
    with own.services.sessions() as session:
        connection = session.connection()
        event.listen(connection, "before_cursor_execute", lambda c, k, sql, values, x, m: read.append((sql, values)))
        for order, backwards in product(Order, (False, True)):
            services._rows(session, replace(asked, order=order), (b"\x01", 5), 50, backwards=backwards)
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all() for sql, values in read[:4]]
    assert len(plans) == 4
    for plan in map(str, plans):
        assert "SEARCH browse_entries USING INDEX ix_browse_entries" in plan
        assert "TEMP B-TREE" not in plan
        assert "OFFSET" not in plan


@pytest.mark.parametrize("place", ["x", "!!!", "AAAA", "_" * 50, "A" * 400, "%00"])
def test_a_place_that_was_never_given_out_is_refused(client: TestClient, place: str) -> None:
    for address in ("/api/v1/browse/authors", "/browse/authors"):
        for name in ("after", "before"):
            assert client.get(address, params={name: place}).status_code in (200, 422)
    assert client.get("/api/v1/browse/authors?after=x").status_code == 422


def test_pages_of_lines_that_do_not_exist(client: TestClient) -> None:
    assert client.get("/browse/nonsense").status_code == 404
    assert client.get("/browse/authors/沒有這個人").status_code == 404
    assert "沒有這個人" in client.get("/browse/authors/沒有這個人").text
    assert client.get("/api/v1/browse/nonsense").status_code == 422
    assert client.get("/browse/classes?from=小說").headers["location"].startswith("/subjects?kind=class")


def test_an_index_of_a_version_without_lists_is_filled_anew_once(own: Site, visitor: TestClient) -> None:
    with own.services.writes.begin() as session:
        session.execute(BrowseEntry.__table__.delete())
        session.delete(session.get_one(Checkpoint, browsing.COMPLETE))
        session.execute(update(BookRow).values(version=BookRow.version))
    with own.services.writes.begin() as session:
        changes.append(session, "book", own.ids["b1"])
    _catch_up(own)
    assert len(_walk(visitor, "/api/v1/browse/authors")) == len(AUTHORS)


def test_keys_order_alike_on_every_database(engine: Engine) -> None:
    for _ in range(2):  # a second time changes nothing
        with database.write_sessions(engine).begin() as session:
            noting = browsing.Noting()
            noting.note(session, [Document("1", {"author_facet": list(AUTHORS)}, {})], filling=True)
            noting.finish(session)
    asked = services.Asked(LISTS["authors"])
    with database.read_sessions(engine)() as session:
        rows = services._rows(session, asked, (b"", 0), 50, backwards=False)
        assert len(rows) == len(AUTHORS)
        assert [row.value for row in rows][:3] == ["丁一", "王大同", "王小明"]
        back = services._rows(session, asked, (rows[3].stroke, rows[3].id), 50, backwards=True)
        assert [row.value for row in back] == ["王小明", "王大同", "丁一"]
