"""Numbers of persons and bodies in Taiwan: 統一編號, 身分證字號, 居留證號 (統一證號), old and new forms.

Each `*_problem` function returns None for a valid number, else a short code of what is wrong:
"format" (wrong shape) or "check" (wrong check digit).
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from stdnum.exceptions import InvalidChecksum, ValidationError
from stdnum.tw import ubn

#: Value of the first letter (Ministry of the Interior's table of places).
LETTER_VALUES = {letter: value for value, letter in zip(range(10, 36), "ABCDEFGHJKLMNPQRSTUVXYWZIO", strict=True)}
#: Weights: the letter's two digits, the eight digits after it, the check digit.
_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)

_NATIONAL = re.compile(r"[A-Z][12]\d{8}")
_RESIDENCE_NEW = re.compile(r"[A-Z][89]\d{8}")  # since 2021-01-02
_RESIDENCE_OLD = re.compile(r"[A-Z][A-D]\d{8}")


class UbnRule(StrEnum):
    """Which check rule a 統一編號 satisfies."""

    OLD = "old"  # sum divisible by 10
    NEW = "new"  # sum divisible by 5: numbers given since 2023-04-01 (Ministry of Finance)


class ResidenceForm(StrEnum):
    """The two forms of the number on a resident certificate."""

    OLD = "old"  # two letters, eight digits
    NEW = "new"  # one letter, 8 or 9, eight digits


def compact(number: str) -> str:
    """The number in half-width capitals without spaces and hyphens."""
    return re.sub(r"[\s\-]", "", unicodedata.normalize("NFKC", number)).upper()


def ubn_rule(number: str) -> UbnRule | None:
    """The stricter rule that this 統一編號 satisfies, None if neither (or not eight digits).

    Weighted digit sums; where the seventh digit is 7, its product 28 sums to 10, which may count as 1 or 0.
    """
    digits = compact(number)
    try:
        ubn.validate(digits)
    except InvalidChecksum:
        total = int(ubn.calc_checksum(digits))
        newer = total % 5 == 0 or (digits[6] == "7" and (total + 1) % 5 == 0)
        return UbnRule.NEW if newer else None
    except ValidationError:
        return None
    return UbnRule.OLD


def ubn_problem(number: str) -> str | None:
    """What is wrong with a 統一編號, by the old or the newer rule."""
    digits = compact(number)
    if not re.fullmatch(r"[0-9]{8}", digits):
        return "format"
    return None if ubn_rule(digits) else "check"


def _weighted(digits: str) -> bool:
    return sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=True)) % 10 == 0


def national_id_problem(number: str) -> str | None:
    """What is wrong with a 國民身分證統一編號."""
    text = compact(number)
    if not _NATIONAL.fullmatch(text):
        return "format"
    return None if _weighted(f"{LETTER_VALUES[text[0]]}{text[1:]}") else "check"


def residence_form(number: str) -> ResidenceForm | None:
    """Which form a resident certificate's number has, whatever its check digit."""
    text = compact(number)
    if _RESIDENCE_NEW.fullmatch(text):
        return ResidenceForm.NEW
    return ResidenceForm.OLD if _RESIDENCE_OLD.fullmatch(text) else None


def residence_problem(number: str) -> str | None:
    """What is wrong with a 居留證統一證號; of the old form's second letter the units digit counts."""
    text = compact(number)
    form = residence_form(text)
    if form is None:
        return "format"
    second = text[1] if form is ResidenceForm.NEW else str(LETTER_VALUES[text[1]] % 10)
    return None if _weighted(f"{LETTER_VALUES[text[0]]}{second}{text[2:]}") else "check"
