"""How far an import has come: rate and time left, for whoever shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """One report of a running import; bytes are those of the file on disk."""

    records: int
    bytes_read: int
    bytes_total: int
    seconds: float
    records_this_run: int  # without those that an earlier, interrupted run had done

    @property
    def rate(self) -> float:
        """Records per second in this run; 0 before the first."""
        return self.records_this_run / self.seconds if self.seconds > 0 else 0.0

    @property
    def share(self) -> float:
        """Part of the file that is done, 0 to 1."""
        return min(1.0, self.bytes_read / self.bytes_total) if self.bytes_total else 1.0

    @property
    def seconds_left(self) -> float | None:
        """Time to the end at the pace so far, by bytes; None while it cannot be told."""
        if self.share <= 0 or self.records_this_run == 0:
            return None
        return self.seconds * (1 - self.share) / self.share
