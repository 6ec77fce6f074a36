"""Marking what was found in the original text, fold-aware, in one place for both engines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from shuyin.search_engine import analysis
from shuyin.search_engine.analysis import HAN
from shuyin.search_engine.declaration import IndexDeclaration, Kind
from shuyin.search_engine.folding import fold
from shuyin.search_engine.query import Bool, Query, Text

Fragment = tuple[tuple[str, bool], ...]

#: A value no longer than this is shown whole; of longer ones the best passages of about this many characters.
FRAGMENT_LENGTH = 120
FRAGMENTS = 2
_LEAD = 20  # characters shown before the first mark of a passage
_MOST_PATTERNS = 64


@dataclass(frozen=True, slots=True)
class Wanted:
    """Per field (None: any field) a pattern over folded text; marks may overlap, hence look-ahead."""

    patterns: Mapping[str | None, re.Pattern[str]]

    def pattern(self, field: str) -> list[re.Pattern[str]]:
        """The patterns that hold for a field."""
        return [p for name, p in self.patterns.items() if name in (None, field)]


def wanted(query: Query, declaration: IndexDeclaration) -> Wanted | None:
    """What to mark for a query; None if there is nothing to mark."""
    sources: dict[str | None, list[str]] = {}
    text_fields = {f.name for f in declaration.fields if f.kind is Kind.TEXT}
    for text in _positive(query):
        if text.field is None or text.field in text_fields:
            sources.setdefault(text.field, []).extend(_patterns(text.text))
    patterns = {name: _compile(tuple(dict.fromkeys(found))) for name, found in sources.items() if found}
    return Wanted(patterns) if patterns else None


def _positive(query: Query) -> Iterator[Text]:
    if isinstance(query, Text):
        yield query
    elif isinstance(query, Bool):
        for part in (*query.must, *query.should):
            yield from _positive(part)


def _patterns(text: str) -> Iterator[str]:
    """Pairs of a Han run (or its one character), possibly with punctuation between; whole words."""
    for unit in analysis.units(text):
        if not unit.is_han:
            for word in unit.folded.split(" "):
                yield rf"(?<![^\W_{HAN}]){re.escape(word)}(?![^\W_{HAN}])"
        elif len(unit.folded) == 1:
            yield re.escape(unit.folded)
        else:
            for a, b in zip(unit.folded, unit.folded[1:], strict=False):
                yield f"{re.escape(a)}[ .'-]*{re.escape(b)}"


@lru_cache(maxsize=512)
def _compile(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(f"(?=({'|'.join(patterns[:_MOST_PATTERNS])}))")


def highlights(texts: Mapping[str, list[str]], terms: Wanted) -> dict[str, tuple[Fragment, ...]]:
    """Field → fragments, for the fields that hold a mark. `texts` are the original values."""
    found: dict[str, tuple[Fragment, ...]] = {}
    for field, values in texts.items():
        patterns = terms.pattern(field)
        fragments = [f for value in values for f in _value_fragments(value, patterns)] if patterns else []
        if fragments:
            found[field] = tuple(fragments[: max(FRAGMENTS, len(values))])
    return found


def _value_fragments(value: str, patterns: list[re.Pattern[str]]) -> list[Fragment]:
    folded = fold(value)
    marks: list[tuple[int, int]] = []
    for pattern in patterns:
        marks += [match.span(1) for match in pattern.finditer(folded)]
    if not marks:
        return []
    if len(folded) != len(value):
        marks = _in_original(value, marks)
    merged = _merge(marks)
    if len(value) <= FRAGMENT_LENGTH * 3 // 2:
        return [_cut(value, 0, len(value), merged)]
    return [_cut(value, start, end, merged) for start, end in _passages(value, merged)]


def _in_original(value: str, marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Offsets in the folded text → offsets in the value, where folding changed lengths (ß, ㈱, composed marks)."""
    origin: list[int] = []
    at = 0
    for position, character in enumerate(value):
        # a combining mark folds together with the character before it
        grown = len(fold(value[: position + 1])) if ord(character) > 0x2FF else at + len(fold(character))
        origin += [position] * max(0, grown - at)
        at = max(at, grown)
    origin.append(len(value))
    last = len(origin) - 1
    return [(origin[min(a, last)], max(origin[min(b, last)], origin[min(b - 1, last)] + 1)) for a, b in marks]


def _merge(marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(marks):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _passages(value: str, marks: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The passages with most marked characters, in the order of the text, not overlapping."""
    windows: list[tuple[int, int, int]] = []
    for start, _ in marks:
        left = max(0, start - _LEAD)
        right = min(len(value), left + FRAGMENT_LENGTH)
        weight = sum(min(b, right) - a for a, b in marks if a >= left and a < right)
        windows.append((weight, left, right))
    chosen: list[tuple[int, int]] = []
    for _, left, right in sorted(windows, key=lambda w: (-w[0], w[1])):
        if len(chosen) == FRAGMENTS:
            break
        if all(right <= a or left >= b for a, b in chosen):
            chosen.append((left, right))
    return sorted(chosen)


def _cut(value: str, start: int, end: int, marks: list[tuple[int, int]]) -> Fragment:
    pieces: list[tuple[str, bool]] = []
    at = start
    for mark in marks:
        a, b = max(mark[0], start), min(mark[1], end)
        if a >= b:
            continue
        if a > at:
            pieces.append((value[at:a], False))
        pieces.append((value[a:b], True))
        at = b
    if at < end:
        pieces.append((value[at:end], False))
    return tuple(pieces)
