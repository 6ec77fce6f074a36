"""The statistics pages: tables with their charts, calendars, months, CSV."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from shuyin.search_api import statistics


def test_the_yearly_table_stands_in_both_calendars(client: TestClient) -> None:
    roc = client.get("/statistics").text
    assert '<th scope="row">88</th><td>94</td><td>0</td><td>687</td><td>8,643</td>' in roc
    assert "129,861" in roc
    assert "<svg" in roc
    ce = client.get("/statistics/isrc-yearly", params={"calendar": "ce"}).text
    assert '<th scope="row">1999</th>' in ce


@pytest.mark.parametrize("name", list(statistics.TABLES))
@pytest.mark.parametrize("lang", ["zh-Hant", "en"])
def test_every_table_has_a_page_and_a_file(client: TestClient, name: str, lang: str) -> None:
    answer = client.get(f"/statistics/{name}", params={"lang": lang})
    assert answer.status_code == 200
    assert "style=" not in answer.text
    file = client.get(f"/statistics/{name}.csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert file.content.startswith(b"\xef\xbb\xbf")
    api = client.get(f"/api/v1/statistics/{name}")
    assert api.json()["table"] == name


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/statistics/nothing", 404),
        ("/statistics/nothing.csv", 404),
        ("/statistics/isrc-monthly?month=2026-13", 422),
        ("/statistics/isrc-monthly.csv?month=9999-01", 422),
        ("/statistics/isrc-yearly?calendar=julian", 422),
        ("/statistics/isrc-monthly?month={x}", 422),
        ("/api/v1/statistics/nothing", 404),
        ("/api/v1/statistics/isrc-monthly?month=soon", 422),
    ],
)
def test_what_cannot_be_shown_is_said(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    if path.startswith("/api"):
        assert answer.headers["content-type"] == "application/problem+json"
