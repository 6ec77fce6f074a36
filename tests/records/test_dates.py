"""Imprint dates: both calendars in, ISO text with the precision that is known out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuyin.records.dates import ROC_OFFSET, imprint_date, roc_year


@pytest.mark.parametrize(
    ("imprint", "expected"),
    [
        ("民114.04", "2025-04"),
        ("民114. 04", "2025-04"),
        ("民國114年4月9日", "2025-04-09"),
        ("民國74 [1985]", "1985"),
        ("<民國63-66   [1974-1977   >", "1974"),
        ("民國63-66", "1974"),
        ("[1985]", "1985"),
        ("c1984.", "1984"),
        ("©2025", "2025"),
        ("2025-01-00", "2025-01"),
        ("2025-00-00", "2025"),
        ("2025.4", "2025-04"),
        ("2025年12月", "2025-12"),
        ("2025/12/3", "2025-12-03"),
        ("１９８５", "1985"),
        ("昭和 43-<59> [1968-<1984>", "1968"),
        ("[19--?]", None),
        ("民前7", "1905"),
        ("uuuu", None),
        ("", None),
        (None, None),
        ("日期不詳", None),
        ("9999", None),
        ("2025-02-31", "2025-02"),
    ],
)
def test_imprints_as_catalogues_print_them(imprint: str | None, expected: str | None) -> None:
    assert imprint_date(imprint) == expected


@given(st.integers(1, 189), st.integers(1, 12))
def test_an_roc_year_is_the_ce_year_less_1911(roc: int, month: int) -> None:
    assert imprint_date(f"民國{roc}年{month}月") == f"{roc + ROC_OFFSET}-{month:02}"
    assert roc_year(roc + ROC_OFFSET) == f"民國{roc}年"


@pytest.mark.parametrize(
    ("year", "shown"), [(2025, "民國114年"), (1912, "民國1年"), (1911, "民國前1年"), (1905, "民國前7年")]
)
def test_years_before_the_republic_count_backwards(year: int, shown: str) -> None:
    assert roc_year(year) == shown


@given(st.dates())
def test_what_is_iso_stays_iso_within_the_years_of_print(day: object) -> None:
    text = str(day)
    expected = text if 1000 <= int(text[:4]) < 2100 else None
    assert imprint_date(text) == expected
