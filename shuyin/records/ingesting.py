"""Writing incoming records in batches: matched, merged, versioned and logged in one transaction.

Identity. A MARC record is (source, 003, 001). Where one file repeats a control number for different records, the
second, third … get "|2", "|3" behind their identity and a warning; `BookRow.batch_id`, the last import that saw a
row, tells a repetition (same import) from a new version (an earlier import). Records without a control number are
known by their content. Rows of CSV and ONIX are known by source and ISBN; `merging` says when they are one book.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from shuyin.records import changes, marc, merging
from shuyin.records.book import Book
from shuyin.records.incoming import IncomingRecord, Ingested, MatchBy, Outcome
from shuyin.records.models import BindingRow, BookRow, Contribution, RecordVersion, utc_now

#: Databases allow some thousand parameters a statement.
_CHUNK = 500
_MAX_IDENTITY = 240

REPEATED = "控制號 {number} 在同一檔案中用於不同的書目，已分開保存"
NOT_OVERWRITTEN = "此書目經人員修訂，匯入內容未覆蓋"


@dataclass(slots=True)
class _Piece:
    """One incoming record with what it is recognised by."""

    record: IncomingRecord
    identity: str
    digest: bytes
    found: marc.MarcIdentity
    _book: Book | None = None

    @property
    def book(self) -> Book:
        if self._book is None:
            self._book = marc.read(self.record.marc)
        return self._book

    @property
    def by_isbn(self) -> bool:
        return self.record.match_by is MatchBy.ISBN


@dataclass(slots=True)
class _Standing:
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
    piece: _Piece | None = None  # the latest piece that is the whole record
    contributions: dict[str, tuple[bytes, bytes]] = field(default_factory=dict)  # identity → (digest, marc)
    joined: list[_Piece] = field(default_factory=list)  # contributions to be written
    former: bytes | None = None  # the MARC before this batch, if it changed
    isbns: tuple[str | None, ...] | None = None  # of the new state, if it changed
    restated: bool = False  # the same record came in other bytes: only digest and original are new

    def become(self, content: bytes, isbns: tuple[str | None, ...]) -> None:
        if self.id is not None and self.former is None:
            self.former = self.marc
        self.marc, self.isbns = content, isbns


def ingest(session: Session, records: Sequence[IncomingRecord], *, batch_id: int | None = None) -> list[Ingested]:
    """Write a batch of records in the caller's transaction; answers stand in the order of the records.

    Idempotent: a record whose original has not changed touches nothing but `batch_id`. `marc.DamagedRecord` if a
    record cannot be read at all: readers hand over whole records only.
    """
    changes.lock(session)
    pieces = [_piece(record) for record in records]
    known = _Known(session, pieces, batch_id)
    outcomes = [known.take(piece) for piece in pieces]
    known.write()
    return [
        Ingested(_id(standing), outcome, (*piece.record.warnings, *warnings))
        for piece, (standing, outcome, warnings) in zip(pieces, outcomes, strict=True)
    ]


def _id(standing: _Standing) -> int:
    if standing.id is None:
        raise RuntimeError(f"{standing.identity!r} was not written")
    return standing.id


def _piece(record: IncomingRecord) -> _Piece:
    found = marc.identify(record.marc)
    digest = hashlib.sha256(record.marc if record.original is None else record.original).digest()
    number = next((isbn for isbn in found.isbns if isbn), None)
    if record.match_by is MatchBy.ISBN and number:
        identity = f"isbn|{record.source}|{number}"
    elif found.control_number:
        identity = f"{record.source}|{found.agency or ''}|{found.control_number}"
    else:
        identity = f"content|{record.source}|{digest.hex()}"
    if len(identity) > _MAX_IDENTITY:
        identity = f"long|{hashlib.sha256(identity.encode()).hexdigest()}"
    return _Piece(record, identity, digest, found)


class _Known:
    """The records that this batch may meet, by identity, ISBN and work key."""

    def __init__(self, session: Session, pieces: Sequence[_Piece], batch_id: int | None) -> None:
        self._session = session
        self._batch_id = batch_id
        self._by_id: dict[int, _Standing] = {}
        self._by_identity: dict[str, _Standing] = {}
        self._by_isbn: dict[str, _Standing] = {}
        self._by_work: dict[str, list[_Standing]] = defaultdict(list)
        self._new: list[_Standing] = []
        self._seen: dict[int, _Standing] = {}  # rows whose batch_id must be brought up to date
        self._load(BookRow.identity, [p.identity for p in pieces])
        self._load_contributed([p.identity for p in pieces])
        by_isbn = [p for p in pieces if p.by_isbn and p.identity not in self._by_identity]
        self._load_by_isbn([isbn for p in by_isbn for isbn in p.found.isbns if isbn])
        self._load(BookRow.work_key, [key for p in by_isbn if (key := merging.work_key(p.book))])

    # loading

    def _load(self, column: object, values: Iterable[str]) -> None:
        wanted = list(dict.fromkeys(values))
        for start in range(0, len(wanted), _CHUNK):
            self._add_rows(column.in_(wanted[start : start + _CHUNK]))  # type: ignore[attr-defined]

    def _add_rows(self, condition: object) -> None:
        columns = (
            BookRow.id, BookRow.identity, BookRow.marc, BookRow.digest, BookRow.source, BookRow.collection,
            BookRow.work_key, BookRow.batch_id, BookRow.version, BookRow.edited_at, BookRow.deleted_at,
        )  # fmt: skip
        rows = self._session.execute(select(*columns).where(condition)).all()  # type: ignore[arg-type]
        added = []
        for id, identity, content, digest, source, collection, work, batch, version, edited, deleted in rows:
            if id not in self._by_id:
                standing = _Standing(
                    id, identity, content, digest, source, collection, identity.startswith("isbn|"), work, batch,
                    version, edited is not None, deleted is not None,
                )  # fmt: skip
                self._index(standing)
                added.append(id)
        for start in range(0, len(added), _CHUNK):
            where = Contribution.book_id.in_(added[start : start + _CHUNK])
            for row in self._session.execute(select(Contribution).where(where).order_by(Contribution.id)).scalars():
                self._by_id[row.book_id].contributions[row.identity] = (row.digest, row.marc)
                self._by_identity[row.identity] = self._by_id[row.book_id]

    def _index(self, standing: _Standing) -> None:
        if standing.id is not None:
            self._by_id[standing.id] = standing
        self._by_identity.setdefault(standing.identity, standing)
        if standing.work_key and standing.by_isbn and not standing.deleted:
            self._by_work[standing.work_key].append(standing)

    def _load_contributed(self, identities: list[str]) -> None:
        for start in range(0, len(identities), _CHUNK):
            chosen = select(Contribution.book_id).where(Contribution.identity.in_(identities[start : start + _CHUNK]))
            ids = [id for id in self._session.scalars(chosen) if id not in self._by_id]
            if ids:
                self._add_rows(BookRow.id.in_(ids))

    def _load_by_isbn(self, isbns: list[str]) -> None:
        for start in range(0, len(isbns), _CHUNK):
            pairs = self._session.execute(
                select(BindingRow.isbn, BindingRow.book_id).where(BindingRow.isbn.in_(isbns[start : start + _CHUNK]))
            ).all()
            missing = {id for _, id in pairs if id not in self._by_id}
            if missing:
                self._add_rows(BookRow.id.in_(missing))
            for isbn, id in pairs:
                if isbn and not self._by_id[id].deleted:
                    self._by_isbn.setdefault(isbn, self._by_id[id])

    # deciding

    def take(self, piece: _Piece) -> tuple[_Standing, Outcome, tuple[str, ...]]:
        """Where the piece goes and what becomes of it."""
        standing = self._by_identity.get(piece.identity)
        if standing is not None:
            return self._again(standing, piece)
        if piece.by_isbn and (partner := self._partner(piece)) is not None:
            self._join(partner, piece)
            return partner, Outcome.MERGED, ()
        return self._add(piece, piece.identity), Outcome.NEW, ()

    def _again(self, standing: _Standing, piece: _Piece) -> tuple[_Standing, Outcome, tuple[str, ...]]:
        if piece.identity in standing.contributions:
            return self._contribution_again(standing, piece)
        if standing.digest == piece.digest:
            self._touch(standing)
            return standing, Outcome.UNCHANGED, ()
        if not piece.by_isbn and self._is_repetition(standing):
            return self._repeated(piece)
        self._touch(standing)
        if standing.edited:
            return standing, Outcome.UNCHANGED, (NOT_OVERWRITTEN,)
        if standing.marc == piece.record.marc and not standing.deleted and standing.former is None:
            standing.digest, standing.piece, standing.restated = piece.digest, piece, True
            return standing, Outcome.UNCHANGED, ()
        standing.digest, standing.piece, standing.deleted = piece.digest, piece, False
        standing.become(piece.record.marc, piece.found.isbns)
        standing.work_key = merging.work_key(piece.book) if piece.by_isbn else None
        return standing, Outcome.UPDATED, ()

    def _is_repetition(self, standing: _Standing) -> bool:
        if standing.id is None:
            return True
        return standing.id in self._seen or (self._batch_id is not None and standing.batch_id == self._batch_id)

    def _repeated(self, piece: _Piece) -> tuple[_Standing, Outcome, tuple[str, ...]]:
        warning = (REPEATED.format(number=piece.found.control_number),)
        number = 2
        while True:
            identity = f"{piece.identity}|{number}"
            if identity not in self._by_identity:
                self._load(BookRow.identity, [identity])
            standing = self._by_identity.get(identity)
            if standing is None:
                return self._add(piece, identity), Outcome.NEW, warning
            if standing.digest == piece.digest:
                self._touch(standing)
                return standing, Outcome.UNCHANGED, warning
            if not self._is_repetition(standing):
                self._touch(standing)
                standing.digest, standing.piece = piece.digest, piece
                standing.become(piece.record.marc, piece.found.isbns)
                return standing, Outcome.UPDATED, warning
            number += 1

    def _partner(self, piece: _Piece) -> _Standing | None:
        for isbn in piece.found.isbns:
            if isbn and (standing := self._by_isbn.get(isbn)) is not None:
                return standing
        key = merging.work_key(piece.book)
        for standing in self._by_work.get(key, ()) if key else ():
            same = standing.collection == piece.record.collection and not standing.edited
            if same and merging.may_join(marc.read(standing.marc), piece.book):
                return standing
        return None

    def _add(self, piece: _Piece, identity: str) -> _Standing:
        record = piece.record
        work = merging.work_key(piece.book) if piece.by_isbn else None
        standing = _Standing(
            None, identity, record.marc, piece.digest, record.source, record.collection, piece.by_isbn, work,
            self._batch_id, piece=piece, isbns=piece.found.isbns,
        )  # fmt: skip
        self._new.append(standing)
        self._index(standing)
        if piece.by_isbn:
            for isbn in piece.found.isbns:
                if isbn:
                    self._by_isbn.setdefault(isbn, standing)
        return standing

    def _join(self, standing: _Standing, piece: _Piece) -> None:
        self._touch(standing)
        if not standing.contributions:
            standing.contributions[standing.identity] = (standing.digest, standing.marc)
        standing.contributions[piece.identity] = (piece.digest, piece.record.marc)
        standing.joined.append(piece)
        self._by_identity[piece.identity] = standing
        for isbn in piece.found.isbns:
            if isbn:
                self._by_isbn.setdefault(isbn, standing)
        self._merge(standing)

    def _contribution_again(self, standing: _Standing, piece: _Piece) -> tuple[_Standing, Outcome, tuple[str, ...]]:
        self._touch(standing)
        if standing.contributions[piece.identity][0] == piece.digest:
            return standing, Outcome.UNCHANGED, ()
        standing.contributions[piece.identity] = (piece.digest, piece.record.marc)
        standing.joined.append(piece)
        if standing.edited:
            return standing, Outcome.UNCHANGED, (NOT_OVERWRITTEN,)
        before = standing.marc
        self._merge(standing)
        return standing, Outcome.UPDATED if standing.marc != before else Outcome.UNCHANGED, ()

    def _merge(self, standing: _Standing) -> None:
        # what came from MARC, or was corrected by people here, keeps its words; the row is kept beside it
        if standing.by_isbn and not standing.edited:
            book = merging.merge([marc.read(content) for _, content in standing.contributions.values()])
            standing.become(marc.serialise(marc.write(book)), tuple(b.isbn for b in book.bindings))

    def _touch(self, standing: _Standing) -> None:
        if standing.id is not None:
            self._seen[standing.id] = standing

    # writing

    def write(self) -> None:
        """Insert what is new, update what changed, keep former states, append to the change log."""
        self._insert_new()
        changed = [s for s in self._seen.values() if s.former is not None and s.former != s.marc]
        self._update(changed)
        self._restate([s for s in self._seen.values() if s.restated and s.former in (None, s.marc)])
        touched = {"batch_id": self._batch_id}
        ids = [id for id, s in self._seen.items() if s.batch_id != self._batch_id]
        for start in range(0, len(ids), _CHUNK):
            where = BookRow.id.in_(ids[start : start + _CHUNK])
            self._session.execute(update(BookRow).where(where).values(**touched))
        self._write_contributions([s for s in (*self._new, *self._seen.values()) if s.joined])
        changes.append_all(self._session, "book", [_id(s) for s in (*self._new, *changed)])

    def _insert_new(self) -> None:
        if not self._new:
            return
        now = utc_now()
        rows = [{**_columns(s), "identity": s.identity, "created_at": now, "updated_at": now} for s in self._new]
        self._session.execute(insert(BookRow), rows)
        identities = {s.identity: s for s in self._new}
        names = list(identities)
        for start in range(0, len(names), _CHUNK):
            where = BookRow.identity.in_(names[start : start + _CHUNK])
            for id, identity in self._session.execute(select(BookRow.id, BookRow.identity).where(where)):
                identities[identity].id = id
        bindings = [row for s in self._new for row in _binding_rows(s)]
        if bindings:
            self._session.execute(insert(BindingRow), bindings)

    def _update(self, changed: Sequence[_Standing]) -> None:
        now = utc_now()
        for standing in changed:
            id = _id(standing)
            former = RecordVersion(
                kind="book", record_id=id, version=standing.version, content=standing.former, changed_by="import"
            )
            self._session.add(former)
            standing.version += 1
            values: dict[str, object] = _columns(standing) if standing.piece else {"marc": standing.marc}
            values |= {"version": standing.version, "updated_at": now, "deleted_at": None, "batch_id": self._batch_id}
            self._session.execute(update(BookRow).where(BookRow.id == id).values(**values))
            write_bindings(self._session, id, standing.isbns or ())

    def _restate(self, restated: Sequence[_Standing]) -> None:
        for standing in restated:
            columns = _columns(standing)
            values = {name: columns[name] for name in ("digest", "original", "original_format")}
            self._session.execute(update(BookRow).where(BookRow.id == _id(standing)).values(**values))

    def _write_contributions(self, joined: Sequence[_Standing]) -> None:
        for standing in joined:
            id = _id(standing)
            standing_already = set(
                self._session.scalars(select(Contribution.identity).where(Contribution.book_id == id))
            )
            if standing.identity not in standing_already:
                digest, content = standing.contributions[standing.identity]
                values = _contribution(
                    id, standing.identity, digest, content, standing.source, None, None, self._batch_id
                )
                self._session.execute(insert(Contribution), [values])
                standing_already.add(standing.identity)
            for piece in standing.joined:
                record = piece.record
                values = _contribution(
                    id, piece.identity, piece.digest, record.marc, record.source, record.original,
                    record.original_format, self._batch_id,
                )  # fmt: skip
                if piece.identity in standing_already:
                    where = Contribution.identity == piece.identity
                    self._session.execute(update(Contribution).where(where).values(**values))
                else:
                    self._session.execute(insert(Contribution), [values])
                    standing_already.add(piece.identity)


def _contribution(
    book_id: int, identity: str, digest: bytes, content: bytes, source: str, original: bytes | None,
    original_format: str | None, batch_id: int | None,
) -> dict[str, object]:  # fmt: skip
    return {
        "book_id": book_id,
        "identity": identity,
        "digest": digest,
        "marc": content,
        "source": source,
        "original": original,
        "original_format": original_format,
        "batch_id": batch_id,
    }


def _columns(standing: _Standing) -> dict[str, object]:
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


def _binding_rows(standing: _Standing) -> list[dict[str, object]]:
    id = _id(standing)
    return [{"book_id": id, "position": n, "isbn": isbn} for n, isbn in enumerate(standing.isbns or ())]


def write_bindings(session: Session, book_id: int, isbns: Sequence[str | None]) -> None:
    """Make the binding rows of a book those of `isbns`, in order; a binding that stays keeps its deposit state."""
    rows = list(session.scalars(select(BindingRow).where(BindingRow.book_id == book_id)))
    by_isbn = {row.isbn: row for row in rows if row.isbn}
    kept: set[int] = set()
    for position, isbn in enumerate(isbns):
        row = by_isbn.pop(isbn, None) if isbn else None
        if row is None:
            session.add(BindingRow(book_id=book_id, position=position, isbn=isbn))
        else:
            row.position = position
            kept.add(row.id)
    gone = [row.id for row in rows if row.id not in kept]
    if gone:
        session.execute(delete(BindingRow).where(BindingRow.id.in_(gone)))
    session.flush()
