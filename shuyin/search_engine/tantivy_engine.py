"""The embedded engine: tantivy, one directory per index generation.

One writer at a time (any process); readers in every thread and process see a commit at their next search.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tantivy

from shuyin.search_engine import explaining, highlighting, layout, sorting, spelling, suggesting
from shuyin.search_engine.declaration import INDEXES, IndexDeclaration
from shuyin.search_engine.plan import Bool, Constant, Plan, Term, Terms, every
from shuyin.search_engine.port import MAX_WINDOW, RebuildMismatch, SearchUnavailable, WindowExceeded
from shuyin.search_engine.query import Document, FacetCount, Hit, SearchRequest, SearchResult, Suggestion
from shuyin.search_engine.relevance import Compiler
from shuyin.search_engine.tantivy_plan import translate
from shuyin.search_engine.tantivy_store import Generations, open_index

#: Memory of a writer: small for the day's changes, larger where a whole index is built.
_HEAP, _REBUILD_HEAP = 30_000_000, 120_000_000
#: Facet values that share a count are ordered by value; fetch so many more than asked to order them.
_FACET_SLACK = 50
#: Values of a facet that each segment passes on, the most frequent; enough for every facet but large class trees.
_SEGMENT_VALUES = 2000


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


class _Live:
    """The live generation of one index as this process has it open."""

    def __init__(self, generations: Generations) -> None:
        self.generations = generations
        self._lock = threading.Lock()
        self._seen: object = None
        self._directory: Path | None = None
        self._index: tantivy.Index | None = None

    def index(self) -> tantivy.Index:
        """The live index with every commit that any process has made."""
        with self._lock:
            swap = self.generations.changed()
            if self._index is None or self._directory is None or swap is None or swap != self._swap:
                self._directory = self.generations.live()
                self._swap = self.generations.changed()
                self.generations.check(self._directory)
                self._index = open_index(self._directory, self.generations.declaration)
                self._seen = None
            meta = (self._directory / "meta.json").stat()
            seen = (meta.st_mtime_ns, meta.st_ino, meta.st_size)
            if seen != self._seen:
                self._index.reload()
                self._seen = seen
            return self._index

    _swap: tuple[int, int] | None = None


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
        added = 0
        for document in documents:
            self._writer.add_document(_tantivy_document(self._generations.declaration, document))
            added += 1
        return added

    def swap(self, expected: int) -> None:
        """Commit, check the count, make this generation the live one."""
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


@dataclass(frozen=True, slots=True)
class _Vocabulary:
    """What `spelling` asks (see `spelling.Vocabulary`)."""

    compiler: Compiler
    searcher: tantivy.Searcher
    schema: tantivy.Schema

    def total(self, plan: Plan) -> int:
        found: Any = self.searcher.search(translate(plan, self.searcher, self.schema), 1)
        return int(found.count)

    def texts(self, plan: Plan, limit: int) -> list[dict[str, list[str]]]:
        hits = self.searcher.search(translate(plan, self.searcher, self.schema), limit).hits
        return [_stored(self.searcher.doc(address))[1] for _, address in hits]

    def words(self, word: str) -> list[tuple[str, int]]:
        return [
            found
            for letter in spelling.first_letters(word)
            for found in spelling.likely(self.searcher.terms_with_prefix(layout.ANY, letter), word)
        ]


class TantivyEngine:
    """`SearchEngine` on directories below one root."""

    def __init__(self, root: Path, indexes: Mapping[str, IndexDeclaration] = INDEXES) -> None:
        self._compilers = {name: Compiler(declaration) for name, declaration in indexes.items()}
        self._live = {name: _Live(Generations(root / name, declaration)) for name, declaration in indexes.items()}
        self._root = root

    # --- reading --------------------------------------------------------------------------------------------

    def search(self, index: str, request: SearchRequest) -> SearchResult:
        """See `port.SearchEngine`."""
        if request.offset + request.limit > MAX_WINDOW:
            raise WindowExceeded(f"{request.offset + request.limit} > {MAX_WINDOW}")
        with self._reading(index) as (live, compiler):
            searcher = live.searcher()
            conditions = [
                *compiler.filters(request.filters),
                *(compiler.condition(q) for q in request.where),
            ]
            total, addresses = self._ranked(searcher, live.schema, compiler, request, conditions)
            terms = highlighting.wanted(request.query, compiler.declaration) if request.highlight else None
            hits = tuple(_hit(searcher, score, address, terms) for score, address in addresses)
            facets = self._facets(searcher, live.schema, compiler, request)
        return SearchResult(total, hits, facets)

    def _ranked(
        self,
        searcher: tantivy.Searcher,
        schema: tantivy.Schema,
        compiler: Compiler,
        request: SearchRequest,
        conditions: list[Plan],
    ) -> tuple[int, list[tuple[float, tantivy.DocAddress]]]:
        """Total, and the page's (score, address) in order."""
        order = sorting.order(compiler.declaration, request)
        by_score = order[0].column is None
        scored = compiler.scored(request.query) if by_score else compiler.condition(request.query)
        query = translate(_with(scored, conditions), searcher, schema)

        def top(limit: int) -> Any:
            if by_score:
                return searcher.search(query, limit)
            direction = tantivy.Order.Asc if order[0].ascending else tantivy.Order.Desc
            return searcher.search(query, limit, order_by_field=order[0].column, order=direction)

        def numbers(column: str, addresses: list[tantivy.DocAddress]) -> list[Any]:
            return searcher.fast_field_values(column, addresses)

        total, hits = sorting.page(top, numbers, order, request.offset, request.limit)
        return total, [(score if by_score else 0.0, address) for score, address in hits]

    def _facets(
        self, searcher: tantivy.Searcher, schema: tantivy.Schema, compiler: Compiler, request: SearchRequest
    ) -> dict[str, tuple[FacetCount, ...]]:
        """Counts; facets with ticked values are counted without their own, the others in one pass."""
        passes: dict[str | None, list[Any]] = {}
        for facet in request.facets:
            passes.setdefault(facet.field if compiler.ticked(request, facet.field) else None, []).append(facet)
        where = [compiler.condition(q) for q in (request.query, *request.where)]
        counted: dict[str, tuple[FacetCount, ...]] = {}
        for but, facets in passes.items():
            query = translate(every(*where, *compiler.filters(request.filters, but)), searcher, schema)
            wanted = {}
            for facet in facets:
                terms: dict[str, Any] = {
                    "field": compiler.source(facet.field),
                    "size": facet.size + _FACET_SLACK,
                    "segment_size": _SEGMENT_VALUES,
                }
                if facet.prefix:
                    terms["include"] = _regex_literal(facet.prefix) + "(?s:.)*"
                wanted[facet.field] = {"terms": terms}
            answer = searcher.aggregate(query, wanted)
            answer |= _counted_again(searcher, query, wanted, answer)
            for facet in facets:
                pairs = [(b["key"], int(b["doc_count"])) for b in answer[facet.field]["buckets"]]
                pairs.sort(key=lambda pair: (-pair[1], pair[0]))
                counted[facet.field] = tuple(FacetCount(v, n) for v, n in pairs[: facet.size])
        return {facet.field: counted[facet.field] for facet in request.facets}

    def get(self, index: str, ids: Sequence[str]) -> list[Document]:
        """See `port.SearchEngine`."""
        wanted = list(dict.fromkeys(ids))
        with self._reading(index) as (live, _):
            if not wanted:
                return []
            searcher = live.searcher()
            query = translate(Terms(layout.ID, tuple(wanted)), searcher, live.schema)
            hits = [_hit(searcher, 0.0, a, None) for _, a in searcher.search(query, len(wanted)).hits]
        found = {hit.id: Document(hit.id, {}, hit.stored) for hit in hits}
        return [found[i] for i in wanted if i in found]

    def suggest(self, index: str, prefix: str, limit: int = 10) -> list[Suggestion]:
        """See `port.SearchEngine`."""
        with self._reading(index) as (live, _):
            searcher = live.searcher()

            def terms(start: str, most: int) -> list[tuple[str, int]]:
                return list(searcher.terms_with_prefix(layout.SUGGEST, start, limit=most))

            return suggesting.complete(terms, prefix, limit)

    def similar(self, index: str, id: str, limit: int = 10) -> SearchResult:
        """See `port.SearchEngine`."""
        with self._reading(index) as (live, compiler):
            searcher = live.searcher()
            itself = translate(Term(layout.ID, id), searcher, live.schema)
            found = searcher.search(itself, 1).hits
            if not found:
                return SearchResult(0, ())
            _, texts = _stored(searcher.doc(found[0][1]))
            query = translate(compiler.alike(texts, but=id), searcher, live.schema)
            answer: Any = searcher.search(query, limit)
            hits = tuple(_hit(searcher, score, address, None) for score, address in answer.hits)
        return SearchResult(int(answer.count), hits)

    def did_you_mean(self, index: str, text: str, limit: int = 3) -> list[str]:
        """See `port.SearchEngine`."""
        with self._reading(index) as (live, compiler):
            return spelling.did_you_mean(_Vocabulary(compiler, live.searcher(), live.schema), text, limit)

    def explain(self, index: str, request: SearchRequest, id: str) -> str:
        """See `port.SearchEngine`."""
        with self._reading(index) as (live, compiler):
            searcher = live.searcher()

            def score(plan: Plan) -> float | None:
                query = translate(every(Constant(Term(layout.ID, id), 0.0), plan), searcher, live.schema)
                hits = searcher.search(query, 1).hits
                return float(hits[0][0]) if hits else None

            return explaining.explain(compiler, request, score)

    def count(self, index: str) -> int:
        """See `port.SearchEngine`."""
        with self._reading(index) as (live, _):
            return int(live.searcher().num_docs)

    def ping(self) -> None:
        """See `port.SearchEngine`."""
        for name in self._live:
            with self._reading(name):
                pass

    # --- writing --------------------------------------------------------------------------------------------

    def write(self, index: str, upserts: Sequence[Document], deletes: Sequence[str] = ()) -> None:
        """See `port.SearchEngine`."""
        live, declaration = self._live[index], self._compilers[index].declaration
        with self._reading(index), live.generations.lock("write"):
            opened = live.index()
            writer = opened.writer(_HEAP, 1)
            latest = {document.id: document for document in upserts}
            for identifier in {*latest, *deletes}:
                writer.delete_documents_by_term(layout.ID, identifier)
            for document in latest.values():
                writer.add_document(_tantivy_document(declaration, document))
            writer.commit()
            writer.wait_merging_threads()

    def rebuild(self, index: str) -> TantivyRebuild:
        """See `port.SearchEngine`."""
        return TantivyRebuild(self._live[index].generations)

    def close(self) -> None:
        """See `port.SearchEngine`."""
        self._live.clear()

    @contextmanager
    def _reading(self, index: str) -> Iterator[tuple[tantivy.Index, Compiler]]:
        """The live index and its rules; what breaks on the way is `SearchUnavailable`."""
        try:
            yield self._live[index].index(), self._compilers[index]
        except OSError as problem:
            raise SearchUnavailable(f"index {index} in {self._root}: {problem}") from problem


def _counted_again(
    searcher: tantivy.Searcher, query: tantivy.Query, wanted: dict[str, Any], answer: dict[str, Any]
) -> dict[str, Any]:
    """Where segments had more values than they passed on, counts may be short: those on top are counted for sure."""
    short = {}
    for name, found in answer.items():
        if found.get("doc_count_error_upper_bound"):
            values = [bucket["key"] for bucket in found["buckets"]]
            terms = {"field": wanted[name]["terms"]["field"], "size": len(values), "include": values}
            short[name] = {"terms": terms}
    return searcher.aggregate(query, short) if short else {}


def _with(scored: Plan, conditions: list[Plan]) -> Plan:
    if not conditions:
        return scored
    return Bool(must=(scored, *(Constant(c, 0.0) for c in conditions)))


def _regex_literal(text: str) -> str:
    return "".join(c if c.isalnum() else f"\\{c}" if c.isascii() else c for c in text)


def _stored(document: tantivy.Document) -> tuple[dict[str, Any], dict[str, list[str]]]:
    raw: Any = document.get_first(layout.STORED)
    stored, texts = json.loads(bytes(raw))
    return stored, texts


def _hit(
    searcher: tantivy.Searcher, score: float, address: tantivy.DocAddress, terms: highlighting.Wanted | None
) -> Hit:
    document = searcher.doc(address)
    identifier = document.get_first(layout.ID)
    stored, texts = _stored(document)
    marks = highlighting.highlights(texts, terms) if terms else {}
    return Hit(str(identifier), float(score), stored, marks)
