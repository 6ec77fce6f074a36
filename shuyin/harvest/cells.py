"""What stands in the ISBN, date and price cells of lists from shops and spreadsheets."""

from __future__ import annotations

import re
from datetime import date

from stdnum import isbn as isbn_number
from stdnum.exceptions import ValidationError

from shuyin.harvest.reading import Rejected
from shuyin.harvest.reasons import Reason

_ABSENT = frozenset({"", "-", "--", "N/A", "NA", "#N/A", "NULL", "NONE", "NIL", "無", "沒有", "未定", "0"})
_DASHES = re.compile("[\\s\u00ad\u2010-\u2015\u2212\uff0d-]")
_SCIENTIFIC = re.compile(r"^\d[.\d]*E\+?\d+$")
#: Digits that a spreadsheet makes of a number shown as 9.78626E+12: six are right, the rest is zero.
_ROUNDED = re.compile(r"0{6}$")
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
    """13 digits; None for an empty cell or its equivalents (N/A, 無 …); `Rejected` for all that is no ISBN."""
    shown = text.strip()
    number = _DASHES.sub("", shown.upper().removeprefix("ISBN").lstrip(":： ")).removesuffix(".0")
    if number in _ABSENT:
        return None
    if _SCIENTIFIC.match(number):
        raise Rejected(Reason.ISBN_ROUNDED, shown)
    if not re.fullmatch(r"\d{9,13}X?", number):
        raise Rejected(Reason.ISBN_IS_SHOP_ID if re.search(r"[A-Z]", number) else Reason.ISBN_UNREADABLE, shown)
    if len(number) == 13:
        return _thirteen(number, shown)
    if len(number) == 10:
        return _ten(number, shown)
    raise Rejected(Reason.ISBN_UNREADABLE, f"{shown}，{len(number)} 位數")


def _thirteen(number: str, shown: str) -> str:
    if _ROUNDED.search(number):
        raise Rejected(Reason.ISBN_ROUNDED, shown)
    if number.startswith("977"):
        raise Rejected(Reason.ISBN_IS_ISSN_BARCODE, shown)
    # 979-0 numbers printed music (ISMN)
    if not number.startswith(("978", "979")) or number.startswith("9790"):
        raise Rejected(Reason.ISBN_IS_OTHER_BARCODE, shown)
    if not isbn_number.is_valid(number):
        raise Rejected(Reason.ISBN_CHECK_DIGIT, shown)
    return number


def _ten(number: str, shown: str) -> str:
    if number.startswith(("97886", "97957", "9786", "9789", "9787")) and not isbn_number.is_valid(number):
        raise Rejected(Reason.ISBN_UNREADABLE, f"{shown}，只有 10 位，應是 13 碼被截斷")
    try:
        return str(isbn_number.to_isbn13(isbn_number.validate(number)))
    except ValidationError as error:
        raise Rejected(Reason.ISBN_CHECK_DIGIT, shown) from error


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
