"""`/new-books/feed.{rss,atom,json}`, `/books.{rss,atom,json}`, `/api/v1/new-books/{date}`."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import date
from typing import cast

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shuyin.records import announced
from shuyin.records.book_json import BookJson
from shuyin.search_api import searches, services
from shuyin.search_api.dependencies import EngineDep, SessionsDep, get_site
from shuyin.search_api.feeds.entries import Feed, entry
from shuyin.search_api.feeds.new_books import RecentBooks, interests_of, today_in
from shuyin.search_api.feeds.writing import FORMATS
from shuyin.search_api.messages import N_
from shuyin.search_api.state import SearchState, read_state
from shuyin.search_engine.port import SearchEngine

router = APIRouter(tags=["feeds"])

LANGUAGE = "zh-Hant-TW"
_AGE = 600  # seconds that readers may keep a feed
_recent = RecentBooks()
#: Parameters that say how a search is shown, which a feed's title leaves out.
_MANNER = frozenset({"sort", "page", "per_page", "mode"})
UNKNOWN_SEARCH = N_("這個訂閱網址已經失效。請到「我的查詢」取得新的網址。")


def _answer(request: Request, feed: Feed, ending: str) -> Response:
    """The feed, or 304 to a reader that has it already."""
    format = FORMATS[ending]
    body = format.write(feed)
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": f"public, max-age={_AGE}"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=format.media_type, headers=headers)


def _address(request: Request, path: str) -> str:
    query = f"?{request.url.query}" if request.url.query else ""
    return get_site(request).base_url + path + query


@router.get("/new-books/feed.rss", summary="New books as RSS", response_class=Response)
@router.get("/new-books/feed.atom", summary="New books as Atom", response_class=Response)
@router.get("/new-books/feed.json", summary="New books as JSON Feed", response_class=Response)
def new_books_feed(request: Request, sessions: SessionsDep) -> Response:
    """The latest 30 days of announcements; `subject`, `class`, `category`, `keyword`, `audience`, `format` narrow."""
    site = get_site(request)
    interests = interests_of(request.query_params.multi_items())
    books = _recent.of(sessions, today_in(site.zone), interests)
    narrowed = "、".join(value for values in interests.to_json().values() for value in values)
    feed = Feed(
        title="書音 每日預告書訊" + (f"：{narrowed}" if narrowed else ""),
        description="臺灣即將出版與新出版的圖書，每日更新。",
        page=f"{site.base_url}/new-books",
        address=_address(request, request.url.path),
        language=LANGUAGE,
        entries=tuple(entry(book, site.base_url, site.zone) for book in books),
    )
    return _answer(request, feed, _ending(request))


@router.get("/books.rss", summary="A search as RSS", response_class=Response)
@router.get("/books.atom", summary="A search as Atom", response_class=Response)
@router.get("/books.json", summary="A search as JSON Feed", response_class=Response)
def search_feed(request: Request, engine: EngineDep) -> Response:
    """The first page of a search (parameters as `/books`), newest first unless `sort` says otherwise."""
    pairs = request.query_params.multi_items()
    if not any(name == "sort" for name, _ in pairs):
        pairs = [*pairs, ("sort", "newest")]
    state = read_state([(name, value) for name, value in pairs if name != "page"])
    words = " ".join(value for name, value in state.pairs() if name not in _MANNER).strip()
    return _answer(request, _search_feed(request, engine, state, f"書音 查詢：{words[:80]}"), _ending(request))


def _ending(request: Request) -> str:
    return request.url.path.rpartition(".")[2]


def _search_feed(request: Request, engine: SearchEngine, state: SearchState, title: str) -> Feed:
    site = get_site(request)
    return Feed(
        title=title,
        description="這個查詢的最新書目。",
        page=site.base_url + state.url("/books"),
        address=_address(request, request.url.path),
        language=LANGUAGE,
        entries=tuple(
            entry(cast("BookJson", hit.stored), site.base_url, site.zone) for hit in services.search(engine, state).hits
        ),
    )


@router.get("/searches/{token}.rss", include_in_schema=False)
@router.get("/searches/{token}.atom", include_in_schema=False)
@router.get("/searches/{token}.json", include_in_schema=False)
def saved_search_feed(request: Request, token: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """A reader's saved search, newest first; whoever has the address may read it until the reader renews it."""
    with sessions() as session:
        saved = searches.by_link(session, token, get_site(request).secret_key or "")
    if saved is None:
        raise HTTPException(404, UNKNOWN_SEARCH)
    state = searches.state_of(saved.query)
    newest = replace(state, sort="newest") if state.sort == "relevance" else state
    answer = _answer(request, _search_feed(request, engine, newest, f"書音 查詢：{saved.name}"), _ending(request))
    answer.headers["Cache-Control"] = f"private, max-age={_AGE}"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def read_day(text: str) -> date:
    """A day of the address; HTTP 404 for what is none."""
    try:
        # years that a calendar can be drawn for
        if not re.fullmatch(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise HTTPException(404, N_("沒有這一天的書訊。日期請寫成 2025-04-09 的樣子。")) from None


@router.get("/api/v1/new-books/{day}", summary="The books announced on a day", response_class=Response)
def new_books_of_day(request: Request, day: str, sessions: SessionsDep) -> Response:
    """All books announced on that day (YYYY-MM-DD), with the neighbouring days that have any."""
    chosen, today = read_day(day), today_in(get_site(request).zone)
    with sessions() as session:
        books = announced.between(session, chosen, chosen) if chosen <= today else []
        before, after = announced.neighbours(session, chosen, today)
    base = f"{get_site(request).base_url}/api/v1/new-books"
    answer = {
        "date": chosen.isoformat(),
        "total": len(books),
        "items": books,
        "links": {
            "previous": f"{base}/{before.isoformat()}" if before else None,
            "next": f"{base}/{after.isoformat()}" if after else None,
            "html": f"{get_site(request).base_url}/new-books/{chosen.isoformat()}",
        },
    }
    return Response(json.dumps(answer, ensure_ascii=False), media_type="application/json")
