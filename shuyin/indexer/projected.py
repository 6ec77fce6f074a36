"""What a source of documents is, and what it answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy.orm import Session

from shuyin.search_engine.query import Document


@dataclass(frozen=True, slots=True)
class Projected:
    """What a set of records comes to: documents to write, ids that must not be in the index."""

    upserts: list[Document]
    deletes: list[str]


class Source(Protocol):
    """The records behind one index."""

    @property
    def index(self) -> str:
        """Its name."""
        ...

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of change log entries that concern it."""
        ...

    def project(self, session: Session, ids: Sequence[int]) -> Projected:
        """The documents of these records; those that are deleted or not public come back as deletes."""
        ...

    def ids_after(self, session: Session, after: int, limit: int) -> list[int]:
        """Up to `limit` ids of records above `after`, ascending."""
        ...

    def total(self, session: Session) -> int:
        """How many documents there should be."""
        ...
