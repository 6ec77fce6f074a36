"""Boosted trees in plain numpy: the learnt ranker without the library that learnt it.

`from_histogram_boosting` copies a fitted scikit-learn model; `probability` gives the same numbers as its
`predict_proba` (tested).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Trees:
    """All nodes of all trees in one row of arrays; `roots` says where each tree begins. A leaf points to itself."""

    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float32]
    baseline: float
    depth: int

    @classmethod
    def from_histogram_boosting(cls, model: Any) -> Trees:
        """Copy a fitted binary HistGradientBoostingClassifier without categorical features."""
        roots: list[int] = []
        columns: dict[str, list[Any]] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}
        depth, offset = 1, 0
        for (predictor,) in model._predictors:
            nodes = predictor.nodes
            own = np.arange(len(nodes)) + offset
            leaf = nodes["is_leaf"].astype(bool)
            roots.append(offset)
            columns["feature"].append(np.where(leaf, 0, nodes["feature_idx"]))
            columns["threshold"].append(np.where(leaf, 0.0, nodes["num_threshold"]))
            columns["left"].append(np.where(leaf, own, nodes["left"].astype(np.int64) + offset))
            columns["right"].append(np.where(leaf, own, nodes["right"].astype(np.int64) + offset))
            columns["value"].append(nodes["value"])
            depth = max(depth, int(nodes["depth"].max()))
            offset += len(nodes)
        joined = {name: np.concatenate(parts) for name, parts in columns.items()}
        return cls(
            roots=np.array(roots, np.int32),
            feature=joined["feature"].astype(np.int16),
            threshold=joined["threshold"].astype(np.float64),
            left=joined["left"].astype(np.int32),
            right=joined["right"].astype(np.int32),
            value=joined["value"].astype(np.float32),
            baseline=float(np.ravel(model._baseline_prediction)[0]),
            depth=depth,
        )

    def margin(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """Summed leaf values for each row of `table (rows, features)`; no missing values."""
        rows = np.arange(table.shape[0])[:, None]
        at = np.broadcast_to(self.roots, (table.shape[0], self.roots.size))
        for _ in range(self.depth):
            goes_left = table[rows, self.feature[at]] <= self.threshold[at]
            at = np.where(goes_left, self.left[at], self.right[at])
        summed: NDArray[np.float64] = self.value[at].sum(axis=1, dtype=np.float64) + self.baseline
        return summed

    def probability(self, table: NDArray[np.float32]) -> NDArray[np.float64]:
        """Probability of the positive class for each row."""
        return 1.0 / (1.0 + np.exp(-self.margin(table)))

    def arrays(self, prefix: str) -> dict[str, NDArray[Any]]:
        """For `np.savez`."""
        return {
            f"{prefix}.roots": self.roots,
            f"{prefix}.feature": self.feature,
            f"{prefix}.threshold": self.threshold,
            f"{prefix}.left": self.left,
            f"{prefix}.right": self.right,
            f"{prefix}.value": self.value,
            f"{prefix}.scalars": np.array([self.baseline, self.depth], np.float64),
        }

    @classmethod
    def from_arrays(cls, prefix: str, arrays: Mapping[str, NDArray[Any]]) -> Trees:
        """The inverse of `arrays`."""
        baseline, depth = arrays[f"{prefix}.scalars"]
        names = ("roots", "feature", "threshold", "left", "right", "value")
        return cls(**{name: arrays[f"{prefix}.{name}"] for name in names}, baseline=float(baseline), depth=int(depth))
