"""The one search port. Two real engines implement it; one contract suite tests both."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from shuyin.search_engine.query import Document, SearchRequest, SearchResult, Suggestion


class SearchUnavailable(Exception):
    """The engine does not answer; pages say so kindly and send `Retry-After`."""


class IndexOutdated(SearchUnavailable):
    """The index was built for other fields than this program has: it must be rebuilt (`shuyin index rebuild`)."""

    def __init__(self, index: str) -> None:
        super().__init__(f"index {index} was built by another version: run `shuyin index rebuild`")


class RebuildMismatch(Exception):
    """A rebuilt index does not hold the number of documents that it should; nothing was swapped."""


#: Paging ends here on both engines; beyond it pages say how to narrow.
MAX_WINDOW = 10_000


class WindowExceeded(ValueError):
    """`offset + limit` goes beyond `MAX_WINDOW`."""


class Rebuild(Protocol):
    """A new index being filled beside the live one."""

    def add(self, documents: Iterable[Document]) -> int:
        """Add documents, return how many."""
        ...

    def swap(self, expected: int) -> None:
        """Make this the live index in one step and keep the former one; `RebuildMismatch` if the count differs."""
        ...

    def abandon(self) -> None:
        """Throw the new index away; the live one was never touched."""
        ...


class SearchEngine(Protocol):
    """Indexes by the names in `declaration.INDEXES`. Every method may raise `SearchUnavailable`."""

    def search(self, index: str, request: SearchRequest) -> SearchResult:
        """The page of hits and facet counts; `WindowExceeded` past the paging limit."""
        ...

    def get(self, index: str, ids: Sequence[str]) -> list[Document]:
        """The stored parts of documents that exist, in the order asked."""
        ...

    def suggest(self, index: str, prefix: str, limit: int = 10) -> list[Suggestion]:
        """Completions of what is being typed, best first, without duplicates."""
        ...

    def similar(self, index: str, id: str, limit: int = 10) -> SearchResult:
        """Nearest documents by vector, else by shared words; never the document itself."""
        ...

    def did_you_mean(self, index: str, text: str, limit: int = 3) -> list[str]:
        """Other spellings of what was typed that have hits, likeliest first; for searches without hits."""
        ...

    def explain(self, index: str, request: SearchRequest, id: str) -> str:
        """Why a document ranks where it does, in lines for people."""
        ...

    def write(self, index: str, upserts: Sequence[Document], deletes: Sequence[str] = ()) -> None:
        """Replace documents by id and delete ids: durable and visible to later searches on return."""
        ...

    def rebuild(self, index: str) -> Rebuild:
        """Start a new index beside the live one."""
        ...

    def count(self, index: str) -> int:
        """How many documents are live."""
        ...

    def version(self, index: str) -> str | None:
        """Differs after everything that changes an answer; None where the engine cannot tell without searching."""
        ...

    def ping(self) -> None:
        """Return if the engine answers, raise `SearchUnavailable` if not."""
        ...

    def close(self) -> None:
        """Release files, locks and connections."""
        ...
