"""At 200,000 records: an OAI page costs the same at the end of the list as at its beginning."""

from __future__ import annotations

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree
from sqlalchemy import Engine, insert

from shuyin.records import database, marc
from shuyin.records.models import BookRow, Checkpoint
from shuyin.search_api.models import OaiEntry
from shuyin.search_api.oai import provider
from tests.protocols.books import REPORT

RECORDS = 200_000
OAI = "{http://www.openarchives.org/OAI/2.0/}"


def _fill(engine: Engine) -> None:
    record, start = marc.serialise(marc.write(REPORT)), datetime(2026, 1, 1, tzinfo=UTC)
    with database.write_sessions(engine).begin() as session:
        session.add(Checkpoint(name="oai", change_id=0))
        for low in range(1, RECORDS + 1, 5_000):
            ids = range(low, low + 5_000)
            session.execute(
                insert(BookRow),
                [{"id": n, "marc": record, "source": "test", "identity": str(n), "digest": b""} for n in ids],
            )
            entry = {"deleted": False, "format": "print", "language": "chi", "main_class": "0", "collection": "books"}
            stamps = ({"record_id": n, "stamp": start + timedelta(seconds=n // 500), **entry} for n in ids)
            session.execute(insert(OaiEntry), list(stamps))


@pytest.mark.soak
@pytest.mark.parametrize("prefix", ["oai_dc", "marc21"])
def test_two_hundred_thousand_records_at_an_even_pace(
    sqlite_engine: Engine, capsys: pytest.CaptureFixture[str], prefix: str
) -> None:
    _fill(sqlite_engine)
    sessions, writes = database.read_sessions(sqlite_engine), database.write_sessions(sqlite_engine)
    repository = provider.Repository("https://catalogue.example", "a@b.example", sessions, writes)
    pairs, times, found = [("verb", "ListRecords"), ("metadataPrefix", prefix)], [], 0
    while pairs:
        begun = time.process_time()  # not the clock: other work on the machine is not ours
        root = etree.fromstring(provider.answer(repository, pairs))
        times.append(time.process_time() - begun)
        found += sum(1 for _ in root.iter(f"{OAI}header"))
        token = root.findtext(f".//{OAI}resumptionToken")
        pairs = [("verb", "ListRecords"), ("resumptionToken", token)] if token else []
    first, last = statistics.median(times[1:101]), statistics.median(times[-100:])
    with capsys.disabled():
        told = (
            f"{found} records, {len(times)} pages: {first * 1000:.1f} ms at the start, {last * 1000:.1f} ms at the end"
        )
        sys.stdout.write(f"\n{prefix}: {told}\n")
    assert found == RECORDS and last / first <= 1.3
