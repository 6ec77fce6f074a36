"""`/staff/…`: queue, review, messages, decisions, publishers' versions and merges, audit trail, letters."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from shuyin.filing import audit, organisations, privacy, roles
from shuyin.filing.engine import drafts, flow
from shuyin.filing.engine.declaration import Actor, Filing
from shuyin.filing.models import AuditEntry, FilingRow
from shuyin.filing.office import Office
from shuyin.filing.registration.approval import similar
from shuyin.filing.registry import FILINGS
from shuyin.filing.roles import Permission
from shuyin.notify import services as letter_services
from shuyin.notify.models import Letter
from shuyin.records.models import OrganisationRow
from shuyin.search_api.dependencies import SessionsDep, WritesDep
from shuyin.search_api.messages import N_
from shuyin.web.filing import views
from shuyin.web.filing.files import file_answer, files_of
from shuyin.web.forms import PostedDep
from shuyin.web.guard import NOT_ALLOWED, OfficeDep, by_of, needs
from shuyin.web.i18n import gettext
from shuyin.web.render import page

router = APIRouter(include_in_schema=False, prefix="/staff")

Id = Annotated[int, Path(ge=1, le=2**62)]
NOTHING = N_("找不到這筆資料。")
NOT_MERGED = N_("無法合併：請確認兩筆編號不同，且都還存在。")
NO_VERSION = N_("沒有這個版本。")
PER_PAGE = 50


def _reviewable(request: Request) -> dict[str, Filing]:
    role = by_of(request).role
    return {kind: f for kind, f in FILINGS.items() if roles.may(role, f.review_permission)}


@router.get("", dependencies=[needs(Permission.STAFF)])
def queue(
    request: Request,
    sessions: SessionsDep,
    office: OfficeDep,
    kind: Annotated[str, Query()] = "",
    state: Annotated[str, Query()] = "open",
    q: Annotated[str, Query(max_length=40)] = "",
) -> Response:
    """What waits for an answer, the most urgent first."""
    mine = _reviewable(request)
    query = select(FilingRow).where(FilingRow.kind.in_([k for k in mine if not kind or k == kind]))
    query = query.where(FilingRow.submitted_at.is_not(None))
    if q:
        query = query.where(FilingRow.reference.contains(q.strip().upper(), autoescape=True))
    elif state == "open":
        query = query.where(FilingRow.closed_at.is_(None))
    elif state:
        query = query.where(FilingRow.state == state)
    order = (FilingRow.due_on.is_(None), FilingRow.due_on, FilingRow.id)
    with sessions() as session:
        rows = session.scalars(query.order_by(*order).limit(PER_PAGE)).all()
    states = {s.name: s.label for f in mine.values() for s in f.states if s.name != "draft"}
    return page(
        request,
        "staff/queue.html",
        rows=rows,
        filings=mine,
        kind=kind,
        state=state,
        states=states,
        q=q,
        today=office.today(),
        may_edit_pages=roles.may(by_of(request).role, Permission.EDIT_PAGES),
        may_read_recommendations=roles.may(by_of(request).role, Permission.RECOMMENDATIONS),
        may_catalogue=roles.may(by_of(request).role, Permission.REVIEW_ISBN),
        may_manage_ranges=roles.may(by_of(request).role, Permission.RANGES),
    )


def _filing(request: Request, session: Session, filing_id: int) -> tuple[FilingRow, Filing]:
    row = session.get(FilingRow, filing_id)
    filing = FILINGS.get(row.kind) if row is not None else None
    if row is None or filing is None or row.submitted_at is None:
        raise HTTPException(404, NOTHING)
    if not roles.may(by_of(request).role, filing.review_permission):
        raise HTTPException(403, NOT_ALLOWED)
    return row, filing


@router.get("/filings/{filing_id}", dependencies=[needs(Permission.STAFF)])
def review(request: Request, filing_id: Id, sessions: SessionsDep, office: OfficeDep) -> Response:
    """One filing: what was sent (personal data masked), check-list, messages, decisions."""
    with sessions() as session:
        row, filing = _filing(request, session, filing_id)
        return _review(request, session, office, row, filing, masked=True)


@router.post("/filings/{filing_id}/reveal", dependencies=[needs(Permission.STAFF)])
def reveal(request: Request, filing_id: Id, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """The same with personal data in full; who looked is written into the audit trail."""
    with writes.begin() as session:
        row, filing = _filing(request, session, filing_id)
        privacy.read_personal(session, office, filing, row, by=by_of(request))
        return _review(request, session, office, row, filing, masked=False)


def _review(
    request: Request,
    session: Session,
    office: Office,
    row: FilingRow,
    filing: Filing,
    *,
    masked: bool,
    error: str = "",
    typed: str = "",
    status: int = 200,
) -> Response:
    answers = drafts.summary(filing, drafts.answers_of(office, row))
    staff = [t for t in flow.allowed(filing, row, by_of(request)) if t.actor is Actor.STAFF]
    joined = session.get(OrganisationRow, row.organisation_id) if row.organisation_id else None
    return page(
        request,
        "staff/review.html",
        status=status,
        row=row,
        filing=filing,
        state=filing.state(row.state),
        blocks=views.summary(filing, answers, files_of(office, row), masked=masked),
        masked=masked,
        actions=staff,
        talk=flow.conversation(session, office, row),
        similar=similar(session, office, row) if row.kind == "registration" and staff else [],
        joined=joined,
        revisions=_differences(office, filing, row),
        error=error,
        typed=typed,
        zone=office.zone,
    )


def _differences(office: Office, filing: Filing, row: FilingRow) -> list[tuple[object, list[tuple[str, str, str]]]]:
    """Versions of a filing with what each changed against the one before; personal data masked."""
    names = {f.name: f for f in filing.fields()}
    found: list[tuple[object, list[tuple[str, str, str]]]] = []
    before: dict[str, object] = {}
    for revision in row.revisions:
        after = office.vault.unseal_all(revision.answers)
        changed = []
        for name in {**before, **after}:
            old, new = before.get(name), after.get(name)
            if (old or "") != (new or "") and name in names:
                hide = names[name].personal
                said = tuple("、".join(_words(names[name], v, hide)) for v in (old, new))
                changed.append((names[name].label, said[0], said[1]))
        if before or not revision.reason.startswith("step:"):
            found.append((revision, changed))
        before = after
    return found[::-1]


def _words(declared: object, value: object, hide: bool) -> list[str]:
    values = value if isinstance(value, list) else [value] if value else []
    label_of = getattr(declared, "choice_label", str)
    return [privacy.mask(v) if hide else gettext(label_of(str(v))) for v in values]


@router.get("/filings/{filing_id}/files/{upload_id}", dependencies=[needs(Permission.STAFF)])
def file(request: Request, filing_id: Id, upload_id: Id, writes: WritesDep, office: OfficeDep) -> Response:
    """A file of a filing; that it was opened is written into the audit trail."""
    with writes.begin() as session:
        row, _ = _filing(request, session, filing_id)
        upload = next((u for u in row.uploads if u.id == upload_id), None)
        if upload is None:
            raise HTTPException(404, NOTHING)
        audit.append(session, by_of(request).name, "read-file", "filing", row.id, {"place": upload.place})
        return file_answer(office, upload)


@router.post("/filings/{filing_id}/messages", dependencies=[needs(Permission.STAFF)])
def message(request: Request, filing_id: Id, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """A message to the filer, on the page and by letter."""
    with writes.begin() as session:
        row, filing = _filing(request, session, filing_id)
        try:
            flow.write(session, office, filing, filing_id, form.one("message"), by=by_of(request))
        except flow.MessageNeeded as need:
            return _review(request, session, office, row, filing, masked=True, error=gettext(need.text), status=422)
    return RedirectResponse(f"/staff/filings/{filing_id}#messages", 303)


@router.post("/filings/{filing_id}/organisation", dependencies=[needs(Permission.REVIEW_REGISTRATION)])
def join(request: Request, filing_id: Id, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Let a registration belong to a publisher that is known already (or to none)."""
    with writes.begin() as session:
        row, filing = _filing(request, session, filing_id)
        if filing.kind != "registration" or filing.state(row.state).final:
            raise HTTPException(404, NOTHING)
        chosen = session.get(OrganisationRow, form.number("organisation"))
        row.organisation_id = chosen.id if chosen is not None and chosen.deleted_at is None else None
        audit.append(session, by_of(request).name, "join", "filing", row.id, {"organisation": row.organisation_id})
    return RedirectResponse(f"/staff/filings/{filing_id}", 303)


@router.post("/filings/{filing_id}/take/{name}", dependencies=[needs(Permission.STAFF)])
def take(request: Request, filing_id: Id, name: str, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """A decision: open, return, approve, reject, answer."""
    text = form.one("message")
    error = ""
    try:
        with writes.begin() as session:
            _, filing = _filing(request, session, filing_id)
            if name not in {t.name for t in filing.transitions if t.actor is Actor.STAFF}:
                raise HTTPException(404, NOTHING)
            ticked = form.values.get("ticked", [])
            flow.take(session, office, filing, filing_id, name, by=by_of(request), message=text, ticked=ticked)
    except flow.NotAllowed:
        return RedirectResponse(f"/staff/filings/{filing_id}", 303)  # decided meanwhile: the page says how
    except flow.MessageNeeded as need:
        error = gettext(need.text)
    except flow.CheckListOpen as need:
        error = gettext(need.text) + "、".join(gettext(label) for label in need.missing)
    except flow.Refused as refused:
        error = gettext(refused.message).format(**refused.params)
    if error:
        with writes() as session:
            row, filing = _filing(request, session, filing_id)
            return _review(request, session, office, row, filing, masked=True, error=error, typed=text, status=422)
    return RedirectResponse(f"/staff/filings/{filing_id}", 303)


@router.get("/organisations/{organisation_id}", dependencies=[needs(Permission.UNDO)])
def organisation(request: Request, organisation_id: Id, sessions: SessionsDep, office: OfficeDep) -> Response:
    """A publisher's record with its versions."""
    return _organisation(request, sessions, office, organisation_id)


def _organisation(
    request: Request, sessions: SessionsDep, office: Office, organisation_id: int, error: str = ""
) -> Response:
    with sessions() as session:
        found = session.get(OrganisationRow, organisation_id)
        if found is None:
            raise HTTPException(404, NOTHING)
        return page(
            request,
            "staff/organisation.html",
            status=422 if error else 200,
            organisation=found,
            versions=organisations.versions(session, found),
            may_merge=roles.may(by_of(request).role, Permission.MERGE),
            error=error,
            zone=office.zone,
        )


@router.post("/organisations/{organisation_id}/undo", dependencies=[needs(Permission.UNDO)])
def undo(
    request: Request,
    organisation_id: Id,
    form: PostedDep,
    writes: WritesDep,
    sessions: SessionsDep,
    office: OfficeDep,
) -> Response:
    """Bring a former version back."""
    with writes.begin() as session:
        version, reason = form.number("version", -1), form.one("reason")[:150]
        done = organisations.undo(session, office, organisation_id, version, by=by_of(request), reason=reason)
    if not done:
        return _organisation(request, sessions, office, organisation_id, gettext(NO_VERSION))
    return RedirectResponse(f"/staff/organisations/{organisation_id}", 303)


@router.post("/organisations/{organisation_id}/merge", dependencies=[needs(Permission.MERGE)])
def merge(
    request: Request,
    organisation_id: Id,
    form: PostedDep,
    writes: WritesDep,
    sessions: SessionsDep,
    office: OfficeDep,
) -> Response:
    """Join a duplicate into this record."""
    try:
        with writes.begin() as session:
            organisations.merge(session, office, organisation_id, form.number("gone"), by=by_of(request))
    except organisations.NotMerged:
        return _organisation(request, sessions, office, organisation_id, gettext(NOT_MERGED))
    return RedirectResponse(f"/staff/organisations/{organisation_id}", 303)


@router.get("/audit", dependencies=[needs(Permission.AUDIT)])
def audit_trail(request: Request, sessions: SessionsDep) -> Response:
    """The audit trail: whether its chain holds, and its latest entries."""
    with sessions() as session:
        verdict = audit.verify(session)
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc()).limit(200)).all()
    return page(request, "staff/audit.html", verdict=verdict, entries=entries)


@router.get("/letters", dependencies=[needs(Permission.LETTERS)])
def letters(
    request: Request, sessions: SessionsDep, office: OfficeDep, state: Annotated[str, Query()] = "unclear"
) -> Response:
    """Letters that wait for a person, or any other state."""
    with sessions() as session:
        rows = session.scalars(select(Letter).where(Letter.state == state).order_by(Letter.id.desc()).limit(200)).all()
    return page(request, "staff/letters.html", rows=rows, state=state, zone=office.zone)


@router.post("/letters/{letter_id}/retry", dependencies=[needs(Permission.LETTERS)])
def retry(request: Request, letter_id: Id, form: PostedDep, writes: WritesDep) -> Response:
    """Send a failed or unclear letter again."""
    with writes.begin() as session:
        if letter_services.retry(session, letter_id):
            audit.append(session, by_of(request).name, "retry-letter", "letter", letter_id)
    return RedirectResponse("/staff/letters", 303)
