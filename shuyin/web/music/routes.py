"""`/music…`, `/albums/{id}`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import structlog
from fastapi import APIRouter, HTTPException, Request
from starlette.responses import Response, StreamingResponse

from shuyin.records.music import ROLES
from shuyin.search_api import services, statistics
from shuyin.search_api.dependencies import EngineDep, SessionsDep, WritesDep, get_site
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.music import services as music
from shuyin.search_api.state import BadParameters, ParameterProblem, read_state
from shuyin.search_engine.declaration import ALBUMS, TRACKS, IndexDeclaration
from shuyin.search_engine.port import MAX_WINDOW, SearchUnavailable
from shuyin.web import i18n
from shuyin.web.books.views import page_window
from shuyin.web.music import views
from shuyin.web.render import page, stream_page
from shuyin.web.ticks import carried_ids

router = APIRouter(include_in_schema=False)
_log = structlog.stdlib.get_logger("shuyin.web.music")

_LATEST = 48
#: Rows of a long page that are read before it begins, and then at a time.
_FIRST_ROWS, _MORE_ROWS = 100, 500
_PATHS = {TRACKS.name: "/music", ALBUMS.name: "/music/albums"}


@router.get("/music")
def tracks(request: Request, engine: EngineDep) -> Response:
    """The list of tracks in the columns of S0."""
    return _results(request, engine, TRACKS, "music/tracks.html")


@router.get("/music/albums")
def albums(request: Request, engine: EngineDep) -> Response:
    """The same search, one row an album."""
    return _results(request, engine, ALBUMS, "music/albums.html")


def _results(request: Request, engine: EngineDep, declaration: IndexDeclaration, template: str) -> Response:
    """A page of any length: the first rows decide the answer, the others are read while the page is on its way."""
    state = read_state(request.query_params.multi_items(), declaration)
    answer = services.search(engine, state, declaration, first=_FIRST_ROWS)
    path = _PATHS[declaration.name]
    return stream_page(
        request,
        template,
        state=state,
        answer=answer,
        path_here=path,
        paths=_PATHS,
        batches=_batches(engine, answer, declaration),
        facets=views.facet_views(answer, declaration, path),
        chips=views.chips(state, declaration, path),
        columns=music.COLUMNS,
        row=music.row,
        fields=declaration.parameters,
        labels_of={name: declaration.field(field).label for name, field in declaration.parameters},
        sorts=declaration.sorts,
        page_sizes=declaration.page_sizes,
        page_window=page_window,
        limit=music.DOWNLOAD_LIMIT,
        carried=carried_ids(request),
        window=MAX_WINDOW,
        indexable=state.is_empty,
    )


def _batches(
    engine: EngineDep, answer: services.Answer, declaration: IndexDeclaration
) -> Iterator[list[views.HitView] | None]:
    """The rows of a page in batches; a last None says that the index stopped answering half-way."""
    yield [views.hit_view(hit) for hit in answer.hits]
    if len(answer.hits) < _FIRST_ROWS:
        return
    try:
        rest = services.following(engine, answer.state, declaration, after=_FIRST_ROWS, batch=_MORE_ROWS)
        for hits in rest:
            yield [views.hit_view(hit) for hit in hits]
    except SearchUnavailable:
        _log.exception("a long page ends early", index=declaration.name)
        yield None


@router.get("/music/export")
def export(request: Request, engine: EngineDep) -> Response:
    """匯出CSV or 匯出ISRC of the ticked tracks, or of all that the search finds; 100 a download."""
    pairs = request.query_params.multi_items()
    wanted = dict(pairs).get("format", "csv")
    if wanted not in music.FORMATS:
        values = {"value": wanted[:20], "allowed": "、".join(music.FORMATS)}
        text = Message(N_("「{value}」不是可用的格式。可用：{allowed}。"), values)
        raise BadParameters([ParameterProblem("format", text)])
    state = read_state([(k, v) for k, v in pairs if k not in ("format", "id", "page", "per_page")], TRACKS)
    ids = [v for k, v in pairs if k == "id" and v]
    if not ids and dict(pairs).get("choose") == "ticked":  # the page's buttons: never the whole search instead
        raise HTTPException(422, music.NoTracksChosen.message)
    try:
        chosen = music.download(engine, state, ids)
    except (music.TooManyTracks, music.NoTracksChosen) as error:
        raise HTTPException(422, error.message) from error
    today = datetime.now(get_site(request).zone)
    if wanted == "isrc":
        body, media_type, ending = music.as_isrc_list(chosen), "text/plain; charset=utf-8", "txt"
    else:
        headings = {key: i18n.gettext(label) for key, label in music.COLUMNS.items()}
        body, media_type, ending = music.as_csv(chosen, headings), "text/csv; charset=utf-8", "csv"
    name = f"shuyin-music-{today:%Y%m%d}.{ending}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return StreamingResponse(body, media_type=media_type, headers=headers)


@router.get("/music/latest")
def latest(request: Request, engine: EngineDep, sessions: SessionsDep, writes: WritesDep) -> Response:
    """The albums released last, and what was registered in the last twelve months."""
    statistics.keeping.freshen(sessions, writes)
    today = datetime.now(get_site(request).zone).date()
    with sessions() as session:
        table = statistics.make(session, "isrc-twelve-months", today)
    return page(request, "music/latest.html", albums=music.latest(engine, _LATEST), table=table)


@router.get("/albums/{id}")
def album(request: Request, id: str, engine: EngineDep) -> Response:
    """One album: who, when, its tracks with all roles."""
    try:
        found = music.get_album(engine, id)
    except music.UnknownAlbum as error:
        raise HTTPException(404, error.message) from error
    return page(
        request,
        "music/album.html",
        album=found,
        roles=views.roles_of(found, ROLES),
        origin=views.ORIGINS.get(found["origin"]),
        length=views.length,
        limit=music.DOWNLOAD_LIMIT,
    )
