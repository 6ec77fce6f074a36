"""Due dates by working days of government offices in Taiwan.

Sources: the office calendars that the Executive Yuan approved for ROC 114 (2025, as amended 2025-06-13) and for
ROC 115 (2026, letter 院授人培字第11430248312號). ROC 116 (2027) follows point 3 of its rules on days off that fall on
a week-end (Saturday: the working day before; Sunday: the next one); correct it here when its calendar is out.
"""

from __future__ import annotations

from datetime import date, timedelta

#: Days off that fall on Monday to Friday, by year: (month, day).
_DAYS_OFF: dict[int, tuple[tuple[int, int], ...]] = {
    2025: (
        (1, 1), (1, 27), (1, 28), (1, 29), (1, 30), (1, 31), (2, 28), (4, 3), (4, 4), (5, 30),
        (9, 29), (10, 6), (10, 10), (10, 24), (12, 25),
    ),
    2026: (
        (1, 1), (2, 16), (2, 17), (2, 18), (2, 19), (2, 20), (2, 27), (4, 3), (4, 6), (5, 1), (6, 19),
        (9, 25), (9, 28), (10, 9), (10, 26), (12, 25),
    ),
    2027: (
        (1, 1), (2, 4), (2, 5), (2, 8), (2, 9), (2, 10), (3, 1), (4, 5), (4, 6), (4, 30), (6, 9),
        (9, 15), (9, 28), (10, 11), (10, 25), (12, 24), (12, 31),
    ),
}  # fmt: skip

#: Saturdays on which offices worked in exchange.
_MADE_UP = frozenset({date(2025, 2, 8)})

HOLIDAYS = frozenset(date(year, month, day) for year, days in _DAYS_OFF.items() for month, day in days)


def is_working_day(day: date) -> bool:
    """Whether offices work on that day; in a year without a calendar: Monday to Friday."""
    if day in _MADE_UP:
        return True
    return day.weekday() < 5 and day not in HOLIDAYS


def add_working_days(start: date, days: int) -> date:
    """The `days`-th working day after `start` (which itself does not count); for 0 the first one from `start` on."""
    day = start
    while days == 0 and not is_working_day(day):
        day += timedelta(days=1)
    left = days
    while left > 0:
        day += timedelta(days=1)
        left -= is_working_day(day)
    return day
