"""`/staff/desk…`: the cataloguing desk: queue, one application, its record and release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy.orm import Session, sessionmaker
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from shuyin.ai_subjects import artefact
from shuyin.ai_subjects.recommender import Recommendation
from shuyin.filing.engine import differences, drafts, flow
from shuyin.filing.engine.declaration import Actor, Filing
from shuyin.filing.engine.flow import Refused
from shuyin.filing.isbn import assignment, cip, desk, principles, queue, replies
from shuyin.filing.models import FilingRow
from shuyin.filing.office import Office
from shuyin.filing.registry import FILINGS
from shuyin.filing.roles import Permission
from shuyin.records import isbn, marc
from shuyin.records.data_block import data_block
from shuyin.records.marc import lines
from shuyin.records.models import OrganisationRow
from shuyin.search_api import subjects
from shuyin.search_api.dependencies import SessionsDep, WritesDep
from shuyin.search_api.messages import N_
from shuyin.web.filing import views
from shuyin.web.filing.files import files_of
from shuyin.web.forms import Posted, PostedDep
from shuyin.web.guard import OfficeDep, by_of, needs
from shuyin.web.i18n import gettext
from shuyin.web.render import page
from shuyin.web.staff import desk_views, looking_up

router = APIRouter(include_in_schema=False, prefix="/staff/desk", dependencies=[needs(Permission.REVIEW_ISBN)])

Id = Annotated[int, Path(ge=1, le=2**62)]
NOTHING = N_("找不到這件申請。")
NOT_NOW = N_("這件申請的狀態已改變，無法這樣處理。目前的狀態如下。")
KINDS = {kind: FILINGS[kind].title for kind in queue.KINDS if kind in FILINGS}


@router.get("")
def waiting(
    request: Request,
    sessions: SessionsDep,
    office: OfficeDep,
    state: Annotated[str, Query(max_length=20)] = "open",
    kind: Annotated[str, Query(max_length=10)] = "",
    form: Annotated[str, Query(max_length=10)] = "",
    due: Annotated[str, Query(max_length=10)] = "",
    assignee: Annotated[str, Query(max_length=15)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    page_number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """The queue, the most urgent first."""
    wish = queue.Wish(state, kind, form, due, assignee, q, page_number)
    with sessions() as session:
        found = queue.queue(session, office, wish, by_of(request))
        people = queue.staff(session)
    filing = FILINGS["isbn"]
    return page(
        request,
        "desk/queue.html",
        found=found,
        wish=wish,
        people=people,
        kinds=KINDS,
        filings=FILINGS,
        states=[s for s in filing.states if s.name != "draft"],
        form_labels=desk_views.FORM_LABELS,
        today=office.today(),
    )


def _filing(session: Session, filing_id: int) -> tuple[FilingRow, Filing]:
    row = session.get(FilingRow, filing_id)
    if row is None or row.kind not in KINDS or row.submitted_at is None:
        raise HTTPException(404, NOTHING)
    return row, FILINGS[row.kind]


@router.get("/{filing_id}")
def work(request: Request, filing_id: Id, sessions: SessionsDep, writes: WritesDep, office: OfficeDep) -> Response:
    """One application: answers, numbers, check-list, record, suggestions, messages."""
    return _work(request, sessions, writes, office, filing_id)


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page keeps of a form that was not taken: the error, the message, the ticks, the edited lines, look-up."""

    error: str = ""
    message: str = ""
    ticked: Sequence[str] = ()
    edited: Sequence[lines.MarcLine] | None = None
    unsaved: Sequence[lines.MarcLine] = ()
    found: looking_up.Answer | None = None


def _work(
    request: Request,
    sessions: sessionmaker[Session],
    writes: sessionmaker[Session],
    office: Office,
    filing_id: int,
    kept: Shown = Shown(),
    status: int = 200,
) -> Response:
    suggested = _suggested(request, sessions, writes, office, filing_id)
    with sessions() as session:
        row, filing = _filing(session, filing_id)
        answers = drafts.answers_of(office, row)
        house = session.get(OrganisationRow, row.organisation_id) if row.organisation_id else None
        sheet = desk.sheet(session, filing_id)
        context: dict[str, Any] = {
            "row": row,
            "filing": filing,
            "state": filing.state(row.state),
            "title": str(answers.get("title") or ""),
            "house": house,
            "people": queue.staff(session),
            "blocks": views.summary(filing, drafts.summary(filing, answers), files_of(office, row), masked=True),
            "changes": differences.since_return(session, office, filing, row),
            "actions": [t for t in flow.allowed(filing, row, by_of(request)) if t.actor is Actor.STAFF],
            "talk": flow.conversation(session, office, row),
            "numbers": desk.asked_for(session, row, answers) if row.kind == "isbn" else [],
            "spare": desk.unneeded(session, row, answers) if row.kind == "isbn" else [],
            "left": assignment.left_for(session, row.organisation_id) if row.organisation_id else 0,
            "cip_number": cip.number_of(session, row.id),
            "answers": answers,
            **_record(session, row, answers, sheet, suggested, kept),
        }
    return page(
        request,
        "desk/work.html",
        status=status,
        kept=kept,
        hyphenate=isbn.hyphenate,
        principles=principles.BY_CODE,
        keys=desk_views.STEP_KEYS,
        replies=replies.REPLIES,
        zone=office.zone,
        today=office.today(),
        **context,
    )


def _record(
    session: Session,
    row: FilingRow,
    answers: dict[str, Any],
    sheet: desk.Sheet | None,
    suggested: Recommendation | None,
    kept: Shown,
) -> dict[str, Any]:
    if sheet is None:
        return {"sheet": None}
    edited = kept.edited if kept.edited is not None else lines.to_lines(sheet.record)
    record = lines.from_lines(edited)
    rows, problems = desk_views.editor(edited)
    headings, numbers = desk_views.suggestions(suggested, record)
    return {
        "sheet": sheet,
        "rows": rows,
        "problems": problems,
        "unsaved": kept.edited is not None,
        "headings": headings,
        "classes": numbers,
        "suggested": suggested,
        "block": data_block(marc.read(record)),
        "obstacles": desk_views.obstacles_said(desk.obstacles(session, row, answers, record)),
    }


def _suggested(
    request: Request, sessions: sessionmaker[Session], writes: sessionmaker[Session], office: Office, filing_id: int
) -> Recommendation | None:
    """What the recommender proposes for a filing with a record, noted once; None without a model.

    It asks for a connection of its own, so that nothing is open around it.
    """
    try:
        recommender = subjects.the_recommender(request)
    except artefact.NoModel:
        return None
    with sessions() as session:
        row, _ = _filing(session, filing_id)
        if desk.sheet(session, filing_id) is None:
            return None
        found = desk.suggest(session, office, row, recommender)
        noted = desk.is_noted(session, office, row, found)
    if not noted:
        with writes.begin() as session:
            desk.note_suggested(session, office, session.get_one(FilingRow, filing_id), found)
    return found


@router.post("/{filing_id}/hand-over")
def hand_over(
    request: Request, filing_id: Id, form: PostedDep, sessions: SessionsDep, writes: WritesDep, office: OfficeDep
) -> Response:
    """Give the application to a person, set its due date."""
    try:
        with writes.begin() as session:
            _filing(session, filing_id)
            person = form.number("assignee") or None
            queue.hand_over(session, office, filing_id, person, form.one("due"), by=by_of(request))
    except Refused as refused:
        return _refused(request, sessions, writes, office, filing_id, refused)
    return RedirectResponse(f"/staff/desk/{filing_id}", 303)


def _refused(
    request: Request,
    sessions: sessionmaker[Session],
    writes: sessionmaker[Session],
    office: Office,
    filing_id: int,
    refused: Refused,
    **kept: Any,
) -> Response:
    error = desk_views.say(refused.message, refused.params)
    return _work(request, sessions, writes, office, filing_id, Shown(error=error, **kept), 422)


@router.post("/{filing_id}/reply")
def reply(
    request: Request, filing_id: Id, form: PostedDep, sessions: SessionsDep, writes: WritesDep, office: OfficeDep
) -> Response:
    """Put a ready sentence below what is typed already; nothing is sent."""
    chosen = replies.BY_CODE.get(form.one("reply"))
    text = "\n".join(part for part in (form.one("message").strip(), chosen.text if chosen else "") if part)
    kept = Shown(message=text, ticked=form.values.get("ticked", ()))
    return _work(request, sessions, writes, office, filing_id, kept)


@router.post("/{filing_id}/messages")
def message(
    request: Request, filing_id: Id, form: PostedDep, sessions: SessionsDep, writes: WritesDep, office: OfficeDep
) -> Response:
    """A message to the publisher without a decision."""
    try:
        with writes.begin() as session:
            _, filing = _filing(session, filing_id)
            flow.write(session, office, filing, filing_id, form.one("message"), by=by_of(request))
    except flow.MessageNeeded as need:
        return _work(request, sessions, writes, office, filing_id, Shown(error=gettext(need.text)), 422)
    return RedirectResponse(f"/staff/desk/{filing_id}#messages", 303)


@router.post("/{filing_id}/take/{name}")
def take(
    request: Request,
    filing_id: Id,
    name: str,
    form: PostedDep,
    sessions: SessionsDep,
    writes: WritesDep,
    office: OfficeDep,
) -> Response:
    """A decision: open, return, refuse, assign, catalogue."""
    text, ticked = form.one("message"), form.values.get("ticked", [])
    error = ""
    try:
        with writes.begin() as session:
            _, filing = _filing(session, filing_id)
            if name not in {t.name for t in filing.transitions if t.actor is Actor.STAFF}:
                raise HTTPException(404, NOTHING)
            flow.take(session, office, filing, filing_id, name, by=by_of(request), message=text, ticked=ticked)
    except flow.NotAllowed:
        error = gettext(NOT_NOW)
    except flow.MessageNeeded as need:
        error = gettext(need.text)
    except flow.CheckListOpen as need:
        error = gettext(need.text) + "、".join(gettext(label) for label in need.missing)
    except Refused as refused:
        error = desk_views.say(refused.message, refused.params)
    if error:
        kept = Shown(error=error, message=text, ticked=ticked)
        return _work(request, sessions, writes, office, filing_id, kept, 422)
    return RedirectResponse(f"/staff/desk/{filing_id}#{'record' if name in ('assign', 'catalogue') else 'main'}", 303)


@router.post("/{filing_id}/give-up")
def give_up(
    request: Request, filing_id: Id, form: PostedDep, sessions: SessionsDep, writes: WritesDep, office: OfficeDep
) -> Response:
    """Give up a number that the corrected application no longer asks for."""
    try:
        with writes.begin() as session:
            row, _ = _filing(session, filing_id)
            spare = {one.isbn for one in desk.unneeded(session, row, drafts.answers_of(office, row))}
            if form.one("isbn") not in spare:
                raise assignment.NumberNotGivenUp
            assignment.give_up(session, office, form.one("isbn"), by=by_of(request), reason=form.one("reason"))
    except Refused as refused:
        return _refused(request, sessions, writes, office, filing_id, refused)
    return RedirectResponse(f"/staff/desk/{filing_id}#numbers", 303)


@router.post("/{filing_id}/record")
def record(
    request: Request, filing_id: Id, form: PostedDep, sessions: SessionsDep, writes: WritesDep, office: OfficeDep
) -> Response:
    """What is done with the record: save, take over suggestions, look up, release. Edits are saved first."""
    edited = desk_views.posted_lines(form)
    if form.one("action") == "look-up":
        with sessions() as session:
            found = looking_up.look_up(request, session, form.one("look_in"), form.one("look_for"))
        return _work(request, sessions, writes, office, filing_id, Shown(edited=edited, found=found))
    try:
        _save(request, writes, office, filing_id, form, edited)
        _accept(request, sessions, writes, office, filing_id, form)
        if form.one("action") == "release":
            with writes.begin() as session:
                _, filing = _filing(session, filing_id)
                flow.take(session, office, filing, filing_id, "release", by=by_of(request))
            return RedirectResponse(f"/staff/desk/{filing_id}#main", 303)
    except flow.NotAllowed:
        return _work(request, sessions, writes, office, filing_id, Shown(error=gettext(NOT_NOW)), 422)
    except Refused as refused:
        unsaved = edited if refused.message in (desk.CHANGED, desk.TOO_LONG) else ()
        return _refused(request, sessions, writes, office, filing_id, refused, unsaved=unsaved)
    return RedirectResponse(f"/staff/desk/{filing_id}#record", 303)


def _save(
    request: Request,
    writes: sessionmaker[Session],
    office: Office,
    filing_id: int,
    form: Posted,
    edited: Sequence[lines.MarcLine],
) -> None:
    with writes.begin() as session:
        _filing(session, filing_id)
        reason = form.one("reason").strip()[:200] or "catalogue"
        desk.save(session, filing_id, edited, version=form.number("version"), by=by_of(request), reason=reason)


def _accept(
    request: Request,
    sessions: sessionmaker[Session],
    writes: sessionmaker[Session],
    office: Office,
    filing_id: int,
    form: Posted,
) -> None:
    """Add what was chosen: a suggestion, a found heading, name or class, or the best of all suggestions."""
    kind, _, value = form.one("accept").partition(":")
    best = form.one("action") == "best"
    if not best and not (kind in desk_views.KINDS and value):
        return
    found = _suggested(request, sessions, writes, office, filing_id)
    chosen = desk_views.best(found) if best and found else [(kind, value)] if value else []
    with writes.begin() as session:
        desk.accept(session, office, filing_id, chosen, found, by=by_of(request))


@router.post("/{filing_id}/preview")
def preview(request: Request, filing_id: Id, form: PostedDep, sessions: SessionsDep, office: OfficeDep) -> Response:
    """The Data Block and the checks of what is typed now, as a piece of the page; nothing is saved."""
    edited = desk_views.posted_lines(form)
    made = lines.from_lines(edited)
    with sessions() as session:
        row, _ = _filing(session, filing_id)
        found = desk.obstacles(session, row, drafts.answers_of(office, row), made)
    said = desk_views.obstacles_said(found)
    return page(request, "desk/_preview.html", block=data_block(marc.read(made)), obstacles=said, row=row)
