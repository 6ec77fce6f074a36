"""Sparse vectors and matrices in plain numpy: all that serving needs, so that the base install stays light."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects.features import hashed

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Vector:
    """A vector over the known features: positions (ascending) and values, of length 1 or empty."""

    positions: IntArray
    values: FloatArray


@dataclass(frozen=True, slots=True)
class FeatureSpace:
    """The features that training has seen at least `minimum` times, by hash, with their idf."""

    hashes: NDArray[np.uint32]  # ascending
    idf: FloatArray

    @classmethod
    def learn(cls, bags: Iterable[Mapping[str, float]], minimum: int = 2) -> FeatureSpace:
        """Count in how many bags each token stands; idf = log((n + 1) / (df + 0.5))."""
        seen: list[NDArray[np.uint32]] = []
        total = 0
        for bag in bags:
            total += 1
            seen.append(np.fromiter({hashed(token) for token in bag}, dtype=np.uint32))
        hashes, counts = np.unique(np.concatenate(seen or [np.zeros(0, np.uint32)]), return_counts=True)
        kept = counts >= minimum
        idf = np.log((total + 1) / (counts[kept] + 0.5))
        return cls(hashes[kept], idf.astype(np.float32))

    def knows(self, tokens: Sequence[str]) -> bool:
        """Whether training has seen any of the tokens."""
        return bool(np.isin(np.array([hashed(token) for token in tokens], np.uint32), self.hashes).any())

    def vector(self, bag: Mapping[str, float]) -> Vector:
        """The bag as a tf-idf vector of length 1; tokens that training never saw are left out."""
        if not bag or not self.hashes.size:
            return Vector(np.zeros(0, np.int64), np.zeros(0, np.float32))
        wanted = np.fromiter((hashed(token) for token in bag), dtype=np.uint32, count=len(bag))
        weights = np.fromiter(bag.values(), dtype=np.float32, count=len(bag))
        places = np.minimum(np.searchsorted(self.hashes, wanted), self.hashes.size - 1)
        known = self.hashes[places] == wanted
        positions, inverse = np.unique(places[known], return_inverse=True)
        values = np.bincount(inverse, weights=weights[known], minlength=positions.size) * self.idf[positions]
        length = float(np.sqrt(np.square(values).sum()))
        return Vector(positions, (values / length if length else values).astype(np.float32))


@dataclass(frozen=True, slots=True)
class FeatureRows:
    """A matrix kept by feature: row f holds the columns (labels, or records) that feature speaks for."""

    starts: NDArray[np.int64]
    columns: NDArray[np.int32]
    values: NDArray[np.float16]
    width: int

    @classmethod
    def from_vectors(cls, vectors: Sequence[Vector], features: int) -> FeatureRows:
        """One column per vector."""
        lengths = [vector.positions.size for vector in vectors]
        rows = np.concatenate([vector.positions for vector in vectors]) if vectors else np.zeros(0, np.int64)
        values = np.concatenate([vector.values for vector in vectors]) if vectors else np.zeros(0, np.float32)
        columns = np.repeat(np.arange(len(vectors), dtype=np.int32), lengths)
        return cls.from_triples(rows, columns, values, features, len(vectors))

    @classmethod
    def from_triples(
        cls, rows: IntArray, columns: NDArray[np.int32], values: FloatArray, features: int, width: int
    ) -> FeatureRows:
        """From entries in any order."""
        order = np.argsort(rows, kind="stable")
        starts = np.zeros(features + 1, dtype=np.int64)
        np.cumsum(np.bincount(rows, minlength=features), out=starts[1:])
        return cls(starts, columns[order].astype(np.int32), values[order].astype(np.float16), width)

    def with_column(self, vector: Vector) -> FeatureRows:
        """A matrix with one column more."""
        ends = self.starts[vector.positions + 1]
        added = np.zeros(self.starts.size, np.int64)
        added[vector.positions + 1] = 1
        return FeatureRows(
            self.starts + np.cumsum(added),
            np.insert(self.columns, ends, self.width),
            np.insert(self.values, ends, vector.values.astype(np.float16)),
            self.width + 1,
        )

    def dot(self, vector: Vector) -> FloatArray:
        """Products of the vector with every column, `(width,) float32`."""
        begins, ends = self.starts[vector.positions], self.starts[vector.positions + 1]
        lengths = ends - begins
        total = int(lengths.sum())
        if not total:
            return np.zeros(self.width, np.float32)
        offsets = np.repeat(begins - np.concatenate(([0], np.cumsum(lengths)[:-1])), lengths)
        places = offsets + np.arange(total)
        weights = np.repeat(vector.values, lengths) * self.values[places]
        return np.bincount(self.columns[places], weights=weights, minlength=self.width).astype(np.float32)
