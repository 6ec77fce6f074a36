"""Measuring a model on labelled records: one report for `shuyin ai evaluate`, `make evaluate-ai` and the docs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from shuyin.ai_subjects import diagram, measures
from shuyin.ai_subjects.description import LabelledRecord
from shuyin.ai_subjects.measures import Cutoff, FloatArray
from shuyin.ai_subjects.model import Model

Rankings = list[list[tuple[str, float]]]


@dataclass(slots=True)
class Answers:
    """What a system said about each record, in their order."""

    headings: Rankings = field(default_factory=list)
    classes: list[str | None] = field(default_factory=list)
    class_confidence: list[dict[int | None, float]] = field(default_factory=list)


def _silent(done: int, total: int | None) -> None:
    """Tell nobody how far the work is."""


def answer(
    model: Model, records: Sequence[LabelledRecord], advance: Callable[[int, int | None], None] = _silent
) -> Answers:
    """Ask the model about each record; the records' own labels are not looked at."""
    answers = Answers()
    for record in records:
        channels = model.look(record.description)
        answers.headings.append([(ranked.label, ranked.probability) for ranked in model.headings(channels)])
        best = model.classes(channels, limit=1)
        answers.classes.append(best[0][0] if best else None)
        answers.class_confidence.append(best[0][1] if best else {})
        advance(len(answers.classes), len(records))
    return answers


def report(records: Sequence[LabelledRecord], answers: Answers, cutoff: Cutoff) -> dict[str, Any]:
    """All measures with 95 % intervals. Every truth label counts; a record without suggestions counts as a miss."""
    truths = [record.subjects for record in records]
    numbers = [record.class_number for record in records]
    headings = measures.heading_scores(truths, answers.headings, cutoff)
    classes = measures.class_scores(numbers, answers.classes)
    return {
        "records": len(records),
        "headings": {
            "records": sum(1 for truth in truths if truth),
            **_with_intervals(headings),
            "macro_recall@5": measures.macro_recall(truths, answers.headings),
            "cutoff": {"score": cutoff.score, "limit": cutoff.limit},
        },
        "classes": {
            "records": sum(1 for number in numbers if number),
            **_with_intervals({_CLASS_NAMES[name]: column for name, column in classes.items()}),
            "calibration_error": _calibration_errors(numbers, answers),
        },
    }


_CLASS_NAMES = {
    "1": "accuracy@1digit",
    "2": "accuracy@2digits",
    "3": "accuracy@3digits",
    "full": "accuracy@full",
    "hF1": "hierarchical_F1",
}


def _with_intervals(columns: dict[str, FloatArray]) -> dict[str, Any]:
    return {
        name: {
            "mean": float(column.mean()) if column.size else 0.0,
            "interval": list(measures.bootstrap_interval(column)),
        }
        for name, column in columns.items()
    }


def stated(
    numbers: Sequence[str], answers: Answers, keep: Sequence[bool] | None = None
) -> dict[str, tuple[list[float], list[float]]]:
    """For 1, 2, 3 digits and the whole number: chances said of first suggestions, and whether they were right."""
    found: dict[str, tuple[list[float], list[float]]] = {}
    wanted = keep if keep is not None else [True] * len(numbers)
    for level, name in ((1, "1"), (2, "2"), (3, "3"), (None, "full")):
        rows = [
            (given.get(level, 0.0), measures.class_hit(number, guess or "", level))
            for number, guess, given, kept in zip(
                numbers, answers.classes, answers.class_confidence, wanted, strict=True
            )
            if number and kept
        ]
        found[name] = [said for said, _ in rows], [right for _, right in rows]
    return found


def _calibration_errors(numbers: Sequence[str], answers: Answers) -> dict[str, float]:
    return {name: measures.expected_calibration_error(*pair) for name, pair in stated(numbers, answers).items()}


def reliability_diagram(records: Sequence[LabelledRecord], answers: Answers, title: str) -> str:
    """The diagram of first class suggestions as SVG."""
    names = {"1": "1 digit", "2": "2 digits", "3": "3 digits", "full": "whole number"}
    panels = {
        names[name]: (measures.calibration(*pair), measures.expected_calibration_error(*pair))
        for name, pair in stated([record.class_number for record in records], answers).items()
    }
    return diagram.reliability(title, panels)


def unseen_labels(records: Sequence[LabelledRecord], model: Model) -> tuple[int, int]:
    """How many truth headings no training record had, and how many truth headings there are."""
    trained = {model.vocabulary.headings.names[place] for labels in model.assigned for place in labels.headings}
    every = [label for record in records for label in record.subjects]
    return sum(label not in trained for label in every), len(every)


def already_known(records: Sequence[LabelledRecord], model: Model) -> int:
    """How many of the records the model has learnt from (their measures flatter)."""
    known = {shown.id for shown in model.shown if shown.id}
    return sum(record.id in known for record in records)


def lines(found: dict[str, Any]) -> list[str]:
    """The report as lines for people."""

    def row(name: str, value: dict[str, Any]) -> str:
        low, high = value["interval"]
        return f"  {name:<18} {value['mean']:.3f}   ({low:.3f}–{high:.3f})"

    headings, classes = found["headings"], found["classes"]
    text = [f"{found['records']} records, mean and 95 % interval", f"Headings ({headings['records']} records)"]
    text += [row(name, value) for name, value in headings.items() if isinstance(value, dict) and "mean" in value]
    text.append(f"  {'macro recall@5':<18} {headings['macro_recall@5']:.3f}")
    text.append(f"Class numbers ({classes['records']} records)")
    text += [row(name, value) for name, value in classes.items() if isinstance(value, dict) and "mean" in value]
    errors = classes["calibration_error"]
    text.append("  calibration error  " + ", ".join(f"{name}: {value:.3f}" for name, value in errors.items()))
    return text
