"""`/staff/covers`: covers handed in one by one or by the dozen, as files named by their ISBN."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from shuyin.filing import audit
from shuyin.filing.roles import Permission
from shuyin.records import covers
from shuyin.search_api.dependencies import SessionsDep, WritesDep
from shuyin.search_api.messages import N_, Message
from shuyin.web.forms import Posted, PostedDep
from shuyin.web.guard import by_of, needs
from shuyin.web.render import page

router = APIRouter(include_in_schema=False, prefix="/staff/covers", dependencies=[needs(Permission.UNDO)])

NO_FILE = N_("請選擇書封圖檔。")
NO_ISBN = N_("「{name}」：沒有書目使用這個 ISBN（{isbn}）。請核對號碼，或以 ISBN 為檔名。")
NO_PICTURE = N_("「{name}」：不是可以開啟的圖檔（JPG、PNG、WebP、GIF，最大 10 MB、四千萬像素）。")
ADDED = N_("「{name}」已作為 {isbn} 的書封。")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one file."""

    good: bool
    message: Message


@router.get("")
def listed(request: Request, sessions: SessionsDep) -> Response:
    """The form and the covers added last."""
    return _page(request, sessions, [])


def _page(request: Request, sessions: SessionsDep, results: list[Result]) -> Response:
    with sessions() as session:
        rows = covers.latest(session)
    status = 422 if results and not any(result.good for result in results) else 200
    return page(request, "staff/covers.html", status=status, rows=rows, results=results, address=covers.address)


@router.post("")
def add(request: Request, form: PostedDep, sessions: SessionsDep, writes: WritesDep) -> Response:
    """Take the files; what is wrong with one does not hold up the others."""
    if form.one("remove"):
        return _remove(request, form, writes)
    results = [_add(request, writes, file.name, form.one("isbn"), file.content) for file in form.files]
    return _page(request, sessions, results or [Result(False, Message(NO_FILE))])


def _add(request: Request, writes: WritesDep, name: str, isbn: str, content: bytes) -> Result:
    number = isbn.strip() or PurePath(name.replace("\\", "/")).stem
    by = by_of(request).name
    try:
        with writes.begin() as session:
            row = covers.add(session, request.app.state.settings.data_dir, number, content, added_by=by)
            audit.append(session, by, "add-cover", "cover", row.isbn, {"digest": row.digest})
            return Result(True, Message(ADDED, {"name": name, "isbn": row.isbn}))
    except covers.UnknownIsbn:
        return Result(False, Message(NO_ISBN, {"name": name, "isbn": number[:40]}))
    except covers.BadCover:
        return Result(False, Message(NO_PICTURE, {"name": name}))


def _remove(request: Request, form: Posted, writes: WritesDep) -> Response:
    number, by = form.one("remove"), by_of(request).name
    with writes.begin() as session:
        try:
            covers.remove(session, number)
        except covers.UnknownIsbn:
            return RedirectResponse("/staff/covers", 303)  # somebody else was faster
        audit.append(session, by, "remove-cover", "cover", number)
    return RedirectResponse("/staff/covers", 303)
