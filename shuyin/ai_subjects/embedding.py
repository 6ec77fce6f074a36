"""Static embeddings: a text is the mean of its words' vectors. Served by model2vec, trained by sentence-transformers.

The shipped folder is an ordinary sentence-transformers model; model2vec reads the same files without PyTorch. What is
given to it is spelt first (`spell`): one script, Han as characters and pairs, since no word list cuts Chinese right.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from shuyin.ai_subjects.description import Description
from shuyin.ai_subjects.folding import fold, runs

Vectors = NDArray[np.float32]
#: The embedding that ships.
SHIPPED = Path(__file__).with_name("model") / "embedding"
#: Beside the files of sentence-transformers: how texts are spelt for this model, what it learnt from, check sums.
ABOUT = "embedding.json"
SPELLING = "characters and pairs"

#: Characters that are read of a long text: beyond them the mean hardly moves.
_SUMMARY, _CONTENTS = 600, 300
_FIRST_KANA_OR_HAN = "\u3041"


_MISSING = "SHUYIN_MODEL={name} needs `pip install 'shuyin[models]'`"


class MissingExtra(LookupError):
    """A model other than the shipped kind is set, and the extra `models` is not installed."""


class NoSuchModel(LookupError):
    """`SHUYIN_MODEL` names no model that can be read."""


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    def encode(self, texts: Sequence[str]) -> Vectors:
        """`(n_texts, dim) float32`; a text without any known word gives zeros."""
        ...


def spell(text: str) -> str:
    """The text as the shipped embedding reads it: folded, each run of Han as its characters and pairs of neighbours.

    "臺灣文學" becomes "台 湾 文 学 台湾 湾文 文学".
    """
    words: list[str] = []
    for run in runs(fold(text)):
        if run[0] >= _FIRST_KANA_OR_HAN:
            words += run
            words += [run[start : start + 2] for start in range(len(run) - 1)]
        else:
            words.append(run)
    return " ".join(words)


class StaticEncoder:
    """The shipped kind: word vectors and their mean, no PyTorch."""

    def __init__(self, folder: Path) -> None:
        from model2vec import StaticModel

        self._model: Any = StaticModel.from_pretrained(str(folder), normalize=True)
        self._spelt = about(folder).get("spelling") == SPELLING

    def encode(self, texts: Sequence[str]) -> Vectors:
        """`(n_texts, dim) float32`, unit vectors; max_length=None, or model2vec would cut at 512 tokens."""
        given = [spell(text) for text in texts] if self._spelt else list(texts)
        # one process: others would be started for many texts, and cost more than they save
        found = self._model.encode(given, max_length=None, use_multiprocessing=False)
        return np.nan_to_num(np.asarray(found, dtype=np.float32))


class SentenceEncoder:
    """Any sentence-transformers model, by path or name (`SHUYIN_MODEL`)."""

    def __init__(self, name: str) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ModuleNotFoundError as error:
            raise MissingExtra(_MISSING.format(name=name)) from error
        try:
            self._model: Any = SentenceTransformer(name, device="cpu")
        except (OSError, ValueError) as error:
            raise NoSuchModel(f"SHUYIN_MODEL={name} cannot be read: {error}") from error
        self._spelt = about(Path(name)).get("spelling") == SPELLING

    def encode(self, texts: Sequence[str]) -> Vectors:
        """`(n_texts, dim) float32`, unit vectors."""
        given = [spell(text) for text in texts] if self._spelt else list(texts)
        found = self._model.encode(given, batch_size=256, normalize_embeddings=True, show_progress_bar=False)
        return np.nan_to_num(np.asarray(found, dtype=np.float32))


def about(folder: Path) -> dict[str, Any]:
    """What the folder of an embedding says of itself; empty for a model of another make."""
    path = folder / ABOUT
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


@lru_cache(maxsize=3)
def encoder(name: str | None = None) -> Encoder:
    """The encoder that `SHUYIN_MODEL` names; the shipped one for None. A folder of the static kind needs no extra.

    `MissingExtra` if it needs the extra `models`, `NoSuchModel` if there is none of that name.
    """
    folder = SHIPPED if name is None else Path(name)
    return StaticEncoder(folder) if _is_static(folder) else SentenceEncoder(name or str(SHIPPED))


def check(name: str) -> None:
    """Return if `encoder(name)` may work; nothing is loaded. `MissingExtra`, or `NoSuchModel` for an empty folder."""
    folder = Path(name)
    if _is_static(folder):
        return
    if importlib.util.find_spec("sentence_transformers") is None:
        raise MissingExtra(_MISSING.format(name=name))
    if (folder.is_absolute() or name.startswith(".")) and not (folder / "modules.json").is_file():
        raise NoSuchModel(f"SHUYIN_MODEL={name}: there is no model in this folder (modules.json is missing)")


def _is_static(folder: Path) -> bool:
    """Whether model2vec can read it: its own kind, or a sentence-transformers model of nothing but word vectors."""
    if not ((folder / "model.safetensors").is_file() and (folder / "tokenizer.json").is_file()):
        return False
    modules = folder / "modules.json"
    if not modules.is_file():
        config = folder / "config.json"
        return config.is_file() and json.loads(config.read_text(encoding="utf-8")).get("model_type") == "model2vec"
    kinds = [module["type"].rsplit(".", 1)[-1] for module in json.loads(modules.read_text(encoding="utf-8"))]
    return kinds[:1] == ["StaticEmbedding"] and set(kinds[1:]) <= {"Normalize"}


def fitted(vectors: Vectors, dimensions: int) -> Vectors:
    """Unit vectors of so many dimensions: the first ones of longer vectors (Matryoshka), zeros behind shorter ones."""
    cut = vectors[:, :dimensions]
    if cut.shape[1] < dimensions:
        cut = np.pad(cut, ((0, 0), (0, dimensions - cut.shape[1])))
    lengths = np.linalg.norm(cut, axis=1, keepdims=True)
    unit: Vectors = np.divide(cut, lengths, out=np.zeros_like(cut), where=lengths > 0)
    return unit


def text_of(description: Description) -> str:
    """What of a description is embedded: title and keywords, the beginning of summary and contents, the names."""
    return joined(
        description.title,
        *description.keywords,
        description.summary[:_SUMMARY],
        description.contents[:_CONTENTS],
        description.author,
        description.publisher,
    )


def joined(*parts: str | None) -> str:
    """The parts that are there, with blanks between."""
    return " ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class LabelVectors:
    """The vectors of all headings and of all class nodes (zeros for nodes without a wording)."""

    encoder: Encoder
    headings: Vectors
    captions: Vectors  # each wording of class nodes once
    caption_of_node: NDArray[np.int32]  # its row, for every node

    @classmethod
    def of(cls, encoder: Encoder, headings: Sequence[str], nodes: Sequence[str]) -> LabelVectors:
        """Encode every label once; `nodes` are captions, empty where there is none."""
        distinct = list(dict.fromkeys(["", *nodes]))  # most nodes share the caption of a class above them, or have none
        place = {caption: row for row, caption in enumerate(distinct)}
        rows = np.array([place[caption] for caption in nodes], np.int32)
        return cls(encoder, encoder.encode(list(headings)), encoder.encode(distinct), rows)

    def grown(self, headings: Sequence[str], nodes: Sequence[str]) -> LabelVectors:
        """With the wordings of headings and of nodes that were added at the end since."""
        return LabelVectors(
            self.encoder,
            np.concatenate([self.headings, self.encoder.encode(headings)]) if headings else self.headings,
            np.concatenate([self.captions, self.encoder.encode(nodes)]) if nodes else self.captions,
            np.concatenate([self.caption_of_node, np.arange(len(nodes), dtype=np.int32) + len(self.captions)]),
        )

    def embed(self, descriptions: Sequence[Description]) -> Vectors:
        """`(n, dim) float32`: the descriptions' vectors, in one go."""
        return self.encoder.encode([text_of(description) for description in descriptions])

    def likeness(self, vector: NDArray[np.float32]) -> tuple[Vectors, Vectors]:
        """Cosine of a description's vector with every heading and every node's caption, nothing below zero."""
        by_caption = np.maximum(self.captions @ vector, 0)
        return np.maximum(self.headings @ vector, 0), by_caption[self.caption_of_node]
