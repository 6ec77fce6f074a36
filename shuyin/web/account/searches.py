"""`/account/searches`: saved searches and search history of who is signed in; `/searches` for everyone else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from shuyin.filing.roles import Permission
from shuyin.search_api import searches
from shuyin.search_api.dependencies import SessionsDep, UserDep, WritesDep, get_site
from shuyin.search_api.messages import N_
from shuyin.search_api.models import SavedSearch, SearchNote
from shuyin.search_api.state import BadParameters
from shuyin.web.books import views
from shuyin.web.captions import Captions, captions
from shuyin.web.forms import Posted, PostedDep
from shuyin.web.guard import OfficeDep, needs, signed_in
from shuyin.web.i18n import gettext, say
from shuyin.web.render import page
from shuyin.web.session import local_path

router = APIRouter(include_in_schema=False, prefix="/account")
public = APIRouter(include_in_schema=False)

NOTHING_TO_SAVE = N_("這個查詢沒有任何條件，無法儲存。")


@dataclass(frozen=True, slots=True)
class SearchView:
    """A kept search: its words, its address; `query` empty where the program reads it otherwise by now."""

    id: int
    name: str
    words: str
    url: str
    at: datetime
    total: int | None = None
    feed: str = ""


@router.get("/searches", dependencies=[needs(Permission.OWN_ACCOUNT)])
def own_searches(request: Request, sessions: SessionsDep, office: OfficeDep) -> Response:
    """Both lists."""
    return _page(request, sessions, office)


def _page(request: Request, sessions: SessionsDep, office: OfficeDep, error: str = "") -> Response:
    user, words = signed_in(request), captions(sessions)
    site = get_site(request)
    with sessions() as session:
        saved = [
            _saved_view(row, words, f"{site.base_url}/searches/{searches.link(row, site.secret_key or '')}")
            for row in searches.saved(session, user.id)
        ]
        notes = [_note_view(row, words) for row in searches.history(session, user.id)]
        keeps = searches.keeps_history(session, user.id)
    answer = page(
        request,
        "account/searches.html",
        status=422 if error else 200,
        saved=saved,
        notes=notes,
        keeps=keeps,
        days=searches.HISTORY_DAYS,
        name_length=searches.NAME_LENGTH,
        zone=office.zone,
        error=error,
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _saved_view(row: SavedSearch, words: Captions, feed: str) -> SearchView:
    return SearchView(row.id, row.name, describe(row.query, words), f"/books?{row.query}", row.created_at, feed=feed)


def _note_view(row: SearchNote, words: Captions) -> SearchView:
    return SearchView(row.id, "", describe(row.query, words), f"/books?{row.query}", row.at, row.total)


def describe(query: str, words: Captions) -> str:
    """A kept search in words; as it stands where the program has come to read it otherwise."""
    try:
        return views.described(searches.state_of(query), words)
    except BadParameters:
        return query


@router.post("/searches", dependencies=[needs(Permission.OWN_ACCOUNT)])
def change_searches(
    request: Request, form: PostedDep, writes: WritesDep, sessions: SessionsDep, office: OfficeDep
) -> Response:
    """Save, rename, delete a search; renew its link; forget searches; keep them or not."""
    user = signed_in(request)
    if form.one("action") == "save":
        return _save(request, form, writes, sessions, office)
    with writes.begin() as session:
        match form.one("action"):
            case "rename":
                searches.rename(session, user.id, form.number("id"), form.one("name"))
            case "delete":
                searches.remove(session, user.id, form.number("id"))
            case "renew":
                searches.renew_link(session, user.id, form.number("id"))
            case "forget":
                searches.clear(session, user.id, form.number("id"))
            case "clear":
                searches.clear(session, user.id)
            case "keep" | "stop" as wish:
                searches.keep_history(session, user.id, wish == "keep")
    return RedirectResponse("/account/searches", 303)


def _save(request: Request, form: Posted, writes: WritesDep, sessions: SessionsDep, office: OfficeDep) -> Response:
    user, words = signed_in(request), captions(sessions)
    state = searches.state_of(form.one("query")[: searches.QUERY_LENGTH])
    if state.is_empty:
        return _page(request, sessions, office, gettext(NOTHING_TO_SAVE))
    name = form.one("name").strip() or describe(searches.query_of(state), words)
    try:
        with writes.begin() as session:
            searches.save(session, user.id, name, state)
    except searches.TooManySaved as full:
        return _page(request, sessions, office, say(full.message))
    return RedirectResponse(local_path(form.one("back")) if form.one("back") else "/account/searches", 303)


@public.get("/searches")
def searches_of_this_browser(request: Request, user: UserDep) -> Response:
    """Without an account the browser itself keeps the searches, if its reader wants that."""
    if user is not None:
        return RedirectResponse("/account/searches", 303)
    return page(request, "account/browser_searches.html")
