"""What is asked of an index and what comes back: engine-neutral values.

A reader's words become `Text` nodes; how a `Text` finds and ranks records is decided once, in
`relevance`, from the index declaration. The engines only translate the resulting plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Match(StrEnum):
    """How the words of a `Text` must stand in the field."""

    ALL = "all"  # every word or adjacent pair (the ordinary search)
    MOST = "most"  # half of the words: the nearest records when nothing matches
    PHRASE = "phrase"  # adjacent and in this order
    EXACT = "exact"  # the whole field value, after folding
    PREFIX = "prefix"  # the field value begins so, after folding
    MASKED = "masked"  # as ALL, but in a word * stands for any characters and ? for one (not beside Han)


@dataclass(frozen=True, slots=True)
class Text:
    """Words to find. `field` is a text field of the declaration, or None for "any field"."""

    text: str
    field: str | None = None
    match: Match = Match.ALL


@dataclass(frozen=True, slots=True)
class Terms:
    """Exact values of a keyword field (a facet, an identifier); any one of them suffices."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """A closed range of a keyword-comparable or integer field; None leaves that end open."""

    field: str
    gte: str | int | None = None
    lte: str | int | None = None


@dataclass(frozen=True, slots=True)
class Bool:
    """All of `must`, none of `must_not`, and, if `must` is empty, at least one of `should`."""

    must: tuple[Query, ...] = ()
    should: tuple[Query, ...] = ()
    must_not: tuple[Query, ...] = ()


@dataclass(frozen=True, slots=True)
class Everything:
    """Every record."""


@dataclass(frozen=True, slots=True)
class Nothing:
    """No record: what was typed holds no word."""


Query = Text | Terms | Range | Bool | Everything | Nothing


@dataclass(frozen=True, slots=True)
class FacetRequest:
    """Count the values of a facet. `prefix` narrows to values that begin so (class tree).

    `contains` narrows to values with these characters anywhere, script, variants, width and case aside (look-up).
    `only` counts these values and no others, each whatever its rank (browse lists).
    """

    field: str
    size: int = 10
    prefix: str | None = None
    contains: str | None = None
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FacetFilter:
    """Values ticked in one facet: OR within `include`, none of `exclude`."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search. Facet counts leave out that facet's own `include` (multi-select)."""

    query: Query = field(default_factory=Everything)
    filters: Mapping[str, FacetFilter] = field(default_factory=dict)
    #: conditions that hold for hits and every facet alike (date range, exposure)
    where: tuple[Query, ...] = ()
    facets: tuple[FacetRequest, ...] = ()
    sort: str = "relevance"  # a sort named in the declaration
    offset: int = 0
    limit: int = 20
    highlight: bool = False
    #: with a vector, hits are the nearest by cosine (`vectors.DEPTH` at most) among those that match `filters` and
    #: `where`, `least` near or nearer; facets count these
    vector: Sequence[float] | None = None
    least: float = -1.0
    #: with `fused`, the nearest (`fusion.DEPTH` at most) stand among those that match `query`, in one order
    fused: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """One record found. `stored` is the document's display part, as the projection gave it.

    `highlights` maps a text field to fragments of the *original* text as (text, is_match) pieces.
    """

    id: str
    score: float
    stored: Mapping[str, Any]
    highlights: Mapping[str, tuple[tuple[tuple[str, bool], ...], ...]] = field(default_factory=dict)


@dataclass(slots=True)  # not frozen: a page makes thousands, and frozen ones take three times as long to make
class FacetCount:
    """A facet value with the number of records that have it."""

    value: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchResult:
    """`total` is exact."""

    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[FacetCount, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A completion: the text as the catalogue has it and the kind of field it comes from."""

    text: str
    kind: str  # title | author | publisher | subject | …
    count: int = 1
    id: str | None = None  # the record, when the suggestion is one record's


@dataclass(frozen=True, slots=True)
class Document:
    """What the indexer hands to an engine.

    `fields` holds every declared field: text fields as str or list of str (original, unfolded text),
    keyword fields as str or list of str, integer fields as int; missing = unknown. `stored` is returned
    with each hit (JSON-serialisable). `vector` is a unit vector or None.
    """

    id: str
    fields: Mapping[str, Any]
    stored: Mapping[str, Any]
    vector: Sequence[float] | None = None
