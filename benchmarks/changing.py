"""A catalogue that is being changed: so many records a second get another title, for as long as this process lives.

`python -m benchmarks.changing DATABASE_URL RECORDS.mrc --per-second 50`; the indexer of `shuyin serve` follows.
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Iterator
from pathlib import Path

import pymarc

from benchmarks.catalogue import records
from shuyin.records import database, marc
from shuyin.records.incoming import IncomingRecord
from shuyin.records.services import ingest

#: Transactions a second.
_SLICES_PER_SECOND = 2


def changed(file: Path) -> Iterator[bytes]:
    """The records of the file over and over, each time with another subtitle."""
    for turn in itertools.count(1):
        for content in records(file):
            record = pymarc.Record(content, force_utf8=True)
            record["245"].add_subfield("b", f"第 {turn} 次修訂")
            yield marc.serialise(record)


def main() -> None:
    """Change records until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database_url")
    parser.add_argument("file", type=Path)
    parser.add_argument("--per-second", type=int, default=50)
    parser.add_argument("--source", required=True, help="The source under which the file was imported.")
    arguments = parser.parse_args()
    writes = database.write_sessions(database.connect(arguments.database_url))
    stream = changed(arguments.file)
    size = max(1, arguments.per_second // _SLICES_PER_SECOND)
    due = time.monotonic()
    while True:
        some = [IncomingRecord(content, source=arguments.source) for content in itertools.islice(stream, size)]
        with writes.begin() as session:
            ingest(session, some)
        due += 1 / _SLICES_PER_SECOND
        time.sleep(max(0.0, due - time.monotonic()))


if __name__ == "__main__":
    main()
