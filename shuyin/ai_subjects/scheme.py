"""A scheme as the recommender sees it: headings with their variants, class numbers with their wordings."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

STARTER = Path(__file__).with_name("starter") / "classes.csv"
#: `origin` of entries that come from the starter table, and of headings that only records gave.
STARTER_ORIGIN = "starter"
RECORDS_ORIGIN = "records"


@dataclass(frozen=True, slots=True)
class SchemeHeading:
    """A subject heading and the wordings that lead to it (UF)."""

    label: str
    variants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SchemeClass:
    """A class number and its wordings; the first is the caption."""

    number: str
    wordings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scheme:
    """All that a recommender knows before it has seen a record."""

    headings: tuple[SchemeHeading, ...] = ()
    classes: tuple[SchemeClass, ...] = ()


@dataclass(frozen=True, slots=True)
class StarterClass:
    """A row of the starter table."""

    number: str
    caption: str
    variants: tuple[str, ...]
    caption_en: str
    confidence: str


def terms_of(caption: str) -> tuple[str, ...]:
    """The single terms of a caption: `目錄學；文獻學` is two."""
    return tuple(dict.fromkeys(part.strip() for part in caption.replace(";", "；").split("；") if part.strip()))


@lru_cache(maxsize=1)
def starter_classes() -> tuple[StarterClass, ...]:
    """The starter table (data/SOURCES: facts, confidence high and medium; not the official text)."""
    with STARTER.open(encoding="utf-8", newline="") as stream:
        return tuple(
            StarterClass(row["number"], row["caption"], terms_of(row["variants"]), row["caption_en"], row["confidence"])
            for row in csv.DictReader(stream)
        )


@lru_cache(maxsize=1)
def _starter_captions() -> dict[str, str]:
    return {entry.number: entry.caption for entry in starter_classes()}


def nearest_caption(captions: Mapping[str, str], number: str) -> str:
    """The caption of a number or of the nearest one above it; empty if there is none."""
    while number:
        if number in captions:
            return captions[number]
        number = number[:-1].rstrip(".")
    return ""


@lru_cache(maxsize=4096)
def caption_of(number: str) -> str:
    """The starter table's caption of a class number or of the nearest one above it."""
    return nearest_caption(_starter_captions(), number)


def scheme_from_classes(rows: Iterable[tuple[str, str, Iterable[str]]]) -> Scheme:
    """A scheme from (number, caption, variant captions): each single term of a caption is a heading too."""
    classes: list[SchemeClass] = []
    headings: dict[str, None] = {}
    for number, caption, variants in rows:
        terms = tuple(dict.fromkeys((*terms_of(caption), *variants)))
        classes.append(SchemeClass(number, tuple(dict.fromkeys((caption, *terms)))))
        headings.update(dict.fromkeys(terms))
    return Scheme(tuple(SchemeHeading(label) for label in headings), tuple(classes))


def starter_scheme() -> Scheme:
    """The scheme that ships, for the recommender."""
    return scheme_from_classes((entry.number, entry.caption, entry.variants) for entry in starter_classes())


def starter_english() -> list[tuple[str, str]]:
    """(English caption, caption) of the starter classes: what lets an embedding find Chinese books by English words."""
    return [(entry.caption_en, entry.caption) for entry in starter_classes() if entry.caption_en]
