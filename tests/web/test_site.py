"""What holds for every page: headers, static files, language, theme, errors, machine-readable descriptions."""

from __future__ import annotations

import re
from urllib.robotparser import RobotFileParser

import pytest
from fastapi.testclient import TestClient
from lxml import etree, html

from shuyin.app.web import create_app
from shuyin.search_engine.port import SearchUnavailable
from shuyin.web.assets import all_assets
from tests.web.catalogue import Site

PAGES = [
    "/",
    "/books",
    "/books?q=臺灣",
    "/books/advanced",
    "/books/help",
    "/api/docs",
    "/books/{report}",
    "/nowhere",
    "/books?page=x",
]


@pytest.mark.parametrize("address", PAGES)
def test_every_page_carries_the_strict_policy(client: TestClient, site: Site, address: str) -> None:
    answer = client.get(address.format(report=site.report))
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "referrer-policy" in answer.headers
    root = html.fromstring(answer.text)
    assert root.xpath("//*[@style]") == []
    assert root.xpath("//style") == []
    assert root.xpath("//script[not(@src)][not(@type='application/ld+json')]") == []
    assert root.xpath("//@*[starts-with(name(), 'on')]") == []
    outside = [u for u in root.xpath("//script/@src | //link[@rel='stylesheet']/@href | //img/@src") if "//" in u]
    assert outside == []


@pytest.mark.parametrize("address", PAGES)
def test_every_page_has_a_language_a_title_and_one_heading(client: TestClient, site: Site, address: str) -> None:
    root = html.fromstring(client.get(address.format(report=site.report)).text)
    assert root.get("lang") == "zh-Hant-TW"
    assert root.findtext(".//title", "").strip()
    assert len(root.cssselect("h1")) == 1
    ids = root.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_static_files_never_change_under_their_address(client: TestClient) -> None:
    assert len(all_assets()) >= 4
    for asset in all_assets().values():
        answer = client.get(asset.url)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == asset.body
        old = client.get(asset.url.replace(asset.digest, "0" * 12))
        assert (old.status_code, old.headers["location"]) == (302, asset.url)
    assert client.get("/static/x/../../../pyproject.toml").status_code == 404
    assert client.get("/static/x/nothing.css").status_code == 404


def test_text_goes_compressed(client: TestClient) -> None:
    style = all_assets()["shuyin.css"].url
    for address in ("/books", style):
        answer = client.get(address, headers={"accept-encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip", address


def test_style_sheets_leave_as_one_file_in_layer_order(client: TestClient) -> None:
    css = client.get(all_assets()["shuyin.css"].url).text
    assert css.index("@layer reset,") < css.index("@layer tokens {") < css.index("@layer print {")
    assert "url(" not in css and "@import" not in css


def test_language_is_switched_and_remembered(client: TestClient) -> None:
    assert "Find a book from Taiwan" in client.get("/?lang=en").text
    again = client.get("/")
    assert 'lang="en"' in again.text and "Find a book from Taiwan" in again.text
    assert 'lang="zh-Hant-TW"' in client.get("/?lang=zh-Hant").text
    assert 'lang="zh-Hant-TW"' in client.get("/").text


def test_the_switch_keeps_the_state(client: TestClient) -> None:
    root = html.fromstring(client.get("/books?q=臺灣&f.format=print&page=2").text)
    address = root.cssselect("a[hreflang=en]")[0].get("href")
    assert "f.format=print" in address and "page=2" in address and address.endswith("lang=en")
    assert 'lang="en"' in client.get(address).text


def test_theme_is_remembered_without_scripts(client: TestClient) -> None:
    answer = client.post("/preferences", data={"theme": "dark", "back": "/books?q=a"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/books?q=a")
    assert 'data-theme="dark"' in client.get("/").text


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(client: TestClient, back: str) -> None:
    assert client.post("/preferences", data={"theme": "dark", "back": back}).headers["location"] == "/"


def test_opensearch_description_and_robots(client: TestClient) -> None:
    tree = etree.fromstring(client.get("/opensearch.xml").content)
    ns = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    templates = tree.xpath("//o:Url/@template", namespaces=ns)
    assert "http://catalogue.test/books?q={searchTerms}&page={startPage?}" in templates
    robots = client.get("/robots.txt").text
    assert "Disallow: /books?" in robots and "Disallow: /account/" in robots


def test_robots_take_records_and_leave_combinations_of_filters(client: TestClient) -> None:
    lines = client.get("/robots.txt").text.splitlines()
    # RFC 9309: rules match from the start, "*" stands for anything, the longest rule decides
    rules = [line.removeprefix("Disallow: ") for line in lines if line.startswith("Disallow: ")]
    patterns = [re.compile(".*".join(re.escape(part) for part in rule.split("*"))) for rule in rules]

    def refused(path: str) -> bool:
        return any(pattern.match(path) for pattern in patterns)

    plain = RobotFileParser()
    plain.parse(lines)
    taken = ["/", "/books", "/books/1", "/new-books", "/publishers", "/publishers/1", "/music", "/albums/1", "/dumps/"]
    left = [
        "/books?q=a&f.format=print&f.class=8", "/books?page=2", "/books/facets/subject?q=a", "/books/export?id=1",
        "/books/suggest?q=a", "/music?performer=a", "/publishers?name=a&page=3", "/api/v1/books?q=a", "/shelf",
    ]  # fmt: skip
    assert len(patterns) >= 10
    assert [path for path in taken if refused(path) or not plain.can_fetch("anybot", path)] == []
    assert [path for path in left if not refused(path)] == []
    pages = [client.get(f"/books?{query}").text for query in ("q=臺灣&f.format=print", "f.class=8", "q=臺灣&page=2")]
    assert len(pages) == 3
    assert all('<meta name="robots" content="noindex, nofollow">' in page for page in pages)


def test_errors_of_pages_are_pages_and_of_the_api_problems(client: TestClient) -> None:
    assert "找不到這個網頁" in client.get("/nowhere").text
    problem = client.get("/api/v1/nowhere")
    assert problem.headers["content-type"] == "application/problem+json"
    assert problem.json()["status"] == 404
    assert client.post("/books").status_code == 405


class Down:
    """A search engine that does not answer."""

    def __getattr__(self, name: str) -> object:
        def fail(*_: object, **__: object) -> object:
            raise SearchUnavailable("connection refused")

        return fail


def test_a_down_engine_gives_a_kind_page_and_says_when_to_come_back(site: Site) -> None:
    app = create_app(site.services.settings, site.services)
    app.state.search = Down()
    with TestClient(app) as client:
        for address in ("/", "/books", f"/books/{site.report}", "/books/advanced"):
            answer = client.get(address)
            assert answer.status_code == 503
            assert answer.headers["retry-after"] == "30"
            assert "檢索服務暫時沒有回應" in answer.text
            assert "connection refused" not in answer.text
        problem = client.get("/api/v1/books")
        assert (problem.status_code, problem.headers["retry-after"]) == (503, "30")
        assert problem.json()["detail"]


def test_an_unforeseen_error_shows_no_stack_trace(site: Site) -> None:
    app = create_app(site.services.settings, site.services)
    app.state.search = object()
    with TestClient(app, raise_server_exceptions=False) as client:
        answer = client.get("/books")
        assert answer.status_code == 500
        assert "未預期的錯誤" in answer.text
        assert "AttributeError" not in answer.text and "Traceback" not in answer.text
        assert client.get("/api/v1/books").json()["status"] == 500


def test_api_page_lists_every_operation_without_scripts(client: TestClient) -> None:
    described = client.get("/api/openapi.json").json()["paths"]
    root = html.fromstring(client.get("/api/docs").text)
    listed = " ".join(e.text_content() for e in root.cssselect(".endpoint h2"))
    assert len(described) >= 6
    for path in described:
        assert re.search(re.escape(path) + r"(\s|$)", listed)
