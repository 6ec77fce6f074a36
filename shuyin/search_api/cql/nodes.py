"""The tree of a CQL query, and how it is written as CQL again."""

from __future__ import annotations

from dataclasses import dataclass

#: What a bare term means (CQL 1.2, "defaults").
DEFAULT_INDEX = "cql.serverChoice"
DEFAULT_RELATION = "="

#: Words with a meaning of their own; as terms they are quoted.
BOOLEANS = frozenset({"and", "or", "not", "prox"})
KEYWORDS = BOOLEANS | {"sortby"}

#: Characters that end an unquoted word (CQL 1.2 grammar, charString1).
DELIMITERS = frozenset('()/<>="')
WHITESPACE = frozenset(" \t\r\n")
#: Characters that mean something inside a term, and therefore keep the backslash before them.
MASKS = frozenset("*?^\\")


@dataclass(frozen=True, slots=True)
class Modifier:
    """`/type` or `/type comparison value`; the type is kept in lower case."""

    type: str
    comparison: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Relation:
    """`=`, `any`, `all` … with its modifiers, as written."""

    value: str = DEFAULT_RELATION
    modifiers: tuple[Modifier, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchClause:
    """index relation term. In `term` a backslash stands before a literal `*`, `?`, `^` or backslash."""

    term: str
    index: str = DEFAULT_INDEX
    relation: Relation = Relation()


@dataclass(frozen=True, slots=True)
class Boolean:
    """`and`, `or`, `not` or `prox` with its modifiers, as written."""

    value: str
    modifiers: tuple[Modifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Triple:
    """Two queries joined by a boolean."""

    left: Node
    boolean: Boolean
    right: Node


@dataclass(frozen=True, slots=True)
class Prefixed:
    """A query under a prefix assignment; without a name it sets the default context set."""

    name: str | None
    identifier: str
    query: Node


@dataclass(frozen=True, slots=True)
class SortKey:
    """An index to sort by, with its modifiers."""

    index: str
    modifiers: tuple[Modifier, ...] = ()


@dataclass(frozen=True, slots=True)
class Sorted:
    """A query with its `sortBy` clause; stands at the top or right under top-level prefixes."""

    query: Node
    keys: tuple[SortKey, ...]


Node = SearchClause | Triple | Prefixed | Sorted


def to_cql(node: Node) -> str:
    """The query as CQL that parses to an equal tree."""
    match node:
        case SearchClause(term, index, relation):
            if index == DEFAULT_INDEX and relation == Relation():
                return _quoted(term)
            return f"{_quoted(index)} {relation.value}{_modifiers(relation.modifiers)} {_quoted(term)}"
        case Triple(left, boolean, right):
            return f"{_operand(left)} {boolean.value}{_modifiers(boolean.modifiers)} {_operand(right, right=True)}"
        case Prefixed(name, identifier, query):
            assignment = f"{_quoted(name)}={_quoted(identifier)}" if name is not None else _quoted(identifier)
            return f">{assignment} {to_cql(query)}"
        case Sorted(query, keys):
            written = " ".join(_quoted(key.index) + _modifiers(key.modifiers) for key in keys)
            inner = f"({to_cql(query)})" if isinstance(query, Prefixed) else to_cql(query)
            return f"{inner} sortBy {written}"


def _operand(node: Node, *, right: bool = False) -> str:
    # Booleans associate to the left; a prefix reaches to the end of its brackets.
    bracketed = isinstance(node, Prefixed) or (right and isinstance(node, Triple))
    return f"({to_cql(node)})" if bracketed else to_cql(node)


def _modifiers(modifiers: tuple[Modifier, ...]) -> str:
    return "".join(
        f"/{m.type}" if m.comparison is None else f"/{m.type}{m.comparison}{_quoted(m.value or '')}" for m in modifiers
    )


def _quoted(text: str) -> str:
    """`text` as one unquoted or quoted string; a run of words where only that keeps a stray backslash."""
    plain = text and not (DELIMITERS | WHITESPACE) & set(text) and text.lower() not in KEYWORDS
    if plain:
        return text
    if not _has_stray_backslash(text):
        return '"' + text.replace('"', '\\"') + '"'
    return " ".join(
        word if _has_stray_backslash(word) else f'"{word.replace(chr(34), chr(92) + chr(34))}"'
        for word in text.split(" ")
    )


def _has_stray_backslash(text: str) -> bool:
    position = 0
    while (position := text.find("\\", position)) >= 0:
        if text[position + 1 : position + 2] not in MASKS:
            return True
        position += 2
    return False
