"""Monthly new-book list of the National Central Library (open data set 6730), in both generations of its header.

Columns are found by name, never by place; two were renamed between 2025-01 and 2025-07.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from shuyin.harvest import cells
from shuyin.harvest.cleaning import clean
from shuyin.harvest.making import format_of, incoming, repairs_warning
from shuyin.harvest.readers import tables
from shuyin.harvest.reading import Rejected, SourceFormat
from shuyin.harvest.reasons import Reason
from shuyin.records.book import Binding, Book, ClassNumber, Format, Subject
from shuyin.records.languages import LANGUAGES
from shuyin.records.printed_titles import filed_title
from shuyin.records.responsibility import contributors
from shuyin.records.services import IncomingRecord

#: What the reader calls a column → its names in the files, newest first.
COLUMNS: dict[str, tuple[str, ...]] = {
    "title": ("申請書名",),
    "author": ("作者",),
    "publisher": ("出版機構",),
    "edition": ("版次",),
    "published": ("預訂出版日",),
    "subjects": ("標題",),
    "subjects_0_3": ("0-3歲嬰幼兒圖書分齡主題詞",),
    "subjects_3_6": ("3-6歲幼兒圖書分齡主題詞",),
    "audience": ("適讀對象",),
    "rating": ("分級註記",),
    "class_number": ("分類號",),
    "isbn": ("ISBN",),
    "size": ("開數",),
    "pages": ("頁數",),
    "award": ("得獎紀錄",),
    "material": ("資料類型",),
    "shelf": ("建議上架分類", "常用分類"),
    "language": ("作品語文",),
    "other_language": ("作品語文(其他)",),
    "category": ("圖書主題",),
    "translated": ("是否為引進版權著作", "是否為翻譯書"),
    "price": ("定價",),
    "binding": ("裝訂方式",),
    "other_binding": ("其他裝訂方式",),
    "form": ("出版形式",),
    "keywords": ("關鍵字",),
    "publisher_kind": ("出版機構類型",),
}
_BY_NAME = {name: column for column, names in COLUMNS.items() for name in names}
#: Without these a table is not this list.
_REQUIRED = frozenset({"申請書名", "ISBN", "出版機構", "預訂出版日"})


class NclCsvReader:
    """Reader of `--format ncl-csv`."""

    format = SourceFormat.NCL_CSV

    def split(self, stream: BinaryIO) -> Iterator[bytes]:
        """See `Reader.split`."""
        return tables.split(stream)

    def convert(self, piece: bytes, source: str) -> IncomingRecord:
        """The row as MARC21; one row is one ISBN, so rows of one book meet again when they are ingested."""
        repairs: set[str] = set()
        warnings: list[str] = []
        row = {
            _BY_NAME[name]: clean(cell, repairs) for name, cell in tables.read_piece(piece).items() if name in _BY_NAME
        }
        book = _book(row, warnings)
        return incoming(book, piece, self.format, source, warnings=(*warnings, *repairs_warning(repairs)))


def knows_header(names: list[str]) -> bool:
    """Whether these column names are those of the monthly list."""
    return set(names) >= _REQUIRED


def _book(row: dict[str, str], warnings: list[str]) -> Book:
    title = row.get("title", "")
    if not title:
        raise Rejected(Reason.NO_TITLE, "申請書名是空的")
    isbn = cells.isbn_13(row.get("isbn", ""))
    if isbn is None:
        raise Rejected(Reason.ISBN_MISSING)
    printed = filed_title(title)
    author = row.get("author", "").replace("<<", "《").replace(">>", "》")
    binding = _binding(row, isbn, printed.binding)
    published = cells.publication_date(row.get("published", ""))
    if row.get("published") and published is None:
        warnings.append(f"預訂出版日無法辨識，未採用：{row['published']}")
    languages = _languages(row, warnings)
    notes = [f"得獎紀錄: {row['award']}"] if row.get("award") else []
    return Book(
        title=printed.whole,
        parts=printed.parts,
        responsibility=author or None,
        contributors=contributors(author, roles_always=True) if author else (),
        edition=row.get("edition") or printed.edition,
        publisher=row.get("publisher") or None,
        published=published,
        bindings=(binding,),
        subjects=_subjects(row),
        classes=tuple(ClassNumber(n, "ncsclt") for n in _values(row.get("class_number", ""))),
        keywords=_values(row.get("keywords", "")),
        notes=tuple(notes),
        language=languages[0] if languages else None,
        languages=languages,
        audience=row.get("audience") or None,
        rating=row.get("rating") or None,
        category=row.get("category") or None,
        shelf_category=row.get("shelf") or None,
        format=binding.format,
    )


def _binding(row: dict[str, str], isbn: str, in_title: str | None) -> Binding:
    stated = row.get("binding", "")
    if stated in {"", "其他"}:
        stated = row.get("other_binding") or stated
    if row.get("form") == "套書":
        stated = f"{stated}；套書" if stated else "套書"
    pages, size = row.get("pages", ""), row.get("size", "")
    # the printed kind of material is "圖書", which says nothing of the form
    form = format_of(row.get("material"), row.get("other_binding"), row.get("binding"), in_title) or Format.PRINT
    return Binding(
        isbn=isbn,
        binding=stated or in_title,
        price=cells.price(row["price"]) if row.get("price") else None,
        pages=f"{pages}頁" if pages.isdigit() else pages or None,
        size=f"{size}公分" if re.fullmatch(r"[\d.]+", size) else size or None,
        format=form,
    )


def _languages(row: dict[str, str], warnings: list[str]) -> tuple[str, ...]:
    names = [n for n in re.split(r"[;,、；，/\s]+", f"{row.get('language', '')};{row.get('other_language', '')}") if n]
    codes = []
    for name in names:
        code = LANGUAGES.get(name.casefold())
        if code is None and name not in {"其他", "雙語", "多語"}:
            warnings.append(f"語文名稱沒有對應的代碼，未採用：{name}")
        if code is not None:
            codes.append(code)
    return tuple(dict.fromkeys(codes))


def _values(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(part for p in re.split(r"[;；]", text) if (part := p.strip())))


def _subjects(row: dict[str, str]) -> tuple[Subject, ...]:
    labels = [label for c in ("subjects", "subjects_0_3", "subjects_3_6") for label in _values(row.get(c, ""))]
    return tuple(Subject(label, "lcstt") for label in dict.fromkeys(labels))
