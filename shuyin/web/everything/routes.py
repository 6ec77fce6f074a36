"""`/search`: one box over everything that the site holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from shuyin.records.models import utc_now
from shuyin.search_api.dependencies import EngineDep, SessionsDep
from shuyin.search_api.everything import services
from shuyin.search_api.state import MAX_QUERY_LENGTH
from shuyin.web.render import page

router = APIRouter(include_in_schema=False)


@router.get("/search")
def search(
    request: Request, engine: EngineDep, sessions: SessionsDep, q: Annotated[str, Query(max_length=2000)] = ""
) -> Response:
    """How many of each kind, and the first of them."""
    found = services.search(engine, sessions, q, utc_now())
    return page(request, "everything/search.html", found=found, kinds=services.KINDS, max_length=MAX_QUERY_LENGTH)
