"""`/api/v1/subjects…`, `/api/v1/classes…`, `POST /api/v1/subjects/recommend`."""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shuyin.ai_subjects.schemes import lookup, services, skos
from shuyin.ai_subjects.services import API
from shuyin.records.models import HeadingRow
from shuyin.search_api import subjects
from shuyin.search_api.dependencies import RecordId, SessionsDep, get_site
from shuyin.search_api.messages import N_

router = APIRouter(prefix="/api/v1", tags=["subjects"])

_NO_HEADING = N_("沒有這個主題詞。")
_NO_CLASS = N_("沒有這個分類號。")


class RecommendBody(BaseModel):
    """What is known about the book; all but the title may be left out."""

    title: str = Field(min_length=1, max_length=1_000)
    author: str = Field("", max_length=1_000)
    publisher: str = Field("", max_length=500)
    summary: str = Field("", max_length=20_000)
    contents: str = Field("", max_length=60_000)
    keywords: list[str] | str = Field(default_factory=list)
    audience: str = Field("", max_length=100)
    category: str = Field("", max_length=500)
    language: str = Field("", max_length=20)
    original_language: str = Field("", max_length=20, description="MARC code of what it is translated from")


def _json(body: object) -> Response:
    return Response(json.dumps(body, ensure_ascii=False, separators=(",", ":")), media_type="application/json")


def _list(
    request: Request, path: str, items: list[dict[str, Any]], total: int, page: int, per_page: int
) -> dict[str, Any]:
    base = get_site(request).base_url + path
    last = max(1, -(-total // per_page))

    def at(number: int) -> str:
        return f"{base}?{request.url.include_query_params(page=number).query}"

    return {
        "total": total,
        "page": page,
        "per_page": per_page,
        "items": items,
        "links": {
            "self": at(page),
            "first": at(1),
            "previous": at(page - 1) if page > 1 else None,
            "next": at(page + 1) if page < last else None,
            "last": at(last),
        },
    }


@router.post("/subjects/recommend", summary="Recommend headings and class numbers")
def recommend(request: Request, body: RecommendBody, sessions: SessionsDep) -> Response:
    """Ranked headings and classes with scores (chances) and reasons; nothing where nothing is known."""
    described = subjects.description(body.model_dump())
    found = subjects.the_recommender(request).recommend(described)
    with sessions() as session:
        answer = _json(subjects.recommendation_json(session, found))
    answer.background = subjects.noting(request, described, found, API)
    return answer


@router.get("/subjects", summary="Look up subject headings")
def headings(
    request: Request,
    sessions: SessionsDep,
    q: Annotated[str, Query(max_length=200)] = "",
    match: Literal["exact", "approximate"] = "approximate",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """By preferred or variant label, in any spelling; `variant` is the wording that led to the heading (USE)."""
    with sessions() as session:
        found = subjects.the_lookup().headings(session, q, match)
        shown = found[(page - 1) * per_page : page * per_page]
        items = [
            {"id": one.id, "label": one.label, "variant": one.variant, "likeness": round(one.likeness, 3)}
            for one in shown
        ]
        status = services.counts(session)
    answer = _list(request, "/api/v1/subjects", items, len(found), page, per_page)
    return _json(
        {**answer, "status": {"classes": status.classes, "headings": status.headings, "starter": status.starter}}
    )


@router.get("/classes", summary="Look up classes")
def classes(
    request: Request,
    sessions: SessionsDep,
    q: Annotated[str, Query(max_length=200)] = "",
    match: Literal["exact", "approximate"] = "approximate",
    page: Annotated[int, Query(ge=1, le=10_000)] = 1,
    per_page: Annotated[int, Query(ge=1, le=100)] = 20,
) -> Response:
    """By number or caption; without `q` the main classes."""
    with sessions() as session:
        if q.strip():
            found = subjects.the_lookup().classes(session, q, match)
            numbers = [one.label for one in found[(page - 1) * per_page : page * per_page]]
            total = len(found)
        else:
            rows = lookup.roots(session)
            numbers, total = [row.number for row in rows][(page - 1) * per_page : page * per_page], len(rows)
        captions = lookup.captions_of(session, numbers)
    items = [{"number": number, "caption": captions.get(number, "")} for number in numbers]
    return _json(_list(request, "/api/v1/classes", items, total, page, per_page))


def _heading(request: Request, sessions: SessionsDep, id: int, syntax: str | None) -> Response:
    with sessions() as session:
        row = session.get(HeadingRow, id)
        if row is None:
            raise HTTPException(404, _NO_HEADING)
        if syntax is None:
            return _json(subjects.heading_json(session, row))
        labels = [label for names in (row.relations or {}).values() for label in names]
        ids, links = lookup.ids_of(session, labels), lookup.classes_of(session, row.id)
        graph = skos.heading_graph(get_site(request).base_url, row, ids, links)
    return Response(skos.written(graph, syntax), media_type=skos.SYNTAXES[syntax][1])


def _class(request: Request, sessions: SessionsDep, number: str, syntax: str | None) -> Response:
    with sessions() as session:
        if syntax is None:
            shown = lookup.class_or_unlisted(session, number)
            if shown is None:
                raise HTTPException(404, _NO_CLASS)
            return _json(subjects.class_json(session, shown))
        row = lookup.class_row(session, number)
        if row is None:
            raise HTTPException(404, _NO_CLASS)
        graph = skos.class_graph(get_site(request).base_url, row, lookup.children(session, row.number))
    return Response(skos.written(graph, syntax), media_type=skos.SYNTAXES[syntax][1])


@router.get("/subjects/{id}", summary="One subject heading")
def heading(
    request: Request, id: RecordId, sessions: SessionsDep, format: Literal["json", "ttl", "jsonld"] = "json"
) -> Response:
    """The heading with USE/UF/BT/NT/RT and its classes; `format=ttl` or `jsonld` gives SKOS."""
    return _heading(request, sessions, id, None if format == "json" else format)


@router.get("/classes/{number}", summary="One class")
def one_class(
    request: Request, number: str, sessions: SessionsDep, format: Literal["json", "ttl", "jsonld"] = "json"
) -> Response:
    """The class with the captions above, the classes below and its headings; `format=ttl` or `jsonld` gives SKOS."""
    return _class(request, sessions, number, None if format == "json" else format)
