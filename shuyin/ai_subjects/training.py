"""Learning a recommender from catalogued records and a scheme. Needs the extra `models` (scikit-learn, scipy)."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects import evidence, linear
from shuyin.ai_subjects.catalogue import Catalogue, Keys
from shuyin.ai_subjects.description import LabelledRecord, digits
from shuyin.ai_subjects.evidence import ClassPaths, Neighbour
from shuyin.ai_subjects.features import tokens
from shuyin.ai_subjects.model import CLASS_LEVELS, Model, ShownRecord, Vocabulary
from shuyin.ai_subjects.scheme import Scheme
from shuyin.ai_subjects.sparse import FeatureRows, FeatureSpace, FloatArray, Vector
from shuyin.ai_subjects.split import groups as group_names
from shuyin.ai_subjects.trees import Trees

#: Weights kept per label in the linear channel.
WEIGHTS_PER_LABEL = 400
#: Parts into which the records are cut for learning the ranker.
FOLDS = 10


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one record with their features, and which of them are right."""

    record: int
    table: FloatArray
    right: NDArray[np.float32]  # headings: (n,); classes: (n, levels)


def learn(records: Sequence[LabelledRecord], scheme: Scheme, *, seed: int = 0) -> Model:
    """Train all channels, then the rankers on what the channels say about each record without its own series."""
    bags = [tokens(record.description) for record in records]
    space = FeatureSpace.learn(bags)
    vectors = [space.vector(bag) for bag in bags]
    vocabulary = Vocabulary.build(records, scheme, space)
    catalogue = Catalogue(vocabulary.headings, vocabulary.nodes)
    assigned = [catalogue.assigned(record) for record in records]
    keys = [Keys.of(record.description) for record in records]
    for key, labels in zip(keys, assigned, strict=True):
        catalogue.change(key, labels, 1)
    matrix = linear.csr(vectors, space.hashes.size)
    width = len(vocabulary.headings), len(vocabulary.nodes)
    targets = np.zeros((len(records), sum(width)), np.float32)
    for row, labels in enumerate(assigned):
        targets[row, list(labels.headings)] = 1
        targets[row, [width[0] + node for node in labels.nodes]] = 1
    dual, inverse = linear.solve(matrix, targets)
    model = Model(
        space=space,
        vocabulary=vocabulary,
        catalogue=catalogue,
        paths=ClassPaths(catalogue),
        linear=linear.export(matrix, dual, WEIGHTS_PER_LABEL),
        linear_headings=width[0],
        near=FeatureRows.from_vectors(vectors, space.hashes.size),
        assigned=assigned,
        keys=keys,
        shown=[shown(record) for record in records],
    )
    assert inverse is not None
    members = folds(records)
    unseen = linear.left_out(inverse, dual, targets, members)
    near = likenesses(matrix, members)
    headings, classes = [], []
    for group in members:
        for row in group:
            catalogue.change(keys[row], assigned[row], -1)
        for row in group:
            # a label that no other record has would stand at zero, had this group not been in the training
            known = catalogue.heading_counts[: width[0]] > 0, catalogue.node_counts[: width[1]] > 0
            scores = unseen[row, : width[0]] * known[0], unseen[row, width[0] :] * known[1]
            channels = model.channels(records[row].description, vectors[row], scores, near[row])
            headings.append(heading_example(model, channels, row))
            classes.append(class_example(model, channels, row, records[row].class_number))
        for row in group:
            catalogue.change(keys[row], assigned[row], 1)
    model.heading_ranker = fit([(e.table, e.right) for e in headings if e is not None], seed)
    for place, level in enumerate(CLASS_LEVELS):
        model.class_rankers[level] = fit([(e.table, e.right[:, place]) for e in classes if e is not None], seed)
    return model


def shown(record: LabelledRecord) -> ShownRecord:
    """What a reader may see of a training record; nothing of an adults-only one."""
    if record.adults_only:
        return ShownRecord("", "", "")
    return ShownRecord(record.id, record.description.title, record.description.author)


def folds(records: Sequence[LabelledRecord], count: int = FOLDS) -> list[list[int]]:
    """Rows in `count` parts; a series lies in one part. Whole parts are left out together: were it single books, the
    counts of all labels would betray which label the missing book had."""
    parts: list[list[int]] = [[] for _ in range(count)]
    for row, name in enumerate(group_names(records)):
        parts[zlib.crc32(name.encode()) % count].append(row)
    return [part for part in parts if part]


def likenesses(matrix: Any, groups: Sequence[Sequence[int]]) -> list[list[Neighbour]]:
    """Each record's nearest records outside its own group."""
    near: list[list[Neighbour]] = [[] for _ in range(matrix.shape[0])]
    transposed = matrix.T.tocsr()
    for group in groups:
        block = (matrix[np.asarray(group)] @ transposed).toarray().astype(np.float32)
        block[:, np.asarray(group)] = 0
        for row, values in zip(group, block, strict=True):
            best = sorted(evidence.top(values, evidence.NEIGHBOURS).tolist(), key=lambda place: -values[place])
            near[row] = [Neighbour(int(place), float(values[place])) for place in best]
    return near


def heading_example(model: Model, channels: evidence.Channels, row: int) -> Example | None:
    known = model.vocabulary.heading_in_scheme
    truth = set(model.assigned[row].headings)
    candidates = evidence.heading_candidates(channels, model.catalogue, known)
    if not truth or not candidates:
        return None
    _, table = evidence.heading_features(channels, model.catalogue, candidates, known)
    return Example(row, table, np.array([label in truth for label in candidates], np.float32))


def class_example(model: Model, channels: evidence.Channels, row: int, number: str) -> Example | None:
    known = model.vocabulary.node_in_scheme
    candidates = evidence.class_candidates(channels, model.catalogue, model.paths, model.leaves, known)
    if not number or not candidates:
        return None
    _, table = evidence.class_features(channels, model.catalogue, model.paths, candidates, known)
    names = [model.vocabulary.nodes.names[node][1:] for node in candidates]
    right = [
        [float(name == number if level is None else digits(name)[:level] == digits(number)[:level]) for level in CLASS_LEVELS]
        for name in names
    ]
    return Example(row, table, np.array(right, np.float32))


def fit(examples: Sequence[tuple[FloatArray, NDArray[np.float32]]], seed: int) -> Trees:
    """Gradient boosting over all candidates of all records."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    table = np.concatenate([table for table, _ in examples])
    right = np.concatenate([right for _, right in examples])
    ranker = HistGradientBoostingClassifier(
        max_iter=150, learning_rate=0.06, max_leaf_nodes=24, min_samples_leaf=30, l2_regularization=5.0,
        max_features=0.5, early_stopping=False, random_state=seed,
    )
    ranker.fit(table, right)
    return Trees.from_histogram_boosting(ranker)
