"""Vectors for search: the one embedding of this process (`SHUYIN_MODEL`, or the one that ships), loaded at first use.

Nothing heavy is imported before a text is to be encoded: a process that searches by words only stays small.
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Sequence

from shuyin.search_engine.declaration import SHIPPED_SPACE

_lock = threading.Lock()
_chosen: list[str | None] = [None]


def use(name: str | None) -> None:
    """Encode with this model from now on (None or empty: the one that ships).

    `embedding.MissingExtra` or `embedding.NoSuchModel` if it cannot work; it is loaded later.
    """
    if name:
        from shuyin.ai_subjects import embedding

        embedding.check(name)
    _chosen[0] = name or None


def chosen() -> str | None:
    """What `use` was given; None for the model that ships."""
    return _chosen[0]


def space() -> str:
    """The name of the space that the vectors lie in; those of two spaces cannot be compared."""
    return _chosen[0] or SHIPPED_SPACE


def encode(texts: Sequence[str], dimensions: int) -> list[array[float] | None]:
    """A unit vector of so many dimensions for each text, as 32-bit floats; None where no word is known."""
    from shuyin.ai_subjects import embedding

    with _lock:  # one load, however many threads ask first
        encoder = embedding.encoder(_chosen[0])
    vectors = embedding.fitted(encoder.encode(texts), dimensions)
    return [array("f", vector.tobytes()) if vector.any() else None for vector in vectors]
