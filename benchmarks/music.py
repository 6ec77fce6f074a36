"""Music at the size of the service: `python -m benchmarks.music --help` (part of `make bench`).

130,000 albums and 570,000 tracks made by rule (`music_catalogue`); pinyin and field searches open-loop, long pages with
their first byte, the statistics of all years cold. Beside them the bare engine on the same index.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tantivy import Query

from benchmarks import music_catalogue, open_loop
from benchmarks.serving import resident, serving, settings_for
from benchmarks.tables import Table
from shuyin.app.composition import open_services
from shuyin.indexer.services import catch_up
from shuyin.records import database
from shuyin.search_api import statistics as tables
from shuyin.search_api.queries import to_request
from shuyin.search_api.state import read_state
from shuyin.search_engine.declaration import TRACKS
from shuyin.search_engine.relevance import Compiler
from shuyin.search_engine.tantivy_plan import translate
from shuyin.search_engine.tantivy_store import Generations, open_index

#: Searches of one kind that are asked in turns.
_QUERIES = 800
_RATE = 20.0
_ROWS = 1000
_PAGES = 20


def measure(folder: Path, table: Table, albums: int, tracks: int, seconds: float) -> None:
    """Fill the folder unless it holds a catalogue already, then measure."""
    if not (folder / "shuyin.db").exists():
        _fill(folder, table, albums, tracks)
    services = open_services(settings_for(folder))
    database.upgrade(services.engine)
    catch_up(services.sessions, services.writes, services.search)  # a kept index may be of another version
    counting = time.perf_counter()
    tables.keeping.recount(services.sessions, services.writes)
    table.add("statistics recounted from the records", f"{time.perf_counter() - counting:.0f} s")
    services.close()
    queries = music_catalogue.Names().queries(_QUERIES)
    bare = _bare(folder, queries)
    table.add(f"bare engine, music search with facets, {tracks:,} tracks", _shown(bare))
    engine = _engine(folder, queries)
    ratio = statistics.median(engine) / statistics.median(bare)
    table.add("our engine, the same with marks", _shown(engine), f"p50 {ratio:.1f} × the bare engine")
    _statistics(folder, table)
    with serving(folder) as (port, pid):
        paths = [f"/music?{urlencode([pair])}" for pair in queries]
        open_loop.drive("127.0.0.1", port, paths, rate=_RATE, seconds=10)  # warm
        for what, wanted in (("pinyin", True), ("words and fields", False)):
            some = [
                path for path, (name, words) in zip(paths, queries, strict=True) if _is_pinyin(name, words) is wanted
            ]
            report = open_loop.drive("127.0.0.1", port, some, rate=_RATE, seconds=seconds)
            assert not report.failures, report
            ratio = report.quantile(50) / statistics.median(bare)
            table.add(f"music page, {what}, open loop 20/s", _shown(report.whole), f"p50 {ratio:.1f} × the bare engine")
        _long_pages(port, table, queries)
        table.add("memory of `shuyin serve` afterwards", f"{resident(pid)} MB")


def _fill(folder: Path, table: Table, albums: int, tracks: int) -> None:
    services = open_services(settings_for(folder))
    database.upgrade(services.engine)
    begun = time.perf_counter()
    music_catalogue.fill(services.writes, albums, tracks)
    written = time.perf_counter()
    catch_up(services.sessions, services.writes, services.search)
    indexed = time.perf_counter() - written
    services.close()
    table.add(f"{albums:,} albums, {tracks:,} tracks written", f"{written - begun:.0f} s")
    table.add("… and indexed", f"{indexed:.0f} s", f"{(albums + tracks) / indexed:,.0f} documents/s")


def _is_pinyin(name: str, words: str) -> bool:
    return name == "q" and words.isascii()


def _bare(folder: Path, queries: list[tuple[str, str]]) -> list[float]:
    """Milliseconds of tantivy alone: the queries ready made, 20 documents fetched, five facets counted."""
    index = open_index(Generations(folder / "index" / TRACKS.name, TRACKS).live(), TRACKS)
    searcher, schema, compiler = index.searcher(), index.schema, Compiler(TRACKS)
    wanted = {facet.name: {"terms": {"field": facet.source, "size": facet.size}} for facet in TRACKS.facets}
    ready = []
    for pair in queries:
        query = to_request(read_state([pair], TRACKS), TRACKS).query
        ready.append([translate(make(query), searcher, schema) for make in (compiler.scored, compiler.condition)])

    def ask(scored: Query, condition: Query) -> None:
        hits: Any = searcher.search(scored, 20).hits
        for _, address in hits:
            searcher.doc(address)
        searcher.aggregate(condition, wanted)

    for both in ready[:30]:
        ask(*both)
    return [_milliseconds(partial(ask, *both)) for both in ready]


def _engine(folder: Path, queries: list[tuple[str, str]]) -> list[float]:
    """Milliseconds of our engine for the same searches: queries made, facets completed, matches marked."""
    services = open_services(settings_for(folder))
    requests = [to_request(read_state([pair], TRACKS), TRACKS, highlight=True) for pair in queries]
    for request in requests[:30]:
        services.search.search(TRACKS.name, request)
    spent = [_milliseconds(partial(services.search.search, TRACKS.name, request)) for request in requests]
    services.close()
    return spent


def _milliseconds(work: Callable[[], object]) -> float:
    """Of the processor, so that engines can be compared whatever else the machine does."""
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def _statistics(folder: Path, table: Table) -> None:
    """The yearly table by a process that has just opened the database."""
    for name in ("isrc-yearly", "isrc-twelve-months", "isrc-monthly"):
        services = open_services(settings_for(folder))
        begun = time.perf_counter()
        with services.sessions() as session:
            made = tables.make(session, name, date(2026, 11, 21))
        spent = (time.perf_counter() - begun) * 1000
        services.close()
        table.add(f"statistics {name}, cold", f"{spent:.0f} ms", f"{len(made.rows)} rows")


def _long_pages(port: int, table: Table, queries: list[tuple[str, str]]) -> None:
    """Pages of 1,000 rows, one after the other: the whole and the first byte."""
    words = [pair for pair in queries if pair[0] == "q"][:_PAGES]
    for what, pairs in (("of a search", words), ("of everything", [("sort", "newest"), ("sort", "oldest")] * 5)):
        paths = [f"/music?{urlencode([pair, ('per_page', _ROWS)])}" for pair in pairs]
        report = open_loop.drive("127.0.0.1", port, paths, rate=1.0, seconds=len(paths))
        assert not report.failures, report
        first = f"first byte p50 {open_loop.quantile(report.first, 50):.0f} ms"
        size = f"{statistics.mean(report.sizes) / 1000:,.0f} kB"
        table.add(f"page of {_ROWS:,} rows {what}", _shown(report.whole), f"{first}, {size}")
    paths = [f"/music?{urlencode([pair, ('per_page', 10_000)])}" for pair in words[:3]]
    report = open_loop.drive("127.0.0.1", port, paths, rate=0.2, seconds=15)
    first = f"first byte p50 {open_loop.quantile(report.first, 50):.0f} ms"
    table.add("all rows (10,000 at most)", _shown(report.whole), first)


def _shown(times: list[float]) -> str:
    return f"p50 {open_loop.quantile(times, 50):.1f} / p99 {open_loop.quantile(times, 99):.1f} ms"


def main() -> None:
    """Measure at the size asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--albums", type=int, default=music_catalogue.ALBUMS)
    parser.add_argument("--tracks", type=int, default=music_catalogue.TRACKS)
    parser.add_argument("--seconds", type=float, default=30, help="How long each kind of search is asked.")
    parser.add_argument("--keep", type=Path, help="Keep the catalogue in this folder and use it again.")
    arguments = parser.parse_args()
    table = Table()
    with tempfile.TemporaryDirectory(prefix="shuyin-bench-") as folder:
        kept = arguments.keep or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        measure(kept, table, arguments.albums, arguments.tracks, arguments.seconds)
    print("\n" + table.markdown())


if __name__ == "__main__":
    main()
