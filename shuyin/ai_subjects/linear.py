"""The linear channel: ridge regression of every label on the tokens, solved once for all labels.

Chosen over one support vector machine per label because it is as good here, takes a hundredth of the time, and gives
each record's prediction *without its own series* in closed form, which the ranker needs to learn from
(docs/ai-quality.md has the numbers).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects.lessons import RIDGE
from shuyin.ai_subjects.sparse import FeatureRows, Vector

Matrix = NDArray[np.float32]
#: Up to here the exact solution is taken (an n × n matrix); beyond, conjugate gradients, linear in the records.
EXACT_LIMIT = 8_000
_ITERATIONS = 8
#: Labels solved for at a time beyond the limit: bounds the memory.
_BLOCK = 512


def csr(vectors: Sequence[Vector], features: int) -> Any:
    """The vectors as a scipy matrix, one row each (training only; serving needs no scipy)."""
    from scipy.sparse import csr_matrix

    starts = np.concatenate([[0], np.cumsum([vector.positions.size for vector in vectors])])
    columns = np.concatenate([vector.positions for vector in vectors]) if vectors else np.zeros(0, np.int64)
    values = np.concatenate([vector.values for vector in vectors]) if vectors else np.zeros(0, np.float32)
    return csr_matrix((values, columns, starts), shape=(len(vectors), features))


@dataclass(frozen=True, slots=True)
class Fit:
    """The weights by feature, and what models that never saw a record's part say about it (`unseen[row]`)."""

    weights: FeatureRows
    unseen: dict[int, Matrix]


def fit(matrix: Any, records_of_label: Sequence[Sequence[int]], parts: Sequence[Sequence[int]], per_label: int) -> Fit:
    """Solve for every label; `parts` are the rows to be predicted unseen, each part by a model without it (above
    `EXACT_LIMIT` rows: by one model without all of them)."""
    if matrix.shape[0] <= EXACT_LIMIT:
        return _fit_exactly(matrix, records_of_label, parts, per_label)
    aside = np.array(sorted(row for part in parts for row in part), dtype=np.int64)
    seen = np.setdiff1d(np.arange(matrix.shape[0]), aside)
    unseen = np.zeros((aside.size, len(records_of_label)), np.float32)
    kept = _Kept(matrix.shape[1], per_label)
    for begin in range(0, len(records_of_label), _BLOCK):
        block = records_of_label[begin : begin + _BLOCK]
        # a label of one book cannot be told from its other words; the neighbours speak for it
        places = [place for place, rows in enumerate(block) if len(rows) > 1]
        if not places:
            continue
        targets = _targets([block[place] for place in places], matrix.shape[0])
        columns = np.array(places) + begin
        kept.add(matrix.T @ _iterate(matrix, targets), columns)
        unseen[:, columns] = matrix[aside] @ (matrix[seen].T @ _iterate(matrix[seen], targets[seen]))
    return Fit(kept.rows(len(records_of_label)), dict(zip(aside.tolist(), unseen, strict=True)))


def _fit_exactly(
    matrix: Any, records_of_label: Sequence[Sequence[int]], parts: Sequence[Sequence[int]], per_label: int
) -> Fit:
    targets = _targets(records_of_label, matrix.shape[0])
    kernel = (matrix @ matrix.T).toarray().astype(np.float64)
    kernel[np.diag_indices_from(kernel)] += RIDGE
    inverse = np.linalg.inv(kernel).astype(np.float32)
    dual = inverse @ targets
    kept = _Kept(matrix.shape[1], per_label)
    for begin in range(0, dual.shape[1], _BLOCK):
        block = dual[:, begin : begin + _BLOCK]
        kept.add(matrix.T @ block, np.arange(begin, begin + block.shape[1]))
    return Fit(kept.rows(dual.shape[1]), left_out(inverse, dual, targets, parts))


def _targets(records_of_label: Sequence[Sequence[int]], records: int) -> Matrix:
    targets = np.zeros((records, len(records_of_label)), np.float32)
    for column, rows in enumerate(records_of_label):
        targets[list(rows), column] = 1
    return targets


def left_out(inverse: Matrix, dual: Matrix, targets: Matrix, parts: Sequence[Sequence[int]]) -> dict[int, Matrix]:
    """Each row's prediction by a model that never saw its part: t − (A⁻¹ of the part)⁻¹ · dual, exactly."""
    predictions: dict[int, Matrix] = {}
    for part in parts:
        rows = np.asarray(part)
        block = inverse[np.ix_(rows, rows)].astype(np.float64)
        found = (targets[rows] - np.linalg.solve(block, dual[rows])).astype(np.float32)
        predictions.update(zip(part, found, strict=True))
    return predictions


def _iterate(matrix: Any, targets: Matrix) -> Matrix:
    """Conjugate gradients on (X Xᵀ + ridge) A = T for all labels at once, a fixed number of steps."""
    transposed = matrix.T.tocsr()
    weights = np.zeros_like(targets)
    residual = targets.copy()
    direction = residual.copy()
    power = np.square(residual).sum(axis=0)
    for _ in range(_ITERATIONS):
        image = matrix @ (transposed @ direction) + RIDGE * direction
        step = power / np.maximum((direction * image).sum(axis=0), 1e-12)
        weights += step * direction
        residual -= step * image
        fresh = np.square(residual).sum(axis=0)
        direction = residual + (fresh / np.maximum(power, 1e-12)) * direction
        power = fresh
    return weights


class _Kept:
    """Collects, block by block, each label's largest weights."""

    def __init__(self, features: int, per_label: int) -> None:
        self._features, self._per_label = features, min(per_label, features)
        self._entries: list[tuple[NDArray[np.int64], NDArray[np.int32], Matrix]] = []

    def add(self, block: Any, columns: NDArray[np.int64]) -> None:
        """`block (features, labels)` holds the weights of the labels at `columns`."""
        weights = np.asarray(block, np.float32)
        top = np.argpartition(-np.abs(weights), self._per_label - 1, axis=0)[: self._per_label]
        picked = np.take_along_axis(weights, top, axis=0)
        rows, labels, values = top.T.ravel(), np.repeat(columns, self._per_label), picked.T.ravel()
        worth = np.abs(values) > 1e-4
        self._entries.append((rows[worth].astype(np.int64), labels[worth].astype(np.int32), values[worth]))

    def rows(self, width: int) -> FeatureRows:
        """All weights by feature."""
        if not self._entries:
            empty = np.zeros(0, np.float32)
            return FeatureRows.from_triples(
                empty.astype(np.int64), empty.astype(np.int32), empty, self._features, width
            )
        rows, labels, values = (np.concatenate(column) for column in zip(*self._entries, strict=True))
        return FeatureRows.from_triples(rows, labels, values, self._features, width)
