"""Kinds of answers that only filings about books ask for: months, prices, sizes, prose, headings, numbers."""

from __future__ import annotations

import re
from collections.abc import Callable

from shuyin.filing.engine.kinds import Kind, half_width, lines, mark, plain
from shuyin.records import ebook_identifier, isbn

#: Emoji as they are shown (Unicode emoji presentation), with the marks that join, colour and end them. Signs that
#: only may be shown as emoji (★ ☎ ©) stay, unless U+FE0F asks for it.
_EMOJI = re.compile(
    "[0-9#*]\ufe0f?\u20e3"
    "|[\u00a9\u00ae\u2010-\u2bff\u3030\u303d\u3297\u3299]\ufe0f"
    "|[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693\u26a1\u26aa\u26ab"
    "\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728\u274c\u274e"
    "\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55]"
    "|[\U0001f004\U0001f0cf\U0001f18e\U0001f191-\U0001f19a\U0001f1e6-\U0001f1ff\U0001f200-\U0001f265]"
    "|[\U0001f300-\U0001faff\U000e0020-\U000e007f\ufe0f\u200d\u20e3]"
)
_ROC_MONTH = re.compile(r"(?:民國|民)?\s*(\d{2,3})\s*(?:年|[./-])\s*(\d{1,2})\s*月?")
_MONTH = re.compile(r"(\d{4})\s*(?:年|[./-])\s*(\d{1,2})\s*月?")


def without_emoji(text: str) -> str:
    """The text without emoji (S0 l.1409: 若輸入emoji符號，系統將自動移除)."""
    return _EMOJI.sub("", text)


def _removed(raw: str) -> str:
    return "emoji" if without_emoji(raw) != raw else ""


def _month_clean(raw: str) -> str:
    text = half_width(raw)
    if found := _MONTH.fullmatch(text):
        return f"{int(found[1]):04d}-{int(found[2]):02d}"
    if found := _ROC_MONTH.fullmatch(text):
        return f"{int(found[1]) + 1911:04d}-{int(found[2]):02d}"
    return text


def _matching(pattern: str, message: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern)
    return lambda value: None if compiled.fullmatch(value) else message


def _number(raw: str) -> str:
    """A number without what people write around it: NT$ 1,200 元 → 1200, 21 公分 → 21."""
    text = half_width(raw).replace(",", "")
    return re.sub(r"^(?:NT\$?|\$|約)\s*|\s*(?:元|頁|公分|cm|冊|p\.?)$", "", text, flags=re.IGNORECASE).strip()


def _listed(separators: str, joined: str) -> Callable[[str], str]:
    splitter = re.compile(separators)

    def clean(raw: str) -> str:
        parts = [part.strip() for part in splitter.split(plain(without_emoji(raw)))]
        return joined.join(dict.fromkeys(part for part in parts if part))

    return clean


def _isbn_clean(raw: str) -> str:
    return isbn.normalise(half_width(raw)) or half_width(raw)


def _isbn_problem(value: str) -> str | None:
    if isbn.normalise(value) is None:
        return mark("這不是正確的 ISBN，請對照版權頁檢查 13 碼（或 10 碼）與檢查碼。")
    return None


def _extension_problem(value: str) -> str | None:
    try:
        ebook_identifier.parse(f"9789576784316(EPUB){value}")
    except ebook_identifier.InvalidEbookIdentifier:
        return mark("延伸辨識碼的寫法不正確，例如 _BCD_V27_PT5：3 個大寫字母、V1 至 V999、C#S# 或 PT#，以底線隔開。")
    return None


def _keywords_problem(value: str) -> str | None:
    if re.search(r"[，、,／/|]", value):
        return mark("多個關鍵詞請以半形分號「;」分隔。")
    return None


MONTH = Kind(
    "month",
    _month_clean,
    _matching(r"\d{4}-(?:0[1-9]|1[0-2])", mark("出版年月請寫成 YYYY-MM 或民國年月，例如 2026-04、民國115年04月。")),
    "2026-04",
    "2026-13",
    mark("出版年月，YYYY-MM 或民國年月"),
)
PRICE = Kind(
    "price",
    _number,
    _matching(r"(?:0|[1-9]\d{0,6})", mark("定價請填新臺幣整數，例如 350；非賣品請填 0。")),
    "350",
    "三百元",
    mark("新臺幣整數"),
    input_mode="numeric",
)
PAGES = Kind(
    "pages",
    _number,
    _matching(r"[1-9]\d{0,4}", mark("頁數請填數字，例如 111。")),
    "111",
    "一百",
    mark("頁數，1 到 99999"),
    input_mode="numeric",
)
CENTIMETRES = Kind(
    "centimetres",
    _number,
    _matching(r"[1-9]\d{0,2}(?:\.\d)?", mark("規格請填公分數，例如 21 或 14.8。")),
    "21",
    "二十一",
    mark("公分，可到小數第一位"),
    input_mode="decimal",
)
COUNT = Kind(
    "count",
    _number,
    _matching(r"[1-9]\d{0,2}", mark("冊數請填 1 到 999 的數字。")),
    "2",
    "0",
    mark("冊數，1 到 999"),
    input_mode="numeric",
)
PROSE = Kind(
    "prose",
    lambda raw: lines(without_emoji(raw)),
    lambda value: None,
    "第一行\n第二行",
    None,
    mark("文字，可分行，emoji 符號會自動移除"),
    several_lines=True,
    removed=_removed,
)
KEYWORDS = Kind(
    "keywords",
    _listed(r"[;；]", ";"),
    _keywords_problem,
    "期刊文獻;學術傳播",
    "期刊文獻、學術傳播",
    mark("以半形分號「;」分隔的詞"),
    removed=_removed,
)
HEADINGS = Kind(
    "headings",
    _listed(r"[,，、;；]", ","),
    lambda value: (
        mark("每個主題詞最多 60 個字，請以逗號分開各主題詞。") if max(map(len, value.split(","))) > 60 else None
    ),
    "期刊,文獻",
    "字" * 61,
    mark("以逗號分開的主題詞，每個最多 60 個字"),
)
CLASSES = Kind(
    "classes",
    lambda raw: _listed(r"[,，、;；\s]", ",")(half_width(raw)),
    _matching(
        r"\d{1,3}(?:\.\d{1,8})?(?:,\d{1,3}(?:\.\d{1,8})?)*",
        mark("分類號請填數字，例如 051 或 050.1，多個分類號以逗號分開。"),
    ),
    "051,050.1",
    "文學",
    mark("以逗號分開的分類號"),
)
ISBN = Kind(
    "isbn",
    _isbn_clean,
    _isbn_problem,
    "9789576787713",
    "9789576787710",
    mark("ISBN，13 碼或 10 碼，含檢查碼"),
    input_mode="numeric",
)
EXTENSION_CODE = Kind(
    "extension_code",
    half_width,
    _extension_problem,
    "_BCD_V27_PT5",
    "_bcd_V1000",
    mark("電子書延伸辨識碼（ISBN 與檔案格式之後的部分）"),
)
