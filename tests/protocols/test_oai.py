"""OAI-PMH 2.0: every verb and error, sets, deletions, resumption while records change; harvested by two clients."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from lxml import etree
from sickle import Sickle
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.records import changes, database, marc
from shuyin.records.book import Book, TitleParts
from shuyin.records.models import BookRow, utc_now
from shuyin.search_api.models import OaiEntry
from shuyin.search_api.oai import ledger, provider, routes
from tests.protocols.books import REPORT
from tests.protocols.conftest import application

OAI = "{http://www.openarchives.org/OAI/2.0/}"
SCHEMAS = Path(__file__).parent / "schemas"


def put(session: Session, id: int, book: Book, **columns: object) -> None:
    """Write a record as a writer of the system of record would, with its entry in the change log."""
    changes.lock(session)
    row = session.get(BookRow, id) or BookRow(id=id, source="test", identity=str(id), digest=b"")
    row.marc = marc.serialise(marc.write(book))
    for name, value in columns.items():
        setattr(row, name, value)
    session.add(row)
    changes.append(session, "book", id, deleted=row.deleted_at is not None)


def books(count: int) -> dict[int, Book]:
    return {
        n: replace(REPORT, title=f"書 {n}", parts=TitleParts(f"書 {n}"), control_number=str(n))
        for n in range(1, count + 1)
    }


@pytest.fixture
def writes(sqlite_engine: Engine) -> sessionmaker[Session]:
    return database.write_sessions(sqlite_engine)


@pytest.fixture
def repository(sqlite_engine: Engine, writes: sessionmaker[Session]) -> provider.Repository:
    sessions = database.read_sessions(sqlite_engine)
    return provider.Repository("https://catalogue.example", "catalogue@shuyin.example", sessions, writes)


@pytest.fixture(scope="module")
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMAS / "answer.xsd"))


Ask = Callable[..., etree._Element]


@pytest.fixture
def ask(repository: provider.Repository, schema: etree.XMLSchema) -> Ask:
    """Asks; every answer of every test must hold to the schema."""

    def asked(**parameters: str) -> etree._Element:
        pairs = [(name.rstrip("_"), value) for name, value in parameters.items()]
        root = etree.fromstring(provider.answer(repository, pairs))
        schema.assertValid(root)
        return root

    return asked


def errors(root: etree._Element) -> list[str]:
    return [e.get("code", "") for e in root.iter(f"{OAI}error")]


def identifiers(root: etree._Element) -> list[int]:
    return [int((e.text or "").rpartition("/")[2]) for e in root.iter(f"{OAI}identifier")]


def token(root: etree._Element) -> str | None:
    return root.findtext(f".//{OAI}resumptionToken")


def harvest(ask: Ask, between: Callable[[int], None] = lambda _: None, **arguments: str) -> list[int]:
    """All record numbers of a list, page by page."""
    root = ask(verb="ListIdentifiers", **arguments)
    found, page = identifiers(root), 1
    while following := token(root):
        between(page)
        root = ask(verb="ListIdentifiers", resumptionToken=following)
        found += identifiers(root)
        page += 1
    return found


def test_identify_and_formats(ask: Ask, writes: sessionmaker[Session]) -> None:
    with writes.begin() as session:
        put(session, 1, REPORT)
    identify = ask(verb="Identify").find(f"{OAI}Identify")
    assert identify is not None
    assert identify.findtext(f"{OAI}baseURL") == "https://catalogue.example/oai"
    assert identify.findtext(f"{OAI}deletedRecord") == "persistent"
    prefixes = [e.text for e in ask(verb="ListMetadataFormats").iter(f"{OAI}metadataPrefix")]
    assert prefixes == ["oai_dc", "marc21", "mods"]
    one = ask(verb="ListMetadataFormats", identifier="oai:catalogue.example:books/1")
    assert [e.text for e in one.iter(f"{OAI}metadataPrefix")] == prefixes


@pytest.mark.parametrize("prefix", ["oai_dc", "marc21", "mods"])
def test_get_record_in_every_format(ask: Ask, writes: sessionmaker[Session], prefix: str) -> None:
    with writes.begin() as session:
        put(session, 1, REPORT, announced_on=date(2025, 4, 9))
    root = ask(verb="GetRecord", identifier="oai:catalogue.example:books/1", metadataPrefix=prefix)
    assert "臺灣期刊資源學術能量風貌報告" in "".join(root.itertext())
    specs = [e.text for e in root.iter(f"{OAI}setSpec")]
    assert specs == ["class:0", "collection:books", "daily:2025-04-09", "kind:print", "language:chi"]


#: Error code and request; HERE stands for the beginning of this repository's identifiers.
BAD = [
    ("badVerb", ""),
    ("badVerb", "verb=Everything"),
    ("badVerb", "verb="),
    ("badArgument", "verb=Identify&set=class"),
    ("badArgument", "verb=GetRecord&identifier=HERE1"),
    ("badArgument", "verb=ListRecords"),
    ("badArgument", "verb=ListRecords&resumptionToken=x&metadataPrefix=oai_dc"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&from=2025-13-01"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&from=yesterday"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&from=2025-01-01T00:00:00"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&from=2025-01-02&until=2025-01-01"),
    ("badArgument", "verb=ListRecords&metadataPrefix=oai_dc&from=2025-01-01&until=2025-01-02T00:00:00Z"),
    ("cannotDisseminateFormat", "verb=ListRecords&metadataPrefix=onix"),
    ("cannotDisseminateFormat", "verb=GetRecord&identifier=HERE1&metadataPrefix=x"),
    ("idDoesNotExist", "verb=GetRecord&identifier=HERE9&metadataPrefix=oai_dc"),
    ("idDoesNotExist", "verb=GetRecord&identifier=\x01&metadataPrefix=oai_dc"),
    ("idDoesNotExist", "verb=ListMetadataFormats&identifier=oai:elsewhere.example:books/1"),
    ("noMetadataFormats", "verb=ListMetadataFormats&identifier=HERE2"),
    ("noRecordsMatch", "verb=ListRecords&metadataPrefix=oai_dc&set=class:9"),
    ("noRecordsMatch", "verb=ListRecords&metadataPrefix=oai_dc&set=daily:2025-99-99"),
    ("noRecordsMatch", "verb=ListRecords&metadataPrefix=oai_dc&set=nothing"),
    ("noRecordsMatch", "verb=ListRecords&metadataPrefix=oai_dc&until=1999-01-01"),
    ("noRecordsMatch", "verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31&until=9999-12-31"),
    ("badResumptionToken", "verb=ListRecords&resumptionToken=nonsense"),
    ("badResumptionToken", "verb=ListRecords&resumptionToken="),
    ("badResumptionToken", "verb=ListSets&resumptionToken=W10"),
]


@pytest.mark.parametrize(("code", "request_text"), BAD)
def test_every_error(ask: Ask, writes: sessionmaker[Session], code: str, request_text: str) -> None:
    pairs = request_text.replace("HERE", "oai:catalogue.example:books/").split("&")
    arguments = {name: value for name, _, value in (pair.partition("=") for pair in pairs) if name}
    with writes.begin() as session:
        put(session, 1, REPORT)
        put(session, 2, REPORT)
    ledger.catch_up(writes)
    with writes.begin() as session:
        put(session, 2, REPORT, deleted_at=utc_now())
    root = ask(**arguments)
    assert errors(root) == [code]
    request = root.find(f"{OAI}request")
    assert request is not None and (code in ("badVerb", "badArgument")) == (not request.attrib)


def test_repeated_arguments_and_an_empty_repository(repository: provider.Repository, ask: Ask) -> None:
    twice = [("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("metadataPrefix", "oai_dc")]
    assert errors(etree.fromstring(provider.answer(repository, twice))) == ["badArgument"]
    assert errors(etree.fromstring(provider.answer(repository, [("verb", "Identify")] * 2))) == ["badVerb"]
    assert errors(ask(verb="ListSets")) == ["noSetHierarchy"]
    assert errors(ask(verb="ListRecords", metadataPrefix="oai_dc")) == ["noRecordsMatch"]
    assert not errors(ask(verb="Identify"))


def test_tokens_of_others_are_refused(ask: Ask, writes: sessionmaker[Session]) -> None:
    with writes.begin() as session:
        for id, book in books(provider.PAGE + 1).items():
            put(session, id, book)
    good = token(ask(verb="ListRecords", metadataPrefix="oai_dc"))
    assert good
    assert errors(ask(verb="ListIdentifiers", resumptionToken=good)) == ["badResumptionToken"]
    values = json.loads(base64.urlsafe_b64decode(good + "=="))
    spoilt = [
        [*values[:5], "not a date", *values[6:]],
        [*values[:5], "2025-01-01", *values[6:]],
        [*values[:6], "1", *values[7:]],
        [*values[:6], -1, *values[7:]],
        [*values[:2], 7, *values[3:]],
        [*values[:3], "tomorrow", *values[4:]],
        [*values[:-1], True],
        [*values, 1],
        {"verb": "ListRecords"},
        None,
    ]
    for wrong in spoilt:
        text = base64.urlsafe_b64encode(json.dumps(wrong).encode()).decode()
        assert errors(ask(verb="ListRecords", resumptionToken=text)) == ["badResumptionToken"], wrong
    assert len(spoilt) == 10


def test_sets(ask: Ask, writes: sessionmaker[Session]) -> None:
    with writes.begin() as session:
        put(session, 1, REPORT, announced_on=date(2025, 4, 9))
        put(session, 2, replace(REPORT, classes=(), language="eng", languages=("eng",)), collection="cbeta")
    names = {s.findtext(f"{OAI}setSpec"): s.findtext(f"{OAI}setName") for s in ask(verb="ListSets").iter(f"{OAI}set")}
    assert names["class:0"] == "中文圖書分類法大類：0 總類" and names["kind:print"] == "出版形式：紙本書"
    members = {spec: harvest(ask, metadataPrefix="oai_dc", set=str(spec)) for spec in names}
    assert members == {
        "class": [1], "class:0": [1], "collection": [1, 2], "collection:books": [1], "collection:cbeta": [2],
        "daily": [1], "daily:2025-04-09": [1], "kind": [1, 2], "kind:print": [1, 2],
        "language": [1, 2], "language:chi": [1], "language:eng": [2],
    }  # fmt: skip


def test_deleted_records_stay_as_headers(ask: Ask, writes: sessionmaker[Session]) -> None:
    with writes.begin() as session:
        for id in (1, 2, 3, 4):
            put(session, id, REPORT, public=id != 4)
    assert harvest(ask, metadataPrefix="oai_dc") == [1, 2, 3]  # 4 was never public and is nobody's business
    with writes.begin() as session:
        put(session, 1, REPORT, deleted_at=utc_now())
        put(session, 2, REPORT, public=False)
        put(session, 4, REPORT, deleted_at=utc_now())
        session.delete(session.get_one(BookRow, 3))
        changes.append(session, "book", 3, deleted=True)
    root = ask(verb="ListRecords", metadataPrefix="marc21")
    assert [(h.get("status"), int((h[0].text or "").rpartition("/")[2])) for h in root.iter(f"{OAI}header")] == [
        ("deleted", 1), ("deleted", 2), ("deleted", 3),
    ]  # fmt: skip
    assert not list(root.iter(f"{OAI}metadata"))
    with writes.begin() as session:
        put(session, 1, REPORT, deleted_at=None)
    root = ask(verb="GetRecord", identifier="oai:catalogue.example:books/1", metadataPrefix="oai_dc")
    assert len(list(root.iter(f"{OAI}metadata"))) == 1


def test_a_record_not_yet_released_is_not_shown_and_carries_its_release_as_datestamp(
    ask: Ask, writes: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    release = utc_now().replace(microsecond=0) + timedelta(days=2)
    with writes.begin() as session:
        put(session, 1, REPORT, public_from=release)
    arguments = {"identifier": "oai:catalogue.example:books/1", "metadataPrefix": "oai_dc"}
    assert errors(ask(verb="ListRecords", metadataPrefix="oai_dc")) == ["noRecordsMatch"]
    assert errors(ask(verb="GetRecord", **arguments)) == ["idDoesNotExist"]
    monkeypatch.setattr(provider, "utc_now", lambda: release)
    root = ask(verb="GetRecord", **arguments)
    assert root.findtext(f".//{OAI}datestamp") == release.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_from_and_until_by_day_and_second(ask: Ask, writes: sessionmaker[Session]) -> None:
    stamps = ["2025-04-08T23:59:59.9", "2025-04-09T00:00:00.0", "2025-04-09T12:00:00.5", "2025-04-10T00:00:00.0"]
    with writes.begin() as session:
        for id in range(1, len(stamps) + 1):
            put(session, id, REPORT)
    ledger.catch_up(writes)
    with writes.begin() as session:
        for entry, text in zip(session.scalars(select(OaiEntry).order_by(OaiEntry.record_id)), stamps, strict=True):
            entry.stamp = datetime.fromisoformat(text).replace(tzinfo=UTC)
    asked: list[tuple[dict[str, str], list[int]]] = [
        ({}, [1, 2, 3, 4]),
        ({"from_": "2025-04-09"}, [2, 3, 4]),
        ({"until": "2025-04-09"}, [1, 2, 3]),
        ({"from_": "2025-04-09", "until": "2025-04-09"}, [2, 3]),
        ({"from_": "2025-04-09T12:00:00Z", "until": "2025-04-09T12:00:00Z"}, [3]),
        ({"until": "2025-04-08T23:59:59Z"}, [1]),
    ]
    assert [harvest(ask, metadataPrefix="oai_dc", **limits) for limits, _ in asked] == [found for _, found in asked]


def test_a_harvest_is_whole_while_records_change(ask: Ask, writes: sessionmaker[Session]) -> None:
    many = books(provider.PAGE * 3 + 7)
    with writes.begin() as session:
        for id, book in many.items():
            put(session, id, book)
    first = ask(verb="ListIdentifiers", metadataPrefix="oai_dc").find(f".//{OAI}resumptionToken")
    assert first is not None and (first.get("completeListSize"), first.get("cursor")) == (str(len(many)), "0")

    def change(page: int) -> None:
        with writes.begin() as session:
            put(session, page, replace(REPORT, title="changed"))  # one that was seen already
            put(session, len(many) - page, replace(REPORT, title="changed"))  # and one that was not
            put(session, 300 - page, REPORT, deleted_at=utc_now())
            put(session, 1000 + page, REPORT)  # and a new one

    found = harvest(ask, change, metadataPrefix="oai_dc")
    assert set(many) <= set(found) and {1001, 1002, 1003} <= set(found)


def test_every_page_enters_the_index_at_its_place(
    ask: Ask, writes: sessionmaker[Session], sqlite_engine: Engine
) -> None:
    with writes.begin() as session:
        for id, book in books(provider.PAGE * 2 + 1).items():
            put(session, id, book)
    plans: list[str] = []

    def explain(connection: object, cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("SELECT") and "ORDER BY oai_entries.stamp" in statement:
            with sqlite_engine.connect() as other:
                plans.extend(str(row) for row in other.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters))  # type: ignore[arg-type]

    event.listen(sqlite_engine, "before_cursor_execute", explain)
    harvest(ask, metadataPrefix="oai_dc")
    harvest(ask, metadataPrefix="oai_dc", set="class:0")
    event.remove(sqlite_engine, "before_cursor_execute", explain)
    assert len(plans) == 6 and all("SEARCH" in plan and "USING INDEX" in plan for plan in plans)
    assert sum("main_class=?" in plan for plan in plans) == 3 and not any("TEMP B-TREE" in plan for plan in plans)


@pytest.mark.parametrize("prefix", ["oai_dc", "marc21", "mods"])
def test_a_page_asks_the_database_as_often_for_many_records_as_for_few(
    ask: Ask, writes: sessionmaker[Session], sqlite_engine: Engine, prefix: str
) -> None:
    asked: list[str] = []
    event.listen(sqlite_engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for number in (2, 30):
        with writes.begin() as session:
            for id, book in books(number).items():
                put(session, id, book)
        ask(verb="ListRecords", metadataPrefix=prefix)  # enters what is new in the ledger
        asked.clear()
        assert len(identifiers(ask(verb="ListRecords", metadataPrefix=prefix))) == number
        counts.append(len(asked))
    assert counts[0] == counts[1] > 0


def test_the_ledger_is_the_same_on_both_databases(engine: Engine) -> None:
    writes = database.write_sessions(engine)
    with writes.begin() as session:
        for id, book in books(5).items():
            put(session, id, book)
    assert ledger.catch_up(writes, limit=2) == 2
    with writes() as session:
        assert ledger.lag(session) == 3
    assert ledger.catch_up(writes) == 3 and ledger.catch_up(writes) == 0
    with writes.begin() as session:
        put(session, 3, REPORT)
    ledger.catch_up(writes)
    sessions = database.read_sessions(engine)
    repository = provider.Repository("http://127.0.0.1:8000", "a@b.example", sessions, writes)
    pairs = [("verb", "ListIdentifiers"), ("metadataPrefix", "oai_dc"), ("set", "language:chi")]
    root = etree.fromstring(provider.answer(repository, pairs))
    assert identifiers(root) == [1, 2, 4, 5, 3]
    assert (root.findtext(f".//{OAI}identifier") or "").startswith("oai:shuyin.invalid:")


def _harvested_by_hand(address: str) -> list[str]:
    """The second client: urllib and a pull parser, nothing of this project and nothing of sickle."""
    import urllib.parse
    import urllib.request
    from xml.etree import ElementTree

    found: list[str] = []
    arguments = {"verb": "ListRecords", "metadataPrefix": "marc21"}
    while arguments:
        form = urllib.parse.urlencode(arguments).encode()
        following = None
        with urllib.request.urlopen(address, data=form, timeout=30) as answer:  # a POST
            for _, element in ElementTree.iterparse(answer):
                if element.tag == f"{OAI}identifier":
                    found.append(element.text or "")
                elif element.tag == f"{OAI}resumptionToken":
                    following = element.text
        arguments = {"verb": "ListRecords", "resumptionToken": following} if following else {}
    return found


def test_sickle_and_another_client_harvest_everything(
    sqlite_engine: Engine,
    writes: sessionmaker[Session],
    settings: SimpleNamespace,
    serve: Callable[[FastAPI], AbstractContextManager[str]],
) -> None:
    many = books(provider.PAGE * 2 + 50)
    with writes.begin() as session:
        for id, book in many.items():
            put(session, id, book)
        put(session, 500, REPORT)
    ledger.catch_up(writes)
    with writes.begin() as session:
        put(session, 500, REPORT, deleted_at=utc_now())
    with serve(application(settings, sqlite_engine, None, routes.router)) as address:
        sickle = Sickle(f"{address}/oai")
        records = list(sickle.ListRecords(metadataPrefix="oai_dc"))
        assert len(records) == len(many) + 1
        assert [r.header.deleted for r in records] == [False] * len(many) + [True]
        assert {r.metadata["title"][0] for r in records if not r.header.deleted} == {b.title for b in many.values()}
        assert len(list(sickle.ListRecords(metadataPrefix="oai_dc", ignore_deleted=True))) == len(many)
        assert sickle.Identify().granularity == "YYYY-MM-DDThh:mm:ssZ" and len(list(sickle.ListSets())) > 4
        by_hand = _harvested_by_hand(f"{address}/oai")
    assert by_hand == [r.header.identifier for r in records]
