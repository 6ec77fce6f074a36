"""`/new-books`, `/new-books/{date}`: the announcements of a day, with a calendar."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request
from sqlalchemy.orm import Session
from starlette.responses import Response

from shuyin.records import announced
from shuyin.search_api.dependencies import SessionsDep, get_site
from shuyin.search_api.feeds.new_books import today_in
from shuyin.search_api.feeds.routes import read_day
from shuyin.web.render import page

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class DayView:
    """One cell of the calendar; `count` is 0 for days without announcements."""

    day: date
    count: int
    chosen: bool
    in_month: bool


def _month(session: Session, chosen: date, today: date) -> list[list[DayView]]:
    """The weeks of the chosen day's month, Monday first."""
    weeks = calendar.Calendar().monthdatescalendar(chosen.year, chosen.month)
    counts = announced.day_counts(session, weeks[0][0], min(weeks[-1][-1], today))
    return [[DayView(d, counts.get(d, 0), d == chosen, d.month == chosen.month) for d in week] for week in weeks]


@router.get("/new-books")
def latest(request: Request, sessions: SessionsDep) -> Response:
    """The last day with announcements, else today."""
    today = today_in(get_site(request).zone)
    with sessions() as session:
        day = announced.latest_day(session, today) or today
    return _page(request, sessions, day)


@router.get("/new-books/{day}")
def of_day(request: Request, day: str, sessions: SessionsDep) -> Response:
    """The announcements of one day."""
    return _page(request, sessions, read_day(day))


def _page(request: Request, sessions: SessionsDep, day: date) -> Response:
    today = today_in(get_site(request).zone)
    with sessions() as session:
        books = announced.between(session, day, day) if day <= today else []
        before, after = announced.neighbours(session, day, today)
        weeks = _month(session, day, today)
    return page(
        request, "new_books/day.html", day=day, books=books, before=before, after=after, weeks=weeks,
        site=get_site(request).base_url,
    )  # fmt: skip
