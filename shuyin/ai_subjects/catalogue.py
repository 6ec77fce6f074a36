"""What the catalogue's own records say: counts by author, publisher, category and heading ⇄ class, and neighbours.

Records can be taken out and put back, so that training sees each book as if it and its series were not yet
catalogued, and a newly accepted record speaks at once.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects.description import Description, LabelledRecord, prefixes
from shuyin.ai_subjects.features import category_tokens
from shuyin.ai_subjects.names import author_names, publisher_key

FloatArray = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Keys:
    """By what a book is tied to other books."""

    authors: tuple[str, ...]
    publisher: str
    categories: tuple[str, ...]

    @classmethod
    def of(cls, description: Description) -> Keys:
        """The keys of a description, folded."""
        return cls(
            tuple(author_names(description.author)[:4]),
            publisher_key(description.publisher),
            tuple(category_tokens(description.category)),
        )


class Labels:
    """The labels of one kind (headings, or class nodes: digit prefixes and whole numbers) by position."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names: list[str] = []
        self.place: dict[str, int] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> int:
        """The label's position; new labels go to the end."""
        if name not in self.place:
            self.place[name] = len(self.names)
            self.names.append(name)
        return self.place[name]

    def __len__(self) -> int:
        return len(self.names)


class CountTable:
    """How often a key goes with a label, e.g. author → headings."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[int, int]] = defaultdict(dict)
        self._totals: dict[str, int] = defaultdict(int)

    def change(self, key: str, labels: Iterable[int], by: int) -> None:
        """Count so many records more, or one less (−1)."""
        row = self._rows[key]
        self._totals[key] += by
        if by > 0:
            for label in labels:
                row[label] = row.get(label, 0) + by
            return
        for label in labels:
            if count := row.get(label, 0) + by:
                row[label] = count
            else:
                row.pop(label, None)  # a label at zero must not be proposed

    def total(self, key: str) -> int:
        """Records with that key."""
        return self._totals.get(key, 0)

    def row(self, key: str) -> Mapping[int, int]:
        """label → records."""
        return self._rows.get(key, {})

    def shares(self, keys: Sequence[str], width: int, damping: float) -> FloatArray:
        """`(width,)`: the largest share count / (total + damping) over the keys, per label."""
        found = np.zeros(width, np.float32)
        for key in keys:
            if total := self._totals.get(key, 0):
                for label, count in self._rows[key].items():
                    found[label] = max(found[label], count / (total + damping))
        return found


@dataclass(frozen=True, slots=True)
class Assigned:
    """A record's labels by position: headings, and class nodes from one digit to the whole number."""

    headings: tuple[int, ...]
    nodes: tuple[int, ...]


class Catalogue:
    """The counts over all records that are in at the moment."""

    def __init__(self, headings: Labels, nodes: Labels) -> None:
        self.headings, self.nodes = headings, nodes
        self.records = 0
        self.heading_counts = np.zeros(len(headings), np.float32)
        self.node_counts = np.zeros(len(nodes), np.float32)
        self.by_author = (CountTable(), CountTable())
        self.by_publisher = (CountTable(), CountTable())
        self.by_category = (CountTable(), CountTable())
        self.nodes_of_heading = CountTable()
        self.headings_of_node = CountTable()
        self.headings_of_heading = CountTable()

    def assigned(self, record: LabelledRecord) -> Assigned:
        """The record's labels; labels not seen before are added."""
        nodes = prefixes(record.class_number) if record.class_number else ()
        found = Assigned(
            tuple(self.headings.add(label) for label in dict.fromkeys(record.subjects)),
            tuple(self.nodes.add(node) for node in nodes),
        )
        self._grow()
        return found

    def _grow(self) -> None:
        if (missing := len(self.headings) - self.heading_counts.size) > 0:
            self.heading_counts = np.concatenate([self.heading_counts, np.zeros(missing + 64, np.float32)])
        if (missing := len(self.nodes) - self.node_counts.size) > 0:
            self.node_counts = np.concatenate([self.node_counts, np.zeros(missing + 64, np.float32)])

    def change(self, keys: Keys, assigned: Assigned, by: int) -> None:
        """Put a record in (`by` = 1) or take it out (−1)."""
        self.records += by
        self.heading_counts[list(assigned.headings)] += by
        self.node_counts[list(assigned.nodes)] += by
        self._change_names(keys, assigned, by)
        self._change_links(assigned, by)

    def fill(self, keys: Sequence[Keys], assigned: Sequence[Assigned]) -> None:
        """Put many records in at once: those with the same labels are counted together."""
        self.records += len(assigned)
        for one, labels in zip(keys, assigned, strict=True):
            self._change_names(one, labels, 1)
        for labels, count in Counter(assigned).items():
            self.heading_counts[list(labels.headings)] += count
            self.node_counts[list(labels.nodes)] += count
            self._change_links(labels, count)

    def _change_names(self, keys: Keys, assigned: Assigned, by: int) -> None:
        for tables, names in (
            (self.by_author, keys.authors),
            (self.by_publisher, (keys.publisher,) if keys.publisher else ()),
            (self.by_category, keys.categories),
        ):
            for name in names:
                tables[0].change(name, assigned.headings, by)
                tables[1].change(name, assigned.nodes, by)

    def _change_links(self, assigned: Assigned, by: int) -> None:
        for heading in assigned.headings:
            self.nodes_of_heading.change(str(heading), assigned.nodes, by)
            self.headings_of_heading.change(str(heading), assigned.headings, by)
        for node in assigned.nodes:
            self.headings_of_node.change(str(node), assigned.headings, by)
