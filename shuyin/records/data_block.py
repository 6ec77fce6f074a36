"""The CIP Data Block (預行編目資料) of a record: lines as a cataloguer prints them.

Source of line order, labels and punctuation: S0, "CIP呈現方式調整" (the sample there is damaged by text
extraction: `113年：` belongs to the title). Spacing rules: docs/cip-data-block.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from shuyin.records import isbn
from shuyin.records.book import CATALOGUER, Binding, Book

HEADING = "國家圖書館出版品預行編目(CIP)資料"
#: Stands under the block of a record that never went through CIP, so that nobody takes it for official.
NO_CIP_NUMBER = "（本書目無CIP編號，非正式預行編目資料）"
#: Stands behind a heading or number that no person has assigned.
MACHINE_MARK = "（機器建議）"

_SCHEME_LABELS = {"lcstt": "LCSTT", "lcsh": "LCSH", "mesh": "MeSH", "cct": "CCT", "ddc": "DDC", "lcc": "LCC"}

_CJK = (
    "\u2e80-\u303f\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u3400-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff"
)
_COLON = re.compile(r"\s+:\s*|\s*:\s+|\s*：\s*")
_EQUALS = re.compile(r"\s*=\s+|\s+=\s*")
_TRAILING = re.compile(r"[\s/:;,：；，]+$")


@dataclass(frozen=True, slots=True)
class Line:
    """One labelled line, e.g. 版本 and 初版."""

    label: str
    value: str

    def __str__(self) -> str:
        return f"{self.label}：{self.value}"


@dataclass(frozen=True, slots=True)
class DataBlock:
    """The block: `heading`, `lines` in print order, and `note` where the record is not an official CIP."""

    heading: str
    lines: tuple[Line, ...]
    note: str | None = None

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """All lines as printed, the heading first."""
        return (self.heading, *map(str, self.lines), *([self.note] if self.note else []))


def data_block(book: Book) -> DataBlock:
    """The Data Block of `book`; a line whose facts are unknown is left out."""
    found = (
        ("題名/著者", f"{punctuated(book.title)} / {who}" if (who := responsibility(book)) else punctuated(book.title)),
        ("版本", _trimmed(book.edition)),
        ("出版", imprint(book)),
        ("識別碼", _identifiers(book)),
        ("主題詞", " | ".join(_subjects(book))),
        ("分類號", " | ".join(_classes(book))),
    )
    lines = tuple(Line(label, value) for label, value in found if value)
    return DataBlock(HEADING, lines, None if book.cip_number else NO_CIP_NUMBER)


def punctuated(text: str) -> str:
    """A title with the marks of the Data Block: `：` without spaces by Chinese text, ` = ` before parallel titles."""

    def colon(found: re.Match[str]) -> str:
        around = text[max(found.start() - 1, 0) : found.start()] + text[found.end() : found.end() + 1]
        return "：" if re.search(f"[{_CJK}]", around) else " : "

    return _EQUALS.sub(" = ", _COLON.sub(colon, _trimmed(text)))


def responsibility(book: Book) -> str:
    """The statement of responsibility, or one made of the contributors where the record has none."""
    if book.responsibility:
        return _EQUALS.sub(" = ", re.sub(r"\s*[;；]\s*", "；", _trimmed(book.responsibility)))
    return "；".join(f"{c.name}{c.role or ''}" for c in book.contributors)


def imprint(book: Book) -> str:
    """`臺北市：國家圖書館，民114.04`; what is unknown is left out with its punctuation."""
    who = "：".join(part for part in (_trimmed(book.place), _trimmed(book.publisher)) if part)
    return "，".join(part for part in (who, roc_date(book.published)) if part)


def roc_date(published: str | None) -> str:
    """An ISO date as ROC year and month: 2025-04-09 → 民114.04, 2025 → 民114, 1905 → 民前7; "" if unknown."""
    if not published:
        return ""
    year, _, rest = published.partition("-")
    roc = int(year) - 1911
    month = rest[:2]
    return (f"民{roc}" if roc > 0 else f"民前{1 - roc}") + (f".{month}" if month else "")


def numbered(binding: Binding) -> str:
    """`978-957-678-771-3(平裝)`."""
    qualifier = (binding.binding or "").strip("()（） ")
    return isbn.hyphenate(binding.isbn or "") + (f"({qualifier})" if qualifier else "")


def _identifiers(book: Book) -> str:
    numbers = [f"ISBN{numbered(binding)}" for binding in book.bindings if binding.isbn]
    if book.cip_number:
        numbers.append(f"CIP {cip_digits(book.cip_number)}")
    return " | ".join(numbers)


def cip_digits(cip_number: str) -> str:
    """The number of `CIP 114004670` alone."""
    return re.sub(r"^\s*CIP\s*", "", cip_number, flags=re.IGNORECASE).strip()


def _subjects(book: Book) -> list[str]:
    headings = []
    for subject in book.subjects:
        scheme = _SCHEME_LABELS.get(subject.scheme, subject.scheme.upper()) if subject.scheme else None
        mark = "" if subject.assigned_by == CATALOGUER else MACHINE_MARK
        headings.append((f"{scheme}：" if scheme else "") + subject.label + mark)
    return headings


def _classes(book: Book) -> list[str]:
    own = [c for c in book.classes if c.scheme == "ncsclt"]
    return [
        ("" if c.scheme == "ncsclt" else f"{_SCHEME_LABELS.get(c.scheme, c.scheme.upper())}：")
        + c.number
        + ("" if c.assigned_by == CATALOGUER else MACHINE_MARK)
        for c in own or book.classes
    ]


def _trimmed(text: str | None) -> str:
    return _TRAILING.sub("", (text or "").strip())
