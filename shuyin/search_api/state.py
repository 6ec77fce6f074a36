"""The URL of a result list ⇄ a frozen `SearchState`. Names and values are fixed by docs/api.md."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from shuyin.search_api.messages import N_, Message
from shuyin.search_engine import parsing
from shuyin.search_engine.declaration import BOOKS, IndexDeclaration

#: Field searches of `/books`: URL parameter → field of the index.
BOOK_FIELDS: dict[str, str] = dict(BOOKS.parameters)
#: A row of the advanced search may also look in any field.
ANY_FIELD = "any"
#: How a row joins the rows above it.
OPERATORS = ("and", "or", "not")
#: Rows of the advanced search: three URL parameters each, repeated in step.
ROW_PARAMETERS = ("row.op", "row.field", "row.text")
MAX_ROWS = 10
PAGE_SIZES = BOOKS.page_sizes
MODES = ("keyword", "semantic", "hybrid")
#: Longer input is cut here, and the reader is told so.
MAX_QUERY_LENGTH = parsing.MAX_LENGTH
QUERY_TOO_LONG = N_("查詢詞太長，只用了前 {limit} 個字。")
#: More filters than any person ticks; a bound for machines.
MAX_FILTER_VALUES = 50

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?")
_HIGHEST_PAGE = 10_000_000


@dataclass(frozen=True, slots=True)
class ParameterProblem:
    """One parameter that cannot be understood, and what to do."""

    parameter: str
    message: Message


class BadParameters(ValueError):
    """The URL holds values that cannot be understood; `problems` says which and why."""

    def __init__(self, problems: Sequence[ParameterProblem]) -> None:
        super().__init__("; ".join(f"{p.parameter}: {p.message}" for p in problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the advanced search; rows join from the top: ((a and b) or c) not d."""

    op: str  # and | or | not; of the first row only `not` counts
    field: str  # a key of `BOOK_FIELDS`, or "any"
    text: str


@dataclass(frozen=True, slots=True)
class SearchState:
    """Everything that a result list shows, as its URL says it."""

    q: str = ""
    #: (parameter, words), in the order of `BOOK_FIELDS`
    fields: tuple[tuple[str, str], ...] = ()
    rows: tuple[Row, ...] = ()
    #: (facet, values), in the order of the declaration
    include: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[tuple[str, tuple[str, ...]], ...] = ()
    start: str | None = None  # from: YYYY or YYYY-MM
    end: str | None = None  # to
    sort: str = "relevance"
    page: int = 1
    per_page: int = 20
    mode: str = "keyword"
    lang: str | None = None
    #: what was changed while reading the URL (a query that was cut); not part of the permalink
    notices: tuple[Message, ...] = field(default=(), compare=False)

    @property
    def offset(self) -> int:
        """How many hits stand before this page."""
        return (self.page - 1) * self.per_page

    @property
    def is_empty(self) -> bool:
        """Nothing asked: the whole collection."""
        return not (self.q or self.fields or self.rows or self.include or self.exclude or self.start or self.end)

    @property
    def has_words(self) -> bool:
        """Something is searched for, so that there is something to mark in what was found."""
        return bool(self.q or self.fields or self.rows)

    def included(self, facet: str) -> tuple[str, ...]:
        """Ticked values of a facet."""
        return dict(self.include).get(facet, ())

    def excluded(self, facet: str) -> tuple[str, ...]:
        """Excluded values of a facet."""
        return dict(self.exclude).get(facet, ())

    def words(self, parameter: str) -> str:
        """What is searched in one field, or an empty string."""
        return dict(self.fields).get(parameter, "")

    def pairs(self) -> list[tuple[str, str]]:
        """URL parameters in a fixed order; defaults are left out, so equal states have equal URLs."""
        pairs = [("q", self.q)] if self.q else []
        pairs += self.fields
        for row in self.rows:
            pairs += zip(ROW_PARAMETERS, (row.op, row.field, row.text), strict=True)
        pairs += [(f"f.{name}", value) for name, values in self.include for value in values]
        pairs += [(f"-f.{name}", value) for name, values in self.exclude for value in values]
        plain = (
            ("from", self.start or "", ""),
            ("to", self.end or "", ""),
            ("sort", self.sort, "relevance"),
            ("page", str(self.page), "1"),
            ("per_page", str(self.per_page), "20"),
            ("mode", self.mode, "keyword"),
            ("lang", self.lang or "", ""),
        )
        return pairs + [(name, value) for name, value, default in plain if value != default]

    def url(self, path: str = "/books") -> str:
        """The permalink of this state under `path`."""
        query = urlencode(self.pairs(), safe=":/")
        return f"{path}?{query}" if query else path

    def on_page(self, page: int) -> SearchState:
        """The same list, another page."""
        return replace(self, page=page)

    def with_filter(self, facet: str, value: str) -> SearchState:
        """One more ticked value, from page one."""
        values = (*(v for v in self.included(facet) if v != value), value)
        return replace(self, include=_set(self.include, facet, values), page=1)

    def without_filter(self, facet: str, value: str) -> SearchState:
        """One ticked or excluded value fewer, from page one."""
        return replace(
            self,
            include=_set(self.include, facet, tuple(v for v in self.included(facet) if v != value)),
            exclude=_set(self.exclude, facet, tuple(v for v in self.excluded(facet) if v != value)),
            page=1,
        )

    def without_field(self, parameter: str) -> SearchState:
        """One field search fewer, from page one."""
        return replace(self, fields=tuple(p for p in self.fields if p[0] != parameter), page=1)

    def without_row(self, number: int) -> SearchState:
        """One row fewer (0 = the first), from page one."""
        return replace(self, rows=tuple(r for n, r in enumerate(self.rows) if n != number), page=1)

    def without_filters(self) -> SearchState:
        """The words alone: no facets, no dates."""
        return replace(self, include=(), exclude=(), start=None, end=None, page=1)


def _set(
    current: tuple[tuple[str, tuple[str, ...]], ...], facet: str, values: tuple[str, ...]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    merged = dict(current)
    merged[facet] = values
    return tuple((name, kept) for name, kept in merged.items() if kept)


def read_state(parameters: Iterable[tuple[str, str]], declaration: IndexDeclaration = BOOKS) -> SearchState:
    """The state that a query string asks for; `BadParameters` names every value that cannot be understood.

    Parameters that this list does not know (utm_source …) are passed over; an unknown facet is an error.
    """
    return _Reader(parameters, declaration).state()


class _Reader:
    """Collects all problems of one query string, so that a reader sees them at once."""

    def __init__(self, parameters: Iterable[tuple[str, str]], declaration: IndexDeclaration) -> None:
        self.declaration = declaration
        self.problems: list[ParameterProblem] = []
        self.notices: list[Message] = []
        self.values: dict[str, list[str]] = {}
        self.row_columns: dict[str, list[str]] = {name: [] for name in ROW_PARAMETERS}
        for name, value in parameters:
            cleaned = clean(value)
            if name in self.row_columns:
                self.row_columns[name].append(cleaned)  # empty ones too: the three keep step
            elif cleaned:
                self.values.setdefault(name, []).append(cleaned)

    def state(self) -> SearchState:
        has_dates = self.declaration.date_field is not None
        start, end = (self.date("from"), self.date("to", last=True)) if has_dates else (None, None)
        if start and end and start > end + "-99":
            self.problem("from", N_("起始日期「{start}」晚於結束日期「{end}」。請對調兩者。"), start=start, end=end)
        state = SearchState(
            q=self.text("q"),
            fields=tuple((name, text) for name, _ in self.declaration.parameters if (text := self.text(name))),
            rows=self.rows(),
            include=self.filters("f."),
            exclude=self.filters("-f."),
            start=start,
            end=end,
            sort=self.choice("sort", [s.name for s in self.declaration.sorts if s.offered], "relevance"),
            page=self.page(),
            per_page=int(self.choice("per_page", [str(size) for size in self.declaration.page_sizes], "20")),
            mode=self.choice("mode", MODES, "keyword"),
            lang=self.values.get("lang", [None])[-1] if self.values.get("lang") else None,
            notices=tuple(self.notices),
        )
        if self.problems:
            raise BadParameters(self.problems)
        return state

    def problem(self, parameter: str, text: str, **values: str | int) -> None:
        self.problems.append(ParameterProblem(parameter, Message(text, values)))

    def rows(self) -> tuple[Row, ...]:
        columns = [self.row_columns[name] for name in ROW_PARAMETERS]
        if len({len(column) for column in columns}) > 1:
            self.problem("row.text", N_("每一列都要有 row.op、row.field、row.text 三個參數。"))
            return ()
        rows = [Row(op or "and", field or ANY_FIELD, self.cut(text)) for op, field, text in zip(*columns, strict=True)]
        fields = (ANY_FIELD, *dict(self.declaration.parameters))
        for row in rows:
            self.known("row.op", row.op, OPERATORS)
            self.known("row.field", row.field, fields)
        rows = [row for row in rows if row.text]
        if len(rows) > MAX_ROWS:
            self.problem("row.text", N_("進階查詢最多 {limit} 列。"), limit=MAX_ROWS)
        return tuple(rows)

    def text(self, name: str) -> str:
        return self.cut(" ".join(self.values.get(name, [])))

    def cut(self, text: str) -> str:
        if len(text) > MAX_QUERY_LENGTH:
            self.notices.append(
                Message(QUERY_TOO_LONG, {"limit": MAX_QUERY_LENGTH}),
            )
            text = text[:MAX_QUERY_LENGTH].rstrip()
        return text

    def choice(self, name: str, allowed: Sequence[str], default: str) -> str:
        value = self.values.get(name, [default])[-1]
        return value if self.known(name, value, allowed) else default

    def known(self, name: str, value: str, allowed: Sequence[str]) -> bool:
        if value not in allowed:
            listed = "、".join(allowed)
            self.problem(name, N_("「{value}」不是可用的值。可用：{allowed}。"), value=value[:50], allowed=listed)
        return value in allowed

    def page(self) -> int:
        value = self.values.get("page", ["1"])[-1]
        if not (value.isascii() and value.isdigit() and int(value[:9]) >= 1 and len(value) < 9):
            self.problem("page", N_("「{value}」不是頁碼。請填 1 以上的整數。"), value=value[:50])
            return 1
        return min(int(value), _HIGHEST_PAGE)

    def date(self, name: str, *, last: bool = False) -> str | None:
        value = self.values.get(name, [""])[-1]
        if not value:
            return None
        match = _DATE.fullmatch(value)
        if not match or (match[2] and not "01" <= match[2] <= "12"):
            self.problem(
                name,
                N_("「{value}」不是日期。請填西元年或年月，例如 2025 或 2025-04。"),
                value=value[:50],
            )
            return None
        return value

    def filters(self, prefix: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        known = {facet.name for facet in self.declaration.facets}
        for name in self.values:
            if name.startswith(prefix) and name.removeprefix(prefix) not in known:
                facets = "、".join(sorted(known))
                self.problem(name, N_("沒有這個篩選項目。可用：{facets}。"), facets=facets)
        found = []
        for facet in self.declaration.facets:
            values = tuple(dict.fromkeys(self.values.get(prefix + facet.name, [])))
            if len(values) > MAX_FILTER_VALUES:
                self.problem(
                    prefix + facet.name,
                    N_("一個篩選項目最多 {limit} 個值。"),
                    limit=MAX_FILTER_VALUES,
                )
            if values:
                found.append((facet.name, values))
        return tuple(found)


def clean(value: str) -> str:
    """Without control characters and unpaired surrogates, which no catalogue holds and no engine takes."""
    kept = "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in value)
    return " ".join(kept.split())
