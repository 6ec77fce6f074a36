"""Entries of a scheme as a file gives them, before they stand in the tables."""

from __future__ import annotations

from dataclasses import dataclass


class NotAScheme(ValueError):
    """The file holds neither headings nor classes that can be read; the message says what was looked for."""


@dataclass(frozen=True, slots=True)
class HeadingEntry:
    """A subject heading with its references: variants (UF), broader (BT), narrower (NT), related (RT)."""

    label: str
    uri: str | None = None
    label_en: str | None = None
    variants: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    narrower: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    class_numbers: tuple[str, ...] = ()
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ClassEntry:
    """A class number of the main tables or of an auxiliary table (類表編, 附表)."""

    number: str
    caption: str
    caption_en: str | None = None
    variants: tuple[str, ...] = ()
    parent: str | None = None
    table: str = "main"
    uri: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class SchemeFile:
    """What one file holds."""

    headings: tuple[HeadingEntry, ...] = ()
    classes: tuple[ClassEntry, ...] = ()
