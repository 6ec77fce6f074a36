"""Completions of what is being typed, from the terms that documents feed (`layout.SUGGEST`), for both engines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from heapq import nsmallest
from typing import Protocol

from shuyin.search_engine import analysis, layout, romanisation
from shuyin.search_engine.declaration import IndexDeclaration
from shuyin.search_engine.folding import fold
from shuyin.search_engine.layout import SUGGEST_KEY_LENGTH, SUGGEST_SEPARATOR
from shuyin.search_engine.query import Suggestion

#: Which kind comes first where a reader could mean several; other kinds follow.
KIND_ORDER = {kind: rank for rank, kind in enumerate(("title", "author", "series", "subject", "publisher"))}
_OTHER = len(KIND_ORDER)
#: Terms looked at for one beginning.
_MOST_TERMS = 5000
#: A number is completed from so many digits.
_FEWEST_DIGITS = {"isbn": 6, "class": 2}
_FEWEST_INITIALS = 2
#: Titles are completed from so many letters of their pinyin (fewer call up a tenth of the catalogue).
_FEWEST_SOUNDS = 4
_NUMBER = re.compile(r"[0-9][-0-9 ]*(?:\.[0-9]*)?")


class Terms(Protocol):
    """What completion asks of an engine."""

    def terms(self, column: str, start: str, most: int) -> Iterable[tuple[str, int]]:
        """Terms of a suggestion column that begin so, with the number of documents."""
        ...

    def beginning(self, start: str, limit: int) -> list[str]:
        """Values of the lead field that begin so (squeezed), the newest documents first."""
        ...


def keys(typed: str) -> list[str]:
    """What the typed text may be the beginning of: its letters, or its sounds. Latin needs two letters."""
    if romanisation.is_zhuyin(typed):
        return ["".join(romanisation.zhuyin_syllables(typed))[:SUGGEST_KEY_LENGTH]]
    key = analysis.squeeze(typed)
    if not key or len(key) > SUGGEST_KEY_LENGTH or (len(key) < 2 and not analysis.has_han(key)):
        return []
    sounds = romanisation.without_tone_numbers(key).replace(" ", "")  # li shi, li4shi3 → lishi
    return [key, sounds] if sounds != key and sounds.isalpha() and sounds.isascii() else [key]


def complete(engine: Terms, declaration: IndexDeclaration, typed: str, limit: int) -> list[Suggestion]:
    """Suggestions for a beginning: whole values first, then those of many records, without duplicates."""
    counted: dict[tuple[str, str], tuple[int, int]] = {}

    def count(terms: Iterable[tuple[str, int]], key: str) -> None:
        for term, documents in terms:
            beginning, kind, text = term.split(SUGGEST_SEPARATOR, 2)
            spare = len(beginning) - len(key)
            known = counted.get((kind, text))
            counted[kind, text] = (documents, min(spare, known[1]) if known else spare)

    # in Zhuyin a syllable is closed where it ends, so that few titles are meant even by one
    sounds = romanisation.zhuyin_beginning(typed) if romanisation.is_zhuyin(typed) else None
    lead_kind = declaration.lead.suggest or declaration.lead.name
    for key in keys(typed):
        # whole values first: an engine may cut the long list of longer ones
        for column in (layout.SUGGEST, layout.SUGGEST_LEAD):
            count(engine.terms(column, key + SUGGEST_SEPARATOR, _MOST_TERMS), key)
        count(engine.terms(layout.SUGGEST, key, _MOST_TERMS), key)
        # where many titles begin so, the newest will do; only where few do, all that can be completed is gone through
        newest = engine.beginning(key, limit)
        for value in newest:
            counted.setdefault((lead_kind, value), (1, 1))
        if sounds or (len(newest) < limit and not (key.isascii() and len(key) < _FEWEST_SOUNDS)):
            count(engine.terms(layout.SUGGEST_LEAD, key, _MOST_TERMS), key)
        if len(key) >= _FEWEST_INITIALS and key.isascii() and key.isalpha():
            start = layout.INITIALS_MARK + key
            for column in (layout.SUGGEST, layout.SUGGEST_LEAD):
                count(engine.terms(column, start, _MOST_TERMS), start)
    for kind, digits in _numbers(typed):
        start = layout.number_suggestion(kind, digits)
        count(engine.terms(layout.SUGGEST, start, _MOST_TERMS), start)
    return _best(counted, limit, sounds)


def _numbers(typed: str) -> list[tuple[str, str]]:
    """(kind, digits) of the numbers that may be meant."""
    plain = fold(typed).strip()
    if not _NUMBER.fullmatch(plain):
        return []
    digits = re.sub(r"[- ]", "", plain)
    return [(kind, digits) for kind, fewest in _FEWEST_DIGITS.items() if fewest <= len(digits) <= SUGGEST_KEY_LENGTH]


def _best(
    counted: dict[tuple[str, str], tuple[int, int]], limit: int, sounds: re.Pattern[str] | None = None
) -> list[Suggestion]:
    """The first of them, without duplicates; with `sounds` only those of which a part is read so."""

    def rank(item: tuple[tuple[str, str], tuple[int, int]]) -> tuple[bool, int, int, int, str]:
        (kind, text), (count, spare) = item
        return (spare > 0, -count, KIND_ORDER.get(kind, _OTHER), len(text), text)

    ranked = sorted(counted.items(), key=rank) if sounds else nsmallest(limit * 3, counted.items(), key=rank)
    found: dict[str, Suggestion] = {}
    for (kind, text), (documents, _) in ranked:
        if len(found) == limit:
            break
        if sounds is None or (analysis.has_han(text) and sounds.search(" ".join(romanisation.syllables(fold(text))))):
            found.setdefault(fold(text), Suggestion(text, kind, documents))
    return list(found.values())
