"""Where dumps lie: one folder a day under `DATA_DIR/dumps`, the last seven kept."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

#: Dumps kept.
KEPT = 7
SUMS = "SHA256SUMS"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class DumpFormat:
    """A file of each dump; `export` names the download format that writes it."""

    name: str
    export: str
    media_type: str
    label: str
    needs_values: bool  # whether the writer reads more than the MARC record


FORMATS: tuple[DumpFormat, ...] = (
    DumpFormat("books.mrc.gz", "marc21", "application/marc", "MARC 21 (ISO 2709)", False),
    DumpFormat("books.xml.gz", "marcxml", "application/marcxml+xml", "MARCXML", False),
    DumpFormat("books.csv.gz", "csv", "text/csv", "CSV", True),
    DumpFormat("books.jsonl.gz", "jsonl", "application/jsonl", "JSON Lines", True),
)


def folder(data_dir: Path) -> Path:
    """The folder of all dumps."""
    return data_dir / "dumps"


def days(data_dir: Path) -> list[str]:
    """The days of the dumps that stand, the newest first."""
    root = folder(data_dir)
    if not root.is_dir():
        return []
    return sorted((entry.name for entry in root.iterdir() if _DAY.fullmatch(entry.name)), reverse=True)


def find(data_dir: Path, day: str, name: str) -> Path | None:
    """A file of a dump; None for anything that is none."""
    known = {format.name for format in FORMATS} | {SUMS}
    if not _DAY.fullmatch(day) or name not in known:
        return None
    path = folder(data_dir) / day / name
    return path if path.is_file() else None


def sums(data_dir: Path, day: str) -> dict[str, str]:
    """File name → SHA-256 of a dump."""
    path = find(data_dir, day, SUMS)
    lines = path.read_text(encoding="ascii").splitlines() if path else []
    return {name: digest for digest, _, name in (line.partition("  ") for line in lines)}


def tidy(data_dir: Path) -> None:
    """Throw away all but the last `KEPT` dumps, and what runs that died have left."""
    for day in days(data_dir)[KEPT:]:
        shutil.rmtree(folder(data_dir) / day)
    for left in folder(data_dir).glob(".*"):
        shutil.rmtree(left)
