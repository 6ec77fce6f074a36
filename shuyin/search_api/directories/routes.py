"""`/api/v1/organisations…`: publishers and music companies as JSON."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from shuyin.search_api.dependencies import EngineDep, RecordId, SessionsDep, get_site
from shuyin.search_api.directories import services as directory
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.schemas import LinksJson, OrganisationJson, OrganisationListJson, ProblemJson
from shuyin.search_api.state import ROW_PARAMETERS, read_state
from shuyin.search_engine.declaration import ORGANISATIONS

router = APIRouter(prefix="/api/v1", tags=["directories"])

_PROBLEM = {"model": ProblemJson, "content": {"application/problem+json": {}}}
_TEXT = {"type": "string"}
_PARAMETERS: list[tuple[str, object]] = [
    ("q", _TEXT),
    *((name, _TEXT) for name, _ in ORGANISATIONS.parameters),
    *((name, {"type": "array", "items": _TEXT}) for name in ROW_PARAMETERS),
    ("f.role", {"enum": [directory.PUBLISHER, directory.MUSIC]}),
    ("sort", {"enum": [s.name for s in ORGANISATIONS.sorts]}),
    ("page", {"type": "integer", "minimum": 1}),
    ("per_page", {"enum": list(ORGANISATIONS.page_sizes)}),
]
UNKNOWN = N_("沒有編號 {id} 的機構。")


@router.get(
    "/organisations",
    summary="Publishers and music companies",
    responses={200: {"model": OrganisationListJson}, 422: {**_PROBLEM, "description": "A parameter is wrong"}},
    openapi_extra={
        "parameters": [{"name": n, "in": "query", "required": False, "schema": schema} for n, schema in _PARAMETERS]
    },
)
def organisations(request: Request, engine: EngineDep, sessions: SessionsDep) -> Response:
    """The directory by name, short name, prefix, address, telephone; without consent only the name is given."""
    state = read_state(request.query_params.multi_items(), ORGANISATIONS)
    found = directory.find(engine, sessions, state)
    address = get_site(request).base_url + "/api/v1/organisations"

    def at(page: int) -> str:
        return state.on_page(page).url(address)

    pages = found.answer.pages
    links = LinksJson(
        self=at(state.page),
        first=at(1),
        previous=at(state.page - 1) if state.page > 1 else None,
        next=at(state.page + 1) if state.page < pages else None,
        last=at(pages),
    )
    return JSONResponse(
        {
            "total": found.answer.total,
            "page": state.page,
            "per_page": state.per_page,
            "items": found.items,
            "links": links,
        }
    )


@router.get(
    "/organisations/{id}",
    summary="One organisation",
    responses={200: {"model": OrganisationJson}, 404: {**_PROBLEM, "description": "No such organisation"}},
)
def organisation(id: RecordId, sessions: SessionsDep) -> Response:
    """One publisher or music company."""
    with sessions() as session:
        found = directory.get(session, id)
    if found is None:
        raise HTTPException(404, str(Message(UNKNOWN, {"id": id})))
    return JSONResponse(found)
