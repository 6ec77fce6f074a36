"""`/publishers…` and `/music-companies…`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, HTTPException, Path, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from shuyin.search_api.dependencies import EngineDep, SessionsDep
from shuyin.search_api.directories import services as directory
from shuyin.search_api.directories.routes import UNKNOWN
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.schemas import OrganisationJson
from shuyin.search_api.state import ANY_FIELD, OPERATORS, Row, SearchState, read_state
from shuyin.search_engine.declaration import ORGANISATIONS
from shuyin.web.books.views import page_window
from shuyin.web.i18n import gettext
from shuyin.web.render import page

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=2**62)]

#: S0 gives three rows, each of one field (ISRC音樂業者查詢).
ROWS = 3
_OPERATORS = {"and": N_("而且 AND"), "or": N_("或者 OR"), "not": N_("但不包含 NOT")}


@dataclass(frozen=True, slots=True)
class Directory:
    """One of the two directories: its address, its role in the index, its words."""

    path: str
    role: str
    title: str
    lead: str
    name_column: str
    fields: tuple[str, ...]  # what a row may look in, beside any field
    prefix_column: str


PUBLISHERS = Directory(
    "/publishers",
    directory.PUBLISHER,
    N_("ISBN 出版機構"),
    N_("查詢出版機構的名稱、識別號、地址與電話。識別號有沒有連字號都可以，也可以直接輸入 ISBN。"),
    N_("出版機構"),
    ("name", "short", "prefix", "address", "telephone", "range"),
    N_("出版者識別號"),
)
MUSIC_COMPANIES = Directory(
    "/music-companies",
    directory.MUSIC,
    N_("ISRC 音樂業者"),
    N_("查詢音樂業者的簡稱、地址與電話，也可以輸入登記者代碼。"),
    N_("音樂業者簡稱"),
    ("name", "short", "address", "telephone", "prefix"),
    N_("登記者代碼"),
)


@router.get("/publishers")
def publishers(request: Request, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The directory of publishers."""
    return _list(request, engine, sessions, PUBLISHERS)


@router.get("/music-companies")
def music_companies(request: Request, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The directory of music companies."""
    return _list(request, engine, sessions, MUSIC_COMPANIES)


@router.get("/publishers.csv")
def publishers_csv(request: Request, engine: EngineDep, sessions: SessionsDep) -> Response:
    """What the list shows, all pages, for a spreadsheet."""
    return _csv(request, engine, sessions, PUBLISHERS)


@router.get("/music-companies.csv")
def music_companies_csv(request: Request, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The same for music companies."""
    return _csv(request, engine, sessions, MUSIC_COMPANIES)


@router.get("/publishers/{id}")
def publisher(request: Request, id: Id, sessions: SessionsDep) -> Response:
    """One publisher."""
    return _one(request, id, sessions, PUBLISHERS)


@router.get("/music-companies/{id}")
def music_company(request: Request, id: Id, sessions: SessionsDep) -> Response:
    """One music company."""
    return _one(request, id, sessions, MUSIC_COMPANIES)


def _state(request: Request) -> SearchState:
    known = [(k, v) for k, v in request.query_params.multi_items() if not k.startswith(("f.", "-f."))]
    return read_state(known, ORGANISATIONS)


def _list(request: Request, engine: EngineDep, sessions: SessionsDep, which: Directory) -> Response:
    state = _state(request)
    found = directory.find(engine, sessions, state, which.role)
    labels = {name: ORGANISATIONS.field(field).label for name, field in ORGANISATIONS.parameters}
    rows = (*state.rows, *[Row("and", ANY_FIELD, "")] * ROWS)[: max(ROWS, len(state.rows))]
    return page(
        request,
        "directories/list.html",
        which=which,
        state=state,
        answer=found.answer,
        items=found.items,
        music_links=_music_links(sessions, [item["id"] for item in found.items if item["is_music_company"]]),
        book_link=_book_link,
        rows=rows,
        operators={op: _OPERATORS[op] for op in OPERATORS},
        row_fields={ANY_FIELD: N_("全部欄位"), **{name: labels[name] for name in which.fields}},
        sorts=[sort for sort in ORGANISATIONS.sorts if sort.name != "relevance" or not state.is_empty],
        page_sizes=ORGANISATIONS.page_sizes,
        page_window=page_window,
    )


def _csv(request: Request, engine: EngineDep, sessions: SessionsDep, which: Directory) -> Response:
    items = directory.download(engine, sessions, _state(request), which.role)
    headings = {key: gettext(label) for key, label in directory.COLUMNS.items()}
    headers = {"Content-Disposition": f'attachment; filename="{which.path[1:]}.csv"'}
    return StreamingResponse(directory.as_csv(items, headings), media_type="text/csv; charset=utf-8", headers=headers)


def _one(request: Request, id: int, sessions: SessionsDep, which: Directory) -> Response:
    with sessions() as session:
        found = directory.get(session, id)
        if found is None:
            raise HTTPException(404, Message(UNKNOWN, {"id": id}))
        names = directory.names_on_books(session, id) if found["is_publisher"] else []
    other = _other_home(found, which)
    if other:
        return RedirectResponse(f"{other.path}/{id}", 302)
    music = _music_links(sessions, [id]) if found["is_music_company"] else {}
    return page(
        request,
        "directories/one.html",
        which=which,
        organisation=found,
        is_hidden=not any(found[key] for key in ("prefixes", "address", "telephone", "email", "website")),
        books=_facet_link("/books", "f.publisher", names),
        music=music.get(id),
        map_link=_map_link(found["address"]),
        website=_web_address(found["website"]),
    )


def _other_home(found: OrganisationJson, which: Directory) -> Directory | None:
    """The directory that an organisation stands in, if it does not stand in this one."""
    if which is PUBLISHERS and not found["is_publisher"] and found["is_music_company"]:
        return MUSIC_COMPANIES
    if which is MUSIC_COMPANIES and not found["is_music_company"] and found["is_publisher"]:
        return PUBLISHERS
    return None


def _book_link(item: OrganisationJson) -> str | None:
    return _facet_link("/books", "f.publisher", [item["name"]]) if item["is_publisher"] else None


def _music_links(sessions: SessionsDep, ids: list[int]) -> dict[int, str]:
    with sessions() as session:
        links = {id: _facet_link("/music", "f.company", directory.names_on_albums(session, id)) for id in ids}
    return {id: link for id, link in links.items() if link}


def _facet_link(path: str, name: str, values: list[str]) -> str | None:
    return f"{path}?{urlencode([(name, value) for value in values])}" if values else None


def _map_link(address: str | None) -> str | None:
    return f"https://www.openstreetmap.org/search?{urlencode({'query': address})}" if address else None


def _web_address(website: str | None) -> str | None:
    """A web address that a link may point to: http or https only."""
    if not website:
        return None
    return website if website.startswith(("http://", "https://")) else f"https://{website}"
