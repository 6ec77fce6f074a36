"""Plans as tantivy queries; no rule of relevance lives here."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import tantivy
from tantivy import Occur
from tantivy import Query as Tq

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

#: Without these two, tantivy builds a range over the whole of i64.
_MASKS = {"*": "(?s:.)*", "?": "(?s:.)"}
_LOWEST, _HIGHEST = -(2**62), 2**62


def translate(plan: Plan, searcher: tantivy.Searcher, schema: tantivy.Schema) -> tantivy.Query:
    """The tantivy query of a plan. The searcher resolves ranges over strings to their terms."""
    return _Translation(searcher, schema).query(plan)


class _Translation:
    """One method per kind of node, found by type: a query has some hundred nodes."""

    def __init__(self, searcher: tantivy.Searcher, schema: tantivy.Schema) -> None:
        self.searcher = searcher
        self.schema = schema

    def query(self, node: Plan) -> tantivy.Query:
        return _TRANSLATIONS[type(node)](self, node)

    def term(self, node: Term) -> tantivy.Query:
        return Tq.term_query(self.schema, node.column, node.value)

    def terms(self, node: Terms) -> tantivy.Query:
        if len(node.values) == 1:
            return Tq.term_query(self.schema, node.column, node.values[0])
        return Tq.term_set_query(self.schema, node.column, list(node.values))

    def phrase(self, node: Phrase) -> tantivy.Query:
        return Tq.phrase_query(self.schema, node.column, list(node.tokens))

    def prefix(self, node: Prefix) -> tantivy.Query:
        return Tq.regex_query(self.schema, node.column, re.escape(node.value[:PREFIX_LENGTH]) + "(?s:.)*")

    def mask(self, node: Mask) -> tantivy.Query:
        pattern = "".join(_MASKS.get(c) or re.escape(c) for c in node.pattern)
        return Tq.regex_query(self.schema, node.column, pattern)

    def every(self, node: All) -> tantivy.Query:
        return Tq.const_score_query(Tq.all_query(), 1.0)

    def nothing(self, node: Nothing) -> tantivy.Query:
        return Tq.empty_query()

    def constant(self, node: Constant) -> tantivy.Query:
        return Tq.const_score_query(self.query(node.plan), node.score)

    def boost(self, node: Boost) -> tantivy.Query:
        return Tq.boost_query(self.query(node.plan), node.factor)

    def best(self, node: Best) -> tantivy.Query:
        return Tq.disjunction_max_query([self.query(p) for p in node.plans], node.tie)

    def boolean(self, node: Bool) -> tantivy.Query:
        clauses = [(Occur.Must, self.query(p)) for p in node.must]
        clauses += [(Occur.Should, self.query(p)) for p in node.should]
        clauses += [(Occur.MustNot, self.query(p)) for p in node.must_not]
        if node.minimum > 1 or (node.minimum and node.must):
            return Tq.boolean_query(clauses, node.minimum)
        return Tq.boolean_query(clauses)

    def between(self, node: Between) -> tantivy.Query:
        if isinstance(node.low, str) or isinstance(node.high, str):
            return self._between_strings(node.column, str(node.low or ""), node.high)
        low = _LOWEST if node.low is None else int(node.low)
        high = _HIGHEST if node.high is None else int(node.high)
        return Tq.range_query(self.schema, node.column, tantivy.FieldType.Integer, low, high)

    def _between_strings(self, column: str, low: str, high: int | str | None) -> tantivy.Query:
        """tantivy has no range over text: the terms between, which a keyword column has few of."""
        shared = _shared_prefix(low, str(high)) if high is not None else ""
        found = [
            value
            for value, _ in self.searcher.terms_with_prefix(column, shared)
            if value >= low and (high is None or value <= str(high))
        ]
        return Tq.term_set_query(self.schema, column, found) if found else Tq.empty_query()


_TRANSLATIONS: dict[type, Callable[[_Translation, Any], tantivy.Query]] = {
    Term: _Translation.term,
    Terms: _Translation.terms,
    Phrase: _Translation.phrase,
    Prefix: _Translation.prefix,
    Mask: _Translation.mask,
    Between: _Translation.between,
    All: _Translation.every,
    Nothing: _Translation.nothing,
    Bool: _Translation.boolean,
    Constant: _Translation.constant,
    Boost: _Translation.boost,
    Best: _Translation.best,
}


def _shared_prefix(low: str, high: str) -> str:
    length = 0
    for a, b in zip(low, high, strict=False):
        if a != b:
            break
        length += 1
    return low[:length]
