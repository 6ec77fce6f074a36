"""Makes the data files of the sample catalogue anew: `python -m shuyin.harvest.sample.build SHARED_DATA_FOLDER`.

The result is the same for the same input, byte for byte. Bindings of one book meet by the rule of the importer itself
(docs/importing.md): the rows are written into a throw-away database and read back.
"""

from __future__ import annotations

import csv
import gzip
import io
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from pymarc import Field
from sqlalchemy import select

from shuyin.harvest.sample import BOOKS, CBETA, DATA, PUBLISHERS
from shuyin.harvest.sample.cbeta import cbeta_books
from shuyin.harvest.sample.printed import printed_books
from shuyin.harvest.sample.publishers import publishers
from shuyin.harvest.sample.shops import read_labels, shop_books
from shuyin.records import database, marc
from shuyin.records.book import Book
from shuyin.records.models import BookRow
from shuyin.records.services import IncomingRecord, MatchBy, ingest

#: MARC 003 of the sample's records: whose control numbers they are.
AGENCY, CBETA_AGENCY = "shuyin-sample", "CBETA"


def build(shared: Path, target: Path) -> dict[str, int]:
    """Write the data files into `target`; how many records each holds."""
    target.mkdir(parents=True, exist_ok=True)
    printed = printed_books()
    known = {isbn for book in printed for isbn in book.isbns}
    labels = read_labels(shared / "labelled" / "books.csv")
    shops = [b for b in shop_books(shared / "books" / "taiwan-books.csv", labels) if not known & set(b.isbns)]
    books = _merged([*printed, *shops])
    works = list(cbeta_books(shared / "cbeta" / "works.csv"))
    firms = publishers(marc.read(content) for content in books)
    _write(target / BOOKS, b"".join(books))
    _write(target / CBETA, b"".join(_record(book, str(book.control_number), CBETA_AGENCY) for book in works))
    names = [("name", "prefixes", "other_names")]
    names += [(p.name, " ".join(p.prefixes), "|".join(p.other_names)) for p in firms]
    _write(target / PUBLISHERS, _table(names))
    return {BOOKS: len(books), CBETA: len(works), PUBLISHERS: len(firms)}


def _merged(books: Iterable[Book]) -> list[bytes]:
    """The records after bindings have met, each under its first ISBN as control number, in the order given."""
    with tempfile.TemporaryDirectory() as folder:
        engine = database.connect(f"sqlite:///{folder}/build.db")
        database.upgrade(engine)
        with database.write_sessions(engine).begin() as session:
            for book in books:
                content = marc.serialise(marc.write(book))
                ingest(session, [IncomingRecord(content, source=AGENCY, match_by=MatchBy.ISBN)])
            stored = list(session.scalars(select(BookRow.marc).order_by(BookRow.id)))
        engine.dispose()
    read = [marc.read(content) for content in stored]
    return [_record(book, book.isbns[0], AGENCY) for book in read]


def _record(book: Book, control_number: str, agency: str) -> bytes:
    record = marc.write(book)
    record.remove_fields("001")
    fields = [Field(tag="001", data=control_number), Field(tag="003", data=agency)]
    record.fields = [*fields, *record.fields]
    return marc.serialise(record)


def _table(rows: Iterable[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue().encode("utf-8")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file, gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
        packed.write(content)


def main() -> None:
    """Command line: the folder of shared data, and where to write (the package's own data by default)."""
    if len(sys.argv) not in (2, 3):
        sys.exit("python -m shuyin.harvest.sample.build SHARED_DATA_FOLDER [TARGET_FOLDER]")
    target = Path(sys.argv[2]) if len(sys.argv) == 3 else Path(str(DATA))
    for name, count in build(Path(sys.argv[1]), target).items():
        sys.stdout.write(f"{name}: {count:,} ({(target / name).stat().st_size:,} bytes)\n")


if __name__ == "__main__":
    main()
