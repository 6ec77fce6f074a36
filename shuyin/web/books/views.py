"""What the templates of the book pages are given: hits, facets, chips. No HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from shuyin.records.book_json import BookJson
from shuyin.search_api.by_meaning import HYBRID, KEYWORD, SEMANTIC
from shuyin.search_api.messages import N_
from shuyin.search_api.services import Answer, FacetValue
from shuyin.search_api.state import ANY_FIELD, Row, SearchState
from shuyin.search_engine import parsing
from shuyin.search_engine.declaration import BOOKS, Facet
from shuyin.search_engine.query import FacetCount, Hit
from shuyin.web import labels
from shuyin.web.books.histogram import Histogram, histogram
from shuyin.web.captions import Captions
from shuyin.web.i18n import gettext, ngettext

Pieces = Sequence[tuple[str, bool]]
#: People named on a result card.
_SHOWN_PEOPLE = 3
#: Fields whose match is shown as a snippet, in this order.
_SNIPPET_FIELDS = ("title_other", "subject", "keyword", "series", "summary", "contents")
_SHOWN_SNIPPETS = 2
#: Characters shown before the first match of a snippet; two lines are shown in all.
_BEFORE_MATCH = 24
#: Years listed below the histogram, the latest; the others are reached by the span or the page of all values.
_SHOWN_YEARS = 10
#: Facets that stand open before anything is ticked.
_OPEN_FACETS = frozenset({"format", "category", "class", "year"})


@dataclass(frozen=True, slots=True)
class Mode:
    """A way of searching: its URL value and what readers call it."""

    name: str
    label: str


MODES = (Mode(KEYWORD, N_("關鍵字")), Mode(SEMANTIC, N_("語意（意思相近）")), Mode(HYBRID, N_("關鍵字＋語意")))


@dataclass(frozen=True, slots=True)
class PersonView:
    """A contributor with the query's words marked."""

    name: str
    role: str | None
    pieces: Pieces


@dataclass(frozen=True, slots=True)
class HitView:
    """One card of the result list."""

    book: BookJson
    title: Pieces
    contributors: tuple[PersonView, ...]
    more_contributors: bool
    publisher: Pieces
    isbn: str | None
    deposited: bool
    snippets: tuple[tuple[str, Pieces], ...]


def hit_view(hit: Hit) -> HitView:
    """The card of a hit: original text with the matching words marked."""
    book = cast("BookJson", hit.stored)
    marked = {
        field: {_text(fragment): fragment for fragment in fragments} for field, fragments in hit.highlights.items()
    }

    def whole(field: str, text: str) -> Pieces:
        return marked.get(field, {}).get(text) or ((text, False),)

    people = book["contributors"]
    snippets: list[tuple[str, Pieces]] = []
    for field in _SNIPPET_FIELDS:
        for fragment in hit.highlights.get(field, ())[:1]:
            known = _text(fragment) in book["title"]
            if any(match for _, match in fragment) and not known and len(snippets) < _SHOWN_SNIPPETS:
                snippets.append((BOOKS.field(field).label, _around_match(fragment)))
    return HitView(
        book=book,
        title=whole("title", book["title"]),
        contributors=tuple(
            PersonView(person["name"], person["role"], whole("author", person["name"]))
            for person in people[:_SHOWN_PEOPLE]
        ),
        more_contributors=len(people) > _SHOWN_PEOPLE,
        publisher=whole("publisher", book["publisher"] or ""),
        isbn=next((b["isbn_hyphenated"] for b in book["bindings"] if b["isbn"]), None),
        deposited=any(b["state"] == "deposited" for b in book["bindings"]),
        snippets=tuple(snippets),
    )


def _text(fragment: Pieces) -> str:
    return "".join(text for text, _ in fragment)


def _around_match(fragment: Pieces) -> Pieces:
    """The fragment on one line, from shortly before its first match."""
    pieces = [(re.sub(r"\s+", " ", text), match) for text, match in fragment]
    first, match = pieces[0]
    if not match and len(first) > _BEFORE_MATCH:
        pieces[0] = ("…" + first[-_BEFORE_MATCH:], False)
    return pieces


@dataclass(frozen=True, slots=True)
class FacetItemView:
    """A facet value; `level` is its depth in a tree."""

    value: str
    label: str
    count: int
    selected: bool
    level: int = 0


@dataclass(frozen=True, slots=True)
class FacetView:
    """A facet as shown beside the results."""

    name: str
    label: str
    items: tuple[FacetItemView, ...]
    open: bool
    more: bool = False  # there are values beyond those shown
    excluded: tuple[FacetItemView, ...] = ()
    histogram: Histogram | None = None


def facet_views(answer: Answer, captions: Captions) -> list[FacetView]:
    """The facets that have something to choose, in the order of the declaration.

    Those that are not counted here (authors, series) lead to a page of their own values.
    """
    views = []
    for facet in BOOKS.facets:
        if not facet.counted:
            if answer.total > 1 or answer.state.included(facet.name):
                views.append(FacetView(facet.name, facet.label, (), open=False, more=True))
            continue
        every = answer.facets.get(facet.name, ())
        values = [v for v in every if not v.excluded]
        chosen = any(v.selected or v.excluded for v in every)
        items, more = _tree(values, captions) if facet.hierarchical else _plain(facet, values)
        if len(items) > 1 or chosen or (facet.name == "year" and (answer.state.start or answer.state.end)):
            views.append(
                FacetView(
                    facet.name,
                    facet.label,
                    items,
                    chosen or facet.name in _OPEN_FACETS,
                    more,
                    excluded=tuple(
                        FacetItemView(v.value, captions.value(facet.name, v.value), 0, False)
                        for v in every
                        if v.excluded
                    ),
                    histogram=_years(values) if facet.name == "year" else None,
                )
            )
    return views


def _years(values: Sequence[FacetValue]) -> Histogram | None:
    return histogram([FacetCount(v.value, v.count) for v in values])


def _plain(facet: Facet, values: Sequence[FacetValue]) -> tuple[tuple[FacetItemView, ...], bool]:
    """The values to list, and whether there are others; of years the latest."""
    more = len(values) >= facet.size
    if facet.name == "year":
        latest = sorted(values, key=lambda v: v.value, reverse=True)
        values = [*latest[:_SHOWN_YEARS], *(v for v in latest[_SHOWN_YEARS:] if v.selected)]
        more = len(latest) > len(values)
    items = (FacetItemView(v.value, labels.facet_value(facet.name, v.value), v.count, v.selected) for v in values)
    return tuple(items), more


def _tree(values: Sequence[FacetValue], captions: Captions) -> tuple[tuple[FacetItemView, ...], bool]:
    """Main classes, and below each ticked one the next level, in the order of the numbers."""
    ticked = {v.value for v in values if v.selected}
    opened = {ancestor for value in ticked for ancestor in ancestors(value)} | ticked
    shown = [v for v in values if parent(v.value) is None or parent(v.value) in opened or v.selected]
    items = (
        FacetItemView(
            v.value, captions.value("class", v.value), v.count, v.selected, level=min(3, len(ancestors(v.value)))
        )
        for v in sorted(shown, key=lambda v: v.value)
    )
    return tuple(items), len(values) > len(shown)


def parent(number: str) -> str | None:
    """The class above: 011.016 → 011 → 01 → 0 → None (levels as the index keeps them)."""
    if len(number) > 3:
        return number[:3]
    return number[:-1] or None


def ancestors(number: str) -> list[str]:
    """All classes above a number, nearest first."""
    found: list[str] = []
    above = parent(number)
    while above:
        found.append(above)
        above = parent(above)
    return found


@dataclass(frozen=True, slots=True)
class Chip:
    """One condition of the search, with the address of the search without it."""

    label: str
    value: str
    url: str
    negative: bool = False


def chips(state: SearchState, captions: Captions) -> list[Chip]:
    """Every condition but the words of the simple box."""
    found = [
        Chip(gettext(labels.PARAMETERS[name]), words, state.without_field(name).url()) for name, words in state.fields
    ]
    found += [
        Chip(_row_label(number, row), row.text, state.without_row(number).url(), row.op == "not")
        for number, row in enumerate(state.rows)
    ]
    facet_labels = {facet.name: gettext(facet.label) for facet in BOOKS.facets}
    for filters, negative in ((state.include, False), (state.exclude, True)):
        for name, values in filters:
            for value in values:
                shown = captions.value(name, value)
                found.append(Chip(facet_labels[name], shown, state.without_filter(name, value).url(), negative))
    if state.start or state.end:
        period = f"{state.start or '…'} – {state.end or '…'}"
        without = replace(state, start=None, end=None, page=1)
        found.append(Chip(gettext("出版日期"), period, without.url()))
    return found


def _row_label(number: int, row: Row) -> str:
    label = gettext(labels.PARAMETERS.get(row.field, labels.ANY_FIELD))
    return label if number == 0 and row.op != "not" else f"{gettext(labels.OPERATORS[row.op])} {label}"


def hidden_pairs(state: SearchState) -> list[tuple[str, str]]:
    """What the form beside the results carries along: all that has no control of its own in it."""
    own = {
        "from",
        "to",
        "sort",
        "per_page",
        "page",
        "mode",
        *(f"f.{facet.name}" for facet in BOOKS.facets if facet.counted),
    }
    return [(name, value) for name, value in state.pairs() if name not in own]


#: Where words find fewer books than this, the search by meaning is offered.
_FEW_HITS = 10


def offer_meaning(answer: Answer) -> str | None:
    """The address of the same search by words and meaning, where words alone find little."""
    state = answer.state
    if state.mode != KEYWORD or not state.q or answer.total >= _FEW_HITS or parsing.normal_isbn(state.q):
        return None
    return replace(state, mode=HYBRID, page=1).url()


def summary(answer: Answer) -> str:
    """The sentence above the list, which is also what a screen reader hears."""
    if not answer.total:
        return gettext("沒有找到符合的書目")
    if answer.total <= answer.state.per_page:
        return ngettext("共 {total} 筆", "共 {total} 筆", answer.total).format(total=f"{answer.total:,}")
    return gettext("共 {total} 筆，這是第 {first}–{last} 筆").format(
        total=f"{answer.total:,}", first=f"{answer.first:,}", last=f"{answer.last:,}"
    )


def heading(state: SearchState, captions: Captions) -> str:
    """The name of the page: what was asked."""
    asked = [state.q, *(words for _, words in state.fields), *(row.text for row in state.rows)]
    asked += [captions.value(name, value) for name, values in state.include for value in values]
    return "、".join(a for a in asked if a) or gettext("全部書目")


def described(state: SearchState, captions: Captions) -> str:
    """A search in words: what was typed, then each condition; for lists of searches."""
    parts = [state.q] if state.q else []
    parts += [
        f"{'−' if chip.negative else ''}{chip.label}{gettext('：')}{chip.value}" for chip in chips(state, captions)
    ]
    return gettext("；").join(parts) or gettext("全部書目")


def page_window(page: int, pages: int) -> list[int | None]:
    """Page numbers to link: the ends and the neighbours; None stands for a gap."""
    near = {1, 2, pages - 1, pages, *range(page - 2, page + 3)}
    shown: list[int | None] = []
    for number in sorted(n for n in near if 1 <= n <= pages):
        previous = shown[-1] if shown else 0
        if previous is not None and number - previous == 2:
            shown.append(number - 1)
        elif previous is not None and number - previous > 2:
            shown.append(None)
        shown.append(number)
    return shown


#: Rows that the advanced form shows; more are found in the URL and shown then.
_FORM_ROWS = 4


def form_rows(state: SearchState) -> list[Row]:
    """The rows of the form: those of the state, its simple box and field searches, then empty ones."""
    rows = [Row("and", ANY_FIELD, state.q)] if state.q else []
    rows += [Row("and", name, words) for name, words in state.fields]
    rows += state.rows
    return rows + [Row("and", field, "") for field in ("title", "author", "subject", ANY_FIELD)[len(rows) : _FORM_ROWS]]


def choice_views(choices: Mapping[str, Sequence[FacetCount]], state: SearchState) -> list[FacetView]:
    """The facets of the advanced form."""
    declared = {facet.name: facet for facet in BOOKS.facets}
    return [
        FacetView(
            name,
            declared[name].label,
            tuple(
                FacetItemView(c.value, labels.facet_value(name, c.value), c.count, c.value in state.included(name))
                for c in counts
            ),
            open=True,
        )
        for name, counts in choices.items()
        if counts
    ]


def class_path(book: BookJson, captions: Captions) -> list[tuple[str, str]]:
    """From the main class down to the book's own: (number, words), for the path above the title."""
    numbers = [c["number"] for c in book["classes"] if c["scheme"] == "ncsclt" and c["number"][:1].isdigit()]
    if not numbers:
        return []
    steps = [*reversed(ancestors(numbers[0])), numbers[0]]
    return [(step, captions.value("class", step)) for step in steps if len(step) in (1, 3) or step == numbers[0]]


@dataclass(frozen=True, slots=True)
class TitleView:
    """A title as set on a title page: the main title, and lines below it."""

    main: str
    below: tuple[str, ...]


def title_view(book: BookJson) -> TitleView:
    """The title in lines; the whole title as one line where its parts do not make it up."""
    parts = book["title_parts"]
    if not book["title"].startswith(parts["main"]):
        return TitleView(book["title"], ())
    numbered = [p for p in (parts["part_number"], parts["part_name"]) if p]
    below = [p for p in (parts["remainder"], *parts["parallel"]) if p]
    return TitleView(" ".join([parts["main"], *numbered]), tuple(dict.fromkeys(below)))


def contents_lines(contents: str) -> str:
    """A 505 on one line, one chapter per line ("--" stands between them, AACR2 and RDA practice)."""
    return re.sub(r"\s+--\s+", "\n", contents)
