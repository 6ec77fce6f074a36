"""What the tools answer: values with a sentence that says what is wrong. No HTTP."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from shuyin.records import ebook_identifier, isbn, isrc
from shuyin.records.ebook_identifier import EbookIdentifier, InvalidEbookIdentifier
from shuyin.records.isbn import Check, Problem
from shuyin.records.isrc import InvalidIsrc, IsrcProblem
from shuyin.search_api.exports.spreadsheet import safe_cell
from shuyin.search_api.messages import N_, Message

#: Lines of a pasted or uploaded list, and its size in bytes.
MAX_LINES = 20_000
MAX_BYTES = 2_000_000

_ISBN_PROBLEMS = {
    Problem.EMPTY: N_("沒有數字。請輸入 10 碼或 13 碼的 ISBN。"),
    Problem.CHARACTER: N_("第 {position} 個字元「{character}」不是數字。"),
    Problem.LENGTH: N_("共 {length} 碼；ISBN 應為 10 碼或 13 碼。"),
    Problem.CHECK_DIGIT: N_("檢查碼不對：第 {position} 碼應為 {expected}，這裡是 {character}。請核對各碼是否打錯。"),
    Problem.ROUNDED: N_("這個號碼被試算表捨入了（末尾都是 0），已無法還原。請回到原始資料，把欄位設為文字再匯出。"),
    Problem.ISSN: N_("977 開頭的是期刊條碼（ISSN），不是 ISBN。"),
    Problem.NOT_A_BOOK: N_("這是商品條碼，不是 ISBN；ISBN 的 13 碼以 978 或 979 開頭。"),
    Problem.RANGE: N_("檢查碼正確，但國際 ISBN 總部沒有發出這個號段。"),
}
_ISRC_PROBLEMS = {
    IsrcProblem.EMPTY: N_("沒有內容。請輸入 12 碼的 ISRC，例如 TW-A01-25-00001。"),
    IsrcProblem.LENGTH: N_("共 {length} 碼；ISRC 應為 12 碼。"),
    IsrcProblem.PREFIX: N_("第 {position} 碼應為英文字母（國碼）。"),
    IsrcProblem.REGISTRANT: N_("第 {position} 碼應為英文字母或數字（登記者代碼）。"),
    IsrcProblem.YEAR: N_("第 {position} 碼應為數字（年代碼）。"),
    IsrcProblem.DESIGNATION: N_("第 {position} 碼應為數字（名稱碼）。"),
}
_EBOOK_PROBLEMS = {
    "form": N_("寫法不合：ISBN 後以括號註明檔案格式，各段以底線隔開，如 ISBN 978-957-678-445-3(EPUB)_BCD_V1_C1S1。"),
    "isbn": N_("ISBN 不正確，請先用上方工具檢查。"),
    "format": N_("請填檔案格式，例如 EPUB、PDF，不可含括號與底線。"),
    "maker": N_("製作（平台）廠商代碼為 3 個大寫英文字母。"),
    "version": N_("版次為 1 到 999。"),
    "chapter": N_("章為 1 以上的數字。"),
    "section": N_("章與節須一併填寫，節為 1 以上的數字。"),
    "part": N_("「部」為 1 以上的數字，且不可與章節並用。"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class IsbnAnswer:
    """What is known of one number; `problem` is None if it is an ISBN."""

    input: str
    isbn13: str | None = None
    isbn13_hyphenated: str | None = None
    isbn10: str | None = None
    isbn10_hyphenated: str | None = None
    registrant: str | None = None  # 978-957-678
    agency: str | None = None
    problem: Message | None = None


@dataclass(frozen=True, slots=True)
class IsrcAnswer:
    """What is known of one code; `problem` is None if it is well formed."""

    input: str
    isrc: str | None = None
    hyphenated: str | None = None
    country: str | None = None
    registrant: str | None = None
    year: int | None = None
    designation: str | None = None
    demonstration: bool = False
    problem: Message | None = None


def look_at_isbn(text: str) -> IsbnAnswer:
    """Conversion, hyphens and check of one ISBN in any written form."""
    found = isbn.check(text)
    if found.isbn is None:
        return IsbnAnswer(text, problem=_isbn_problem(found))
    parts = isbn.split(found.isbn)
    return IsbnAnswer(
        input=text,
        isbn13=found.isbn,
        isbn13_hyphenated=isbn.hyphenate(found.isbn),
        isbn10=isbn.to_isbn10(found.isbn),
        isbn10_hyphenated=isbn.hyphenate_10(found.isbn),
        registrant=parts.registrant_prefix if parts else None,
        agency=parts.agency if parts else None,
    )


def _isbn_problem(found: Check) -> Message:
    if found.problem is None:
        raise ValueError("a number without a problem has none to word")
    position = found.position or 0
    character = found.compact[position - 1 : position]
    values: dict[str, str | int] = {
        "position": position,
        "character": character,
        "length": len(found.compact),
        "expected": found.expected or "",
    }
    return Message(_ISBN_PROBLEMS[found.problem], values)


def look_at_isrc(text: str, year: int) -> IsrcAnswer:
    """The parts of one ISRC; `year` is the present one, for the two digits of the year."""
    try:
        code = isrc.parse(text)
    except InvalidIsrc as error:
        values: dict[str, str | int] = {"position": error.position or 0, "length": len(error.compact)}
        return IsrcAnswer(text, problem=Message(_ISRC_PROBLEMS[error.problem], values))
    return IsrcAnswer(
        input=text,
        isrc=str(code),
        hyphenated=code.hyphenated,
        country=code.country,
        registrant=code.registrant,
        year=code.year_of_reference(until=year),
        designation=code.designation,
        demonstration=code.is_demonstration,
    )


def build_ebook_identifier(
    number: str,
    file_format: str,
    maker: str | None = None,
    version: int | None = None,
    chapter: int | None = None,
    section: int | None = None,
    part: int | None = None,
) -> tuple[EbookIdentifier | None, Message | None]:
    """The identifier of these parts, or what is wrong with them."""
    try:
        digits = isbn.normalise(number) or ""
        return EbookIdentifier(digits, file_format.strip(), maker, version, chapter, section, part), None
    except InvalidEbookIdentifier as error:
        return None, Message(_EBOOK_PROBLEMS[error.field])


def read_ebook_identifier(text: str) -> tuple[EbookIdentifier | None, Message | None]:
    """The parts of a written identifier, or what is wrong with it."""
    try:
        return ebook_identifier.parse(text), None
    except InvalidEbookIdentifier as error:
        return None, Message(_EBOOK_PROBLEMS[error.field])


class UnreadableList(ValueError):
    """The uploaded file is no text."""

    message = Message(N_("這不是文字檔。Excel 檔請先另存為 CSV 或文字檔（UTF-8、UTF-16 或 Big5），再上傳。"))


def text_of(content: bytes) -> str:
    """The text of an uploaded list: UTF-8, UTF-16 with its mark (Excel's Unicode text), Big5; or `UnreadableList`."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", "replace")
    if b"\0" in content:
        raise UnreadableList(str(UnreadableList.message))
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp950", "replace")


def numbers_in(text: str) -> Iterator[str]:
    """The lines of a pasted or uploaded list: of a CSV file the first cell, of anything the non-empty lines."""
    for line in text.lstrip("\ufeff").splitlines():
        cell = line.split(",")[0].split("\t")[0].strip().strip('"')
        if cell:
            yield cell


def list_as_csv(numbers: Iterable[str], say: dict[str, str]) -> Iterator[str]:
    """CSV lines for a long list, one at a time; `say` words the headings and nothing else."""
    keys = ("input", "isbn13", "isbn13_hyphenated", "isbn10", "isbn10_hyphenated", "registrant", "agency", "problem")
    yield "\ufeff" + _line([say.get(key, key) for key in keys])
    for number in numbers:
        answer = look_at_isbn(number)
        yield _line([safe_cell(str(getattr(answer, key) or "")) for key in keys])


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
