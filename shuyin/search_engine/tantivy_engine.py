"""The embedded engine: tantivy, one directory per index generation.

One writer at a time (any process); readers in every thread and process see a commit at their next search.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import tantivy

from shuyin.search_engine import explaining, layout, spelling, suggesting
from shuyin.search_engine.declaration import INDEXES, IndexDeclaration
from shuyin.search_engine.port import MAX_WINDOW, RebuildMismatch, SearchUnavailable, WindowExceeded
from shuyin.search_engine.query import Document, SearchRequest, SearchResult, Suggestion
from shuyin.search_engine.relevance import Compiler
from shuyin.search_engine.tantivy_snapshot import Snapshot
from shuyin.search_engine.tantivy_store import Generations, open_index
from shuyin.search_engine.vectors import VectorFile

#: Memory of a writer: small for the day's changes, larger where a whole index is built.
_HEAP, _REBUILD_HEAP = 30_000_000, 64_000_000
#: Vectors are written in so many rows at once.
_VECTOR_BATCH = 1000


def _tantivy_document(declaration: IndexDeclaration, document: Document) -> tantivy.Document:
    row = layout.row(declaration, document)
    made = tantivy.Document()
    for name, text in row.texts:
        made.add_text(name, text)
    for name, value in row.keywords:
        made.add_text(name, value)
    for name, number in row.integers:
        made.add_integer(name, number)
    made.add_bytes(layout.STORED, row.stored.encode())
    return made


def _add(
    writer: tantivy.IndexWriter,
    declaration: IndexDeclaration,
    documents: Iterable[Document],
    vectors: VectorFile | None,
) -> int:
    """Hand documents to the writer, their vectors to the vector file (durable before the commit); how many."""
    added = 0
    stream = iter(documents)
    while batch := list(islice(stream, _VECTOR_BATCH)):
        held = [d.vector for d in batch if d.vector is not None] if vectors else []
        row = vectors.append(held) if vectors and held else 0
        for document in batch:
            made = _tantivy_document(declaration, document)
            if held and document.vector is not None:
                made.add_integer(layout.VECTOR_ROW, row)
                row += 1
            writer.add_document(made)
        added += len(batch)
    return added


def _vectors(directory: Path, declaration: IndexDeclaration) -> VectorFile | None:
    return VectorFile(directory, declaration.vector_dimensions) if declaration.vector_dimensions else None


class _Live:
    """The live generation of one index as this process has it open."""

    def __init__(self, generations: Generations) -> None:
        self.generations = generations
        self._lock = threading.Lock()
        self._swap: tuple[int, int] | None = None
        self._commit: tuple[int, int, int] | None = None
        self._open: tuple[Path, tantivy.Index] | None = None

    def opened(self) -> tuple[Path, tantivy.Index]:
        """The live generation's directory and index, with every commit that any process has made."""
        with self._lock:
            swap = self.generations.changed()
            if self._open is None or swap is None or swap != self._swap:
                directory = self.generations.live()
                self.generations.check(directory)
                self._swap = swap or self.generations.changed()
                self._open = directory, open_index(directory, self.generations.declaration)
                self._commit = None
            directory, index = self._open
            commit = _commit_of(directory)
            if commit != self._commit:
                index.reload()
                self._commit = commit
            return directory, index

    def version(self) -> str:
        """Names the live generation and its last commit."""
        directory, _ = self.opened()
        return f"{directory.name} {_commit_of(directory)}"


def _commit_of(directory: Path) -> tuple[int, int, int]:
    """Differs after every commit; cheap enough to ask before every search."""
    meta = (directory / "meta.json").stat()
    return meta.st_mtime_ns, meta.st_ino, meta.st_size


class TantivyRebuild:
    """A generation being filled (see `port.Rebuild`)."""

    def __init__(self, generations: Generations) -> None:
        self._generations = generations
        self._held = generations.lock("rebuild", wait=0)
        self._held.__enter__()
        try:
            with generations.lock("create"):
                generations.remove_leftovers()
                self._directory = generations.create()
            self._index = open_index(self._directory, generations.declaration)
            self._writer = self._index.writer(_REBUILD_HEAP, 1)
        except BaseException:
            self._held.__exit__(None, None, None)
            raise

    def add(self, documents: Iterable[Document]) -> int:
        """Add documents, return how many."""
        declaration = self._generations.declaration
        return _add(self._writer, declaration, documents, _vectors(self._directory, declaration))

    def swap(self, expected: int) -> None:
        """Commit, check the count, make this generation the live one."""
        if vectors := _vectors(self._directory, self._generations.declaration):
            vectors.sync()
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._index.reload()
        found = self._index.searcher().num_docs
        if found != expected:
            self.abandon()
            raise RebuildMismatch(f"{self._generations.declaration.name}: {found} documents, expected {expected}")
        self._generations.point(self._directory)
        self._held.__exit__(None, None, None)

    def abandon(self) -> None:
        """Remove the new generation."""
        del self._writer
        self._generations.remove_leftovers()
        self._held.__exit__(None, None, None)


class TantivyEngine:
    """`SearchEngine` on directories below one root."""

    def __init__(self, root: Path, indexes: Mapping[str, IndexDeclaration] = INDEXES) -> None:
        self._compilers = {name: Compiler(declaration) for name, declaration in indexes.items()}
        self._live = {name: _Live(Generations(root / name, declaration)) for name, declaration in indexes.items()}
        self._root = root

    def search(self, index: str, request: SearchRequest) -> SearchResult:
        """See `port.SearchEngine`."""
        if request.offset + request.limit > MAX_WINDOW:
            raise WindowExceeded(f"{request.offset + request.limit} > {MAX_WINDOW}")
        with self._snapshot(index) as snapshot:
            return snapshot.search(request)

    def get(self, index: str, ids: Sequence[str]) -> list[Document]:
        """See `port.SearchEngine`."""
        with self._snapshot(index) as snapshot:
            return snapshot.get(ids)

    def suggest(self, index: str, prefix: str, limit: int = 10) -> list[Suggestion]:
        """See `port.SearchEngine`."""
        with self._snapshot(index) as snapshot:
            return suggesting.complete(snapshot, snapshot.compiler.declaration, prefix, limit)

    def similar(self, index: str, id: str, limit: int = 10) -> SearchResult:
        """See `port.SearchEngine`."""
        with self._snapshot(index) as snapshot:
            return snapshot.similar(id, limit)

    def did_you_mean(self, index: str, text: str, limit: int = 3) -> list[str]:
        """See `port.SearchEngine`."""
        with self._snapshot(index) as snapshot:
            return spelling.did_you_mean(snapshot, text, limit)

    def explain(self, index: str, request: SearchRequest, id: str) -> str:
        """See `port.SearchEngine`."""
        with self._snapshot(index) as snapshot:
            return explaining.explain(snapshot.compiler, request, lambda plan: snapshot.score(id, plan))

    def write(self, index: str, upserts: Sequence[Document], deletes: Sequence[str] = ()) -> None:
        """See `port.SearchEngine`."""
        live, declaration = self._live[index], self._compilers[index].declaration
        latest = {document.id: document for document in upserts}
        with self._answering(index), live.generations.lock("write"):
            directory, opened = live.opened()
            writer = opened.writer(_HEAP, 1)
            for identifier in {*latest, *deletes}:
                writer.delete_documents_by_term(layout.ID, identifier)
            vectors = _vectors(directory, declaration)
            _add(writer, declaration, latest.values(), vectors)
            if vectors and latest:
                vectors.sync()
            writer.commit()
            writer.wait_merging_threads()

    def rebuild(self, index: str) -> TantivyRebuild:
        """See `port.SearchEngine`."""
        return TantivyRebuild(self._live[index].generations)

    def count(self, index: str) -> int:
        """See `port.SearchEngine`."""
        with self._snapshot(index) as snapshot:
            return int(snapshot.searcher.num_docs)

    def version(self, index: str) -> str | None:
        """See `port.SearchEngine`: the generation and its last commit."""
        with self._answering(index):
            return self._live[index].version()

    def ping(self) -> None:
        """See `port.SearchEngine`."""
        for name in self._live:
            with self._snapshot(name):
                pass

    def close(self) -> None:
        """See `port.SearchEngine`."""
        self._live.clear()

    @contextmanager
    def _snapshot(self, index: str) -> Iterator[Snapshot]:
        """The index as of its last commit."""
        compiler = self._compilers[index]
        with self._answering(index):
            directory, opened = self._live[index].opened()
            yield Snapshot(compiler, opened.searcher(), opened.schema, _vectors(directory, compiler.declaration))

    @contextmanager
    def _answering(self, index: str) -> Iterator[None]:
        """What breaks between here and the disk is `SearchUnavailable`."""
        try:
            yield
        except OSError as problem:
            raise SearchUnavailable(f"index {index} in {self._root}: {problem}") from problem
