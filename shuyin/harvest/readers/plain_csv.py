"""Plain CSV: the columns that docs/importing.md lists, in any order, under their name or an alias."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import BinaryIO

from shuyin.harvest import cells
from shuyin.harvest.cleaning import clean, clean_lines
from shuyin.harvest.making import book_format, format_of, incoming, repairs_warning
from shuyin.harvest.readers import tables
from shuyin.harvest.reading import Rejected, SourceFormat
from shuyin.harvest.reasons import Reason
from shuyin.records.book import Binding, Book, ClassNumber, Format, Series, Subject
from shuyin.records.languages import LANGUAGES
from shuyin.records.printed_titles import PrintedTitle, shop_title
from shuyin.records.responsibility import contributors
from shuyin.records.services import IncomingRecord

#: Canonical column → other names under which it is met. Other columns stay with the original only.
COLUMNS: dict[str, tuple[str, ...]] = {
    "isbn": ("isbn13", "isbn-13", "isbn_13", "國際標準書號", "書號"),
    "eisbn": ("e-isbn", "ebook_isbn", "電子書isbn"),
    "title": ("書名", "題名", "title_name", "name", "正題名"),
    "author": ("作者", "著者", "authors", "作者名"),
    "publisher": ("出版社", "出版者", "出版機構", "出版單位"),
    "published": ("出版日期", "出版日", "publish_date", "published_date", "publication_date", "出版年月", "出版年"),
    "price": ("定價", "價格", "售價"),
    "binding_or_format": ("裝訂", "裝訂方式", "format", "binding", "檔案格式"),
    "edition": ("版次", "版本"),
    "series": ("叢書", "叢書名", "系列"),
    "language": ("語言", "作品語文", "語文"),
    "pages": ("頁數",),
    "size": ("開本", "尺寸", "高廣"),
    "summary": ("簡介", "內容簡介", "摘要", "description"),
    "contents": ("目次", "目錄", "toc"),
    "keywords": ("關鍵字", "關鍵詞"),
    "class_number": ("分類號", "中文圖書分類號"),
    "subjects": ("主題", "主題詞", "標題"),
    "audience": ("適讀對象",),
    "rating": ("分級註記", "分級"),
    "category": ("圖書主題",),
    "control_number": ("控制號", "系統號"),
}
#: What the vocabulary of `subjects` and `class_number` is where the file does not say.
_SUBJECT_SCHEME, _CLASS_SCHEME = "lcstt", "ncsclt"
_ALIASES = {alias: name for name, aliases in COLUMNS.items() for alias in (name, *aliases)}


class PlainCsvReader:
    """Reader of `--format csv`. Where records are not to be kept (`numbered` False), rows need no number."""

    format = SourceFormat.CSV

    def __init__(self, *, numbered: bool = True) -> None:
        self._numbered = numbered

    def split(self, stream: BinaryIO) -> Iterator[bytes]:
        """See `Reader.split`."""
        return tables.split(stream)

    def convert(self, piece: bytes, source: str) -> IncomingRecord:
        """The row as MARC21. A row needs a title, and (where rows are numbered) an ISBN or a control number."""
        row = Row(tables.read_piece(piece))
        title = row.text("title")
        if not title:
            raise Rejected(Reason.NO_TITLE, "title 欄是空的")
        printed = shop_title(title)
        control_number = row.text("control_number")
        bindings = _bindings(row, printed)
        if self._numbered and not any(b.isbn for b in bindings) and control_number is None:
            raise Rejected(Reason.ISBN_MISSING, row.raw("isbn").strip())
        book = _book(row, printed, bindings, control_number)
        return incoming(book, piece, self.format, source, warnings=(*row.warnings, *repairs_warning(row.repairs)))


@lru_cache(maxsize=64)
def _canonical(name: str) -> str | None:
    key = name.strip().casefold()
    if key == "category_raw":
        return None  # a shop's shelves, not the library's 圖書主題
    return _ALIASES.get(key) or _ALIASES.get(key.removesuffix("_raw"))


@dataclass
class Row:
    """One row by canonical column names; reading a cell cleans it and remembers what had to be repaired."""

    cells: Mapping[str, str]
    warnings: list[str] = field(default_factory=list)
    repairs: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        named: dict[str, str] = {}
        for name, cell in self.cells.items():
            canonical = _canonical(name)
            if canonical is not None and not named.get(canonical):
                named[canonical] = cell
        self.cells = named

    def raw(self, name: str) -> str:
        """The cell as it came; empty if there is no such column."""
        return self.cells.get(name, "")

    def text(self, name: str) -> str | None:
        """The cell on one line, repaired; None if empty."""
        return clean(self.raw(name), self.repairs) or None

    def lines(self, name: str) -> str | None:
        """The cell with its line breaks, repaired; None if empty."""
        return clean_lines(self.raw(name), self.repairs) or None

    def values(self, name: str) -> tuple[str, ...]:
        """Several values in one cell, separated by semicolons; empty places are none."""
        text = self.raw(name).replace("；", ";")
        return tuple(dict.fromkeys(v for part in text.split(";") if (v := clean(part, self.repairs))))

    def published(self) -> str | None:
        """The date; one that cannot be read is left out with a warning."""
        text = clean(self.raw("published"), self.repairs)
        found = cells.publication_date(text) if text else None
        if text and found is None:
            self.warnings.append(f"出版日期無法辨識，未採用：{text}")
        return found

    def price(self) -> str | None:
        """The price; one that cannot be read is left out with a warning."""
        text = clean(self.raw("price"), self.repairs)
        found = cells.price(text) if text else None
        if text and found is None:
            self.warnings.append(f"價格不是數字，未採用：{text}")
        return found

    def language(self) -> str | None:
        """MARC code of the language; None if not given or not known."""
        text = (self.text("language") or "").casefold()
        if len(text) == 3 and text.isascii() and text.isalpha():
            return text
        found = LANGUAGES.get(text)
        if text and found is None:
            self.warnings.append(f"語文名稱沒有對應的代碼，未採用：{text}")
        return found


def _bindings(row: Row, printed: PrintedTitle) -> tuple[Binding, ...]:
    """One binding per ISBN: printed book first, then the e-book where the row gives it a number of its own."""
    stated = row.text("binding_or_format") or printed.binding
    form = format_of(stated) or printed.format or Format.PRINT
    price, pages, size = row.price(), row.text("pages"), row.text("size")
    refused: Rejected | None = None
    numbers: dict[str, tuple[str | None, Format]] = {}
    for column in ("isbn", "eisbn"):
        try:
            for number, qualifier in cells.isbn_cells(clean(row.raw(column), row.repairs)):
                electronic = form is not Format.PRINT
                if column == "isbn" and electronic and _other_number(row, number):
                    numbers[number] = (qualifier, Format.PRINT)  # the printed book's number beside the e-book's
                else:
                    numbers.setdefault(number, (qualifier or stated, form if column == "isbn" else _electronic(form)))
        except Rejected as why:
            refused = why
    if refused is not None:
        if not numbers and row.text("control_number") is None:
            raise refused
        row.warnings.append(str(refused))
    if not numbers:
        return (Binding(None, stated, price, _pages(pages), size, form),) if price or stated else ()
    belongs = next((n for n, (_, f) in numbers.items() if f is form), next(iter(numbers)))
    return tuple(
        Binding(
            isbn=number,
            binding=binding,
            price=price if number == belongs else None,
            pages=_pages(pages) if number == belongs else None,
            size=size if number == belongs else None,
            format=kind,
        )
        for number, (binding, kind) in numbers.items()
    )


def _electronic(form: Format) -> Format:
    return Format.EBOOK if form is Format.PRINT else form


def _other_number(row: Row, number: str) -> bool:
    try:
        other = cells.isbn_cells(row.raw("eisbn"))
    except Rejected:
        return False
    return bool(other) and all(n != number for n, _ in other)


def _pages(text: str | None) -> str | None:
    return f"{text}頁" if text and text.isdigit() else text


def _book(row: Row, printed: PrintedTitle, bindings: tuple[Binding, ...], control_number: str | None) -> Book:
    author = row.text("author")
    language = row.language()
    series = row.text("series")
    return Book(
        title=printed.whole,
        parts=printed.parts,
        responsibility=author,
        contributors=contributors(author) if author else (),
        edition=row.text("edition") or printed.edition,
        publisher=row.text("publisher"),
        published=row.published(),
        bindings=bindings,
        series=tuple(Series(s) for s in row.values("series")) if series else (),
        subjects=tuple(Subject(label, _SUBJECT_SCHEME) for label in row.values("subjects")),
        classes=tuple(ClassNumber(number, _CLASS_SCHEME) for number in row.values("class_number")),
        keywords=row.values("keywords"),
        summary=row.lines("summary"),
        contents=row.lines("contents"),
        language=language,
        audience=row.text("audience"),
        rating=row.text("rating"),
        category=row.text("category"),
        format=book_format(bindings),
        control_number=control_number,
    )
