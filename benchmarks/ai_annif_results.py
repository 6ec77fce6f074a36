"""Annif's answers as rankings of our labels, with its ensemble tuned on the tuning records."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from urllib.parse import unquote

import numpy as np

from shuyin.ai_subjects import measures

Rankings = list[list[tuple[str, float]]]


def load(folder: Path) -> dict[str, dict[str, Rankings]]:
    """backend → side → rankings, labels decoded from the URIs."""
    answers = json.loads((folder / "suggestions.json").read_text(encoding="utf-8"))
    answers.pop("seconds")
    return {
        backend: {
            side: [[(unquote(uri[6:]), score) for uri, score in ranking] for ranking in rankings]
            for side, rankings in sides.items()
        }
        for backend, sides in answers.items()
    }


def fuse(parts: list[Rankings], weights: tuple[float, ...]) -> Rankings:
    """Weighted mean of scores, as Annif's own `ensemble` does."""
    fused: Rankings = []
    for lists in zip(*parts, strict=True):
        total: dict[str, float] = {}
        for ranking, weight in zip(lists, weights, strict=True):
            for label, score in ranking:
                total[label] = total.get(label, 0.0) + weight * score
        fused.append(sorted(total.items(), key=lambda pair: -pair[1])[:100])
    return fused


def tuned_ensemble(
    answers: dict[str, dict[str, Rankings]], quality: object
) -> tuple[tuple[float, ...], Rankings, Rankings]:
    """The weights (grid of tenths) with the best `quality(rankings)` on the tuning records; tune and test lists."""
    backends = list(answers)
    best: tuple[float, tuple[float, ...]] = (-1.0, ())
    for weights in itertools.product(range(0, 11, 1 if len(backends) < 4 else 2), repeat=len(backends)):
        if sum(weights) != 10:
            continue
        shares = tuple(weight / 10 for weight in weights)
        value = quality(fuse([answers[name]["tune"] for name in backends], shares))  # type: ignore[operator]
        if value > best[0]:
            best = (value, shares)
    weights = best[1]
    return (
        weights,
        fuse([answers[name]["tune"] for name in backends], weights),
        fuse([answers[name]["test"] for name in backends], weights),
    )


def mean_ndcg(truths: list[tuple[str, ...]], rankings: Rankings) -> float:
    """Mean nDCG@10 over records with a truth."""
    values = [
        measures.ndcg_at(truth, [label for label, _ in ranking])
        for truth, ranking in zip(truths, rankings, strict=True)
        if truth
    ]
    return float(np.mean(values))
