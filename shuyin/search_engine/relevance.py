"""Which records a query finds and in what order: every rule, once, for both engines (docs/search.md).

Finding is strict and the same for every spelling of a query; ranking is a sum of named weights (`WEIGHTS`), so that
`explain` can name them. Recency is no weight: it breaks ties (`sorting`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import ceil
from operator import add

from shuyin.search_engine import analysis, layout, plan, romanisation
from shuyin.search_engine.analysis import Unit
from shuyin.search_engine.declaration import Field, IndexDeclaration, Kind
from shuyin.search_engine.folding import fold, is_merged_word
from shuyin.search_engine.plan import Plan
from shuyin.search_engine.query import (
    Bool,
    Everything,
    FacetFilter,
    FacetRequest,
    Match,
    Nothing,
    Query,
    Range,
    SearchRequest,
    Terms,
    Text,
)


@dataclass(frozen=True, slots=True)
class Weights:
    """Points for what a field holds, times the field's own weight (title 10, author 6, … in the declaration).

    With the title's weight 10: a title that is the query 100, is it but for subtitle or volume 80, begins so 55,
    holds it 50; then author 30, subject 20, contents 5. `words` is BM25 per token, a fine order within a step.
    """

    lead_whole: float = 10.0  # the title is the query
    lead_head: float = 8.0  # … but for subtitle or volume
    whole: float = 7.0  # the value of another anchored field is the query
    begins: float = 5.5  # the field begins with the query
    phrase: float = 5.0  # the words stand together in order
    words_apart: float = 2.5  # all words in the field, not together
    sound: float = 1.0  # pinyin or Zhuyin
    surface: float = 1.5  # added: the field has the very characters typed (谷, not 穀)
    #: … of a query of one character that folding merges with another word: more than a whole folded title
    surface_alone: float = 6.0
    other_fields: float = 0.1  # share of the steps that fields other than the best reach
    word: float = 0.15  # added: BM25 per token
    #: fields in which a similar record shares words
    alike: tuple[tuple[str, float], ...] = (("subject", 3.0), ("title", 2.0), ("author", 2.0), ("keyword", 2.0))
    cross: float = 4.5  # author and title (or the like) typed in one box
    cross_whole: float = 7.5  # … and the title is all of the rest


WEIGHTS = Weights()

#: What readers type together in one box; both orders are tried.
CROSS_FIELDS = (("author", "title"), ("publisher", "title"))
_CROSS_LONGEST = 16
#: Beyond so many tokens a query is a pasted text: a sample of its tokens decides.
_LONGEST = 48
_ALIKE_TOKENS = 24
#: Rules that cost a clause per token look at so many tokens (OpenSearch allows 1,024 clauses in all).
_SCORED_TOKENS = 24
_SCORED_TEXTS = 6
_LONG_SHARE = 0.7
#: MOST (nearest hits when nothing matches): this share of the tokens.
_MOST_SHARE = 0.5


def _allowed_apart(length: int) -> int:
    """How many of `length` characters may stand alone, not beside the neighbour they were typed with.

    Chinese is typed without spaces between words, so a query may be several words that the record holds in
    different places (俞平伯紅樓夢). A word is mostly two characters or more.
    """
    if length < 3:
        return 0
    return max(1, length // 5)


def _together(column: str, run: str) -> Plan:
    """The run's characters are all there, in words that hold together.

    One character: itself. Two: the pair. More: each character beside one of its neighbours, but for a few (see
    `_allowed_apart`); up to four characters even those must be present.
    """
    length = len(run)
    if length <= 2:
        return plan.Term(column, run)
    if length > _LONGEST:
        step = length / _LONGEST
        picked = [run[int(i * step) : int(i * step) + 2] for i in range(_LONGEST)]
        terms = [plan.Term(column, pair) for pair in dict.fromkeys(picked)]
        return plan.Bool(should=tuple(terms), minimum=ceil(len(terms) * _LONG_SHARE))
    pairs = [plan.Term(column, run[i : i + 2]) for i in range(length - 1)]
    beside: list[Plan] = [pairs[0]]
    beside += [plan.either(pairs[i - 1], pairs[i]) for i in range(1, length - 1)]
    beside.append(pairs[-1])
    held = plan.Bool(should=tuple(beside), minimum=length - _allowed_apart(length))
    if length > 4:
        return held
    return plan.every(*(plan.Term(column, c) for c in dict.fromkeys(run)), held)


def _word(column: str, unit: Unit) -> Plan:
    parts = plan.every(*(plan.Term(column, word) for word in unit.folded.split(" ")))
    return plan.either(parts, plan.Term(column, unit.whole)) if unit.whole else parts


def _all_words(column: str, units: list[Unit]) -> Plan:
    """Every unit of the query is in the column."""
    words = [_word(column, u) for u in units if not u.is_han]
    runs = [_together(column, u.folded) for u in units if u.is_han]
    if len(words) > 4:  # a pasted Latin title: one word in five may differ
        words = list(dict.fromkeys(words))[:_LONGEST]
        runs.append(plan.Bool(should=tuple(words), minimum=len(words) - len(words) // 5))
    else:
        runs += words
    return plan.every(*runs)


def _masked(column: str, text: str) -> Plan:
    """Every word of the text is in the column, those with masks as far as they say."""
    words = [word for typed in text.split() for word in analysis.masked_words(typed)][:_LONGEST]
    masked = [word for word in words if any(mask in word for mask in analysis.MASKS)]
    plain = analysis.units(" ".join(word for word in words if word not in masked))
    masks = (plan.Mask(column, word[: plan.PREFIX_LENGTH]) for word in dict.fromkeys(masked))
    return plan.every(*([_all_words(column, plain)] if plain else []), *masks)


def _tokens(units: list[Unit], limit: int = _LONGEST, *, folded: bool = True) -> list[str]:
    """Distinct tokens that carry meaning: pairs of Han (a character where it stands alone) and words."""
    found: list[str] = []
    for unit in units:
        text = unit.folded if folded else unit.surface
        if unit.is_han and len(text) > 1:
            found += map(add, text, text[1:])
        else:
            found += text.split(" ")
    distinct = list(dict.fromkeys(found))
    if len(distinct) <= limit:
        return distinct
    step = len(distinct) / limit
    return [distinct[int(i * step)] for i in range(limit)]


def _stream(atoms: list[str | Unit]) -> list[str]:
    """Token stream of Han characters and word units."""
    found: list[str] = []
    run = ""
    for atom in atoms:
        if isinstance(atom, str):
            run += atom
            continue
        found += analysis.grams(run) if run else []
        found += atom.tokens
        run = ""
    return found + (analysis.grams(run) if run else [])


def _text(atoms: list[str | Unit]) -> str:
    return "".join(atom if isinstance(atom, str) else f" {atom.folded} " for atom in atoms)


def _divisions(units: list[Unit]) -> list[int]:
    """Where the reader put spaces, counted in Han characters and words."""
    ends = [0]
    for unit in units:
        ends += [ends[-1] + sum(unit.parts[: i + 1]) for i in range(len(unit.parts))] or [ends[-1] + 1]
    return ends[1:-1]


def _texts(query: Query) -> Iterator[Text]:
    """The texts that are sought, not those that are excluded."""
    if isinstance(query, Text):
        yield query
    elif isinstance(query, Bool):
        for part in (*query.must, *query.should):
            yield from _texts(part)


class Compiler:
    """Queries → plans, for one index."""

    def __init__(self, declaration: IndexDeclaration, weights: Weights = WEIGHTS) -> None:
        self.declaration = declaration
        self.weights = weights
        self._sources = {facet.name: facet.source for facet in declaration.facets}
        self.lead = declaration.lead.name

    # --- conditions: found or not ---------------------------------------------------------------------------

    def condition(self, query: Query) -> Plan:
        """Which documents match; scores mean nothing."""
        match query:
            case Everything():
                return plan.All()
            case Nothing():
                return plan.Nothing()
            case Terms():
                return plan.Terms(query.field, query.values) if query.values else plan.Nothing()
            case Range():
                return self._range(query)
            case Text():
                return self._found(query)
            case Bool():
                return self._bool(query, self.condition)

    def filters(self, filters: Mapping[str, FacetFilter], but_include_of: str | None = None) -> list[Plan]:
        """Conditions of ticked facets; `but_include_of` leaves out what that facet includes."""
        found: list[Plan] = []
        for name, values in filters.items():
            column = self.source(name)
            if values.include and (but_include_of is None or column != self.source(but_include_of)):
                found.append(plan.Terms(column, values.include))
            if values.exclude:
                found.append(plan.Bool(must=(plan.All(),), must_not=(plan.Terms(column, values.exclude),)))
        return found

    def source(self, facet: str) -> str:
        """The keyword column that a facet counts, by the facet's name or its own."""
        return self._sources.get(facet, facet)

    def looked_up(self, facet: FacetRequest) -> list[Plan]:
        """What documents must hold for a facet's look-up to find a value in them; narrows, does not decide."""
        words = next((f.words for f in self.declaration.facets if facet.field in (f.name, f.source)), None)
        if not facet.contains or not words:
            return []
        runs = [unit.folded for unit in analysis.units(facet.contains) if unit.is_han]
        return [plan.Term(words, token) for run in runs for token in (analysis.grams(run)[1::2] or [run])]

    def ticked(self, request: SearchRequest, facet: str) -> bool:
        """Whether the facet has included values."""
        return any(self.source(n) == self.source(facet) and v.include for n, v in request.filters.items())

    def _range(self, query: Range) -> Plan:
        kind = self.declaration.field(query.field).kind
        low, high = query.gte, query.lte
        if kind is Kind.DATE:
            low = layout.date_number(str(low)) if low is not None else None
            high = layout.date_number(str(high), upper=True) if high is not None else None
            if (query.gte is not None and low is None) or (query.lte is not None and high is None):
                return plan.Nothing()
        elif kind is Kind.INTEGER:
            low, high = (int(v) if v is not None else None for v in (low, high))
        else:
            low, high = (str(v) if v is not None else None for v in (low, high))
        return plan.Between(query.field, low, high)

    def _bool(self, query: Bool, each: Callable[[Query], Plan]) -> Plan:
        must = tuple(each(q) for q in query.must)
        should = tuple(each(q) for q in query.should)
        must_not = tuple(self.condition(q) for q in query.must_not)
        if not must and not should:
            must = (plan.All(),)
        return plan.Bool(must=must, should=should, must_not=must_not, minimum=0 if must else 1)

    def _fields(self, name: str | None) -> list[Field]:
        if name is not None:
            return [self.declaration.field(name)]
        return [f for f in self.declaration.text_fields if f.in_any]

    def _found(self, query: Text) -> Plan:
        units = analysis.units(query.text)
        if query.field and self.declaration.field(query.field).kind is not Kind.TEXT:
            return self._keyword(query)
        if not units:
            return plan.Nothing()
        column = query.field or layout.ANY
        found: list[Plan]
        match query.match:
            case Match.ALL:
                found = [_all_words(column, units), *self._by_sound(query)]
            case Match.MASKED:
                found = [_masked(column, query.text)]
            case Match.MOST:
                stream = list(dict.fromkeys(token for unit in units for token in unit.tokens))[: _LONGEST * 2]
                terms = tuple(plan.Term(column, token) for token in stream)
                found = [plan.Bool(should=terms, minimum=ceil(len(terms) * _MOST_SHARE))]
            case Match.PHRASE:
                stream = [token for unit in units for token in unit.tokens]
                found = [plan.phrase(f.name, stream) for f in self._fields(query.field)]
            case Match.EXACT:
                value = analysis.squeeze(query.text)
                found = [plan.Term(layout.whole(f.name), value) for f in self._fields(query.field) if f.anchored]
            case Match.PREFIX:
                value = analysis.squeeze(query.text)
                found = [plan.Prefix(layout.whole(f.name), value) for f in self._fields(query.field) if f.anchored]
        return plan.either(*found)

    def _keyword(self, query: Text) -> Plan:
        """Words asked of a keyword field: its exact value, or its beginning."""
        assert query.field is not None
        value = query.text.strip()
        return plan.Prefix(query.field, value) if query.match is Match.PREFIX else plan.Term(query.field, value)

    def _by_sound(self, query: Text) -> list[Plan]:
        """Pinyin of two syllables or more, or Zhuyin, in the fields that are romanised."""
        if analysis.has_han(query.text):
            return []
        zhuyin = romanisation.is_zhuyin(query.text)
        readings = romanisation.typed_syllables(query.text)
        return self._by_initials(query) + [
            plan.phrase(layout.pinyin(field.name), reading)
            for reading in readings
            if len(reading) > 1 or zhuyin
            for field in self._fields(query.field)
            if field.romanised
        ]

    def _by_initials(self, query: Text) -> list[Plan]:
        """The first letters of all syllables of a name, where the index has them."""
        letters = fold(query.text).strip()
        if not (self.declaration.initials and letters.isascii() and letters.isalpha() and len(letters) > 1):
            return []
        initials = layout.initials(letters)
        return [
            plan.Term(layout.pinyin(field.name), initials) for field in self._fields(query.field) if field.romanised
        ]

    # --- scores ---------------------------------------------------------------------------------------------

    def scored(self, query: Query) -> Plan:
        """Which documents match, with the score that orders them.

        The more texts a query is made of, the fewer tokens of each are scored: engines limit the clauses of a query.
        """
        texts = list(_texts(query))
        scored = set(map(id, texts[:_SCORED_TEXTS]))
        tokens = _SCORED_TOKENS // max(1, len(scored))

        def each(part: Query) -> Plan:
            match part:
                case Text() if id(part) in scored:
                    return self._scored_text(part, tokens, alone=len(texts) == 1)
                case Bool():
                    return self._bool(part, each)
                case Terms():
                    return plan.Constant(self.condition(part), 1.0, "exact value")
                case _:
                    return plan.Constant(self.condition(part), 0.0)

        return each(query)

    def _scored_text(self, query: Text, tokens: int, *, alone: bool) -> Plan:
        found = plan.Constant(self._found(query), 0.0)
        units = analysis.units(query.text)
        if not units or (query.field and self.declaration.field(query.field).kind is not Kind.TEXT):
            return found
        fields = self._fields(query.field)
        steps = tuple(self._field_steps(field, query, units, tokens) for field in fields)
        scores: list[Plan] = [plan.Best(steps, tie=self.weights.other_fields)]
        scores += [self._word_scores(field, units, tokens) for field in fields]
        if query.field is None and alone:
            scores += self._cross_scores(units)
        return plan.Bool(must=(found,), should=tuple(scores))

    def _field_steps(self, field: Field, query: Text, units: list[Unit], tokens: int) -> Plan:
        """The best step that the field reaches, and whether it has the very characters."""
        w, rank, is_lead = self.weights, field.weight, field.name == self.lead
        typed = analysis.squeeze(query.text)
        stream = [token for unit in units for token in unit.tokens]
        steps: list[tuple[float, str, Plan]] = []
        if field.anchored and len(typed) <= _LONGEST * 4:
            exact = plan.Term(layout.whole(field.name), typed)
            steps.append((w.lead_whole if is_lead else w.whole, "whole", exact))
            if is_lead:
                steps.append((w.lead_head, "head", plan.Term(layout.head(field.name), typed)))
                steps.append((w.begins, "begins", plan.Prefix(layout.whole(field.name), typed)))
        steps.append((w.phrase, "phrase", plan.phrase(field.name, stream[: _LONGEST * 2])))
        if field.anchored and 1 < len(stream) <= tokens:
            steps.append((w.words_apart, "words apart", _all_words(field.name, units)))
        steps += [(w.sound, "sound", sound) for sound in self._by_sound(Text(query.text, field.name))]
        best = plan.Best(
            tuple(plan.Constant(what, points * rank, f"{field.name}: {name}") for points, name, what in steps)
        )
        if not field.anchored:
            return best
        typed_so = _tokens(units, tokens, folded=False)
        same = plan.every(*(plan.Term(layout.surface_of(field.name), t) for t in typed_so))
        alone = is_lead and len(units) == 1 and is_merged_word(units[0].surface)
        points = w.surface_alone if alone else w.surface
        return plan.Bool(should=(best, plan.Constant(same, points * rank, f"{field.name}: characters as typed")))

    def _word_scores(self, field: Field, units: list[Unit], limit: int) -> Plan:
        """BM25 of the query's words in a field, divided by their number."""
        tokens = _tokens(units, limit)
        words = plan.either(*(plan.Term(field.name, token) for token in tokens))
        return plan.Boost(words, self.weights.word * field.weight / len(tokens), f"{field.name}: words")

    def alike(self, texts: Mapping[str, list[str]], but: str) -> Plan:
        """Other documents that share words with these texts, those with more and rarer ones first."""
        shared: list[Plan] = []
        for name, rank in self.weights.alike:
            units = analysis.units(" ".join(texts.get(name, ())))
            shared += [
                plan.Boost(plan.Term(name, token), rank, f"{name}: {token}") for token in _tokens(units, _ALIKE_TOKENS)
            ]
        if not shared:
            return plan.Nothing()
        minimum = min(len(shared), 2)
        return plan.Bool(should=tuple(shared), must_not=(plan.Term(layout.ID, but),), minimum=minimum)

    def _cross_scores(self, units: list[Unit]) -> Iterator[Plan]:
        """Author and title in one box, in either order, divided at a space or, without one, anywhere."""
        names = {f.name: f for f in self.declaration.text_fields}
        atoms: list[str | Unit] = [atom for unit in units for atom in (unit.folded if unit.is_han else [unit])]
        pairs = [(a, b) for a, b in CROSS_FIELDS if a in names and b in names]
        if not pairs or not 3 <= len(atoms) <= _CROSS_LONGEST:
            return
        for at in _divisions(units) or range(1, len(atoms)):
            parts = (atoms[:at], atoms[at:])
            if any(len(part) == 1 and isinstance(part[0], str) for part in parts):
                continue  # a lone character is no name
            left, right = map(_stream, parts)
            for (a, b), (first, second) in product(pairs, ((left, right), (right, left))):
                name, rank = f"{a} + {b}", names[b].weight
                title = plan.Term(layout.head(b), analysis.squeeze(_text(parts[0] if second is left else parts[1])))
                held = plan.Best(
                    (
                        plan.Constant(title, self.weights.cross_whole * rank, f"{name}, whole"),
                        plan.Constant(plan.phrase(b, second), self.weights.cross * rank, name),
                    )
                )
                yield plan.Bool(must=(plan.Constant(plan.phrase(a, first), 0.0), held))
