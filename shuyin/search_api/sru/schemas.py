"""Record schemas that SRU gives, by short name and by identifier."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lxml import etree

from shuyin.records.book_json import BookJson
from shuyin.search_api.crosswalks.dublin_core import srw_dc
from shuyin.search_api.crosswalks.marcxml import marcxml
from shuyin.search_api.crosswalks.mods import mods
from shuyin.search_api.sru.diagnostics import SruFailure


@dataclass(frozen=True, slots=True)
class Source:
    """A record found: its JSON shape, its public address, and its MARC21 where the schema asks for it."""

    book: BookJson
    url: str
    marc: bytes | None = None


@dataclass(frozen=True, slots=True)
class RecordSchema:
    """A schema of the explain record."""

    name: str
    identifier: str
    title: str
    write: Callable[[Source], etree._Element]
    needs_marc: bool = False


def _marcxml(source: Source) -> etree._Element:
    assert source.marc is not None
    return marcxml(source.marc)


SCHEMAS: tuple[RecordSchema, ...] = (
    RecordSchema("marcxml", "info:srw/schema/1/marcxml-v1.1", "MARCXML", _marcxml, needs_marc=True),
    RecordSchema("dc", "info:srw/schema/1/dc-v1.1", "Dublin Core", lambda s: srw_dc(s.book, s.url)),
    RecordSchema("mods", "info:srw/schema/1/mods-v3.7", "MODS 3.7", lambda s: mods(s.book, s.url)),
)


def find_schema(name: str | None) -> RecordSchema:
    """The schema of that name or identifier, MARCXML by default; `SruFailure` 66."""
    if name is None:
        return SCHEMAS[0]
    for schema in SCHEMAS:
        if name in (schema.name, schema.identifier):
            return schema
    raise SruFailure(66, name)
