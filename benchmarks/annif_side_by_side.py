"""Annif beside the project's recommender: same records, same split, same text.

    python -m benchmarks.annif_side_by_side --data DIR --venv DIR --work DIR

Makes the environment (`pip install annif[omikuji]==1.4.3`) if the folder does not exist, writes each task (texts,
SKOS vocabulary from the training labels and the starter scheme), lets `annif_worker.py` train and suggest, and keeps
the answers in WORK/<task>/suggestions.json for `benchmarks.ai_quality`. Takes about half an hour of one core.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from benchmarks.ai_tasks import SchemeEntry, read_starter_classes, split_caption, task_split, text_of
from shuyin.ai_subjects.description import LabelledRecord, digits
from shuyin.ai_subjects.split import Split

#: task name → (records, what is predicted, backends)
TASKS = {
    "books-headings": ("books", "headings", ["tfidf", "mllm", "omikuji"]),
    "books-classes-full": ("books", "full", ["tfidf", "mllm", "svc", "omikuji"]),
    "books-classes-3": ("books", "3", ["tfidf", "mllm", "svc", "omikuji"]),
    "books-classes-1": ("books", "1", ["tfidf", "svc", "omikuji"]),
    "theses-headings": ("theses", "headings", ["tfidf", "mllm", "omikuji"]),
    "cbeta-classes": ("cbeta", "full", ["tfidf", "svc", "omikuji"]),
    "books-category-headings": ("books-category", "headings", ["tfidf", "mllm", "omikuji"]),
    "books-category-classes-full": ("books-category", "full", ["tfidf", "mllm", "svc", "omikuji"]),
    "books-category-classes-3": ("books-category", "3", ["tfidf", "svc", "omikuji"]),
    "books-category-classes-1": ("books-category", "1", ["tfidf", "svc", "omikuji"]),
}


def labels_of(record: LabelledRecord, target: str) -> list[str]:
    """What Annif is asked to predict: headings, the whole class number, or its first digits."""
    if target == "headings":
        return list(record.subjects)
    if not record.class_number:
        return []
    return [record.class_number if target == "full" else digits(record.class_number)[: int(target)]]


def uri(label: str) -> str:
    """A URI for a label; Annif knows concepts by URI."""
    return "urn:x:" + quote(label, safe="")


def vocabulary(split: Split, target: str, scheme: list[SchemeEntry]) -> dict[str, list[str]]:
    """label → other wordings: the labels of training (never those of tuning or test) and the starter scheme."""
    entries: dict[str, list[str]] = {label: [] for record in split.train for label in labels_of(record, target)}
    for entry in scheme:
        if target == "headings":
            for term in entry.wordings:
                if len(split_caption(term)) == 1:
                    entries.setdefault(term, [])
        elif target == "full":
            entries.setdefault(entry.number, []).extend(entry.wordings)
        elif len(digits(entry.number)) == int(target):
            entries.setdefault(digits(entry.number), []).extend(entry.wordings)
    return entries


def turtle(entries: dict[str, list[str]], target: str) -> str:
    """The vocabulary as SKOS; a class is called by its first wording, its others are altLabels."""

    def literal(text: str) -> str:
        return json.dumps(text, ensure_ascii=False) + "@zh"

    lines = ["@prefix skos: <http://www.w3.org/2004/02/skos/core#> ."]
    for label, others in entries.items():
        preferred, *variants = [label, *others] if target == "headings" or not others else others
        notation = json.dumps(label, ensure_ascii=False)
        lines.append(f"<{uri(label)}> a skos:Concept ; skos:prefLabel {literal(preferred)} ; skos:notation {notation}")
        lines[-1] += "".join(f" ; skos:altLabel {literal(variant)}" for variant in variants if variant != preferred)
        lines[-1] += " ."
    return "\n".join(lines) + "\n"


def write_task(name: str, data: Path, work: Path) -> Path:
    """Lay out one task folder."""
    source, target, backends = TASKS[name]
    split = task_split(source, data)
    scheme = read_starter_classes(data / "scheme" / "classes.csv") if source.startswith("books") else []
    folder = work / name
    folder.mkdir(parents=True, exist_ok=True)
    sides = {
        side: [
            {"text": text_of(record), "uris": [uri(label) for label in labels_of(record, target)]}
            for record in getattr(split, side)
        ]
        for side in ("train", "tune", "test")
    }
    (folder / "task.json").write_text(json.dumps({"backends": backends, **sides}, ensure_ascii=False), encoding="utf-8")
    (folder / "vocabulary.ttl").write_text(turtle(vocabulary(split, target, scheme), target), encoding="utf-8")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with labelled/, scheme/, theses/, cbeta/")
    parser.add_argument("--venv", type=Path, required=True, help="environment for Annif; made if absent")
    parser.add_argument("--work", type=Path, required=True, help="where tasks and answers go")
    parser.add_argument("--task", action="append", choices=sorted(TASKS), help="only these tasks")
    options = parser.parse_args()
    python = options.venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(options.venv)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "annif[omikuji]==1.4.3"], check=True)
    worker = Path(__file__).with_name("annif_worker.py")
    for name in options.task or TASKS:
        folder = write_task(name, options.data, options.work)
        subprocess.run([str(python), str(worker), str(folder)], check=True)


if __name__ == "__main__":
    main()
