"""Dates of imprints: ROC (民國) and CE years in, ISO text with the precision that is known out."""

from __future__ import annotations

import re
import unicodedata
from calendar import monthrange
from functools import lru_cache

#: Year 1 of the Republic of China is CE 1912.
ROC_OFFSET = 1911

_YEARS = range(1000, 2101)
_MONTH = r"(?:\s*[-./年]\s*(?P<month>0?[0-9]|1[0-2])(?![0-9])(?:\s*[-./月]\s*(?P<day>[0-3]?[0-9])(?![0-9]))?)?"
_CE = re.compile(rf"(?<![0-9])(?P<year>1[0-9]{{3}}|20[0-9]{{2}}){_MONTH}")
_ROC = re.compile(rf"民\s*國?\s*(?P<year>[0-9]{{1,3}}){_MONTH}")
_ROC_BEFORE = re.compile(r"民\s*國?\s*前\s*(?P<year>[0-9]{1,2})")


@lru_cache(maxsize=16384)  # a catalogue has few different imprints
def imprint_date(text: str | None) -> str | None:
    """The date that an imprint states, as "2025", "2025-04" or "2025-04-09"; None if it states none.

    A CE year in brackets explains the ROC year beside it, so CE wins where both stand (民國74 [1985]);
    of a range (民國63-66) the first year counts; month or day 00 means not known.
    """
    if not text:
        return None
    text = unicodedata.normalize("NFKC", text)
    roc, ce = _ROC.search(text), _CE.search(text)
    if ce and not (roc and roc["month"] and not ce["month"]):
        return _iso(int(ce["year"]), ce)
    if before := _ROC_BEFORE.search(text):
        return _iso(ROC_OFFSET + 1 - int(before["year"]), None)
    if roc:
        return _iso(ROC_OFFSET + int(roc["year"]), None if "-" in roc[0] else roc)
    return None


def _iso(year: int, found: re.Match[str] | None) -> str | None:
    if year not in _YEARS:
        return None
    month = int(found["month"] or 0) if found else 0
    day = int(found["day"] or 0) if found else 0
    if not 1 <= month <= 12:
        return f"{year:04}"
    if not 1 <= day <= monthrange(year, month)[1]:
        return f"{year:04}-{month:02}"
    return f"{year:04}-{month:02}-{day:02}"


def roc_year(year: int) -> str:
    """A CE year in the Republic's count: 2025 → 民國114年, 1905 → 民國前7年."""
    roc = year - ROC_OFFSET
    return f"民國{roc}年" if roc > 0 else f"民國前{1 - roc}年"
