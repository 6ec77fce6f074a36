"""`/api/v1/browse/{list}`: the browse lists as JSON."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from shuyin.search_api.browse import services
from shuyin.search_api.browse.lists import LISTS, BrowseList, Order
from shuyin.search_api.dependencies import EngineDep, SessionsDep, get_site
from shuyin.search_api.messages import N_
from shuyin.search_api.schemas import BrowseEntryJson, BrowsePageJson, ProblemJson

router = APIRouter(prefix="/api/v1", tags=["browse"])

ListName = Literal["authors", "subjects", "classes", "publishers", "series"]
BAD_PLACE = N_("參數 after 或 before 不是本站給的位置。請從清單的第一頁開始。")
_PROBLEM = {"model": ProblemJson, "content": {"application/problem+json": {}}}
_ERRORS: dict[int | str, dict[str, Any]] = {
    404: {**_PROBLEM, "description": "No record has this value"},
    422: {**_PROBLEM, "description": "A parameter that cannot be understood"},
}


def path_of(listing: BrowseList, value: str) -> str:
    """The page of one line of a list."""
    return f"/browse/{listing.name}/{quote(value, safe='')}"


def books_of(listing: BrowseList, value: str) -> str:
    """The result list with the records of one line."""
    return f"/books?{urlencode([(f'f.{listing.facet}', value)], safe=':/')}"


@router.get("/browse/{listing}", summary="A browse list", responses={200: {"model": BrowsePageJson}, **_ERRORS})
def browse(
    request: Request,
    listing: ListName,
    engine: EngineDep,
    sessions: SessionsDep,
    start: Annotated[str, Query(alias="from", max_length=services.MAX_START)] = "",
    order: Order = Order.STROKE,
    after: Annotated[str | None, Query(max_length=400)] = None,
    before: Annotated[str | None, Query(max_length=400)] = None,
    per_page: Annotated[int, Query(ge=1, le=100)] = services.PER_PAGE,
) -> Response:
    """Values in order from the one that begins with `from`; `see` names the value used instead. Follow `links.next`."""
    chosen = LISTS[listing]
    asked = services.Asked(chosen, order, start, after, before, per_page)
    try:
        with sessions() as session:
            found = services.page(session, engine, asked)
    except services.BadPlace:
        raise HTTPException(422, BAD_PLACE) from None
    base = get_site(request).base_url

    def at(**place: str | None) -> str:
        pairs = [("order", order.value), ("per_page", str(per_page)), *((k, v) for k, v in place.items() if v)]
        return f"{base}/api/v1/browse/{listing}?{urlencode(pairs)}"

    items = [
        {
            "value": line.value,
            "caption": line.caption or None,
            "count": line.count,
            "see": line.see,
            "html": base + path_of(chosen, line.see or line.value),
            "books": f"{base}/api/v1{books_of(chosen, line.see or line.value)}",
        }
        for line in found.lines
    ]
    links = {
        "self": at(**{"from": start, "after": after, "before": before}),
        "previous": at(before=found.before) if found.before else None,
        "next": at(after=found.after) if found.after else None,
    }
    return JSONResponse({"list": listing, "order": order.value, "items": items, "links": links})


@router.get(
    "/browse/{listing}/{value:path}",
    summary="One line of a browse list",
    responses={200: {"model": BrowseEntryJson}, **_ERRORS},
)
def entry(request: Request, listing: ListName, value: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """How many records have the value, the newest of them, and what they have in common most often."""
    chosen = LISTS[listing]
    try:
        with sessions() as session:
            found = services.entry(session, engine, chosen, value)
    except services.UnknownEntry as unknown:
        raise HTTPException(404, str(unknown.message)) from None
    base = get_site(request).base_url
    return JSONResponse(
        {
            "list": listing,
            "value": value,
            "caption": found.caption or None,
            "count": found.total,
            "see": found.see,
            "used_for": found.used_for,
            "newest": found.books,
            "shared": {name: [{"value": c.value, "count": c.count} for c in v] for name, v in found.shared.items()},
            "years": [{"value": c.value, "count": c.count} for c in found.years],
            "html": base + path_of(chosen, value),
            "books": f"{base}/api/v1{books_of(chosen, value)}",
            "record": base + found.record if found.record else None,
        }
    )
