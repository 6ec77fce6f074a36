"""`/staff/records/…`: a book's or an album's versions with their differences; undo, delete, restore."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from shuyin.filing import history
from shuyin.filing.history import Act, Shelf
from shuyin.filing.office import Office
from shuyin.filing.roles import Permission
from shuyin.records import marc, services
from shuyin.records.isbn import normalise
from shuyin.records.models import BookRow
from shuyin.search_api.dependencies import SessionsDep, WritesDep
from shuyin.search_api.messages import N_
from shuyin.web.forms import PostedDep
from shuyin.web.guard import OfficeDep, by_of, needs
from shuyin.web.i18n import gettext
from shuyin.web.render import page

router = APIRouter(include_in_schema=False, prefix="/staff/records", dependencies=[needs(Permission.UNDO)])

Id = Annotated[int, Path(ge=1, le=2**62)]
#: Longest reason that is kept, in characters.
REASON_LIMIT = 500
NO_RECORD = N_("找不到這筆資料。")
NO_VERSION = N_("沒有這個版本。")
NO_REASON = N_("請填寫原因，日後才知道為什麼修改。")
CHANGED = N_("這筆資料剛剛被修改過，沒有執行。下面是最新的內容，請再看一次。")
NOT_FOUND = N_("找不到。請輸入系統中的編號，或 10 碼、13 碼 ISBN。")


@router.get("")
def find(
    request: Request,
    sessions: SessionsDep,
    q: Annotated[str, Query(max_length=40)] = "",
    shelf: Annotated[Shelf, Query()] = Shelf.BOOKS,
) -> Response:
    """Find a record by its number or ISBN, deleted or not."""
    text, found = q.strip(), None
    with sessions() as session:
        if text.isascii() and text.isdigit() and len(text) < 10:
            try:
                found = history.content(session, shelf, int(text)).id
            except history.UnknownRecord:
                found = None
        elif text and shelf is Shelf.BOOKS:
            isbn = normalise(text)
            found = services.book_for_isbn(session, isbn) if isbn else None
    if found is not None:
        return RedirectResponse(f"/staff/records/{shelf.value}/{found}", 303)
    error = gettext(NOT_FOUND) if text else ""
    return page(request, "staff/records.html", status=404 if error else 200, q=q, shelf=shelf.value, error=error)


@router.get("/books/{record_id}")
def book(request: Request, record_id: Id, sessions: SessionsDep, office: OfficeDep) -> Response:
    """A book with its versions."""
    return _show(request, sessions, office, Shelf.BOOKS, record_id)


@router.get("/albums/{record_id}")
def album(request: Request, record_id: Id, sessions: SessionsDep, office: OfficeDep) -> Response:
    """An album with its versions."""
    return _show(request, sessions, office, Shelf.ALBUMS, record_id)


@router.post("/books/{record_id}/{what}")
def act_on_book(
    request: Request,
    record_id: Id,
    what: Act,
    form: PostedDep,
    writes: WritesDep,
    sessions: SessionsDep,
    office: OfficeDep,
) -> Response:
    """Undo, delete or restore a book."""
    return _act(request, writes, sessions, office, Shelf.BOOKS, record_id, what, form)


@router.post("/albums/{record_id}/{what}")
def act_on_album(
    request: Request,
    record_id: Id,
    what: Act,
    form: PostedDep,
    writes: WritesDep,
    sessions: SessionsDep,
    office: OfficeDep,
) -> Response:
    """Undo, delete or restore an album."""
    return _act(request, writes, sessions, office, Shelf.ALBUMS, record_id, what, form)


def _show(
    request: Request,
    sessions: SessionsDep,
    office: Office,
    shelf: Shelf,
    record_id: int,
    error: str = "",
    status: int = 200,
) -> Response:
    with sessions() as session:
        try:
            row = history.content(session, shelf, record_id)
        except history.UnknownRecord as unknown:
            raise HTTPException(404, NO_RECORD) from unknown
        return page(
            request,
            "staff/record.html",
            status=status,
            row=row,
            title=marc.read(row.marc).title if isinstance(row, BookRow) else row.title,
            shelf=shelf.value,
            versions=history.versions(session, shelf, row),
            error=error,
            zone=office.zone,
        )


def _act(
    request: Request,
    writes: WritesDep,
    sessions: SessionsDep,
    office: Office,
    shelf: Shelf,
    record_id: int,
    what: Act,
    form: PostedDep,
) -> Response:
    reason = form.one("reason").strip()[:REASON_LIMIT]
    error, status = (gettext(NO_REASON), 422) if not reason else ("", 200)
    if not error:
        try:
            with writes.begin() as session:
                history.act(
                    session,
                    shelf,
                    record_id,
                    what,
                    current=form.number("current"),
                    version=form.number("version"),
                    by=by_of(request),
                    reason=reason,
                )
        except history.UnknownRecord as unknown:
            raise HTTPException(404, NO_RECORD) from unknown
        except services.UnknownVersion:
            error, status = gettext(NO_VERSION), 422
        except history.ChangedMeanwhile:
            error, status = gettext(CHANGED), 409
    if error:
        return _show(request, sessions, office, shelf, record_id, error, status)
    return RedirectResponse(f"/staff/records/{shelf.value}/{record_id}", 303)
