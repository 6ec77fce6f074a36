"""Shapes of the API's answers, for the OpenAPI document. A book's own shape is `records.book_json.BookJson`."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from shuyin.records.book_json import BookJson


class FacetValueJson(TypedDict):
    """One value of a facet with the number of records that have it."""

    value: str
    count: int
    selected: bool
    excluded: bool


class LinksJson(TypedDict):
    """Where to go from a list; null where there is no such page."""

    self: str
    first: str
    previous: str | None
    next: str | None
    last: str
    html: NotRequired[str]


class RelaxedJson(TypedDict):
    """What was loosened to avoid an empty page, and what that found."""

    what: list[str]
    total: int
    items: list[BookJson]


class BookListJson(TypedDict):
    """A page of a result list; `total` is exact."""

    total: int
    page: int
    per_page: int
    items: list[BookJson]
    facets: dict[str, list[FacetValueJson]]
    links: LinksJson
    did_you_mean: list[str]
    relaxed: RelaxedJson | None
    notices: list[str]


class SuggestionJson(TypedDict):
    """A completion; `id` is the record's number where the suggestion is one record's."""

    text: str
    kind: str
    count: int
    id: str | None


class SuggestionsJson(TypedDict):
    """Completions of what is being typed, best first."""

    q: str
    items: list[SuggestionJson]


class SimilarBookJson(TypedDict):
    """A similar book and what it shares."""

    book: BookJson
    why: list[str]


class RelatedJson(TypedDict):
    """Near a book: other editions, similar books, the shelf (the book itself among its neighbours)."""

    editions: list[BookJson]
    similar: list[SimilarBookJson]
    shelf: list[BookJson]


class OrganisationJson(TypedDict):
    """A publisher or music company; everything but the name only where it agreed to be public."""

    id: int
    name: str
    short_name: str | None
    is_publisher: bool
    is_music_company: bool
    prefixes: list[str]
    address: str | None
    telephone: str | None
    email: str | None
    website: str | None
    subject_range: str | None
    status: str | None


class OrganisationListJson(TypedDict):
    """A page of the directory."""

    total: int
    page: int
    per_page: int
    items: list[OrganisationJson]
    links: LinksJson


class BrowseLineJson(TypedDict):
    """One line of a browse list; `see` is the value used instead, `caption` that of a class number."""

    value: str
    caption: str | None
    count: int
    see: str | None
    html: str
    books: str


class BrowseLinksJson(TypedDict):
    """Where to go from a page of a browse list; null at its ends."""

    self: str
    previous: str | None
    next: str | None


class BrowsePageJson(TypedDict):
    """A page of a browse list, from any place at the same cost."""

    list: str
    order: str
    items: list[BrowseLineJson]
    links: BrowseLinksJson


class CountJson(TypedDict):
    """A value with the number of records that have it."""

    value: str
    count: int


class BrowseEntryJson(TypedDict):
    """One line of a browse list: its records, its references, what its records share; `record` is its own page."""

    list: str
    value: str
    caption: str | None
    count: int
    see: str | None
    used_for: list[str]
    newest: list[BookJson]
    shared: dict[str, list[CountJson]]
    years: list[CountJson]
    html: str
    books: str
    record: str | None


class FoundJson(TypedDict):
    """A hit of any kind; `detail` tells it from others, `html` is its page."""

    title: str
    detail: str | None
    html: str


class FoundGroupJson(TypedDict):
    """The hits of one kind: how many, the first five, the list of all."""

    kind: str
    total: int
    items: list[FoundJson]
    html: str


class EverythingJson(TypedDict):
    """One search over every kind."""

    q: str
    total: int
    groups: list[FoundGroupJson]
    did_you_mean: list[str]
    notices: list[str]


class ParameterErrorJson(TypedDict):
    """A parameter at fault."""

    parameter: str
    detail: str


class ProblemJson(TypedDict):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    instance: NotRequired[str]
    errors: NotRequired[list[ParameterErrorJson]]
