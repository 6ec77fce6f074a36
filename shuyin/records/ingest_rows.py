"""Rows of an import batch: what was decided in `ingesting`, written with few statements for many rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from shuyin.records import changes, marc, merging
from shuyin.records.book import Book
from shuyin.records.incoming import IncomingRecord, MatchBy
from shuyin.records.models import Base, BindingRow, BookRow, Contribution, utc_now

#: Databases allow some thousand parameters a statement.
CHUNK = 500

_BOOKS, _BINDINGS = Base.metadata.tables["books"], Base.metadata.tables["bindings"]
_CONTRIBUTIONS, _VERSIONS = Base.metadata.tables["contributions"], Base.metadata.tables["record_versions"]


@dataclass(slots=True)
class Piece:
    """One incoming record with what it is recognised by; a repeated number makes `identity` differ from its own."""

    record: IncomingRecord
    own_identity: str
    identity: str
    digest: bytes
    found: marc.MarcIdentity
    repetition: int = 1
    _book: Book | None = None
    _work_key: str | None = ""  # empty: not made yet

    @property
    def book(self) -> Book:
        """The record's values, read once."""
        if self._book is None:
            self._book = marc.read(self.record.marc)
        return self._book

    @property
    def work_key(self) -> str | None:
        """`merging.work_key` of the book, made once; None for records that a control number identifies."""
        if self._work_key == "":
            self._work_key = merging.work_key(self.book) if self.by_isbn else None
        return self._work_key

    @property
    def by_isbn(self) -> bool:
        """Whether ISBN and work, not a control number, say which book this is."""
        return self.record.match_by is MatchBy.ISBN


@dataclass(slots=True)
class Part:
    """One of several source records of a book, and the import that saw it last."""

    digest: bytes
    marc: bytes
    batch_id: int | None


@dataclass(slots=True)
class Standing:
    """A record as it will stand after this batch; `id` is None until it is inserted."""

    id: int | None
    identity: str
    marc: bytes
    digest: bytes
    source: str
    collection: str
    by_isbn: bool
    work_key: str | None = None
    batch_id: int | None = None
    version: int = 1
    edited: bool = False
    deleted: bool = False
    piece: Piece | None = None  # the latest piece that is the whole record
    contributions: dict[str, Part] = field(default_factory=dict)
    joined: list[Piece] = field(default_factory=list)  # contributions to be written
    former: bytes | None = None  # the MARC before this batch, if it changed
    isbns: tuple[str | None, ...] | None = None  # of the new state, if it changed
    restated: bool = False  # the same record came in other bytes: only digest and original are new

    def become(self, content: bytes, isbns: tuple[str | None, ...]) -> None:
        """Take new content; the former one is remembered for its version."""
        if self.id is not None and self.former is None:
            self.former = self.marc
        self.marc, self.isbns = content, isbns

    def digest_of(self, identity: str) -> bytes:
        """Digest of what the source record `identity` last said."""
        part = self.contributions.get(identity)
        return part.digest if part is not None else self.digest

    def part_with(self, digest: bytes) -> str | None:
        """Identity of the source record that said just this before; None if none did."""
        return next((identity for identity, part in self.contributions.items() if part.digest == digest), None)

    def row_id(self) -> int:
        """The row's id, once it is written."""
        if self.id is None:
            raise RuntimeError(f"{self.identity!r} was not written")
        return self.id


def write(
    session: Session, new: Sequence[Standing], seen: Sequence[Standing], identities: set[str], batch_id: int | None
) -> None:
    """Insert what is new, update what changed, keep former states, append to the change log."""
    _insert_new(session, new)
    changed = [s for s in seen if s.former is not None and s.former != s.marc]
    _update(session, changed, batch_id)
    _restate(session, [s for s in seen if s.restated and s.former in (None, s.marc)])
    _mark_seen(session, seen, identities, batch_id)
    _write_contributions(session, [s for s in (*new, *seen) if s.joined], batch_id)
    changes.append_all(session, "book", [s.row_id() for s in (*new, *changed)])


def _execute(session: Session, statement: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """One statement for many rows, past the ORM, which would double the time."""
    if rows:
        session.connection().execute(statement, rows)


_T = TypeVar("_T")


def _chunks(values: Sequence[_T]) -> Iterator[Sequence[_T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _insert_new(session: Session, new: Sequence[Standing]) -> None:
    now = utc_now()
    _execute(
        session,
        insert(_BOOKS),
        [{**_columns(s), "identity": s.identity, "created_at": now, "updated_at": now} for s in new],
    )
    by_identity = {s.identity: s for s in new}
    for names in _chunks(list(by_identity)):
        for id, identity in session.execute(select(BookRow.id, BookRow.identity).where(BookRow.identity.in_(names))):
            by_identity[identity].id = id
    rows = [{"book_id": s.row_id(), "position": n, "isbn": i} for s in new for n, i in enumerate(s.isbns or ())]
    _execute(session, insert(_BINDINGS), rows)


def _update(session: Session, changed: Sequence[Standing], batch_id: int | None) -> None:
    now = utc_now()
    versions: list[dict[str, Any]] = []
    rows: dict[bool, list[dict[str, Any]]] = {True: [], False: []}  # whether the whole record came anew
    for s in changed:
        named = {"kind": "book", "record_id": s.row_id(), "version": s.version, "content": s.former}
        versions.append({**named, "changed_at": now, "changed_by": "import"})
        s.version += 1
        row = _columns(s) if s.piece else {"marc": s.marc}
        row |= {"version": s.version, "updated_at": now, "deleted_at": None, "batch_id": batch_id}
        rows[s.piece is not None].append({**row, "row_id": s.row_id()})
    _execute(session, insert(_VERSIONS), versions)
    for own in rows.values():
        _update_rows(session, own)
    write_bindings(session, {s.row_id(): s.isbns or () for s in changed})


def _update_rows(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "row_id"}
        _execute(session, update(_BOOKS).where(_BOOKS.c.id == bindparam("row_id")).values(values), rows)


def _restate(session: Session, restated: Sequence[Standing]) -> None:
    names = ("digest", "original", "original_format")
    _update_rows(session, [{**{n: _columns(s)[n] for n in names}, "row_id": s.row_id()} for s in restated])


def _mark_seen(session: Session, seen: Sequence[Standing], identities: set[str], batch_id: int | None) -> None:
    for ids in _chunks([s.row_id() for s in seen if s.batch_id != batch_id]):
        session.execute(update(_BOOKS).where(_BOOKS.c.id.in_(ids)).values(batch_id=batch_id))
    parts = [
        identity
        for s in seen
        for identity, part in s.contributions.items()
        if identity in identities and part.batch_id != batch_id
    ]
    for names in _chunks(parts):
        session.execute(update(_CONTRIBUTIONS).where(_CONTRIBUTIONS.c.identity.in_(names)).values(batch_id=batch_id))


def _write_contributions(session: Session, joined: Sequence[Standing], batch_id: int | None) -> None:
    known: set[str] = set()
    for ids in _chunks([s.row_id() for s in joined]):
        known.update(session.scalars(select(Contribution.identity).where(Contribution.book_id.in_(ids))))
    inserted: dict[str, dict[str, Any]] = {}
    updated: dict[str, dict[str, Any]] = {}
    for s in joined:
        if s.identity not in known:
            first = s.contributions[s.identity]
            inserted[s.identity] = _contribution(s, s.identity, first.digest, first.marc, s.source, first.batch_id)
        for piece in s.joined:
            record = piece.record
            row = _contribution(s, piece.identity, piece.digest, record.marc, record.source, batch_id)
            row |= {"original": record.original, "original_format": record.original_format}
            (updated if piece.identity in known else inserted)[piece.identity] = row
    _execute(session, insert(_CONTRIBUTIONS), list(inserted.values()))
    if updated:
        rows = [{**row, "named": identity} for identity, row in updated.items()]
        values: dict[str, Any] = {name: bindparam(name) for name in rows[0] if name != "named"}
        where = _CONTRIBUTIONS.c.identity == bindparam("named")
        _execute(session, update(_CONTRIBUTIONS).where(where).values(values), rows)


def _contribution(
    standing: Standing, identity: str, digest: bytes, content: bytes, source: str, batch_id: int | None
) -> dict[str, Any]:
    return {
        "book_id": standing.row_id(),
        "identity": identity,
        "digest": digest,
        "marc": content,
        "source": source,
        "original": None,
        "original_format": None,
        "batch_id": batch_id,
    }


def _columns(standing: Standing) -> dict[str, Any]:
    if standing.piece is None:
        raise RuntimeError("only a whole record has columns")
    record, found = standing.piece.record, standing.piece.found
    return {
        "marc": standing.marc,
        "collection": record.collection,
        "source": record.source,
        "control_agency": found.agency[:64] if found.agency else None,
        "control_number": found.control_number[:128] if found.control_number else None,
        "digest": standing.digest,
        "original": record.original,
        "original_format": record.original_format,
        "work_key": standing.work_key,
        "announced_on": record.announced_on,
        "batch_id": standing.batch_id,
    }


def write_bindings(session: Session, wanted: Mapping[int, Sequence[str | None]]) -> None:
    """Make the binding rows of books those of their ISBNs, in order; a binding that stays keeps its deposit state."""
    session.flush()
    standing: dict[int, list[Any]] = defaultdict(list)
    columns = (BindingRow.id, BindingRow.book_id, BindingRow.position, BindingRow.isbn)
    for ids in _chunks(list(wanted)):
        for row in session.execute(select(*columns).where(BindingRow.book_id.in_(ids)).order_by(BindingRow.position)):
            standing[row.book_id].append(row)
    added: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    gone: list[int] = []
    for book_id, isbns in wanted.items():
        rows = standing[book_id]
        if [row.isbn for row in rows] == list(isbns):
            continue
        by_isbn = {row.isbn: row for row in reversed(rows) if row.isbn}
        kept = set()
        for position, isbn in enumerate(isbns):
            found = by_isbn.pop(isbn, None) if isbn else None
            if found is None:
                added.append({"book_id": book_id, "position": position, "isbn": isbn})
            else:
                kept.add(found.id)
                moved.append({"row_id": found.id, "place": position})
        gone += [row.id for row in rows if row.id not in kept]
    for ids in _chunks(gone):
        session.execute(delete(_BINDINGS).where(_BINDINGS.c.id.in_(ids)))
    where = _BINDINGS.c.id == bindparam("row_id")
    _execute(session, update(_BINDINGS).where(where).values(position=bindparam("place")), moved)
    _execute(session, insert(_BINDINGS), added)
    if added or moved or gone:
        session.expire_all()  # what the session holds of these rows is old
