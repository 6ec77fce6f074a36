"""The weekly look at the official files: loaded when new, left when not, the catalogue's own headings followed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI, Request
from sqlalchemy import Engine, select
from starlette.responses import Response

from shuyin.ai_subjects.schemes import services
from shuyin.app import scheme_refresh
from shuyin.app.scheme_refresh import RefreshFailed, refresh
from shuyin.harvest.remote.fetching import Fetcher
from shuyin.records import database, marc
from shuyin.records.book import Binding, Book, ClassNumber, Subject, TitleParts
from shuyin.records.jobs import JobContext
from shuyin.records.models import ClassRow, HeadingRow
from shuyin.records.services import create_book
from tests.protocols.conftest import _served

CSV = "number,caption\n580,法律\n587,商法\n587.2,公司法\n590,軍事\n600,史地總論\n610,中國史\n"


class Source:
    """A web server with one file; tells what it was asked."""

    def __init__(self) -> None:
        self.text, self.asked, self.status = CSV, [], 200  # type: tuple[str, list[dict[str, str]], int]
        self.app = FastAPI()

        @self.app.get("/classes.csv")
        def classes(request: Request) -> Response:
            self.asked.append(dict(request.headers))
            if self.status != 200:
                return Response(status_code=self.status)
            etag = f'"{hash(self.text)}"'
            if request.headers.get("if-none-match") == etag:
                return Response(status_code=304)
            return Response(self.text, headers={"etag": etag}, media_type="text/csv")


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def context(
    source: Source, sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[JobContext]:
    monkeypatch.setattr(scheme_refresh, "Fetcher", lambda **more: Fetcher(**more, pause=0, sleep=lambda _: None))
    with _served(source.app) as base:
        settings = SimpleNamespace(scheme_urls=f"{base}/classes.csv", harvest_private_hosts="127.0.0.1")
        reads, writes = database.read_sessions(sqlite_engine), database.write_sessions(sqlite_engine)
        yield JobContext(reads, writes, None, settings, tmp_path, ZoneInfo("Asia/Taipei"))


def numbers(context: JobContext) -> set[str]:
    with context.sessions() as session:
        return set(session.scalars(select(ClassRow.number)))


def with_urls(context: JobContext, urls: str) -> Any:
    context.settings.scheme_urls = urls
    return context


def test_a_new_edition_is_loaded_and_an_old_one_is_left(context: JobContext, source: Source) -> None:
    assert "6 classes" in refresh(context)
    assert numbers(context) == {"580", "587", "587.2", "590", "600", "610"}
    assert "nothing new" in refresh(context)
    assert "if-none-match" in source.asked[-1]
    source.text = CSV.replace("590,軍事\n", "").replace("商法", "商事法")
    assert "1 no longer there" in refresh(context)
    assert "590" not in numbers(context)
    with context.sessions() as session:
        assert session.scalar(select(ClassRow.caption).where(ClassRow.number == "587")) == "商事法"
        assert not services.counts(session).starter


def test_a_file_that_lost_much_takes_nothing_away(context: JobContext, source: Source) -> None:
    refresh(context)
    source.text = "number,caption\n580,法律\n"
    assert "0 no longer there" in refresh(context)
    assert len(numbers(context)) == 6


def test_a_source_that_fails_stops_neither_the_others_nor_the_records(context: JobContext, source: Source) -> None:
    book = Book(
        title="公司法入門",
        parts=TitleParts(main="公司法入門"),
        bindings=(Binding("9789576787713", "平裝"),),
        subjects=(Subject("公司治理", "lcstt"),),
        classes=(ClassNumber("587.2", "ncsclt"),),
    )
    with context.writes.begin() as session:
        create_book(session, marc.serialise(marc.write(book)), identity="t|1", source="t")
    good = context.settings.scheme_urls
    absent = good.replace("classes", "absent")
    with pytest.raises(RefreshFailed, match=r"absent\.csv: .*404.*6 classes"):
        refresh(with_urls(context, f"{absent} {good}"))
    with context.sessions() as session:
        assert "公司治理" in session.scalars(select(HeadingRow.label)).all()
    source.text = "<html>not what it was</html>"
    with pytest.raises(RefreshFailed, match="number"):
        refresh(with_urls(context, good))
    assert "587.2" in numbers(context)


def test_without_addresses_only_the_records_are_followed(context: JobContext, source: Source) -> None:
    assert refresh(with_urls(context, "")).startswith("records: 0 new headings")
    assert not source.asked
