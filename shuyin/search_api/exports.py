"""Downloads of records: csv, marc21, marcxml, isbn. A format is one entry of `FORMATS`."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from pymarc.marcxml import record_to_xml_node
from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.records import marc
from shuyin.records.book_json import BindingJson, BookJson
from shuyin.records.models import BookRow
from shuyin.search_api.messages import N_
from shuyin.search_api.services import get_books
from shuyin.search_engine.port import SearchEngine


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """One record to write: its JSON projection and its MARC21 (ISO 2709, UTF-8)."""

    book: BookJson
    marc: bytes


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """How a download is written."""

    name: str
    label: str
    media_type: str
    extension: str
    write: Callable[[Iterable[ExportRecord]], Iterator[bytes]]


def load(engine: SearchEngine, session: Session, ids: Sequence[str]) -> list[ExportRecord]:
    """The public records with these numbers, in this order; those that do not exist are left out.

    The index says what is public; the MARC record comes from the system of record.
    """
    books = get_books(engine, ids)
    found = session.execute(select(BookRow.id, BookRow.marc).where(BookRow.id.in_([book["id"] for book in books])))
    records = {row.id: row.marc for row in found}
    return [ExportRecord(book, records[book["id"]]) for book in books if book["id"] in records]


#: Column names of the plain CSV: those that `shuyin import --format csv` recognises, so a download can come back.
CSV_COLUMNS = (
    "isbn",
    "title",
    "author",
    "publisher",
    "published",
    "price",
    "binding_or_format",
    "edition",
    "series",
    "language",
    "pages",
    "size",
    "summary",
    "contents",
    "keywords",
    "class_number",
    "subjects",
    "audience",
    "rating",
    "category",
    "control_number",
)
#: A cell that begins so would run as a formula in a spreadsheet (OWASP, CSV injection).
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def safe_cell(value: str) -> str:
    """The value, with an apostrophe before it where a spreadsheet would take it for a formula."""
    return "'" + value if value.lstrip(" ").startswith(_FORMULA_STARTS) else value


def _csv_rows(book: BookJson) -> Iterator[list[str]]:
    """One row per binding, since price, pages and size belong to the binding."""
    none = BindingJson(
        isbn=None, isbn_hyphenated=None, binding=None, price=None, pages=None, size=None, format="", state=""
    )
    for binding in book["bindings"] or [none]:
        values = (
            binding["isbn"],
            book["title"],
            "; ".join(f"{c['name']} {c['role']}" if c["role"] else c["name"] for c in book["contributors"]),
            book["publisher"],
            book["published"],
            binding["price"],
            binding["binding"],
            book["edition"],
            "; ".join(f"{s['title']} ; {s['volume']}" if s["volume"] else s["title"] for s in book["series"]),
            book["language"],
            binding["pages"],
            binding["size"],
            book["summary"],
            book["contents"],
            "; ".join(book["keywords"]),
            "; ".join(c["number"] for c in book["classes"]),
            "; ".join(s["label"] for s in book["subjects"]),
            book["audience"],
            book["rating"],
            book["category"],
            book["control_number"],
        )
        yield [safe_cell(value or "") for value in values]


def _csv(records: Iterable[ExportRecord]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    yield b"\xef\xbb\xbf"  # Excel reads UTF-8 only with a BOM
    for record in records:
        writer.writerows(_csv_rows(record.book))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _marc21(records: Iterable[ExportRecord]) -> Iterator[bytes]:
    return (record.marc for record in records)


def marcxml(records: Iterable[bytes]) -> Iterator[bytes]:
    """A MARCXML collection of ISO 2709 records."""
    yield b'<?xml version="1.0" encoding="UTF-8"?>\n<collection xmlns="http://www.loc.gov/MARC21/slim">\n'
    for record in records:
        node = record_to_xml_node(marc.parse(record), quiet=True)  # type: ignore[no-untyped-call]
        yield ElementTree.tostring(node, encoding="utf-8", xml_declaration=False) + b"\n"
    yield b"</collection>\n"


def _marcxml(records: Iterable[ExportRecord]) -> Iterator[bytes]:
    return marcxml(record.marc for record in records)


def _isbn(records: Iterable[ExportRecord]) -> Iterator[bytes]:
    for record in records:
        for binding in record.book["bindings"]:
            if binding["isbn"]:
                yield f"{binding['isbn']}\r\n".encode("ascii")


FORMATS: dict[str, ExportFormat] = {
    f.name: f
    for f in (
        ExportFormat("csv", "CSV", "text/csv; charset=utf-8", "csv", _csv),
        ExportFormat("marc21", "MARC 21", "application/marc", "mrc", _marc21),
        ExportFormat("marcxml", "MARCXML", "application/marcxml+xml", "xml", _marcxml),
        ExportFormat("isbn", N_("ISBN 清單"), "text/plain; charset=utf-8", "txt", _isbn),
    )
}
