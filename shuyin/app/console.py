"""What commands print: a progress bar on a terminal, plain lines otherwise."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

#: Seconds between two plain lines.
LINE_EVERY = 5.0


class Advance(Protocol):
    """Told how far the work is; `total` None = not known."""

    def __call__(self, done: int, total: int | None) -> None:
        """Show it."""
        ...


@contextmanager
def progress(label: str, unit: str = "records") -> Iterator[Advance]:
    """Shows progress with rate and time left on standard error, leaving standard output to results."""
    begun = time.monotonic()
    if sys.stderr.isatty():
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn(f"{unit} {{task.fields[rate]}}/s"),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(label, total=None, rate="0")

            def show(done: int, total: int | None) -> None:
                bar.update(task, completed=done, total=total, rate=f"{_rate(done, begun):,.0f}")

            yield show
        return

    last = begun

    def line(done: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < LINE_EVERY and done != total:
            return
        last = now
        rate = _rate(done, begun)
        of = f" of {total:,}" if total else ""
        left = f", {(total - done) / rate:,.0f} s left" if total and rate and total > done else ""
        sys.stderr.write(f"{label}: {done:,}{of} {unit}, {rate:,.0f}/s{left}\n")
        sys.stderr.flush()

    yield line


def _rate(done: int, begun: float) -> float:
    return done / max(time.monotonic() - begun, 0.001)
