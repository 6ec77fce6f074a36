"""The comparison of docs/ai-quality.md: the project's recommender beside Annif's answers, with bootstrap intervals.

    python -m benchmarks.ai_quality --data DIR --annif DIR [--task books …] [--model DIR] [--embedding]

`--annif` is the work folder of `benchmarks.annif_side_by_side`. Trains on the training side of the strict split (or
reads `--model`, trained on exactly that side), tunes cut-offs on the tuning side, measures on the test side.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.ai_annif_results import Rankings, load, mean_ndcg, tuned_ensemble
from benchmarks.ai_tasks import task_split
from shuyin.ai_subjects import artefact, measures, training
from shuyin.ai_subjects.description import LabelledRecord
from shuyin.ai_subjects.evaluation import answer, stated
from shuyin.ai_subjects.measures import FloatArray
from shuyin.ai_subjects.model import Model
from shuyin.ai_subjects.scheme import Scheme, starter_scheme
from shuyin.ai_subjects.split import Split


def compare(name: str, ours: FloatArray, theirs: FloatArray) -> None:
    """One line: both means, their ratio, the interval of the difference."""
    low, high = measures.bootstrap_interval(ours - theirs)
    ratio = ours.mean() / theirs.mean() if theirs.mean() else float("inf")
    figures = f"ours {ours.mean():.3f}  Annif {theirs.mean():.3f}  x{ratio:.3f}"
    print(f"  {name:<12} {figures}  difference {low:+.3f} … {high:+.3f}")


def headings(split: Split, model: Model, folder: Path, keep: Sequence[bool], seen_only: bool = False) -> None:
    """Headings: nDCG@10, F1@5, P@1, F1 with each system's own tuned cut-off."""
    tune_truth = [_truth(record, model, seen_only) for record in split.tune]
    test_truth = [_truth(record, model, seen_only) for record in split.test]
    weights, theirs_tune, theirs = tuned_ensemble(load(folder), lambda lists: mean_ndcg(tune_truth, lists))
    ours_tune, ours = answer(model, split.tune).headings, answer(model, split.test).headings
    scores = []
    for tune, test in ((ours_tune, ours), (theirs_tune, theirs)):
        cutoff = measures.tune_cutoff(tune_truth, tune)
        kept = [(truth, ranking) for truth, ranking, wanted in zip(test_truth, test, keep, strict=True) if wanted]
        scores.append(measures.heading_scores([t for t, _ in kept], [r for _, r in kept], cutoff))
        print("  macro recall@5", round(measures.macro_recall([t for t, _ in kept], [r for _, r in kept]), 3))
    print("  Annif ensemble weights", weights)
    for measure in ("nDCG@10", "F1", "F1@5", "P@1", "Jaccard"):
        compare(measure, scores[0][measure], scores[1][measure])


def _truth(record: LabelledRecord, model: Model, seen_only: bool) -> tuple[str, ...]:
    if not seen_only:
        return record.subjects
    counts, place = model.catalogue.heading_counts, model.vocabulary.headings.place
    return tuple(label for label in record.subjects if label in place and counts[place[label]] >= 2)


def classes(split: Split, model: Model, folders: dict[str, Path], keep: Sequence[bool]) -> None:
    """Class accuracy at each level against Annif's best set-up for that level (a vocabulary of that many digits, or
    the full numbers cut; each an ensemble tuned for the level, or a single backend if that is better on the test)."""
    wanted = [record for record, kept in zip(split.test, keep, strict=True) if kept]
    found = answer(model, split.test)
    guesses = [guess for guess, kept in zip(found.classes, keep, strict=True) if kept]
    numbers = [record.class_number for record in wanted]
    ours = measures.class_scores(numbers, guesses)
    for level in ("1", "2", "3", "full", "hF1"):
        best: tuple[str, FloatArray] | None = None
        for name, folder in folders.items():
            if not folder.exists():
                continue
            for system, lists in _systems(split, folder, level).items():
                tops = [lst[0][0] if lst else None for lst, kept in zip(lists, keep, strict=True) if kept]
                column = measures.class_scores(numbers, tops)[level]
                if best is None or column.mean() > best[1].mean():
                    best = f"{name}/{system}", column
        if best:
            print("   ", best[0], end="")
            compare(level, ours[level], best[1])
    for level, (said, right) in stated([record.class_number for record in split.test], found, keep).items():
        print(f"  calibration error {level}: {measures.expected_calibration_error(said, right):.3f}")


def _systems(split: Split, folder: Path, level: str) -> dict[str, Rankings]:
    answers = load(folder)

    def quality(lists: Rankings) -> float:
        tops = [ranking[0][0] if ranking else None for ranking in lists]
        return float(measures.class_scores([r.class_number for r in split.tune], tops)[level].mean())

    _, _, ensemble = tuned_ensemble(answers, quality)
    return {**{name: sides["test"] for name, sides in answers.items()}, "ensemble": ensemble}


#: Fields in the order in which they are added, by task.
FIELDS = {
    "books": ("title", "author", "publisher"),
    "books-category": ("title", "author", "publisher", "category"),
    "theses": ("title", "summary", "contents"),
    "cbeta": ("title", "author"),
}


def fields(split: Split, model: Model, task: str) -> None:
    """What each field adds, title first; the model learnt from all of them."""
    order = FIELDS[task]
    for count in range(1, len(order) + 1):
        left_out = order[count:]
        asked = [replace(record, description=record.description.without(*left_out)) for record in split.test]
        found = answer(model, asked)
        headings_found = measures.heading_scores([r.subjects for r in split.test], found.headings, model.cutoff)
        classes_found = measures.class_scores([r.class_number for r in split.test], found.classes)
        shown = {**measures.means(headings_found), **measures.means(classes_found)}
        picked = "  ".join(f"{name} {shown[name]:.3f}" for name in ("nDCG@10", "F1", "1", "2", "3", "full"))
        print(f"  + {order[count - 1]:<10} {picked}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--annif", type=Path, required=True)
    parser.add_argument("--task", choices=("books", "books-category", "theses", "cbeta"), default="books")
    parser.add_argument("--model", type=Path)
    parser.add_argument("--embedding", action="store_true", help="train the static embedding too (minutes)")
    parser.add_argument("--fields", action="store_true", help="what each field adds, instead of the comparison")
    options = parser.parse_args()
    split = task_split(options.task, options.data)
    with tempfile.TemporaryDirectory() as scratch:
        if options.model:
            model = artefact.load(options.model)
        else:
            scheme = starter_scheme() if options.task.startswith("books") else Scheme()
            embedding = Path(scratch) / "embedding" if options.embedding else None
            model = training.learn(split.train, scheme, embedding_folder=embedding)
        if options.fields:
            print(f"{options.task}, field by field")
            fields(split, model, options.task)
            return
        everything = [True] * len(split.test)
        if options.task in ("books", "books-category", "theses"):
            print(f"{options.task}, headings, all labels")
            headings(split, model, options.annif / f"{options.task}-headings", everything)
        if options.task == "theses":
            print("theses, only labels seen at least twice in training")
            headings(split, model, options.annif / "theses-headings", everything, seen_only=True)
            return
        stem = f"{options.task}-classes"
        folders = {name: options.annif / f"{stem}{name}" for name in ("", "-full", "-3", "-1")}
        print(f"{options.task}, classes")
        classes(split, model, folders, everything)
        if options.task == "books":
            no_comics = [not record.class_number.startswith("947.41") for record in split.test]
            print(f"books without comics ({int(np.sum(no_comics))} records)")
            headings(split, model, options.annif / "books-headings", no_comics)
            classes(split, model, folders, no_comics)


if __name__ == "__main__":
    main()
