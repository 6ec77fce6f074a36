"""`/news…`, `/faq`, `/pages…`, `/forms`, `/links`, `/events`, `/awards…`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from shuyin.filing import roles
from shuyin.filing.roles import Permission
from shuyin.records.models import PageRow, utc_now
from shuyin.records.pages import PageKind
from shuyin.search_api.content import services
from shuyin.search_api.content.routes import UNKNOWN
from shuyin.search_api.dependencies import EngineDep, SessionsDep, get_site
from shuyin.search_api.messages import N_
from shuyin.search_api.state import read_state
from shuyin.search_engine.declaration import PAGES
from shuyin.web.books.views import page_window
from shuyin.web.content.markdown import to_html
from shuyin.web.i18n import current_language
from shuyin.web.render import page
from shuyin.web.session import current_user

router = APIRouter(include_in_schema=False)

KINDS = {
    PageKind.PAGE: N_("說明頁"),
    PageKind.NEWS: N_("最新消息"),
    PageKind.FAQ: N_("常見問題"),
    PageKind.FORM: N_("表單"),
    PageKind.LINK: N_("相關網站"),
    PageKind.EVENT: N_("音樂活動"),
    PageKind.AWARD: N_("獎項"),
}
SECTIONS = {"isbn": "ISBN／CIP", "isrc": "ISRC"}
_GOLDEN = "golden-melody"
_PER_PAGE = 20
_EVENTS_PER_PAGE = 5  # as S0 prints the list of events


@router.get("/news")
def news(request: Request, sessions: SessionsDep, tab: str = "", page: Annotated[int, Query(ge=1)] = 1) -> Response:
    """The latest news, all or of one tab."""
    return _paged(request, sessions, PageKind.NEWS, "content/news.html", page, _PER_PAGE, tab)


@router.get("/events")
def events(request: Request, sessions: SessionsDep, page: Annotated[int, Query(ge=1)] = 1) -> Response:
    """Music events; an empty list says that it is empty."""
    return _paged(request, sessions, PageKind.EVENT, "content/events.html", page, _EVENTS_PER_PAGE, "")


@router.get("/news/{slug}")
def news_item(request: Request, sessions: SessionsDep, slug: str) -> Response:
    """One piece of news."""
    return _article(request, sessions, PageKind.NEWS, slug, "/news")


@router.get("/faq")
def faq(request: Request, sessions: SessionsDep, tab: str = "") -> Response:
    """Questions and answers by tab; each has its own address."""
    return _whole(request, sessions, PageKind.FAQ, "content/faq.html", tab)


@router.get("/forms")
def forms(request: Request, sessions: SessionsDep) -> Response:
    """What used to be paper forms, and where each is filled in here."""
    return _whole(request, sessions, PageKind.FORM, "content/entries.html")


@router.get("/links")
def links(request: Request, sessions: SessionsDep) -> Response:
    """Other sites."""
    return _whole(request, sessions, PageKind.LINK, "content/entries.html")


@router.get("/pages")
def search(request: Request, engine: EngineDep, sessions: SessionsDep) -> Response:
    """Search among pages, news and questions."""
    state = read_state(request.query_params.multi_items(), PAGES)
    found = services.search(engine, sessions, state, utc_now())
    return page(
        request,
        "content/search.html",
        state=state,
        answer=found.answer,
        hits=found.hits,
        kinds=KINDS,
        address=services.address,
        page_window=page_window,
    )


@router.get("/pages/{slug}")
def static_page(request: Request, sessions: SessionsDep, slug: str) -> Response:
    """A page of explanations."""
    return _article(request, sessions, PageKind.PAGE, slug, "/pages")


@router.get("/awards/golden-melody")
def golden_melody(request: Request, sessions: SessionsDep) -> Response:
    """The Golden Melody awards, one page a ceremony."""
    with sessions() as session:
        rows = services.listed(session, PageKind.AWARD, current_language(), utc_now(), _GOLDEN)
    return page(request, "content/golden_melody.html", rows=rows, address=services.address, may_edit=_may_edit(request))


@router.get("/awards/books")
def award_books(request: Request, sessions: SessionsDep) -> Response:
    """Books that were given prizes."""
    with sessions() as session:
        rows = services.listed(session, PageKind.AWARD, current_language(), utc_now(), "books")
        shown = [(row, to_html(row.body)) for row in rows]
        return page(request, "content/award_books.html", rows=shown, may_edit=_may_edit(request))


@router.get("/awards/{slug}")
def award(request: Request, sessions: SessionsDep, slug: str) -> Response:
    """One ceremony."""
    return _article(request, sessions, PageKind.AWARD, slug, "/awards/golden-melody")


def _may_edit(request: Request) -> bool:
    """Whether who asks is shown the way to the editor."""
    user = current_user(request)
    return user is not None and roles.may(user.role, Permission.EDIT_PAGES)


def _article(request: Request, sessions: SessionsDep, kind: PageKind, slug: str, home: str) -> Response:
    with sessions() as session:
        row = services.find(session, kind, slug, current_language(), utc_now())
        if row is None:
            raise HTTPException(404, UNKNOWN)
        return page(
            request,
            "content/article.html",
            row=row,
            body=to_html(row.body),
            home=home,
            home_label=KINDS[kind] if kind is not PageKind.AWARD else N_("金曲獎"),
            published=_day(request, row),
            is_dated=kind is PageKind.NEWS,
            may_edit=_may_edit(request),
            canonical=get_site(request).base_url + services.address(row.kind, row.slug),
        )


def _whole(request: Request, sessions: SessionsDep, kind: PageKind, template: str, tab: str = "") -> Response:
    """All pages of a kind on one page."""
    tab = _tab(tab)
    with sessions() as session:
        rows = services.listed(session, kind, current_language(), utc_now(), tab or None)
        return page(
            request,
            template,
            kind=kind,
            title=KINDS[kind],
            entries=[(row, to_html(row.body)) for row in rows],
            tab=tab,
            tabs=SECTIONS,
            may_edit=_may_edit(request),
        )


def _paged(
    request: Request, sessions: SessionsDep, kind: PageKind, template: str, number: int, size: int, tab: str
) -> Response:
    tab = _tab(tab)
    with sessions() as session:
        rows = services.listed(session, kind, current_language(), utc_now(), tab or None)
        pages = max(1, -(-len(rows) // size))
        if number > pages:
            raise HTTPException(404, UNKNOWN)
        shown = rows[(number - 1) * size : number * size]
        return page(
            request,
            template,
            entries=[(row, _day(request, row), to_html(row.body)) for row in shown],
            total=len(rows),
            number=number,
            pages=pages,
            tab=tab,
            tabs=SECTIONS,
            may_edit=_may_edit(request),
        )


def _tab(tab: str) -> str:
    if tab and tab not in SECTIONS:
        raise HTTPException(404, UNKNOWN)
    return tab


def _day(request: Request, row: PageRow) -> str:
    return services.shown_since(row).astimezone(get_site(request).zone).date().isoformat()
