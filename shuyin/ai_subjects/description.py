"""What a recommender is told about a book, and what a cataloguer decided: plain values and the CSV they come from."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

_VALUES = re.compile(r"\s*[;；]\s*")
#: Longest text that is read (B1: a summary has up to 6,000 characters); what lies beyond changes no ranking.
LONGEST_TEXT = 20_000


@dataclass(frozen=True, slots=True)
class Description:
    """The fields of a book that may be typed into the recommender; all but the title may be empty."""

    title: str
    author: str = ""
    publisher: str = ""
    summary: str = ""
    contents: str = ""
    keywords: tuple[str, ...] = ()
    audience: str = ""
    category: str = ""
    language: str = ""
    original_language: str = ""  # MARC code, of a translation

    def text_fields(self) -> dict[str, str]:
        """The fields in which words of a heading may be found, by name, each cut to `LONGEST_TEXT`."""
        return {
            "title": self.title[:LONGEST_TEXT],
            "keywords": "；".join(self.keywords)[:LONGEST_TEXT],
            "contents": self.contents[:LONGEST_TEXT],
            "summary": self.summary[:LONGEST_TEXT],
            "category": self.category[:LONGEST_TEXT],
        }

    def without(self, *fields: str) -> Description:
        """The same description with those fields emptied (for measuring what each field adds)."""
        emptied: dict[str, Any] = {name: () if name == "keywords" else "" for name in fields}
        return replace(self, **emptied)


@dataclass(frozen=True, slots=True)
class LabelledRecord:
    """A catalogued book: its description and the headings and class number that were assigned."""

    id: str
    description: Description
    subjects: tuple[str, ...] = ()
    class_number: str = ""
    adults_only: bool = False
    public: bool = True  # whether everyone may see that the book exists


class NotALabelledFile(ValueError):
    """The file is no CSV with a title column and at least one of subjects, class_number."""


def split_values(cell: str) -> tuple[str, ...]:
    """The values of a cell in which several stand, separated by `;`, without blanks and repetitions."""
    return tuple(dict.fromkeys(value for value in _VALUES.split(cell.strip()) if value))


def record_from_row(row: Mapping[str, str | None], position: int) -> LabelledRecord:
    """The record of one CSV row (columns of docs/interfaces); unknown columns are ignored."""

    def cell(*names: str) -> str:
        return next((value.strip() for name in names if (value := row.get(name) or "").strip()), "")

    return LabelledRecord(
        id=cell("isbn", "control_number", "id") or f"row-{position}",
        description=Description(
            title=cell("title"),
            author=cell("author"),
            publisher=cell("publisher"),
            summary=cell("summary"),
            contents=cell("contents"),
            keywords=split_values(cell("keywords")),
            audience=cell("audience"),
            category=cell("category", "shop_category"),
            language=cell("language"),
            original_language=cell("original_language"),
        ),
        subjects=split_values(cell("subjects")),
        class_number=class_number(cell("class_number")),
        adults_only=cell("adults_only") == "1",
    )


def class_number(printed: str) -> str:
    """The first class number of a cell without blanks or book number: `863.57 8425` → `863.57`."""
    first = split_values(printed)[:1]
    return first[0].split()[0] if first else ""


def read_labelled_csv(path: Path) -> list[LabelledRecord]:
    """All rows of a labelled CSV (UTF-8, with or without BOM) in their order; rows are never dropped."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        columns = set(reader.fieldnames or ())
        if "title" not in columns or not columns & {"subjects", "class_number"}:
            raise NotALabelledFile(
                f"{path.name}: a header line with `title` and `subjects` or `class_number` is needed;"
                f" found: {', '.join(sorted(columns)) or 'nothing'}"
            )
        return list(_records(reader))


def _records(rows: Iterable[Mapping[str, str | None]]) -> Iterator[LabelledRecord]:
    for position, row in enumerate(rows, start=1):
        yield record_from_row(row, position)


def digits(number: str) -> str:
    """The digits of a class number without the point: `863.57` → `86357`."""
    return "".join(character for character in number if character.isdigit())


def prefixes(number: str) -> tuple[str, ...]:
    """All nodes above and including a class number, from one digit on: `8`, `86`, `863`, `8635`, …, then the number
    itself as `=863.57` (two numbers may share their digits)."""
    plain = digits(number)
    return (*(plain[:length] for length in range(1, len(plain) + 1)), f"={number}")
