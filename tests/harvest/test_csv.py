"""CSV: rows keep their bytes, damage stays local, every row ends as a record or with a reason."""

from __future__ import annotations

import csv
import io
from collections import Counter

import pytest

from shuyin.harvest.readers import tables
from shuyin.harvest.readers.ncl_csv import NclCsvReader
from shuyin.harvest.readers.plain_csv import COLUMNS, PlainCsvReader
from shuyin.harvest.reading import Rejected, UnreadableFile
from shuyin.harvest.reasons import Reason
from shuyin.records import marc
from shuyin.records.book import Book, Format
from shuyin.records.services import MatchBy
from tests.harvest import samples
from tests.shared_data import shared


def rows(text: str | bytes) -> list[bytes]:
    return list(tables.split(io.BytesIO(text if isinstance(text, bytes) else text.encode())))


def plain(text: str) -> Book:
    return marc.read(PlainCsvReader().convert(rows(text)[0], "t").marc)


def refusal(piece: bytes) -> Reason:
    with pytest.raises(Rejected) as caught:
        PlainCsvReader().convert(piece, "t")
    return caught.value.code


def test_rows_with_line_breaks_and_quotes_keep_their_bytes() -> None:
    text = 'isbn,title\n9789576787713,"a ""quoted""\n title"\n\n,\n9789576787829,b\n'
    assert rows(text) == [b'isbn,title\n9789576787713,"a ""quoted""\n title"\n', b"isbn,title\n9789576787829,b\n"]


def test_an_open_quote_costs_its_own_line_only() -> None:
    good = [f"97895767877{n},title {n}" for n in range(40)]
    bad = '9789576787713,"never closed'
    pieces = rows("\n".join(["isbn,title", *good[:20], bad, *good[20:]]))
    assert [p.decode().split("\n")[1].strip() for p in pieces] == [*good[:20], bad, *good[20:]]
    assert refusal(pieces[20]) is Reason.UNCLOSED_QUOTE


def test_an_open_quote_in_a_long_file_costs_its_own_line_only() -> None:
    line = "9789576787713," + "長" * 300
    count = 2 * tables.LONGEST_CELL // len(line.encode())
    pieces = rows("\n".join(["isbn,title", '1,"open', *[line] * count]))
    assert len(pieces) == count + 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp950"])
def test_encodings_of_spreadsheets(encoding: str) -> None:
    pieces = rows("書號,書名,作者\n9789576787713,測試許功蓋,某人 著\n".encode(encoding))
    book = marc.read(PlainCsvReader().convert(pieces[0], "t").marc)
    assert (book.title, book.contributors[0].role) == ("測試許功蓋", "著")


def test_files_that_are_no_csv_say_what_to_do() -> None:
    with pytest.raises(UnreadableFile, match="UTF-8"):
        rows("isbn,title\n1,a\n".encode("utf-16"))
    with pytest.raises(UnreadableFile):
        rows(b"")


def test_all_documented_columns_are_read() -> None:
    values = {
        "isbn": "978-957-678-771-3",
        "title": "測試：副書名 2",
        "author": "甲/ 乙/ 編著",
        "publisher": "測試出版",
        "published": "2025-09-03",
        "price": "1,200",
        "binding_or_format": "精裝",
        "edition": "二版",
        "series": "叢書一;叢書二",
        "language": "繁體中文",
        "pages": "320",
        "size": "21公分",
        "summary": "一段\n二段",
        "contents": "第一章\n第二章",
        "keywords": "甲;乙；丙;;",
        "class_number": "019.1",
        "subjects": "閱讀;圖書館",
        "audience": "青少年",
        "rating": "普遍級",
        "category": "總類",
        "control_number": "X-1",
    }
    assert set(values) == set(COLUMNS) - {"eisbn"}
    out = io.StringIO()
    writer = csv.DictWriter(out, [*values, "shop_category", "source", "anything"])
    writer.writeheader()
    writer.writerow(values)
    piece = rows(out.getvalue())[0]
    record = PlainCsvReader().convert(piece, "t")
    book = marc.read(record.marc)
    assert record.match_by is MatchBy.CONTROL_NUMBER
    assert record.original == piece
    binding = book.bindings[0]
    assert (binding.isbn, binding.binding, binding.price) == ("9789576787713", "精裝", "NT$1200")
    assert (binding.pages, binding.size) == ("320頁", "21公分")
    assert [(c.name, c.role) for c in book.contributors] == [("甲", "編著"), ("乙", "編著")]
    assert (book.publisher, book.published, book.edition) == ("測試出版", "2025-09-03", "二版")
    assert [s.title for s in book.series] == ["叢書一", "叢書二"]
    assert [s.label for s in book.subjects] == ["閱讀", "圖書館"]
    assert [(c.number, c.scheme) for c in book.classes] == [("019.1", "ncsclt")]
    assert book.keywords == ("甲", "乙", "丙")
    assert (book.language, book.audience, book.rating, book.category) == ("chi", "青少年", "普遍級", "總類")
    assert (book.summary, book.contents) == ("一段\n二段", "第一章\n第二章")
    assert book.control_number == "X-1"


def test_print_and_ebook_numbers_in_one_row_are_two_bindings() -> None:
    book = plain("isbn,eisbn,title,price,format\n9789570536669,9789570537079,歡迎加入動物聊天室,420,流動版面 EPUB\n")
    assert [(b.isbn, b.format, b.price) for b in book.bindings] == [
        ("9789570536669", Format.PRINT, None),
        ("9789570537079", Format.EBOOK, "NT$420"),
    ]


def test_a_number_that_is_wrong_beside_a_good_one_is_a_warning() -> None:
    piece = rows("isbn,eisbn,title\n9789570536669,9786260000000,書\n")[0]
    record = PlainCsvReader().convert(piece, "t")
    assert [b.isbn for b in marc.read(record.marc).bindings] == ["9789570536669"]
    assert any("四捨五入" in w for w in record.warnings)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("9789576787713,,x", Reason.NO_TITLE),
        (",書,x", Reason.ISBN_MISSING),
        ("N/A,書,x", Reason.ISBN_MISSING),
        ("9789576787713,書", Reason.BAD_ROW),
        ("9789576787713,書,x,y", Reason.BAD_ROW),
    ],
)
def test_rows_that_cannot_be_taken(row: str, code: Reason) -> None:
    assert refusal(rows(f"isbn,title,author\n{row}\n")[0]) is code


def ncl(name: str) -> list[Book | Reason]:
    reader = NclCsvReader()
    found: list[Book | Reason] = []
    with (samples.FIXTURES / name).open("rb") as stream:
        for piece in reader.split(stream):
            try:
                found.append(marc.read(reader.convert(piece, "t").marc))
            except Rejected as why:
                found.append(why.code)
    return found


def test_both_generations_of_the_monthly_list() -> None:
    old, new = ncl("ncl-2025-01.csv"), ncl("ncl-2025-07.csv")
    first = old[0]
    assert isinstance(first, Book)
    assert (first.parts.main, first.parts.part_number) == ("測試的第一本書", "上")
    assert first.parts.parallel == ("A first book for tests. I",)
    assert [(c.name, c.role, c.latin) for c in first.contributors] == [
        ("甲乙丙", "著", None),
        ("丁戊己", "著", None),
        ("庚辛", "譯", "Geng Xin"),
    ]
    assert (first.published, first.language, first.category) == ("2025-01", "chi", "總類")
    assert (first.shelf_category, first.audience, first.rating) == ("人文史地", "成人(一般)", "普遍級")
    assert [s.label for s in first.subjects] == ["測試", "圖書館"]
    assert first.bindings[0].price == "NT$300"
    second, audio, third, missing = new
    assert isinstance(second, Book)
    assert second.shelf_category == "人文史地"
    assert isinstance(audio, Book)
    assert (audio.format, audio.bindings[0].binding) == (Format.AUDIO, "線上有聲書(MP3)")
    assert isinstance(third, Book)
    assert third.title == "圖解《測試》 : 給初學者的《匯入》手冊"
    assert (third.published, third.bindings[0].price, third.language) == (None, None, "eng")
    assert third.notes == ("得獎紀錄: 測試獎",)
    assert missing is Reason.ISBN_MISSING


def test_every_dirty_row_ends_as_it_should() -> None:
    """206 rows: taken with the number that a careful importer can get, else refused with a reason."""
    path = shared("books/dirty-rows.csv")
    with path.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    reader = PlainCsvReader()
    with path.open("rb") as stream:
        pieces = list(reader.split(stream))
    assert len(pieces) == len(expected) == 206
    outcomes: Counter[str] = Counter()
    for piece, row in zip(pieces, expected, strict=True):
        try:
            book = marc.read(reader.convert(piece, "t").marc)
        except Rejected as why:
            assert not row["isbn13_recoverable"], row["row"]
            outcomes[why.code.value] += 1
            continue
        assert row["isbn13_recoverable"] in book.isbns, row["row"]
        assert "\n" not in book.title and "  " not in book.title
        outcomes["taken"] += 1
    assert outcomes == {
        "taken": 70,
        "isbn_is_other_barcode": 60,
        "isbn_rounded": 38,
        "isbn_missing": 24,
        "isbn_is_shop_id": 10,
        "isbn_is_issn_barcode": 4,
    }


def test_all_shop_rows_are_taken() -> None:
    reader = PlainCsvReader()
    with shared("books/taiwan-books.csv").open("rb") as stream:
        isbns = [marc.read(reader.convert(piece, "t").marc).isbns for piece in reader.split(stream)]
    assert len(isbns) == 4465
    assert len({i for row in isbns for i in row}) == 4465


@pytest.mark.parametrize(("name", "count"), [("sample-2025-01-header.csv", 1), ("sample-2025-07-header.csv", 4)])
def test_real_rows_of_the_monthly_list(name: str, count: int) -> None:
    reader = NclCsvReader()
    with shared(f"ncl-monthly/{name}").open("rb") as stream:
        books = [marc.read(reader.convert(piece, "t").marc) for piece in reader.split(stream)]
    assert len(books) == count
    assert all(b.isbns and b.contributors and b.published and len(b.published) == 7 for b in books)
