"""`make bench`: import, index, search, memory and readers at a fixed rate, on the same records, in one run.

Beside each number stands what it can be compared with: bare pymarc reading and bare engine adding for the import; the
engine alone and an empty route for the searches. Prints a table for docs/performance.md.
"""

from __future__ import annotations

import argparse
import gc
import http.client
import os
import platform
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pymarc

from benchmarks import music, music_catalogue, readers
from benchmarks.catalogue import queries, records, write_file
from benchmarks.serving import resident, serving, settings_for
from benchmarks.tables import Table
from shuyin.app.composition import Services, open_services
from shuyin.app.parallel import indexing_beside
from shuyin.harvest.services import import_file
from shuyin.indexer.projection import BookColumns, project_book
from shuyin.records import database, marc
from shuyin.records.models import utc_now
from shuyin.search_api.queries import to_request
from shuyin.search_api.state import read_state
from shuyin.search_engine import connect

#: Records that are read and added by the bare libraries, for comparison.
BARE = 10_000


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def measure_import(folder: Path, count: int, table: Table) -> None:
    """File → records → index, searchable; beside it the bare libraries on the same file."""
    file = folder / "records.mrc"
    write_file(file, count)
    services = open_services(settings_for(folder))
    database.upgrade(services.engine)

    def import_and_index() -> None:
        with indexing_beside(services.settings):
            import_file(services.writes, file)

    seconds = _seconds(import_and_index)
    assert services.search.count("books") == count
    services.close()
    bare = min(count, BARE)
    some = [record for _, record in zip(range(bare), records(file), strict=False)]
    reading = _seconds(lambda: [pymarc.Record(record, force_utf8=True) for record in some])
    columns = BookColumns(0, "books", None, utc_now(), None, {})
    documents = [project_book(columns, marc.read(record)) for record in some]
    engine = connect(f"tantivy:{folder}/bare")
    rebuild = engine.rebuild("books")
    gc.collect()

    def add() -> None:
        rebuild.add(
            type(document)(id=str(number), fields=document.fields, stored=document.stored)
            for number, document in enumerate(documents)
        )
        rebuild.swap(bare)

    adding = _seconds(add)
    engine.close()
    table.add(
        f"import and index, {count:,} records",
        f"{count / seconds:,.0f} records/s",
        f"pymarc reads {bare / reading:,.0f}/s, the engine adds {bare / adding:,.0f}/s",
    )


def _times(call: Callable[[str], object], texts: list[str]) -> tuple[float, float]:
    """(p50, p99) in milliseconds, after a warm-up."""
    for text in texts[:20]:
        call(text)
    spent = []
    for text in texts:
        begun = time.perf_counter()
        call(text)
        spent.append((time.perf_counter() - begun) * 1000)
    cuts = statistics.quantiles(spent, n=100)
    return cuts[49], cuts[98]


def _shown(times: tuple[float, float]) -> str:
    return f"p50 {times[0]:.1f} / p99 {times[1]:.1f} ms"


def measure_searches(folder: Path, count: int, table: Table) -> None:
    """The engine alone, the JSON API, the page; an empty route; memory of the server afterwards."""
    texts = queries(400)
    services = open_services(settings_for(folder))
    engine = _times(lambda text: _engine_search(services, text), texts)
    services.close()
    with serving(folder) as (port, pid):
        connection = http.client.HTTPConnection("127.0.0.1", port)

        def get(path: str) -> None:
            connection.request("GET", path, headers={"Accept-Encoding": "identity"})
            answer = connection.getresponse()
            body = answer.read()
            assert answer.status == 200, (path, answer.status, body[:200])

        empty = _times(lambda _: get("/healthz"), texts)
        api = _times(lambda text: get(f"/api/v1/books?{urlencode({'q': text})}"), texts)
        page = _times(lambda text: get(f"/books?{urlencode({'q': text})}"), texts)
        memory = resident(pid)
    table.add(f"engine search with facets, {count:,}", _shown(engine))
    table.add(f"JSON API, {count:,}", _shown(api), f"{api[0] / (engine[0] + empty[0]):.1f} × (engine + empty route)")
    table.add(f"HTML page, {count:,}", _shown(page), f"empty route {_shown(empty)}")
    table.add(f"memory of `shuyin serve`, {count:,}", f"{memory} MB")


def _engine_search(services: Services, text: str) -> None:
    services.search.search("books", to_request(read_state([("q", text)])))


def main() -> None:
    """Measure at every size."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--sizes", default="10000,200000", help="Numbers of records, separated by commas.")
    parser.add_argument("--albums", type=int, default=music_catalogue.ALBUMS, help="Albums; 0 = no music.")
    parser.add_argument("--tracks", type=int, default=music_catalogue.TRACKS)
    parser.add_argument("--seconds", type=float, default=30, help="How long each kind of search is asked, open-loop.")
    readers.add_arguments(parser)
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.sizes.split(",") if size]
    table = Table()
    load = f"{os.getloadavg()[0]:.1f}"
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {load}, Python {platform.python_version()}")
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="shuyin-bench-") as folder:
            measure_import(Path(folder), size, table)
            measure_searches(Path(folder), size, table)
            if size == max(sizes):
                readers.measure(Path(folder), size, readers.run_of(arguments), table)
    if arguments.albums:
        with tempfile.TemporaryDirectory(prefix="shuyin-bench-") as folder:
            music.measure(Path(folder), table, arguments.albums, arguments.tracks, arguments.seconds)
    print("\n" + table.markdown())


if __name__ == "__main__":
    main()
