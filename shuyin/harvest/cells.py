"""What stands in the ISBN, date and price cells of lists from shops and spreadsheets."""

from __future__ import annotations

import re
from datetime import date

from shuyin.harvest.reading import Rejected
from shuyin.harvest.reasons import Reason
from shuyin.records import isbn

#: What stands in a cell that has nothing to say.
_ABSENT = frozenset({"-", "--", "N/A", "NA", "#N/A", "NULL", "NONE", "NIL", "無", "沒有", "未定", "0"})
_SEVERAL = re.compile(r"[;；,，、|/\s]+(?=(?:ISBN\D*)?97[89]|\d{9}[\dXx]\b)")
_QUALIFIED = re.compile(r"^(?P<number>[^()（）]+)[(（](?P<qualifier>[^()（）]*)[)）]\s*$")


def isbn_cells(text: str) -> list[tuple[str, str | None]]:
    """The ISBN-13s of a cell with what stands in brackets behind each; empty if the cell says nothing.

    `Rejected` with the reason where the cell holds something that is no ISBN.
    """
    found = []
    for part in _SEVERAL.split(text.strip()):
        qualified = _QUALIFIED.match(part)
        number = isbn_13(qualified["number"] if qualified else part)
        if number is not None:
            found.append((number, qualified["qualifier"].strip() or None if qualified else None))
    return found


def isbn_13(text: str) -> str | None:
    """13 digits; None for an empty cell or its equivalents (N/A, 無 …); `Rejected` for all that is no ISBN.

    A range that the shipped message does not know is taken: messages grow old.
    """
    shown = text.strip()
    if shown.upper() in _ABSENT:
        return None
    found = isbn.check(shown)
    match found.problem:
        case None | isbn.Problem.RANGE:
            return isbn.normalise(shown)
        case isbn.Problem.EMPTY:
            return None
        case isbn.Problem.CHARACTER:
            letters = re.search(r"[A-Z]", found.compact) is not None
            raise Rejected(Reason.ISBN_IS_SHOP_ID if letters else Reason.ISBN_UNREADABLE, shown)
        case isbn.Problem.LENGTH:
            raise Rejected(Reason.ISBN_UNREADABLE, f"{shown}，{len(found.compact)} 位數")
        case isbn.Problem.CHECK_DIGIT if len(found.compact) == 10 and found.compact.startswith(("978", "979")):
            raise Rejected(Reason.ISBN_UNREADABLE, f"{shown}，只有 10 位，應是 13 碼被截斷")
        case isbn.Problem.CHECK_DIGIT:
            raise Rejected(Reason.ISBN_CHECK_DIGIT, f"{shown}，應為 {found.expected}")
        case isbn.Problem.ROUNDED:
            raise Rejected(Reason.ISBN_ROUNDED, shown)
        case isbn.Problem.ISSN:
            raise Rejected(Reason.ISBN_IS_ISSN_BARCODE, shown)
        case isbn.Problem.NOT_A_BOOK:
            raise Rejected(Reason.ISBN_IS_OTHER_BARCODE, shown)


_YMD = re.compile(r"^(\d{4})\s*[-/.年]\s*(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})?)?\s*[日月]?(?:[T ].*)?$")
_MDY = re.compile(r"^(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?: .*)?$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})?$")
_ROC = re.compile(
    r"^(?:中華)?(?:民國?)?\s*(\d{2,3})\s*(?:[-/.年]\s*(?:(\d{1,2})(?:\s*[-/.月]\s*(\d{1,2})?)?)?)\s*[日月]?$"
)
_YEAR = re.compile(r"^(?:c|©)?\s*(\d{4})年?$")


def publication_date(text: str) -> str | None:
    """ISO date to the precision given ("2025", "2025-09", "2025-09-03"); None where it is no date.

    Reads 2025-09-00, 2025/9/3, 8/13/25 (month first, as American spreadsheets write), 202509, 114/04, 民國114年4月.
    """
    text = text.strip()
    if match := _YMD.match(text) or _COMPACT.match(text):
        return _iso(int(match[1]), match[2], match[3])
    if match := _MDY.match(text):
        year = int(match[3])
        return _iso(year if year > 99 else 2000 + year, match[1], match[2])
    if match := _YEAR.match(text):
        return _iso(int(match[1]), None, None)
    if match := _ROC.match(text):
        return _iso(int(match[1]) + 1911, match[2], match[3])
    return None


def _iso(year: int, month: str | None, day: str | None) -> str | None:
    """The date cut to what is known: month or day 00 or empty = not known; None for dates that do not exist."""
    if not 1400 <= year <= 2200:
        return None
    if not month or int(month) == 0:
        return f"{year:04d}"
    if int(month) > 12:
        return None
    if not day or int(day) == 0:
        return f"{year:04d}-{int(month):02d}"
    try:
        return date(year, int(month), int(day)).isoformat()
    except ValueError:
        return None


_AMOUNT = re.compile(r"^(?:NT\$?|NTD|TWD|新[臺台]幣|\$)?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?\s*元?$", re.I)
_OTHER_CURRENCY = re.compile(r"^[^\d\s].*\d|^\d[\d.,]*\s*\S")


def price(text: str) -> str | None:
    """Price as MARC 020 $c has it: 1,449 → "NT$1449", 0 → "免費"; other currencies as printed; None if it is none."""
    text = text.strip()
    if match := _AMOUNT.match(text):
        amount = int(match[1].replace(",", ""))
        return f"NT${amount}" if amount else "免費"
    return text if _OTHER_CURRENCY.match(text) and len(text) <= 40 else None
