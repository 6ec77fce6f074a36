"""Generations of a tantivy index on disk: `DIR/<index>/CURRENT` names the live one, the former is kept.

A generation is a directory of its own; the pointer is replaced in one step, so a reader (or a `kill -9`)
sees the old one or the new one, both whole. Locks are held by the kernel (`flock`) and die with their holder.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from shuyin.search_engine import layout
from shuyin.search_engine.declaration import IndexDeclaration
from shuyin.search_engine.layout import Column
from shuyin.search_engine.port import IndexOutdated, SearchUnavailable

POINTER = "CURRENT"
LAYOUT = "layout.json"
TOKENIZER = "tokens"
_OPTIONS: dict[Column, dict[str, Any]] = {
    Column.STREAM: {"tokenizer_name": TOKENIZER, "index_option": "position"},
    Column.SET: {"tokenizer_name": TOKENIZER, "index_option": "basic"},
    Column.VALUE: {"tokenizer_name": "raw", "index_option": "basic"},
    Column.COMPLETION: {"tokenizer_name": "raw", "index_option": "basic"},
    Column.KEYWORD: {"tokenizer_name": "raw", "index_option": "basic", "fast": True},
}
_LOCK_WAIT = 30.0
_LOCK_PAUSE = 0.05


def schema(declaration: IndexDeclaration) -> tantivy.Schema:
    """The tantivy schema of the declaration's columns."""
    builder = tantivy.SchemaBuilder()
    for name, column in layout.columns(declaration).items():
        if column is Column.INTEGER:
            builder.add_integer_field(name, indexed=True, fast=True)
        else:
            builder.add_text_field(name, stored=name == layout.ID, **_OPTIONS[column])
    builder.add_bytes_field(layout.STORED, stored=True)
    return builder.build()


def open_index(directory: Path, declaration: IndexDeclaration) -> tantivy.Index:
    """Open the index in a generation's directory, made if it is empty."""
    index = tantivy.Index(schema(declaration), path=str(directory))
    splitter = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    index.register_tokenizer(TOKENIZER, splitter)
    return index


class Generations:
    """The generations of one index."""

    def __init__(self, directory: Path, declaration: IndexDeclaration) -> None:
        self.directory = directory
        self.declaration = declaration

    def live(self) -> Path:
        """The live generation's directory; an empty one is made where there is none."""
        name = self._pointer().get("live")
        if name is None:
            with self.lock("create"):
                name = self._pointer().get("live")
                if name is None:
                    made = self.create()
                    open_index(made, self.declaration)
                    self.point(made)
                    return made
        return self.directory / name

    def changed(self) -> tuple[int, int] | None:
        """A value that differs after every swap; cheap enough to ask before every search."""
        try:
            found = (self.directory / POINTER).stat()
        except FileNotFoundError:
            return None
        return found.st_mtime_ns, found.st_ino

    def create(self) -> Path:
        """An empty directory for a new generation."""
        self.directory.mkdir(parents=True, exist_ok=True)
        numbers = [int(p.name[1:]) for p in self._all()]
        made = self.directory / f"g{max(numbers, default=0) + 1:06d}"
        made.mkdir()
        (made / LAYOUT).write_text(json.dumps({"fingerprint": layout.fingerprint(self.declaration)}))
        return made

    def remove_leftovers(self) -> None:
        """Remove what a killed rebuild left."""
        self._remove_all_but(*self._pointer().values())

    def point(self, generation: Path) -> None:
        """Make it the live one; the one before becomes the former, older ones go."""
        former = self._pointer().get("live")
        pointer = {"live": generation.name} | ({"former": former} if former else {})
        fresh = self.directory / f"{POINTER}.new"
        with fresh.open("w") as file:
            json.dump(pointer, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.directory / POINTER)
        descriptor = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        self._remove_all_but(*pointer.values())

    def check(self, generation: Path) -> None:
        """`IndexOutdated` if it was built for other fields than this program has."""
        try:
            built = json.loads((generation / LAYOUT).read_text())["fingerprint"]
        except FileNotFoundError:
            built = None
        if built != layout.fingerprint(self.declaration):
            raise IndexOutdated(self.declaration.name)

    @contextmanager
    def lock(self, name: str, wait: float = _LOCK_WAIT) -> Iterator[None]:
        """Held by one process and thread at a time; `SearchUnavailable` after `wait` seconds."""
        self.directory.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + wait
        with (self.directory / f"{name}.lock").open("w") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise SearchUnavailable(f"index {self.declaration.name}: another process is writing") from None
                    time.sleep(_LOCK_PAUSE)
            yield

    def _pointer(self) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads((self.directory / POINTER).read_text())
        except FileNotFoundError:
            return {}
        return found

    def _all(self) -> list[Path]:
        return [p for p in self.directory.glob("g[0-9]*") if p.is_dir()]

    def _remove_all_but(self, *kept: str) -> None:
        for path in self._all():
            if path.name not in kept:
                # another process may be removing it too
                shutil.rmtree(path, ignore_errors=True)
