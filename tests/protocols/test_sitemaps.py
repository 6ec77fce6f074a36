"""Sitemaps: every public record once, in files of a bounded size; robots.txt says where they are."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from lxml import etree

from shuyin.web.site import sitemaps

NS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def locations(client: TestClient, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.status_code == 200 and answer.headers["content-type"].startswith("application/xml")
    return [e.text or "" for e in etree.fromstring(answer.content).iterfind(".//s:loc", NS)]


def test_every_record_is_in_one_file(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "PER_FILE", 40)
    files = [address.removeprefix("http://catalogue.test") for address in locations(client, "/sitemap.xml")]
    assert files == ["/sitemaps/pages.xml", *(f"/sitemaps/books-{n}.xml" for n in (1, 2, 3, 4))]
    found = [locations(client, file) for file in files[1:]]
    assert max(map(len, found)) <= 40
    total = client.get("/api/v1/books").json()["total"]
    flat = [address for file in found for address in file]
    assert len(flat) == len(set(flat)) == total > 100
    assert client.get(flat[0].removeprefix("http://catalogue.test")).status_code == 200
    assert "http://catalogue.test/books" in locations(client, files[0])
    for wrong in ("0", "5", "99999999999", "x"):
        assert client.get(f"/sitemaps/books-{wrong}.xml").status_code in (404, 422)


def test_robots_and_opensearch_name_them(client: TestClient) -> None:
    assert "Sitemap: http://catalogue.test/sitemap.xml" in client.get("/robots.txt").text
    description = etree.fromstring(client.get("/opensearch.xml").content)
    kinds = [e.get("type") for e in description.iter("{http://a9.com/-/spec/opensearch/1.1/}Url")]
    assert {"text/html", "application/rss+xml", "application/atom+xml", "application/json"} <= set(kinds)
