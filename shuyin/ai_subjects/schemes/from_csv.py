"""CSV: with a column `number` classes, with a column `label` headings; several values in a cell separated by `;`."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import TextIO

from shuyin.ai_subjects.description import split_values
from shuyin.ai_subjects.schemes.entries import ClassEntry, HeadingEntry, NotAScheme, SchemeFile

_CAPTIONS = ("caption", "heading_zh", "類名")
_NUMBERS = ("number", "class_number", "類號")
_LABELS = ("label", "heading", "主題詞")


def read_csv(stream: TextIO) -> SchemeFile:
    """Classes and headings; a row without its number or label is left out; `NotAScheme` without such a column."""
    reader = csv.DictReader(stream)
    columns = set(reader.fieldnames or ())
    rows = list(reader)
    if columns & set(_NUMBERS) and columns & set(_CAPTIONS):
        return SchemeFile(classes=tuple(entry for row in rows if (entry := _class(row))))
    if columns & set(_LABELS):
        return SchemeFile(headings=tuple(found for row in rows if (found := _heading(row))))
    raise NotAScheme("the CSV needs the columns `number` and `caption` (classes), or `label` (headings)")


def _cell(row: Mapping[str, str | None], *names: str) -> str:
    return next((value for name in names if (value := (row.get(name) or "").strip())), "")


def _class(row: Mapping[str, str | None]) -> ClassEntry | None:
    number, caption = _cell(row, *_NUMBERS), _cell(row, *_CAPTIONS)
    if not number or not caption:
        return None
    return ClassEntry(
        number=number,
        caption=caption,
        caption_en=_cell(row, "caption_en", "heading_en") or None,
        variants=split_values(_cell(row, "variants", "variant_zh")),
        parent=_cell(row, "parent") or None,
        table=_cell(row, "table") or "main",
        uri=_cell(row, "uri") or None,
        note=_cell(row, "note") or None,
    )


def _heading(row: Mapping[str, str | None]) -> HeadingEntry | None:
    label = _cell(row, *_LABELS)
    if not label:
        return None
    return HeadingEntry(
        label=label,
        uri=_cell(row, "uri") or None,
        label_en=_cell(row, "label_en") or None,
        variants=split_values(_cell(row, "variants", "use_for")),
        broader=split_values(_cell(row, "broader")),
        narrower=split_values(_cell(row, "narrower")),
        related=split_values(_cell(row, "related")),
        class_numbers=split_values(_cell(row, "class_number", "class_numbers")),
        note=_cell(row, "note") or None,
    )
