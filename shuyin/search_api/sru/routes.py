"""`/sru` over HTTP: GET, and POST with a form."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from shuyin.search_api.sru import provider

router = APIRouter(tags=["protocols"])


async def parameters(request: Request) -> list[tuple[str, str]]:
    """The parameters of the address and of a form; files that a form brings are passed over."""
    pairs = list(request.query_params.multi_items())
    if request.method == "POST":
        form = await request.form(max_files=0, max_fields=50)
        pairs += [(name, value) for name, value in form.multi_items() if not isinstance(value, UploadFile)]
    return pairs


@router.post("/sru", include_in_schema=False)
@router.get("/sru", summary="SRU 1.2 and 2.0 (CQL)", response_class=Response)
async def sru(request: Request) -> Response:
    """explain, searchRetrieve and scan; what cannot be answered is a diagnostic in the answer."""
    state = request.app.state
    catalogue = provider.Catalogue(state.settings.base_url, state.search, state.sessions)
    body = await run_in_threadpool(provider.answer, catalogue, await parameters(request))
    return Response(body, media_type="application/xml; charset=utf-8")
