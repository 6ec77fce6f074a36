"""`/browse`, `/browse/{list}`, `/browse/{list}/{value}`: the lists, and a page for each author, series, publisher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from shuyin.search_api.browse import services
from shuyin.search_api.browse.lists import LISTS, OF_FACET, BrowseList, Order
from shuyin.search_api.browse.routes import BAD_PLACE, books_of, path_of
from shuyin.search_api.dependencies import EngineDep, SessionsDep
from shuyin.search_api.messages import N_
from shuyin.search_api.state import clean
from shuyin.search_engine.sort_keys import jumps, letter_jumps
from shuyin.web import labels
from shuyin.web.books.histogram import histogram
from shuyin.web.captions import captions
from shuyin.web.i18n import say
from shuyin.web.render import page

router = APIRouter(include_in_schema=False, prefix="/browse")

ORDERS = {Order.STROKE: N_("筆畫"), Order.ZHUYIN: N_("注音")}
NO_LIST = N_("沒有這份瀏覽清單。可用的清單：作者、主題詞、分類號、出版者、叢書。")
#: Numbers of strokes that hardly any word begins with share the last jump.
_MOST_STROKES = 26


@dataclass(frozen=True, slots=True)
class JumpView:
    """A link to a place in the list."""

    label: str
    url: str


@router.get("")
def overview(request: Request) -> Response:
    """Which lists there are."""
    return page(request, "browse/overview.html", lists=LISTS.values())


def _list(name: str) -> BrowseList:
    if name not in LISTS:
        raise HTTPException(404, NO_LIST)
    return LISTS[name]


@router.get("/{name}")
def browse(
    request: Request,
    name: str,
    engine: EngineDep,
    sessions: SessionsDep,
    start: Annotated[str, Query(alias="from", max_length=services.MAX_START)] = "",
    order: Order = Order.STROKE,
    after: Annotated[str | None, Query(max_length=400)] = None,
    before: Annotated[str | None, Query(max_length=400)] = None,
) -> Response:
    """One page of a list: from a beginning, or beyond another page."""
    listing = _list(name)
    start = clean(start)
    order = order if order in listing.orders else Order.STROKE
    if listing.name == "classes" and start and not start[0].isdigit():
        return RedirectResponse(f"/subjects?{urlencode([('kind', 'class'), ('q', start)])}", 302)
    asked = services.Asked(listing, order, start, after or None, before or None)
    try:
        with sessions() as session:
            found = services.page(session, engine, asked)
    except services.BadPlace:
        raise HTTPException(422, BAD_PLACE) from None

    def at(**place: str) -> str:
        return _address(listing, order, place)

    return page(
        request,
        "browse/list.html",
        listing=listing,
        lists=LISTS.values(),
        lines=found.lines,
        start=asked.start,
        order=order,
        orders=[(one, ORDERS[one], _address(listing, one, {"from": asked.start})) for one in listing.orders],
        previous=at(before=found.before) if found.before else None,
        next=at(after=found.after) if found.after else None,
        jumps=_jumps(listing, order),
        caption=captions(sessions).of,
        path_of=path_of,
        books_of=books_of,
        indexable=not (after or before or start),
    )


def _address(listing: BrowseList, order: Order, place: dict[str, str]) -> str:
    pairs = [(key, value) for key, value in place.items() if value]
    if order is not Order.STROKE:
        pairs.insert(0, ("order", order.value))
    return f"/browse/{listing.name}" + (f"?{urlencode(pairs)}" if pairs else "")


def _jumps(listing: BrowseList, order: Order) -> list[tuple[str, list[JumpView]]]:
    """Rows of links: strokes or Zhuyin letters, then digits and Latin letters; for class numbers the main classes."""
    if listing.name == "classes":
        return [
            (N_("大類"), [JumpView(digit, _address(listing, order, {"from": digit})) for digit in labels.MAIN_CLASSES])
        ]
    at = [(jump.label, services.place_of(jump.key)) for jump in jumps(order.value)]
    if order is Order.STROKE:
        at = [(label, place) for label, place in at if int(label) <= _MOST_STROKES]
    latin = [(jump.label, services.place_of(jump.key)) for jump in letter_jumps()]
    return [
        (label, [JumpView(text, _address(listing, order, {"after": place})) for text, place in row])
        for label, row in ((ORDERS[order], at), (N_("數字與字母"), latin))
    ]


@router.get("/{name}/{value:path}")
def entry(request: Request, name: str, value: str, engine: EngineDep, sessions: SessionsDep) -> Response:
    """What the catalogue holds of one author, subject, class, publisher or series."""
    listing = _list(name)
    try:
        with sessions() as session:
            found = services.entry(session, engine, listing, value)
    except services.UnknownEntry as unknown:
        raise HTTPException(404, say(unknown.message)) from None
    if found.see is not None:
        return RedirectResponse(path_of(listing, found.see), 302)
    words = captions(sessions)
    return page(
        request,
        "browse/entry.html",
        listing=listing,
        entry=found,
        name=words.value(listing.facet, value),
        books_url=books_of(listing, value),
        place_url=_address(listing, Order.STROKE, {"from": value}),
        shared=[(OF_FACET[facet], counts) for facet, counts in found.shared.items()],
        years=histogram(found.years),
        path_of=path_of,
        books_of=books_of,
    )
