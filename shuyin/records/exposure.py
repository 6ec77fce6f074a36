"""From when the public may see something (A7): a filter at query time, never a job that must fire.

An album is shown from 00:00 in Taipei of its release date. A date known only to the month or the year
counts as its last day, so that nothing is shown too early. Filing demands a date; only imported history has
records without one, and those were released long ago: they are public.
"""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

TAIPEI = ZoneInfo("Asia/Taipei")


def last_day(text: str) -> date:
    """The last day that an ISO date of year, month or day precision may mean; `ValueError` if it is none."""
    numbers = [int(part) for part in text.split("-")]
    if len(numbers) == 3:
        return date(*numbers)
    if len(numbers) == 2:
        year, month = numbers
        return date(year, month, calendar.monthrange(year, month)[1])
    if len(numbers) == 1 and len(text) == 4:
        return date(numbers[0], 12, 31)
    raise ValueError(f"not a date: {text!r}")


def shown_from(released: str | None, zone: ZoneInfo = TAIPEI) -> datetime | None:
    """The UTC instant at which a release becomes public; None where no date is known (public at once)."""
    if released is None:
        return None
    return datetime.combine(last_day(released), time.min, tzinfo=zone).astimezone(UTC)


def is_shown(released: str | None, now: datetime, zone: ZoneInfo = TAIPEI) -> bool:
    """Whether a release is public at the instant `now` (aware)."""
    instant = shown_from(released, zone)
    return instant is None or instant <= now
