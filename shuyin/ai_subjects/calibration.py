"""Chances that mean what they say: of the class numbers said at 70 %, seven in ten are right.

The rankers' chances are right for the average candidate; the one that stands first was picked for its high chance, and
is right less often than that. Per level (1, 2, 3 digits, whole number) a logistic curve of two parameters is fitted
(Platt) to first suggestions of records that the rankers had not learnt from. Two parameters do not overfit a few
hundred records as isotonic steps do (docs/ai-quality.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Level = int | None
#: Chances are kept off 0 and 1, where the logit ends.
_EDGE = 1e-4
#: Pulls the curve towards the one that changes nothing; weighs as much as so many records.
_PRIOR = 4.0
_STEPS = 25


def _logit(chances: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(chances, _EDGE, 1 - _EDGE)
    found: NDArray[np.float64] = np.log(clipped / (1 - clipped))
    return found


def fit_curve(chances: Sequence[float], hits: Sequence[float]) -> tuple[float, float]:
    """(slope, shift) of the logistic curve from stated chances to shares of hits, by Newton's steps."""
    x = _logit(np.asarray(chances, dtype=float))
    right = np.asarray(hits, dtype=float)
    design = np.stack([x, np.ones_like(x)], axis=1)
    at = np.array([1.0, 0.0])
    for _ in range(_STEPS):
        said = 1.0 / (1.0 + np.exp(-design @ at))
        gradient = design.T @ (said - right) + _PRIOR * (at - [1.0, 0.0])
        curvature = (design * (said * (1 - said))[:, None]).T @ design + _PRIOR * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        at = at - step
        if np.abs(step).max() < 1e-9:
            break
    return float(at[0]), float(at[1])


@dataclass(frozen=True, slots=True)
class Calibration:
    """A curve for each level of class numbers; a level without one stays as it is."""

    curves: Mapping[Level, tuple[float, float]] = field(default_factory=dict)

    @classmethod
    def fit(cls, rows: Iterable[tuple[Mapping[Level, float], Mapping[Level, float]]]) -> Calibration:
        """From first suggestions: (chance by level, hit by level)."""
        kept = list(rows)
        levels = {level for chances, _ in kept for level in chances}
        return cls(
            {
                level: fit_curve([chances[level] for chances, _ in kept], [hits[level] for _, hits in kept])
                for level in levels
            }
        )

    def applied(self, chances: Mapping[Level, float]) -> dict[Level, float]:
        """The chances as they should be said. Fewer digits are at least as likely as more: what the ranker of a level
        is sure of holds for the levels above it (lowering the longer number instead errs twice as much)."""
        found: dict[Level, float] = {}
        least = 0.0
        for level in sorted(chances, key=lambda one: -99 if one is None else -one):
            value = chances[level]
            if level in self.curves:
                slope, shift = self.curves[level]
                value = float(1.0 / (1.0 + np.exp(-(slope * _logit(np.array([value]))[0] + shift))))
            least = max(least, value)
            found[level] = least
        return {level: found[level] for level in chances}

    def as_json(self) -> dict[str, list[float]]:
        """For the manifest."""
        return {str(level or "full"): [slope, shift] for level, (slope, shift) in self.curves.items()}

    @classmethod
    def from_json(cls, told: Mapping[str, Sequence[float]]) -> Calibration:
        """The inverse of `as_json`."""
        return cls({None if name == "full" else int(name): (pair[0], pair[1]) for name, pair in told.items()})
