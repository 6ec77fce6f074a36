"""CQL text → tree: recursive descent over the grammar of CQL 1.2, with the liberties that clients rely on.

Liberties (as the widespread parsers take them): keywords stand as index, term or prefix where one is
needed; several words without quotes are one term; a relation is a word only in second place.
"""

from __future__ import annotations

from shuyin.search_api.cql.lexer import CqlError, Token, TokenKind, tokens
from shuyin.search_api.cql.nodes import (
    DEFAULT_INDEX,
    Boolean,
    Modifier,
    Node,
    Prefixed,
    Relation,
    SearchClause,
    Sorted,
    SortKey,
    Triple,
)

#: Relations that are words; others are recognised by a dot (`rel.near`), see CQL 1.2 "relation".
NAMED_RELATIONS = frozenset({"any", "all", "adj", "exact", "within", "encloses", "scr"})

#: Bounds that keep one request cheap; diagnostics 12, 38 and 13 say which one was passed.
MAX_CHARACTERS = 10_000
MAX_BOOLEANS = 100
MAX_DEPTH = 40

_SYMBOLS = (TokenKind.WORD, TokenKind.STRING, TokenKind.BOOLEAN, TokenKind.SORTBY)


def parse(text: str) -> Node:
    """The tree of `text`; `CqlError` with place and diagnostic number if it is not CQL."""
    if len(text) > MAX_CHARACTERS:
        raise CqlError(f"the query is longer than {MAX_CHARACTERS} characters", MAX_CHARACTERS + 1, 12)
    parser = _Parser(text)
    node = parser.scoped_query(top=True)
    parser.expect(TokenKind.END)
    return node


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = tokens(text)
        self._now = next(self._tokens)
        self._booleans = 0
        self._depth = 0

    def expect(self, kind: TokenKind) -> Token:
        """The present token, which must be of this kind; moves on."""
        if self._now.kind is not kind:
            number = 13 if TokenKind.CLOSE in (kind, self._now.kind) else 10
            raise CqlError(f"{kind.value} expected, not {self._now}", self._now.position, number)
        return self._advance()

    def scoped_query(self, *, top: bool) -> Node:
        """Prefix assignments, then the query under them; `sortBy` may follow at the top only."""
        prefixes: list[tuple[str | None, str]] = []
        while self._now.kind is TokenKind.COMPARISON and self._now.text == ">":
            self._advance()
            name: str | None = None
            identifier = self._symbol("prefix")
            if self._now.kind is TokenKind.COMPARISON and self._now.text == "=":
                self._advance()
                name, identifier = identifier, self._symbol("prefix identifier")
            prefixes.append((name, identifier))
            if len(prefixes) > MAX_DEPTH:
                raise CqlError("too many prefixes", self._now.position, 10)
        node = self._query()
        if top and self._now.kind is TokenKind.SORTBY:
            node = Sorted(node, self._sort_keys())
        for name, identifier in reversed(prefixes):
            node = Prefixed(name, identifier, node)
        return node

    def _query(self) -> Node:
        node = self._operand()
        while self._now.kind not in (TokenKind.END, TokenKind.CLOSE, TokenKind.SORTBY):
            if self._now.kind is not TokenKind.BOOLEAN:
                raise CqlError(f"and, or, not or prox expected, not {self._now}", self._now.position)
            self._booleans += 1
            if self._booleans > MAX_BOOLEANS:
                raise CqlError(f"more than {MAX_BOOLEANS} booleans", self._now.position, 38)
            word = self._advance().text
            node = Triple(node, Boolean(word, self._modifiers()), self._operand())
        return node

    def _operand(self) -> Node:
        if self._now.kind is TokenKind.OPEN:
            opened = self._advance()
            self._deeper(opened)
            node = self.scoped_query(top=False)
            self._depth -= 1
            self.expect(TokenKind.CLOSE)
            return node
        if self._now.kind is TokenKind.COMPARISON and self._now.text == ">":
            self._deeper(self._now)
            node = self.scoped_query(top=False)
            self._depth -= 1
            return node
        return self._search_clause()

    def _deeper(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise CqlError(f"brackets nested deeper than {MAX_DEPTH}", token.position, 13)

    def _search_clause(self) -> SearchClause:
        index, relation = DEFAULT_INDEX, Relation()
        term = self._symbol("index or term")
        while self._at_relation():  # `a = b = c`: the last index and relation hold
            index, relation = term, Relation(self._advance().text, self._modifiers())
            term = self._symbol("term")
        words = [term]
        while self._now.kind in (TokenKind.WORD, TokenKind.STRING):
            words.append(self._advance().text)
        if len(words) > 1 and self._now.kind is TokenKind.COMPARISON:
            raise CqlError(f"relation {self._now} after several words", self._now.position)
        return SearchClause(" ".join(words), index, relation)

    def _at_relation(self) -> bool:
        if self._now.kind is TokenKind.COMPARISON:
            return True
        word = self._now.text.lower()
        return self._now.kind is TokenKind.WORD and (word in NAMED_RELATIONS or "." in word)

    def _modifiers(self) -> tuple[Modifier, ...]:
        found: list[Modifier] = []
        while self._at(TokenKind.SLASH):
            self._advance()
            if not self._at(TokenKind.WORD):
                raise CqlError(f"modifier expected, not {self._now}", self._now.position)
            kind = self._advance().text.lower()
            if self._at(TokenKind.COMPARISON):
                comparison = self._advance().text
                found.append(Modifier(kind, comparison, self._symbol("modifier value")))
            else:
                found.append(Modifier(kind))
        return tuple(found)

    def _sort_keys(self) -> tuple[SortKey, ...]:
        self._advance()
        keys: list[SortKey] = []
        while self._now.kind is not TokenKind.END:
            keys.append(SortKey(self._symbol("sort index"), self._modifiers()))
        if not keys:
            raise CqlError("sort index expected, not end of query", self._now.position)
        return tuple(keys)

    def _symbol(self, expected: str) -> str:
        if self._now.kind not in _SYMBOLS:
            number = 13 if self._now.kind is TokenKind.CLOSE else 10
            raise CqlError(f"{expected} expected, not {self._now}", self._now.position, number)
        return self._advance().text

    def _at(self, kind: TokenKind) -> bool:
        return self._now.kind is kind

    def _advance(self) -> Token:
        token = self._now
        if token.kind is not TokenKind.END:
            self._now = next(self._tokens)
        return token
