"""Thousands of generated bad requests and damaged files: no 5xx, no exception, nothing half-written."""

from __future__ import annotations

import io
import random
import re
import sys
from collections import Counter
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from fastapi.testclient import TestClient
from lxml import etree
from sqlalchemy import func, select

from shuyin.harvest.attempts import attempt
from shuyin.harvest.readers import reader_for
from shuyin.harvest.reading import SourceFormat, UnreadableFile
from shuyin.records import marc
from shuyin.records.models import BookRow, Change
from tests.protocols.books import REPORT
from tests.web.catalogue import Site

REQUESTS = 5_000
DAMAGED = 1_500

#: What the values are put together from: pieces without blanks, and pieces with them.
_PIECES = r"""
' " \ %00 ../../etc/passwd <script> -1 0 1 99999999999999999999 1e9 NaN ٣ ２０２５ null [] {} $where * ? ^ ( ) (((( ))
= == <> > and prox/unit=word sortBy /stem 期刊 dc.title cql.allRecords=1 >x=y 9789576787713 2025-13-45 民114 𠮷
"""
_BLANK = [
    "",
    " ",
    "\x00",
    "\x01",
    "a" * 3_000,
    "; drop table books",
    "\r\nX: y",
    "or not",
    "圖書館 AND",
    "\u202e",
    "\ufffe",
]
ODD = re.split(r"\s+", _PIECES.strip()) + _BLANK
#: Path → parameters that it knows; the fuzz leaves them out, repeats them and fills them with anything.
TARGETS = {
    "/sru": "version operation query startRecord maximumRecords recordSchema recordPacking scanClause responsePosition "
    "maximumTerms recordXMLEscaping queryType stylesheet",
    "/oai": "verb identifier metadataPrefix from until set resumptionToken",
    "/books": "q title author isbn class f.format f.class -f.language f.nothing from to sort page per_page mode",
    "/api/v1/books": "q subject publisher f.year from to sort page per_page mode",
    "/books/export": "format id q f.format",
    "/api/v1/suggest": "q limit",
    "/books.rss": "q sort f.class",
    "/books.atom": "q page",
    "/new-books/feed.rss": "subject class audience format keyword",
    "/new-books/feed.json": "category subject",
    "/api/v1/organisations": "q page",
    "/dumps/": "x",
    "/sitemap.xml": "x",
}
#: Paths whose last part is anything.
PATHS = re.split(
    r"\s+",
    "/books/ /api/v1/books/ /isbn/ /new-books/ /api/v1/new-books/ /covers/ /sitemaps/ /dumps/latest/ "
    "/subscriptions/confirm/ /subscriptions/manage/ /api/v1/",
)
KNOWN = {
    "verb": ["Identify", "ListRecords", "ListIdentifiers", "GetRecord", "ListSets", "ListMetadataFormats"],
    "operation": ["explain", "searchRetrieve", "scan"],
    "metadataPrefix": ["oai_dc", "marc21"],
    "version": ["1.1", "1.2", "2.0"],
    "recordSchema": ["marcxml", "dc", "mods"],
    "format": ["csv", "ris", "marcxml"],
    "sort": ["newest", "title"],
}


def _value(rng: random.Random, name: str) -> str:
    if name in KNOWN and rng.random() < 0.6:
        return rng.choice(KNOWN[name])
    return rng.choice(["", " "]).join(rng.choice(ODD) for _ in range(rng.randint(1, 4)))


def _request(rng: random.Random) -> tuple[str, str, dict[str, str]]:
    """(method, address, headers)"""
    headers = {"Accept": rng.choice(["*/*", "application/marc", "text/html;q=x", "a/b,,;q=", "application/ld+json"])}
    if rng.random() < 0.2:
        tail = quote(_value(rng, "path"), safe="").replace("%0D", "").replace("%0A", "") or "x"
        return "GET", rng.choice(PATHS) + tail, headers
    path, names = rng.choice(list(TARGETS.items()))
    pairs = [(name, _value(rng, name)) for name in rng.choices(names.split(), k=rng.randint(0, 5))]
    query = urlencode(pairs, errors="surrogatepass")
    if rng.random() < 0.05:
        query += "&%ff%fe=%c3%28&=&&;"
    return ("POST" if path in ("/sru", "/oai") and rng.random() < 0.2 else "GET"), f"{path}?{query}", headers


def test_thousands_of_bad_requests_and_not_one_5xx(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(20260302)
    with site.services.sessions() as session:
        before = session.scalar(select(func.count()).select_from(BookRow)), session.scalar(select(func.max(Change.id)))
    statuses: Counter[str] = Counter()
    failed: list[str] = []
    with TestClient(
        site.app, base_url="http://catalogue.test", raise_server_exceptions=False, follow_redirects=False
    ) as client:
        for _ in range(REQUESTS):
            method, address, headers = _request(rng)
            answer = client.request(method, address, headers=headers)
            statuses[f"{answer.status_code // 100}xx"] += 1
            if answer.status_code >= 500:
                failed.append(f"{answer.status_code} {method} {address[:300]}")
            elif "xml" in answer.headers.get("content-type", "") and answer.content:
                etree.fromstring(answer.content)  # whatever was asked, what comes back is well-formed
    with site.services.sessions() as session:
        after = session.scalar(select(func.count()).select_from(BookRow)), session.scalar(select(func.max(Change.id)))
    with capsys.disabled():
        sys.stdout.write(f"\n{REQUESTS} generated requests: {dict(sorted(statuses.items()))}\n")
    assert failed == [] and before == after
    assert statuses["2xx"] > 500 and statuses["4xx"] > 500


ONIX = """<?xml version="1.0"?><ONIXMessage release="3.0"><Header><Sender><SenderName>S</SenderName></Sender></Header>
<Product><RecordReference>r1</RecordReference><NotificationType>03</NotificationType><ProductIdentifier><ProductIDType>15
</ProductIDType><IDValue>9789576787713</IDValue></ProductIdentifier><DescriptiveDetail><ProductComposition>00
</ProductComposition><ProductForm>BC</ProductForm><TitleDetail><TitleType>01</TitleType><TitleElement>
<TitleElementLevel>01</TitleElementLevel><TitleText>期刊</TitleText></TitleElement></TitleDetail></DescriptiveDetail>
</Product></ONIXMessage>""".encode()


def _marcxml() -> bytes:
    from shuyin.search_api.exports import marcxml

    return b"".join(marcxml([marc.serialise(marc.write(REPORT))] * 2))


FILES: dict[SourceFormat, Callable[[], bytes]] = {
    SourceFormat.MARC21: lambda: marc.serialise(marc.write(REPORT)) * 3,
    SourceFormat.MARCXML: _marcxml,
    SourceFormat.ONIX: lambda: ONIX,
    SourceFormat.CSV: lambda: "isbn,title\n9789576787713,期刊\n,無號\n".encode(),
}


def _damaged(rng: random.Random, data: bytes) -> bytes:
    """Bytes changed, cut out, doubled or put in."""
    broken = bytearray(data)
    for _ in range(rng.randint(1, 6)):
        at = rng.randrange(len(broken) or 1)
        match rng.randrange(4):
            case 0 if broken:
                broken[at % len(broken)] = rng.randrange(256)
            case 1:
                del broken[at : at + rng.randint(1, 40)]
            case 2:
                broken[at:at] = broken[at : at + rng.randint(1, 60)]
            case _:
                broken[at:at] = rng.choice(
                    [b"\x1e", b"\x1d", b"\x1f", b"<", b"&x;", b'"', b"\x00", b"\xff", b"]]>", b"99999"]
                )
    return bytes(broken)


@pytest.mark.parametrize("format", FILES)
def test_damaged_files_end_as_records_or_refusals(format: SourceFormat, capsys: pytest.CaptureFixture[str]) -> None:
    rng = random.Random(format.value)
    whole, found = FILES[format](), Counter[str]()
    for _ in range(DAMAGED // len(FILES)):
        reader = reader_for(format)
        try:
            for position, piece in enumerate(reader.split(io.BytesIO(_damaged(rng, whole))), 1):
                made = attempt(reader, position, piece, "fuzz", "books")
                found["read" if made.record else made.code] += 1
                if made.record:
                    marc.read(made.record.marc)  # what is accepted can be read again
        except UnreadableFile:
            found["unreadable file"] += 1
    with capsys.disabled():
        sys.stdout.write(f"\n{DAMAGED // len(FILES)} damaged {format.value} files: {dict(found.most_common())}\n")
    assert found["read_failed"] == 0 and sum(found.values()) >= DAMAGED // len(FILES) // 2
