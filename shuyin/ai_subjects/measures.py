"""Measures for ranked headings and class numbers; every truth label counts, also those no vocabulary holds.

Each function gives one number per record, so that means, differences and bootstrap intervals come from the same
arrays. A record without suggestions scores 0; nothing is dropped.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects.description import digits

FloatArray = NDArray[np.float64]
#: (label, score), best first.
Ranking = Sequence[tuple[str, float]]


def precision_at(truth: Sequence[str], ranked: Sequence[str], k: int = 5) -> float:
    """Hits among the first `k`, divided by `k` even if fewer were suggested."""
    return len(set(truth) & set(ranked[:k])) / k


def recall_at(truth: Sequence[str], ranked: Sequence[str], k: int = 5) -> float:
    """Share of the truth among the first `k`."""
    return len(set(truth) & set(ranked[:k])) / len(set(truth))


def f1_at(truth: Sequence[str], ranked: Sequence[str], k: int = 5) -> float:
    """Harmonic mean of the two above: at most 1/3 for a record with one heading and k = 5."""
    return _harmonic(precision_at(truth, ranked, k), recall_at(truth, ranked, k))


def f1_of_set(truth: Sequence[str], chosen: Sequence[str]) -> float:
    """F1 of the chosen headings as a set, whatever their number."""
    hits = len(set(truth) & set(chosen))
    return 2 * hits / (len(set(truth)) + len(set(chosen))) if hits else 0.0


def jaccard(truth: Sequence[str], chosen: Sequence[str]) -> float:
    """Common labels divided by all labels of truth and choice."""
    union = set(truth) | set(chosen)
    return len(set(truth) & set(chosen)) / len(union) if union else 0.0


def ndcg_at(truth: Sequence[str], ranked: Sequence[str], k: int = 10) -> float:
    """Normalised discounted cumulative gain with gain 1; the ideal list holds all truth labels first."""
    wanted = set(truth)
    gain = sum(1 / math.log2(place + 2) for place, label in enumerate(ranked[:k]) if label in wanted)
    ideal = sum(1 / math.log2(place + 2) for place in range(min(k, len(wanted))))
    return gain / ideal if ideal else 0.0


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def class_hit(truth: str, guess: str, length: int | None) -> float:
    """1.0 if the first `length` digits agree (None: the whole number), else 0.0."""
    if length is None:
        return float(truth == guess)
    return float(digits(truth)[:length] == digits(guess)[:length] and bool(digits(guess)))


def hierarchical_f1(truth: str, guess: str) -> float:
    """F1 over the sets of digit prefixes: 863.57 against 863.4 shares 3 of 5 and 3 of 4 nodes."""
    one, other = digits(truth), digits(guess)
    common = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        common += 1
    return 2 * common / (len(one) + len(other)) if common else 0.0


@dataclass(frozen=True, slots=True)
class Cutoff:
    """Which suggestions of a ranked list count as chosen: those at or above `score`, at most `limit`."""

    score: float
    limit: int

    def choose(self, ranking: Ranking) -> list[str]:
        """The labels that pass."""
        return [label for label, score in ranking[: self.limit] if score >= self.score]


def tune_cutoff(truths: Sequence[Sequence[str]], rankings: Sequence[Ranking]) -> Cutoff:
    """The cut-off with the best mean F1 on (tuning) records: limits 1 to 10, thresholds at score quantiles."""
    scores = np.array([score for ranking in rankings for _, score in ranking[:10]] or [0.0])
    thresholds = sorted(set(np.quantile(scores, np.linspace(0, 0.99, 60)).tolist()))
    best, best_value = Cutoff(0.0, 5), -1.0
    for limit in range(1, 11):
        for threshold in thresholds:
            cutoff = Cutoff(float(threshold), limit)
            pairs = zip(truths, rankings, strict=True)
            value = float(np.mean([f1_of_set(truth, cutoff.choose(ranking)) for truth, ranking in pairs]))
            if value > best_value:
                best, best_value = cutoff, value
    return best


def heading_scores(
    truths: Sequence[Sequence[str]], rankings: Sequence[Ranking], cutoff: Cutoff
) -> dict[str, FloatArray]:
    """Per-record arrays `P@5 R@5 F1@5 nDCG@10 P@1 F1 Jaccard`, one value per record with at least one heading."""
    values: dict[str, list[float]] = {name: [] for name in ("P@5", "R@5", "F1@5", "nDCG@10", "P@1", "F1", "Jaccard")}
    for truth, ranking in zip(truths, rankings, strict=True):
        if not truth:
            continue
        ranked = [label for label, _ in ranking]
        chosen = cutoff.choose(ranking)
        values["P@5"].append(precision_at(truth, ranked))
        values["R@5"].append(recall_at(truth, ranked))
        values["F1@5"].append(f1_at(truth, ranked))
        values["nDCG@10"].append(ndcg_at(truth, ranked))
        values["P@1"].append(precision_at(truth, ranked, 1))
        values["F1"].append(f1_of_set(truth, chosen))
        values["Jaccard"].append(jaccard(truth, chosen))
    return {name: np.array(column) for name, column in values.items()}


def macro_recall(truths: Sequence[Sequence[str]], rankings: Sequence[Ranking], k: int = 5) -> float:
    """Mean over all labels of the truth of the share of their records that show them among the first `k`."""
    found: dict[str, int] = {}
    wanted: dict[str, int] = {}
    for truth, ranking in zip(truths, rankings, strict=True):
        first = {label for label, _ in ranking[:k]}
        for label in set(truth):
            wanted[label] = wanted.get(label, 0) + 1
            found[label] = found.get(label, 0) + (label in first)
    return float(np.mean([found[label] / count for label, count in wanted.items()])) if wanted else 0.0


def class_scores(truths: Sequence[str], guesses: Sequence[str | None]) -> dict[str, FloatArray]:
    """Per-record arrays `1 2 3 full hF1`, one value per record that has a class number."""
    pairs = [(truth, guess or "") for truth, guess in zip(truths, guesses, strict=True) if truth]
    columns = {
        name: np.array([class_hit(truth, guess, length) for truth, guess in pairs])
        for name, length in (("1", 1), ("2", 2), ("3", 3), ("full", None))
    }
    columns["hF1"] = np.array([hierarchical_f1(truth, guess) for truth, guess in pairs])
    return columns


def means(columns: Mapping[str, FloatArray]) -> dict[str, float]:
    """Mean of each array; 0.0 for an empty one."""
    return {name: float(column.mean()) if column.size else 0.0 for name, column in columns.items()}


def bootstrap_interval(values: FloatArray, *, rounds: int = 2000, seed: int = 7) -> tuple[float, float]:
    """95 % percentile interval of the mean by resampling records. Give the paired difference of two systems
    to learn whether one is better."""
    if not values.size:
        return 0.0, 0.0
    generator = np.random.default_rng(seed)
    picks = generator.integers(0, values.size, size=(rounds, values.size))
    low, high = np.quantile(values[picks].mean(axis=1), [0.025, 0.975])
    return float(low), float(high)


def calibration(confidences: Sequence[float], hits: Sequence[float], bins: int = 10) -> list[tuple[float, float, int]]:
    """Per filled bin of equal width: mean confidence, share of hits, number of records (reliability diagram)."""
    given, right = np.asarray(confidences, dtype=float), np.asarray(hits, dtype=float)
    places = np.minimum((given * bins).astype(int), bins - 1)
    return [
        (float(given[places == place].mean()), float(right[places == place].mean()), int((places == place).sum()))
        for place in range(bins)
        if (places == place).any()
    ]


def expected_calibration_error(confidences: Sequence[float], hits: Sequence[float], bins: int = 10) -> float:
    """Mean distance between confidence and share of hits, weighted by the number of records in the bin."""
    table = calibration(confidences, hits, bins)
    total = sum(count for _, _, count in table)
    return sum(abs(mean - share) * count for mean, share, count in table) / total if total else 0.0
