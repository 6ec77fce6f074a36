"""Wordings of headings and classes found in the text itself, with the field they stand in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from shuyin.ai_subjects.folding import fold

#: Longer wordings are compared by their words (label profile) only.
LONGEST_WORDING = 16


@dataclass(frozen=True, slots=True)
class Wording:
    """One wording of an entry: the entry's position in its vocabulary, the words as written, preferred or variant."""

    entry: int
    text: str
    preferred: bool


@dataclass(frozen=True, slots=True)
class Match:
    """A wording found in a field; `start` is its place in the folded text."""

    wording: Wording
    field: str
    start: int
    length: int


class WordingIndex:
    """All wordings by their folded form; finds them in any text in one pass."""

    def __init__(self, wordings: Iterable[Wording]) -> None:
        self._by_form: dict[str, list[Wording]] = defaultdict(list)
        for wording in wordings:
            form = fold(wording.text).strip()
            if 2 <= len(form) <= LONGEST_WORDING:
                self._by_form[form].append(wording)
        self._lengths = sorted({len(form) for form in self._by_form})

    def find(self, fields: Mapping[str, str]) -> list[Match]:
        """Every wording in every field once, at its first place. Wordings in other scripts must be whole words."""
        matches: list[Match] = []
        for field, text in fields.items():
            folded = fold(text)
            found: dict[str, int] = {}
            for length in self._lengths:
                for start in range(len(folded) - length + 1):
                    form = folded[start : start + length]
                    if form in self._by_form and form not in found and _whole(folded, start, length):
                        found[form] = start
            for form, start in found.items():
                matches += [Match(wording, field, start, len(form)) for wording in self._by_form[form]]
        return matches


def _whole(folded: str, start: int, length: int) -> bool:
    """False where a wording of ASCII letters begins or ends inside a longer word."""
    before = folded[start - 1 : start] if start else ""
    after = folded[start + length : start + length + 1]
    inside_left = folded[start].isascii() and before.isascii() and before.isalnum()
    inside_right = folded[start + length - 1].isascii() and after.isascii() and after.isalnum()
    return not (inside_left or inside_right)
