"""`/staff/desk-figures`: what waits at the cataloguing desk, applications of a month, turnaround by step."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from shuyin.filing.isbn import figures
from shuyin.filing.office import Office
from shuyin.filing.registry import FILINGS
from shuyin.filing.roles import Permission
from shuyin.search_api.dependencies import SessionsDep
from shuyin.web.guard import OfficeDep, needs
from shuyin.web.render import page
from shuyin.web.staff.desk_views import FORM_LABELS

router = APIRouter(include_in_schema=False, prefix="/staff/desk-figures", dependencies=[needs(Permission.REVIEW_ISBN)])

_MONTH = re.compile(r"(20\d{2})-(0[1-9]|1[0-2])")


@router.get("")
def board(
    request: Request, sessions: SessionsDep, office: OfficeDep, month: Annotated[str, Query(max_length=7)] = ""
) -> Response:
    """One month's figures, by default the present one."""
    found = _MONTH.fullmatch(month)
    year, number = (int(found[1]), int(found[2])) if found else (office.today().year, office.today().month)
    first, until = _moment(office, year, number), _moment(office, year + number // 12, number % 12 + 1)
    with sessions() as session:
        return page(
            request,
            "desk/figures.html",
            month=f"{year:04}-{number:02}",
            waiting=figures.waiting(session, office),
            sent=figures.applications(session, first, until),
            turnaround=figures.turnaround(session, first, until),
            filings=FILINGS,
            form_labels=FORM_LABELS,
        )


def _moment(office: Office, year: int, month: int) -> datetime:
    return datetime.combine(date(year, month, 1), time.min, tzinfo=office.zone).astimezone(UTC)
