"""`/oai` over HTTP: GET, and POST with a form."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.responses import Response

from shuyin.search_api.oai import provider
from shuyin.search_api.sru.routes import parameters

router = APIRouter(tags=["protocols"])


@router.post("/oai", include_in_schema=False)
@router.get("/oai", summary="OAI-PMH 2.0", response_class=Response)
async def oai(request: Request) -> Response:
    """All six verbs; errors of the protocol stand in the answer."""
    state = request.app.state
    settings = state.settings
    repository = provider.Repository(settings.base_url, settings.contact_email, state.sessions, state.writes)
    body = await run_in_threadpool(provider.answer, repository, await parameters(request))
    return Response(body, media_type="text/xml; charset=utf-8")
