"""CSV that spreadsheets open right: UTF-8 with BOM, nothing that runs, no leading zero lost."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

from shuyin.records.book_json import BindingJson, BookJson

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
#: A number whose beginning or end a spreadsheet would drop: 011.016, 000123, 573.40.
_FRAGILE = re.compile(r"0\d[\d.]*|\d+\.\d*0|\d{16,}")

_NO_BINDING = BindingJson(
    isbn=None, isbn_hyphenated=None, binding=None, price=None, pages=None, size=None, format="", state=""
)


def safe_cell(value: str) -> str:
    """The value as a spreadsheet leaves it alone.

    An apostrophe stands before what would be taken for a formula; a tab behind a number that would lose zeros makes
    it a text in Excel and LibreOffice alike (="011.016" would not in LibreOffice). `shuyin import` takes both away.
    """
    if value.lstrip(" ").startswith(_FORMULA_STARTS):
        return "'" + value
    return f"{value}\t" if _FRAGILE.fullmatch(value) else value


def write(books: Iterable[BookJson], *, per_record: bool) -> Iterator[bytes]:
    """The file, piece by piece: a row for each binding, since price, pages and size belong to it, or for each book."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    yield b"\xef\xbb\xbf"  # Excel reads UTF-8 only with a BOM
    for book in books:
        bindings = book["bindings"] or [_NO_BINDING]
        writer.writerows([_row(book, bindings)] if per_record else [_row(book, [binding]) for binding in bindings])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _row(book: BookJson, bindings: list[BindingJson]) -> list[str]:
    values = (
        _joined(b["isbn"] for b in bindings),
        book["title"],
        "; ".join(f"{c['name']} {c['role']}" if c["role"] else c["name"] for c in book["contributors"]),
        book["publisher"],
        book["published"],
        _joined(b["price"] for b in bindings),
        _joined(b["binding"] for b in bindings),
        book["edition"],
        "; ".join(f"{s['title']} ; {s['volume']}" if s["volume"] else s["title"] for s in book["series"]),
        book["language"],
        _joined(b["pages"] for b in bindings),
        _joined(b["size"] for b in bindings),
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
    return [safe_cell(value or "") for value in values]


def _joined(values: Iterable[str | None]) -> str:
    """The values of all bindings in one cell, each once."""
    return "; ".join(dict.fromkeys(value for value in values if value))
