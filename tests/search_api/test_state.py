"""URL parameters ⇄ SearchState: permalinks, limits, clear messages."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuyin.search_api.state import (
    BOOK_FIELDS,
    MAX_QUERY_LENGTH,
    MODES,
    PAGE_SIZES,
    BadParameters,
    SearchState,
    read_state,
)
from shuyin.search_engine.declaration import BOOKS


def read(query: str) -> SearchState:
    return read_state(parse_qsl(query, keep_blank_values=True))


def test_every_parameter_of_the_interface_is_read() -> None:
    state = read(
        "q=期刊&title=a&author=b&publisher=c&isbn=9789576787713&subject=d&class=011&series=e&keyword=f"
        "&f.format=print&f.format=ebook&f.language=chi&-f.rating=限制級&from=2024&to=2025-04"
        "&sort=newest&page=3&per_page=50&mode=hybrid&lang=en"
    )
    assert state.q == "期刊"
    assert dict(state.fields) == {
        "title": "a",
        "author": "b",
        "publisher": "c",
        "isbn": "9789576787713",
        "subject": "d",
        "class": "011",
        "series": "e",
        "keyword": "f",
    }
    assert state.included("format") == ("print", "ebook")
    assert state.included("language") == ("chi",)
    assert state.excluded("rating") == ("限制級",)
    assert (state.start, state.end) == ("2024", "2025-04")
    assert (state.sort, state.page, state.per_page, state.mode, state.lang) == ("newest", 3, 50, "hybrid", "en")
    assert state.offset == 100


def test_every_facet_of_the_interface_is_declared() -> None:
    promised = [
        "format",
        "language",
        "audience",
        "rating",
        "category",
        "class",
        "subject",
        "publisher",
        "year",
        "state",
    ]
    assert set(promised) <= {facet.name for facet in BOOKS.facets}
    for name in promised:
        assert read(f"f.{name}=x").included(name) == ("x",)


def test_field_searches_name_fields_of_the_index() -> None:
    assert len(BOOK_FIELDS) == 8
    for field in BOOK_FIELDS.values():
        assert BOOKS.field(field)


def test_defaults_stay_out_of_the_permalink() -> None:
    assert read("q=&page=1&sort=relevance&per_page=20&mode=keyword&from=&f.format=").url() == "/books"


_words = st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zs", "Zl", "Zp"]), min_size=1, max_size=20)
_filters = st.dictionaries(
    st.sampled_from([facet.name for facet in BOOKS.facets]),
    st.lists(_words, min_size=1, max_size=3, unique=True).map(tuple),
    max_size=3,
)


def _ordered(filters: dict[str, tuple[str, ...]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((f.name, filters[f.name]) for f in BOOKS.facets if f.name in filters)


@given(
    q=_words,
    fields=st.dictionaries(st.sampled_from(list(BOOK_FIELDS)), _words, max_size=3),
    include=_filters,
    exclude=_filters,
    sort=st.sampled_from([s.name for s in BOOKS.sorts if s.offered]),
    page=st.integers(1, 10_000),
    per_page=st.sampled_from(PAGE_SIZES),
    mode=st.sampled_from(MODES),
    start=st.sampled_from([None, "1999", "2001-02"]),
    end=st.sampled_from([None, "2020", "2021-12"]),
)
def test_a_permalink_reads_back_as_the_same_state(
    q: str,
    fields: dict[str, str],
    include: dict[str, tuple[str, ...]],
    exclude: dict[str, tuple[str, ...]],
    sort: str,
    page: int,
    per_page: int,
    mode: str,
    start: str | None,
    end: str | None,
) -> None:
    state = SearchState(
        q=q,
        fields=tuple((name, fields[name]) for name in BOOK_FIELDS if name in fields),
        include=_ordered(include),
        exclude=_ordered(exclude),
        start=start,
        end=end,
        sort=sort,
        page=page,
        per_page=per_page,
        mode=mode,
    )
    assert read(urlsplit(state.url()).query) == state


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=abc", "page"),
        ("page=١", "page"),
        ("per_page=7", "per_page"),
        ("sort=price", "sort"),
        ("mode=magic", "mode"),
        ("from=lately", "from"),
        ("to=2025-13", "to"),
        ("from=2025&to=2024", "from"),
        ("f.colour=red", "f.colour"),
        ("-f.colour=red", "-f.colour"),
        ("&".join(f"f.subject={n}" for n in range(60)), "f.subject"),
    ],
)
def test_a_bad_value_is_named_with_what_to_do(query: str, parameter: str) -> None:
    with pytest.raises(BadParameters) as caught:
        read(query)
    problems = [p for p in caught.value.problems if p.parameter == parameter]
    assert len(problems) == 1
    assert str(problems[0].message)
    assert "{" not in str(problems[0].message)


def test_all_problems_come_at_once() -> None:
    with pytest.raises(BadParameters) as caught:
        read("page=x&sort=y&from=z")
    assert {p.parameter for p in caught.value.problems} == {"page", "sort", "from"}


def test_an_end_within_the_first_year_is_no_contradiction() -> None:
    assert read("from=2025-04&to=2025").end == "2025"


def test_unknown_parameters_are_passed_over() -> None:
    assert read("q=a&utm_source=mail&fbclid=1") == SearchState(q="a")


def test_control_characters_become_spaces_and_long_input_is_cut_with_a_notice() -> None:
    state = read("q=%00%01書%0A名" + "長" * 2000)
    assert state.q.startswith("書 名長")
    assert len(state.q) == MAX_QUERY_LENGTH
    assert len(state.notices) == 1


def test_removing_conditions_goes_back_to_page_one() -> None:
    state = read("q=a&f.format=print&f.format=ebook&-f.language=eng&title=t&from=2020&page=4")
    assert state.without_filter("format", "print").included("format") == ("ebook",)
    assert state.without_filter("language", "eng").excluded("language") == ()
    assert state.without_field("title").fields == ()
    cleared = state.without_filters()
    assert (cleared.include, cleared.exclude, cleared.start, cleared.page) == ((), (), None, 1)
    assert state.with_filter("format", "audiobook").included("format") == ("print", "ebook", "audiobook")
