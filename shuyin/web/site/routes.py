"""`/`, static files, preferences, `/opensearch.xml`, `/robots.txt`, `/api/docs`."""

from __future__ import annotations

from typing import Annotated
from xml.sax.saxutils import escape

from fastapi import APIRouter, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from shuyin.records.models import utc_now
from shuyin.records.pages import PageKind
from shuyin.search_api.content import services as content
from shuyin.search_api.dependencies import EngineDep, SessionsDep, get_site
from shuyin.search_api.feeds.new_books import today_in
from shuyin.search_api.messages import N_
from shuyin.web.assets import all_assets
from shuyin.web.i18n import current_language
from shuyin.web.middleware import THEME_COOKIE, THEMES, preference_cookie
from shuyin.web.render import page
from shuyin.web.session import local_path
from shuyin.web.site.overview import overview
from shuyin.web.site.reference import endpoints

router = APIRouter(include_in_schema=False)

#: Pieces of news on the home page, as S0 prints it.
NEWS_ON_HOME = 5
_FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/")
def home(request: Request, engine: EngineDep, sessions: SessionsDep) -> Response:
    """What the collection is, its latest books and announcements, its classes."""
    shown = overview(engine, sessions, today_in(get_site(request).zone))
    with sessions() as session:
        news = content.listed(session, PageKind.NEWS, current_language(), utc_now())[:NEWS_ON_HOME]
    dated = [(row, content.shown_since(row).astimezone(get_site(request).zone).date().isoformat()) for row in news]
    return page(request, "site/home.html", news=dated, **shown)


@router.get("/site-map")
def site_map(request: Request) -> Response:
    """Every page of the menu."""
    return page(request, "site/map.html")


@router.get("/static/{digest}/{name:path}")
def static_file(request: Request, digest: str, name: str) -> Response:
    """A static file; its address holds its hash, so it never changes."""
    asset = all_assets().get(name)
    if asset is None:
        raise HTTPException(404, N_("沒有這個檔案。"))
    if asset.digest != digest:
        return RedirectResponse(asset.url, 302)  # an old page asks for an old file
    headers = {"Cache-Control": _FOR_EVER, "Vary": "Accept-Encoding"}
    if asset.gzipped is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.gzipped, media_type=asset.media_type, headers=headers)
    return Response(asset.body, media_type=asset.media_type, headers=headers)


@router.get("/favicon.ico")
def favicon() -> Response:
    """Where browsers look that do not read the page's own link."""
    return RedirectResponse(all_assets()["img/seal.svg"].url, 302)


@router.post("/preferences")
def preferences(
    request: Request, theme: Annotated[str, Form()] = "auto", back: Annotated[str, Form()] = "/"
) -> Response:
    """Remember the theme and go back to where the reader was."""
    answer = RedirectResponse(local_path(back), 303)
    if theme in THEMES:
        answer.headers.append("Set-Cookie", preference_cookie(THEME_COOKIE, theme, request.url.scheme == "https"))
    return answer


@router.get("/opensearch.xml")
def opensearch(request: Request) -> Response:
    """OpenSearch 1.1 description: browsers and other catalogues learn how to search here."""
    base = escape(get_site(request).base_url)
    query = "q={searchTerms}&amp;page={startPage?}"
    body = f"""<?xml version="1.0" encoding="UTF-8"?>
<OpenSearchDescription xmlns="http://a9.com/-/spec/opensearch/1.1/">
  <ShortName>書音</ShortName>
  <Description>臺灣新書書目檢索 Taiwan new-book catalogue</Description>
  <InputEncoding>UTF-8</InputEncoding>
  <OutputEncoding>UTF-8</OutputEncoding>
  <Language>zh-Hant-TW</Language>
  <Image width="32" height="32" type="image/svg+xml">{base}{all_assets()["img/seal.svg"].url}</Image>
  <Url type="text/html" rel="results" template="{base}/books?{query}" pageOffset="1"/>
  <Url type="application/json" rel="results" template="{base}/api/v1/books?{query}" pageOffset="1"/>
  <Url type="application/rss+xml" rel="results" template="{base}/books.rss?q={{searchTerms}}"/>
  <Url type="application/atom+xml" rel="results" template="{base}/books.atom?q={{searchTerms}}"/>
  <Url type="application/opensearchdescription+xml" rel="self" template="{base}/opensearch.xml"/>
</OpenSearchDescription>
"""
    return Response(body, media_type="application/opensearchdescription+xml; charset=utf-8")


@router.get("/robots.txt")
def robots(request: Request) -> Response:
    """Records and the plain list are for everyone; combinations of filters have no end and help no one.

    "?*" and not "?" alone: some readers of this file take "/books?" for "/books" and would leave every record out.
    """
    lines = [
        "User-agent: *",
        "Disallow: /books?*",
        "Disallow: /books/advanced?*",
        "Disallow: /books/export",
        "Disallow: /search?",
        "Disallow: /searches",
        "Disallow: /books/facets/",
        "Disallow: /books/suggest",
        "Disallow: /*?*f.",  # filters of any list
        "Disallow: /music?*",
        "Disallow: /publishers?*",
        "Disallow: /music-companies?*",
        "Disallow: /subjects?*",
        "Disallow: /shelf",
        "Disallow: /api/v1/",
        "Disallow: /account/",
        "Disallow: /subscriptions/",
        "Disallow: /sru",
        "Allow: /",
        f"Sitemap: {get_site(request).base_url}/sitemap.xml",
        "",
    ]
    return Response("\n".join(lines), media_type="text/plain; charset=utf-8")


@router.get("/api/docs")
def api_docs(request: Request) -> Response:
    """The API described for people, made from the OpenAPI document."""
    return page(request, "site/api.html", endpoints=endpoints(request.app.openapi()), site=get_site(request).base_url)
