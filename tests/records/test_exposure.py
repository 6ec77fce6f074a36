"""Exposure: never a moment early, never a moment late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuyin.records import exposure

DAYS = st.dates(min_value=date(1950, 1, 1), max_value=date(2100, 12, 31))


@pytest.mark.parametrize(
    ("released", "last"),
    [
        ("2026-11-21", date(2026, 11, 21)),
        ("2026-02", date(2026, 2, 28)),
        ("2024-02", date(2024, 2, 29)),
        ("2025", date(2025, 12, 31)),
    ],
)
def test_an_imprecise_date_counts_as_its_last_day(released: str, last: date) -> None:
    assert exposure.last_day(released) == last


@pytest.mark.parametrize("text", ["", "26", "2026-13", "2026-02-30", "soon"])
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        exposure.last_day(text)


def test_the_day_begins_in_taipei() -> None:
    assert exposure.shown_from("2026-11-21") == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)


@given(DAYS, st.sampled_from(["%Y-%m-%d", "%Y-%m", "%Y"]))
def test_shown_from_the_instant_on_and_not_before(day: date, precision: str) -> None:
    released = day.strftime(precision)
    instant = exposure.shown_from(released)
    assert instant is not None
    assert exposure.is_shown(released, instant)
    assert not exposure.is_shown(released, instant - timedelta(microseconds=1))
    assert instant.astimezone(exposure.TAIPEI).date() >= day


def test_history_without_a_date_is_public() -> None:
    assert exposure.shown_from(None) is None
    assert exposure.is_shown(None, datetime(1999, 1, 1, tzinfo=UTC))
