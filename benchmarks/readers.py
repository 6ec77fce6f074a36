"""Readers at a fixed rate while records are being indexed: `python -m benchmarks.readers --help`.

What readers type, letter by letter, and the pages that they open are asked open-loop side by side; meanwhile records
get another title, and the indexer of `shuyin serve` follows. In the same run, the bare engine with the plan made.
Then the rate is raised until the 99th percentile of the pages passes 250 ms.
"""

from __future__ import annotations

import argparse
import contextlib
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import open_loop
from benchmarks.bare_engine import BareEngine
from benchmarks.catalogue import SEED, queries, write_file
from benchmarks.open_loop import Report
from benchmarks.serving import serving, settings_for
from benchmarks.tables import Table
from shuyin.app.composition import open_services
from shuyin.app.parallel import indexing_beside
from shuyin.harvest.services import import_file
from shuyin.records import database

#: The source that an imported MARC file gets (the name of its format).
SOURCE = "marc21"
#: Of the pages, this share shows everything with all its facets, and this share has filters ticked.
_EVERYTHING, _FILTERED = 0.05, 0.25
_FILTERS = (
    (("f.format", "print"),),
    (("f.language", "chi"), ("f.language", "eng")),
    (("f.class", "8"),),
    (("from", "2015"), ("sort", "newest")),
    (("f.format", "ebook"), ("sort", "title")),
)
_LETTERS = 4
#: Beside the readers an empty route is asked so often: what it takes is the machine's doing, not the catalogue's.
_EMPTY, _EMPTY_RATE = "empty route", 4.0
_WARM_UP = 5.0


@dataclass(frozen=True, slots=True)
class Run:
    """What to measure: requests a second (half of them typed letters), for so long, records changed a second."""

    rate: float = 20
    seconds: float = 60
    changes: int = 50
    #: Rates tried, one after the other, until a page's p99 passes `passes` milliseconds; so many seconds each.
    steps: tuple[float, ...] = (40, 60, 80, 100, 120, 140, 160, 200, 240, 300, 400)
    step_seconds: float = 15
    passes: float = 250.0


def asked(count: int = 2000, seed: int = SEED) -> dict[str, list[str]]:
    """The addresses that are asked for, by kind."""
    chance = random.Random(seed)
    texts = queries(count)
    typed = [text[: chance.randint(1, min(_LETTERS, len(text)))] for text in texts]
    return {
        "suggestion": [f"/books/suggest?{urlencode({'q': text})}" for text in typed],
        "page": [_page(text, chance) for text in texts],
        _EMPTY: ["/healthz"],
    }


def _page(text: str, chance: random.Random) -> str:
    kind = chance.random()
    if kind < _EVERYTHING:
        return "/books"
    filters = chance.choice(_FILTERS) if kind < _EVERYTHING + _FILTERED else ()
    return f"/books?{urlencode([('q', text), *filters])}"


def drive(port: int, rate: float, seconds: float, seed: int) -> dict[str, Report]:
    """All kinds at once: suggestions and pages each at half of the rate, the empty route beside them."""

    def one(kind: str, seed: int) -> Report:
        share = _EMPTY_RATE if kind == _EMPTY else rate / 2
        return open_loop.drive("127.0.0.1", port, addresses[kind], rate=share, seconds=seconds, seed=seed)

    addresses = asked(seed=seed)
    with ThreadPoolExecutor(max_workers=len(addresses)) as threads:
        running = {kind: threads.submit(one, kind, seed + number) for number, kind in enumerate(addresses)}
    return {kind: report.result() for kind, report in running.items()}


@contextlib.contextmanager
def changing(folder: Path, per_second: int) -> Iterator[None]:
    """While the block runs, so many records a second get another title."""
    if not per_second:
        yield
        return
    url = settings_for(folder).database_url
    command = [sys.executable, "-m", "benchmarks.changing", url, str(folder / "records.mrc")]
    process = subprocess.Popen([*command, "--per-second", str(per_second), "--source", SOURCE])
    try:
        yield
        assert process.poll() is None, "the process that changes records has ended"
    finally:
        process.terminate()
        process.wait(60)


def measure(folder: Path, count: int, run: Run, table: Table) -> None:
    """The times at the set rate, the bare engine's, and the rate at which the service yields."""
    bare = BareEngine(folder)
    with serving(folder) as (port, _):
        drive(port, run.rate, _WARM_UP, seed=1)
        with changing(folder, run.changes):
            reports = drive(port, run.rate, run.seconds, SEED)
            beside = bare.times(queries(200))
            held, passed = _yields(port, run)
    what = f"{run.rate:g} requests/s, {run.seconds:g} s, {run.changes} records/s changed, {count:,}"
    table.add(f"{_EMPTY} in the same run", str(reports.pop(_EMPTY)))
    for kind, report in reports.items():
        ratio = report.quantile(50) / open_loop.quantile(beside[kind], 50)
        alone = f"p50 {open_loop.quantile(beside[kind], 50):.2f} / p99 {open_loop.quantile(beside[kind], 99):.1f} ms"
        table.add(f"{kind}: {what}", str(report), f"bare engine {alone}; p50 {ratio:.1f} ×")
    table.add(
        f"p99 of pages passes {run.passes:g} ms, {count:,}",
        f"at {passed:g} requests/s" if passed else f"not up to {held:g} requests/s",
        f"held at {held:g}/s; {run.step_seconds:g} s each",
    )


def _yields(port: int, run: Run) -> tuple[float, float | None]:
    """(last rate that held, first that did not: p99 of the pages above `passes`, or a failure)."""
    held = run.rate
    for rate in run.steps:
        reports = drive(port, rate, run.step_seconds, seed=int(rate))
        print(f"    {rate:g}/s: pages {reports['page']}; suggestions {reports['suggestion']}", flush=True)
        if reports["page"].quantile(99) > run.passes or any(report.failures for report in reports.values()):
            return held, rate
        held = rate
    return held, None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What can be set about the readers."""
    plain = Run()
    parser.add_argument("--rate", type=float, default=plain.rate, help="Requests a second of readers.")
    parser.add_argument("--reading", type=float, default=plain.seconds, help="How many seconds they go on.")
    parser.add_argument("--changes", type=int, default=plain.changes, help="Records changed a second meanwhile.")
    parser.add_argument("--step-seconds", type=float, default=plain.step_seconds, help="How long each higher rate.")
    steps = ",".join(f"{step:g}" for step in plain.steps)
    parser.add_argument("--steps", default=steps, help="Higher rates to try, separated by commas; empty = none.")


def run_of(arguments: argparse.Namespace) -> Run:
    """The run that the arguments ask for."""
    steps = tuple(float(step) for step in arguments.steps.split(",") if step)
    return Run(arguments.rate, arguments.reading, arguments.changes, steps, arguments.step_seconds)


def main() -> None:
    """Measure this alone."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--keep", type=Path, help="Keep the catalogue in this folder and use it again.")
    add_arguments(parser)
    arguments = parser.parse_args()
    table = Table()
    with tempfile.TemporaryDirectory(prefix="shuyin-bench-") as temporary:
        folder = arguments.keep or Path(temporary)
        if not (folder / "shuyin.db").exists():
            folder.mkdir(parents=True, exist_ok=True)
            _prepare(folder, arguments.records)
        measure(folder, arguments.records, run_of(arguments), table)
    print("\n" + table.markdown())


def _prepare(folder: Path, count: int) -> None:
    file = folder / "records.mrc"
    write_file(file, count)
    services = open_services(settings_for(folder))
    database.upgrade(services.engine)
    with indexing_beside(services.settings):
        import_file(services.writes, file)
    services.close()


if __name__ == "__main__":
    main()
