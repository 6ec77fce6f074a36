"""What the buttons of a step do: save and go on, go back, add or remove rows, take or remove files."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import Request
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from shuyin.filing.engine import drafts, uploads
from shuyin.filing.engine.check import Problem, check_step
from shuyin.filing.engine.declaration import Filing, Step, Upload
from shuyin.filing.engine.drafts import Saved, UnknownDraft
from shuyin.filing.engine.uploads import UploadRefused
from shuyin.filing.models import FilingRow
from shuyin.filing.office import By, Office
from shuyin.filing.scanner import ScannerDown
from shuyin.search_api.messages import N_
from shuyin.web.filing import pages
from shuyin.web.forms import Posted

#: Prefix of the inputs for files: `file:copyright_page`.
FILE = "file:"
SCANNER_DOWN = N_("目前無法檢查上傳的檔案，請稍後再試。已填寫的資料都已儲存。")


def save(
    session: Session,
    office: Office,
    filing: Filing,
    row: FilingRow,
    step: Step,
    form: Posted,
    by: By,
    *,
    finish: bool,
    automatic: bool = False,
) -> Saved:
    """Save the answers of a posted step; `action=mine` overrides what another page saved."""
    revision = row.revision if form.one("action") == "mine" else form.number("revision")
    values = dict(form.values)
    remove_row = form.one("remove_row")
    if remove_row:
        prefix = f"{remove_row}-"
        values = {name: value for name, value in values.items() if not name.startswith(prefix)}
    return drafts.save(
        session,
        office,
        filing,
        row.id,
        step,
        values,
        revision=revision,
        writer=form.one("writer")[:32],
        by=by,
        finish=finish,
        turn=form.number("turn"),
        automatic=automatic,
    )


def answer(
    request: Request,
    session: Session,
    office: Office,
    filing: Filing,
    row: FilingRow,
    step: Step,
    form: Posted,
    by: By,
) -> Response:
    """Save and answer with the page that the pressed button leads to."""
    action = form.one("action")
    saved = save(session, office, filing, row, step, form, by, finish=action in ("next", "mine"))
    refused = _take_files(session, office, filing, row, step, form, by)
    _remove_file(session, office, filing, row, form, by)
    session.refresh(row)
    writer = form.one("writer")[:32]
    add_row = form.one("add_row")
    stay = add_row or form.one("remove_row") or form.one("remove_file") or action in ("upload", "stay")
    if refused or stay:
        return pages.step_page(
            request, session, office, filing, row, step, writer=writer, problems=refused, add_row=add_row,
            status=422 if refused else 200, removed=saved.removed,
        )  # fmt: skip
    if saved.parked:
        return RedirectResponse(f"/filing/{row.id}", 303)
    steps = [s.name for s in filing.steps]
    here = steps.index(step.name)
    told = f"?removed={','.join(saved.removed)}" if saved.removed else ""
    if action == "back":
        return RedirectResponse(f"/filing/{row.id}/{steps[max(0, here - 1)]}{told}", 303)
    counts = drafts.file_counts(session, row)
    problems = check_step(filing, step, drafts.answers_of(office, row), counts, office.today())
    if problems:
        return pages.step_page(
            request, session, office, filing, row, step, writer=writer, problems=problems, status=422,
            removed=saved.removed,
        )  # fmt: skip
    if step.name not in row.steps_done:
        row.steps_done = [s for s in steps if s in row.steps_done or s == step.name]
    return RedirectResponse(f"/filing/{row.id}/{steps[min(here + 1, len(steps) - 1)]}{told}", 303)


def _take_files(
    session: Session, office: Office, filing: Filing, row: FilingRow, step: Step, form: Posted, by: By
) -> Sequence[Problem]:
    places = {i.name: i for section in step.sections for i in section.items if isinstance(i, Upload)}
    refused = []
    for posted in form.files:
        place = posted.field.removeprefix(FILE)
        if place not in places or not posted.field.startswith(FILE):
            continue
        scale = form.one(f"scale:{place}") == "yes"
        try:
            uploads.store(session, office, filing, row.id, place, posted.name, posted.content, by=by, scale=scale)
        except UploadRefused as refusal:
            refused.append(Problem(place, places[place].label, refusal.code, refusal.message, refusal.params))
        except ScannerDown:
            refused.append(Problem(place, places[place].label, "scanner", SCANNER_DOWN))
    return refused


def _remove_file(session: Session, office: Office, filing: Filing, row: FilingRow, form: Posted, by: By) -> None:
    upload_id = form.number("remove_file")
    if not upload_id:
        return
    try:
        uploads.remove(session, office, filing, row.id, upload_id, by=by)
    except UnknownDraft:
        return  # removed already, in another tab
