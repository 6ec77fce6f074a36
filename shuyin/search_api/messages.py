"""Sentences for people, kept apart from their values so that the pages can translate them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


def N_(text: str) -> str:  # noqa: N802 - the name that gettext tools look for
    """Mark a source string (zh-Hant) for the translation catalogue; returns it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence: `text` is the zh-Hant source string with `{name}` places for `values`."""

    text: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text.format(**self.values)
