"""`/api/v1`: the read side as JSON, written straight from what the index keeps."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response, StreamingResponse

from shuyin.records.book_json import BookJson
from shuyin.search_api import downloads, exports, services
from shuyin.search_api.dependencies import EngineDep, SessionsDep, UserDep, get_site
from shuyin.search_api.related import related
from shuyin.search_api.schemas import (
    BookListJson,
    LinksJson,
    ProblemJson,
    RelatedJson,
    SuggestionsJson,
)
from shuyin.search_api.state import BOOK_FIELDS, MODES, PAGE_SIZES, ROW_PARAMETERS, SearchState, read_state
from shuyin.search_engine.declaration import BOOKS

router = APIRouter(prefix="/api/v1", tags=["catalogue"])

_PROBLEM = {"model": ProblemJson, "content": {"application/problem+json": {}}}
_ERRORS: dict[int | str, dict[str, Any]] = {
    404: {**_PROBLEM, "description": "No such record or page"},
    422: {**_PROBLEM, "description": "A parameter that cannot be understood, or a limit"},
    503: {**_PROBLEM, "description": "The search engine does not answer; see Retry-After"},
}


def _parameter(name: str, description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema or {"type": "string"},
    }


def list_parameters() -> list[dict[str, Any]]:
    """The query parameters of a book list, for the OpenAPI document; facets and sorts come from the declaration."""
    repeated = {"type": "array", "items": {"type": "string"}}
    return [
        _parameter("q", "Words to find in any field"),
        *(_parameter(name, f"Words to find in: {name}") for name in BOOK_FIELDS),
        *(_parameter(name, "A row of the advanced search (all three, repeated in step)") for name in ROW_PARAMETERS),
        *(_parameter(f"f.{f.name}", f"Only these values of: {f.name}", repeated) for f in BOOKS.facets),
        *(_parameter(f"-f.{f.name}", f"None of these values of: {f.name}", repeated) for f in BOOKS.facets),
        _parameter("from", "Published from (YYYY or YYYY-MM)"),
        _parameter("to", "Published until (YYYY or YYYY-MM)"),
        _parameter(
            "sort",
            "Order",
            {"type": "string", "enum": [s.name for s in BOOKS.sorts if s.offered], "default": "relevance"},
        ),
        _parameter("page", "Page, from 1", {"type": "integer", "minimum": 1, "default": 1}),
        _parameter("per_page", "Page size", {"type": "integer", "enum": list(PAGE_SIZES), "default": 20}),
        _parameter("mode", "How to search", {"type": "string", "enum": list(MODES), "default": "keyword"}),
    ]


def _json(body: object) -> Response:
    return Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")), media_type="application/json")


def _relaxed(answer: services.Answer) -> dict[str, Any] | None:
    if answer.relaxed is None:
        return None
    return {
        "what": [str(message) for message in answer.relaxed.what],
        "total": answer.relaxed.total,
        "items": [hit.stored for hit in answer.relaxed.hits],
    }


def _links(state: SearchState, pages: int, address: str) -> LinksJson:
    def at(page: int) -> str:
        return state.on_page(page).url(address)

    return LinksJson(
        self=at(state.page),
        first=at(1),
        previous=at(state.page - 1) if state.page > 1 else None,
        next=at(state.page + 1) if state.page < pages else None,
        last=at(pages),
    )


@router.get(
    "/books",
    summary="Search books",
    responses={200: {"model": BookListJson}, **_ERRORS},
    openapi_extra={"parameters": list_parameters()},
)
def books(request: Request, engine: EngineDep) -> Response:
    """A page of the result list with facets. Every state of the list is in the URL (docs/api.md)."""
    state = read_state(request.query_params.multi_items())
    answer = services.search(engine, state)
    site = get_site(request).base_url
    return _json(
        {
            "total": answer.total,
            "page": state.page,
            "per_page": state.per_page,
            "items": [hit.stored for hit in answer.hits],
            "facets": {
                name: [
                    {"value": v.value, "count": v.count, "selected": v.selected, "excluded": v.excluded} for v in values
                ]
                for name, values in answer.facets.items()
            },
            "links": {**_links(state, answer.pages, site + "/api/v1/books"), "html": site + state.url("/books")},
            "did_you_mean": list(answer.did_you_mean),
            "relaxed": _relaxed(answer),
            "notices": [str(notice) for notice in answer.notices],
        }
    )


@router.get(
    "/books/export",
    summary="Download records",
    responses={200: {"content": {"text/csv": {}, "application/marc": {}, "application/xml": {}}}, **_ERRORS},
    openapi_extra={
        "parameters": [
            _parameter("format", "Format", {"type": "string", "enum": list(exports.FORMATS), "default": "csv"}),
            _parameter(
                "id", "Record numbers; else all records of the search", {"type": "array", "items": {"type": "integer"}}
            ),
            *list_parameters(),
        ]
    },
)
def export(request: Request, engine: EngineDep, sessions: SessionsDep, user: UserDep) -> Response:
    """Up to 10 records without an account, up to 100 signed in or with an API token; one more is refused (422)."""
    base_url = get_site(request).base_url
    pairs = request.query_params.multi_items()
    download = downloads.prepare(pairs, engine, sessions, signed_in=user is not None, base_url=base_url)
    return StreamingResponse(download.body(), media_type=download.format.media_type, headers=download.headers)


@router.get("/books/{id}", summary="One book", responses={200: {"model": BookJson}, **_ERRORS})
def book(id: str, engine: EngineDep) -> Response:
    """The record with all its bindings."""
    return _json(services.get_book(engine, id))


@router.get(
    "/books/{id}/related", summary="What stands near a book", responses={200: {"model": RelatedJson}, **_ERRORS}
)
def related_books(id: str, engine: EngineDep) -> Response:
    """Other editions of the work, similar books with the reason, and the neighbours on the shelf in their order."""
    near = related(engine, services.get_book(engine, id))
    similar = [{"book": other.book, "why": [str(reason) for reason in other.why]} for other in near.similar]
    return _json({"editions": near.editions, "similar": similar, "shelf": near.shelf})


@router.get("/suggest", summary="Completions while typing", responses={200: {"model": SuggestionsJson}, **_ERRORS})
def suggest(engine: EngineDep, q: str = "", limit: int = 10) -> Response:
    """Titles, authors, publishers, headings that begin with or hold what has been typed."""
    found = services.suggest(engine, q, max(1, min(limit, 20)))
    items = [{"text": s.text, "kind": s.kind, "count": s.count, "id": s.id} for s in found]
    return _json({"q": q, "items": items})
