"""Due dates against the printed calendars."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from shuyin.filing.engine.workdays import HOLIDAYS, add_working_days, is_working_day


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        ("2026-02-13", 1, "2026-02-23"),  # nine days off at the Spring Festival
        ("2026-04-02", 1, "2026-04-07"),
        ("2026-09-24", 2, "2026-09-30"),
        ("2025-02-07", 1, "2025-02-08"),  # a Saturday that was worked
        ("2026-03-10", 5, "2026-03-17"),
        ("2026-03-14", 0, "2026-03-16"),
        ("2026-12-31", 1, "2027-01-04"),
    ],
)
def test_due_dates(start: str, days: int, due: str) -> None:
    assert add_working_days(date.fromisoformat(start), days) == date.fromisoformat(due)


def test_2026_has_the_120_days_off_of_the_printed_calendar() -> None:
    days = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    assert sum(not is_working_day(day) for day in days) == 120


def test_holidays_are_weekdays() -> None:
    assert len(HOLIDAYS) == 48
    assert all(day.weekday() < 5 for day in HOLIDAYS)
