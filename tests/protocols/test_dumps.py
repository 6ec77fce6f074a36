"""Full dumps: whole, checked, the last seven kept; downloaded in parts; described for portals."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pymarc
import pytest
from fastapi.testclient import TestClient
from lxml import etree
from sqlalchemy import select

from shuyin.records.models import BookRow, utc_now
from shuyin.search_api.dumps import shelf, writing
from tests.web.catalogue import TOTAL, Site, build

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A catalogue of 131 books, one deleted and one not public, with dumps of nine days."""
    made = build(tmp_path_factory.mktemp("dumped"))
    with made.services.writes.begin() as session:
        first, second, *_ = session.scalars(select(BookRow).order_by(BookRow.id.desc()).limit(2))
        first.deleted_at, second.public = utc_now(), False
    data_dir = made.services.settings.data_dir
    (shelf.folder(data_dir) / ".2026-01-01.123").mkdir(parents=True)  # what a run that was killed leaves
    for n in range(9):
        writing.write(made.services.sessions, data_dir, DAY + timedelta(days=n), "http://catalogue.test")
    yield made
    made.services.close()


@pytest.fixture
def data_dir(dumped: Site) -> Path:
    return dumped.services.settings.data_dir


@pytest.fixture
def reader(dumped: Site) -> Iterator[TestClient]:
    with TestClient(dumped.app, base_url="http://catalogue.test", follow_redirects=False) as client:
        yield client


def unpacked(data_dir: Path, name: str) -> bytes:
    path = shelf.find(data_dir, shelf.days(data_dir)[0], name)
    assert path is not None
    return gzip.decompress(path.read_bytes())


def test_every_format_holds_every_public_record(data_dir: Path) -> None:
    shown = TOTAL - 2
    assert len(list(pymarc.MARCReader(unpacked(data_dir, "books.mrc.gz")))) == shown
    assert len(etree.fromstring(unpacked(data_dir, "books.xml.gz"))) == shown
    lines = unpacked(data_dir, "books.jsonl.gz").splitlines()
    assert len({json.loads(line)["id"] for line in lines}) == shown
    assert unpacked(data_dir, "books.csv.gz").startswith(b"\xef\xbb\xbfisbn,")


def test_the_last_seven_stand_and_nothing_else(data_dir: Path) -> None:
    expected = [(DAY + timedelta(days=n)).isoformat() for n in range(8, 1, -1)]
    assert shelf.days(data_dir) == expected
    assert sorted(p.name for p in shelf.folder(data_dir).iterdir()) == sorted(expected)
    sums = shelf.sums(data_dir, expected[0])
    assert set(sums) == {format.name for format in shelf.FORMATS}
    for name, digest in sums.items():
        path = shelf.find(data_dir, expected[0], name)
        assert path and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def test_a_run_that_fails_leaves_the_former_dump(dumped: Site, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {p: p.read_bytes() for p in sorted(shelf.folder(data_dir).rglob("*.gz"))}

    def broken(*_: Any) -> str:
        raise OSError("disk full")

    monkeypatch.setattr(writing, "_digest", broken)
    with pytest.raises(OSError, match="disk full"):
        writing.write(dumped.services.sessions, data_dir, DAY + timedelta(days=8), "http://catalogue.test")
    assert {p: p.read_bytes() for p in before} == before
    monkeypatch.undo()
    writing.write(dumped.services.sessions, data_dir, DAY + timedelta(days=8), "http://catalogue.test")
    assert {
        p: p.read_bytes() for p in sorted(shelf.folder(data_dir).rglob("*.gz"))
    } == before  # equal records, equal files


def test_files_are_had_whole_and_in_parts(reader: TestClient, data_dir: Path) -> None:
    day = shelf.days(data_dir)[0]
    moved = reader.get("/dumps/latest/books.mrc.gz")
    assert moved.status_code == 302 and moved.headers["location"] == f"/dumps/{day}/books.mrc.gz"
    whole = reader.get(moved.headers["location"])
    assert whole.headers["accept-ranges"] == "bytes"
    path = shelf.find(data_dir, day, "books.mrc.gz")
    assert path and whole.content == path.read_bytes()
    part = reader.get(moved.headers["location"], headers={"Range": "bytes=100-199", "Accept-Encoding": "gzip"})
    assert part.status_code == 206 and part.content == whole.content[100:200]
    for wrong in ("../shuyin.db", "books.txt", "..%2f..%2fshuyin.db"):
        assert reader.get(f"/dumps/{day}/{wrong}").status_code == 404
    assert reader.get("/dumps/2001-01-01/books.mrc.gz").status_code == 404


def test_the_page_and_the_description(reader: TestClient, data_dir: Path) -> None:
    day = shelf.days(data_dir)[0]
    text = reader.get("/dumps/").text
    assert f"/dumps/{day}/books.csv.gz" in text and shelf.sums(data_dir, day)["books.csv.gz"] in text
    data = reader.get("/dumps/dcat.jsonld").json()
    dataset = data["dcat:dataset"][0]
    files = dataset["dcat:distribution"]
    assert len(files) == 4 and dataset["dct:modified"]["@value"] == day
    for entry in files:
        address = entry["dcat:downloadURL"]["@id"]
        answer = reader.get(address.removeprefix("http://catalogue.test"))
        assert str(len(answer.content)) == entry["dcat:byteSize"]["@value"]
        digest = entry["spdx:checksum"]["spdx:checksumValue"]["@value"]
        assert hashlib.sha256(answer.content).hexdigest() == digest


def test_the_size_of_a_dump_is_told_without_its_content(reader: TestClient, data_dir: Path) -> None:
    day = shelf.days(data_dir)[0]
    path = shelf.find(data_dir, day, "books.mrc.gz")
    assert path is not None
    told = reader.head(f"/dumps/{day}/books.mrc.gz")
    assert (told.status_code, told.headers["content-length"]) == (200, str(path.stat().st_size))
    assert told.headers["accept-ranges"] == "bytes" and not told.content
    assert reader.head("/dumps/latest/books.mrc.gz").headers["location"] == f"/dumps/{day}/books.mrc.gz"
    assert reader.head("/dumps/latest/none").status_code == 404
