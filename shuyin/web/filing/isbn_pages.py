"""`/filing/isbn…` and `/filing/publications…`: progress with Data Blocks, and reports that a book is published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from shuyin.filing.engine import drafts
from shuyin.filing.isbn import cover_batch, progress, publication
from shuyin.filing.isbn.confirmation import CONFIRMATION
from shuyin.filing.models import Cataloguing
from shuyin.filing.office import Office
from shuyin.filing.roles import Permission
from shuyin.filing.scanner import ScannerDown
from shuyin.records import isbn as numbers
from shuyin.records import marc
from shuyin.records.book import Book
from shuyin.records.data_block import data_block
from shuyin.records.models import BookRow
from shuyin.search_api.dependencies import SessionsDep, WritesDep
from shuyin.search_api.messages import N_
from shuyin.web.books.cip import document
from shuyin.web.filing.access import open_filing
from shuyin.web.forms import PostedDep
from shuyin.web.guard import OfficeDep, by_of, needs, signed_in
from shuyin.web.render import page

router = APIRouter(include_in_schema=False, prefix="/filing", dependencies=[needs(Permission.FILE)])

FilingId = Annotated[int, Path(ge=1, le=2**62)]
Words = Annotated[str, Query(max_length=200)]
NO_BLOCK = N_("這件申請還沒有預行編目資料。完成後可在這裡檢視與下載。")
NO_FILES = N_("請選擇要上傳的封面圖檔。")
SCANNER_DOWN = N_("目前無法檢查上傳的檔案，請稍後再試。沒有收下任何封面。")
NO_PUBLICATION = N_("貴單位的書目中沒有這個 ISBN。")


@router.get("/isbn")
def applications(
    request: Request,
    sessions: SessionsDep,
    office: OfficeDep,
    form: Annotated[str, Query(max_length=16)] = "",
    by: Annotated[str, Query(max_length=16)] = "reference",
    q: Words = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """申請進度查詢 of ISBN and CIP: tabs, counts, states, messages."""
    user = signed_in(request)
    tab = form if form in progress.TABS else ""
    with sessions() as session:
        found = progress.look_up(
            session, office, user_id=user.id, organisation_id=user.organisation_id,
            tab=tab, by=by, query=q.strip(), page=number,
        )  # fmt: skip
        before, after = publication.counters(publication.publications(session, user.organisation_id))
    return page(
        request,
        "filing/isbn_progress.html",
        found=found,
        tabs=progress.TABS,
        tab=tab,
        ways=progress.BY,
        by=by if by in progress.BY else "reference",
        q=q.strip(),
        number=number,
        pages=max(1, math.ceil(found.total / progress.PER_PAGE)),
        start=(number - 1) * progress.PER_PAGE,
        before=before,
        after=after,
    )


def _released(request: Request, session: Session, office: Office, filing_id: int) -> tuple[int, Book]:
    """The record of a released application of the house. Raises HTTP 404."""
    row, _, _ = open_filing(request, session, office, filing_id)
    entry = session.get(Cataloguing, row.id)
    if entry is None or entry.released_at is None:
        raise HTTPException(404, NO_BLOCK)
    book = session.get(BookRow, entry.book_id)
    if book is None:
        raise HTTPException(404, NO_BLOCK)
    return book.id, marc.read(marc.parse(book.marc))


@router.get("/isbn/{filing_id}/data-block")
def block(request: Request, filing_id: FilingId, sessions: SessionsDep, office: OfficeDep) -> Response:
    """顯示預行編目資料: the Data Block of the house's own application."""
    with sessions() as session:
        book_id, book = _released(request, session, office, filing_id)
    return page(
        request, "filing/data_block.html", filing_id=filing_id, book_id=book_id, book=book, block=data_block(book)
    )


@router.get("/isbn/{filing_id}/data-block.{ending}")
def block_file(
    request: Request,
    filing_id: FilingId,
    ending: Literal["docx", "odt"],
    sessions: SessionsDep,
    office: OfficeDep,
) -> Response:
    """The same as a Word or ODT file."""
    with sessions() as session:
        _, book = _released(request, session, office, filing_id)
    return document(data_block(book).paragraphs, ending, f"data-block-{filing_id}")


@router.get("/publications")
def publications(
    request: Request,
    sessions: SessionsDep,
    q: Words = "",
    entered: Annotated[Literal["", "before", "after"], Query()] = "",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """尚未進行確認出版作業清單, or what an ISBN or title finds; 資料不全 before and after the day of the change."""
    house = signed_in(request).organisation_id
    with sessions() as session:
        known = publication.publications(session, house)
        found = publication.publications(session, house, q) if q.strip() else publication.unconfirmed(known)
    before, after = publication.counters(known)
    if entered:
        old = entered == "before"
        found = [one for one in found if (one.entered_on < publication.TURNED_ON) is old]
    start = (number - 1) * publication.PER_PAGE
    return page(
        request,
        "filing/publications.html",
        found=found[start : start + publication.PER_PAGE],
        total=len(found),
        start=start,
        number=number,
        pages=max(1, math.ceil(len(found) / publication.PER_PAGE)),
        q=q.strip(),
        entered=entered,
        before=before,
        after=after,
        turned_on=publication.TURNED_ON,
        missing=publication.MISSING,
    )


@router.post("/publications/{number}")
def report(request: Request, number: str, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Begin to report a publication, or go on with the report that is open."""
    by = by_of(request)
    wanted = numbers.normalise(number) or ""
    with writes.begin() as session:
        found = publication.current(session, by.organisation_id, wanted) if wanted else None
        if found is None or by.organisation_id is None:
            raise HTTPException(404, NO_PUBLICATION)
        _, book, binding = found
        row = publication.open_report(session, by.organisation_id, wanted)
        if row is None:
            row = drafts.start(session, office, CONFIRMATION, by)
            drafts.put(session, office, CONFIRMATION, row, publication.answers_for(book, binding))
        editable = CONFIRMATION.state(row.state).editable
    return RedirectResponse(f"/filing/{row.id}/report" if editable else f"/filing/{row.id}", 303)


@router.get("/covers")
def covers_form(request: Request) -> Response:
    """書封批次上傳: the form."""
    return _covers(request)


@router.post("/covers")
def covers(request: Request, form: PostedDep, writes: WritesDep, office: OfficeDep) -> Response:
    """Take the covers; the page says what became of each file."""
    files = [(posted.name, posted.content) for posted in form.files]
    if not files:
        return _covers(request, error=NO_FILES, status=422)
    try:
        with writes.begin() as session:
            outcomes = cover_batch.take(session, office, files, by=by_of(request))
    except ScannerDown:
        return _covers(request, error=SCANNER_DOWN, status=503)
    return _covers(request, outcomes)


def _covers(
    request: Request, outcomes: Sequence[cover_batch.Outcome] = (), *, error: str = "", status: int = 200
) -> Response:
    taken = sum(one.taken for one in outcomes)
    return page(
        request, "filing/covers.html", status=status, outcomes=outcomes, taken=taken, error=error, most=cover_batch.MOST
    )
