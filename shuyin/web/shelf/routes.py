"""`/shelf`: works without an account (a signed cookie) and without scripts (plain forms)."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from sqlalchemy.orm import Session, sessionmaker
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from shuyin.records.models import User
from shuyin.search_api import downloads, exports, services, shelf
from shuyin.search_api.dependencies import EngineDep, SessionsDep, UserDep, WritesDep, get_site
from shuyin.search_api.messages import N_
from shuyin.web.guard import anyone
from shuyin.web.render import environment, page
from shuyin.web.session import local_path, same_site
from shuyin.web.shelf.state import keep_ids, shelf_ids

router = APIRouter(include_in_schema=False, prefix="/shelf", dependencies=[anyone()])


@router.get("")
def show(request: Request, engine: EngineDep, sessions: SessionsDep, user: UserDep) -> Response:
    """The shelf of who asks."""
    if user:
        with sessions() as session:
            kept = shelf.kept(session, user.id)
    else:
        kept = [shelf.Kept(id) for id in shelf_ids(request)]
    return _page(request, engine, kept, user, shared=False)


@router.get("/shared/{token}")
def shared(request: Request, token: str, engine: EngineDep, user: UserDep) -> Response:
    """A shelf that someone shared: the books, not the notes."""
    ids = shelf.unseal(token, get_site(request).secret_key or "")
    if not ids:
        raise HTTPException(404, N_("這個分享連結不正確。請向分享的人再要一次。"))
    return _page(request, engine, [shelf.Kept(id) for id in ids], user, shared=True)


def _page(request: Request, engine: EngineDep, kept: list[shelf.Kept], user: User | None, *, shared: bool) -> Response:
    books = {book["id"]: book for book in services.get_books(engine, [str(k.book_id) for k in kept])}
    shown = [(books[k.book_id], k.note) for k in kept if k.book_id in books]
    token = shelf.seal([k.book_id for k in kept], get_site(request).secret_key or "") if kept else None
    return page(
        request,
        "shelf/shelf.html",
        items=shown,
        missing=len(kept) - len(shown),
        left_behind=len(shelf_ids(request)) if user and not shared else 0,
        shared=shared,
        share_url=f"{get_site(request).base_url}/shelf/shared/{token}" if token else None,
        export_formats=tuple(exports.FORMATS.values()),
        export_limit=downloads.limit_for(user is not None),
        signed_in_limit=downloads.SIGNED_IN_LIMIT,
        note_length=shelf.NOTE_LENGTH,
    )


@router.post("")
def change(
    request: Request,
    engine: EngineDep,
    writes: WritesDep,
    user: UserDep,
    add: Annotated[list[int], Form()] = [],  # noqa: B006 - FastAPI reads the default, nothing writes to it
    remove: Annotated[int | None, Form()] = None,
    up: Annotated[int | None, Form()] = None,
    down: Annotated[int | None, Form()] = None,
    clear: Annotated[bool, Form()] = False,
    note_of: Annotated[int | None, Form()] = None,
    note: Annotated[str, Form()] = "",
    back: Annotated[str, Form()] = "/shelf",
) -> Response:
    """One change; for htmx the button anew, else back to where the reader was."""
    same_site(request)
    known = [book["id"] for book in services.get_books(engine, [str(id) for id in add])]
    moves = [(id, step) for id, step in ((up, -1), (down, 1)) if id is not None]
    answer = _answer(request, added=known[0] if known else None, removed=remove, back=back)
    if user:
        _change_rows(writes, user.id, known, remove, moves, clear=clear, note_of=note_of, note=note)
        return answer
    ids = [] if clear else shelf_ids(request)
    for id in known:
        ids = shelf.with_book(ids, id)
    ids = [id for id in ids if id != remove]
    for id, step in moves:
        ids = shelf.moved(ids, id, step)
    keep_ids(request, answer, ids)
    return answer


def _change_rows(
    writes: sessionmaker[Session],
    user_id: int,
    added: list[int],
    removed: int | None,
    moves: list[tuple[int, int]],
    *,
    clear: bool,
    note_of: int | None,
    note: str,
) -> None:
    with writes.begin() as session:
        shelf.add(session, user_id, added)
        if clear or removed is not None:
            shelf.remove(session, user_id, None if clear else removed)
        for id, step in moves:
            shelf.move(session, user_id, id, step)
        if note_of is not None:
            shelf.annotate(session, user_id, note_of, note)


def _answer(request: Request, *, added: int | None, removed: int | None, back: str) -> Response:
    id = added if added is not None else removed
    if request.headers.get("HX-Request") and id is not None:
        button = environment().get_template("shelf/_button.html")
        return HTMLResponse(button.render(id=id, kept=added is not None))
    return RedirectResponse(local_path(back), 303)
