"""The application's record, field by field: each line of the table with an answer and what becomes of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from shuyin.filing.isbn.numbers import numbers
from shuyin.filing.isbn.principles import BY_CODE
from shuyin.filing.isbn.projection import TABLE, book_of, markdown, place_of, record_of, template_of
from shuyin.filing.isbn.ranges import number_at
from shuyin.filing.registry import FILINGS
from shuyin.records import marc
from shuyin.records.book import Format
from shuyin.records.marc import checking, lines
from tests.filing.isbn_answers import APPLICATION_GOOD
from tests.filing.isbn_desk import PLAIN

DOCS = Path(__file__).parents[2] / "docs"


def assigned(answers: dict[str, Any]) -> dict[str, str]:
    return {number.item: number_at("978-957-678", place) for place, number in enumerate(numbers(answers))}


def fields_of(place: str | None = None, **answers: Any) -> list[str]:
    """The record as lines `245 10 $a…`."""
    filled = {**PLAIN, **answers}
    record = marc.parse(record_of(filled, assigned(filled), place=place))
    return [f"{one.tag} {one.indicators} {one.content}".replace("  ", " ") for one in lines.to_lines(record)]


#: answers of the table → (answers, a line that is there, one that is not)
CASES: dict[str, tuple[dict[str, Any], str, str]] = {
    "title": (
        {"title": "哈利波特. 1, 神秘的魔法石= Harry Potter and the Philosopher's Stone"},
        "245 10 $a哈利波特.$n1,$p神秘的魔法石 =$bHarry Potter and the Philosopher's Stone /$c王小明著",
        "245 10 $a哈利波特. 1",
    ),
    "authors": (
        {"authors": "安東尼.聖修伯里(Antoine de Saint-Exupéry)著; 馬克.揚森(Mark Janssen)繪; 鄭麗君譯"},
        "700 0# $a鄭麗君$e譯",
        "100 0# $a安東尼.聖修伯里(Antoine",
    ),
    "F_edition": ({"print_edition": "修訂一版"}, "250 ## $a修訂一版", "500 ## $a版次"),
    "publisher": ({"publisher": "國家圖書館"}, "264 #1 $b國家圖書館,$c2026-04", "264 #1 $a"),
    "organisation": ({}, "264 #1 $a臺北市 :$b書坊有限公司,$c2026-04", "264 #1 $b"),
    "F_published": ({"print_published": "2026-05"}, "264 #1 $b書坊有限公司,$c2026-05", "500 ## $a出版年月"),
    "F_bindings, F_formats": (
        {"print_bindings": ["other"], "print_other_binding": "線裝", "print_price_other": "900"},
        "020 ## $a9789576780004$q線裝$cNT$900",
        "020 ## $a9789576780011",
    ),
    "F_price…": ({"print_price_hard": "0"}, "020 ## $a9789576780004$q精裝$c非賣品", "NT$0"),
    "print_pages": ({"print_pages": "111"}, "300 ## $a111頁 ;$c21 x 14.8公分", "320頁"),
    "print_height, print_width": ({"print_height": "26", "print_width": "19"}, "$c26 x 19公分", "14.8"),
    "F_parts": (
        {
            "print_numbering": "set",
            "print_volumes": "1",
            "print_parts": [{"number": "1", "isbn": "9789576787713", "title": "上冊"}],
        },
        "787 08 $i第1冊$t上冊$z9789576787713",
        "020 ## $a9789576787713",
    ),
    "F_former_isbn": (
        {"print_revised": "yes", "print_former_isbn": "9789576787713"},
        "775 08 $i舊版$z9789576787713",
        "020 ## $z",
    ),
    "language, national_language": ({"national_language": "臺灣台語"}, "041 0# $achi$anan", "041 0# $anan"),
    "audience": ({"audience": "青少年"}, "521 8# $3適讀對象$a青少年", "成人(一般)"),
    "rating": ({"rating": "限制級"}, "521 8# $3分級註記$a限制級", "普通級"),
    "topic": ({"topic": "兒童文學"}, "655 #7 $3圖書主題$a兒童文學$2local", "$a總類"),
    "shelf, shelf_children, shelf_textbook": (
        {"shelf": "兒童讀物(含繪本、故事書等)", "shelf_children": "繪本、圖畫書"},
        "655 #7 $3建議上架分類$a兒童讀物(含繪本、故事書等)--繪本、圖畫書$2local",
        "人文史地",
    ),
    "intro": ({"intro": "第一段。\n第二段。"}, "520 ## $a第二段。", "520 ## $a第一段。第二段。"),
    "contents": ({"contents": "第一章\n第二章"}, "505 0# $a第二章", "505 0# $a無"),
    "keywords": ({"keywords": "甲;乙"}, "653 ## $a乙", "甲;乙"),
    "F_set_title": (
        {"print_numbering": "set", "print_set_title": "文化叢書", "print_volumes": "2"},
        "500 ## $a套書名稱：文化叢書",
        "490",
    ),
    "print_attachment": (
        {"print_bindings": ["soft", "attachment"], "print_attachment": "DVD 1 片", "print_price_attachment": "100"},
        "500 ## $a附件：DVD 1 片，NT$100",
        "$qDVD",
    ),
    "imported": ({"imported": "yes"}, "500 ## $a引進版權著作", "500 ## $a國家語言"),
    "forms": ({"forms": ["audio"]}, "336 ## $a口語$bspw$2rdacontent", "336 ## $a文字"),
}


@pytest.mark.parametrize("answers", CASES)
def test_a_line_of_the_table(answers: str) -> None:
    given, there, absent = CASES[answers]
    record = fields_of("臺北市" if answers == "organisation" else None, **given)
    assert any(line.startswith(there) or there in line for line in record), record
    assert not any(absent in line for line in record), record


def test_every_line_of_the_table_has_its_case() -> None:
    assert set(CASES) == {row.answers for row in TABLE}
    assert len(CASES) == 24
    page = (DOCS / "filing-record.md").read_text(encoding="utf-8")
    assert markdown() in page


def test_every_answer_of_the_application_is_in_the_table_or_is_not_for_the_record() -> None:
    """A field that is added to the form must be thought of here."""
    elsewhere = {
        "filler", "filler_email", "filler_phone", "filler_extension", "filler_mobile", "filler_fax", "cip",
        "cip_excluded", "subjects", "classes", "print_revised", "ebook_revised", "audio_revised", "print_volumes",
        "ebook_volumes", "audio_volumes", "print_numbering", "ebook_numbering", "audio_numbering", "ebook_named",
        "ebook_joint", "ebook_first_named", "ebook_extension", "audio_spoken",
    }  # fmt: skip
    said = " ".join(row.answers for row in TABLE)
    names = [field.name for field in FILINGS["isbn"].fields() if field.name not in elsewhere]
    assert len(names) > 30
    for name in names:
        form, _, rest = name.partition("_")
        asked = f"F_{rest}" if form in ("print", "ebook", "audio") else name
        alike = {"F_price_hard": "F_price", "F_price_soft": "F_price", "F_price_other": "F_price",
                 "F_price_attachment": "print_attachment", "F_other_binding": "F_bindings",
                 "F_format_other": "F_formats", "language_other": "language",
                 "national_other": "national_language"}  # fmt: skip
        assert alike.get(asked, asked) in said or name in said, name


def test_the_whole_application_keeps_to_the_format_and_reads_back() -> None:
    given = assigned(APPLICATION_GOOD)
    made = record_of(APPLICATION_GOOD, given, place="臺北市", cip_number="115000001", control_number="I115000001")
    record = marc.parse(made)
    assert checking.check(record) == []
    book = marc.read(record)
    assert book.isbns == tuple(given.values())
    assert {b.format for b in book.bindings} == {Format.PRINT, Format.EBOOK, Format.AUDIO}
    meant = book_of(APPLICATION_GOOD, given, place="臺北市", cip_number="115000001")
    assert (book.title, book.bindings, book.summary, book.notes) == (
        meant.title,
        meant.bindings,
        meant.summary,
        meant.notes,
    )
    assert (book.subjects, book.classes) == ((), ())  # the publisher proposes, the cataloguer decides
    assert len(template_of(APPLICATION_GOOD)) == 8


def test_numbers_of_sets_volumes_bindings_and_formats() -> None:
    wanted = numbers(APPLICATION_GOOD)
    assert [(n.item, n.label) for n in wanted] == [
        ("print-set-hard", "全套：精裝"),
        ("print-set-soft", "全套：平裝"),
        ("print-1-hard", "第1冊：精裝"),
        ("print-1-soft", "第1冊：平裝"),
        ("print-2-hard", "第2冊：精裝"),
        ("print-2-soft", "第2冊：平裝"),
        ("ebook-set-EPUB", "全套：EPUB"),
        ("ebook-set-PDF", "全套：PDF"),
        ("ebook-1-PDF", "第1冊：PDF"),
        ("audio-set-MP3", "全套：MP3有聲書"),
        ("audio-1-MP3", "第1冊：MP3有聲書"),
    ]
    assert {n.principle for n in wanted} | {n.principle for n in numbers(PLAIN)} <= set(BY_CODE)
    only_sets = {**APPLICATION_GOOD, "print_numbering": "set", "ebook_numbering": "single", "forms": ["print", "ebook"]}
    assert [n.item for n in numbers(only_sets)] == ["print-set-hard", "print-set-soft", "ebook-EPUB", "ebook-PDF"]


def test_a_volume_that_has_its_number_keeps_it() -> None:
    parts = [
        {"number": "1", "isbn": "9789576787713", "title": "上冊"},
        {"number": "下冊", "isbn": "", "title": "下冊"},
    ]
    answers = {**PLAIN, "print_numbering": "both", "print_bindings": ["soft"], "print_parts": parts}
    assert [n.label for n in numbers(answers)] == ["全套：平裝", "下冊：平裝"]


def test_places_of_addresses() -> None:
    cases = {
        "100201 臺北市中正區中山南路20號": "臺北市",
        "台中市西區": "臺中市",
        "(106)新北市板橋區": "新北市",
        "新竹縣竹北市": "新竹縣",
        "No. 20, Zhongshan S. Rd.": None,
        None: None,
    }
    assert {address: place_of(address) for address in cases} == cases
