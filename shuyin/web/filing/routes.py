"""`/filing/…`: start, fill in, save as one types, review, send, follow."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import APIRouter, Path, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from shuyin.filing import roles
from shuyin.filing.accounts import visitors, welcome
from shuyin.filing.engine import drafts, flow
from shuyin.filing.engine.declaration import Filing, Step
from shuyin.filing.engine.drafts import NotEditable
from shuyin.filing.models import FilingRow
from shuyin.filing.registry import FILINGS
from shuyin.filing.roles import Permission
from shuyin.search_api.dependencies import SessionsDep, WritesDep
from shuyin.search_api.messages import N_
from shuyin.web.filing import assist, pages, saving
from shuyin.web.filing.access import NO_FILING, give_key, open_filing
from shuyin.web.filing.files import file_answer
from shuyin.web.forms import PostedDep
from shuyin.web.guard import LOGIN_PAGE, NOT_ALLOWED, OfficeDep, address_of, anyone, by_of, needs, signed_in
from shuyin.web.i18n import gettext
from shuyin.web.render import page

router = APIRouter(include_in_schema=False, prefix="/filing")

FilingId = Annotated[int, Path(ge=1, le=2**62)]
TOO_MANY = N_("這個網路位址在一小時內開始了太多件申請。請稍後再試，或先登入帳號。")
LOCKED = N_("這件申請已送出，目前不能修改。")


@router.get("", dependencies=[needs(Permission.OWN_ACCOUNT)])
def my_filings(request: Request, sessions: SessionsDep) -> Response:
    """申請進度查詢: the filings of the user and their organisation."""
    return pages.list_page(request, sessions)


def _declared(kind: str) -> Filing:
    filing = FILINGS.get(kind)
    if filing is None:
        raise HTTPException(404, NO_FILING)
    return filing


def _may_start(request: Request, filing: Filing, sessions: SessionsDep) -> Response | None:
    if filing.public:
        return None
    by = by_of(request)
    if by.user_id is None:
        return RedirectResponse(f"{LOGIN_PAGE}?next=/filing/new/{filing.kind}", 303)
    if not roles.may(by.role, filing.permission):
        raise HTTPException(403, NOT_ALLOWED)
    if not filing.before_confirming:
        with sessions() as session:
            if welcome.must_confirm(session, signed_in(request)):
                return RedirectResponse("/account/welcome", 303)
    return None


@router.get("/new/{kind}", dependencies=[anyone()])
def new(request: Request, kind: str, sessions: SessionsDep) -> Response:
    """What a filing is about, before it is begun."""
    filing = _declared(kind)
    return _may_start(request, filing, sessions) or page(request, "filing/new.html", filing=filing)


@router.post("/new/{kind}", dependencies=[anyone()])
def begin(
    request: Request, kind: str, form: PostedDep, sessions: SessionsDep, writes: WritesDep, office: OfficeDep
) -> Response:
    """Begin a draft and go to its first step."""
    filing = _declared(kind)
    refusal = _may_start(request, filing, sessions)
    if refusal is not None:
        return refusal
    by = by_of(request)
    with writes.begin() as session:
        agent = request.headers.get("user-agent")
        if by.user_id is None and not visitors.admit(session, office, address_of(request), agent):
            raise HTTPException(429, TOO_MANY, headers={"Retry-After": str(int(visitors.WINDOW.total_seconds()))})
        row = drafts.start(session, office, filing, by)
    answer = RedirectResponse(f"/filing/{row.id}/{filing.steps[0].name}", 303)
    if row.user_id is None:
        give_key(request, answer, office, row)
    return answer


@router.get("/open/{key}", dependencies=[anyone()])
def open_by_key(request: Request, key: str, sessions: SessionsDep, office: OfficeDep) -> Response:
    """The address in a letter: lets this browser open the filing."""
    with sessions() as session:
        try:
            row = drafts.find_by_key(session, office, key)
        except drafts.UnknownDraft as error:
            raise HTTPException(404, NO_FILING) from error
    answer = RedirectResponse(f"/filing/{row.id}", 303)
    give_key(request, answer, office, row)
    return answer


@router.get("/{filing_id}", dependencies=[anyone()])
def progress(request: Request, filing_id: FilingId, sessions: SessionsDep, office: OfficeDep) -> Response:
    """State, messages, what was sent, what can be done."""
    return pages.progress_page(request, sessions, office, filing_id)


@router.get("/{filing_id}/files/{upload_id}", dependencies=[anyone()])
def file(
    request: Request, filing_id: FilingId, upload_id: FilingId, sessions: SessionsDep, office: OfficeDep
) -> Response:
    """One of the filing's own files."""
    with sessions() as session:
        row, _, _ = open_filing(request, session, office, filing_id)
        upload = next((u for u in row.uploads if u.id == upload_id), None)
        if upload is None:
            raise HTTPException(404, NO_FILING)
        return file_answer(office, upload)


@router.post("/{filing_id}/messages", dependencies=[anyone()])
def message(
    request: Request, filing_id: FilingId, form: PostedDep, writes: WritesDep, sessions: SessionsDep, office: OfficeDep
) -> Response:
    """A message to the staff."""
    with writes.begin() as session:
        _, filing, by = open_filing(request, session, office, filing_id)
        try:
            flow.write(session, office, filing, filing_id, form.one("message"), by=by)
        except flow.MessageNeeded as error:
            return pages.progress_page(request, sessions, office, filing_id, error=error.text, status=422)
    return RedirectResponse(f"/filing/{filing_id}#messages", 303)


@router.post("/{filing_id}/resume", dependencies=[anyone()])
def resume(request: Request, filing_id: FilingId, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Go on with a draft whose time ran out."""
    with writes.begin() as session:
        row, filing, _ = open_filing(request, session, office, filing_id)
        drafts.resume(session, office, filing, filing_id)
        step = drafts.next_step(filing, row)
    return RedirectResponse(f"/filing/{filing_id}/{step.name}", 303)


@router.post("/{filing_id}/key", dependencies=[anyone()])
def send_key(request: Request, filing_id: FilingId, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """A letter with the address of the draft, to go on elsewhere."""
    with writes.begin() as session:
        row, filing, _ = open_filing(request, session, office, filing_id)
        flow.send_key(session, office, filing, row)
    return RedirectResponse(f"/filing/{filing_id}?sent=key", 303)


@router.post("/{filing_id}/take/{name}", dependencies=[anyone()])
def take(
    request: Request,
    filing_id: FilingId,
    name: str,
    form: PostedDep,
    writes: WritesDep,
    sessions: SessionsDep,
    office: OfficeDep,
) -> Response:
    """Send, send again, withdraw: what the declaration lets the filer do. Questions of the last step come along."""
    refused = _save_asked(request, filing_id, name, form, writes, office)
    if refused is not None:
        return refused
    try:
        with writes.begin() as session:
            _, filing, by = open_filing(request, session, office, filing_id)
            if name not in {t.name for t in filing.transitions}:
                raise HTTPException(404, NO_FILING)
            row = flow.take(session, office, filing, filing_id, name, by=by, message=form.one("message"))
    except (flow.NotReady, flow.Parked):
        return RedirectResponse(f"/filing/{filing_id}/{filing.steps[-1].name}", 303)
    except flow.Refused as refusal:
        return _refused(request, filing_id, refusal, sessions, office)
    except flow.NotAllowed:
        return RedirectResponse(f"/filing/{filing_id}", 303)  # pressed twice, or decided meanwhile
    except flow.MessageNeeded as error:
        return pages.progress_page(request, sessions, office, filing_id, error=error.text, status=422)
    done = "?sent=1" if row.submitted_at is not None and not filing.state(row.state).final else ""
    return RedirectResponse(f"/filing/{filing_id}{done}", 303)


def _refused(
    request: Request, filing_id: int, refusal: flow.Refused, sessions: SessionsDep, office: OfficeDep
) -> Response:
    """The page before, with what stands in the way."""
    said = gettext(refusal.message).format(**refusal.params)
    with sessions() as session:
        row, filing, _ = open_filing(request, session, office, filing_id)
        if not _editable(filing, row):
            return pages.progress_page(request, sessions, office, filing_id, error=said, status=422)
        last = filing.steps[-1]
        return pages.step_page(request, session, office, filing, row, last, writer="", refusal=said, status=422)


def _save_asked(
    request: Request, filing_id: int, name: str, form: PostedDep, writes: WritesDep, office: OfficeDep
) -> Response | None:
    """Save what the last step asks on sending; its page again where that is not right yet."""
    with writes.begin() as session:
        row, filing, by = open_filing(request, session, office, filing_id)
        last = filing.steps[-1]
        sends = {t.name for t in filing.transitions if t.sends}
        if not last.sections or name not in sends or not _editable(filing, row):
            return None
        saved = drafts.save(
            session, office, filing, row.id, last, form.values,
            revision=row.revision, writer=form.one("writer")[:32], by=by, finish=False,
        )  # fmt: skip
        if not saved.problems:
            return None
        return pages.step_page(
            request, session, office, filing, row, last, writer="", problems=saved.problems, status=422
        )


def _step(filing: Filing, name: str) -> Step:
    try:
        return filing.step(name)
    except KeyError as error:
        raise HTTPException(404, NO_FILING) from error


def _editable(filing: Filing, row: FilingRow) -> bool:
    return filing.state(row.state).editable


@router.get("/{filing_id}/{step_name}", dependencies=[anyone()])
def show_step(
    request: Request, filing_id: FilingId, step_name: str, sessions: SessionsDep, office: OfficeDep
) -> Response:
    """One step of the form, filled in with what is saved."""
    with sessions() as session:
        row, filing, _ = open_filing(request, session, office, filing_id)
        step = _step(filing, step_name)
        if not _editable(filing, row):
            return RedirectResponse(f"/filing/{filing_id}", 303)
        return pages.step_page(request, session, office, filing, row, step, writer=secrets.token_hex(8))


@router.post("/{filing_id}/{step_name}/autosave", dependencies=[anyone()])
def autosave(
    request: Request, filing_id: FilingId, step_name: str, form: PostedDep, writes: WritesDep, office: OfficeDep
) -> Response:
    """Save while one types; answers with the line that says so."""
    with writes.begin() as session:
        row, filing, by = open_filing(request, session, office, filing_id)
        step = _step(filing, step_name)
        try:
            saved = saving.save(session, office, filing, row, step, form, by, finish=False, automatic=True)
        except drafts.StaleDraft:
            return page(request, "filing/_saved.html", stale=True, saved=None, at="", filing_id=filing_id)
        except NotEditable as error:
            raise HTTPException(409, LOCKED) from error
    at = office.now().astimezone(office.zone).strftime("%H:%M")
    return page(request, "filing/_saved.html", stale=False, saved=saved, at=at, filing_id=filing_id)


@router.post("/{filing_id}/{step_name}", dependencies=[anyone()])
def save_step(
    request: Request, filing_id: FilingId, step_name: str, form: PostedDep, writes: WritesDep, office: OfficeDep
) -> Response:
    """Save a step; go on, back, stay, or ask for headings, as the pressed button says."""
    if form.one("action") == "recommend":
        return assist.recommend(request, filing_id, step_name, form, writes, office)
    with writes.begin() as session:
        row, filing, by = open_filing(request, session, office, filing_id)
        step = _step(filing, step_name)
        try:
            return saving.answer(request, session, office, filing, row, step, form, by)
        except drafts.StaleDraft as stale:
            return pages.conflict_page(request, filing, row, step, form, stale)
        except NotEditable:
            return RedirectResponse(f"/filing/{filing_id}", 303)
