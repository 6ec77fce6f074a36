"""“Did you mean”: what the catalogue holds that is nearest to what was typed, in Chinese and in Latin letters.

Chinese: record fields that sound the same, or share all but a character, are brought up and the passage nearest
to the typed one is cut from them; characters of one sound or alike in shape count as half a slip. Latin: words of
the index within one or two slips. Every proposal has hits.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from shuyin.search_engine import analysis, layout, plan, romanisation
from shuyin.search_engine.folding import DATA, fold
from shuyin.search_engine.plan import Plan
from shuyin.search_engine.query import Match, Text
from shuyin.search_engine.relevance import Compiler

#: Fields whose values a reader may have meant.
_FIELDS = ("title", "author", "subject", "publisher", "series")
_LONGEST = 20
_LOOKED_AT = 40
_SAME_SOUND = _SAME_SHAPE = 0.5
_WORD = re.compile(r"[A-Za-z]{4,24}")


class Vocabulary(Protocol):
    """What correction asks of an engine."""

    @property
    def compiler(self) -> Compiler:
        """The rules of the index."""
        ...

    def total(self, plan: Plan) -> int:
        """How many documents match."""
        ...

    def texts(self, plan: Plan, limit: int) -> list[dict[str, list[str]]]:
        """The original text fields of the best documents."""
        ...

    def words(self, word: str) -> list[tuple[str, int]]:
        """Latin words of the index that may be near this one, with the number of documents."""
        ...


@lru_cache(maxsize=1)
def _alike() -> dict[str, set[str]]:
    """Folded character → characters that are taken for it by eye (data/lookalikes.txt, a group a line)."""
    found: dict[str, set[str]] = {}
    for group in (DATA / "lookalikes.txt").read_text(encoding="utf-8").split():
        members = [fold(c) for c in group]
        for member in members:
            found.setdefault(member, set()).update(members)
    return found


@dataclass(frozen=True, slots=True)
class _Candidate:
    cost: float
    text: str
    votes: int


def did_you_mean(vocabulary: Vocabulary, text: str, limit: int = 3) -> list[str]:
    """Other spellings that have hits, likeliest first; empty if every word is known or nothing is near."""
    if len(text) > 100:
        return []
    options: list[list[str]] = []
    changed = False
    pieces = _pieces(text)
    for index, (piece, is_word) in enumerate(pieces):
        others = [p for i, (p, w) in enumerate(pieces) if w and i != index]
        proposals = list(_proposals(vocabulary, piece, alone=not others)) if is_word else []
        changed = changed or bool(proposals)
        options.append(proposals[:limit] or [piece])
    if not changed:
        return []
    found: list[str] = []
    for rank in range(limit):
        proposal = "".join(choice[min(rank, len(choice) - 1)] for choice in options)
        known = plan_of(vocabulary, proposal)
        if proposal not in (*found, text) and vocabulary.total(known):
            found.append(proposal)
    return found


def plan_of(vocabulary: Vocabulary, text: str, match: Match = Match.ALL) -> Plan:
    """The condition that these words are found in any field."""
    return vocabulary.compiler.condition(Text(text, None, match))


def _pieces(text: str) -> list[tuple[str, bool]]:
    """The text cut into runs of one script and what stands between, in order."""
    cut = re.findall(rf"[{analysis.HAN}]+|[A-Za-z]+|[^{analysis.HAN}A-Za-z]+", text)
    return [(piece, bool(analysis.has_han(piece) or _WORD.fullmatch(piece))) for piece in cut]


def _proposals(vocabulary: Vocabulary, piece: str, *, alone: bool) -> Iterator[str]:
    """Spellings for one run or word that the catalogue does not hold as it stands."""
    if analysis.has_han(piece):
        if not 2 <= len(piece) <= _LONGEST or vocabulary.total(plan_of(vocabulary, piece, Match.PHRASE)):
            return
        near = _nearest_passages(vocabulary, piece)
        if not near and not (alone and vocabulary.total(plan_of(vocabulary, piece))):
            near = list(_in_two(vocabulary, piece))
        yield from near
    else:
        if vocabulary.total(plan.Term(layout.ANY, fold(piece))):
            return
        yield from _nearest_words(vocabulary, piece)


# --- Han -----------------------------------------------------------------------------------------------------------


def _nearest_passages(vocabulary: Vocabulary, piece: str) -> list[str]:
    """Passages of the catalogue's own text, nearest first."""
    folded = fold(piece)
    allowed = 0.5 if len(folded) == 2 else 1.0 if len(folded) < 6 else 2.0
    names = {f.name: f for f in vocabulary.compiler.declaration.text_fields}
    costs: dict[str, float] = {}
    votes: dict[str, int] = {}
    for name in (n for n in _FIELDS if n in names):
        plans = [_all_but_one(name, folded)]
        if names[name].romanised:
            plans.append(plan.phrase(layout.pinyin(name), romanisation.syllables(folded)))
        for texts in vocabulary.texts(plan.either(*plans), _LOOKED_AT):
            for value in texts.get(name, ()):
                best = _passage(value, folded, allowed)
                if best:
                    costs[best.text] = min(best.cost, costs.get(best.text, best.cost))
                    votes[best.text] = votes.get(best.text, 0) + 1
    # the same words in another script are one proposal
    distinct: dict[str, str] = {}
    for text in sorted(costs, key=lambda t: (costs[t], -votes[t], t)):
        distinct.setdefault(fold(text), text)
    return list(distinct.values())


def _all_but_one(column: str, folded: str) -> Plan:
    """Documents with all characters but one (two of six or more) in the field, those with most pairs first."""
    characters = tuple(plan.Term(column, c) for c in dict.fromkeys(folded))
    pairs = tuple(plan.Term(column, p) for p in analysis.grams(folded)[1::2])
    missing = 1 if len(folded) < 6 else 2
    near = plan.Bool(should=characters, minimum=max(1, len(characters) - missing))
    return plan.Bool(must=(plan.Constant(near, 0.0), plan.either(*pairs)))


def _passage(value: str, folded: str, allowed: float) -> _Candidate | None:
    """The passage of the value nearest to the typed text, if near enough and not equal."""
    letters = [(f, at) for at, c in enumerate(value) for f in fold(c) if f.isalnum()]
    best: _Candidate | None = None
    for size in (len(folded), len(folded) - 1, len(folded) + 1):
        if size < 2:
            continue
        for start in range(len(letters) - size + 1):
            window = letters[start : start + size]
            cost = _slips("".join(f for f, _ in window), folded, allowed)
            if 0 < cost <= allowed and (best is None or cost < best.cost):
                best = _Candidate(cost, value[window[0][1] : window[-1][1] + 1], 1)
    return best


def _slips(held: str, typed: str, allowed: float) -> float:
    """Edit distance over characters; one of the same sound or shape is half a slip. Stops beyond `allowed`."""
    if len(held) == len(typed):
        cost = 0.0
        for a, b in zip(held, typed, strict=True):
            cost += 0.0 if a == b else _substitution(a, b)
            if cost > allowed:
                break
        else:
            return cost
    return float(edit_distance(held, typed, int(allowed)))


def _substitution(a: str, b: str) -> float:
    if b in _alike().get(a, ()):
        return _SAME_SHAPE
    return _SAME_SOUND if romanisation.syllables(a) == romanisation.syllables(b) else 1.0


def _in_two(vocabulary: Vocabulary, piece: str) -> Iterator[str]:
    """Author and title without a space, one of them misspelt: one part is known, the other is put right."""
    for at in range(len(piece) - 2, 1, -1):
        for known, other, first in ((piece[:at], piece[at:], True), (piece[-at:], piece[:-at], False)):
            if len(other) < 2 or not vocabulary.total(plan_of(vocabulary, known, Match.PHRASE)):
                continue
            for right in _nearest_passages(vocabulary, other)[:1]:
                yield known + right if first else right + known
                return


# --- Latin ---------------------------------------------------------------------------------------------------------


def _nearest_words(vocabulary: Vocabulary, word: str) -> list[str]:
    typed = fold(word)
    allowed = 1 if len(typed) < 6 else 2
    near: list[tuple[int, int, str]] = []
    for held, count in vocabulary.words(typed):
        if abs(len(held) - len(typed)) <= allowed and held.isalpha():
            distance = edit_distance(held, typed, allowed)
            if distance <= allowed:
                near.append((distance, -count, held))
    return [held for _, _, held in sorted(near)]


def edit_distance(a: str, b: str, limit: int) -> int:
    """Insertions, deletions, replacements and swaps of neighbours between two words; `limit` + 1 if more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        before, last, row = row, before, [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and y == a[i - 2]:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
    return row[-1]


def likely(words: Iterable[tuple[str, int]], word: str) -> list[tuple[str, int]]:
    """Those of many words that could be within two slips: of like length and mostly the same letters."""
    letters = set(word)
    return [
        (held, count)
        for held, count in words
        if abs(len(held) - len(word)) <= 2 and len(letters.symmetric_difference(held)) <= 4
    ]


def first_letters(word: str) -> Sequence[str]:
    """With what a word meant by `word` begins: its first letter, or its second (a first letter too many or swapped)."""
    return list(dict.fromkeys(word[:2]))
