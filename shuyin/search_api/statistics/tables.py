"""A statistics table as a value: what pages, CSV and JSON all print."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, field

from shuyin.search_api.messages import Message

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column; `label` is a source string of the translations. Years are counted in CE."""

    key: str
    label: str
    is_year: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Rows are mappings from column keys; None = not known. `notes` must stand under the table."""

    name: str
    title: Message
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Cell], ...]
    totals: Mapping[str, Cell] = field(default_factory=dict)
    notes: tuple[Message, ...] = ()

    def to_csv(self, headings: Mapping[str, str]) -> str:
        """CSV with BOM, as spreadsheets want it; `headings` are the labels in the reader's language."""
        text = io.StringIO()
        text.write("\ufeff")
        writer = csv.writer(text)
        writer.writerow(headings.get(column.key, column.label) for column in self.columns)
        for row in (*self.rows, *([self.totals] if self.totals else [])):
            writer.writerow("" if (cell := row.get(column.key)) is None else cell for column in self.columns)
        return text.getvalue()

    def to_json(self) -> dict[str, object]:
        """The shape of `/api/v1/statistics/{table}`."""
        return {
            "table": self.name,
            "title": str(self.title),
            "columns": [{"key": c.key, "label": c.label} for c in self.columns],
            "rows": [dict(row) for row in self.rows],
            "totals": dict(self.totals),
            "notes": [str(note) for note in self.notes],
        }
