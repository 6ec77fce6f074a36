"""MARC21 in detail: any text, long texts, bindings with pages of their own, two scripts, lengths, real files."""

from __future__ import annotations

import contextlib
import io
from dataclasses import fields
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymarc import Field, Indicators, MARCReader, Record, Subfield

from shuyin.records import marc
from shuyin.records.book import (
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
from shuyin.records.marc import iso2709, table
from shuyin.records.marc.reading import TAGS_READ
from shuyin.records.marc.titles import trimmed
from tests.shared_data import shared

#: What separates parts of a field in ISBD, or is itself a mark of ours: a value that holds it is two values.
_SEPARATORS = ("=", " :", " /", " ;", ". ", "--", "、", "[", "]", "<", ">", "〔", "〕", "(", ")", "（", "）")


def _is_one_value(text: str) -> bool:
    return text[:1] not in ":：/" and trimmed(text) == text and not any(mark in text for mark in _SEPARATORS)


LETTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp"), exclude_characters="\u3000")
VALUE = st.text(LETTERS, min_size=1, max_size=20).filter(_is_one_value)
MAYBE = st.none() | VALUE
MANY = st.lists(VALUE, unique=True, max_size=3).map(tuple)
LATIN = st.sampled_from([None, "Li, Yu"])
ISBNS = ["9789576787713", "9789570812343", "9786260104504", "9780141439518", "9791032305690"]


@st.composite
def any_bindings(draw: st.DrawFn) -> tuple[Binding, ...]:
    made = []
    for isbn in draw(st.lists(st.sampled_from(ISBNS), unique=True, max_size=4)):
        label, form = draw(
            st.sampled_from([
                ("平裝", Format.PRINT), ("精裝", Format.PRINT), ("EPUB", Format.EBOOK), ("線上MP3", Format.AUDIO),
                ("套書", Format.PRINT), ("平裝", Format.EBOOK), (None, Format.EBOOK), (None, Format.PRINT),
            ])
        )  # fmt: skip
        made.append(
            Binding(
                isbn, label, draw(MAYBE), draw(MAYBE), draw(MAYBE), form, draw(st.sampled_from([None, "9789576787714"]))
            )
        )
    return tuple(made)


@st.composite
def any_books(draw: st.DrawFn) -> Book:
    parallel = draw(MANY)
    parts = TitleParts(
        draw(VALUE), draw(MAYBE), draw(MAYBE), draw(MAYBE), parallel,
        tuple(v for v in draw(MANY) if v not in parallel), draw(MAYBE),
    )  # fmt: skip
    found = draw(any_bindings())
    languages = tuple(draw(st.lists(st.sampled_from(["chi", "eng", "jpn"]), unique=True, max_size=2)))
    assigned = st.sampled_from(["cataloguer", "model-a", "model-b"])
    kinds = st.sampled_from(["person", "corporate", "meeting"])
    return Book(
        title=marc.display_title(parts),
        parts=parts,
        responsibility=draw(MAYBE),
        contributors=tuple(
            Contributor(name, draw(MAYBE), kind, None if kind == "meeting" else draw(MAYBE), draw(LATIN))
            for name in draw(MANY)
            for kind in [draw(kinds)]
        ),
        edition=draw(MAYBE), place=draw(MAYBE), publisher=draw(MAYBE),
        published=draw(st.sampled_from([None, "1912", "2025", "2025-04", "2025-04-09"])),
        bindings=found,
        series=tuple(Series(title, draw(MAYBE)) for title in draw(MANY)),
        subjects=tuple(
            Subject(label, draw(st.sampled_from(["lcstt", "lcsh", "mesh", None])), draw(assigned), tag)
            for label in draw(MANY)
            for tag in [draw(st.sampled_from(["600", "650", "651", "655"]))]
        ),
        classes=draw(st.sampled_from([(), (ClassNumber("011.016", "ncsclt", "model-a"), ClassNumber("025", "ddc"))])),
        keywords=draw(MANY),
        summary="\n".join(draw(MANY)) or None,
        contents="\n".join(draw(MANY)) or None,
        notes=draw(MANY),
        language=languages[0] if languages else None,
        languages=languages,
        original_language=draw(st.sampled_from([None, "fre"])),
        audience=draw(MAYBE), rating=draw(MAYBE), category=draw(MAYBE), shelf_category=draw(MAYBE),
        format=found[0].format if found else draw(st.sampled_from(list(Format))),
        cip_number=draw(st.sampled_from([None, "114004670"])),
        control_number=draw(st.sampled_from([None, "001234"])),
        links=tuple(Link("https://example.org/", draw(MAYBE)) for _ in range(draw(st.integers(0, 2)))),
        related=tuple(
            RelatedWork(draw(st.sampled_from(["765", "775", "776"])), title, "9789576787713", draw(MAYBE))
            for title in draw(MANY)
        ),
        original_script=draw(MANY),
    )  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(any_books())
def test_any_text_comes_back(book: Book) -> None:
    order = {"765": 0, "775": 1, "776": 2}
    ordered = sorted(book.related, key=lambda work: order[work.tag])
    subjects = sorted(book.subjects, key=lambda subject: subject.tag)
    again = marc.read(marc.serialise(marc.write(book)))
    for field in fields(Book):
        expected = getattr(book, field.name)
        if field.name in ("related", "subjects"):  # fields stand in the order of their tags
            expected = tuple(ordered if field.name == "related" else subjects)
        elif field.name == "contributors":  # the first stays first, the others follow by tag
            expected = (
                *expected[:1],
                *sorted(expected[1:], key=lambda c: ("person", "corporate", "meeting").index(c.kind)),
            )
        assert getattr(again, field.name) == expected, field.name


def _record(*own: tuple[str, str, list[tuple[str, str]]]) -> Record:
    made = Record(force_utf8=True)
    for tag, indicators, values in own:
        subfields = [Subfield(code, value) for code, value in values]
        made.add_field(Field(tag=tag, indicators=Indicators(*indicators), subfields=subfields))
    return made


@pytest.mark.parametrize("text", ["國" * 6000, "圖書 館" * 2000, "word " * 5000 + "end", "𡠄" * 6000])
def test_a_text_longer_than_a_field_is_cut_and_read_whole(text: str) -> None:
    book = Book("書", TitleParts("書"), summary=f"前段\n{text}\n後段", contents=text, notes=(text, "另一則"))
    content = marc.serialise(marc.write(book))
    for field in marc.parse(content).fields:
        assert len(field.as_marc("utf-8")) <= iso2709.MAX_FIELD
    again = marc.read(content)
    assert (again.summary, again.contents, again.notes) == (book.summary, book.contents, book.notes)


def test_what_iso_2709_cannot_hold_is_refused() -> None:
    with pytest.raises(marc.RecordTooLong, match="245"):
        marc.serialise(marc.write(Book("書", TitleParts("書" * 4000))))
    with pytest.raises(marc.RecordTooLong, match="the record"):
        marc.serialise(marc.write(Book("書", TitleParts("書"), contents="目次\n" * 9000)))


def test_bindings_with_pages_of_their_own_are_tied_to_them() -> None:
    bindings = (
        Binding("9789576787713", "平裝", "NT$300", "86面", "30公分"),
        Binding("9789570812343", "平裝", "NT$400", "90面", "26公分"),
        Binding("9786260104504", "EPUB", "NT$200", format=Format.EBOOK),
    )
    made = marc.write(Book("書", TitleParts("書"), bindings=bindings))
    links = [f["8"] for f in made.get_fields("300")]
    assert [f.get("8") for f in made.get_fields("020")] == [*links, None]
    assert len(set(links)) == 2
    assert marc.read(made).bindings == bindings


def test_extents_named_by_binding_or_isbn_without_links() -> None:
    book = marc.read(
        _record(
            ("020", "  ", [("a", "9789576787713"), ("q", "平裝")]),
            ("020", "  ", [("a", "9789570812343"), ("q", "精裝")]),
            ("300", "  ", [("3", "精裝"), ("a", "90面 ;"), ("c", "26公分")]),
            ("300", "  ", [("3", "9789576787713"), ("a", "86面")]),
        )
    )
    assert [(b.pages, b.size) for b in book.bindings] == [("86面", None), ("90面", "26公分")]


def test_one_number_in_ten_and_thirteen_digits_is_one_binding() -> None:
    made = _record(
        ("020", "  ", [("a", "957-678-771-8"), ("c", "NT$300")]), ("020", "  ", [("a", "9789576787713 (pbk.) :")])
    )
    assert marc.read(made).bindings == (Binding("9789576787713", "pbk.", "NT$300"),)
    assert marc.identify(marc.serialise(made)).isbns == ("9789576787713",)


@pytest.mark.parametrize(
    ("qualifier", "binding"),
    [
        ("(平裝) :", "平裝"),
        ("線上有聲書(MP3)", "線上有聲書(MP3)"),
        ("pbk.) :", "pbk."),
        ("（精裝）", "精裝"),
        ("(MP3) (套書)", "MP3) (套書"),
    ],
)
def test_brackets_around_a_qualifier_are_no_part_of_it(qualifier: str, binding: str) -> None:
    (found,) = marc.read(_record(("020", "  ", [("a", "9789576787713"), ("q", qualifier)]))).bindings
    assert found.binding == binding


@pytest.mark.parametrize("number", ["9787520000000", "9789890000000", "9786260000000"])
def test_a_rounded_number_is_no_isbn_though_its_check_digit_may_be_right(number: str) -> None:
    (binding,) = marc.read(_record(("020", "  ", [("a", number)]))).bindings
    assert (binding.isbn, binding.invalid_isbn) == (None, number)


def test_the_script_of_the_book_goes_before_romanised_words() -> None:
    book = marc.read(
        _record(
            ("245", "00", [("6", "880-01"), ("a", "Xie duo /"), ("c", "Shen Qifeng zhu.")]),
            ("260", "  ", [("6", "880-02"), ("a", "Taibei Shi :"), ("b", "Huang guan,"), ("c", "min guo 74 [1985]")]),
            ("440", " 0", [("6", "880-03"), ("a", "Huang guan cong shu ;"), ("v", "1143")]),
            ("880", "00", [("6", "245-01/$1"), ("a", "諧　鐸 /"), ("c", "沈　起鳳　著.")]),
            ("880", "  ", [("6", "260-02/$1"), ("a", "台北市 :"), ("b", "皇冠　出版社,"), ("c", "民國74 [1985]")]),
            ("880", " 0", [("6", "440-03/$1"), ("a", "皇冠叢書 ;"), ("v", "第1143種")]),
        )
    )
    assert (book.title, book.responsibility, book.parts.variants) == ("諧鐸", "沈起鳳著", ("Xie duo",))
    assert (book.place, book.publisher, book.published) == ("台北市", "皇冠出版社", "1985")
    assert book.series == (Series("皇冠叢書", "第1143種"),)
    assert any("Huang guan," in text for text in book.original_script)


def test_a_latin_name_in_brackets_is_kept_apart() -> None:
    values = [("a", "黛安娜.韋恩.瓊斯 (Jones, Diana Wynne),"), ("d", "1934-2011,"), ("e", "著")]
    (person,) = marc.read(_record(("100", "1 ", values))).contributors
    assert person == Contributor("黛安娜.韋恩.瓊斯", "著", "person", "1934-2011", "Jones, Diana Wynne")
    (group,) = marc.read(_record(("710", "2 ", [("a", "National Science Foundation (U.S.)")]))).contributors
    assert (group.name, group.latin) == ("National Science Foundation (U.S.)", None)


def test_883_says_how_sure_the_machine_was_and_when() -> None:
    book = Book("書", TitleParts("書"), subjects=(Subject("歷史", "lcstt", "model-a"),))
    (note,) = marc.write(book, {"model-a": marc.Provenance(0.875, date(2026, 8, 1))}).get_fields("883")
    assert (note.indicator1, note["a"], note["c"], note["d"]) == ("0", "model-a", "0.88", "20260801")


def test_883_of_a_person_marks_nothing() -> None:
    made = _record(
        ("650", " 7", [("8", "1\\p"), ("a", "歷史"), ("2", "lcstt")]), ("883", "2 ", [("8", "1\\p"), ("a", "人工")])
    )
    assert marc.read(made).subjects[0].assigned_by == "cataloguer"


def test_the_table_lists_the_tags_that_the_code_reads_and_writes() -> None:
    assert table.tags() == TAGS_READ
    everything = Book(
        "書", TitleParts("書", "副", "1", "名", ("P",), ("V",), "U"), "著者",
        (Contributor("甲"), Contributor("乙", latin="B")),
        "初版", "臺北", "社", "2025", (Binding("9789576787713", "平裝", "1", "2", "3"),), (Series("叢"),),
        (Subject("題", "lcstt", "m"),), (ClassNumber("1", "ncsclt"), ClassNumber("2", "ddc"), ClassNumber("3", "lcc")),
        ("鍵",), "簡", "目", ("註",), "chi", ("chi",), "eng", "兒童", "普遍級", "類", "架", Format.EBOOK, "1", "2",
        (Link("https://example.org"),), (RelatedWork("776", "t"),), ("x",),
    )  # fmt: skip
    written = {field.tag for field in marc.write(everything).fields}
    assert len(written) >= 25
    assert written <= {tag for row in table.TABLE if row.written for tag in row.tag.split(", ")}


@pytest.mark.parametrize(
    ("name", "count"),
    [("uva-0001-1000.mrc", 1000), ("pride-and-prejudice.mrc", 383), ("yaz-marccol1-u8.mrc", 19)],
)
def test_records_of_libraries_are_serialised_as_pymarc_does_and_read_alike_from_bytes(name: str, count: int) -> None:
    found = 0
    with shared(f"marc/{name}").open("rb") as file, contextlib.redirect_stderr(io.StringIO()):
        for record in MARCReader(file, to_unicode=True, utf8_handling="replace"):
            assert record is not None
            content = marc.serialise(record)
            assert marc.serialise(marc.parse(content)) == content
            assert marc.read(content) == marc.read(record)
            assert [f.as_marc("utf-8") for f in marc.parse(content)] == [f.as_marc("utf-8") for f in record]
            found += 1
    assert found == count


def test_utf8_records_come_out_byte_for_byte() -> None:
    pieces = [
        piece + b"\x1d" for piece in shared("marc/yaz-marccol1-u8.mrc").read_bytes().split(b"\x1d") if piece.strip()
    ]
    same = [piece for piece in pieces if marc.serialise(marc.parse(piece)) == piece]
    assert len(pieces) == 19
    assert len(same) == 19
