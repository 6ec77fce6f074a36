"""`/api/v1/albums…`, `/api/v1/tracks`: recorded music as JSON, from the day of release on."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from shuyin.records.music_json import AlbumJson
from shuyin.search_api import services
from shuyin.search_api.dependencies import EngineDep, get_site
from shuyin.search_api.music.services import UnknownAlbum, get_album
from shuyin.search_api.problems import problem
from shuyin.search_api.schemas import ProblemJson
from shuyin.search_api.state import read_state
from shuyin.search_engine.declaration import ALBUMS, TRACKS, IndexDeclaration

router = APIRouter(prefix="/api/v1", tags=["music"])

_PROBLEM = {"model": ProblemJson, "content": {"application/problem+json": {}}}


def _parameters(declaration: IndexDeclaration) -> dict[str, object]:
    text = {"type": "string"}
    repeated = {"type": "array", "items": text}
    named: list[tuple[str, object]] = [("q", text), *((name, text) for name, _ in declaration.parameters)]
    named += [(f"{sign}f.{facet.name}", repeated) for sign in ("", "-") for facet in declaration.facets]
    named += [("from", text), ("to", text), ("sort", {"enum": [s.name for s in declaration.sorts]})]
    named += [("page", {"type": "integer", "minimum": 1}), ("per_page", {"enum": list(declaration.page_sizes)})]
    return {"parameters": [{"name": name, "in": "query", "required": False, "schema": s} for name, s in named]}


@router.get("/albums", summary="Search albums", openapi_extra=_parameters(ALBUMS))
def albums(request: Request, engine: EngineDep) -> Response:
    """A page of albums with their tracks, and facets."""
    return _list(request, engine, ALBUMS)


@router.get("/tracks", summary="Search tracks", openapi_extra=_parameters(TRACKS))
def tracks(request: Request, engine: EngineDep) -> Response:
    """A page of tracks, each with what its album says, and facets."""
    return _list(request, engine, TRACKS)


@router.get(
    "/albums/{id}",
    summary="One album",
    responses={200: {"model": AlbumJson}, 404: {**_PROBLEM, "description": "No such album, or not released yet"}},
)
def album(id: str, engine: EngineDep) -> Response:
    """The album with its tracks, from its day of release on."""
    try:
        return JSONResponse(get_album(engine, id))
    except UnknownAlbum as error:
        return problem(404, str(error.message))


def _list(request: Request, engine: EngineDep, declaration: IndexDeclaration) -> Response:
    state = read_state(request.query_params.multi_items(), declaration)
    answer = services.search(engine, state, declaration)
    address = f"{get_site(request).base_url}/api/v1/{declaration.name}"
    following = state.on_page(state.page + 1).url(address) if state.page < answer.pages else None
    return JSONResponse(
        {
            "total": answer.total,
            "page": state.page,
            "per_page": state.per_page,
            "items": [dict(hit.stored) for hit in answer.hits],
            "facets": {
                name: [{"value": v.value, "count": v.count, "selected": v.selected} for v in values]
                for name, values in answer.facets.items()
            },
            "links": {"self": state.url(address), "next": following},
        }
    )
