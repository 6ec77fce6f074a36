"""Writing incoming records in batches: matched, merged, versioned and logged in one transaction.

Identity. A MARC record is (source, 003, 001). Where one file repeats a control number for different records, the
second, third … get "|2", "|3" behind their identity and a warning; `BookRow.batch_id`, the last import that saw a
row, tells a repetition (same import) from a new version (an earlier import). Records without a control number are
known by their content. Rows of CSV and ONIX are known by source and ISBN; `merging` says when they are one book.
Where one file repeats an ISBN, the further row joins the book if the title is the same, else it stays apart.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.records import changes, marc, merging
from shuyin.records.incoming import IncomingRecord, Ingested, MatchBy, Outcome
from shuyin.records.ingest_rows import Part, Piece, Standing, write
from shuyin.records.models import BindingRow, BookRow, Contribution

#: Databases allow some thousand parameters a statement.
_CHUNK = 500
_MAX_IDENTITY = 240

REPEATED = "控制號 {number} 在同一檔案中用於不同的書目，已分開保存"
REPEATED_ISBN = "ISBN {number} 在同一檔案中用於書名不同的書，已分開保存"
JOINED_ISBN = "ISBN {number} 在同一檔案中重複，已併入同一筆書目"
NOT_OVERWRITTEN = "此書目經人員修訂，匯入內容未覆蓋"


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
        Ingested(standing.row_id(), outcome, (*piece.record.warnings, *warnings))
        for piece, (standing, outcome, warnings) in zip(pieces, outcomes, strict=True)
    ]


def _piece(record: IncomingRecord) -> Piece:
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
    return Piece(record, identity, identity, digest, found)


class _Known:
    """The records that this batch may meet, by identity, ISBN and work key."""

    def __init__(self, session: Session, pieces: Sequence[Piece], batch_id: int | None) -> None:
        self._session = session
        self._batch_id = batch_id
        self._by_id: dict[int, Standing] = {}
        self._by_identity: dict[str, Standing] = {}
        self._by_isbn: dict[str, Standing] = {}
        self._by_work: dict[str, list[Standing]] = defaultdict(list)
        self._new: list[Standing] = []
        self._seen: dict[int, Standing] = {}  # rows whose batch_id must be brought up to date
        self._seen_identities: set[str] = set()
        self._load(BookRow.identity, [p.identity for p in pieces])
        self._load_contributed([p.identity for p in pieces])
        differing = [p.identity for p in pieces if self._differs(p)]
        self._load_numbered([f"{identity}|{number}" for identity in differing for number in (2, 3)])
        by_isbn = [p for p in pieces if p.by_isbn and p.identity not in self._by_identity]
        self._load_by_isbn([isbn for p in by_isbn for isbn in p.found.isbns if isbn])
        self._load(BookRow.work_key, [key for p in by_isbn if (key := p.work_key)])

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
                standing = Standing(
                    id, identity, content, digest, source, collection, identity.startswith("isbn|"), work, batch,
                    version, edited is not None, deleted is not None,
                )  # fmt: skip
                self._index(standing)
                added.append(id)
        for start in range(0, len(added), _CHUNK):
            where = Contribution.book_id.in_(added[start : start + _CHUNK])
            for row in self._session.execute(select(Contribution).where(where).order_by(Contribution.id)).scalars():
                part = Part(row.digest, row.marc, row.batch_id)
                self._by_id[row.book_id].contributions[row.identity] = part
                self._by_identity[row.identity] = self._by_id[row.book_id]

    def _index(self, standing: Standing) -> None:
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

    def _load_numbered(self, identities: list[str]) -> None:
        missing = [identity for identity in identities if identity not in self._by_identity]
        if missing:
            self._load(BookRow.identity, missing)
            self._load_contributed(missing)

    def _differs(self, piece: Piece) -> bool:
        standing = self._by_identity.get(piece.identity)
        return standing is not None and standing.digest_of(piece.identity) != piece.digest

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

    def take(self, piece: Piece) -> tuple[Standing, Outcome, tuple[str, ...]]:
        """Where the piece goes and what becomes of it."""
        standing = self._by_identity.get(piece.identity)
        if standing is not None:
            return self._again(standing, piece)
        if piece.by_isbn and (partner := self._partner(piece)) is not None:
            self._join(partner, piece)
            return partner, Outcome.MERGED, ()
        return self._add(piece, piece.identity), Outcome.NEW, ()

    def _again(self, standing: Standing, piece: Piece) -> tuple[Standing, Outcome, tuple[str, ...]]:
        same = standing.part_with(piece.digest) if piece.by_isbn else None
        if same is not None or standing.digest_of(piece.identity) == piece.digest:
            self._touch(standing, same or piece.identity)
            return standing, Outcome.UNCHANGED, ()
        if piece.repetition == 1 and (elsewhere := self._elsewhere(piece)) is not None:
            return elsewhere, Outcome.UNCHANGED, ()
        if self._is_repetition(standing, piece.identity):
            return self._repeated(standing, piece)
        self._touch(standing, piece.identity)
        part = standing.contributions.get(piece.identity)
        if part is not None:
            part.digest, part.marc = piece.digest, piece.record.marc
            standing.joined.append(piece)
        if standing.edited:
            return standing, Outcome.UNCHANGED, (NOT_OVERWRITTEN,)
        return standing, self._renew(standing, piece), ()

    def _elsewhere(self, piece: Piece) -> Standing | None:
        """The record that stands under a further place of the same number with just this content."""
        number = 2
        while (standing := self._by_identity.get(identity := f"{piece.own_identity}|{number}")) is not None:
            if standing.digest_of(identity) == piece.digest:
                self._touch(standing, identity)
                return standing
            number += 1
            self._load_numbered([f"{piece.own_identity}|{number}"])
        return None

    def _renew(self, standing: Standing, piece: Piece) -> Outcome:
        """Put new words in the place of those that this source gave before."""
        before = standing.marc
        if piece.identity == standing.identity:
            unchanged = standing.marc == piece.record.marc and not standing.deleted and standing.former is None
            standing.digest, standing.piece, standing.deleted = piece.digest, piece, False
            standing.work_key = piece.work_key
            if unchanged:
                standing.restated = True
                return Outcome.UNCHANGED
            if not standing.contributions or not standing.by_isbn:
                standing.become(piece.record.marc, piece.found.isbns)
                return Outcome.UPDATED
        self._merge(standing)
        return Outcome.UPDATED if standing.marc != before else Outcome.UNCHANGED

    def _is_repetition(self, standing: Standing, identity: str) -> bool:
        """Whether this import has met the identity before, in this batch or in an earlier one."""
        if identity in self._seen_identities:
            return True
        part = standing.contributions.get(identity)
        seen_by = part.batch_id if part is not None else standing.batch_id
        return self._batch_id is not None and seen_by == self._batch_id

    def _repeated(self, first: Standing, piece: Piece) -> tuple[Standing, Outcome, tuple[str, ...]]:
        """A number that the file uses once more: the second place of that number, the third …"""
        piece.repetition += 1
        piece.identity = f"{piece.own_identity}|{piece.repetition}"
        self._load_numbered([piece.identity])
        standing = self._by_identity.get(piece.identity)
        if standing is not None:
            standing, outcome, warnings = self._again(standing, piece)
        elif piece.by_isbn and merging.same_title(marc.read(first.marc), piece.book):
            self._join(first, piece)
            standing, outcome, warnings = first, Outcome.MERGED, ()
        else:
            standing, outcome, warnings = self._add(piece, piece.identity), Outcome.NEW, ()
        if not piece.by_isbn:
            warning = REPEATED.format(number=piece.found.control_number)
        else:
            number = next((isbn for isbn in piece.found.isbns if isbn), "")
            apart = standing.identity == piece.identity
            warning = (REPEATED_ISBN if apart else JOINED_ISBN).format(number=number)
        return standing, outcome, warnings if warning in warnings else (*warnings, warning)

    def _partner(self, piece: Piece) -> Standing | None:
        for isbn in piece.found.isbns:
            if isbn and (standing := self._by_isbn.get(isbn)) is not None:
                return standing
        key = piece.work_key
        for standing in self._by_work.get(key, ()) if key else ():
            same = standing.collection == piece.record.collection and not standing.edited
            if same and merging.may_join(marc.read(standing.marc), piece.book):
                return standing
        return None

    def _add(self, piece: Piece, identity: str) -> Standing:
        record = piece.record
        standing = Standing(
            None, identity, record.marc, piece.digest, record.source, record.collection, piece.by_isbn, piece.work_key,
            self._batch_id, piece=piece, isbns=piece.found.isbns,
        )  # fmt: skip
        self._new.append(standing)
        self._seen_identities.add(identity)
        self._index(standing)
        if piece.by_isbn:
            for isbn in piece.found.isbns:
                if isbn:
                    self._by_isbn.setdefault(isbn, standing)
        return standing

    def _join(self, standing: Standing, piece: Piece) -> None:
        self._touch(standing, piece.identity)
        if not standing.contributions:
            standing.contributions[standing.identity] = Part(standing.digest, standing.marc, standing.batch_id)
        standing.contributions[piece.identity] = Part(piece.digest, piece.record.marc, self._batch_id)
        standing.joined.append(piece)
        self._by_identity[piece.identity] = standing
        for isbn in piece.found.isbns:
            if isbn:
                self._by_isbn.setdefault(isbn, standing)
        self._merge(standing)

    def _merge(self, standing: Standing) -> None:
        # what came from MARC, or was corrected by people here, keeps its words; the row is kept beside it
        if standing.by_isbn and not standing.edited:
            book = merging.merge([marc.read(part.marc) for part in standing.contributions.values()])
            standing.become(marc.serialise(marc.write(book)), tuple(b.isbn for b in book.bindings))

    def _touch(self, standing: Standing, identity: str) -> None:
        self._seen_identities.add(identity)
        if standing.id is not None:
            self._seen[standing.id] = standing

    def write(self) -> None:
        """Bring all rows to what was decided."""
        write(self._session, self._new, list(self._seen.values()), self._seen_identities, self._batch_id)
