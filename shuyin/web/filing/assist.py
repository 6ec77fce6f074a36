"""`/filing/{id}/{step}/carry` and `…/recommend`: former data carried in, headings and classes recommended."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from shuyin.ai_subjects import artefact
from shuyin.filing.engine import drafts
from shuyin.filing.engine.declaration import Filing, Step
from shuyin.filing.isbn import former, recommending
from shuyin.filing.models import FilingRow
from shuyin.filing.office import By, Office
from shuyin.search_api import subjects
from shuyin.search_api.dependencies import WritesDep
from shuyin.search_api.messages import N_
from shuyin.web.filing import pages, saving
from shuyin.web.filing.access import NO_FILING, open_filing
from shuyin.web.forms import PostedDep
from shuyin.web.guard import OfficeDep, anyone
from shuyin.web.render import page

router = APIRouter(include_in_schema=False, prefix="/filing/{filing_id}/{step_name}")

FilingId = Annotated[int, Path(ge=1, le=2**62)]
NO_FORMER = N_("找不到這筆舊資料，請再查詢一次。")


def _opened(
    request: Request, session: Session, office: Office, filing_id: int, step_name: str, tool: str
) -> tuple[FilingRow, Filing, By, Step]:
    """The filing and the step that has the tool. Raises HTTP 404."""
    row, filing, by = open_filing(request, session, office, filing_id)
    step = next((s for s in filing.steps if s.name == step_name), None)
    if step is None or all(section.tool != tool for section in step.sections):
        raise HTTPException(404, NO_FILING)
    return row, filing, by, step


@router.post("/carry", dependencies=[anyone()])
def carry(
    request: Request, filing_id: FilingId, step_name: str, form: PostedDep, writes: WritesDep, office: OfficeDep
) -> Response:
    """Carry the chosen former data in, and go on with the next step."""
    with writes.begin() as session:
        row, filing, by, step = _opened(request, session, office, filing_id, step_name, "carry")
        try:
            former.carry_in(session, office, filing, filing_id, form.one("key"), by=by)
        except former.NotFound as error:
            raise HTTPException(404, NO_FORMER) from error
        except drafts.NotEditable:
            return RedirectResponse(f"/filing/{filing_id}", 303)
        row.steps_done = [s.name for s in filing.steps if s.name in row.steps_done or s is step]
        after = filing.steps[filing.steps.index(step) + 1]
    return RedirectResponse(f"/filing/{filing_id}/{after.name}?carried=1", 303)


@router.post("/recommend", dependencies=[anyone()])
def recommend(
    request: Request, filing_id: FilingId, step_name: str, form: PostedDep, writes: WritesDep, office: OfficeDep
) -> Response:
    """Save the step and show what is recommended: a dialogue for the script, a page without it."""
    with writes.begin() as session:
        row, filing, by, step = _opened(request, session, office, filing_id, step_name, "recommend")
        try:
            saved = saving.save(session, office, filing, row, step, form, by, finish=False)
        except drafts.StaleDraft as stale:
            return pages.conflict_page(request, filing, row, step, form, stale)
        except drafts.NotEditable:
            return RedirectResponse(f"/filing/{filing_id}", 303)
        described = recommending.description_of(drafts.answers_of(office, row))
    try:
        found = subjects.the_recommender(request).recommend(described)
    except artefact.NoModel:
        found = None
    with writes.begin() as session:
        row, filing, _, step = _opened(request, session, office, filing_id, step_name, "recommend")
        if found is not None:
            recommending.shown(session, office, filing, drafts.locked(session, filing_id), described, found)
        answers = drafts.answers_of(office, row)
        answer = None if found is None else subjects.recommendation_json(session, found)
        headings = [one["label"] for one in answer["subjects"]] if answer else []
        numbers = [one["number"] for one in answer["classes"]] if answer else []
        chosen = {name: str(answers.get(name) or "") for name in ("subjects", "classes")}
        whole = "hx-request" not in request.headers
        return page(
            request,
            "filing/recommend_page.html" if whole else "filing/_recommend.html",
            filing=filing,
            row=row,
            step=step,
            answer=answer,
            title=described.title,
            chosen={name: value.split(",") for name, value in chosen.items()},
            other_subjects=recommending.unlisted(chosen["subjects"], headings),
            other_classes=recommending.unlisted(chosen["classes"], numbers),
            whole=whole,
            removed=",".join(saved.removed),
        )


@router.post("/recommend/use", dependencies=[anyone()])
def use(
    request: Request, filing_id: FilingId, step_name: str, form: PostedDep, writes: WritesDep, office: OfficeDep
) -> Response:
    """確認送出: fill the two fields with what was ticked and typed."""
    subjects_ = recommending.listed(form.values.get("subject", []), form.one("other_subjects"))
    classes = recommending.listed(form.values.get("class", []), form.one("other_classes"), classes=True)
    with writes.begin() as session:
        _, filing, by, _ = _opened(request, session, office, filing_id, step_name, "recommend")
        try:
            recommending.use(session, office, filing, filing_id, subjects_, classes, by=by)
        except drafts.NotEditable:
            return RedirectResponse(f"/filing/{filing_id}", 303)
    told = urlencode({"filled": 1, "removed": form.one("removed")[:100]})
    return RedirectResponse(f"/filing/{filing_id}/{step_name}?{told}#subjects", 303)
