"""SRU 1.2 and 2.0 on a real index, asked by hand and by yaz-client and zoomsh."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pymarc
import pytest
from fastapi import FastAPI
from lxml import etree
from sqlalchemy import Engine

from shuyin.records import database
from shuyin.records.book import Book, TitleParts
from shuyin.records.book_json import to_json
from shuyin.records.models import BookRow
from shuyin.search_api.sru import provider, routes
from shuyin.search_api.sru.diagnostics import MESSAGES
from shuyin.search_engine.engines import connect
from shuyin.search_engine.port import SearchUnavailable
from shuyin.search_engine.query import Document
from tests.protocols.books import REPORT
from tests.protocols.conftest import application

NS = {
    "s": "http://www.loc.gov/zing/srw/",
    "d": "http://www.loc.gov/zing/srw/diagnostic/",
    "s2": "http://docs.oasis-open.org/ns/search-ws/sruResponse",
    "d2": "http://docs.oasis-open.org/ns/search-ws/diagnostic",
    "scan2": "http://docs.oasis-open.org/ns/search-ws/scan",
    "x": "http://www.loc.gov/zing/cql/xcql/",
    "m": "http://www.loc.gov/MARC21/slim",
    "mods": "http://www.loc.gov/mods/v3",
    "dc": "http://purl.org/dc/elements/1.1/",
    "z": "http://explain.z3950.org/dtd/2.0/",
}


def _marc(title: str) -> bytes:
    record = pymarc.Record(force_utf8=True, leader="00000nam a2200000 i 4500")
    record.add_field(
        pymarc.Field(tag="245", indicators=pymarc.Indicators("1", "0"), subfields=[pymarc.Subfield("a", title)])
    )
    return bytes(record.as_marc())


def _document(id: int, book: Book) -> Document:
    stored = to_json(book, id=id)
    fields = {
        "title": book.title,
        "author": [c.name for c in book.contributors],
        "author_facet": [c.name for c in book.contributors],
        "publisher": book.publisher,
        "publisher_facet": book.publisher,
        "subject": [s.label for s in book.subjects],
        "subject_facet": [s.label for s in book.subjects],
        "isbn": list(book.isbns),
        "language": book.language,
        "published": book.published,
        "class": ["0", "01", "011", "011.016"] if book.classes else [],
        "class_number": [c.number for c in book.classes],
        "title_sort": book.title,
        "format": book.format.value,
    }
    return Document(str(id), {k: v for k, v in fields.items() if v}, stored)


BOOKS = {
    1: REPORT,
    **{
        n: replace(REPORT, title=f"期刊史. 第{n}冊", bindings=(), published=str(2000 + n), classes=())
        for n in range(2, 26)
    },
    26: replace(
        REPORT,
        title="Libraries & <archives>",
        parts=TitleParts("Libraries & <archives>"),
        bindings=(),
        language="eng",
        subjects=(),
        published="1999",
    ),
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    engine = connect(f"tantivy:{tmp_path_factory.mktemp('index')}")
    engine.write("books", [_document(id, book) for id, book in BOOKS.items()])
    yield engine
    engine.close()


@pytest.fixture
def app(index: Any, sqlite_engine: Engine, settings: SimpleNamespace) -> FastAPI:
    with database.write_sessions(sqlite_engine).begin() as session:
        for id, book in BOOKS.items():
            if id != 25:  # number 25 has been deleted since it was indexed
                session.add(BookRow(id=id, marc=_marc(book.title), source="test", identity=str(id), digest=b""))
    return application(settings, sqlite_engine, index, routes.router)


Ask = Callable[..., etree._Element]


@pytest.fixture
def ask(app: FastAPI) -> Ask:
    catalogue = provider.Catalogue(app.state.settings.base_url, app.state.search, app.state.sessions)

    def asked(**parameters: str) -> etree._Element:
        pairs = [(name.replace("_", "-"), value) for name, value in parameters.items()]
        return etree.fromstring(provider.answer(catalogue, pairs))

    return asked


def texts(root: etree._Element, path: str) -> list[str]:
    found = root.xpath(path, namespaces=NS)
    assert isinstance(found, list)
    return [str(v if isinstance(v, str) else v.text) for v in found]  # type: ignore[union-attr]


def numbers(root: etree._Element) -> list[int]:
    found = texts(root, "//d:uri | //d2:uri")
    return [int(uri.rpartition("/")[2]) for uri in found]


def test_search_retrieve_1_2(ask: Ask) -> None:
    root = ask(version="1.2", operation="searchRetrieve", query="dc.title = 期刊 sortBy dc.date", maximumRecords="3")
    assert root.tag == f"{{{NS['s']}}}searchRetrieveResponse"
    assert [etree.QName(e).localname for e in root] == [
        "version", "numberOfRecords", "records", "nextRecordPosition", "echoedSearchRetrieveRequest",
    ]  # fmt: skip
    assert texts(root, "s:numberOfRecords") == ["25"] and texts(root, "s:nextRecordPosition") == ["4"]
    assert texts(root, "//s:record/s:recordSchema") == ["info:srw/schema/1/marcxml-v1.1"] * 3
    assert texts(root, "//s:recordPosition") == ["1", "2", "3"] and texts(root, "//s:recordPacking") == ["xml"] * 3
    assert texts(root, "//m:subfield")[0] == "期刊史. 第2冊"
    assert texts(root, "//s:xQuery//x:index/text()") == ["dc.title", "dc.date"]


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("dc.title = libr*", 1),
        ("dc.title = libra?ies", 1),
        ("librax*", 0),
        ('dc.title any "libr* archiv*"', 1),
        ("rec.identifier = 26", 1),
        ('rec.identifier any "2 oai:catalogue.example:books/3 99"', 2),
    ],
)
def test_masked_words_and_record_numbers(ask: Ask, query: str, total: int) -> None:
    root = ask(version="1.2", operation="searchRetrieve", query=query)
    assert numbers(root) == [] and texts(root, "s:numberOfRecords") == [str(total)]


def test_search_retrieve_2_0(ask: Ask) -> None:
    root = ask(query="期刊", startRecord="25", maximumRecords="1", recordSchema="dc", recordXMLEscaping="string")
    assert root.tag == f"{{{NS['s2']}}}searchRetrieveResponse" and texts(root, "s2:version") == ["2.0"]
    assert texts(root, "s2:resultCountPrecision") == ["info:srw/vocabulary/resultCountPrecision/1/exact"]
    assert texts(root, "//s2:record/s2:recordXMLEscaping") == ["string"] and not texts(root, "s2:nextRecordPosition")
    record = etree.fromstring(texts(root, "//s2:recordData")[0])
    assert texts(record, "dc:publisher") == ["國家圖書館"]


@pytest.mark.parametrize(
    ("schema", "path"), [("dc", "//dc:title"), ("mods", "//mods:title"), ("marcxml", "//m:subfield")]
)
def test_every_schema_by_name_and_identifier(ask: Ask, schema: str, path: str) -> None:
    identifier = {"dc": "info:srw/schema/1/dc-v1.1", "mods": "info:srw/schema/1/mods-v3.7"}.get(
        schema, "info:srw/schema/1/marcxml-v1.1"
    )
    for name in (schema, identifier):
        root = ask(version="1.2", operation="searchRetrieve", query="archives", recordSchema=name)
        assert "Libraries & <archives>" in texts(root, path)


def test_indexes_and_relations_find_what_they_should(ask: Ask) -> None:
    asked = {
        "dc.identifier = 957-678-771-8": 1, "isbn = 978-957-678-771-3": 1, "class = 01": 2, "class == 011.016": 2,
        'dc.date within "2002 2005"': 4, "dc.date < 2002": 1, "dc.language = eng": 1, "language <> eng": 25,
        "title = 期刊 not dc.date > 2005": 4, 'dc.title == "期刊史. 第2冊"': 1, "cql.allRecords = 1": 26,
        'title any "libraries archives"': 1, "title adj 學術能量": 1, "bath.name = 王小明": 26, "期刊 and 風貌": 1,
        'title any "期 風"': 25, "title = 期 or title = 風": 25, 'title all "史 第"': 24,
        "title = 史 and title = 第": 24,
        '>d="info:srw/context-set/1/dc-v1.1" d.title = libraries': 1, "title = ^期刊史": 24, "title = 期刊*": 25,
    }  # fmt: skip
    found = {query: int(texts(ask(query=query), "s2:numberOfRecords")[0]) for query in asked}
    assert found == asked


@pytest.mark.parametrize(
    ("parameters", "number"),
    [
        ({"version": "9", "operation": "explain"}, 5),
        ({"version": "1.2", "operation": "teleport"}, 4),
        ({"version": "1.2", "operation": "searchRetrieve"}, 7),
        ({"query": "a", "startRecord": "0"}, 6),
        ({"query": "a", "maximumRecords": "many"}, 6),
        ({"query": "a", "nonsense": "1"}, 8),
        ({"query": "a and"}, 10),
        ({"query": "a", "queryType": "xpath"}, 11),
        ({"query": "(a"}, 13),
        ({"query": "nowhere.title = a"}, 15),
        ({"query": "dc.nothing = a"}, 16),
        ({"query": "期刊", "startRecord": "27"}, 61),
        ({"query": "期刊", "startRecord": "20000"}, 61),
        ({"query": "a", "recordSchema": "onix"}, 66),
        ({"version": "1.2", "operation": "searchRetrieve", "query": "a", "recordPacking": "zip"}, 71),
        ({"query": "a", "recordXPath": "/x"}, 72),
        ({"query": "a", "sortKeys": "title"}, 80),
        ({"query": "a", "stylesheet": "x.xsl"}, 110),
        ({"scanClause": "dc.description = a"}, 16),
        ({"scanClause": "a and b"}, 10),
        ({"scanClause": "dc.subject = a", "responsePosition": "50"}, 120),
        ({"scanClause": "dc.subject = a", "maximumTerms": "5000"}, 121),
    ],
)
def test_what_cannot_be_answered_is_a_diagnostic(ask: Ask, parameters: dict[str, str], number: int) -> None:
    root = ask(**parameters)
    assert numbers(root) == [number]
    assert texts(root, "//d:message | //d2:message") == [MESSAGES[number]]


def test_the_request_is_echoed_beside_a_diagnostic(ask: Ask) -> None:
    root = ask(version="1.2", operation="searchRetrieve", query="dc.nothing = 期刊", recordSchema="dc", x_own="1")
    assert numbers(root) == [16]
    assert texts(root, "//s:echoedSearchRetrieveRequest/s:query") == ["dc.nothing = 期刊"]
    assert texts(root, "//s:xQuery/x:searchClause/x:term") == ["期刊"]
    assert [etree.QName(e).localname for e in root][-2:] == ["echoedSearchRetrieveRequest", "diagnostics"]
    refused = ask(version="1.2", operation="searchRetrieve", query="a and \x01")
    assert texts(refused, "//s:xQuery//x:term") == ["a", "�"]
    assert not texts(ask(version="1.2", operation="searchRetrieve", query="(a"), "//s:xQuery")


def test_a_record_deleted_since_is_a_surrogate_diagnostic(ask: Ask) -> None:
    root = ask(version="1.2", operation="searchRetrieve", query="dc.date = 2025 not isbn = 9789576787713")
    assert texts(root, "//s:record/s:recordSchema") == ["info:srw/schema/1/diagnostics-v1.1"] and numbers(root) == [64]


def test_explain(ask: Ask) -> None:
    root = ask()
    assert root.tag == f"{{{NS['s']}}}explainResponse"
    assert texts(root, "//z:serverInfo/@version") == ["1.2"] and texts(root, "//z:database") == ["sru"]
    assert {"cql", "dc", "bath", "rec"} <= set(texts(root, "//z:set/@name"))
    assert texts(root, "//z:schema/@name") == ["marcxml", "dc", "mods"]
    assert len(texts(root, "//z:index")) > 30
    assert ask(version="2.0", operation="explain").tag == f"{{{NS['s2']}}}explainResponse"


def test_scan(ask: Ask) -> None:
    root = ask(version="1.2", operation="scan", scanClause="dc.date = 2003")
    assert root.tag == f"{{{NS['s']}}}scanResponse"
    root = ask(version="1.2", operation="scan", scanClause='dc.subject = "國"', maximumTerms="1")
    assert (texts(root, "//s:value"), texts(root, "//s:term/s:numberOfRecords")) == (["國家圖書館"], ["25"])
    assert texts(root, "//s:echoedScanRequest/s:xScanClause/x:searchClause/x:term") == ["國"]
    before = ask(scanClause='dc.subject = "期刊文獻--臺灣"', responsePosition="2")
    assert texts(before, "//scan2:value") == ["國家圖書館", "期刊文獻--臺灣"]


def test_a_search_engine_that_is_down_is_diagnostic_2(app: FastAPI) -> None:
    class Down:
        def search(self, *_: Any) -> None:
            raise SearchUnavailable

    catalogue = provider.Catalogue("https://x.example", Down(), app.state.sessions)  # type: ignore[arg-type]
    assert numbers(etree.fromstring(provider.answer(catalogue, [("query", "a")]))) == [2]


def _run(program: str, commands: str, folder: Path) -> str:
    found = shutil.which(program)
    if not found:
        pytest.skip(f"{program} is not installed (apt-get install yaz)")
    done = subprocess.run([found], input=commands, capture_output=True, text=True, timeout=60, cwd=folder, check=False)
    return done.stdout + done.stderr


def test_yaz_client_and_zoomsh(
    app: FastAPI, serve: Callable[[FastAPI], AbstractContextManager[str]], tmp_path: Path
) -> None:
    with serve(app) as address:
        url = f"{address}/sru"
        told = _run(
            "yaz-client", f"sru get 1.2\nopen {url}\nquerytype cql\nfind dc.title=期刊\nshow 1+2\nquit\n", tmp_path
        )
        assert "Number of hits: 25" in told and "期刊" in told
        options = "set sru get\nset preferredRecordSyntax xml\nset schema dc\n"
        commands = f"{options}connect {url}\nsearch cql:libraries\nshow 0 1\n"
        told = _run("zoomsh", commands, tmp_path)
        assert "1 hits" in told and "Libraries &amp; &lt;archives&gt;" in told
