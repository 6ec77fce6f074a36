"""The pages of a filing: a step, two versions that clash, progress, the list."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import Request
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from starlette.responses import HTMLResponse

from shuyin.filing.engine import drafts, flow
from shuyin.filing.engine.check import Problem, check_all
from shuyin.filing.engine.declaration import Actor, Filing, Step
from shuyin.filing.engine.drafts import Difference, StaleDraft
from shuyin.filing.models import FilingRow
from shuyin.filing.office import Office
from shuyin.filing.registry import FILINGS
from shuyin.search_api.messages import N_
from shuyin.web.filing import tools, views
from shuyin.web.filing.access import open_filing
from shuyin.web.filing.files import files_of
from shuyin.web.forms import Posted
from shuyin.web.guard import signed_in
from shuyin.web.i18n import gettext
from shuyin.web.render import page


def step_page(
    request: Request,
    session: Session,
    office: Office,
    filing: Filing,
    row: FilingRow,
    step: Step,
    *,
    writer: str,
    problems: Sequence[Problem] = (),
    add_row: str = "",
    status: int = 200,
    removed: Sequence[str] = (),
    refusal: str = "",
) -> HTMLResponse:
    """One step with what is saved; the last step is the review of all, and asks its own questions on sending."""
    answers = drafts.answers_of(office, row)
    files = files_of(office, row)
    last = step is filing.steps[-1]
    counts = {place: len(found) for place, found in files.items()}
    open_problems = check_all(filing, answers, counts, office.today()) if last else {}
    open_problems.pop(step.name, None)
    drawn = views.sections(filing, step, answers, files, problems, add_row=add_row)
    return page(
        request,
        "filing/step.html",
        status=status,
        filing=filing,
        row=row,
        step=step,
        number=filing.steps.index(step) + 1,
        sections=drawn,
        problems=[(p.anchor, views.say_problem(p)) for p in problems],
        blocks=views.summary(filing, drafts.summary(filing, answers), files, open_problems) if last else [],
        open_problems={k: [views.say_problem(p) for p in v] for k, v in open_problems.items()},
        sendings=_sendings(filing, row, answers) if last else [],
        writer=writer,
        parked=drafts.is_parked(filing, row, office.now()),
        minutes_left=_minutes_left(office, row),
        has_files=any(kind == "upload" for section in drawn for kind, _ in section.items),
        refusal=refusal,
        notes=views.say_removed(removed or request.query_params.get("removed", "").split(","))
        + [gettext(text) for name, text in _TOLD.items() if name in request.query_params],
        tools={s.tool: tools.given(s.tool, request, session, office, row) for s in step.sections if s.tool},
    )


#: What the page says after something was filled in for the filer, by the name in its address.
_TOLD = {
    "carried": N_("舊資料已帶入各步驟。請逐步檢查，並修改不同的地方。"),
    "filled": N_("勾選與填寫的主題詞、分類號已帶入下方欄位。"),
}


def _sendings(filing: Filing, row: FilingRow, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The filer's ways to send from this state with these answers: name and label."""
    return [
        (t.name, t.label)
        for t in filing.transitions
        if t.actor is Actor.FILER and row.state in t.sources and t.sends and t.when.holds(answers)
    ]


def _minutes_left(office: Office, row: FilingRow) -> int | None:
    if row.deadline_at is None:
        return None
    return max(0, math.ceil((row.deadline_at - office.now()).total_seconds() / 60))


def conflict_page(
    request: Request, filing: Filing, row: FilingRow, step: Step, form: Posted, stale: StaleDraft
) -> HTMLResponse:
    """Two pages saved the same step: both shown, the reader chooses."""
    mine = [(name, v) for name, values in form.values.items() for v in values if name not in _OWN_INPUTS]
    return page(
        request,
        "filing/conflict.html",
        status=409,
        filing=filing,
        row=row,
        step=step,
        differences=[(d.label, _shown(step, d, d.saved), _shown(step, d, d.mine)) for d in stale.differences],
        mine=mine,
        writer=form.one("writer")[:32],
        revision=stale.revision,
    )


_OWN_INPUTS = ("csrf", "revision", "writer", "turn", "action", "add_row", "remove_row", "remove_file")


def _shown(step: Step, difference: Difference, value: object) -> str:
    declared = next((i for s in step.sections for i in s.items if i.name == difference.name), None)
    label_of = getattr(declared, "choice_label", str)
    values = value if isinstance(value, list) else [value] if value else []
    return "、".join(gettext(label_of(v)) if isinstance(v, str) else str(v) for v in values)


def progress_page(
    request: Request,
    sessions: sessionmaker[Session],
    office: Office,
    filing_id: int,
    *,
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    """Where the filing stands, what was said, what can be done."""
    with sessions() as session:
        row, filing, by = open_filing(request, session, office, filing_id)
        answers = drafts.answers_of(office, row)
        talk = [(m, text) for m, text in flow.conversation(session, office, row)]
        files = files_of(office, row)
        state = filing.state(row.state)
        actions = [t for t in flow.allowed(filing, row, by) if t.actor is Actor.FILER and not t.sends]
        return page(
            request,
            "filing/progress.html",
            status=status,
            filing=filing,
            row=row,
            state=state,
            talk=talk,
            zone=office.zone,
            blocks=views.summary(filing, drafts.summary(filing, answers), files, masked=True),
            actions=actions,
            next_step=drafts.next_step(filing, row),
            parked=drafts.is_parked(filing, row, office.now()),
            just_sent=request.query_params.get("sent", ""),
            can_send_key=row.user_id is None and bool(answers.get(filing.email_field)),
            error=error,
        )


def list_page(request: Request, sessions: sessionmaker[Session]) -> HTMLResponse:
    """The user's and their organisation's filings, newest first, with counts by kind and a search."""
    user = signed_in(request)
    mine = FilingRow.user_id == user.id
    if user.organisation_id is not None:
        mine = mine | (FilingRow.organisation_id == user.organisation_id)
    with sessions() as session:
        rows = session.scalars(select(FilingRow).where(mine).order_by(FilingRow.id.desc()).limit(500)).all()
    kind, wanted = request.query_params.get("kind", ""), request.query_params.get("q", "").strip()
    shown = [
        r
        for r in rows
        if (not kind or r.kind == kind) and (not wanted or wanted.lower() in (r.reference or "").lower())
    ]
    counts = {k: sum(r.kind == k for r in rows) for k in FILINGS if any(r.kind == k for r in rows)}
    return page(
        request, "filing/list.html", rows=shown, total=len(rows), counts=counts, kind=kind, wanted=wanted,
        filings=FILINGS, startable=[f for f in FILINGS.values() if not f.public],
    )  # fmt: skip
