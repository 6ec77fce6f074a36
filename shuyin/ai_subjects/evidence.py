"""Candidates and their features: what each channel says about each heading and class number of one description.

Three independent channels (wordings found in the text; the linear model; nearest records), the counts of the
catalogue (author, publisher, category, heading ⇄ class), the embedding, and the literature rules. A feature is the
same function in training and in serving.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects.catalogue import Catalogue, Keys
from shuyin.ai_subjects.description import Description, digits, prefixes
from shuyin.ai_subjects.lexical import Match, WordingIndex
from shuyin.ai_subjects.names import author_names, origin_of
from shuyin.ai_subjects.sparse import FloatArray

#: How many of each channel's best labels become candidates.
FROM_CHANNEL = 15
NEIGHBOURS = 30
_FIELDS = ("title", "keywords", "contents", "summary", "category")
_ORIGINS = ("han", "japan", "korea", "west", "west?", "latin", "body")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A catalogued record near to the description: its position among the records and the likeness 0…1."""

    record: int
    likeness: float


@dataclass(slots=True)
class Channels:
    """The answers of all channels for one description, over all headings and over all class nodes."""

    description: Description
    keys: Keys
    linear_headings: FloatArray
    linear_nodes: FloatArray
    near_headings: FloatArray
    near_nodes: FloatArray
    nearest_headings: FloatArray
    nearest_nodes: FloatArray
    profile_headings: FloatArray
    profile_nodes: FloatArray
    embedding_headings: FloatArray
    embedding_nodes: FloatArray
    neighbours: Sequence[Neighbour] = ()
    heading_matches: Mapping[int, list[Match]] = field(default_factory=dict)
    node_matches: Mapping[int, list[Match]] = field(default_factory=dict)


def pad(values: FloatArray, width: int) -> FloatArray:
    """The array with zeros at its end: labels that came after training say nothing in a channel."""
    if values.size >= width:
        return values[:width]
    return np.concatenate([values, np.zeros(width - values.size, np.float32)])


def top(values: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Positions of the `count` largest positive values."""
    count = min(count, values.size)
    if not count:
        return np.zeros(0, np.int64)
    best = np.argpartition(-values, count - 1)[:count]
    return best[values[best] > 0]


def nearest(likeness: FloatArray, count: int = NEIGHBOURS) -> list[Neighbour]:
    """The records most like the description by shared words, author and publisher, the nearest first."""
    best = sorted(top(likeness, count).tolist(), key=lambda place: -likeness[place])
    return [Neighbour(int(place), float(likeness[place])) for place in best]


def matches_by_entry(index: WordingIndex, description: Description) -> dict[int, list[Match]]:
    """Wordings found in the description's fields, by entry."""
    found: dict[int, list[Match]] = {}
    for match in index.find(description.text_fields()):
        found.setdefault(match.wording.entry, []).append(match)
    return found


def share_of_neighbours(
    neighbours: Sequence[Neighbour], labels: Sequence[Sequence[int]], width: int
) -> tuple[FloatArray, FloatArray]:
    """Per label: the likeness-weighted share of neighbours that carry it, and the likeness of the nearest one.
    `labels` are those of each neighbour."""
    shares, nearest = np.zeros(width, np.float32), np.zeros(width, np.float32)
    total = sum(neighbour.likeness**2 for neighbour in neighbours) + 0.02
    for neighbour, carried in zip(neighbours, labels, strict=True):
        for label in carried:
            shares[label] += neighbour.likeness**2 / total
            nearest[label] = max(nearest[label], neighbour.likeness)
    return shares, nearest


def soft_weights(scores: FloatArray, count: int) -> list[tuple[int, float]]:
    """The best labels of a channel with weights that sum to 1 (scores squared)."""
    best = top(scores, count)
    squares = np.square(scores[best])
    total = float(squares.sum())
    return [(int(label), float(square / total)) for label, square in zip(best, squares, strict=True)] if total else []


def _match_columns(matches: Sequence[Match]) -> list[float]:
    """Longest match per field, whether it is preferred, whether the title begins with it, number of fields."""
    longest = dict.fromkeys(_FIELDS, 0)
    preferred, at_start = 0.0, 0.0
    for match in matches:
        longest[match.field] = max(longest[match.field], match.length)
        preferred = max(preferred, float(match.wording.preferred))
        at_start = max(at_start, float(match.field == "title" and match.start == 0))
    return [*(float(longest[name]) for name in _FIELDS), preferred, at_start]


_MATCH_NAMES = [f"match.{name}" for name in _FIELDS] + ["match.preferred", "match.start"]


def context(channels: Channels, catalogue: Catalogue) -> tuple[list[str], list[float]]:
    """Features of the description itself, the same for all its candidates: how sure the channels are, who wrote."""
    names = author_names(channels.description.author)
    origin = origin_of(names[0]) if names else ""
    linear = np.sort(channels.linear_headings)[-2:] if channels.linear_headings.size > 1 else np.zeros(2)
    node = np.sort(channels.linear_nodes)[-1:] if channels.linear_nodes.size else np.zeros(1)
    values = {
        "near.best": channels.neighbours[0].likeness if channels.neighbours else 0.0,
        "linear.best": float(linear[-1]),
        "linear.gap": float(linear[-1] - linear[0]),
        "linear.node": float(node[0]),
        "author.books": float(max((catalogue.by_author[0].total(key) for key in channels.keys.authors), default=0)),
        "publisher.books": float(np.log1p(catalogue.by_publisher[0].total(channels.keys.publisher))),
        "title.length": float(len(channels.description.title)),
        "text.length": float(np.log1p(len(channels.description.summary) + len(channels.description.contents))),
        "category.given": float(bool(channels.description.category)),
        "authors": float(len(names)),
        **{f"origin.{name}": float(origin == name) for name in _ORIGINS},
    }
    return list(values), list(values.values())


def heading_candidates(channels: Channels, catalogue: Catalogue, in_scheme: NDArray[np.bool_]) -> list[int]:
    """Positions of headings worth ranking: each channel's best, all wordings found, headings of the likely classes."""
    chosen: dict[int, None] = {}
    for values in (
        channels.linear_headings,
        channels.near_headings,
        channels.embedding_headings,
        channels.profile_headings,
    ):
        chosen.update(dict.fromkeys(top(values, FROM_CHANNEL).tolist()))
    chosen.update(dict.fromkeys(channels.heading_matches))
    for tables, keys in (
        (catalogue.by_author, channels.keys.authors),
        (catalogue.by_category, channels.keys.categories),
    ):
        for key in keys:
            row = sorted(tables[0].row(key).items(), key=lambda item: -item[1])[:FROM_CHANNEL]
            chosen.update(dict.fromkeys(label for label, _ in row))
    for node, _ in soft_weights(channels.linear_nodes[: len(catalogue.nodes)], 6):
        row = sorted(catalogue.headings_of_node.row(str(node)).items(), key=lambda item: -item[1])[:8]
        chosen.update(dict.fromkeys(label for label, _ in row))
    counts = catalogue.heading_counts
    return [label for label in chosen if counts[label] > 0 or (label < in_scheme.size and in_scheme[label])]


def heading_features(
    channels: Channels, catalogue: Catalogue, candidates: Sequence[int], in_scheme: NDArray[np.bool_]
) -> tuple[list[str], FloatArray]:
    """Names of the features and the table `(candidates, features)`."""
    width = len(catalogue.headings)
    places = np.array(candidates, dtype=np.int64)
    linked = _headings_by_class(channels, catalogue, width)
    beside = _headings_beside(channels, catalogue, width)
    author = catalogue.by_author[0].shares(channels.keys.authors, width, 0.5)
    publisher = catalogue.by_publisher[0].shares((channels.keys.publisher,), width, 2.0)
    category = catalogue.by_category[0].shares(channels.keys.categories, width, 1.0)
    columns: dict[str, NDArray[np.float32]] = {
        "linear": channels.linear_headings,
        "near": channels.near_headings,
        "nearest": channels.nearest_headings,
        "profile": channels.profile_headings,
        "embedding": channels.embedding_headings,
        "author": author,
        "publisher": publisher,
        "category": category,
        "linked": linked,
        "beside": beside,
        "count": np.log1p(catalogue.heading_counts[:width]),
        "scheme": pad(in_scheme.astype(np.float32), width),
    }
    names = list(columns)
    table = [pad(column, width)[places] for column in columns.values()]
    for name in ("linear", "near", "linked", "profile", "embedding"):
        values = pad(columns[name], width)
        names.append(f"{name}.rank")
        table.append(_ranks(values, places))
        names.append(f"{name}.share")
        table.append(values[places] / max(float(values.max(initial=0.0)), 1e-6))
    matched = [_match_columns(channels.heading_matches.get(label, ())) for label in candidates]
    names += _MATCH_NAMES
    lengths = [float(len(catalogue.headings.names[label])) for label in candidates]
    names.append("label.length")
    return _assemble(
        names, table, [*zip(*matched, strict=True), lengths], context(channels, catalogue), len(candidates)
    )


def _assemble(
    names: list[str],
    columns: Sequence[NDArray[np.float32]],
    lists: Sequence[Sequence[float]],
    shared: tuple[list[str], list[float]],
    rows: int,
) -> tuple[list[str], FloatArray]:
    blocks = [np.asarray(column, np.float32).reshape(rows, 1) for column in (*columns, *lists)]
    blocks.append(np.broadcast_to(np.array(shared[1], np.float32), (rows, len(shared[1]))))
    return names + shared[0], np.concatenate(blocks, axis=1).astype(np.float32)


def _ranks(values: NDArray[np.float32], places: NDArray[np.int64]) -> NDArray[np.float32]:
    """1 / (1 + how many labels score higher), per place."""
    ordered = np.sort(values)
    above = values.size - np.searchsorted(ordered, values[places], side="right")
    return (1.0 / (1.0 + above)).astype(np.float32)


def _headings_by_class(channels: Channels, catalogue: Catalogue, width: int) -> FloatArray:
    """Headings that the likeliest classes' books carry, weighted by the classes."""
    found = np.zeros(width, np.float32)
    for node, weight in soft_weights(channels.linear_nodes[: len(catalogue.nodes)], 12):
        if total := catalogue.headings_of_node.total(str(node)):
            for label, count in catalogue.headings_of_node.row(str(node)).items():
                found[label] += weight * count / (total + 1.0)
    return found


def _headings_beside(channels: Channels, catalogue: Catalogue, width: int) -> FloatArray:
    """Headings that stand beside the likeliest headings in other records."""
    found = np.zeros(width, np.float32)
    for heading, weight in soft_weights(channels.linear_headings[: len(catalogue.headings)], 5):
        if total := catalogue.headings_of_heading.total(str(heading)):
            for label, count in catalogue.headings_of_heading.row(str(heading)).items():
                if label != heading:
                    found[label] += weight * count / (total + 1.0)
    return found


class ClassPaths:
    """For each whole number its nodes at one, two, three and four digits and itself."""

    LEVELS = 5

    def __init__(self, catalogue: Catalogue) -> None:
        self._nodes = catalogue.nodes
        self._paths: dict[int, tuple[int, ...]] = {}

    def path(self, leaf: int) -> tuple[int, ...]:
        """Node positions of the levels; where a number is shorter, its longest prefix repeats."""
        if leaf not in self._paths:
            nodes = [self._nodes.add(node) for node in prefixes(self._nodes.names[leaf][1:])]
            upper = nodes[:-1][:4] or nodes
            upper += [upper[-1]] * (4 - len(upper))
            self._paths[leaf] = (*upper, leaf)
        return self._paths[leaf]

    def all_nodes(self, leaf: int) -> list[int]:
        """Every node above and including the number."""
        return [self._nodes.add(node) for node in prefixes(self._nodes.names[leaf][1:])]


def path_sums(values: FloatArray, leaves: NDArray[np.int64], paths: Sequence[Sequence[int]]) -> FloatArray:
    """Per leaf, the sum of a channel's values over all nodes of its path (what the prefixes say together)."""
    return (
        np.array([values[list(path)].sum() for path in paths], np.float32) if len(leaves) else np.zeros(0, np.float32)
    )


def class_features(
    channels: Channels, catalogue: Catalogue, paths: ClassPaths, candidates: Sequence[int], in_scheme: NDArray[np.bool_]
) -> tuple[list[str], FloatArray]:
    """Names of the features and the table `(candidates, features)` for class numbers (their `=number` nodes)."""
    levels = np.array([paths.path(leaf) for leaf in candidates], dtype=np.int64).reshape(
        len(candidates), ClassPaths.LEVELS
    )
    width = len(catalogue.nodes)
    everything = [paths.all_nodes(leaf) for leaf in candidates]
    columns: dict[str, FloatArray] = {
        "linear": channels.linear_nodes,
        "near": channels.near_nodes,
        "author": catalogue.by_author[1].shares(channels.keys.authors, width, 0.5),
        "publisher": catalogue.by_publisher[1].shares((channels.keys.publisher,), width, 2.0),
        "category": catalogue.by_category[1].shares(channels.keys.categories, width, 1.0),
        "linked": _nodes_by_heading(channels, catalogue, width),
        "count": np.log1p(catalogue.node_counts[:width]),
    }
    names: list[str] = []
    table: list[NDArray[np.float32]] = []
    for name, column in columns.items():
        values = pad(column, width)
        for level in range(ClassPaths.LEVELS):
            names.append(f"{name}.{level + 1}")
            table.append(values[levels[:, level]])
        if name in ("linear", "near", "linked"):
            sums = path_sums(values, levels[:, 4], everything)
            names += [f"{name}.sum", f"{name}.below"]
            table += [sums, sums - max(float(sums.max(initial=0.0)), 1e-6)]
    leaf = levels[:, 4]
    for name, column in (
        ("nearest", channels.nearest_nodes),
        ("profile", channels.profile_nodes),
        ("embedding", channels.embedding_nodes),
        ("scheme", in_scheme.astype(np.float32)),
    ):
        names.append(name)
        table.append(pad(column, width)[leaf])
    matched = [_match_columns(channels.node_matches.get(label, ())) for label in candidates]
    names += _MATCH_NAMES
    upper = [
        max((match.length for node in nodes[:-1] for match in channels.node_matches.get(node, ())), default=0)
        for nodes in everything
    ]
    names.append("match.above")
    numbers = [digits(catalogue.nodes.names[label]) for label in candidates]
    names += ["digits", "first"]
    lists = [*zip(*matched, strict=True), upper, [len(n) for n in numbers], [float(n[:1] or -1) for n in numbers]]
    return _assemble(names, table, lists, context(channels, catalogue), len(candidates))


def _nodes_by_heading(channels: Channels, catalogue: Catalogue, width: int) -> FloatArray:
    """Class nodes of the books that carry the likeliest headings, weighted by the headings."""
    found = np.zeros(width, np.float32)
    for heading, weight in soft_weights(channels.linear_headings[: len(catalogue.headings)], 12):
        if total := catalogue.nodes_of_heading.total(str(heading)):
            for node, count in catalogue.nodes_of_heading.row(str(heading)).items():
                found[node] += weight * count / (total + 1.0)
    return found


def class_candidates(
    channels: Channels, catalogue: Catalogue, paths: ClassPaths, leaves: NDArray[np.int64], in_scheme: NDArray[np.bool_]
) -> list[int]:
    """Positions of `=number` nodes worth ranking; `leaves` are all such nodes known to the catalogue or scheme."""
    chosen: dict[int, None] = {}
    width = len(catalogue.nodes)
    linear = pad(channels.linear_nodes, width)
    for values in (
        linear,
        pad(channels.near_nodes, width),
        pad(channels.embedding_nodes, width),
        pad(channels.profile_nodes, width),
    ):
        scores = values[leaves]
        for place in top(scores, FROM_CHANNEL).tolist():
            chosen[int(leaves[place])] = None
    chosen.update(dict.fromkeys(channels.node_matches))
    for tables, keys in (
        (catalogue.by_author, channels.keys.authors),
        (catalogue.by_category, channels.keys.categories),
    ):
        for key in keys:
            for node, _ in sorted(tables[1].row(key).items(), key=lambda item: -item[1])[:FROM_CHANNEL]:
                chosen[node] = None
    linked = _nodes_by_heading(channels, catalogue, width)
    for place in top(linked[leaves], FROM_CHANNEL).tolist():
        chosen[int(leaves[place])] = None
    counts = catalogue.node_counts
    names = catalogue.nodes.names
    return [
        node
        for node in chosen
        if names[node].startswith("=") and (counts[node] > 0 or (node < in_scheme.size and in_scheme[node]))
    ]
