"""Plans as OpenSearch's query language, declarations as mappings; no rule of relevance lives here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from shuyin.search_engine import layout
from shuyin.search_engine.declaration import IndexDeclaration
from shuyin.search_engine.layout import Column
from shuyin.search_engine.plan import (
    PREFIX_LENGTH,
    All,
    Best,
    Between,
    Bool,
    Boost,
    Constant,
    Mask,
    Nothing,
    Phrase,
    Plan,
    Prefix,
    Term,
    Terms,
)

Json = dict[str, Any]

VECTOR = "vector"
#: Tokens come ready-made from `analysis`; the engine only splits at spaces.
_ANALYZER = "whitespace"
_COLUMNS: dict[Column, Json] = {
    Column.STREAM: {"type": "text", "analyzer": _ANALYZER, "index_options": "positions"},
    Column.SET: {"type": "text", "analyzer": _ANALYZER, "index_options": "docs", "norms": False},
    Column.VALUE: {"type": "keyword", "doc_values": False},
    Column.COMPLETION: {"type": "keyword"},
    Column.KEYWORD: {"type": "keyword"},
    Column.INTEGER: {"type": "long"},
}


def index_body(declaration: IndexDeclaration, shards: int) -> Json:
    """Settings and mapping of a new index."""
    properties: Json = {name: _COLUMNS[column] for name, column in layout.columns(declaration).items()}
    properties[layout.STORED] = {"type": "keyword", "index": False, "doc_values": False}
    settings: Json = {
        "number_of_shards": shards,
        "auto_expand_replicas": "0-1",
        "max_result_window": 10_000,
    }
    if declaration.vector_dimensions:
        settings["knn"] = True
        properties[VECTOR] = {
            "type": "knn_vector",
            "dimension": declaration.vector_dimensions,
            "method": {"name": "hnsw", "space_type": "cosinesimil", "engine": "lucene"},
        }
    return {
        "settings": {"index": settings},
        "mappings": {
            "dynamic": False,
            "_meta": {"fingerprint": layout.fingerprint(declaration)},
            # the columns are made again from the records; only what is returned is kept
            "_source": {"includes": [layout.STORED, VECTOR]},
            "properties": properties,
        },
    }


def source(row: layout.Row, vector: Sequence[float] | None) -> Json:
    """The document to index."""
    body: Json = {}
    for name, value in (*row.texts, *row.keywords):
        body.setdefault(name, []).append(value)
    body.update(row.integers)
    body[layout.STORED] = row.stored
    if vector is not None:
        body[VECTOR] = [round(float(value), 5) for value in vector]
    return body


def translate(plan: Plan) -> Json:
    """The query of a plan."""
    match plan:
        case Term():
            return {"term": {plan.column: {"value": plan.value}}}
        case Terms():
            return {"terms": {plan.column: list(plan.values)}}
        case Phrase():
            return {"match_phrase": {plan.column: {"query": " ".join(plan.tokens), "analyzer": _ANALYZER}}}
        case Prefix():
            return {"prefix": {plan.column: {"value": plan.value[:PREFIX_LENGTH]}}}
        case Mask():
            return {"wildcard": {plan.column: {"value": plan.pattern.replace("\\", "\\\\")}}}
        case Between():
            ends = {"gte": plan.low, "lte": plan.high}
            return {"range": {plan.column: {k: v for k, v in ends.items() if v is not None}}}
        case All():
            return {"match_all": {}}
        case Nothing():
            return {"match_none": {}}
        case Constant():
            return {"constant_score": {"filter": translate(plan.plan), "boost": plan.score}}
        case Boost():
            return {"bool": {"must": [translate(plan.plan)], "boost": plan.factor}}
        case Best():
            return {"dis_max": {"queries": [translate(p) for p in plan.plans], "tie_breaker": plan.tie}}
        case Bool():
            return {"bool": _bool(plan)}


def _bool(plan: Bool) -> Json:
    body: Json = {}
    for part in plan.must:
        if isinstance(part, Constant) and part.score == 0:
            body.setdefault("filter", []).append(translate(part.plan))
        else:
            body.setdefault("must", []).append(translate(part))
    if plan.should:
        body["should"] = [translate(p) for p in plan.should]
        body["minimum_should_match"] = plan.minimum if plan.must else max(1, plan.minimum)
    if plan.must_not:
        body["must_not"] = [translate(p) for p in plan.must_not]
    return body
