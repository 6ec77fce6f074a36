"""`/api/v1/pages…`: pages, news and questions as JSON; `/news/feed.{rss,atom,json}`."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from shuyin.records.models import utc_now
from shuyin.records.pages import PageKind, plain_text
from shuyin.search_api.content import services
from shuyin.search_api.dependencies import SessionsDep, get_site
from shuyin.search_api.feeds.entries import Entry, Feed
from shuyin.search_api.feeds.writing import FORMATS
from shuyin.search_api.messages import N_

api = APIRouter(prefix="/api/v1", tags=["content"])
feeds = APIRouter(include_in_schema=False)

UNKNOWN = N_("沒有這個網頁，可能尚未公布或已移除。")
_NEWEST = 50


@api.get("/pages", summary="Pages, news and questions of a kind")
def pages(request: Request, sessions: SessionsDep, kind: PageKind, language: str = "zh-Hant") -> Response:
    """The published pages of one kind; in Chinese where there is no text in the language asked for."""
    base = get_site(request).base_url
    with sessions() as session:
        rows = services.listed(session, kind, language, utc_now())
        items = [services.to_json(row, base) for row in rows]
    return JSONResponse({"total": len(items), "items": items})


@api.get("/pages/{kind}/{slug}", summary="One page")
def one(request: Request, sessions: SessionsDep, kind: PageKind, slug: str, language: str = "zh-Hant") -> Response:
    """One published page with its text in Markdown."""
    with sessions() as session:
        row = services.find(session, kind, slug, language, utc_now())
        if row is None:
            raise HTTPException(404, UNKNOWN)
        return JSONResponse(services.to_json(row, get_site(request).base_url))


@feeds.get("/news/feed.{ending}")
def news_feed(request: Request, sessions: SessionsDep, ending: str) -> Response:
    """The latest news as Atom, RSS or JSON Feed."""
    if ending not in FORMATS:
        raise HTTPException(404, UNKNOWN)
    base = get_site(request).base_url
    with sessions() as session:
        rows = services.listed(session, PageKind.NEWS, services.SOURCE_LANGUAGE, utc_now())[:_NEWEST]
        entries = tuple(
            Entry(
                id=base + services.address(row.kind, row.slug),
                title=row.title,
                html=f"<p>{_escaped(plain_text(row.body))}</p>",
                published=services.shown_since(row),
                updated=max(row.updated_at, services.shown_since(row)),
                authors=(),
                tags=(row.section.upper(),) if row.section else (),
            )
            for row in rows
        )
    feed = Feed(
        title="書音 最新消息",
        description="ISBN 與 ISRC 最新消息",
        page=f"{base}/news",
        address=f"{base}/news/feed.{ending}",
        language="zh-Hant-TW",
        entries=entries,
    )
    return Response(FORMATS[ending].write(feed), media_type=FORMATS[ending].media_type)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "</p><p>")
