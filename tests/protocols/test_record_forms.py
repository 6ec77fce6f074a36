"""The record page for software: content negotiation, Link, JSON-LD, COinS; CIP data on screen and as files."""

from __future__ import annotations

import html
import json
import re
from urllib.parse import parse_qs

import pymarc
import pytest
from fastapi.testclient import TestClient
from lxml import etree

from shuyin.search_api.representations import chosen


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        (None, None),
        ("", None),
        ("*/*", None),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", None),
        ("application/marc", "application/marc"),
        ("APPLICATION/LD+JSON ; charset=x", "application/ld+json"),
        ("application/marcxml+xml;q=0.5, application/marc;q=0.4", "application/marcxml+xml"),
        ("application/x-research-info-systems, text/html;q=0.9", "application/x-research-info-systems"),
        ("text/html;q=0, application/*", "application/marc"),
        ("application/marc;q=nonsense", None),
        ("image/png", None),
    ],
)
def test_the_form_that_accept_prefers(accept: str | None, wanted: str | None) -> None:
    form = chosen(accept)
    assert (form.media_type if form else None) == wanted


def _first(client: TestClient) -> tuple[str, dict[str, object]]:
    book = client.get("/api/v1/books?per_page=10").json()["items"][0]
    return f"/books/{book['id']}", book


def test_content_negotiation_and_link_header(client: TestClient) -> None:
    path, book = _first(client)
    page = client.get(path)
    assert page.headers["content-type"].startswith("text/html") and "Accept" in page.headers["vary"]
    assert 'rel="canonical"' in page.headers["link"] and page.headers["link"].count("alternate") == 5
    record = client.get(path, headers={"Accept": "application/marc"})
    parsed = next(iter(pymarc.MARCReader(record.content, to_unicode=True)))
    assert parsed is not None and parsed.title
    xml = client.get(path, headers={"Accept": "application/marcxml+xml"})
    assert etree.fromstring(xml.content).tag.endswith("collection")
    data = client.get(path, headers={"Accept": "application/ld+json"})
    assert data.headers["content-type"] == "application/ld+json" and data.json()["name"] == book["title"]
    assert client.get(path, headers={"Accept": "application/x-research-info-systems"}).text.startswith("TY  - ")


def test_json_ld_and_coins_stand_in_the_page(client: TestClient) -> None:
    path, book = _first(client)
    text = client.get(path).text
    data = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL)
    assert data and json.loads(data[1])["name"] == book["title"]
    coins = re.search(r'<span class="Z3988" title="([^"]*)">', text)
    assert coins and parse_qs(html.unescape(coins[1]))["rft.btitle"] == [book["title"]]


def test_data_block_page_and_files(client: TestClient) -> None:
    path = _first(client)[0]
    page = client.get(f"{path}/data-block")
    assert page.status_code == 200 and "國家圖書館出版品預行編目(CIP)資料" in page.text and "題名/著者：" in page.text
    for ending, kind in (("docx", "wordprocessingml"), ("odt", "opendocument.text")):
        file = client.get(f"{path}/data-block.{ending}")
        assert kind in file.headers["content-type"] and file.content.startswith(b"PK")
        assert f'.{ending}"' in file.headers["content-disposition"]
    assert client.get("/books/999999/data-block").status_code == 404
    assert client.get("/books/999999/data-block.docx").status_code == 404
