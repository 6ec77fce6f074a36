"""Learning a recommender from catalogued records and a scheme. Needs the extra `models` (scikit-learn, scipy)."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects import evidence, linear, measures
from shuyin.ai_subjects.calibration import Calibration
from shuyin.ai_subjects.catalogue import Assigned, Catalogue, Keys
from shuyin.ai_subjects.description import LabelledRecord
from shuyin.ai_subjects.embedding import Encoder, LabelVectors
from shuyin.ai_subjects.evaluation import Answers, report
from shuyin.ai_subjects.evidence import ClassPaths, Neighbour
from shuyin.ai_subjects.features import tokens
from shuyin.ai_subjects.model import CLASS_LEVELS, Candidates, Model, ShownRecord, Vocabulary
from shuyin.ai_subjects.scheme import Scheme
from shuyin.ai_subjects.sparse import FeatureRows, FeatureSpace, FloatArray
from shuyin.ai_subjects.split import groups as group_names
from shuyin.ai_subjects.trees import Trees

#: Weights kept per label in the linear channel.
WEIGHTS_PER_LABEL = 400
#: Parts into which the records are cut for learning the ranker.
FOLDS = 10
LARGEST_FOLD = 800
#: Parts on which the trained model is measured before the rankers learn from all of them.
CHECKED_FOLDS = 2


@dataclass(frozen=True, slots=True)
class Example(Candidates):
    """The candidates of one record with their features, and which of them are right."""

    row: int
    right: NDArray[np.float32]  # headings: (n,); classes: (n, levels)


def learn(
    records: Sequence[LabelledRecord],
    scheme: Scheme,
    *,
    seed: int = 0,
    advance: Callable[[int, int | None], None] = lambda done, total: None,
    embedding_folder: Path | None = None,
    more_pairs: Sequence[tuple[str, str]] = (),
    encoder: Encoder | None = None,
) -> Model:
    """Train all channels, then the rankers on what the channels say about each record without its own series.

    `embedding_folder`: train a static embedding into it, from the records and `more_pairs`; else `encoder`, one that
    has not learnt from the records, is used as it is; without either there is no embedding channel.
    """
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
    members = folds(records)
    fitted = linear.fit(matrix, records_of_labels(assigned, vocabulary), members, WEIGHTS_PER_LABEL)
    model = Model(
        space=space,
        vocabulary=vocabulary,
        catalogue=catalogue,
        paths=ClassPaths(catalogue),
        linear=fitted.weights,
        linear_headings=len(vocabulary.headings),
        near=FeatureRows.from_vectors(vectors, space.hashes.size),
        assigned=assigned,
        keys=keys,
        shown=[ShownRecord.of(record) for record in records],
    )
    near = likenesses(matrix, members)
    embeddings: dict[int, Embedded] = {}
    if embedding_folder:
        embeddings = embed(model, records, members, embedding_folder, more_pairs, seed)
    elif encoder:
        embeddings = embed_with(model, records, members, encoder)
    width = len(vocabulary.headings)
    done = 0
    headings: list[Example] = []
    classes: list[Example] = []
    for part in members:
        for row in part:
            catalogue.change(keys[row], assigned[row], -1)
        for row in part:
            # a label that no other record has would stand at zero, had this group not been in the training
            known = catalogue.heading_counts[:width] > 0, catalogue.node_counts[: len(vocabulary.nodes)] > 0
            scores = fitted.unseen[row][:width] * known[0], fitted.unseen[row][width:] * known[1]
            likeness = embeddings[row].likeness() if row in embeddings else None
            channels = model.channels(records[row].description, vectors[row], scores, near[row], likeness)
            if example := heading_example(model, channels, row):
                headings.append(example)
            if example := class_example(model, channels, row, records[row].class_number):
                classes.append(example)
        for row in part:
            catalogue.change(keys[row], assigned[row], 1)
        done += len(part)
        advance(done, sum(map(len, members)))
    _check(model, headings, classes, records, members, seed)
    _fit_all(model, headings, classes, seed)
    return model


@dataclass(frozen=True, slots=True)
class Embedded:
    """A record's vector and the labels' vectors, by an embedding that has not learnt from the record."""

    labels: LabelVectors
    vector: NDArray[np.float32]

    def likeness(self) -> tuple[FloatArray, FloatArray]:
        """To all headings and all nodes."""
        return self.labels.likeness(self.vector)


def embed(
    model: Model,
    records: Sequence[LabelledRecord],
    parts: Sequence[Sequence[int]],
    folder: Path,
    more_pairs: Sequence[tuple[str, str]],
    seed: int,
) -> dict[int, Embedded]:
    """Train the embedding that will serve (into `folder`, from all records) and, for what the ranker learns from,
    two others: each row of the parts is embedded by one that learnt from the other half of the parts."""
    from shuyin.ai_subjects import embedding_training
    from shuyin.ai_subjects.embedding import StaticEncoder

    def trained(learnt: Sequence[LabelledRecord], place: Path) -> LabelVectors:
        pairs = embedding_training.pairs(learnt, model.vocabulary.scheme, more_pairs)
        embedding_training.train(pairs, place, seed=seed)
        return model.embed_labels(StaticEncoder(place))

    by_row: dict[int, Embedded] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for side in (0, 1):
            rows = [row for place, part in enumerate(parts) if place % 2 == side for row in part]
            aside = set(rows)
            learnt = [record for row, record in enumerate(records) if row not in aside]
            by_row.update(_embedded(trained(learnt, Path(scratch) / str(side)), records, rows))
    model.embedding = trained(records, folder)
    return by_row


def embed_with(
    model: Model, records: Sequence[LabelledRecord], parts: Sequence[Sequence[int]], encoder: Encoder
) -> dict[int, Embedded]:
    """Use a given encoder: for the rows of the parts and, from then on, for what the model is asked."""
    model.embedding = model.embed_labels(encoder)
    return _embedded(model.embedding, records, [row for part in parts for row in part])


def _embedded(labels: LabelVectors, records: Sequence[LabelledRecord], rows: Sequence[int]) -> dict[int, Embedded]:
    """All rows in one go: one by one they took minutes."""
    vectors = labels.embed([records[row].description for row in rows])
    return {row: Embedded(labels, vector) for row, vector in zip(rows, vectors, strict=True)}


def _fit_all(model: Model, headings: Sequence[Example], classes: Sequence[Example], seed: int) -> None:
    if headings:
        model.heading_ranker = fit([(example.table, example.right) for example in headings], seed)
    if classes:
        for place, level in enumerate(CLASS_LEVELS):
            model.class_rankers[level] = fit([(example.table, example.right[:, place]) for example in classes], seed)


def _check(
    model: Model,
    headings: Sequence[Example],
    classes: Sequence[Example],
    records: Sequence[LabelledRecord],
    members: Sequence[Sequence[int]],
    seed: int,
) -> None:
    """Measure on the last parts with rankers that learnt from the others only; sets cut-off, calibration, measures."""
    aside = {row for part in members[-CHECKED_FOLDS:] for row in part}
    if len(members) <= CHECKED_FOLDS or not headings:
        return
    _fit_all(model, [e for e in headings if e.row not in aside], [e for e in classes if e.row not in aside], seed)
    rows = sorted(aside)
    answers = Answers()
    by_row = {example.row: example for example in headings}, {example.row: example for example in classes}
    for row in rows:
        first, second = by_row[0].get(row), by_row[1].get(row)
        answers.headings.append([(r.label, r.probability) for r in model.rank_headings(first)] if first else [])
        best = model.rank_classes(second, 1) if second else []
        answers.classes.append(best[0][0] if best else None)
        answers.class_confidence.append(best[0][1] if best else {})
    kept = [records[row] for row in rows]
    model.cutoff = measures.tune_cutoff([record.subjects for record in kept], answers.headings)
    first_half = [row in set(members[-1]) for row in rows]
    model.calibration = _calibrate(answers, [record.class_number for record in kept], first_half)
    model.measures = report(kept, answers, model.cutoff)


def _calibrate(answers: Answers, numbers: Sequence[str], first_half: Sequence[bool]) -> Calibration:
    """The curves of all; in the answers, each half's chances by the curves of the other, so that measuring is fair."""
    hits = [
        {level: measures.class_hit(number, guess or "", level) for level in CLASS_LEVELS}
        for number, guess in zip(numbers, answers.classes, strict=True)
    ]
    told = [bool(given) and bool(number) for given, number in zip(answers.class_confidence, numbers, strict=True)]
    rows = list(zip(answers.class_confidence, hits, strict=True))
    of_half = [
        Calibration.fit(
            row for row, known, first in zip(rows, told, first_half, strict=True) if known and first is side
        )
        for side in (True, False)
    ]
    whole = Calibration.fit(row for row, known in zip(rows, told, strict=True) if known)
    answers.class_confidence = [
        of_half[1 if first else 0].applied(given)
        for given, first in zip(answers.class_confidence, first_half, strict=True)
    ]
    return whole


def records_of_labels(assigned: Sequence[Assigned], vocabulary: Vocabulary) -> list[list[int]]:
    """For each heading, then each class node: the rows that carry it."""
    rows: list[list[int]] = [[] for _ in range(len(vocabulary.headings) + len(vocabulary.nodes))]
    for row, labels in enumerate(assigned):
        for heading in labels.headings:
            rows[heading].append(row)
        for node in labels.nodes:
            rows[len(vocabulary.headings) + node].append(row)
    return rows


def folds(records: Sequence[LabelledRecord]) -> list[list[int]]:
    """Rows in `FOLDS` parts; a series lies in one part. Whole parts are left out together: were it single books, the
    counts of all labels would betray which label the missing book had. Of many records, a sample in parts of about
    `LARGEST_FOLD` is enough for the ranker."""
    count = max(FOLDS, len(records) // LARGEST_FOLD)
    parts: list[list[int]] = [[] for _ in range(count)]
    for row, name in enumerate(group_names(records)):
        parts[zlib.crc32(name.encode()) % count].append(row)
    return [part for part in parts if part][:FOLDS]


def likenesses(matrix: Any, parts: Sequence[Sequence[int]]) -> dict[int, list[Neighbour]]:
    """The nearest records outside its own part, for each row of the parts."""
    near: dict[int, list[Neighbour]] = {}
    transposed = matrix.T.tocsr()
    for part in parts:
        block = (matrix[np.asarray(part)] @ transposed).toarray().astype(np.float32)
        block[:, np.asarray(part)] = 0
        for row, values in zip(part, block, strict=True):
            near[row] = evidence.nearest(values)
    return near


def heading_example(model: Model, channels: evidence.Channels, row: int) -> Example | None:
    """The headings worth ranking for a record; None where there is nothing to learn."""
    truth = set(model.assigned[row].headings)
    found = model.heading_candidates(channels)
    if not truth or not found.places:
        return None
    return Example(found.places, found.table, row, np.array([place in truth for place in found.places], np.float32))


def class_example(model: Model, channels: evidence.Channels, row: int, number: str) -> Example | None:
    """The class numbers worth ranking for a record; None where there is nothing to learn."""
    found = model.class_candidates(channels)
    if not number or not found.places:
        return None
    names = [model.vocabulary.nodes.names[node][1:] for node in found.places]
    right = [[measures.class_hit(number, name, level) for level in CLASS_LEVELS] for name in names]
    return Example(found.places, found.table, row, np.array(right, np.float32))


def fit(examples: Sequence[tuple[FloatArray, NDArray[np.float32]]], seed: int) -> Trees:
    """Gradient boosting over all candidates of all records."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    table = np.concatenate([table for table, _ in examples])
    right = np.concatenate([right for _, right in examples])
    ranker = HistGradientBoostingClassifier(
        max_iter=150,
        learning_rate=0.06,
        max_leaf_nodes=24,
        min_samples_leaf=30,
        l2_regularization=5.0,
        max_features=0.5,
        early_stopping=False,
        random_state=seed,
    )
    ranker.fit(table, right)
    return Trees.from_histogram_boosting(ranker)
