"""What a measurement prints: a line at once, a table for docs/performance.md at the end."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Table:
    """Lines of what was measured."""

    lines: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, what: str, value: str, beside: str = "") -> None:
        """Keep a line, and print it at once."""
        self.lines.append((what, value, beside))
        print(f"  {what:<44} {value:>22}   {beside}", flush=True)

    def markdown(self) -> str:
        """The table for docs/performance.md."""
        rows = [f"| {what} | {value} | {beside} |" for what, value, beside in self.lines]
        return "\n".join(["| measured | value | beside it |", "|---|---|---|", *rows])
