"""The bibliographic record that an application makes: answers and numbers → `Book` → MARC21 (docs/filing-record.md).

`TABLE` says field by field what comes from where; a test walks it. Subjects and class numbers are not taken over:
what the publisher proposes is shown to the cataloguer, who decides (S0 l.1451).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from shuyin.filing.isbn.numbers import FORMATS, Number, numbers, price_of, volume_label
from shuyin.records import isbn, marc
from shuyin.records.book import Binding, Book, Format, RelatedWork
from shuyin.records.languages import LANGUAGES
from shuyin.records.marc import lines
from shuyin.records.printed_titles import PrintedTitle, filed_title
from shuyin.records.responsibility import contributors

Answers = Mapping[str, Any]

#: 國家語言 (S0 l.1349–1354) → MARC language codes; 臺灣華語 and 非國家語言 add nothing to 作品語文.
NATIONAL_LANGUAGES = {"臺灣台語": "nan", "臺灣客語": "hak", "臺灣原住民族語": "map"}
#: 目次 of a book without contents (S0 l.1415).
NO_CONTENTS = "無"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: answers, attribute of `Book`, MARC field, what to know."""

    answers: str
    attribute: str
    tag: str
    note: str


#: 040: the agency and its language; RDA.
COMMON_TEMPLATE = lines.MarcLine("040", "##", "$aNCL$bchi$erda")
#: 336–338 by form (RDA content, media and carrier types with their codes).
TEMPLATES: Mapping[str, tuple[lines.MarcLine, ...]] = {
    "print": (
        lines.MarcLine("336", "##", "$a文字$btxt$2rdacontent"),
        lines.MarcLine("337", "##", "$a無媒介$bn$2rdamedia"),
        lines.MarcLine("338", "##", "$a冊$bnc$2rdacarrier"),
    ),
    "ebook": (
        lines.MarcLine("336", "##", "$a文字$btxt$2rdacontent"),
        lines.MarcLine("337", "##", "$a電腦$bc$2rdamedia"),
        lines.MarcLine("338", "##", "$a線上資源$bcr$2rdacarrier"),
    ),
    "audio": (
        lines.MarcLine("336", "##", "$a口語$bspw$2rdacontent"),
        lines.MarcLine("337", "##", "$a聲音$bs$2rdamedia"),
    ),
}

TABLE: tuple[Row, ...] = (
    Row("title", "title, parts", "245, 246", "書名. 編次, 分冊名: 副書名= 並列書名"),
    Row("authors", "responsibility, contributors", "245 $c, 100, 700", "以「; 」分隔；姓名後的職責入 $e"),
    Row("F_edition", "edition", "250", "第一種形式的版次；其他形式不同時入 500"),
    Row("publisher", "publisher", "264 $b", ""),
    Row("organisation", "place", "264 $a", "出版機構地址的縣市"),
    Row("F_published", "published", "264 $c, 008", "最早的出版年月；其他形式不同時入 500"),
    Row("F_bindings, F_formats", "bindings", "020 $a $q", "每個號碼一欄；套號註明「全套」，分冊註明冊次"),
    Row("F_price…", "bindings", "020 $c", "NT$；0 為非賣品"),
    Row("print_pages", "bindings", "300 $a", "紙本書的裝訂"),
    Row("print_height, print_width", "bindings", "300 $c", "長 × 寬"),
    Row("F_parts", "related", "787", "先前已有號碼的分冊"),
    Row("F_former_isbn", "related", "775", "舊版 ISBN"),
    Row("language, national_language", "language, languages", "041, 008/35–37", "國家語言的代碼列於作品語文之後"),
    Row("audience", "audience", "521", ""),
    Row("rating", "rating", "521", ""),
    Row("topic", "category", "655", ""),
    Row("shelf, shelf_children, shelf_textbook", "shelf_category", "655", "有細項時以「--」相連"),
    Row("intro", "summary", "520", "每段一欄"),
    Row("contents", "contents", "505", "「無」則不著錄"),
    Row("keywords", "keywords", "653", "每詞一欄"),
    Row("F_set_title", "notes", "500", "與書名不同時"),
    Row("print_attachment", "notes", "500", "附件與定價"),
    Row("imported", "notes", "500", "引進版權著作"),
    Row("forms", "format", "LDR/06, 040, 336–338", "各形式的編目範本"),
)


def book_of(
    answers: Answers, assigned: Mapping[str, str], *, place: str | None = None, cip_number: str | None = None
) -> Book:
    """The record of an application; `assigned` are its numbers by item, `place` is where the publisher sits."""
    printed = filed_title(str(answers.get("title") or ""))
    statement = str(answers.get("authors") or "")
    forms = [form for form in FORMATS if form in (answers.get("forms") or ())]
    languages = _languages(answers)
    return Book(
        title=printed.whole,
        parts=printed.parts,
        responsibility=statement or None,
        contributors=contributors(statement, roles_always=True) if statement else (),
        edition=_first(answers, forms, "edition"),
        place=place,
        publisher=str(answers.get("publisher") or "") or None,
        published=min(_each(answers, forms, "published"), default=None),
        bindings=tuple(_binding(answers, number, assigned.get(number.item)) for number in numbers(answers)),
        keywords=tuple(word for word in str(answers.get("keywords") or "").split(";") if word),
        summary=str(answers.get("intro") or "") or None,
        contents=_contents(answers),
        notes=tuple(_notes(answers, forms, printed)),
        language=languages[0] if languages else None,
        languages=languages,
        audience=str(answers.get("audience") or "") or None,
        rating=str(answers.get("rating") or "") or None,
        category=str(answers.get("topic") or "") or None,
        shelf_category=_shelf(answers),
        format=FORMATS[forms[0]] if forms else Format.PRINT,
        cip_number=cip_number,
        related=tuple(_related(answers, forms)),
    )


def record_of(
    answers: Answers,
    assigned: Mapping[str, str],
    *,
    place: str | None = None,
    cip_number: str | None = None,
    control_number: str | None = None,
) -> bytes:
    """The same as a MARC21 record in ISO 2709, with the fields of the form's template. `marc.RecordTooLong`."""
    book = book_of(answers, assigned, place=place, cip_number=cip_number)
    written = lines.to_lines(marc.write(replace(book, control_number=control_number)))
    return marc.serialise(lines.from_lines([*written, *template_of(answers)]))


def template_of(answers: Answers) -> list[lines.MarcLine]:
    """Fields that every record of these forms has: who catalogued, content, media and carrier."""
    forms = [form for form in FORMATS if form in (answers.get("forms") or ())]
    made = [COMMON_TEMPLATE, *(line for form in forms for line in TEMPLATES[form])]
    return list(dict.fromkeys(made))


def _each(answers: Answers, forms: Iterable[str], name: str) -> list[str]:
    return [str(value) for form in forms if (value := answers.get(f"{form}_{name}"))]


def _first(answers: Answers, forms: Iterable[str], name: str) -> str | None:
    return next(iter(_each(answers, forms, name)), None)


def _binding(answers: Answers, number: Number, given: str | None) -> Binding:
    printed = number.form is Format.PRINT
    pages, height, width = (str(answers.get(f"print_{name}") or "") for name in ("pages", "height", "width"))
    size = " x ".join(part for part in (height, width) if part)
    return Binding(
        isbn=given,
        binding=number.label,
        price=number.price,
        pages=f"{pages}頁" if printed and pages else None,
        size=f"{size}公分" if printed and size else None,
        format=number.form,
    )


def _languages(answers: Answers) -> tuple[str, ...]:
    names = [str(answers.get("language") or ""), str(answers.get("language_other") or "")]
    codes = [code for name in names if (code := LANGUAGES.get(name.casefold()))]
    codes += [code for code in (NATIONAL_LANGUAGES.get(str(answers.get("national_language") or "")),) if code]
    return tuple(dict.fromkeys(codes))


def _contents(answers: Answers) -> str | None:
    text = str(answers.get("contents") or "").strip()
    return None if text in ("", NO_CONTENTS) else text


def _shelf(answers: Answers) -> str | None:
    parts = [str(answers.get(name) or "") for name in ("shelf", "shelf_children", "shelf_textbook")]
    return "--".join(part for part in parts if part) or None


_FORM_WORDS = {"print": "紙本書", "ebook": "電子書", "audio": "有聲書"}


def _notes(answers: Answers, forms: list[str], printed: PrintedTitle) -> Iterable[str]:
    for name, label in (("edition", "版次"), ("published", "出版年月")):
        said = {form: str(answers[f"{form}_{name}"]) for form in forms if answers.get(f"{form}_{name}")}
        if len(set(said.values())) > 1:
            yield f"{label}：" + "；".join(f"{_FORM_WORDS[form]}{value}" for form, value in said.items())
    for title in dict.fromkeys(_each(answers, forms, "set_title")):
        if title != printed.parts.main:
            yield f"套書名稱：{title}"
    if answers.get("print_attachment") and "print" in forms:
        price = price_of(answers.get("print_price_attachment"))
        yield f"附件：{answers['print_attachment']}" + (f"，{price}" if price else "")
    if answers.get("imported") == "yes":
        yield "引進版權著作"
    national = str(answers.get("national_language") or "")
    other = str(answers.get("national_other") or "")
    if national in NATIONAL_LANGUAGES or other:
        yield f"國家語言：{other or national}"


def _related(answers: Answers, forms: list[str]) -> Iterable[RelatedWork]:
    seen: set[str] = set()
    for form in forms:
        former = str(answers.get(f"{form}_former_isbn") or "")
        if former and former not in seen:
            seen.add(former)
            yield RelatedWork("775", None, former, "舊版")
        for place, part in enumerate(answers.get(f"{form}_parts") or (), start=1):
            number = isbn.normalise(str(part.get("isbn") or "")) if part.get("isbn") else None
            if number and number not in seen:
                seen.add(number)
                note = volume_label(str(part.get("number") or place))
                yield RelatedWork("787", str(part.get("title") or "") or None, number, note)


#: Cities and counties (內政部戶政司), as they begin an address after its postcode.
_CITIES = re.compile(
    "[臺台](?:北|中|南|東)[市縣]|新北市|桃園[市縣]|高雄[市縣]|基隆市|新竹[市縣]|嘉義[市縣]|苗栗縣|彰化縣|南投縣|雲林縣|屏東縣"
    "|宜蘭縣|花蓮縣|澎湖縣|金門縣|連江縣"
)


def markdown() -> str:
    """The table as docs/filing-record.md prints it."""
    rows = [f"| {row.answers} | {row.tag} | `{row.attribute}` | {row.note} |" for row in TABLE]
    return "\n".join(["| 申請欄位 | MARC21 | 屬性（`Book`） | 說明 |", "|---|---|---|---|", *rows])


def place_of(address: str | None) -> str | None:
    """The city or county of a publisher's address, as 264 $a has it; None if it names none."""
    found = _CITIES.search(address or "")
    return found[0].replace("台", "臺") if found else None
