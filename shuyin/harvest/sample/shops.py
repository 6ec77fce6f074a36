"""Taiwanese books of 2025–26 from shops' lists: the bare facts that may be shipped, with machine-assigned labels.

Read: ISBN, title, author, publisher, date of publication, and whether it is sold as an e-book or audio book
(books/taiwan-books.csv); class number and headings (labelled/books.csv). Price, category and name of the shop are not
carried over; adults-only titles neither.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from shuyin.harvest import cells
from shuyin.harvest.cleaning import clean
from shuyin.harvest.making import format_of
from shuyin.records.book import Binding, Book, ClassNumber, Format, Subject
from shuyin.records.printed_titles import shop_title
from shuyin.records.responsibility import contributors

#: MARC 883 $a of what the language model assigned; pages and exports show it as it stands.
ASSIGNED_BY = "語言模型（未經館員審核）"
#: A shop's statement of file format says no more here than that it sells an e-book or audio book under the number.
_FORMS = {Format.EBOOK: "電子書", Format.AUDIO: "有聲書"}
#: Numbers of low confidence are left out.
_CONFIDENCE = frozenset({"h", "m"})
#: Words that mark adults-only titles even where no shop's category did.
_ADULTS_TITLE = re.compile(r"限制級|18禁|R18|成人向|情色|淫|色情|寫真|調教|性愛|A片")


@dataclass(frozen=True, slots=True)
class Labels:
    """What the language model assigned to one ISBN."""

    class_number: str | None
    subjects: tuple[str, ...]
    adults_only: bool


def read_labels(path: Path) -> dict[str, Labels]:
    """Labels by ISBN."""
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["isbn"]: Labels(
                row["class_number"] if row["class_confidence"] in _CONFIDENCE else None,
                tuple(dict.fromkeys(s.strip() for s in row["subjects"].split(";") if s.strip())),
                row["adults_only"] != "0",
            )
            for row in csv.DictReader(file)
        }


def shop_books(books: Path, labels: dict[str, Labels]) -> Iterator[Book]:
    """One record per ISBN, printed books before e-books; rows without labels (nobody judged their rating) stay out."""
    with books.open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda r: (format_of(r["binding_or_format"]) in _FORMS, r["isbn"]))
    for row in rows:
        label = labels.get(row["isbn"])
        if label is not None and not label.adults_only and not _ADULTS_TITLE.search(row["title"]):
            yield _book(row, label)


def _book(row: dict[str, str], label: Labels) -> Book:
    printed = shop_title(clean(row["title"]))
    author = clean(row["author"])
    classes = (ClassNumber(label.class_number, "ncsclt", ASSIGNED_BY),) if label.class_number else ()
    form, binding = printed.format, printed.binding
    if form is None:
        form = format_of(row["binding_or_format"]) or Format.PRINT
        binding = _FORMS.get(form, binding)
    return Book(
        title=printed.whole,
        parts=printed.parts,
        responsibility=author or None,
        contributors=contributors(author) if author else (),
        edition=printed.edition,
        publisher=clean(row["publisher"]) or None,
        published=cells.publication_date(row["published"]),
        bindings=(Binding(row["isbn"], binding, format=form),),
        subjects=tuple(Subject(heading, "lcstt", ASSIGNED_BY) for heading in label.subjects),
        classes=classes,
        format=form,
    )
