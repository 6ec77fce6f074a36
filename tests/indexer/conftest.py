"""Records and an index that belong together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pymarc
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from shuyin.records import changes, database
from shuyin.records.models import BookRow, utc_now
from shuyin.search_engine import connect
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.parsing import parse
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import SearchRequest


def marc_bytes(title: str, **subfields: str) -> bytes:
    """A small MARC21 record: 001 from `number`, 245 $a, and 264 $b from `publisher`."""
    record = pymarc.Record(force_utf8=True)
    record.leader = pymarc.Leader("00000nam a2200000   4500")
    record.add_field(pymarc.Field("001", data=subfields.get("number", "1")))
    record.add_field(pymarc.Field("245", pymarc.Indicators("1", "0"), [pymarc.Subfield("a", title)]))
    if "publisher" in subfields:
        record.add_field(
            pymarc.Field("264", pymarc.Indicators(" ", "1"), [pymarc.Subfield("b", subfields["publisher"])])
        )
    return record.as_marc()


@dataclass
class Catalogue:
    """A database and a search engine, with short ways to change one and ask the other."""

    sessions: sessionmaker[Session]
    writes: sessionmaker[Session]
    search: SearchEngine

    def put(self, title: str, **columns: object) -> int:
        """Write a book and its change log entry in one transaction; its id."""
        with self.writes.begin() as session:
            return self.put_in(session, title, **columns)

    def put_in(self, session: Session, title: str, **columns: object) -> int:
        """The same in a transaction of the caller's."""
        book = BookRow(marc=marc_bytes(title), source="test", identity=f"test||{title}", digest=bytes(32), **columns)
        session.add(book)
        session.flush()
        changes.append(session, "book", book.id)
        return book.id

    def change(self, id: int, **columns: object) -> None:
        """Change columns of a book."""
        with self.writes.begin() as session:
            book = session.get_one(BookRow, id)
            for name, value in columns.items():
                setattr(book, name, value)
            book.updated_at = utc_now()
            changes.append(session, "book", id, deleted=book.deleted_at is not None)

    def found(self, query: str) -> set[int]:
        """Ids that a search finds."""
        request = SearchRequest(query=parse(query, BOOKS).query, limit=100)
        return {int(hit.id) for hit in self.search.search("books", request).hits}


@pytest.fixture
def catalogue(engine: Engine, tmp_path: Path) -> Iterator[Catalogue]:
    search = connect(f"tantivy:{tmp_path}/index")
    yield Catalogue(database.read_sessions(engine), database.write_sessions(engine), search)
    search.close()
