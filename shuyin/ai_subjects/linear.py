"""The linear channel: ridge regression of every label on the tokens, solved once for all labels.

Chosen over one support vector machine per label because it is as good here, takes a hundredth of the time, and gives
each record's prediction *without its own series* in closed form, which the ranker needs to learn from
(docs/ai-quality.md has the numbers).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects.sparse import FeatureRows, Vector

Matrix = NDArray[np.float32]
#: Up to here the exact solution is taken (an n × n matrix); beyond, conjugate gradients, linear in the records.
EXACT_LIMIT = 8_000
#: Weight of the penalty; the kernel's diagonal is 1.
RIDGE = 0.25
_ITERATIONS = 12


def csr(vectors: Sequence[Vector], features: int) -> Any:
    """The vectors as a scipy matrix, one row each (training only; serving needs no scipy)."""
    from scipy.sparse import csr_matrix

    starts = np.concatenate([[0], np.cumsum([vector.positions.size for vector in vectors])])
    columns = np.concatenate([vector.positions for vector in vectors]) if vectors else np.zeros(0, np.int64)
    values = np.concatenate([vector.values for vector in vectors]) if vectors else np.zeros(0, np.float32)
    return csr_matrix((values, columns, starts), shape=(len(vectors), features))


def solve(matrix: Any, targets: Matrix) -> tuple[Matrix, Matrix | None]:
    """Dual weights `(n, labels)` for the targets, and the inverse (exact solution only) for `left_out`."""
    if matrix.shape[0] > EXACT_LIMIT:
        return _iterate(matrix, targets), None
    kernel = (matrix @ matrix.T).toarray().astype(np.float64)
    kernel[np.diag_indices_from(kernel)] += RIDGE
    inverse = np.linalg.inv(kernel).astype(np.float32)
    return inverse @ targets, inverse


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


def left_out(inverse: Matrix, dual: Matrix, targets: Matrix, groups: Sequence[Sequence[int]]) -> Matrix:
    """Each record's prediction by a model that never saw its group: t − (A⁻¹ of the group)⁻¹ · dual."""
    predictions = np.empty_like(targets)
    for group in groups:
        rows = np.asarray(group)
        block = inverse[np.ix_(rows, rows)].astype(np.float64)
        predictions[rows] = targets[rows] - np.linalg.solve(block, dual[rows])
    return predictions


def export(matrix: Any, dual: Matrix, per_label: int) -> FeatureRows:
    """The primal weights Xᵀ·dual, keeping for each label its `per_label` largest ones."""
    features, labels = matrix.shape[1], dual.shape[1]
    transposed = matrix.T.tocsr()
    rows: list[NDArray[np.int64]] = []
    columns: list[NDArray[np.int32]] = []
    values: list[Matrix] = []
    for begin in range(0, labels, 256):
        block = np.asarray(transposed @ dual[:, begin : begin + 256])
        keep = min(per_label, features)
        top = np.argpartition(-np.abs(block), keep - 1, axis=0)[:keep]
        picked = np.take_along_axis(block, top, axis=0)
        rows.append(top.T.ravel())
        columns.append(np.repeat(np.arange(begin, begin + block.shape[1], dtype=np.int32), keep))
        values.append(picked.T.ravel().astype(np.float32))
    if not rows:
        return FeatureRows.from_triples(np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.float32), features, 0)
    kept = np.abs(np.concatenate(values)) > 1e-4
    return FeatureRows.from_triples(
        np.concatenate(rows)[kept], np.concatenate(columns)[kept], np.concatenate(values)[kept], features, labels
    )
