"""`/books…`, `/isbn/…`, `/covers/…`."""

from __future__ import annotations

import io

import segno
from fastapi import APIRouter, Request
from sqlalchemy.orm import Session, sessionmaker
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from shuyin.records import marc
from shuyin.records.models import utc_now
from shuyin.search_api import downloads, exports, representations, searches, services
from shuyin.search_api.as_cql import as_cql
from shuyin.search_api.by_meaning import KEYWORD
from shuyin.search_api.crosswalks import citations
from shuyin.search_api.crosswalks.coins import coins
from shuyin.search_api.crosswalks.schema_org import json_ld
from shuyin.search_api.dependencies import EngineDep, SessionsDep, UserDep, WritesDep, get_site
from shuyin.search_api.messages import N_
from shuyin.search_api.related import kinds_of, related
from shuyin.search_api.state import MAX_QUERY_LENGTH, PAGE_SIZES, SearchState, read_state
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.folding import fold
from shuyin.search_engine.port import SearchEngine
from shuyin.web import covers, labels
from shuyin.web.books import views
from shuyin.web.books.marc_view import labelled_fields
from shuyin.web.captions import captions
from shuyin.web.render import environment, page
from shuyin.web.shelf.state import on_shelf
from shuyin.web.ticks import carried_ids

router = APIRouter(include_in_schema=False)

_SORTS = tuple(sort for sort in BOOKS.sorts if sort.offered)
_SHOWN_FACET_VALUES = 300
#: A drawn cover changes only when the record does, in seconds.
_COVER_AGE = 24 * 3600


@router.get("/books")
def results(
    request: Request,
    engine: EngineDep,
    sessions: SessionsDep,
    writes: WritesDep,
    user: UserDep,
) -> Response:
    """The result list; for htmx the same page, of which it takes its part."""
    state = read_state(request.query_params.multi_items())
    answer = services.search(engine, state)
    permalink = state.url()
    words = captions(sessions)
    headers = {"HX-Push-Url": permalink} if request.headers.get("HX-Request") else None
    answered = page(
        request,
        "books/results.html",
        headers=headers,
        state=state,
        answer=answer,
        described=views.described(state, words),
        hits=[views.hit_view(hit) for hit in answer.hits],
        relaxed_hits=[views.hit_view(hit) for hit in answer.relaxed.hits] if answer.relaxed else [],
        shown_facets=views.facet_views(answer, words),
        chips=views.chips(state, words),
        hidden=views.hidden_pairs(state),
        summary=views.summary(answer),
        heading=views.heading(state, words),
        page_window=views.page_window,
        permalink=permalink,
        on_shelf=on_shelf(request),
        carried=carried_ids(request),
        cql=as_cql(state) if state.mode == KEYWORD else None,
        max_length=MAX_QUERY_LENGTH,
        indexable=_indexable(state),
        sorts=_SORTS,
        modes=views.MODES,
        offer_meaning=views.offer_meaning(answer),
        page_sizes=PAGE_SIZES,
        export_formats=tuple(exports.FORMATS.values()),
        export_limit=downloads.limit_for(user is not None),
        signed_in_limit=downloads.SIGNED_IN_LIMIT,
    )
    asked_anew = state.page == 1 and not state.is_empty and not request.headers.get("HX-Request")
    if user is not None and asked_anew:
        answered.background = BackgroundTask(_remember, writes, user.id, state, answer.total)
    return answered


def _remember(writes: sessionmaker[Session], user_id: int, state: SearchState, total: int) -> None:
    """Keep the search for its reader, after the page is on its way; ticks on the page are not searches of their own."""
    with writes.begin() as session:
        searches.note(session, user_id, state, total, now=utc_now())


def _indexable(state: SearchState) -> bool:
    """Robots may take the bare list; combinations of filters without end they may not."""
    return state.is_empty


@router.get("/books/advanced")
def advanced(request: Request, engine: EngineDep) -> Response:
    """The form for searches in several fields at once; what the URL asks for already stands in it."""
    state = read_state(request.query_params.multi_items())
    return page(
        request,
        "books/advanced.html",
        state=state,
        rows=views.form_rows(state),
        choices=views.choice_views(services.count_choices(engine), state),
        sorts=_SORTS,
        page_sizes=PAGE_SIZES,
        max_length=MAX_QUERY_LENGTH,
    )


@router.get("/books/facets/{name}")
def facet_values(request: Request, name: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """All values of one facet under the search, to tick several of them; `look_up` narrows the list."""
    facet = next((f for f in BOOKS.facets if f.name == name), None)
    if facet is None:
        raise HTTPException(404, N_("沒有這個篩選項目。"))
    pairs = request.query_params.multi_items()
    state = read_state(pairs)
    words = dict(pairs).get("look_up", "").strip()[:MAX_QUERY_LENGTH]
    excluding = "exclude" in dict(pairs)
    caption = captions(sessions).value
    if facet.words:
        found = services.look_up(engine, state, facet, words, excluding=excluding)
    else:  # coded values are looked up by what people call them
        every = services.look_up(engine, state, facet, excluding=excluding)
        found = tuple(v for v in every if fold(words) in fold(caption(name, v.value)))
    return page(
        request,
        "books/facet.html",
        facet=facet,
        state=state,
        values=found[:_SHOWN_FACET_VALUES],
        total=len(found),
        words=words,
        caption=caption,
        excluding=excluding,
        carried=[
            (key, value)
            for key, value in state.on_page(1).pairs()
            if key != (f"-f.{name}" if excluding else f"f.{name}")
        ],
    )


@router.get("/books/help")
def query_help(request: Request) -> Response:
    """How to write a query."""
    return page(request, "books/help.html", examples=labels.SYNTAX)


@router.get("/books/suggest")
def suggest(request: Request, engine: EngineDep, q: str = "") -> Response:
    """Options for the list under the search box (an HTML fragment)."""
    list_id = request.headers.get("HX-Target", "q-list")
    html = (
        environment()
        .get_template("books/_suggestions.html")
        .render(suggestions=services.suggest(engine, q, 8), list_id=list_id)
    )
    return HTMLResponse(html)


@router.get("/books/export")
def export(request: Request, engine: EngineDep, sessions: SessionsDep, user: UserDep) -> Response:
    """The ticked records as a file."""
    base_url = get_site(request).base_url
    pairs = request.query_params.multi_items()
    download = downloads.prepare(pairs, engine, sessions, signed_in=user is not None, base_url=base_url)
    return StreamingResponse(download.body(), media_type=download.format.media_type, headers=download.headers)


@router.get("/books/{id}")
def record(request: Request, id: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The record page, or the form of the record that `Accept` asks for."""
    book = services.get_book(engine, id)
    site = get_site(request).base_url
    headers = {"Link": representations.link_header(book["id"], site), "Vary": "Accept, Cookie"}
    if form := representations.chosen(request.headers.get("accept")):
        with sessions() as session:
            found = exports.load(engine, session, [id], site)
        if not found:
            raise services.UnknownRecord(id)
        return Response(form.write(found[0]), media_type=form.media_type, headers=headers)
    words = captions(sessions)
    return page(
        request,
        "books/record.html",
        headers=headers,
        book=book,
        title=views.title_view(book),
        near=(near := related(engine, book)),
        editions=kinds_of(book, near.editions),
        on_shelf=on_shelf(request),
        citations=[(name, write(book)) for name, write in citations.STYLES.values()],
        class_path=views.class_path(book, words),
        caption=words.of,
        contents=views.contents_lines(book["contents"] or ""),
        site=site,
        coins=coins(book, f"{site}/books/{book['id']}"),
        json_ld=json_ld(book, f"{site}/books/{book['id']}"),
        forms=representations.REPRESENTATIONS,
    )


@router.get("/books/{id}/qr.svg")
def qr_code(request: Request, id: str, engine: EngineDep) -> Response:
    """The address of the record as a QR code (ISO/IEC 18004): black on white in every theme, for scanners."""
    book = services.get_book(engine, id)
    code = segno.make(f"{get_site(request).base_url}/books/{book['id']}", error="m", micro=False)
    body = io.BytesIO()
    code.save(body, kind="svg", scale=4, border=4, dark="#000", light="#fff", xmldecl=False)
    headers = {"Cache-Control": f"public, max-age={_COVER_AGE}"}
    return Response(body.getvalue(), media_type="image/svg+xml", headers=headers)


@router.get("/books/{id}/marc")
def marc_view(request: Request, id: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The MARC 21 record with labels, and as it stands."""
    book = services.get_book(engine, id)
    record = marc.parse(_marc_of(engine, sessions, id))
    return page(request, "books/marc.html", book=book, fields=labelled_fields(record), raw=str(record))


@router.get("/books/{id}/marc.mrc")
def marc_file(id: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The record as ISO 2709 in UTF-8."""
    return _file(_marc_of(engine, sessions, id), "application/marc", f"shuyin-{int(id)}.mrc")


@router.get("/books/{id}/marc.xml")
def marcxml_file(id: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The record as MARCXML."""
    body = b"".join(exports.marcxml([_marc_of(engine, sessions, id)]))
    return _file(body, "application/marcxml+xml", f"shuyin-{int(id)}.xml")


def _marc_of(engine: SearchEngine, sessions: sessionmaker[Session], id: str) -> bytes:
    with sessions() as session:
        found = exports.load(engine, session, [id])
    if not found:
        raise services.UnknownRecord(id)
    return found[0].marc


def _file(body: bytes, media_type: str, name: str) -> Response:
    return Response(body, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@router.get("/isbn/{isbn}")
def by_isbn(isbn: str, engine: EngineDep) -> Response:
    """To the record that holds an ISBN; where several do, to their list."""
    found = services.find_isbn(engine, isbn)
    if not found:
        raise HTTPException(404, N_("沒有這個 ISBN 的書目。請核對號碼，或用書名查詢。"))
    if len(found) > 1:
        return RedirectResponse(SearchState(fields=(("isbn", isbn),)).url(), 302)
    return RedirectResponse(f"/books/{found[0]['id']}", 302)


@router.get("/covers/{id}.svg")
def cover(id: str, engine: EngineDep) -> Response:
    """The drawn stand-in for a cover."""
    svg = covers.draw(services.get_book(engine, id))
    headers = {"Cache-Control": f"public, max-age={_COVER_AGE}"}
    return Response(svg, media_type="image/svg+xml", headers=headers)
