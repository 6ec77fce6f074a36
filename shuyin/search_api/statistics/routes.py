"""`/api/v1/statistics…`: every table as JSON or CSV."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import JSONResponse, Response

from shuyin.search_api import statistics
from shuyin.search_api.dependencies import SessionsDep, WritesDep, get_site
from shuyin.search_api.problems import problem
from shuyin.search_api.schemas import ProblemJson
from shuyin.search_api.statistics import keeping
from shuyin.search_api.statistics.registry import TABLES, BadMonth, UnknownTable

router = APIRouter(prefix="/api/v1/statistics", tags=["statistics"])

_PROBLEM = {"model": ProblemJson, "content": {"application/problem+json": {}}}


@router.get("", summary="The tables that there are")
def tables() -> dict[str, list[str]]:
    """Names for `/statistics/{table}`."""
    return {"tables": list(TABLES)}


@router.get(
    "/{table}",
    summary="A statistics table",
    responses={404: {**_PROBLEM, "description": "No such table"}, 422: {**_PROBLEM, "description": "A false month"}},
)
def table(
    request: Request,
    sessions: SessionsDep,
    writes: WritesDep,
    table: str,
    month: Annotated[str | None, Query(description="YYYY-MM; the last whole month without it")] = None,
) -> Response:
    """Columns and rows; unknown values are null."""
    today = datetime.now(get_site(request).zone).date()
    keeping.freshen(sessions, writes)
    try:
        with sessions() as session:
            return JSONResponse(statistics.make(session, table, today, month).to_json())
    except UnknownTable as error:
        return problem(404, str(error.message))
    except BadMonth as error:
        return problem(422, str(error.message), errors=[{"parameter": "month", "detail": str(error.message)}])
