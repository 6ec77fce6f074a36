"""The embedded engine's vectors: one file per generation, a row of int8 per document, searched through and through.

Unit vectors are kept as 127ths (int8), so that 200,000 records of 256 dimensions take 51 MB, mapped from disk. A
document's row number is a column of the index; a row without a document (replaced or deleted) finds nothing.
Rows are written and synced before the documents that name them, so a crash leaves rows unused, never wrong.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

FILE = "vectors.i8"
#: Hits of a vector search end here on both engines: beyond, nearness means nothing.
DEPTH = 1000
#: Cosine from which two records are alike; where no record is, likeness goes by shared words.
ALIKE = 0.35
_STEPS = 127.0
_CHUNK = 16_384


class VectorFile:
    """The vectors of one generation. numpy is loaded at the first use, not before."""

    def __init__(self, directory: Path, dimensions: int) -> None:
        self.path = directory / FILE
        self.dimensions = dimensions

    def append(self, vectors: Sequence[Sequence[float]]) -> int:
        """Write rows; the number of the first. The caller holds the writer's lock, and calls `sync` before it
        commits the documents that name them."""
        import numpy as np

        rows = np.asarray(vectors, dtype=np.float32)
        if rows.ndim != 2 or rows.shape[1] != self.dimensions:
            raise ValueError(f"vectors of {self.dimensions} dimensions expected, got {rows.shape}")
        packed = np.rint(np.clip(rows, -1, 1) * _STEPS).astype(np.int8)
        with self.path.open("ab") as file:
            first = file.tell() // self.dimensions
            file.truncate(first * self.dimensions)  # half a row of a killed writer
            file.seek(0, os.SEEK_END)
            file.write(packed.tobytes())
        return first

    def sync(self) -> None:
        """Make the rows durable."""
        if self.path.exists():
            with self.path.open("rb") as file:
                os.fsync(file.fileno())

    def _rows(self) -> NDArray[numpy.int8]:
        import numpy as np

        count = self.path.stat().st_size // self.dimensions if self.path.exists() else 0
        if not count:
            return np.zeros((0, self.dimensions), np.int8)
        return np.memmap(self.path, np.int8, "r", shape=(count, self.dimensions))

    def vector(self, row: int) -> tuple[float, ...]:
        """The vector in a row, as it can be searched with."""
        return tuple(float(value) / _STEPS for value in self._rows()[row])

    def likeness(self, vector: Sequence[float]) -> NDArray[numpy.float32]:
        """Cosine of every row with a unit vector: (n,) float32."""
        import numpy as np

        query = np.asarray(vector, dtype=np.float32) / np.float32(_STEPS)
        matrix = self._rows()
        found = np.empty(len(matrix), np.float32)
        for start in range(0, len(matrix), _CHUNK):
            chunk = matrix[start : start + _CHUNK]
            found[start : start + len(chunk)] = chunk.astype(np.float32) @ query
        return found
