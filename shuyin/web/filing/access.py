"""Which filing a request may open: its filer's account or organisation, or the key in the cookie."""

from __future__ import annotations

from dataclasses import replace

from fastapi import Request, Response
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException

from shuyin.filing.engine import drafts, flow
from shuyin.filing.engine.declaration import Filing
from shuyin.filing.models import FilingRow
from shuyin.filing.office import By, Office
from shuyin.filing.registry import FILINGS
from shuyin.search_api.messages import N_
from shuyin.web.guard import by_of
from shuyin.web.session import set_cookie

#: The same for a filing that is not there and one that is another's: nobody learns which numbers exist.
NO_FILING = N_("找不到這件申請，或它不屬於您。請由通知信中的網址開啟，或先登入帳號。")


def cookie_name(filing_id: int) -> str:
    """The cookie that holds the key of a filing without an account."""
    return f"shuyin_filing_{filing_id}"


def give_key(request: Request, response: Response, office: Office, row: FilingRow) -> None:
    """Let this browser open the filing for 30 days."""
    set_cookie(request, response, cookie_name(row.id), drafts.key_of(office, row), max_age=30 * 86_400)


def open_filing(request: Request, session: Session, office: Office, filing_id: int) -> tuple[FilingRow, Filing, By]:
    """The filing, its declaration, and who acts on it. Raises HTTP 404 for anyone but its filer."""
    row = session.get(FilingRow, filing_id)
    filing = FILINGS.get(row.kind) if row is not None else None
    if row is None or filing is None:
        raise HTTPException(404, NO_FILING)
    by = by_of(request)
    if row.user_id is None:
        key = request.cookies.get(cookie_name(filing_id), "")
        if not key or not _opens(session, office, key, row):
            raise HTTPException(404, NO_FILING)
        by = replace(by, name=f"filer:{row.id}", role="", user_id=None, organisation_id=None)
    elif not flow.is_filer(row, by):
        raise HTTPException(404, NO_FILING)
    return row, filing, by


def _opens(session: Session, office: Office, key: str, row: FilingRow) -> bool:
    try:
        return drafts.find_by_key(session, office, key).id == row.id
    except drafts.UnknownDraft:
        return False
