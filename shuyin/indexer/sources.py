"""Which records an index is made of: how to find them and turn them into documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import structlog
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.ai_subjects import meaning
from shuyin.indexer.music import Albums, Tracks
from shuyin.indexer.organisations import Organisations
from shuyin.indexer.pages import Pages
from shuyin.indexer.projected import Projected, Source
from shuyin.indexer.projection import BookColumns, meaning_text, project_book
from shuyin.indexer.subjects import Subjects
from shuyin.records import covers, marc
from shuyin.records.book import DepositState
from shuyin.records.models import BindingRow, BookRow
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.query import Document

_log = structlog.stdlib.get_logger("shuyin.indexer")


class Books:
    """Public books, not deleted."""

    index = "books"
    kinds = ("book",)

    def project(self, session: Session, ids: Sequence[int]) -> Projected:
        """See `Source`. A record that cannot be read is left out and logged, so that it never stops the others."""
        columns = (
            BookRow.id,
            BookRow.marc,
            BookRow.collection,
            BookRow.announced_on,
            BookRow.updated_at,
            BookRow.public_from,
        )
        rows = session.execute(select(*columns).where(BookRow.id.in_(ids), *_SHOWN)).all()
        states, pictures = self._states(session, ids), covers.of_books(session, ids)
        upserts: list[Document] = []
        texts: list[str] = []
        for row in rows:
            beside = BookColumns(
                id=row.id,
                collection=row.collection,
                announced_on=row.announced_on,
                updated_at=row.updated_at,
                public_from=row.public_from,
                states=states.get(row.id, {}),
                cover=pictures.get(row.id),
            )
            try:
                book = marc.read(row.marc)
                document, text = project_book(beside, book), meaning_text(book)
            except Exception:  # whatever is wrong with one record, the others must be found
                _log.exception("record left out of the index", book_id=row.id)
                continue
            upserts.append(document)
            texts.append(text)
        present = {document.id for document in upserts}
        return Projected(_with_vectors(upserts, texts), [str(id) for id in ids if str(id) not in present])

    def ids_after(self, session: Session, after: int, limit: int) -> list[int]:
        """See `Source`."""
        query = select(BookRow.id).where(BookRow.id > after, *_SHOWN).order_by(BookRow.id).limit(limit)
        return list(session.scalars(query))

    def total(self, session: Session) -> int:
        """See `Source`."""
        return session.scalar(select(func.count()).select_from(BookRow).where(*_SHOWN)) or 0

    @staticmethod
    def _states(session: Session, ids: Sequence[int]) -> dict[int, dict[str, str]]:
        known: dict[int, dict[str, str]] = {}
        query = select(BindingRow.book_id, BindingRow.isbn, BindingRow.deposit_state).where(
            BindingRow.book_id.in_(ids), BindingRow.deposit_state != DepositState.UNKNOWN.value
        )
        for book_id, isbn, state in session.execute(query):
            if isbn:
                known.setdefault(book_id, {})[isbn] = state
        return known


def _with_vectors(documents: Sequence[Document], texts: Sequence[str]) -> list[Document]:
    """The documents with the vectors of their texts, all encoded in one go."""
    if not documents:
        return []
    assert BOOKS.vector_dimensions
    vectors = meaning.encode(texts, BOOKS.vector_dimensions)
    return [replace(document, vector=vector) for document, vector in zip(documents, vectors, strict=True)]


_SHOWN = (BookRow.public, BookRow.deleted_at.is_(None))

#: Every index that is kept in step with the records, by its name.
SOURCES: dict[str, Source] = {
    source.index: source for source in (Books(), Albums(), Tracks(), Pages(), Organisations(), Subjects())
}

__all__ = ["SOURCES", "Books", "Projected", "Source"]
