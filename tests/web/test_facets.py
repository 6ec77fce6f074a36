"""The facets beside the results: years as bars, exclusion, look-up by name, filters that are not counted there."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from fastapi.testclient import TestClient

from shuyin.search_engine.query import FacetCount
from shuyin.web.books.histogram import histogram


def _bars(*years: tuple[str, int]) -> list[tuple[int, int, int]]:
    made = histogram([FacetCount(year, count) for year, count in years])
    assert made is not None
    return [(bar.first, bar.last, bar.count) for bar in made.bars]


def test_a_bar_for_every_year_also_where_there_is_nothing() -> None:
    assert _bars(("2020", 3), ("2023", 1)) == [(2020, 2020, 3), (2021, 2021, 0), (2022, 2022, 0), (2023, 2023, 1)]


def test_long_spans_share_bars_and_lose_no_record() -> None:
    years = [(str(year), year % 7) for year in range(1887, 2026)]
    bars = _bars(*years)
    assert len(bars) <= 40
    assert sum(count for _, _, count in bars) == sum(count for _, count in years)
    assert all(a[1] + 1 == b[0] for a, b in pairwise(bars))
    assert bars[0][0] <= 1887 and bars[-1][1] >= 2025


@pytest.mark.parametrize(
    "years", [[], [("2020", 5)], [("2020", 5), ("民國", 2)], [("2020", 5), ("0000", 1), ("2021", 0)]]
)
def test_one_year_makes_no_drawing(years: list[tuple[str, int]]) -> None:
    assert histogram([FacetCount(year, count) for year, count in years]) is None


def test_the_drawing_says_its_span_and_peak(client: TestClient) -> None:
    page = client.get("/books?q=臺灣").text
    name = re.search(r'<svg class="histogram"[^>]*aria-label="([^"]+)"', page)
    assert name and name[1].startswith("出版年 2016–2025，最多的是 ")
    drawn = page.split('<svg class="histogram"')[1].split("</svg>")[0]
    counts = {v["value"]: v["count"] for v in client.get("/api/v1/books?q=臺灣").json()["facets"]["year"]}
    bars = re.findall(r"<title>(\d{4}): (\d+)</title>", drawn)
    assert len(bars) == 10
    assert {year: int(count) for year, count in bars} == counts


def test_authors_and_series_filter_and_stay_when_something_else_is_ticked(client: TestClient) -> None:
    body = client.get("/api/v1/books?f.author=作者3").json()
    assert body["total"] > 5
    assert all(item["contributors"][0]["name"] == "作者3" for item in body["items"])
    assert "author" not in body["facets"]
    page = client.get("/books?f.author=作者3").text
    assert '<input type="hidden" name="f.author" value="作者3">' in page
    assert 'formaction="/books/facets/author"' in page
    assert client.get("/api/v1/books?f.series=國家圖書館期刊叢刊").json()["total"] == 1
    assert "作者3" in client.get("/books/facets/author?q=臺灣&look_up=作者3").text


def test_excluded_values_are_shown_with_a_way_back(client: TestClient) -> None:
    page = client.get("/books?q=臺灣&-f.language=jpn").text
    assert "不再排除 日文" in page


def test_the_page_of_all_values_excludes_too(client: TestClient) -> None:
    page = client.get("/books/facets/subject?q=臺灣&-f.subject=茶藝&exclude=1").text
    assert re.search(r'name="-f.subject" value="茶藝" checked', page)
    assert "排除勾選的值" in page


@pytest.mark.parametrize(
    ("facet", "typed", "found"), [("language", "日", "日文"), ("format", "电子", "電子書"), ("class", "总", "總類")]
)
def test_coded_values_are_looked_up_by_their_names(client: TestClient, facet: str, typed: str, found: str) -> None:
    page = client.get(f"/books/facets/{facet}", params={"look_up": typed}).text
    assert found in page.split('class="facet-values"')[1]


def test_search_within_results_adds_words_and_keeps_the_rest(client: TestClient) -> None:
    page = client.get("/books?q=臺灣&f.language=chi").text
    form = page.split('id="within"')[0].rsplit("<form", 1)[1]
    pairs = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    answer = client.get("/api/v1/books", params=[*pairs, ("row.text", "繪本")]).json()
    assert 0 < answer["total"] < client.get("/api/v1/books?q=臺灣&f.language=chi").json()["total"]
    assert all("繪本" in item["title"] and item["language"] == "chi" for item in answer["items"])
