"""News, questions, pages and awards: shipped texts, what staff change, scheduling, safety, search."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import feedparser
import pytest
from fastapi.testclient import TestClient
from lxml import html
from sqlalchemy import select

from shuyin.indexer import services as indexer
from shuyin.records import pages
from shuyin.records.models import PageRow, utc_now
from shuyin.records.pages import Page, PageConflict, PageKind
from shuyin.web.content.markdown import to_html
from shuyin.web.content.seeding import load_shipped_pages, shipped_pages
from tests.web.catalogue import Site, build


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = build(tmp_path_factory.mktemp("content"))
    load_shipped_pages(made.services.writes)
    _index(made)
    yield made
    made.services.close()


def _index(site: Site) -> None:
    indexer.catch_up(site.services.sessions, site.services.writes, site.services.search)


@pytest.fixture
def visitor(content: Site) -> Iterator[TestClient]:
    with TestClient(content.app, base_url="http://catalogue.test", follow_redirects=False) as client:
        yield client


def _write(site: Site, **values: object) -> int:
    given = {"kind": "news", "slug": "x", "title": "測試消息", "body": "內文", **values}
    with site.services.writes.begin() as session:
        id = pages.create(session, Page(**given), changed_by="editor").id  # type: ignore[arg-type]
    _index(site)
    return id


def test_shipped_texts_are_written_once_and_leave_what_staff_changed(content: Site) -> None:
    writes = content.services.writes
    assert load_shipped_pages(writes) == 0
    with writes.begin() as session:
        row = session.scalars(select(PageRow).where(PageRow.slug == "contact", PageRow.language == "zh-Hant")).one()
        shipped = pages.read(row)
        pages.save(session, row.id, Page("page", "contact", "聯絡館員", "由館員改寫"), changed_by="editor")
        id = row.id
    assert load_shipped_pages(writes) == 0
    with writes.begin() as session:
        assert session.get_one(PageRow, id).title == "聯絡館員"
        pages.undo(session, id, 1, changed_by="editor")
        assert pages.read(session.get_one(PageRow, id)) == shipped
        # a page that staff took down stays down
        pages.take_down(session, id, changed_by="editor")
    assert load_shipped_pages(writes) == 0
    with writes.begin() as session:
        assert session.get_one(PageRow, id).deleted_at is not None
        pages.put_back(session, id, changed_by="editor")


def test_all_sixteen_isrc_questions_have_answers_with_sources(visitor: TestClient) -> None:
    questions = html.fromstring(visitor.get("/faq?tab=isrc").text).cssselect("details.question")
    assert len(questions) == 16
    for question in questions:
        assert len(question.cssselect(".markdown")[0].text_content()) > 80
        assert "來源：" in question.text_content()
    assert len(html.fromstring(visitor.get("/faq").text).cssselect("details.question")) == 26
    assert visitor.get("/faq?tab=nothing").status_code == 404


def test_links_of_shipped_texts_lead_somewhere(visitor: TestClient) -> None:
    links = {
        link
        for shipped in shipped_pages()
        if shipped.kind != PageKind.AWARD
        for link in re.findall(r"\]\((/[^)#]*)", shipped.body)
    }
    assert len(links) >= 30
    # /filing and /account send a visitor to the sign-in page
    wrong = {link: status for link in sorted(links) if (status := visitor.get(link).status_code) not in (200, 302, 303)}
    assert wrong == {}


_ADDRESSES = [
    "/news",
    "/news?tab=isrc",
    "/news/platform-merged",
    "/faq",
    "/pages/isrc-history",
    "/pages/accessibility",
    "/forms",
    "/links",
    "/events",
    "/awards/golden-melody",
    "/awards/golden-melody-1",
    "/awards/books",
    "/pages",
    "/pages?q=ISRC",
]


@pytest.mark.parametrize("address", _ADDRESSES)
def test_every_page_has_one_heading_unique_ids_and_no_style(visitor: TestClient, address: str) -> None:
    for language in ("zh-Hant", "en"):
        answer = visitor.get(address, params={"lang": language} if "?" not in address else None)
        assert answer.status_code == 200
        root = html.fromstring(answer.text)
        assert len(root.cssselect("h1")) == 1
        ids = root.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert root.xpath("//*[@style]") == []


def test_english_where_there_is_one_else_chinese_that_says_so(visitor: TestClient) -> None:
    assert "History of the ISRC" in visitor.get("/pages/isrc-history?lang=en").text
    chinese = visitor.get("/news/platform-merged?lang=en").text
    assert "in Chinese only" in chinese and '<article class="stack" lang="zh-Hant-TW">' in chinese


def test_empty_lists_say_so(visitor: TestClient) -> None:
    assert "目前沒有登錄任何音樂活動" in visitor.get("/events").text
    assert "目前沒有登錄得獎書單" in visitor.get("/awards/books").text
    assert visitor.get("/events?page=2").status_code == 404


def test_awards_say_who_wrote_them(visitor: TestClient) -> None:
    assert "語言模型" in visitor.get("/awards/golden-melody").text
    first = visitor.get("/awards/golden-melody-1").text
    assert "語言模型" in first and "我想有個家" in first


def test_the_home_page_shows_the_latest_news(visitor: TestClient) -> None:
    links = html.fromstring(visitor.get("/").text).xpath("//section[@aria-labelledby='news']//li/a/@href")
    assert len(links) == 5 and "/news/platform-merged" in links


def test_news_feed(visitor: TestClient) -> None:
    feed = feedparser.parse(visitor.get("/news/feed.atom").content)
    assert not feed.bozo
    assert feed.entries[0].title == "全國新書資訊網與 ISRC 查詢系統合而為一"
    assert feed.entries[0].link == "http://catalogue.test/news/platform-merged"
    assert visitor.get("/news/feed.pdf").status_code == 404


def test_a_page_is_shown_from_its_time_to_its_end(content: Site, visitor: TestClient) -> None:
    now = utc_now()
    _write(content, slug="later", title="未來的消息", publish_from=now + timedelta(hours=1))
    _write(content, slug="over", title="過去的消息", publish_until=now - timedelta(seconds=1))
    _write(content, slug="current", title="現在的消息", publish_from=now - timedelta(hours=1))
    for slug, status in (("later", 404), ("over", 404), ("current", 200)):
        assert visitor.get(f"/news/{slug}").status_code == status
        assert visitor.get(f"/api/v1/pages/news/{slug}").status_code == status
    outlets = ("/news", "/news/feed.atom", "/api/v1/pages?kind=news", "/pages?q=消息", "/pages?f.kind=news")
    for outlet in outlets:
        text = visitor.get(outlet).text
        assert "未來的消息" not in text and "過去的消息" not in text, outlet
    assert "現在的消息" in visitor.get("/news").text


def test_pages_are_found_and_a_page_taken_down_is_not(content: Site, visitor: TestClient) -> None:
    assert "/pages/isrc-history" in visitor.get("/pages?q=中央標準局").text
    assert "/faq#isrc-16" in visitor.get("/pages?q=子碼").text
    id = _write(content, slug="gone", title="獨一無二的標題")
    assert "/news/gone" in visitor.get("/pages?q=獨一無二").text
    with content.services.writes.begin() as session:
        pages.take_down(session, id, changed_by="editor")
    assert "/news/gone" not in visitor.get("/pages?q=獨一無二").text  # before the index has heard of it
    _index(content)
    assert "/news/gone" not in visitor.get("/pages?q=獨一無二").text


def test_ended_pages_leave_the_index(content: Site) -> None:
    now = utc_now()
    id = _write(content, slug="ending", publish_until=now + timedelta(hours=1))
    moment = now - timedelta(days=400)
    assert content.services.search.get("pages", [str(id)])
    with content.services.writes.begin() as session:
        session.get_one(PageRow, id).publish_until = moment
        assert pages.mark_ended(session, moment - timedelta(minutes=5), moment) == 1
        assert pages.mark_ended(session, moment, moment + timedelta(minutes=5)) == 0
    _index(content)
    assert content.services.search.get("pages", [str(id)]) == []


def test_two_who_edit_at_the_same_time_do_not_overwrite_each_other(content: Site) -> None:
    id = _write(content, slug="shared")
    with content.services.writes.begin() as session:
        pages.save(session, id, Page("news", "shared", "甲", "甲的內文"), changed_by="a", version=1)
    with content.services.writes() as session, pytest.raises(PageConflict):
        pages.save(session, id, Page("news", "shared", "乙", "乙的內文"), changed_by="b", version=1)


@pytest.mark.parametrize(
    ("text", "never"),
    [
        ("<script>alert(1)</script>", "<script"),
        ("[x](javascript:alert(1))", "javascript:alert(1)\""),
        ("<img src=x onerror=alert(1)>", "<img"),
        ('<a href="/" style="x" onclick="y">z</a>', "<a "),
        ("![x](data:text/html,x)", "data:text/html,x\""),
        ("[x](//evil.example \"t\\\" onmouseover=\\\"y\")", ' onmouseover="'),
    ],
)  # fmt: skip
def test_markdown_is_harmless(text: str, never: str) -> None:
    assert never not in to_html(text)


def test_markdown_of_pages() -> None:
    made = to_html("# 一\n\n## 二\n\n| 甲 | 乙 |\n|:--|--:|\n| 1 | 2 |\n\n<b>字</b> [連結](https://example.org)")
    assert "<h2>一</h2>" in made and "<h3>二</h3>" in made
    assert '<th scope="col">甲</th>' in made and "style" not in made
    assert "&lt;b&gt;字" in made and 'href="https://example.org"' in made
    assert pages.plain_text("# 一\n\n**二** [三](https://x.example)\n\n| 四 |\n|---|\n| 五 |") == "一\n二 三\n四\n五"
