"""MARC21 ⇄ Book: round trip, other people's records, machine marks, and the table of docs/marc.md."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymarc import Field, Indicators, MARCReader, Record, Subfield

from shuyin.records import marc
from shuyin.records.book import (
    CATALOGUER,
    Binding,
    Book,
    ClassNumber,
    Contributor,
    Format,
    Link,
    RelatedWork,
    Series,
    Subject,
    TitleParts,
)
from shuyin.records.marc import table, titles
from tests.shared_data import shared

HAN = st.text("臺灣期刊資源學術能量風貌報告國家圖書館典藏取用研究主題分析紅樓夢歷史", min_size=1, max_size=8)
LATIN = st.sampled_from(["Python", "C++ primer", "Harry Potter", "5G network", "Antoine de Saint-Exupéry"])
WORDS = HAN | LATIN
MAYBE = st.none() | WORDS
ASSIGNED = st.sampled_from([CATALOGUER, "shuyin-silver-1", "shuyin-model-2026"])


@st.composite
def bindings(draw: st.DrawFn) -> tuple[Binding, ...]:
    numbers = draw(st.lists(st.sampled_from(["9789576787713", "9789570812343", "9786260104504"]), unique=True))
    same = draw(st.booleans())
    pages, size = draw(st.sampled_from([("86頁", "30公分"), ("86頁", None), (None, None)]))
    made = []
    for place, number in enumerate(numbers):
        form = draw(st.sampled_from([Format.PRINT, Format.EBOOK, Format.AUDIO]))
        label = {Format.PRINT: "平裝", Format.EBOOK: "EPUB", Format.AUDIO: "有聲書"}[form]
        own = (pages, size) if same or pages is None else (f"{place + 1}頁", size)
        made.append(Binding(number, label, draw(st.sampled_from([None, "NT$300"])), *own, format=form))
    return tuple(made)


@st.composite
def books(draw: st.DrawFn) -> Book:
    number = draw(st.sampled_from([None, "113年", "第2冊"]))
    parts = TitleParts(
        main=draw(WORDS),
        remainder=draw(MAYBE),
        part_number=number,
        part_name=draw(MAYBE),
        parallel=tuple(draw(st.lists(LATIN, unique=True, max_size=2))),
    )
    found = draw(bindings())
    languages = tuple(draw(st.lists(st.sampled_from(["chi", "eng", "jpn"]), unique=True, max_size=2)))
    names = draw(st.lists(HAN, unique=True, max_size=3))
    return Book(
        title=titles.display(parts),
        parts=parts,
        responsibility=draw(MAYBE),
        contributors=tuple(Contributor(name, draw(st.sampled_from([None, "著", "譯"]))) for name in names),
        edition=draw(st.sampled_from([None, "初版", "修訂九版"])),
        place=draw(MAYBE),
        publisher=draw(MAYBE),
        published=draw(st.sampled_from([None, "2025", "2025-04", "2025-04-09"])),
        bindings=found,
        series=tuple(
            Series(t, draw(st.sampled_from([None, "12"]))) for t in draw(st.lists(HAN, unique=True, max_size=2))
        ),
        subjects=tuple(
            Subject(label, draw(st.sampled_from(["lcstt", "lcsh", None])), draw(ASSIGNED))
            for label in draw(st.lists(HAN, unique=True, max_size=3))
        ),
        classes=draw(st.sampled_from([(), (ClassNumber("011.016", "ncsclt"),), (ClassNumber("610", "ncsclt", "m"),)])),
        keywords=tuple(draw(st.lists(HAN, unique=True, max_size=3))),
        summary=draw(MAYBE),
        contents=draw(MAYBE),
        notes=tuple(draw(st.lists(HAN, unique=True, max_size=2))),
        language=languages[0] if languages else None,
        languages=languages,
        audience=draw(MAYBE),
        rating=draw(st.sampled_from([None, "普遍級", "限制級"])),
        category=draw(MAYBE),
        shelf_category=draw(MAYBE),
        format=found[0].format if found else draw(st.sampled_from([Format.PRINT, Format.EBOOK, Format.AUDIO])),
        cip_number=draw(st.sampled_from([None, "114004670"])),
        control_number=draw(st.sampled_from([None, "001234"])),
        links=tuple(Link(f"https://example.org/{n}", draw(MAYBE)) for n in range(draw(st.integers(0, 2)))),
        related=draw(st.sampled_from([(), (RelatedWork("776", "電子版", "9789576787713", "其他形式"),)])),
    )


@settings(max_examples=200, deadline=None)
@given(books())
def test_what_is_written_is_read_back(book: Book) -> None:
    again = marc.read(marc.serialise(marc.write(book)))
    differing = {f.name: (getattr(book, f.name), getattr(again, f.name)) for f in fields(Book)}
    assert {name: pair for name, pair in differing.items() if pair[0] != pair[1]} == {}


@settings(max_examples=50, deadline=None)
@given(books())
def test_equal_books_give_equal_bytes_and_identify_reads_the_same_isbns(book: Book) -> None:
    content = marc.serialise(marc.write(book))
    assert content == marc.serialise(marc.write(book))
    found = marc.identify(content)
    assert found.control_number == book.control_number
    assert [isbn for isbn in found.isbns if isbn] == list(book.isbns)


def record(*own: tuple[str, str, str, list[tuple[str, str]]]) -> Record:
    made = Record(force_utf8=True)
    for tag, first, second, values in own:
        made.add_field(
            Field(tag=tag, indicators=Indicators(first, second), subfields=[Subfield(c, v) for c, v in values])
        )
    return made


def test_the_report_of_the_source_document_is_read_as_it_is_printed() -> None:
    book = marc.read(
        record(
            ("245", "1", "0", [
                ("a", "臺灣期刊資源學術能量風貌報告."), ("n", "113年 :"),
                ("b", "國家圖書館期刊資源典藏取用及熱門研究主題分析 /"), ("c", "國家圖書館知識服務組執行編輯"),
            ]),
            ("264", " ", "1", [("a", "臺北市 :"), ("b", "國家圖書館,"), ("c", "民114.04")]),
            ("020", " ", " ", [("a", "978-957-678-771-3"), ("q", "(平裝) :"), ("c", "NT$300")]),
        )
    )  # fmt: skip
    assert book.title == "臺灣期刊資源學術能量風貌報告. 113年 : 國家圖書館期刊資源典藏取用及熱門研究主題分析"
    assert (book.place, book.publisher, book.published) == ("臺北市", "國家圖書館", "2025-04")
    assert book.responsibility == "國家圖書館知識服務組執行編輯"
    assert [(b.isbn, b.binding, b.price) for b in book.bindings] == [("9789576787713", "平裝", "NT$300")]


def test_romanised_fields_give_way_to_their_script() -> None:
    book = marc.read(
        record(
            ("100", "1", " ", [("6", "880-01"), ("a", "Chen, Mingdong,"), ("d", "1950-")]),
            ("245", "1", "0", [("6", "880-02"), ("a", "Sen lin xue ci dian /"), ("c", "Chen Mingdong.")]),
            ("880", "1", " ", [("6", "100-01/$1"), ("a", "陳銘東,"), ("d", "1950-")]),
            ("880", "1", "0", [("6", "245-02/$1"), ("a", "森林學辭典 /"), ("c", "陳銘東.")]),
            ("880", " ", " ", [("6", "500-00/$1"), ("a", "沒有對應欄位")]),
        )
    )
    assert book.title == "森林學辭典"
    assert book.parts.variants == ("Sen lin xue ci dian",)
    assert [(c.name, c.latin, c.dates) for c in book.contributors] == [("陳銘東", "Chen, Mingdong", "1950-")]
    assert any("沒有對應欄位" in text for text in book.original_script)


def test_what_a_machine_assigned_is_marked() -> None:
    book = Book(
        title="書",
        parts=TitleParts("書"),
        subjects=(Subject("歷史", "lcstt", "model-a"), Subject("地理", "lcstt")),
        classes=(ClassNumber("610", "ncsclt", "model-a"),),
    )
    made = marc.write(book)
    (note,) = made.get_fields("883")
    assert (note.indicator1, note["a"]) == ("0", "model-a")
    assert made.get_fields("084")[0]["8"] == note["8"]
    assert [f.get("8") for f in made.get_fields("650")] == [note["8"], None]


@pytest.mark.parametrize(
    ("number", "binding", "invalid"),
    [
        ("9780415453806 (cloth : alk. paper)", "cloth : alk. paper", None),
        ("957-678-771-8 (平裝)", "平裝", None),
        ("9789576787714", None, "9789576787714"),
        ("無", None, "無"),
    ],
)
def test_isbns_as_others_write_them(number: str, binding: str | None, invalid: str | None) -> None:
    (found,) = marc.read(record(("020", " ", " ", [("a", number)]))).bindings
    assert (found.binding, found.invalid_isbn, found.isbn is None) == (binding, invalid, invalid is not None)


def test_an_empty_record_is_read_as_unknown() -> None:
    book = marc.read(Record())
    assert (book.title, book.contributors, book.published) == ("", (), None)


def test_bytes_that_are_no_record_are_refused() -> None:
    for content in (b"", b"not a record", b"00026nam a2200025 a 4500"):
        with pytest.raises(marc.DamagedRecord):
            marc.parse(content)


def test_the_page_prints_the_table_of_the_code() -> None:
    page = Path(__file__).parents[2] / "docs" / "marc.md"
    assert table.in_page(page) == table.markdown()


def test_the_table_names_every_value_of_a_book() -> None:
    named = {name.split(".")[0].strip() for row in table.TABLE for name in row.attribute.split(",")}
    assert {f.name for f in fields(Book)} | {"assigned_by"} == named


@pytest.mark.parametrize(("name", "count"), [("uva-0001-1000.mrc", 1000), ("pride-and-prejudice.mrc", 383)])
def test_records_of_other_libraries_are_read(name: str, count: int) -> None:
    found = 0
    with shared(f"marc/{name}").open("rb") as file:
        for made in MARCReader(file, to_unicode=True, utf8_handling="replace"):
            if made is not None:
                book = marc.read(made)
                assert bool(book.title) == bool(made.get_fields("245"))  # some have lost their title
                found += 1
    assert found == count
