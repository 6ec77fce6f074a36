"""`python -m benchmarks.protocols`: SRU and OAI-PMH beside the JSON API for the same page, over HTTP.

The kinds of request take turns, so that what else the machine does falls on all of them alike. Time is the server's own
(processor, from /proc) and the reader's (clock). Prints a table for docs/performance.md.
"""

from __future__ import annotations

import argparse
import http.client
import os
import statistics
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode

from lxml import etree

from benchmarks.catalogue import queries, write_file
from benchmarks.serving import serving, settings_for
from shuyin.app.composition import open_services
from shuyin.app.parallel import indexing_beside
from shuyin.harvest.services import import_file
from shuyin.records import database
from shuyin.search_api.oai import provider
from shuyin.search_api.sru.request import MAXIMUM_RECORDS

_TICK = os.sysconf("SC_CLK_TCK")
_ROUND = 20  # requests of one kind in a row


def _fill(folder: Path, count: int) -> None:
    file = folder / "records.mrc"
    write_file(file, count)
    services = open_services(settings_for(folder))
    database.upgrade(services.engine)
    with indexing_beside(services.settings):
        import_file(services.writes, file)
    services.close()


def _processor(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def _paths(text: str, size: int) -> dict[str, str]:
    sru = {"version": "1.2", "operation": "searchRetrieve", "query": f'"{text}"', "maximumRecords": str(size)}
    paths = {f"JSON API, {size}": f"/api/v1/books?{urlencode({'q': text, 'per_page': size})}"}
    for schema in ("marcxml", "dc", "mods"):
        paths[f"SRU {schema}, {size}"] = f"/sru?{urlencode({**sru, 'recordSchema': schema})}"
    return paths


def _oai(port: int, prefix: str, count: int) -> list[str]:
    """The addresses of the pages of a list."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    asked = urlencode({"verb": "ListRecords", "metadataPrefix": prefix})
    found = []
    while asked and len(found) < count:
        found.append(f"/oai?{asked}")
        connection.request("GET", found[-1])
        root = etree.fromstring(connection.getresponse().read())
        token = root.findtext(".//{http://www.openarchives.org/OAI/2.0/}resumptionToken")
        asked = urlencode({"verb": "ListRecords", "resumptionToken": token}) if token else ""
    return found


def measure(folder: Path, count: int, rounds: int) -> dict[str, tuple[float, float]]:
    """Kind of request → (milliseconds of the clock, median; milliseconds of the processor, mean)."""
    _fill(folder, count)
    texts = [text for text in queries(rounds * _ROUND * 2) if '"' not in text][: rounds * _ROUND]
    with serving(folder) as (port, pid):
        kinds: dict[str, list[str]] = {}
        for size in (20, MAXIMUM_RECORDS):
            for text in texts:
                for name, path in _paths(text, size).items():
                    kinds.setdefault(name, []).append(path)
        every = f"/api/v1/books?{urlencode({'sort': 'newest', 'per_page': provider.PAGE})}"
        kinds[f"JSON API, any {provider.PAGE}"] = [f"{every}&page={1 + n % 50}" for n in range(len(texts))]
        for prefix in ("marc21", "oai_dc", "mods"):
            pages = _oai(port, prefix, 50)
            kinds[f"OAI {prefix}, {provider.PAGE}"] = [pages[n % len(pages)] for n in range(len(texts))]
        return _measured(port, pid, kinds, rounds)


def _measured(port: int, pid: int, kinds: dict[str, list[str]], rounds: int) -> dict[str, tuple[float, float]]:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    clock: dict[str, list[float]] = {name: [] for name in kinds}
    processor: dict[str, float] = dict.fromkeys(kinds, 0.0)
    for number in range(rounds):
        for name, paths in kinds.items():
            used = _processor(pid)
            for path in paths[number * _ROUND : (number + 1) * _ROUND]:
                begun = time.perf_counter()
                connection.request("GET", path, headers={"Accept-Encoding": "identity"})
                answer = connection.getresponse()
                body = answer.read()
                clock[name].append((time.perf_counter() - begun) * 1000)
                assert answer.status == 200, (path, answer.status, body[:200])
            processor[name] += _processor(pid) - used
    return {name: (statistics.median(clock[name]), processor[name] * 1000 / len(clock[name])) for name in kinds}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=10_000, help="Number of records.")
    parser.add_argument("--rounds", type=int, default=10, help=f"Rounds of {_ROUND} requests of each kind.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="shuyin-bench-") as folder:
        found = measure(Path(folder), given.size, given.rounds)
    print(f"{given.size:,} records, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print("| request, records in a page | clock, ms | processor, ms | beside the JSON API |\n|---|---|---|---|")
    beside = (0.0, 0.0)
    for name, (clock, processor) in found.items():
        beside = (clock, processor) if name.startswith("JSON") else beside
        print(f"| {name} | {clock:.1f} | {processor:.1f} | {clock / beside[0]:.2f}, {processor / beside[1]:.2f} |")


if __name__ == "__main__":
    main()
