"""`/staff/isbn-ranges`: the publishers' number ranges; add, close, open; the ledger's state."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from shuyin.filing.isbn import principles, ranges
from shuyin.filing.roles import Permission
from shuyin.records.models import OrganisationRow
from shuyin.search_api.dependencies import SessionsDep, WritesDep
from shuyin.web.forms import Posted, PostedDep
from shuyin.web.guard import OfficeDep, by_of, needs
from shuyin.web.i18n import gettext
from shuyin.web.render import page

router = APIRouter(include_in_schema=False, prefix="/staff/isbn-ranges", dependencies=[needs(Permission.RANGES)])

Id = Annotated[int, Path(ge=1, le=2**62)]


@router.get("")
def listing(
    request: Request,
    sessions: SessionsDep,
    q: Annotated[str, Query(max_length=100)] = "",
    organisation: Annotated[int, Query(ge=0, le=2**62)] = 0,
) -> Response:
    """The ranges, searched by publisher or prefix, with what is left of each."""
    return _show(request, sessions, q, organisation)


def _show(
    request: Request,
    sessions: SessionsDep,
    words: str = "",
    organisation_id: int = 0,
    error: str = "",
    typed: Posted | None = None,
) -> Response:
    with sessions() as session:
        found = ranges.listed(session, words=words, organisation_id=organisation_id or None)
        chosen = session.get(OrganisationRow, organisation_id) if organisation_id else None
        return page(
            request,
            "desk/ranges.html",
            status=422 if error else 200,
            ranges=found,
            shown=ranges.shown,
            q=words,
            chosen=chosen,
            error=error,
            typed={
                name: typed.one(name) if typed else "" for name in ("organisation", "prefix", "first", "last", "note")
            },
            principles=principles.PRINCIPLES,
        )


@router.post("")
def add(request: Request, form: PostedDep, writes: WritesDep, sessions: SessionsDep, office: OfficeDep) -> Response:
    """Give a publisher a range."""
    house = form.number("organisation")
    try:
        with writes.begin() as session:
            ranges.add(
                session,
                office,
                house,
                form.one("prefix"),
                form.one("first"),
                form.one("last"),
                by=by_of(request),
                note=form.one("note"),
            )
    except ranges.RangeRefused as refused:
        return _show(request, sessions, error=gettext(refused.message).format(**refused.params), typed=form)
    return RedirectResponse(f"/staff/isbn-ranges?organisation={house}", 303)


@router.post("/{range_id}")
def change(
    request: Request, range_id: Id, form: PostedDep, writes: WritesDep, sessions: SessionsDep, office: OfficeDep
) -> Response:
    """Close a range or open it again."""
    try:
        with writes.begin() as session:
            opened = form.one("action") == "open"
            ranges.set_open(session, range_id, opened, revision=form.number("revision"), by=by_of(request))
    except ranges.RangeRefused as refused:
        return _show(request, sessions, error=gettext(refused.message).format(**refused.params))
    return RedirectResponse(f"/staff/isbn-ranges#range-{range_id}", 303)
