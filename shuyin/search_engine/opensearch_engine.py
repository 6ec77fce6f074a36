"""The OpenSearch engine: one alias per index, a numbered index behind it, the former kept under its own alias.

Rebuilds are started by one process at a time (the indexer's lease sees to it); searches and writes by any.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from opensearchpy import OpenSearch
from opensearchpy.exceptions import OpenSearchException, RequestError

from shuyin.search_engine import analysis, explaining, fusion, highlighting, layout, sorting, spelling, suggesting
from shuyin.search_engine.declaration import INDEXES, IndexDeclaration
from shuyin.search_engine.facets import fetched_values, top_values
from shuyin.search_engine.opensearch_meaning import ByMeaning, Near
from shuyin.search_engine.opensearch_plan import VECTOR, Json, index_body, source, translate
from shuyin.search_engine.plan import PREFIX_LENGTH, All, Bool, Constant, Plan, Prefix, Term, every
from shuyin.search_engine.port import MAX_WINDOW, IndexOutdated, RebuildMismatch, SearchUnavailable, WindowExceeded
from shuyin.search_engine.query import (
    Document,
    FacetCount,
    FacetRequest,
    Hit,
    SearchRequest,
    SearchResult,
    Suggestion,
)
from shuyin.search_engine.relevance import Compiler
from shuyin.search_engine.vectors import ALIKE, DEPTH

_TIMEOUT = 10  # seconds for a search
_BULK_TIMEOUT = 120
_BATCH = 500  # documents in one bulk request
#: Values of a terms aggregation that each shard returns, so that counts are right on several shards.
_SHARD_VALUES = 10_000
_SUGGESTED = 100


@contextmanager
def _answering(what: str) -> Iterator[None]:
    """What fails between here and the cluster is `SearchUnavailable`, with the reason."""
    try:
        yield
    except OpenSearchException as problem:
        raise SearchUnavailable(f"OpenSearch, {what}: {problem}") from problem


class _Alias:
    """One index of ours on the cluster: `PREFIX-books` → `PREFIX-books-000007`."""

    def __init__(self, client: OpenSearch, prefix: str, declaration: IndexDeclaration, shards: int) -> None:
        self.client = client
        self.declaration = declaration
        self.name = f"{prefix}-{declaration.name}"
        self.former = f"{self.name}-former"
        self._shards = shards
        self._ready = False

    def ready(self) -> str:
        """The alias, with an index behind it that this program can read."""
        if not self._ready:
            with _answering(f"opening {self.name}"):
                if not self.behind(self.name):
                    self._first()
                for mapping in self.client.indices.get_mapping(index=self.name).values():
                    built = mapping["mappings"].get("_meta", {}).get("fingerprint")
                    if built != layout.fingerprint(self.declaration):
                        raise IndexOutdated(self.declaration.name)
            self._ready = True
        return self.name

    def behind(self, alias: str) -> list[str]:
        """The indexes behind an alias of ours."""
        found = self.client.indices.get_alias(index=f"{self.name}-0*")
        return sorted(name for name, held in found.items() if alias in held["aliases"])

    def all(self) -> list[str]:
        """Every numbered index of ours."""
        found = self.client.indices.get(index=f"{self.name}-0*", ignore_unavailable=True, expand_wildcards="all")
        return sorted(found)

    def create(self) -> str:
        """A new numbered index without alias."""
        numbers = [int(name.rsplit("-", 1)[1]) for name in self.all()]
        made = f"{self.name}-{max(numbers, default=0) + 1:06d}"
        self.client.indices.create(index=made, body=index_body(self.declaration, self._shards))
        return made

    def _first(self) -> None:
        """An empty index where there is none; another process may be quicker."""
        try:
            made = f"{self.name}-000001"
            body = index_body(self.declaration, self._shards)
            self.client.indices.create(index=made, body={**body, "aliases": {self.name: {}}})
        except RequestError as problem:
            if problem.error != "resource_already_exists_exception":
                raise

    def point(self, made: str) -> None:
        """Make `made` the live index in one step; the one before is the former, older ones go."""
        live, former = self.behind(self.name), self.behind(self.former)
        actions: list[Json] = [{"remove": {"index": name, "alias": self.name}} for name in live]
        actions += [{"remove": {"index": name, "alias": self.former}} for name in former]
        actions += [{"add": {"index": name, "alias": self.former}} for name in live]
        actions.append({"add": {"index": made, "alias": self.name}})
        self.client.indices.update_aliases(body={"actions": actions})
        self._ready = False
        self.remove_leftovers()

    def remove_leftovers(self) -> None:
        """Remove numbered indexes that are neither live nor former."""
        kept = {*self.behind(self.name), *self.behind(self.former)}
        for name in self.all():
            if name not in kept:
                self.client.indices.delete(index=name, ignore_unavailable=True)

    def bulk(self, index: str, documents: Iterable[Document], deletes: Iterable[str], *, refresh: bool) -> int:
        """Write in batches; how many documents went in. `SearchUnavailable` if one was refused."""
        lines = self._lines(documents, deletes)
        written = 0
        while batch := list(islice(lines, _BATCH)):
            body = "\n".join(line for lines_of_one in batch for line in lines_of_one) + "\n"
            answer = self.client.bulk(
                body=body, index=index, request_timeout=_BULK_TIMEOUT, refresh="true" if refresh else "false"
            )
            for item in answer["items"]:
                ((action, result),) = item.items()
                if result["status"] >= 300 and not (action == "delete" and result["status"] == 404):
                    raise SearchUnavailable(f"OpenSearch refused {result['_id']}: {result.get('error')}")
                written += action == "index"
        return written

    def _lines(self, documents: Iterable[Document], deletes: Iterable[str]) -> Iterator[list[str]]:
        for identifier in deletes:
            yield [json.dumps({"delete": {"_id": identifier}})]
        for document in documents:
            body = source(layout.row(self.declaration, document), document.vector)
            yield [json.dumps({"index": {"_id": document.id}}), json.dumps(body, ensure_ascii=False)]


class OpenSearchRebuild:
    """A new index being filled beside the live one (see `port.Rebuild`)."""

    def __init__(self, alias: _Alias) -> None:
        self._alias = alias
        with _answering(f"rebuilding {alias.name}"):
            alias.remove_leftovers()
            self._made = alias.create()
            alias.client.indices.put_settings(index=self._made, body={"index": {"refresh_interval": "-1"}})

    def add(self, documents: Iterable[Document]) -> int:
        """Add documents, return how many."""
        with _answering(f"filling {self._made}"):
            return self._alias.bulk(self._made, documents, (), refresh=False)

    def swap(self, expected: int) -> None:
        """Check the count, move the alias."""
        client = self._alias.client
        with _answering(f"swapping {self._made}"):
            client.indices.put_settings(index=self._made, body={"index": {"refresh_interval": None}})
            client.indices.refresh(index=self._made, request_timeout=_BULK_TIMEOUT)
            found = int(client.count(index=self._made)["count"])
            if found != expected:
                self.abandon()
                raise RebuildMismatch(f"{self._alias.name}: {found} documents, expected {expected}")
            self._alias.point(self._made)

    def abandon(self) -> None:
        """Remove the new index."""
        with _answering(f"removing {self._made}"):
            self._alias.client.indices.delete(index=self._made, ignore_unavailable=True)


class _Vocabulary:
    """What `spelling` and `suggesting` ask (see `spelling.Vocabulary`, `suggesting.Terms`)."""

    def __init__(self, compiler: Compiler, ask: Callable[[Json], Any]) -> None:
        self.compiler = compiler
        self._ask = ask

    def total(self, plan: Plan) -> int:
        answer = self._ask({"query": translate(plan), "size": 0, "track_total_hits": True})
        return int(answer["hits"]["total"]["value"])

    def texts(self, plan: Plan, limit: int) -> list[dict[str, list[str]]]:
        return [_stored(hit)[1] for hit in self._ask({"query": translate(plan), "size": limit})["hits"]["hits"]]

    def words(self, word: str) -> list[tuple[str, int]]:
        near = {"field": layout.ANY, "suggest_mode": "always", "max_edits": 2, "prefix_length": 0, "size": 20}
        body = {"size": 0, "suggest": {"near": {"text": word, "term": {**near, "min_word_length": 4}}}}
        return [(o["text"], int(o["freq"])) for found in self._ask(body)["suggest"]["near"] for o in found["options"]]

    def terms(self, column: str, start: str, most: int) -> list[tuple[str, int]]:
        """See `suggesting.Terms`; the most frequent ones."""
        values = {"field": column, "size": min(most, _SUGGESTED), "include": _beginning(start)}
        body = {
            "size": 0,
            "query": {"prefix": {column: {"value": start}}},
            "aggs": {"terms": {"terms": values}},
        }
        buckets = self._ask(body)["aggregations"]["terms"]["buckets"]
        return [(bucket["key"], int(bucket["doc_count"])) for bucket in buckets]

    def beginning(self, start: str, limit: int) -> list[str]:
        """See `suggesting.Terms`."""
        lead = self.compiler.lead
        newest = [_sort(key) for key in sorting.newest(self.compiler.declaration)]
        body = {"query": translate(Prefix(layout.whole(lead), start)), "size": limit, "sort": newest}
        values = (value for hit in self._ask(body)["hits"]["hits"] for value in _stored(hit)[1].get(lead, ()))
        return [value for value in values if analysis.squeeze(value).startswith(start)]


class OpenSearchEngine:
    """`SearchEngine` on a cluster: `http(s)://USER:PASSWORD@HOST:PORT/PREFIX?shards=1&verify=true`."""

    def __init__(self, url: str, indexes: Mapping[str, IndexDeclaration] = INDEXES) -> None:
        parts = urlsplit(url)
        options = parse_qs(parts.query)
        secure = parts.scheme == "https"
        self._client = OpenSearch(
            hosts=[{"host": parts.hostname or "localhost", "port": parts.port or (443 if secure else 9200)}],
            use_ssl=secure,
            verify_certs=options.get("verify", ["true"])[0] != "false",
            http_auth=(unquote(parts.username), unquote(parts.password or "")) if parts.username else None,
            timeout=_TIMEOUT,
            max_retries=1,
            http_compress=True,
        )
        prefix = parts.path.strip("/") or "shuyin"
        shards = int(options.get("shards", ["1"])[0])
        self._compilers = {name: Compiler(declaration) for name, declaration in indexes.items()}
        self._aliases = {name: _Alias(self._client, prefix, d, shards) for name, d in indexes.items()}

    # --- reading --------------------------------------------------------------------------------------------

    def search(self, index: str, request: SearchRequest) -> SearchResult:
        """See `port.SearchEngine`."""
        if request.offset + request.limit > MAX_WINDOW:
            raise WindowExceeded(f"{request.offset + request.limit} > {MAX_WINDOW}")
        compiler = self._compilers[index]
        if request.vector is not None and compiler.declaration.vector_dimensions:
            return self._nearest(index, request, ByMeaning(partial(self._search, index), request.vector, request.least))
        order = sorting.order(compiler.declaration, request)
        by_score = order[0].column is None
        scored = compiler.scored(request.query) if by_score else compiler.condition(request.query)
        conditions = [*compiler.filters(request.filters), *(compiler.condition(q) for q in request.where)]
        body: Json = {
            "query": translate(Bool(must=(scored, *(Constant(c, 0.0) for c in conditions)))),
            "from": request.offset,
            "size": request.limit,
            "track_total_hits": True,
            "sort": [_sort(key) for key in order],
            "track_scores": by_score,
        }
        if request.facets:
            where = [compiler.condition(q) for q in (request.query, *request.where)]
            body["aggs"] = _aggregations(compiler, request, lambda filters: every(*where, *filters))
        answer = self._search(index, body)
        terms = highlighting.wanted(request.query, compiler.declaration) if request.highlight else None
        hits = tuple(_hit(found, terms) for found in answer["hits"]["hits"])
        facets = {facet.field: _counts(answer["aggregations"], facet) for facet in request.facets}
        return SearchResult(int(answer["hits"]["total"]["value"]), hits, facets)

    def _nearest(self, index: str, request: SearchRequest, meaning: ByMeaning) -> SearchResult:
        """A search with a vector, in the order of nearness, of both words and nearness, or of a named sort."""
        compiler = self._compilers[index]
        where = [compiler.condition(q) for q in request.where]
        depth = fusion.DEPTH if request.fused else DEPTH

        def matching(conditions: Sequence[Plan], near: Sequence[Near] | None = None) -> Plan:
            found = meaning.near(conditions, depth) if near is None else near
            words = every(compiler.condition(request.query), *conditions) if request.fused else None
            return meaning.matching(found, words)

        conditions = [*where, *compiler.filters(request.filters)]
        near = meaning.near(conditions, depth)
        found = matching(conditions, near)
        by_nearness = not {s.name: s for s in compiler.declaration.sorts}[request.sort].keys
        body: Json = {"query": translate(found), "track_total_hits": True}
        if by_nearness:
            page = self._in_order(index, request, meaning, near, conditions)
            body["size"] = 0
        else:
            body |= {"from": request.offset, "size": request.limit}
            body["sort"] = [_sort(key) for key in sorting.order(compiler.declaration, request)]
        if request.facets:
            body["aggs"] = _aggregations(compiler, request, lambda filters: matching([*where, *filters]))
        answer = self._search(index, body)
        terms = highlighting.wanted(request.query, compiler.declaration) if request.highlight else None
        hits = (
            self._hits(index, page, terms) if by_nearness else tuple(_hit(one, terms) for one in answer["hits"]["hits"])
        )
        facets = {facet.field: _counts(answer["aggregations"], facet) for facet in request.facets}
        return SearchResult(int(answer["hits"]["total"]["value"]), hits, facets)

    def _in_order(
        self, index: str, request: SearchRequest, meaning: ByMeaning, near: Sequence[Near], conditions: list[Plan]
    ) -> list[tuple[float, str]]:
        """The page by nearness, or by words and nearness, as (score, id)."""
        offset, limit = request.offset, request.limit
        if not request.fused:
            return [(cosine, identifier) for identifier, cosine in near[offset : offset + limit]]
        compiler = self._compilers[index]
        words = Bool(must=(compiler.scored(request.query), *(Constant(c, 0.0) for c in conditions)))
        order = [_sort(key) for key in sorting.order(compiler.declaration, request)]

        def rest(plan: Plan, start: int, many: int) -> list[str]:
            body = {"query": translate(plan), "from": start, "size": many, "sort": order, "_source": False}
            return [hit["_id"] for hit in self._search(index, body)["hits"]["hits"]]

        return meaning.fused(near, words, rest, offset, limit)

    def _hits(
        self, index: str, page: Sequence[tuple[float, str]], terms: highlighting.Wanted | None
    ) -> tuple[Hit, ...]:
        """The documents of a page whose order is known."""
        if not page:
            return ()
        wanted = [identifier for _, identifier in page]
        answer = self._search(index, {"query": {"ids": {"values": wanted}}, "size": len(wanted)})
        found = {hit["_id"]: _hit(hit, terms) for hit in answer["hits"]["hits"]}
        return tuple(replace(found[identifier], score=score) for score, identifier in page if identifier in found)

    def get(self, index: str, ids: Sequence[str]) -> list[Document]:
        """See `port.SearchEngine`."""
        wanted = list(dict.fromkeys(ids))
        if not wanted:
            return []
        body = {"query": {"ids": {"values": wanted}}, "size": len(wanted)}
        found = {hit["_id"]: _stored(hit)[0] for hit in self._search(index, body)["hits"]["hits"]}
        return [Document(i, {}, found[i]) for i in wanted if i in found]

    def suggest(self, index: str, prefix: str, limit: int = 10) -> list[Suggestion]:
        """See `port.SearchEngine`."""
        vocabulary = _Vocabulary(self._compilers[index], lambda body: self._search(index, body))
        return suggesting.complete(vocabulary, self._compilers[index].declaration, prefix, limit)

    def similar(self, index: str, id: str, limit: int = 10) -> SearchResult:
        """See `port.SearchEngine`."""
        found = self._search(index, {"query": translate(Term(layout.ID, id)), "size": 1, "_source": True})["hits"][
            "hits"
        ]
        if not found:
            return SearchResult(0, ())
        vector = found[0]["_source"].get(VECTOR)
        if vector:
            others = Bool(must=(All(),), must_not=(Term(layout.ID, id),))
            near = ByMeaning(partial(self._search, index), vector, ALIKE).near([others])
            page = [(cosine, identifier) for identifier, cosine in near[:limit]]
            if page:
                return SearchResult(len(near), self._hits(index, page, None))
        plan = self._compilers[index].alike(_stored(found[0])[1], but=id)
        answer = self._search(index, {"query": translate(plan), "size": limit, "track_total_hits": True})
        hits = tuple(_hit(hit, None) for hit in answer["hits"]["hits"])
        return SearchResult(int(answer["hits"]["total"]["value"]), hits)

    def did_you_mean(self, index: str, text: str, limit: int = 3) -> list[str]:
        """See `port.SearchEngine`."""
        vocabulary = _Vocabulary(self._compilers[index], lambda body: self._search(index, body))
        return spelling.did_you_mean(vocabulary, text, limit)

    def explain(self, index: str, request: SearchRequest, id: str) -> str:
        """See `port.SearchEngine`."""

        def score(plan: Plan) -> float | None:
            query = translate(every(Constant(Term(layout.ID, id), 0.0), plan))
            hits = self._search(index, {"query": query, "size": 1, "_source": False})["hits"]["hits"]
            return float(hits[0]["_score"]) if hits else None

        return explaining.explain(self._compilers[index], request, score)

    def count(self, index: str) -> int:
        """See `port.SearchEngine`."""
        name = self._aliases[index].ready()
        with _answering("counting"):
            return int(self._client.count(index=name)["count"])

    def version(self, index: str) -> str | None:
        """See `port.SearchEngine`: what a cluster counts (operations, segments) runs ahead of what is visible."""
        return None

    def ping(self) -> None:
        """See `port.SearchEngine`."""
        for alias in self._aliases.values():
            alias.ready()
        with _answering("asking whether it is there"):
            self._client.info()

    def _search(self, index: str, body: Json) -> Any:
        name = self._aliases[index].ready()
        with _answering("searching"):
            answer = self._client.search(index=name, body={"_source": [layout.STORED], **body})
        if answer.get("timed_out") or answer["_shards"]["failed"]:
            raise SearchUnavailable(f"OpenSearch answered in part: {answer['_shards']}")
        return answer

    # --- writing --------------------------------------------------------------------------------------------

    def write(self, index: str, upserts: Sequence[Document], deletes: Sequence[str] = ()) -> None:
        """See `port.SearchEngine`."""
        alias = self._aliases[index]
        name = alias.ready()
        latest = {document.id: document for document in upserts}
        with _answering("writing"):
            alias.bulk(name, latest.values(), [i for i in deletes if i not in latest], refresh=True)

    def rebuild(self, index: str) -> OpenSearchRebuild:
        """See `port.SearchEngine`."""
        return OpenSearchRebuild(self._aliases[index])

    def close(self) -> None:
        """See `port.SearchEngine`."""
        self._client.close()


def _sort(key: sorting.Key) -> Json:
    if key.column is None:
        return {"_score": {"order": "desc"}}
    return {key.column: {"order": "asc" if key.ascending else "desc", "missing": "_last"}}


def _aggregations(compiler: Compiler, request: SearchRequest, matching: Callable[[list[Plan]], Plan]) -> Json:
    """One terms aggregation per facet; a facet with ticked values is counted over the hits without its own.

    `matching(filters)` is what the request finds under these filters instead of its own.
    """
    found: Json = {}
    for facet in request.facets:
        terms: Json = {
            "field": compiler.source(facet.field),
            "size": fetched_values(facet),
            "shard_size": max(_SHARD_VALUES, fetched_values(facet)),
        }
        if facet.prefix:
            terms["include"] = _beginning(facet.prefix)
        if facet.only:
            terms["include"] = list(facet.only)
        counted: Json = {"terms": terms}
        looked_up = compiler.looked_up(facet)
        if looked_up or compiler.ticked(request, facet.field):
            others = matching(compiler.filters(request.filters, facet.field))
            query = translate(every(others, *looked_up))
            counted = {"global": {}, "aggs": {"others": {"filter": query, "aggs": {"values": counted}}}}
        found[facet.field] = counted
    return found


def _counts(aggregations: Json, facet: FacetRequest) -> tuple[FacetCount, ...]:
    found = aggregations[facet.field]
    if "others" in found:
        found = found["others"]["values"]
    return top_values(facet, [FacetCount(b["key"], int(b["doc_count"])) for b in found["buckets"]])


def _beginning(text: str) -> str:
    """Values that begin so, as Lucene's regular expressions write it.

    In brackets: for a plain `text.*` OpenSearch 2.19 takes a short cut that fails where no value is greater.
    """
    literal = "".join(c if c.isalnum() or not c.isascii() else f"\\{c}" for c in text[:PREFIX_LENGTH])
    return f"{literal}(.*)"


def _stored(hit: Json) -> tuple[Json, dict[str, list[str]]]:
    stored, texts = json.loads(hit["_source"][layout.STORED])
    return stored, texts


def _hit(hit: Json, terms: highlighting.Wanted | None) -> Hit:
    stored, texts = _stored(hit)
    marks = highlighting.highlights(texts, terms) if terms else {}
    return Hit(str(hit["_id"]), float(hit["_score"] or 0.0), stored, marks)
