"""Reading one state of a tantivy index: all that a request asks is answered from the same commit."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import tantivy

from shuyin.search_engine import analysis, fusion, highlighting, layout, sorting, spelling
from shuyin.search_engine.facets import fetched_values, top_values
from shuyin.search_engine.plan import PREFIX_LENGTH, All, Bool, Constant, Plan, Prefix, Term, Terms, every
from shuyin.search_engine.query import Document, FacetCount, FacetRequest, Hit, SearchRequest, SearchResult
from shuyin.search_engine.relevance import Compiler
from shuyin.search_engine.tantivy_meaning import ByMeaning, Near
from shuyin.search_engine.tantivy_plan import translate
from shuyin.search_engine.vectors import ALIKE, DEPTH, VectorFile

#: Facet values that share a count are ordered by value; fetch so many more than asked to order them.
_FACET_SLACK = 50
#: Values of a facet that each segment passes on, the most frequent; enough for every facet but large class trees.
_SEGMENT_VALUES = 2000

Address = tantivy.DocAddress


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An index as of its last commit."""

    compiler: Compiler
    searcher: tantivy.Searcher
    schema: tantivy.Schema
    vectors: VectorFile | None

    def search(self, request: SearchRequest) -> SearchResult:
        """See `port.SearchEngine`."""
        conditions = [
            *self.compiler.filters(request.filters),
            *(self.compiler.condition(q) for q in request.where),
        ]
        meaning = self._by_meaning(request)
        if meaning:
            total, ranked = self._nearest(request, meaning, conditions)
        else:
            total, ranked = self._ranked(request, conditions)
        terms = highlighting.wanted(request.query, self.compiler.declaration) if request.highlight else None
        hits = tuple(self._hit(score, address, terms) for score, address in ranked)
        return SearchResult(total, hits, self._facets(request, meaning))

    def get(self, ids: Sequence[str]) -> list[Document]:
        """See `port.SearchEngine`."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return []
        hits = self.searcher.search(self._query(Terms(layout.ID, tuple(wanted))), len(wanted)).hits
        found = {hit.id: Document(hit.id, {}, hit.stored) for hit in (self._hit(0.0, a, None) for _, a in hits)}
        return [found[i] for i in wanted if i in found]

    def similar(self, identifier: str, limit: int) -> SearchResult:
        """See `port.SearchEngine`."""
        found = self.searcher.search(self._query(Term(layout.ID, identifier)), 1).hits
        if not found:
            return SearchResult(0, ())
        itself = found[0][1]
        row = self.searcher.fast_field_values(layout.VECTOR_ROW, [itself])[0] if self.vectors else None
        near: list[Near] = []
        if self.vectors and row is not None:
            others = self._query(Bool(must=(All(),), must_not=(Term(layout.ID, identifier),)))
            near = self._vector_search(self.vectors.vector(int(row)), ALIKE).near([others])
        if near:
            total, ranked = len(near), [(one.cosine, one.address) for one in near[:limit]]
        else:
            _, texts = self._stored(itself)
            answer: Any = self.searcher.search(self._query(self.compiler.alike(texts, but=identifier)), limit)
            total, ranked = int(answer.count), list(answer.hits)
        return SearchResult(total, tuple(self._hit(score, address, None) for score, address in ranked))

    def terms(self, column: str, start: str, most: int) -> list[tuple[str, int]]:
        """See `suggesting.Terms`."""
        return list(self.searcher.terms_with_prefix(column, start, limit=most))

    def beginning(self, start: str, limit: int) -> list[str]:
        """See `suggesting.Terms`."""
        lead = self.compiler.lead
        query = self._query(Prefix(layout.whole(lead), start))
        newest = [key.column for key in sorting.newest(self.compiler.declaration)]
        hits = self.searcher.search(query, limit, count=False, order_by_field=newest[0] if newest else None).hits
        values = (value for _, address in hits for value in self._stored(address)[1].get(lead, ()))
        return [value for value in values if analysis.squeeze(value).startswith(start)]

    def score(self, identifier: str, plan: Plan) -> float | None:
        """The document's score under a plan; None where it does not match."""
        hits = self.searcher.search(self._query(every(Constant(Term(layout.ID, identifier), 0.0), plan)), 1).hits
        return float(hits[0][0]) if hits else None

    # --- what `spelling.Vocabulary` asks ----------------------------------------------------------------------

    def total(self, plan: Plan) -> int:
        """How many documents match."""
        found: Any = self.searcher.search(self._query(plan), 1)
        return int(found.count)

    def texts(self, plan: Plan, limit: int) -> list[dict[str, list[str]]]:
        """The original text fields of the best documents."""
        return [self._stored(address)[1] for _, address in self.searcher.search(self._query(plan), limit).hits]

    def words(self, word: str) -> list[tuple[str, int]]:
        """Latin words of the index that may be near this one."""
        return [
            found
            for letter in spelling.first_letters(word)
            for found in spelling.likely(self.searcher.terms_with_prefix(layout.ANY, letter), word)
        ]

    # --- ranking ----------------------------------------------------------------------------------------------

    def _query(self, plan: Plan) -> tantivy.Query:
        return translate(plan, self.searcher, self.schema)

    def _numbers(self, column: str, addresses: list[Address]) -> list[Any]:
        return self.searcher.fast_field_values(column, addresses)

    def _ranked(self, request: SearchRequest, conditions: list[Plan]) -> tuple[int, list[tuple[float, Address]]]:
        """Total, and the page's (score, address) in order."""
        by_score = sorting.order(self.compiler.declaration, request)[0].column is None
        scored = self.compiler.scored(request.query) if by_score else self.compiler.condition(request.query)
        query = self._query(Bool(must=(scored, *(Constant(c, 0.0) for c in conditions))) if conditions else scored)
        return self._sorted(query, request)

    def _sorted(self, query: tantivy.Query, request: SearchRequest) -> tuple[int, list[tuple[float, Address]]]:
        """Total, and the page's (score, address) in the request's order."""
        order = sorting.order(self.compiler.declaration, request)
        by_score = order[0].column is None

        def top(limit: int) -> Any:
            if by_score:
                return self.searcher.search(query, limit)
            direction = tantivy.Order.Asc if order[0].ascending else tantivy.Order.Desc
            return self.searcher.search(query, limit, order_by_field=order[0].column, order=direction)

        total, hits = sorting.page(top, self._numbers, order, request.offset, request.limit)
        return total, [(score if by_score else 0.0, address) for score, address in hits]

    # --- vectors ----------------------------------------------------------------------------------------------

    def _by_meaning(self, request: SearchRequest) -> ByMeaning | None:
        """What the request's vector finds; None without one (or where the index keeps no vectors)."""
        if request.vector is None or self.vectors is None:
            return None
        return self._vector_search(request.vector, request.least)

    def _vector_search(self, vector: Sequence[float], least: float = -1.0) -> ByMeaning:
        assert self.vectors is not None
        return ByMeaning(self.searcher, self.schema, self.vectors, vector, least)

    def _nearest(
        self, request: SearchRequest, meaning: ByMeaning, conditions: list[Plan]
    ) -> tuple[int, list[tuple[float, Address]]]:
        """Total and page of a search with a vector, in the order of nearness, of both, or of a named sort."""
        fitting = [self._query(plan) for plan in conditions]
        near = meaning.near(fitting, fusion.DEPTH if request.fused else DEPTH)
        offset, limit = request.offset, request.limit
        by_nearness = not {s.name: s for s in self.compiler.declaration.sorts}[request.sort].keys
        if by_nearness and not request.fused:
            return len(near), [(one.cosine, one.address) for one in near[offset : offset + limit]]
        if by_nearness:
            words = self._query(
                Bool(must=(self.compiler.scored(request.query), *(Constant(c, 0.0) for c in conditions)))
            )
            keys = sorting.order(self.compiler.declaration, request)

            def rest(query: tantivy.Query, start: int, many: int) -> list[tuple[float, Address]]:
                return sorting.page(lambda n: self.searcher.search(query, n), self._numbers, keys, start, many)[1]

            total: Any = self.searcher.search(meaning.matching(near, words), 1)
            return int(total.count), meaning.fused(near, words, rest, offset, limit)
        return self._sorted(self._hits_of(request, meaning, near, conditions), request)

    def _hits_of(
        self, request: SearchRequest, meaning: ByMeaning, near: Sequence[Near], conditions: Sequence[Plan]
    ) -> tantivy.Query:
        """Everything that the request finds under the conditions, in no order."""
        asked = self._query(every(self.compiler.condition(request.query), *conditions)) if request.fused else None
        return meaning.matching(near, asked)

    # --- facets -----------------------------------------------------------------------------------------------

    def _facets(self, request: SearchRequest, meaning: ByMeaning | None) -> dict[str, tuple[FacetCount, ...]]:
        """Counts; facets with ticked values are counted without their own, the others in one pass."""
        passes: dict[tuple[tuple[Plan, ...], tuple[Plan, ...]], list[FacetRequest]] = {}
        for facet in request.facets:
            filters = self.compiler.filters(request.filters, facet.field)
            passes.setdefault((tuple(filters), tuple(self.compiler.looked_up(facet))), []).append(facet)
        where = [self.compiler.condition(q) for q in request.where]
        counted: dict[str, tuple[FacetCount, ...]] = {}
        for (filters_of_pass, looked_up), facets in passes.items():
            if meaning:
                conditions = [*where, *filters_of_pass]
                depth = fusion.DEPTH if request.fused else DEPTH
                near = meaning.near([self._query(plan) for plan in conditions], depth)
                query = self._hits_of(request, meaning, near, conditions)
                if looked_up:
                    clauses = [query, *(self._query(plan) for plan in looked_up)]
                    query = tantivy.Query.boolean_query([(tantivy.Occur.Must, clause) for clause in clauses])
            else:
                asked = self.compiler.condition(request.query)
                query = self._query(every(asked, *where, *filters_of_pass, *looked_up))
            wanted = {facet.field: {"terms": self._facet_terms(facet)} for facet in facets}
            answer: dict[str, Any] = self.searcher.aggregate(query, wanted)
            answer |= self._counted_again(query, wanted, answer)
            for facet in facets:
                values = [FacetCount(b["key"], int(b["doc_count"])) for b in answer[facet.field]["buckets"]]
                counted[facet.field] = top_values(facet, values)
        return {facet.field: counted[facet.field] for facet in request.facets}

    def _facet_terms(self, facet: FacetRequest) -> dict[str, Any]:
        size = fetched_values(facet) + _FACET_SLACK
        terms: dict[str, Any] = {
            "field": self.compiler.source(facet.field),
            "size": size,
            "segment_size": max(_SEGMENT_VALUES, size),
        }
        if facet.prefix:
            terms["include"] = _regex_literal(facet.prefix[:PREFIX_LENGTH]) + "(?s:.)*"
        if facet.only:
            terms["include"] = list(facet.only)
        return terms

    def _counted_again(
        self, query: tantivy.Query, wanted: dict[str, dict[str, Any]], answer: dict[str, Any]
    ) -> dict[str, Any]:
        """Where segments had more values than they passed on, those on top are counted for sure."""
        short = {}
        for name, found in answer.items():
            if found.get("doc_count_error_upper_bound"):
                values = [bucket["key"] for bucket in found["buckets"]]
                short[name] = {
                    "terms": {"field": wanted[name]["terms"]["field"], "size": len(values), "include": values}
                }
        return self.searcher.aggregate(query, short) if short else {}

    # --- documents --------------------------------------------------------------------------------------------

    def _stored(self, address: Address) -> tuple[dict[str, Any], dict[str, list[str]]]:
        raw: Any = self.searcher.doc(address).get_first(layout.STORED)
        stored, texts = json.loads(bytes(raw))
        return stored, texts

    def _hit(self, score: float, address: Address, terms: highlighting.Wanted | None) -> Hit:
        document = self.searcher.doc(address)
        raw: Any = document.get_first(layout.STORED)
        stored, texts = json.loads(bytes(raw))
        marks = highlighting.highlights(texts, terms) if terms else {}
        return Hit(str(document.get_first(layout.ID)), float(score), stored, marks)


def _regex_literal(text: str) -> str:
    return "".join(c if c.isalnum() else f"\\{c}" if c.isascii() else c for c in text)
