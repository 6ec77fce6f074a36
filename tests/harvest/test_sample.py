"""The sample catalogue: what it may hold and nothing else, loaded once, made anew byte for byte."""

from __future__ import annotations

import csv
import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.ai_subjects.starter_loading import load_starter_schemes
from shuyin.harvest.sample import BOOKS, CBETA, DATA, PUBLISHERS
from shuyin.harvest.sample import loading as sample_loading
from shuyin.harvest.sample.build import build
from shuyin.harvest.sample.cbeta import byline_contributors
from shuyin.harvest.sample.loading import CBETA_COLLECTION, MACHINE_ORIGIN, load_sample
from shuyin.harvest.sample.publishers import publishers
from shuyin.harvest.sample.shops import ASSIGNED_BY
from shuyin.records import database, isbn, marc
from shuyin.records.book import CATALOGUER, Binding, Book, Format, TitleParts
from shuyin.records.models import (
    BookRow,
    Change,
    ClassRow,
    HeadingClassLink,
    HeadingRow,
    OrganisationRow,
    RejectedRecord,
)
from shuyin.records.services import book_for_isbn
from tests.shared_data import shared

Sessions = sessionmaker[Session]


@pytest.fixture(scope="module")
def loaded(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Sessions:
    """A database with the sample in it, for tests that only read."""
    path = tmp_path_factory.mktemp("sample") / "sample.db"
    path.write_bytes(sqlite_template.read_bytes())
    sessions = database.write_sessions(database.connect(f"sqlite:///{path}"))
    load_sample(sessions)
    yield sessions  # type: ignore[misc]
    sessions.kw["bind"].engine.dispose()


@pytest.fixture(scope="module")
def books(loaded: Sessions) -> list[Book]:
    """All books of the sample, without CBETA's works."""
    with loaded() as session:
        rows = session.scalars(select(BookRow.marc).where(BookRow.collection == "books").order_by(BookRow.id))
        return [marc.read(content) for content in rows]


def test_enough_books_and_all_of_taiwan(books: list[Book]) -> None:
    assert len(books) >= 4000
    numbers = [number for book in books for number in book.isbns]
    assert len(numbers) == len(set(numbers)) >= 4200
    assert all(number.startswith(("978957", "978986", "978626")) for number in numbers)
    assert all(isbn.normalise(number) == number for number in numbers)
    assert all(book.parts.main and book.bindings for book in books)


def test_the_book_that_the_source_document_prints(loaded: Sessions) -> None:
    with loaded() as session:
        found = book_for_isbn(session, "9789576787713")
        row = session.get_one(BookRow, found)
        book = marc.read(row.marc)
        announced = row.announced_on
    assert book.title.replace(" ", "") == (
        "臺灣期刊資源學術能量風貌報告.113年:國家圖書館期刊資源典藏取用及熱門研究主題分析"
    )
    assert (book.edition, book.place, book.publisher, book.published) == ("初版", "臺北市", "國家圖書館", "2025-04")
    binding = book.bindings[0]
    assert (binding.binding, binding.price, binding.pages, binding.size) == ("平裝", "NT$300", "86頁", "30公分")
    headings = ["國家圖書館", "期刊文獻", "引用文獻分析", "學術傳播", "學術研究"]
    assert [(s.label, s.scheme, s.assigned_by) for s in book.subjects] == [
        (label, "lcstt", CATALOGUER) for label in headings
    ]
    assert [(c.number, c.assigned_by) for c in book.classes] == [("011.016", CATALOGUER)]
    assert book.keywords == ("國家圖書館", "引用文獻分析", "期刊論文", "學術傳播", "學術研究")
    assert book.cip_number == "114004670"
    assert book.summary is None  # prose
    assert announced == date(2025, 4, 1)


def test_every_isbn_that_the_source_documents_give_to_a_book(books: list[Book]) -> None:
    printed = {
        "9789576787713", "9789576787829", "9789576787911", "9789576785481", "9789576785498", "9789576785115",
        "9789576785085", "9789576785108", "9789576787744", "9789576787362", "9786260146238", "9786267613733",
        "9789865265779", "9786264175524",
    }  # fmt: skip
    assert printed <= {number for book in books for number in book.isbns}


def test_only_what_may_be_carried_over(books: list[Book]) -> None:
    """No prices, summaries or shop categories but what S0 prints; labels of the model are marked as such."""
    priced = [number for book in books for number in book.isbns if any(b.price for b in book.bindings)]
    assert set(priced) == {"9789576787713", "9789576785481", "9789576785498"}
    assert not any(book.summary or book.category or book.shelf_category for book in books)
    machine = [book for book in books if book.subjects and book.subjects[0].assigned_by == ASSIGNED_BY]
    assert len(machine) >= 3900
    by_people = [book for book in books for s in book.subjects if s.assigned_by == CATALOGUER]
    assert {book.isbns[0] for book in by_people} == {"9789576787713"}
    bindings = {binding.binding for book in books for binding in book.bindings}
    assert not any(re.search("DRM|版面|EPUB 3", b or "") for b in bindings)


def test_machine_assigned_fields_are_linked_to_883(books: list[Book], loaded: Sessions) -> None:
    with loaded() as session:
        content = session.scalars(select(BookRow.marc).where(BookRow.control_number == "9786263148789")).one()
    record = marc.parse(content)
    assert record["883"]["a"] == ASSIGNED_BY
    linked = [f["8"] for f in record.get_fields("084", "650")]
    assert linked and set(linked) == {record["883"]["8"]} == {"1\\p"}


def test_no_adults_only_titles(books: list[Book]) -> None:
    with shared("labelled/books.csv").open(encoding="utf-8", newline="") as file:
        adults = {row["isbn"] for row in csv.DictReader(file) if row["adults_only"] != "0"}
    assert len(adults) == 192
    assert not adults & {number for book in books for number in book.isbns}


def test_print_and_ebook_of_one_title_are_one_record(books: list[Book]) -> None:
    several = [book for book in books if len(book.bindings) > 1]
    assert len(several) >= 200
    for book in several:
        kinds = Counter((b.format, b.binding) for b in book.bindings)
        assert max(kinds.values()) == 1 or "國家圖書館" in (book.publisher or ""), book.title
    formats = Counter(b.format for book in books for b in book.bindings)
    assert formats[Format.PRINT] > formats[Format.EBOOK] > formats[Format.AUDIO] > 0


def test_cbeta_is_a_collection_of_its_own(loaded: Sessions) -> None:
    with loaded() as session:
        rows = list(session.scalars(select(BookRow).where(BookRow.collection == CBETA_COLLECTION)))
        works = {row.control_number: marc.read(row.marc) for row in rows}
        assert not any(row.announced_on for row in rows)
        assert {row.control_agency for row in rows} == {"CBETA"}
    assert len(works) == 5556
    sutra = works["T0001"]
    assert (sutra.title, sutra.responsibility) == ("長阿含經", "後秦 佛陀耶舍共竺佛念譯")
    assert [(c.name, c.role) for c in sutra.contributors] == [("佛陀耶舍", "譯"), ("竺佛念", "譯")]
    assert sutra.bindings[0].pages == "22卷"
    assert (sutra.category, sutra.series[0].title) == ("阿含部類", "大正新脩大藏經")
    assert "後秦" in sutra.keywords


@pytest.mark.parametrize(
    ("byline", "names", "expected"),
    [
        ("唐 慧菀述", ["慧菀"], [("慧菀", "述")]),
        (
            "清 如相說 道崇編 道領錄（依駒本印）",
            ["如相", "道崇", "道領"],
            [("如相", "說"), ("道崇", "編"), ("道領", "錄")],
        ),
        ("宋 惟淨等編修", ["惟淨"], [("惟淨", "編修")]),
        ("失譯", [""], []),
    ],
)
def test_roles_in_bylines(byline: str, names: list[str], expected: list[tuple[str, str | None]]) -> None:
    assert [(c.name, c.role) for c in byline_contributors(byline, names)] == expected


def test_publishers_have_names_prefixes_and_no_consent(loaded: Sessions) -> None:
    with loaded() as session:
        rows = {row.name: row for row in session.scalars(select(OrganisationRow))}
        library = rows["國家圖書館"]
        assert [p.prefix for p in library.prefixes] == ["978-957-678"]
        assert len(rows) >= 500
        assert all(row.consent_public is None and row.address is None for row in rows.values())
        assert all(row.is_publisher for row in rows.values())
        tongli = rows["東立出版社有限公司"]
        assert set(tongli.other_names) >= {"東立"}


def test_a_shared_prefix_does_not_make_one_firm() -> None:
    def book(number: str, publisher: str) -> Book:
        return Book("題", TitleParts("題"), publisher=publisher, bindings=(Binding(number),))

    found = publishers(
        [
            book("9789576787713", "甲出版社"),
            book("9789576787829", "甲"),
            book("9789576787911", "乙"),
            book("9789571400006", "甲文化"),  # the same stem, but no prefix in common
        ]
    )
    assert [(p.name, p.other_names) for p in found] == [("乙", ()), ("甲出版社", ("甲",)), ("甲文化", ())]


def test_headings_are_marked_by_who_assigned_them(loaded: Sessions) -> None:
    with loaded() as session:
        origins = Counter(session.scalars(select(HeadingRow.origin)))
        links = session.scalar(select(func.count()).select_from(HeadingClassLink)) or 0
    assert origins["records"] == 5
    assert origins[MACHINE_ORIGIN] > 1500
    assert links > 2000


def _counts(sessions: Sessions) -> list[int]:
    tables = (BookRow, OrganisationRow, HeadingRow, ClassRow, HeadingClassLink, Change)
    with sessions() as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_second_start_loads_nothing_twice(engine: Engine) -> None:
    sessions = database.write_sessions(engine)
    first = load_sample(sessions)
    assert set(first) == {"new"}
    assert load_starter_schemes(sessions) > 1700
    before = _counts(sessions)
    assert load_sample(sessions) == Counter()
    assert load_starter_schemes(sessions) == 0
    assert _counts(sessions) == before
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(RejectedRecord)) == 0


def test_a_start_that_was_cut_short_is_made_up_for(
    sqlite_engine: Engine, loaded: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    sessions = database.write_sessions(sqlite_engine)

    def away(*_: object, **__: object) -> None:
        raise ConnectionError("gone")

    with monkeypatch.context() as broken:
        broken.setattr(sample_loading, "save_publishers", away)
        with pytest.raises(ConnectionError):
            load_sample(sessions)
    load_sample(sessions)
    assert _counts(sessions) == _counts(loaded)


def test_classes_stand_under_their_broader_number(sqlite_engine: Engine) -> None:
    sessions = database.write_sessions(sqlite_engine)
    load_starter_schemes(sessions)
    with sessions() as session:
        rows = {row.number: row for row in session.scalars(select(ClassRow))}
    assert {row.origin for row in rows.values()} == {"starter", "S0"}
    assert (rows["051"].caption, rows["051"].origin) == ("學術期刊", "S0")
    expected = {"000": None, "010": "000", "011": "010", "011.69": "011", "584.2": "584", "584": "580"}
    assert {number: rows[number].parent for number in expected} == expected
    assert sum(row.parent is not None for row in rows.values()) > 0.99 * len(rows)


def test_data_files_are_small() -> None:
    sizes = [len(DATA.joinpath(name).read_bytes()) for name in (BOOKS, CBETA, PUBLISHERS)]
    assert sum(sizes) < 5_000_000


def test_the_shipped_files_are_what_the_builder_makes(tmp_path: Path) -> None:
    build(shared("books").parent, tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == sorted((BOOKS, CBETA, PUBLISHERS))
    for name in names:
        assert (tmp_path / name).read_bytes() == DATA.joinpath(name).read_bytes(), name
