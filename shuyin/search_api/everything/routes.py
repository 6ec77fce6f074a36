"""`GET /api/v1/search`: one search over every kind as JSON."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from shuyin.records.models import utc_now
from shuyin.search_api.dependencies import EngineDep, SessionsDep, get_site
from shuyin.search_api.everything import services
from shuyin.search_api.schemas import EverythingJson

router = APIRouter(prefix="/api/v1", tags=["catalogue"])


@router.get("/search", summary="One search over every kind", responses={200: {"model": EverythingJson}})
def search(
    request: Request, engine: EngineDep, sessions: SessionsDep, q: Annotated[str, Query(max_length=2000)] = ""
) -> Response:
    """Books, albums, tracks, organisations, headings, classes and pages: how many of each, and the first five."""
    found = services.search(engine, sessions, q, utc_now())
    base = get_site(request).base_url
    return JSONResponse(
        {
            "q": found.q,
            "total": found.total,
            "groups": [
                {
                    "kind": group.kind,
                    "total": group.total,
                    "items": [
                        {"title": hit.text, "detail": hit.detail or None, "html": base + hit.path} for hit in group.hits
                    ],
                    "html": base + group.path,
                }
                for group in found.groups
            ],
            "did_you_mean": list(found.did_you_mean),
            "notices": [str(notice) for notice in found.notices],
        }
    )
