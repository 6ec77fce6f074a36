"""CQL tree → search: which records a query means, or the SRU diagnostic that says why it cannot be asked here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from stdnum import isbn as _isbn

from shuyin.search_api.cql.contexts import CONTEXTS, CqlIndex, Searches, find_context, find_index
from shuyin.search_api.cql.nodes import Node, Prefixed, Relation, SearchClause, Sorted, SortKey, Triple
from shuyin.search_api.cql.parser import MAX_BOOLEANS
from shuyin.search_engine.query import Bool, Everything, Match, Query, Range, Terms, Text

#: Sorts after every character that numbers hold, so it closes a range that begins with a value.
_AFTER = "~"
#: Words of an `any` or `all`: each is a condition of its own, so as many as booleans (diagnostic 38).
_MOST_WORDS = MAX_BOOLEANS
#: Masks in one word; engines make an automaton of it, whose size grows with them.
_MOST_MASKS = 4
#: A record's number, also as the end of its address or of its OAI identifier.
_RECORD = re.compile(r"^.*[/:]([0-9]+)$")
_DATE = re.compile(r"(\d{4})(?:-(0[1-9]|1[0-2])(?:-(0[1-9]|[12]\d|3[01]))?)?")
_LANGUAGES = {"zh": "chi", "zho": "chi", "en": "eng", "ja": "jpn", "ko": "kor", "fr": "fre", "fra": "fre", "de": "ger",
              "deu": "ger", "es": "spa", "vi": "vie", "th": "tha", "id": "ind", "ms": "may"}  # fmt: skip

_MATCHES = {"=": Match.ALL, "scr": Match.ALL, "all": Match.ALL, "any": Match.ALL, "adj": Match.PHRASE,
            "exact": Match.EXACT, "==": Match.EXACT, "<>": Match.EXACT}  # fmt: skip
#: Relation modifiers that ask for what happens anyway.
_HARMLESS = frozenset({"masked", "ignorecase", "ignoreaccents", "relevant", "word", "isodate", "number"})


class CqlUnsupported(ValueError):
    """The query is CQL but cannot be asked here; `number` is the SRU diagnostic, `details` its details."""

    def __init__(self, number: int, details: str) -> None:
        super().__init__(f"diagnostic {number}: {details}")
        self.number = number
        self.details = details


@dataclass(frozen=True, slots=True)
class CqlSearch:
    """What to ask of the engine: the condition and the name of the declared sort."""

    query: Query
    sort: str = "relevance"


def to_search(node: Node) -> CqlSearch:
    """The search that a query means; `CqlUnsupported` if an index, relation, modifier or mask is not known here."""
    prefixes: dict[str | None, str] = {name: name for name in CONTEXTS}
    keys: tuple[SortKey, ...] = ()
    while isinstance(node, Prefixed | Sorted):
        if isinstance(node, Prefixed):
            prefixes = _assigned(prefixes, node)
        else:
            keys = node.keys
        node = node.query
    return CqlSearch(_query(node, prefixes), _sort(keys, prefixes))


def _assigned(prefixes: Mapping[str | None, str], node: Prefixed) -> dict[str | None, str]:
    context = find_context(node.identifier)
    if context is None:
        raise CqlUnsupported(15, node.identifier)
    return {**prefixes, (node.name.lower() if node.name else None): context}


def _query(node: Node, prefixes: Mapping[str | None, str]) -> Query:
    match node:
        case Prefixed():
            return _query(node.query, _assigned(prefixes, node))
        case Sorted():
            return _query(node.query, prefixes)
        case SearchClause():
            return _clause(node, _index(node.index, prefixes))
        case Triple(left, boolean, right):
            operator = boolean.value.lower()
            if operator == "prox":
                # distance in words means nothing in Chinese; `adj` asks for words that follow one another
                raise CqlUnsupported(39, "prox")
            if boolean.modifiers:
                raise CqlUnsupported(46, boolean.modifiers[0].type)
            first, second = _query(left, prefixes), _query(right, prefixes)
            if operator == "and":
                return Bool(must=(first, second))
            return Bool(should=(first, second)) if operator == "or" else Bool(must=(first,), must_not=(second,))


def _index(name: str, prefixes: Mapping[str | None, str]) -> CqlIndex:
    prefix, dot, local = name.rpartition(".")
    if dot and prefix.lower() not in prefixes:
        raise CqlUnsupported(15, prefix)
    found = find_index(prefixes[prefix.lower()] if dot else prefixes.get(None), local)
    if found is None:
        raise CqlUnsupported(16, name)
    return found


def _clause(node: SearchClause, index: CqlIndex) -> Query:
    relation = node.relation.value.lower().removeprefix("cql.")
    for modifier in node.relation.modifiers:
        if modifier.type.removeprefix("cql.") not in _HARMLESS | {"string", "unmasked"}:
            raise CqlUnsupported(20, modifier.type)
    if index.searches is Searches.EVERYTHING:
        return Everything()
    if index.searches is Searches.DATE:
        return _date_clause(index.fields[0], relation, node.term)
    if relation not in _MATCHES:
        known = relation in {"<", ">", "<=", ">=", "within", "encloses"}
        raise CqlUnsupported(22 if known else 19, f"{index.qualified} {node.relation.value}" if known else relation)
    term = _Term.read(node.term, masked="unmasked" not in _types(node.relation))
    if not term.text:
        raise CqlUnsupported(27, node.term)
    if index.searches is Searches.WORDS:
        found = _words(index, relation, term, whole="string" in _types(node.relation))
    else:
        found = _values(index, relation, term)
    return Bool(must=(Everything(),), must_not=(found,)) if relation == "<>" else found


def _types(relation: Relation) -> set[str]:
    return {modifier.type.removeprefix("cql.") for modifier in relation.modifiers}


@dataclass(frozen=True, slots=True)
class _Term:
    """A term taken apart. `text` is without masks, `pattern` with those that stand (`*`, `?`) and no others."""

    text: str
    pattern: str
    at_start: bool = False  # ^…
    at_end: bool = False  # …^
    open_end: bool = False  # …*, no other mask

    @property
    def masked(self) -> bool:
        """Whether masks stand in it."""
        return any(mask in self.pattern for mask in "*?")

    @classmethod
    def read(cls, term: str, *, masked: bool) -> _Term:
        """`^` can be asked for at the start or at both ends (else diagnostic 32)."""
        if not masked:
            plain = re.sub(r"\\([*?^\\])", r"\1", term).strip()
            return cls(plain, re.sub(r"[*?]", " ", plain))
        units = re.findall(r"\\.|[^\\]|\\$", term.strip(), flags=re.DOTALL)
        at_start = bool(units) and units[0] == "^"
        units = units[1:] if at_start else units
        at_end = bool(units) and units[-1] == "^"
        units = units[:-1] if at_end else units
        masks = [at for at, unit in enumerate(units) if unit in ("*", "?")]
        if "^" in units or (at_end and (masks or not at_start)):
            raise CqlUnsupported(32, term)
        # a mask that is meant as it stands is a sign, which no word holds
        pattern = "".join(" " if u in ("\\*", "\\?") else u[-1] for u in units).strip()
        text = "".join(u[-1] for at, u in enumerate(units) if at not in masks).strip()
        return cls(text, pattern, at_start, at_end, bool(masks) and masks == [len(units) - 1] and units[-1] == "*")


def _words(index: CqlIndex, relation: str, term: _Term, *, whole: bool) -> Query:
    match, each = _MATCHES[relation], relation in ("any", "all")
    if each and len(term.text.split()) > _MOST_WORDS:
        raise CqlUnsupported(38, f"{relation}: at most {_MOST_WORDS} words")
    if term.masked and not (term.open_end and (term.at_start or match is Match.EXACT)):
        return _masked(index, relation, term, whole=whole)
    if term.at_end or whole:
        match = Match.EXACT
    elif term.at_start or term.open_end:
        match = Match.PREFIX
    if not each or match is not Match.ALL:
        return _in_fields(index, term.text, match)
    # each word by itself: Chinese words that only a space divides would be searched as one
    words = [word for word in dict.fromkeys(term.text.split()) if any(map(str.isalnum, word))] or [term.text]
    found = tuple(_in_fields(index, word, match) for word in words)
    if len(found) == 1:
        return found[0]
    return Bool(should=found) if relation == "any" else Bool(must=found)


def _masked(index: CqlIndex, relation: str, term: _Term, *, whole: bool) -> Query:
    """Words with masks: each word by itself, anywhere in the field. The diagnostic says what cannot be asked."""
    words, match = term.pattern.split(), _MATCHES[relation]
    if whole or match is Match.EXACT or term.at_start:
        raise CqlUnsupported(28, term.pattern)  # masks within a whole field, or behind an anchor
    if match is Match.PHRASE and len(words) > 1:
        raise CqlUnsupported(33, term.pattern)
    for word in words:
        inner = word.rstrip("*")
        if inner[:1] in ("", "*", "?"):
            raise CqlUnsupported(49, word)  # a word is looked up by its beginning
        if sum(word.count(mask) for mask in "*?") > _MOST_MASKS:
            raise CqlUnsupported(30, word)
        if any(mask in inner for mask in "*?") and any(map(_is_han, word)):
            raise CqlUnsupported(28, word)  # Chinese has no words: only what follows a beginning can be open
    if relation == "any" and len(words) > 1:
        return Bool(should=tuple(_in_fields(index, word, _match_of(word)) for word in words))
    pattern = " ".join(words)
    return _in_fields(index, pattern, _match_of(pattern))


def _match_of(pattern: str) -> Match:
    return Match.MASKED if any(mask in pattern for mask in "*?") else Match.ALL


def _in_fields(index: CqlIndex, text: str, match: Match) -> Query:
    if not index.fields:
        return Text(text, None, match)
    nodes = tuple(Text(text, field, match) for field in index.fields)
    return nodes[0] if len(nodes) == 1 else Bool(should=nodes)


def _is_han(character: str) -> bool:
    return unicodedata.name(character, "").startswith("CJK")


def _values(index: CqlIndex, relation: str, term: _Term) -> Query:
    field = index.fields[0]
    if term.masked and not term.open_end:
        raise CqlUnsupported(28, term.pattern)  # values and numbers are looked up whole or by their beginning
    if term.at_start != term.at_end:
        raise CqlUnsupported(32, term.text)
    words = term.text.split() if relation in ("any", "all", "=", "scr") else [term.text]
    if index.searches is Searches.NUMBER:
        words = [_number(word) for word in words]
    elif index.searches is Searches.CLASS:
        field = "class_number" if relation in ("exact", "==", "<>") else field
    elif index.searches is Searches.RECORD:
        words = [_RECORD.sub(r"\1", word) for word in words]
    elif field == "language":
        words = [_LANGUAGES.get(word.lower(), word.lower()) for word in words]
    else:
        text = term.text.lower() if field == "format" else term.text
        words = list(dict.fromkeys((text, *text.split()))) if relation == "any" else [text]  # values may hold spaces
    if term.open_end:
        if index.searches is Searches.RECORD:
            raise CqlUnsupported(28, term.pattern)
        return Range("class_number" if field == "class" else field, gte=words[-1], lte=words[-1] + _AFTER)
    if relation == "all" and len(words) > 1:
        return Bool(must=tuple(Terms(field, (word,)) for word in words))
    return Terms(field, tuple(words))


def _number(word: str) -> str:
    """Thirteen digits of an ISBN however written; what is no ISBN stays, and finds nothing."""
    compact = re.sub(r"^urn:isbn:|[-‐-―]", "", word.lower()).upper()
    return str(_isbn.to_isbn13(compact)) if len(compact) == 10 and _isbn.is_valid(compact) else compact


def _date_clause(field: str, relation: str, term: str) -> Query:
    values = term.split()
    if not values or not all(_DATE.fullmatch(value) for value in values):
        raise CqlUnsupported(36, term)
    first, last = values[0], values[-1]
    if relation == "within":
        if len(values) != 2:
            raise CqlUnsupported(36, term)
        return Range(field, gte=first, lte=last)
    if relation == "any":
        return Bool(should=tuple(Range(field, gte=value, lte=value) for value in values))
    if len(values) > 1:
        raise CqlUnsupported(36, term)
    same = Range(field, gte=first, lte=first)
    match relation:
        case "=" | "==" | "exact" | "scr" | "all":
            return same
        case "<>":
            return Bool(must=(Everything(),), must_not=(same,))
        case ">=":
            return Range(field, gte=first)
        case "<=":
            return Range(field, lte=first)
        case ">":
            return Range(field, gte=_beside(first, 1))
        case "<":
            return Range(field, lte=_beside(first, -1))
    raise CqlUnsupported(22 if relation in ("adj", "encloses") else 19, relation)


def _beside(value: str, step: int) -> str:
    """The period of the same precision after (1) or before (-1) `value`; a wider one where it begins or ends there.

    2025 → 2026 or 2024; 2025-12 → 2026 or 2025-11; 2025-04-01 → 2025-04-02 or 2025-03.
    """
    year, *rest = map(int, value.split("-"))
    if not rest:
        return f"{year + step:04d}"
    month, *day = rest
    if not day:
        return f"{year:04d}-{month + step:02d}" if 1 <= month + step <= 12 else f"{year + step:04d}"
    try:
        beside = date(year, month, day[0]) + timedelta(days=step)
    except (ValueError, OverflowError):
        raise CqlUnsupported(36, value) from None
    if beside.month == month:
        return beside.isoformat()
    return beside.isoformat()[:7] if beside.year == year else beside.isoformat()[:4]


def _sort(keys: tuple[SortKey, ...], prefixes: Mapping[str | None, str]) -> str:
    if not keys:
        return "relevance"
    if len(keys) > 1:
        raise CqlUnsupported(84, "1")
    key = keys[0]
    types = {modifier.type.removeprefix("sort.") for modifier in key.modifiers}
    if unknown := types - {"ascending", "descending", "ignorecase", "ignoreaccents", "missinghigh", "missinglow"}:
        raise CqlUnsupported(81, min(unknown))
    index = _index(key.index, prefixes)
    if index.sort == "date":
        return "newest" if "descending" in types else "oldest"
    if index.sort == "title" and "descending" not in types:
        return "title"
    raise CqlUnsupported(82 if index.sort else 80, key.index)
