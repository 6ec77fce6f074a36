"""Static embeddings: a text is the mean of its tokens' vectors. Served by model2vec, trained by sentence-transformers.

The shipped folder is an ordinary sentence-transformers model; model2vec reads the same files without PyTorch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects.description import Description
from shuyin.ai_subjects.folding import fold

Vectors = NDArray[np.float32]
#: The embedding that ships.
SHIPPED = Path(__file__).with_name("model") / "embedding"


class MissingExtra(ModuleNotFoundError):
    """A model other than the shipped kind is set, and the extra `models` is not installed."""


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """`(n_texts, dim) float32`; a text without any known token gives zeros."""
        ...


class StaticEncoder:
    """The shipped kind: token vectors and their mean, no PyTorch."""

    def __init__(self, folder: Path) -> None:
        from model2vec import StaticModel

        self._model: Any = StaticModel.from_pretrained(str(folder), normalize=True)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """`(n_texts, dim) float32`, unit vectors; max_length=None, or model2vec would cut at 512 tokens."""
        folded = [fold(text) for text in texts]
        return np.nan_to_num(np.asarray(self._model.encode(folded, max_length=None), dtype=np.float32))


class SentenceEncoder:
    """Any sentence-transformers model, by path or name (`SHUYIN_MODEL`)."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ModuleNotFoundError as error:
            raise MissingExtra(f"SHUYIN_MODEL={name} needs `pip install 'shuyin[models]'`") from error
        self._model: Any = SentenceTransformer(name, device="cpu")

    def encode(self, texts: Sequence[str]) -> Vectors:
        """`(n_texts, dim) float32`, unit vectors."""
        folded = [fold(text) for text in texts]
        return np.asarray(self._model.encode(folded, normalize_embeddings=True), dtype=np.float32)


@lru_cache(maxsize=2)
def encoder(name: str | None = None) -> Encoder:
    """The encoder that `SHUYIN_MODEL` names; the shipped one for None. A folder of the shipped kind needs no extra."""
    folder = SHIPPED if name is None else Path(name)
    if (folder / "model.safetensors").is_file() and (folder / "tokenizer.json").is_file():
        return StaticEncoder(folder)
    return SentenceEncoder(name or str(SHIPPED))


def text_of(description: Description) -> str:
    """What of a description is embedded: title and keywords, the beginning of summary and contents, the names."""
    parts = (
        description.title,
        *description.keywords,
        description.summary[:600],
        description.contents[:300],
        description.author,
        description.publisher,
    )
    return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class LabelVectors:
    """The vectors of all headings and of all class nodes (zeros for nodes without a wording)."""

    encoder: Encoder
    headings: Vectors
    nodes: Vectors

    @classmethod
    def of(cls, encoder: Encoder, headings: Sequence[str], nodes: Sequence[str]) -> LabelVectors:
        """Encode every label once; `nodes` are captions, empty where there is none."""
        return cls(encoder, encoder.encode(list(headings)), encoder.encode(list(nodes)))

    def likeness(self, description: Description) -> tuple[Vectors, Vectors]:
        """Cosine of the description with every heading and with every node's caption, nothing below zero."""
        vector = self.encoder.encode([text_of(description)])[0]
        return np.maximum(self.headings @ vector, 0), np.maximum(self.nodes @ vector, 0)
