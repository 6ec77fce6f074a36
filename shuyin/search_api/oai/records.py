"""Ledger entries → `header` and `record` elements, in each metadata format."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from shuyin.records import marc
from shuyin.records.book_json import BookJson, row_to_json
from shuyin.records.models import BookRow
from shuyin.search_api.crosswalks.dublin_core import OAI_DC, OAI_DC_SCHEMA, oai_dc
from shuyin.search_api.crosswalks.marcxml import MARCXML, MARCXML_SCHEMA, marcxml
from shuyin.search_api.crosswalks.mods import MODS, mods
from shuyin.search_api.crosswalks.xml_text import child
from shuyin.search_api.models import OaiEntry
from shuyin.search_api.oai import selection
from shuyin.search_api.oai.protocol import OaiError, stamp

_O = "{http://www.openarchives.org/OAI/2.0/}"
_SCHEMA_LOCATION = "{http://www.w3.org/2001/XMLSchema-instance}schemaLocation"


@dataclass(frozen=True, slots=True)
class MetadataFormat:
    """A metadata format and how a record is written in it."""

    schema: str
    namespace: str
    write: Callable[[BookRow, str], etree._Element]
    needs_bindings: bool = True


def _book(row: BookRow) -> BookJson:
    return row_to_json(row, marc.read(row.marc))


FORMATS: dict[str, MetadataFormat] = {
    "oai_dc": MetadataFormat(OAI_DC_SCHEMA, OAI_DC, lambda row, url: oai_dc(_book(row), url)),
    "marc21": MetadataFormat(MARCXML_SCHEMA, MARCXML, lambda row, _: marcxml(row.marc), False),
    "mods": MetadataFormat("http://www.loc.gov/standards/mods/v3/mods-3-7.xsd", MODS, lambda r, u: mods(_book(r), u)),
}


class Records:
    """Writes entries for one answer."""

    def __init__(self, base_url: str, namespace: str, now: datetime) -> None:
        self._base_url, self._namespace, self._now = base_url, namespace, now

    def identifier(self, record_id: int) -> str:
        """oai:host:books/7."""
        return f"oai:{self._namespace}:books/{record_id}"

    def find(self, session: Session, identifier: str) -> OaiEntry:
        """The entry of an identifier; `OaiError` idDoesNotExist."""
        start = f"oai:{self._namespace}:books/"
        number = identifier.removeprefix(start)
        if identifier.startswith(start) and number.isascii() and number.isdigit() and len(number) < 19:
            entry = session.get(OaiEntry, int(number))
            if entry is not None and entry.stamp <= self._now:
                return entry
        raise OaiError("idDoesNotExist", f"identifiers look like {self.identifier(1)}")

    def written(self, session: Session, entries: Sequence[OaiEntry], prefix: str | None) -> list[etree._Element]:
        """A `record` for each entry, or only its `header` if no prefix is given."""
        if prefix is None:
            return [self._header(entry, entry.deleted) for entry in entries]
        ids = [entry.record_id for entry in entries if not entry.deleted]
        query = select(BookRow).where(BookRow.id.in_(ids), BookRow.public, BookRow.deleted_at.is_(None))
        if FORMATS[prefix].needs_bindings:
            query = query.options(selectinload(BookRow.bindings))  # else each record asks for its own
        rows = {row.id: row for row in session.scalars(query)}
        return [self._record(entry, rows.get(entry.record_id), prefix) for entry in entries]

    def _record(self, entry: OaiEntry, row: BookRow | None, prefix: str) -> etree._Element:
        record = etree.Element(f"{_O}record")
        record.append(self._header(entry, deleted=row is None))
        if row is not None:
            format = FORMATS[prefix]
            element = format.write(row, f"{self._base_url}/books/{row.id}")
            if element.get(_SCHEMA_LOCATION) is None:
                element.set(_SCHEMA_LOCATION, f"{format.namespace} {format.schema}")
            child(record, f"{_O}metadata").append(element)
        return record

    def _header(self, entry: OaiEntry, deleted: bool) -> etree._Element:
        header = etree.Element(f"{_O}header", {"status": "deleted"} if deleted else {})
        child(header, f"{_O}identifier", self.identifier(entry.record_id))
        child(header, f"{_O}datestamp", stamp(entry.stamp))
        for spec in selection.sets_of(entry):
            child(header, f"{_O}setSpec", spec)
        return header
