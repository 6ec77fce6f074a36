"""`/staff/pages…`: list, write with preview, former versions and undo, take down and put back."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from shuyin.filing import audit
from shuyin.filing.roles import Permission
from shuyin.records import pages
from shuyin.records.models import PageRow, utc_now
from shuyin.records.pages import PageConflict, PageKind, UnknownPage
from shuyin.search_api.content.services import address
from shuyin.search_api.dependencies import SessionsDep, WritesDep, get_site
from shuyin.search_api.messages import N_
from shuyin.web.content.editing import Written, form_of, read_form
from shuyin.web.content.markdown import to_html
from shuyin.web.content.routes import KINDS, SECTIONS
from shuyin.web.forms import Posted, PostedDep
from shuyin.web.guard import by_of, needs
from shuyin.web.render import page

router = APIRouter(include_in_schema=False, prefix="/staff/pages")
EDIT = [needs(Permission.EDIT_PAGES)]

Id = Annotated[int, Path(ge=1, le=2**62)]
#: What an event and a list of prizes say, so that all of them read alike (harvested events too).
SKELETONS = {
    PageKind.EVENT: "時間：\n\n地點：\n\n主辦：\n\n[活動網頁](https://)\n",
    PageKind.AWARD: "來源：\n\n| 書名 | 作者 | 出版者 |\n|---|---|---|\n| [書名](/isbn/) |  |  |\n",
}
NOTHING = N_("找不到這個網頁或版本。")
CONFLICT = N_("別人剛才儲存了這一頁，或同一個網址名稱已有別的頁面。您寫的內容都還在下面，請另開視窗核對後再儲存。")


@router.get("", dependencies=EDIT)
def listing(request: Request, sessions: SessionsDep, kind: Annotated[str, Query()] = "") -> Response:
    """All pages, the latest changed first; those that are scheduled, ended or taken down are marked."""
    query = select(PageRow).order_by(PageRow.updated_at.desc(), PageRow.id.desc())
    if kind:
        query = query.where(PageRow.kind == kind)
    now = utc_now()
    with sessions() as session:
        rows = session.scalars(query).all()
        shown = set(session.scalars(select(PageRow.id).where(*pages.published(now))))
        english = session.execute(select(PageRow.kind, PageRow.slug).where(PageRow.language == "en"))
        translated = {(row.kind, row.slug) for row in english}
    site = get_site(request)
    return page(
        request,
        "content/staff_list.html",
        rows=rows,
        shown=shown,
        translated=translated,
        kind=kind,
        kinds=KINDS,
        zone=site.zone,
        now=now,
    )


@router.get("/new", dependencies=EDIT)
def new(
    request: Request,
    sessions: SessionsDep,
    kind: PageKind = PageKind.NEWS,
    section: str = "",
    translate: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> Response:
    """An empty form, with what such a page usually says; with `translate` that page's text, to be put into English."""
    content = pages.Page(kind.value, "", "", SKELETONS.get(kind, ""), section=section[:32] or None)
    if translate is not None:
        with sessions() as session:
            content = replace(pages.read(_row(session, translate)), language="en")
    return _form(request, None, Written(form_of(content, get_site(request).zone), None, {}))


@router.post("/new", dependencies=EDIT)
def create(request: Request, form: PostedDep, writes: WritesDep) -> Response:
    """Preview, or write a new page."""
    written = _read(request, form)
    if written.page is None or form.one("action") == "preview":
        return _form(request, None, written, preview=form.one("action") == "preview")
    try:
        with writes.begin() as session:
            row = pages.create(session, written.page, changed_by=by_of(request).name)
            _note(session, request, "create-page", row.id)
            made = row.id
    except PageConflict:
        return _form(request, None, written, conflict=True)
    return RedirectResponse(f"/staff/pages/{made}", 303)


@router.get("/{page_id}", dependencies=EDIT)
def edit(request: Request, page_id: Id, sessions: SessionsDep, version: int | None = None) -> Response:
    """The form of a page as it stands, or with the text of a former version to look at."""
    with sessions() as session:
        row = _row(session, page_id)
        content = pages.read(row)
        if version is not None:
            former = next((v for v in pages.versions(session, page_id) if v.version == version and v.content), None)
            if former is None:
                raise HTTPException(404, NOTHING)
            content = pages.content_of(former)
        written = Written(form_of(content, get_site(request).zone), content, {})
        return _form(request, row, written, session=session, preview=version is not None, former=version)


@router.post("/{page_id}", dependencies=EDIT)
def save(request: Request, page_id: Id, form: PostedDep, sessions: SessionsDep, writes: WritesDep) -> Response:
    """Preview, or save as a new version; what someone else saved meanwhile is never overwritten."""
    written = _read(request, form)
    preview = form.one("action") == "preview"
    conflict = False
    if written.page is not None and not preview:
        try:
            with writes.begin() as session:
                _row(session, page_id)
                reason, seen = form.one("reason")[:150], form.number("version")
                by = by_of(request).name
                pages.save(session, page_id, written.page, changed_by=by, version=seen, reason=reason)
                _note(session, request, "edit-page", page_id)
            return RedirectResponse(f"/staff/pages/{page_id}", 303)
        except PageConflict:
            conflict = True
    with sessions() as session:
        row = _row(session, page_id)
        return _form(request, row, written, session=session, preview=preview, conflict=conflict)


@router.post("/{page_id}/undo", dependencies=EDIT)
def undo(request: Request, page_id: Id, form: PostedDep, writes: WritesDep) -> Response:
    """Bring a former version back as a new one."""
    try:
        with writes.begin() as session:
            pages.undo(session, page_id, form.number("version", -1), changed_by=by_of(request).name)
            _note(session, request, "undo-page", page_id)
    except UnknownPage as error:
        raise HTTPException(404, NOTHING) from error
    except PageConflict as error:
        raise HTTPException(409, CONFLICT) from error
    return RedirectResponse(f"/staff/pages/{page_id}", 303)


@router.post("/{page_id}/visibility", dependencies=EDIT)
def visibility(request: Request, page_id: Id, form: PostedDep, writes: WritesDep) -> Response:
    """Take a page down, or put it back."""
    act = pages.put_back if form.one("action") == "put-back" else pages.take_down
    try:
        with writes.begin() as session:
            act(session, page_id, changed_by=by_of(request).name)
            _note(session, request, act.__name__.replace("_", "-") + "-page", page_id)
    except UnknownPage as error:
        raise HTTPException(404, NOTHING) from error
    return RedirectResponse(f"/staff/pages/{page_id}", 303)


def _read(request: Request, form: Posted) -> Written:
    return read_form({name: form.one(name) for name in form.values}, get_site(request).zone)


def _row(session: Session, page_id: int) -> PageRow:
    row = session.get(PageRow, page_id)
    if row is None:
        raise HTTPException(404, NOTHING)
    return row


def _note(session: Session, request: Request, what: str, page_id: int) -> None:
    audit.append(session, by_of(request).name, what, "page", page_id)


def _form(
    request: Request,
    row: PageRow | None,
    written: Written,
    *,
    session: Session | None = None,
    preview: bool = False,
    conflict: bool = False,
    former: int | None = None,
) -> Response:
    history = pages.versions(session, row.id) if session is not None and row is not None else []
    return page(
        request,
        "content/staff_edit.html",
        status=409 if conflict else 422 if written.problems else 200,
        row=row,
        values=written.values,
        problems=written.problems,
        conflict=CONFLICT if conflict else None,
        preview=to_html(written.values["body"]) if preview else None,
        former=former,
        history=[version for version in history if version.content],
        kinds=KINDS,
        sections=SECTIONS,
        public_address=address(row.kind, row.slug) if row is not None else None,
        zone=get_site(request).zone,
        now=utc_now(),
    )
