"""Kinds of answers: how raw input is cleaned, what is accepted, and what is said otherwise.

A kind's `good` and `bad` are examples that documentation prints and the walk test proves.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from shuyin.filing import identifiers

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u2060\ufeff]")


def mark(text: str) -> str:
    """Mark a text of the interface for translation (gettext keyword `mark`); returns it unchanged."""
    return text


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of answer is taken. `problem` returns a message for a cleaned, non-empty value, or None."""

    name: str
    clean: Callable[[str], str]
    problem: Callable[[str], str | None]
    good: str
    bad: str | None
    says: str  # the rule in words
    input_type: str = "text"
    input_mode: str = ""
    several_lines: bool = False
    removed: Callable[[str], str] = lambda raw: ""  # code of what `clean` takes away that people must be told of


def plain(raw: str) -> str:
    """One line of text: NFC, no control characters, single spaces, trimmed."""
    return re.sub(r"\s+", " ", _CONTROL.sub("", unicodedata.normalize("NFC", raw))).strip()


def lines(raw: str) -> str:
    """Several lines of text: NFC, no control characters, line ends unified, trimmed."""
    text = _CONTROL.sub("", unicodedata.normalize("NFC", raw).replace("\r\n", "\n").replace("\r", "\n"))
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def half_width(raw: str) -> str:
    """A number, address or date typed in full-width characters becomes half-width."""
    return plain(unicodedata.normalize("NFKC", raw))


def _fine(value: str) -> str | None:
    return None


def _matching(pattern: str, message: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern)

    def problem(value: str) -> str | None:
        return None if compiled.fullmatch(value) else message

    return problem


def _date_problem(value: str) -> str | None:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        return mark("日期請寫成 YYYY-MM-DD，例如 2026-03-10。")
    try:
        date.fromisoformat(value)
    except ValueError:
        return mark("沒有這一天，請檢查年、月、日。")
    return None


def _date_clean(raw: str) -> str:
    text = half_width(raw).replace("/", "-").replace(".", "-")
    parts = text.split("-")
    if len(parts) == 3 and all(p.isdigit() for p in parts):
        return f"{parts[0]:0>4}-{parts[1]:0>2}-{parts[2]:0>2}"
    return text


def _phone_problem(value: str) -> str | None:
    digits = re.sub(r"[()\- ]", "", value)
    if re.fullmatch(r"\(?0\d{1,3}\)?[- ]?[\d\- ]{5,10}", value) and 9 <= len(digits) <= 10:
        return None
    return mark("電話請連同區域號碼填寫，例如 (02)12345678。")


def _url_clean(raw: str) -> str:
    text = half_width(raw)
    return text if not text or "://" in text else f"https://{text}"


def _numbered(check: Callable[[str], str | None], shape: str, digit: str) -> Callable[[str], str | None]:
    def problem(value: str) -> str | None:
        return {"format": shape, "check": digit, None: None}[check(value)]

    return problem


TEXT = Kind("text", plain, _fine, "國際標準書號中心", None, mark("文字一行"))
LINES = Kind("lines", lines, _fine, "第一行\n第二行", None, mark("文字，可分行"), several_lines=True)
EMAIL = Kind(
    "email",
    half_width,
    _matching(
        r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?=.{4,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
        r"(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+",
        mark("電子信箱的寫法不正確，例如 xxx@xxx.com.tw。"),
    ),
    "xxx@xxx.com.tw",
    "xxx@xxx",
    mark("電子信箱"),
    input_type="email",
)
PHONE = Kind(
    "phone", half_width, _phone_problem, "(02)12345678", "12345678", mark("市話，連同區域號碼"), input_type="tel"
)
EXTENSION = Kind(
    "extension",
    half_width,
    _matching(r"\d{1,6}", mark("分機請填 1 到 6 位數字。")),
    "701",
    "7o1",
    mark("分機，1 到 6 位數字"),
    input_mode="numeric",
)
MOBILE = Kind(
    "mobile",
    lambda raw: re.sub(r"[\- ]", "", half_width(raw)),
    _matching(r"09\d{8}", mark("手機號碼請填 09 開頭的 10 位數字，例如 0912345678。")),
    "0912345678",
    "0812345678",
    mark("手機，09 開頭的 10 位數字"),
    input_type="tel",
)
URL = Kind(
    "url",
    _url_clean,
    _matching(r"https?://[^\s/$.?#<>\"']+\.[^\s<>\"']+", mark("網址的寫法不正確，例如 https://www.ncl.edu.tw/。")),
    "https://www.ncl.edu.tw/",
    "ftp://ncl",
    mark("網址"),
    input_type="url",
)
DATE = Kind("date", _date_clean, _date_problem, "2026-03-10", "2026-02-30", mark("日期 YYYY-MM-DD"))
POSTCODE = Kind(
    "postcode",
    half_width,
    _matching(r"\d{3}(?:-?\d{2,3})?", mark("郵遞區號請填 3、5 或 6 位數字。")),
    "100201",
    "1002",
    mark("郵遞區號，3、5 或 6 位數字"),
    input_mode="numeric",
)
UBN = Kind(
    "ubn",
    identifiers.compact,
    _numbered(
        identifiers.ubn_problem,
        mark("統一編號請填 8 位數字。"),
        mark("統一編號的檢查碼不符，請對照證明文件再填一次。"),
    ),
    "03734203",
    "03734202",
    mark("統一編號，8 位數字，依舊制或新制檢查碼規則"),
    input_mode="numeric",
)
NATIONAL_ID = Kind(
    "national_id",
    identifiers.compact,
    _numbered(
        identifiers.national_id_problem,
        mark("身分證號請填 1 個英文字母與 9 位數字。"),
        mark("身分證號的檢查碼不符，請對照證件再填一次。"),
    ),
    "A123456789",
    "A123456788",
    mark("身分證號，1 個英文字母與 9 位數字，含檢查碼"),
)
RESIDENCE_NO = Kind(
    "residence_no",
    identifiers.compact,
    _numbered(
        identifiers.residence_problem,
        mark("居留證號請填新式（1 個英文字母與 9 位數字）或舊式（2 個英文字母與 8 位數字）號碼。"),
        mark("居留證號的檢查碼不符，請對照證件再填一次。"),
    ),
    "A800000014",
    "A800000015",
    mark("居留證號，新式或舊式，含檢查碼"),
)
CHOICE = Kind("choice", plain, _fine, "", None, mark("選項"))
AGREE = Kind("agree", plain, _fine, "yes", None, mark("同意"))
