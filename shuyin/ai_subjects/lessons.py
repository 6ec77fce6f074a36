"""What the linear channel learns between two trainings: one step of dual coordinate descent for each new record.

Ridge regression says Σ αᵢ ⟨xᵢ, x⟩; a record that comes later adds its own α = (truth − said) / (1 + ridge), which is
the exact solution for that record with all others held fixed. Without it a heading that no training record had would
never get a score here, and the ranker has learnt to trust this channel most.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects.sparse import FloatArray

#: Weight of the penalty; the kernel's diagonal is 1. The same in training (`linear`).
RIDGE = 0.25


class Lessons:
    """Corrections of one kind of labels: (record, label, α)."""

    def __init__(self) -> None:
        self._records: NDArray[np.int64] = np.zeros(0, np.int64)
        self._labels: NDArray[np.int64] = np.zeros(0, np.int64)
        self._steps: FloatArray = np.zeros(0, np.float32)

    def add(self, record: int, labels: Sequence[int], said: FloatArray) -> None:
        """Learn that the record at this position has these labels; `said` is what the channel says of it now."""
        places = np.array(labels, np.int64)
        steps = ((1.0 - said[places]) / (1.0 + RIDGE)).astype(np.float32)
        self._records = np.concatenate([self._records, np.full(places.size, record)])
        self._labels = np.concatenate([self._labels, places])
        self._steps = np.concatenate([self._steps, steps])

    def forget(self, record: int) -> None:
        """Take back what was learnt from the record."""
        kept = self._records != record
        self._records, self._labels, self._steps = self._records[kept], self._labels[kept], self._steps[kept]

    def added(self, scores: FloatArray, likeness: FloatArray, width: int) -> FloatArray:
        """The scores `(width,)` with the corrections; `likeness` to every record by position."""
        if not self._records.size and scores.size == width:
            return scores
        padded = np.zeros(width, np.float32)
        padded[: scores.size] = scores[:width]
        weights = self._steps * likeness[self._records]
        return padded + np.bincount(self._labels, weights=weights, minlength=width).astype(np.float32)
