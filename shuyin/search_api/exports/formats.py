"""The formats of downloads. A format is one entry of `FORMATS`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from pymarc.marcxml import record_to_xml_node
from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.records import marc
from shuyin.records.book_json import BookJson
from shuyin.records.models import BookRow
from shuyin.search_api.crosswalks.bibtex import bibtex
from shuyin.search_api.crosswalks.citations import STYLES
from shuyin.search_api.crosswalks.csl import csl
from shuyin.search_api.crosswalks.ris import ris
from shuyin.search_api.exports import spreadsheet
from shuyin.search_api.messages import N_
from shuyin.search_api.services import get_books
from shuyin.search_engine.port import SearchEngine


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """One record to write: its JSON projection, its MARC21 (ISO 2709, UTF-8) and its public address."""

    book: BookJson
    marc: bytes
    url: str = ""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """How a download is written."""

    name: str
    label: str
    media_type: str
    extension: str
    write: Callable[[Iterable[ExportRecord]], Iterator[bytes]]


def load(engine: SearchEngine, session: Session, ids: Sequence[str], base_url: str = "") -> list[ExportRecord]:
    """The public records with these numbers, in this order; those that do not exist are left out.

    `base_url` is the service's address, for formats that name the record's page. The index says what is public;
    the MARC record comes from the system of record.
    """
    books = get_books(engine, ids)
    found = session.execute(select(BookRow.id, BookRow.marc).where(BookRow.id.in_([book["id"] for book in books])))
    records = {row.id: row.marc for row in found}
    return [
        ExportRecord(book, records[book["id"]], f"{base_url}/books/{book['id']}")
        for book in books
        if book["id"] in records
    ]


def _csv(records: Iterable[ExportRecord]) -> Iterator[bytes]:
    return spreadsheet.write((record.book for record in records), per_record=False)


def _csv_records(records: Iterable[ExportRecord]) -> Iterator[bytes]:
    return spreadsheet.write((record.book for record in records), per_record=True)


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


def _ris(records: Iterable[ExportRecord]) -> Iterator[bytes]:
    return (ris(record.book, record.url).encode() for record in records)


def _bibtex(records: Iterable[ExportRecord]) -> Iterator[bytes]:
    return (bibtex(record.book, record.url).encode() for record in records)


def _jsonl(records: Iterable[ExportRecord]) -> Iterator[bytes]:
    return (json.dumps(record.book, ensure_ascii=False).encode() + b"\n" for record in records)


def _csl(records: Iterable[ExportRecord]) -> Iterator[bytes]:
    before = b"[\n"
    for record in records:
        yield before + json.dumps(csl(record.book, record.url), ensure_ascii=False).encode()
        before = b",\n"
    yield (b"[" if before == b"[\n" else b"\n") + b"]\n"


def _citations(records: Iterable[ExportRecord]) -> Iterator[bytes]:
    for record in records:
        yield "".join(f"{label}: {cite(record.book)}\n" for label, cite in STYLES.values()).encode() + b"\n"


FORMATS: dict[str, ExportFormat] = {
    f.name: f
    for f in (
        ExportFormat("csv", N_("CSV（每個 ISBN 一列）"), "text/csv; charset=utf-8", "csv", _csv),
        ExportFormat("csv-records", N_("CSV（每筆書目一列）"), "text/csv; charset=utf-8", "csv", _csv_records),
        ExportFormat("marc21", "MARC 21", "application/marc", "mrc", _marc21),
        ExportFormat("marcxml", "MARCXML", "application/marcxml+xml", "xml", _marcxml),
        ExportFormat("isbn", N_("ISBN 清單"), "text/plain; charset=utf-8", "txt", _isbn),
        ExportFormat("ris", "RIS", "application/x-research-info-systems", "ris", _ris),
        ExportFormat("bibtex", "BibTeX", "application/x-bibtex", "bib", _bibtex),
        ExportFormat("jsonl", "JSON Lines", "application/jsonl", "jsonl", _jsonl),
        ExportFormat("csl", "CSL-JSON", "application/vnd.citationstyles.csl+json", "json", _csl),
        ExportFormat(
            "citations", N_("書目引用格式（APA、Chicago、GB/T 7714）"), "text/plain; charset=utf-8", "txt", _citations
        ),
    )
}
