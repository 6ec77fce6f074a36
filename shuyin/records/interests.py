"""What a reader wants to hear of, and whether a book is that (修改個人閱讀興趣): letters and feeds choose by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from shuyin.records.book_json import BookJson

#: More than anyone ticks; a bound for machines.
MAX_VALUES = 50
MAX_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Interests:
    """Topics (any of them suffices) and limits (each must hold); all empty = every book.

    Topics: `subjects` and `words` stand anywhere in headings, keywords or title; `classes` are beginnings of class
    numbers; `categories` are 圖書主題. Limits: `audiences`, `formats`.
    """

    subjects: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()

    @classmethod
    def of(cls, values: Mapping[str, Sequence[str]]) -> Interests:
        """Interests from form or JSON values: unknown names are passed over, values trimmed, each once, bounded."""
        cleaned = {}
        for field in fields(cls):
            given = (" ".join(str(v).split())[:MAX_LENGTH] for v in values.get(field.name, ()))
            cleaned[field.name] = tuple(dict.fromkeys(v for v in given if v))[:MAX_VALUES]
        return cls(**cleaned)

    def to_json(self) -> dict[str, Any]:
        """The values as a subscription keeps them."""
        return {field.name: list(getattr(self, field.name)) for field in fields(self) if getattr(self, field.name)}

    def include(self, book: BookJson) -> bool:
        """Whether the reader wants to hear of this book."""
        if self.audiences and book["audience"] not in self.audiences:
            return False
        if self.formats and book["format"] not in self.formats:
            return False
        if not (self.subjects or self.classes or self.categories or self.words):
            return True
        numbers = [c["number"] for c in book["classes"]]
        texts = [s["label"] for s in book["subjects"]] + book["keywords"]
        return (
            any(number.startswith(wanted) for wanted in self.classes for number in numbers)
            or book["category"] in self.categories
            or any(wanted in text for wanted in self.subjects for text in texts)
            or any(wanted.lower() in text.lower() for wanted in self.words for text in [*texts, book["title"]])
        )
