"""The strict split: books that belong together (title stem, author) never stand on both sides.

Deterministic: a group's side follows from the hash of its name, not from the order of the file or a random number.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from shuyin.ai_subjects.description import LabelledRecord
from shuyin.ai_subjects.folding import fold

_BRACKETS = re.compile(r"[(（\[【〔《〈「『].*?[)）\]】〕》〉」』]")
_SUBTITLE = re.compile(r"[:：;；,，。~～—–―=|!！?？]| - |－")
_VOLUME = re.compile(
    r"(第?[0-9一二三四五六七八九十百]+[卷冊册集部輯辑回話话版期季篇]?|vol\.?|no\.?|上|中|下|完|全|終|终|外傳|外传|番外篇?|i{1,3}|iv|vi{0,3}|ix|x)$"
)
_AUTHOR_END = re.compile(r"[,，、;；/／(（\-－‧]| 原| 作| 著| 等")


@dataclass(frozen=True, slots=True)
class Split:
    """Three disjoint sets of records; no group of `groups` lies in two of them."""

    train: tuple[LabelledRecord, ...]
    tune: tuple[LabelledRecord, ...]
    test: tuple[LabelledRecord, ...]


def title_stem(title: str) -> str:
    """The title without brackets, subtitle, volume number and blanks, folded: what a series' volumes share."""
    text = _BRACKETS.sub(" ", fold(title)).strip()
    text = next((part for part in _SUBTITLE.split(text) if part.strip()), text).strip()
    while (shorter := _VOLUME.sub("", text).strip(" .#-")) != text and shorter:
        text = shorter
    return re.sub(r"\s+", "", text) or re.sub(r"\s+", "", fold(title))


def first_author(author: str) -> str:
    """The first name of an author statement, folded, without its role."""
    name = _AUTHOR_END.split(fold(author).strip())[0]
    return re.sub(r"\s+", "", name)


def groups(records: Sequence[LabelledRecord]) -> list[str]:
    """One group name per record. Records share a group if they share a stem, or stem and author of a chain of
    records: the stem joins (volumes), and so does a stem that begins another one by the same author (series)."""
    parent: dict[str, str] = {}

    def find(name: str) -> str:
        while parent.setdefault(name, name) != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    stems = [title_stem(record.description.title) for record in records]
    by_author: dict[str, set[str]] = defaultdict(set)
    for record, stem in zip(records, stems, strict=True):
        find(stem)
        if author := first_author(record.description.author):
            by_author[author].add(stem)
    for own in by_author.values():
        ordered = sorted(own)
        for shorter, longer in pairwise(ordered):
            if _same_series(shorter, longer):
                parent[find(longer)] = find(shorter)
    return [find(stem) for stem in stems]


def _same_series(one: str, other: str) -> bool:
    """Whether two stems of one author begin alike for at least four characters or the whole shorter stem."""
    length = min(len(one), len(other), 4)
    return length >= 2 and one[:length] == other[:length]


def strict_split(records: Sequence[LabelledRecord], *, tune: float = 0.1, test: float = 0.25, salt: str = "") -> Split:
    """Divide by group; the shares hold for groups, so that those of records differ a little."""
    sides: dict[str, list[LabelledRecord]] = {"train": [], "tune": [], "test": []}
    for record, group in zip(records, groups(records), strict=True):
        place = int.from_bytes(hashlib.sha256((salt + group).encode()).digest()[:6], "big") / 2**48
        sides["test" if place < test else "tune" if place < test + tune else "train"].append(record)
    return Split(tuple(sides["train"]), tuple(sides["tune"]), tuple(sides["test"]))
