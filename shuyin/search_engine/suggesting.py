"""Completions of what is being typed, from the terms that documents feed (`layout.SUGGEST`), for both engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import nsmallest

from shuyin.search_engine import analysis, romanisation
from shuyin.search_engine.folding import fold
from shuyin.search_engine.layout import SUGGEST_KEY_LENGTH, SUGGEST_SEPARATOR
from shuyin.search_engine.query import Suggestion

#: Which kind comes first where a reader could mean several; other kinds follow.
KIND_ORDER = {kind: rank for rank, kind in enumerate(("title", "author", "series", "subject", "publisher"))}
_OTHER = len(KIND_ORDER)
#: Terms looked at for one prefix.
MOST_TERMS = 3000

#: (start of a suggestion term, most) → (term, number of documents)
Terms = Callable[[str, int], Iterable[tuple[str, int]]]


def keys(typed: str) -> list[str]:
    """What the typed text may be the beginning of: its letters, or its sounds. Latin needs two letters."""
    if romanisation.is_zhuyin(typed):
        return ["".join(romanisation.zhuyin_syllables(typed))[:SUGGEST_KEY_LENGTH]]
    key = analysis.squeeze(typed)
    if not key or len(key) > SUGGEST_KEY_LENGTH or (len(key) < 2 and not analysis.has_han(key)):
        return []
    found = [key]
    if " " in key and key.replace(" ", "").isalpha() and key.isascii():
        found.append(key.replace(" ", ""))  # li shi → lishi
    return found


def complete(terms: Terms, typed: str, limit: int) -> list[Suggestion]:
    """Suggestions for a beginning: those of many records first, then shorter ones, without duplicates."""
    counted: dict[tuple[str, str], tuple[int, int]] = {}
    for key in keys(typed):
        # whole values first: an engine may cut the long list of longer ones
        for term, count in (*terms(key + SUGGEST_SEPARATOR, MOST_TERMS), *terms(key, MOST_TERMS)):
            beginning, kind, text = term.split(SUGGEST_SEPARATOR, 2)
            spare = len(beginning) - len(key)
            known = counted.get((kind, text))
            counted[kind, text] = (count, min(spare, known[1]) if known else spare)

    def rank(item: tuple[tuple[str, str], tuple[int, int]]) -> tuple[bool, int, int, int, str]:
        (kind, text), (count, spare) = item
        return (spare > 0, -count, KIND_ORDER.get(kind, _OTHER), len(text), text)

    best = nsmallest(limit * 3, counted.items(), key=rank)
    found: dict[str, Suggestion] = {}
    for (kind, text), (count, _) in best:
        found.setdefault(fold(text), Suggestion(text, kind, count))
    return list(found.values())[:limit]
