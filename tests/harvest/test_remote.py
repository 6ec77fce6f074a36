"""Harvesting over the network: whole, incremental, resumed; nothing from inside, nothing without end."""

from __future__ import annotations

import gzip
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI, Request
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker
from starlette.responses import RedirectResponse, Response

from shuyin.harvest.models import HarvestedRecord, HarvestSource
from shuyin.harvest.remote import fetching, files, oai, sources
from shuyin.harvest.remote.fetching import Fetcher, FetchFailed
from shuyin.records import database
from shuyin.records.models import BookRow, ImportBatch, RejectedRecord, utc_now
from shuyin.search_api.oai import provider, routes
from tests.protocols.books import REPORT
from tests.protocols.conftest import _served, application
from tests.protocols.test_oai import books, put

Serve = Callable[[FastAPI], AbstractContextManager[str]]
COUNT = provider.PAGE * 2 + 30


@pytest.fixture
def here(sqlite_engine: Engine) -> sessionmaker[Session]:
    """The catalogue that harvests."""
    return database.write_sessions(sqlite_engine)


@pytest.fixture
def there(sqlite_template: Path, tmp_path: Path) -> Iterator[Engine]:
    """The catalogue that is harvested."""
    path = tmp_path / "there.db"
    path.write_bytes(sqlite_template.read_bytes())
    engine = database.connect(f"sqlite:///{path}")
    with database.write_sessions(engine).begin() as session:
        for id, book in books(COUNT).items():
            put(session, id, replace(book, bindings=()))
    yield engine
    engine.dispose()


class Gate:
    """Stands before the repository: counts requests, fails when told to."""

    def __init__(self, app: FastAPI) -> None:
        self.asked: list[str] = []
        self.fail_after: int | None = None
        self.refuse_tokens = False

        @app.middleware("http")
        async def gate(request: Request, call_next: Any) -> Response:
            self.asked.append(str(request.url.query))
            if self.fail_after is not None and len(self.asked) > self.fail_after:
                return Response("down", status_code=500)
            if self.refuse_tokens and "resumptionToken" in request.url.query:
                self.refuse_tokens = False
                body = (
                    '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="badResumptionToken"/></OAI-PMH>'
                )
                return Response(body, media_type="text/xml")
            return await call_next(request)


@pytest.fixture
def repository(there: Engine) -> Iterator[tuple[str, Gate]]:
    app = application(
        SimpleNamespace(base_url="http://there.example", contact_email="a@b.example"), there, None, routes.router
    )
    gate = Gate(app)
    with _served(app) as address:
        yield f"{address}/oai", gate


def fetcher(**values: Any) -> Fetcher:
    return Fetcher(private_hosts=frozenset({"127.0.0.1"}), pause=0.0, sleep=lambda _: None, **values)


def add(here: sessionmaker[Session], url: str, kind: str = "oai", **settings: Any) -> None:
    with here.begin() as session:
        sources.add(session, "there", kind, url, settings)


def total(here: sessionmaker[Session]) -> int:
    with here() as session:
        return session.scalar(select(func.count()).select_from(BookRow).where(BookRow.deleted_at.is_(None))) or 0


@pytest.mark.parametrize("prefix", ["marc21", "oai_dc"])
def test_a_whole_repository_and_then_only_what_changed(
    here: sessionmaker[Session], there: Engine, repository: tuple[str, Gate], tmp_path: Path, prefix: str
) -> None:
    url, gate = repository
    add(here, url, prefix=prefix)
    assert sources.run(here, "there", fetcher(), tmp_path) == {"new": COUNT}
    assert sources.run(here, "there", fetcher(), tmp_path) == {"unchanged": COUNT}  # the overlap of a day
    assert "from=" in gate.asked[-3] and "from=" not in gate.asked[0]
    with database.write_sessions(there).begin() as session:
        put(session, 1, REPORT, deleted_at=utc_now())
        put(session, 2, replace(REPORT, title="改了", parts=replace(REPORT.parts, main="改了"), control_number="2"))
        put(session, 9000, replace(REPORT, control_number="9000", bindings=()))
    counts = sources.run(here, "there", fetcher(), tmp_path)
    assert (counts["new"], counts["updated"], counts["deleted"]) == (1, 1, 1) and total(here) == COUNT
    with database.write_sessions(there).begin() as session:
        put(session, 1, replace(books(1)[1], bindings=()), deleted_at=None)
    sources.run(here, "there", fetcher(), tmp_path)
    assert total(here) == COUNT + 1  # it was deleted there and has come back
    with here() as session:
        assert session.scalar(select(func.count()).select_from(HarvestedRecord)) == COUNT + 1
        batches = list(session.scalars(select(ImportBatch)))
        assert all(batch.finished_at for batch in batches) and batches[0].counts == {"new": COUNT}


def test_a_run_that_stops_goes_on_from_its_place(
    here: sessionmaker[Session], repository: tuple[str, Gate], tmp_path: Path
) -> None:
    url, gate = repository
    add(here, url)
    gate.fail_after = 1
    with pytest.raises(sources.RunFailed, match="500"):
        sources.run(here, "there", fetcher(), tmp_path)
    assert total(here) == provider.PAGE and len(gate.asked) == 1 + fetching.ATTEMPTS
    with here() as session:
        source = session.scalars(select(HarvestSource)).one()
        assert source.failures == 1 and source.state["token"] and "failed" in (source.last_outcome or "")
    gate.fail_after, gate.asked = None, []
    assert sources.run(here, "there", fetcher(), tmp_path) == {"new": COUNT - provider.PAGE}
    assert "resumptionToken" in gate.asked[0] and total(here) == COUNT
    with here() as session:
        source = session.scalars(select(HarvestSource)).one()
        assert source.failures == 0 and set(source.state) == {"complete_from"}


def test_a_refused_token_begins_the_list_anew(
    here: sessionmaker[Session], repository: tuple[str, Gate], tmp_path: Path
) -> None:
    url, gate = repository
    add(here, url)
    gate.fail_after = 1
    with pytest.raises(sources.RunFailed):
        sources.run(here, "there", fetcher(), tmp_path)
    gate.fail_after, gate.refuse_tokens = None, True
    counts = sources.run(here, "there", fetcher(), tmp_path)
    assert counts == {"new": COUNT - provider.PAGE, "unchanged": provider.PAGE} and total(here) == COUNT


def _answering(*answers: Response | Callable[[Request], Response]) -> FastAPI:
    app = FastAPI()
    left = list(answers)

    @app.get("/{path:path}")
    def answer(request: Request) -> Response:
        found = left.pop(0) if len(left) > 1 else left[0]
        return found if isinstance(found, Response) else found(request)

    return app


def _record(identifier: str, metadata: str) -> str:
    header = f"<header><identifier>{identifier}</identifier><datestamp>2026-01-01</datestamp></header>"
    return f"<record>{header}<metadata>{metadata}</metadata></record>"


def _list(*records: str, token: str = "") -> str:
    return (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-02T00:00:00Z</responseDate>'
        f"<ListRecords>{''.join(records)}<resumptionToken>{token}</resumptionToken></ListRecords></OAI-PMH>"
    )


def _marcxml(title: str) -> str:
    field = f'<datafield tag="245" ind1="0" ind2="0"><subfield code="a">{title}</subfield></datafield>' if title else ""
    return f'<record xmlns="http://www.loc.gov/MARC21/slim"><leader>00000nam a2200000 i 4500</leader>{field}</record>'


def test_refused_records_are_kept_and_stop_nothing(here: sessionmaker[Session], tmp_path: Path) -> None:
    body = _list(_record("oai:x:1", _marcxml("好書")), _record("oai:x:2", _marcxml("")), _record("oai:x:3", "<x/>"))
    with _served(_answering(Response(body, media_type="text/xml"))) as address:
        add(here, f"{address}/oai")
        assert sources.run(here, "there", fetcher(), tmp_path) == {"new": 1, "rejected": 2}
    with here() as session:
        refused = session.scalars(select(RejectedRecord)).all()
        assert len(refused) == 2 and all(b"oai:x:" in r.raw for r in refused)
        row = session.scalars(select(BookRow)).one()
        assert row.control_number == "oai:x:1"  # a record without 001 is known again by its OAI identifier


BOMB = """<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">&b;</OAI-PMH>"""


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("not xml", "well-formed"),
        ("<html/>", "not OAI-PMH"),
        (BOMB, "document type"),
        (_list(_record("oai:x:1", _marcxml("甲")), token="same"), "again and again"),
        (
            '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><error code="badArgument">no</error></OAI-PMH>',
            "badArgument",
        ),
        ('<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"/>', "ListRecords"),
    ],
)
def test_what_is_no_repository_fails_with_a_reason(
    here: sessionmaker[Session], tmp_path: Path, body: str, said: str
) -> None:
    with _served(_answering(Response(body, media_type="text/xml"))) as address:
        add(here, address)
        with pytest.raises(sources.RunFailed, match=said):
            sources.run(here, "there", fetcher(), tmp_path)


PRIVATE = ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "::1",
           "fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_nothing_is_fetched_from_inside(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    mixed = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80)),
        (family, socket.SOCK_STREAM, 6, "", (address, 80)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: mixed)
    with pytest.raises(FetchFailed, match="own network"):
        Fetcher(sleep=lambda _: None).get("http://innocent.example/")


def test_a_redirect_does_not_lead_inside_either() -> None:
    def inside(request: Request) -> Response:
        return RedirectResponse(f"http://localhost:{request.url.port}/secret")

    own = pytest.raises(FetchFailed, match="localhost lies in the own network")
    with _served(_answering(inside, Response("secret"))) as address, own:
        fetcher().get(address)
    for wrong in ("file:///etc/passwd", "ftp://x.example/", "http://user:pw@x.example/", "http://x.example:99999/"):
        with pytest.raises(FetchFailed):
            fetcher().get(wrong)


def test_sizes_redirects_and_waiting_have_an_end() -> None:
    packed = Response(gzip.compress(b"0" * 200_000), headers={"Content-Encoding": "gzip"})
    with _served(_answering(packed)) as address, pytest.raises(FetchFailed, match="larger than 100,000"):
        fetcher(max_bytes=100_000).get(address)
    with _served(_answering(RedirectResponse("/again"))) as address, pytest.raises(FetchFailed, match="redirects"):
        fetcher().get(address)
    waited: list[float] = []
    later = Response("later", status_code=503, headers={"Retry-After": "99999"})
    with _served(_answering(later, Response("at last"))) as address:
        polite = Fetcher(frozenset({"127.0.0.1"}), pause=5.0, sleep=waited.append)
        assert polite.get(address).body == b"at last"
    assert fetching.LONGEST_WAIT in waited and any(4 < seconds <= 5 for seconds in waited)


NCL = (
    "申請書名,作者,出版機構,版次,預訂出版日,標題,0-3歲嬰幼兒圖書分齡主題詞,3-6歲幼兒圖書分齡主題詞,適讀對象,分級註記,"
    "分類號,ISBN,開數,頁數,得獎紀錄,資料類型,建議上架分類,作品語文,作品語文(其他),圖書主題,是否為引進版權著作,定價,"
    "裝訂方式,其他裝訂方式,出版形式,關鍵字,出版機構類型\r\n"
    "測試的書,某人著,某社,初版,2025-09-00,,,,成人(一般),普遍級,957.9,9786269935468,30,260,,圖書,藝術,繁體中文,,藝術,否,1380,"
    "精裝,,單行本,,一般出版社\r\n"
)


def test_monthly_files_by_pattern(here: sessionmaker[Session], tmp_path: Path) -> None:
    expected = ["http://x/202511_y", "http://x/202512_y", "http://x/202601_y"]
    assert files.addresses("http://x/{YYYYMM}_y", date(2026, 1, 9)) == expected
    assert files.addresses("http://x/{YYYY}/{MM}", date(2026, 3, 1))[0] == "http://x/2026/01"
    this_month = files.addresses("{YYYYMM}", utc_now().date())[-1]
    conditions: list[str | None] = []

    def month(request: Request) -> Response:
        if this_month not in request.url.path:
            return Response("not yet", status_code=404)
        conditions.append(request.headers.get("if-none-match"))
        if conditions[-1] == '"one"':
            return Response(status_code=304)
        return Response(NCL.encode("utf-8-sig"), headers={"ETag": '"one"'})

    with _served(_answering(month)) as address:
        add(here, f"{address}/opendata/{{YYYYMM}}_isbn.csv", "file", format="ncl-csv")
        assert sources.run(here, "there", fetcher(), tmp_path) == {"new": 1, "not there yet": 2}
        assert sources.run(here, "there", fetcher(), tmp_path) == {"files unchanged": 1, "not there yet": 2}
    assert conditions == [None, '"one"'] and not list((tmp_path / "harvest").iterdir())


@pytest.mark.parametrize(
    ("name", "kind", "url"),
    [("", "oai", "http://a.example"), ("A b", "oai", "http://a.example"), ("a", "ftp", "http://a.example"),
     ("a", "oai", "file:///x"), ("a", "oai", "http://u:p@a.example")],
)  # fmt: skip
def test_sources_that_cannot_be(here: sessionmaker[Session], name: str, kind: str, url: str) -> None:
    with here.begin() as session, pytest.raises(sources.BadSource):
        sources.add(session, name, kind, url, {})


def test_unknown_source(here: sessionmaker[Session], tmp_path: Path) -> None:
    with pytest.raises(sources.BadSource, match="no source"):
        sources.run(here, "nobody", fetcher(), tmp_path)
    assert oai.summary(Counter()) == "nothing new"
