"""Downloads: CSV as spreadsheets open it, and the formats for reference managers and programs."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from lxml import etree

from shuyin.harvest.readers import tables
from shuyin.records import marc
from shuyin.records.book_json import BookJson
from shuyin.search_api.exports import FORMATS, ExportRecord
from shuyin.search_api.exports.spreadsheet import safe_cell
from tests.protocols.books import REPORT, URL, bare, report


def attack() -> BookJson:
    book = report()
    book.update(
        title='=HYPERLINK("http://bad.example","x")', publisher="+886", edition="\t=1+1", control_number="000123"
    )
    book["keywords"] = ["-2", "@sum"]
    book["contributors"] = [{"name": "＝1+1", "role": None, "kind": "person", "dates": None, "latin": None}]
    return book


def written(name: str, *books: BookJson) -> bytes:
    data = bytes(marc.serialise(marc.write(REPORT)))
    return b"".join(FORMATS[name].write([ExportRecord(book, data, URL) for book in books]))


def rows(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def test_a_row_for_each_isbn_or_for_each_record() -> None:
    each = rows(written("csv", report(), bare()))
    assert [(r["isbn"], r["binding_or_format"], r["price"], r["title"]) for r in each] == [
        ("9789576787713", "平裝", "NT$300", report()["title"]),
        ("9789576787829", "精裝", "NT$500", report()["title"]),
        ("", "", "", "無名書"),
    ]
    whole = rows(written("csv-records", report(), bare()))
    assert [r["isbn"] for r in whole] == ["9789576787713; 9789576787829", ""]
    assert whole[0]["pages"] == "86面"


def test_nothing_in_a_csv_runs() -> None:
    row = rows(written("csv", attack()))[0]
    for column in ("title", "publisher", "edition", "author"):
        assert row[column].startswith("'"), column
    assert row["keywords"] == "'-2; @sum"
    values = ["", "a=b", "-", "2025", "0.5", "0", "012", "1.50", "978957678771", "12345678901234567"]
    assert [safe_cell(v) for v in values] == ["", "a=b", "'-", "2025", "0.5", "0", "012\t", "1.50\t", *values[8:9],
                                              "12345678901234567\t"]  # fmt: skip


def test_our_own_importer_reads_the_cells_back() -> None:
    data = written("csv", attack())
    piece = next(iter(tables.split(io.BytesIO(data))))
    cells = tables.read_piece(piece)
    assert (cells["class_number"], cells["control_number"]) == ("011.016", "000123")
    assert cells["title"] == attack()["title"] and cells["publisher"] == "+886"


def _cells_in_libreoffice(data: bytes, folder: Path) -> list[list[tuple[str, str, str]]]:
    """(type, shown text, formula) of each cell, as LibreOffice Calc opens the file."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-calc-nogui)")
    (folder / "books.csv").write_bytes(data)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    # comma, quotation mark, UTF-8; every column "standard" and numbers detected, the worst that a person may choose
    reading = "--infilter=Text - txt - csv (StarCalc):44,34,76,1,,0,false,true"
    command = [
        office,
        profile,
        "--headless",
        reading,
        "--convert-to",
        "fods",
        "--outdir",
        str(folder),
        str(folder / "books.csv"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    root = etree.parse(folder / "books.fods")
    ns = {
        "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
        "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    }
    found = []
    for row in root.iterfind(".//table:table-row", ns):
        cells: list[tuple[str, str, str]] = []
        for cell in row.iterfind("table:table-cell", ns):
            kind = cell.get(f"{{{ns['office']}}}value-type", "")
            times = int(cell.get(f"{{{ns['table']}}}number-columns-repeated", "1"))
            formula = cell.get(f"{{{ns['table']}}}formula", "")
            cells += [(kind, "".join(cell.itertext()).strip("\n "), formula)] * min(times, 30)
        found.append(cells)
    return found


def test_libreoffice_opens_the_csv_right(tmp_path: Path) -> None:
    data = written("csv", report(), attack())
    header, first, _, third, *_ = _cells_in_libreoffice(data, tmp_path)
    names = [text for _, text, _ in header]
    shown = dict(zip(names, first, strict=False))
    assert shown["title"][1] == report()["title"]
    assert shown["class_number"][1].strip() == "011.016" and shown["isbn"][1] == "9789576787713"
    dangerous = dict(zip(names, third, strict=False))
    assert dangerous["control_number"][1].strip() == "000123"
    assert not any(formula for _, _, formula in (*first, *third))
    assert dangerous["title"][2] == "" and dangerous["title"][1].endswith('HYPERLINK("http://bad.example","x")')


def test_the_other_formats() -> None:
    assert written("isbn", report(), bare()) == b"9789576787713\r\n9789576787829\r\n"
    assert written("ris", report(), bare()).count(b"TY  - BOOK\r\n") == 2
    assert written("bibtex", report(), bare()).count(b"@book{") == 2
    lines = written("jsonl", report(), bare()).splitlines()
    assert [json.loads(line)["id"] for line in lines] == [7, 8]
    assert [item["id"] for item in json.loads(written("csl", report(), bare()))] == ["shuyin7", "shuyin8"]
    assert json.loads(written("csl")) == []
    assert written("citations", bare()).decode().splitlines()[0] == "APA 7: 無名書（無日期）。"
    collection = etree.fromstring(written("marcxml", report(), bare()))
    assert len(collection) == 2 and written("marc21", report()) == marc.serialise(marc.write(REPORT))
