"""Plans as tantivy queries; no rule of relevance lives here."""

from __future__ import annotations

import re

import tantivy
from tantivy import Occur
from tantivy import Query as Tq

from shuyin.search_engine.plan import (
    All,
    Best,
    Between,
    Bool,
    Boost,
    Constant,
    Nothing,
    Phrase,
    Plan,
    Prefix,
    Term,
    Terms,
)

#: Without these two, tantivy builds a range over the whole of i64.
_LOWEST, _HIGHEST = -(2**62), 2**62


def translate(plan: Plan, searcher: tantivy.Searcher, schema: tantivy.Schema) -> tantivy.Query:
    """The tantivy query of a plan. The searcher resolves ranges over strings to their terms."""

    def query(node: Plan) -> tantivy.Query:
        match node:
            case Term():
                return Tq.term_query(schema, node.column, node.value)
            case Terms():
                if len(node.values) == 1:
                    return Tq.term_query(schema, node.column, node.values[0])
                return Tq.term_set_query(schema, node.column, list(node.values))
            case Phrase():
                return Tq.phrase_query(schema, node.column, list(node.tokens))
            case Prefix():
                return Tq.regex_query(schema, node.column, re.escape(node.value) + r"(?s:.)*")
            case Between():
                return between(node)
            case All():
                return Tq.const_score_query(Tq.all_query(), 1.0)
            case Nothing():
                return Tq.empty_query()
            case Constant():
                return Tq.const_score_query(query(node.plan), node.score)
            case Boost():
                return Tq.boost_query(query(node.plan), node.factor)
            case Best():
                return Tq.disjunction_max_query([query(p) for p in node.plans], node.tie)
            case Bool():
                return boolean(node)

    def boolean(node: Bool) -> tantivy.Query:
        clauses = [(Occur.Must, query(p)) for p in node.must]
        clauses += [(Occur.Should, query(p)) for p in node.should]
        clauses += [(Occur.MustNot, query(p)) for p in node.must_not]
        if node.minimum > 1 or (node.minimum and node.must):
            return Tq.boolean_query(clauses, node.minimum)
        return Tq.boolean_query(clauses)

    def between(node: Between) -> tantivy.Query:
        if isinstance(node.low, str) or isinstance(node.high, str):
            low, high = node.low or "", node.high
            shared = _shared_prefix(str(low), str(high)) if high is not None else ""
            found = [
                value
                for value, _ in searcher.terms_with_prefix(node.column, shared)
                if value >= str(low) and (high is None or value <= str(high))
            ]
            return Tq.term_set_query(schema, node.column, found) if found else Tq.empty_query()
        low_number = _LOWEST if node.low is None else int(node.low)
        high_number = _HIGHEST if node.high is None else int(node.high)
        return Tq.range_query(schema, node.column, tantivy.FieldType.Integer, low_number, high_number)

    return query(plan)


def _shared_prefix(low: str, high: str) -> str:
    length = 0
    for a, b in zip(low, high, strict=False):
        if a != b:
            break
        length += 1
    return low[:length]
