"""Dates for people: the common era and, in Chinese, the ROC year beside it (民國 = CE − 1911)."""

from __future__ import annotations

from datetime import date

from babel.dates import format_date, format_skeleton

from shuyin.web.i18n import current_language, gettext

ROC_OFFSET = 1911


def show_date(iso: str | None) -> str:
    """ "2025-04" → "2025 年 4 月（民國 114 年）", "April 2025 (ROC 114)"; what is not a date is given back."""
    if not iso:
        return ""
    parts = iso.split("-")
    if not all(p.isascii() and p.isdigit() for p in parts) or len(parts[0]) != 4:
        return iso
    text = _common_era(parts)
    roc = int(parts[0]) - ROC_OFFSET
    return gettext("{date}（民國 {year} 年）").format(date=text, year=roc) if roc > 0 else text


def _common_era(parts: list[str]) -> str:
    numbers = [int(p) for p in parts]
    if current_language().startswith("zh"):
        units = ("年", "月", "日")
        return " ".join(f"{n} {unit}" for n, unit in zip(numbers, units, strict=False))
    try:
        if len(numbers) == 3:
            return format_date(date(numbers[0], numbers[1], numbers[2]), "d MMMM y", locale="en")
        if len(numbers) == 2:
            return format_skeleton("yMMMM", date(numbers[0], numbers[1], 1), locale="en")
    except ValueError:
        return "-".join(parts)  # a month or day that does not exist, shown as the record has it
    return str(numbers[0])
