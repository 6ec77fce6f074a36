"""A scheme as the recommender sees it: headings with their variants, class numbers with their wordings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


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


def terms_of(caption: str) -> tuple[str, ...]:
    """The single terms of a caption: `目錄學；文獻學` is two."""
    return tuple(dict.fromkeys(part.strip() for part in caption.replace(";", "；").split("；") if part.strip()))


def scheme_from_classes(rows: Iterable[tuple[str, str, str]]) -> Scheme:
    """The starter scheme from (number, caption, variant captions): each single term of a caption is a heading too."""
    classes: list[SchemeClass] = []
    headings: dict[str, None] = {}
    for number, caption, variants in rows:
        terms = tuple(dict.fromkeys((*terms_of(caption), *terms_of(variants))))
        classes.append(SchemeClass(number, tuple(dict.fromkeys((caption, *terms)))))
        headings.update(dict.fromkeys(terms))
    return Scheme(tuple(SchemeHeading(label) for label in headings), tuple(classes))
