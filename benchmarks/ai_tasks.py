"""The measuring tasks of docs/ai-quality.md: records from the data folder, split strictly."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass, replace
from pathlib import Path

from shuyin.ai_subjects.description import Description, LabelledRecord, read_labelled_csv
from shuyin.ai_subjects.split import Split, strict_split


@dataclass(frozen=True)
class SchemeEntry:
    """One class of the starter table: number, wordings (first = caption)."""

    number: str
    wordings: tuple[str, ...]


def read_starter_classes(path: Path) -> list[SchemeEntry]:
    """Classes of high and medium confidence (those that may be shipped)."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["confidence"] in ("high", "medium")]
    return [
        SchemeEntry(
            row["number"],
            tuple(
                dict.fromkeys([row["heading_zh"], *split_caption(row["heading_zh"]), *split_caption(row["variant_zh"])])
            ),
        )
        for row in rows
    ]


def split_caption(caption: str) -> list[str]:
    """The single terms of a caption: `目錄學；文獻學` is two."""
    return [part.strip() for part in caption.replace(";", "；").split("；") if part.strip()]


def books(data: Path, *, with_category: bool = False) -> list[LabelledRecord]:
    """The labelled books; with the shop's category as a stand-in for the publisher's if asked."""
    records = read_labelled_csv(data / "labelled" / "books.csv")
    if not with_category:
        return records
    with (data / "books" / "taiwan-books.csv").open(encoding="utf-8-sig", newline="") as stream:
        categories = {row["isbn"]: row["shop_category"] for row in csv.DictReader(stream)}
    return [
        replace(record, description=replace(record.description, category=categories.get(record.id, "")))
        for record in records
    ]


def theses(data: Path) -> list[LabelledRecord]:
    """Theses with at least one author keyword; the keywords are the truth, never part of the text."""
    with (data / "theses" / "theses.jsonl").open(encoding="utf-8") as stream:
        rows = [json.loads(line) for line in stream]
    return [
        LabelledRecord(
            id=row["id"],
            description=Description(title=row["title"], summary=row["abstract"], contents="\n".join(row["contents"])),
            subjects=tuple(dict.fromkeys(keyword.strip() for keyword in row["keywords"] if keyword.strip())),
        )
        for row in rows
        if any(keyword.strip() for keyword in row["keywords"])
    ]


def cbeta(data: Path) -> list[LabelledRecord]:
    """CBETA works with a division (部類); the first division stands as the class number."""
    with (data / "cbeta" / "works.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["category"]]
    return [
        LabelledRecord(
            id=row["id"],
            description=Description(title=row["title"], author=row["byline"]),
            class_number=row["category"].split(",")[0],
        )
        for row in rows
    ]


def task_split(name: str, data: Path) -> Split:
    """The strict split of task `books`, `books-category`, `theses` or `cbeta`."""
    records = {
        "books": lambda: books(data),
        "books-category": lambda: books(data, with_category=True),
        "theses": lambda: theses(data),
        "cbeta": lambda: cbeta(data),
    }[name]()
    return strict_split(records)


def text_of(record: LabelledRecord) -> str:
    """The same text that every system is given, as one string."""
    described = record.description
    parts = (
        described.title,
        described.author,
        described.publisher,
        described.category,
        described.summary,
        described.contents,
    )
    return " ".join(part for part in parts if part)
