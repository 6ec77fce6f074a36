"""Reciprocal rank fusion: one order out of two, that of the words and that of the meaning (hybrid search).

Cormack, Clarke, Büttcher (2009): each list gives a document 1 / (60 + its rank). Both engines use this one rule.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TypeVar

#: Hits of either kind that are put in order together; further matches of the words follow in their own order.
DEPTH = 100
_DAMPING = 60
#: A rank by words weighs so much beside one by meaning (measured: docs/search-quality.md).
WEIGHT_OF_WORDS = 4.0

Key = TypeVar("Key", bound=Hashable)


def fuse(by_words: Sequence[Key], by_meaning: Sequence[Key]) -> list[tuple[float, Key]]:
    """(score, key) of everything in either list, best first; equal ones in the order of the words, then of meaning."""
    scores: dict[Key, float] = {}
    for weight, ranked in ((WEIGHT_OF_WORDS, by_words), (1.0, by_meaning)):
        for rank, key in enumerate(ranked, start=1):
            scores[key] = scores.get(key, 0.0) + weight / (_DAMPING + rank)
    return sorted(((score, key) for key, score in scores.items()), key=lambda pair: -pair[0])
