"""The publisher's side of ISBN and CIP: former data, supplementary CIP, progress, confirmation of publication."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from shuyin.filing.engine import drafts, flow
from shuyin.filing.engine.check import clean_step, removed
from shuyin.filing.isbn import cover_batch, former, kinds, progress, publication, recommending
from shuyin.filing.models import FilingRow, FilingUpload
from shuyin.filing.office import By, Office
from shuyin.filing.registry import FILINGS
from shuyin.records import covers, marc
from shuyin.records.book import Binding, Book, Format, TitleParts
from shuyin.records.marc import parse
from shuyin.records.models import BookRow, RecordVersion, RegistrantPrefix
from shuyin.records.services import create_book
from tests.filing.conftest import png
from tests.filing.isbn_answers import INTRO, REPORT_GOOD, SUPPLEMENT_FILES, SUPPLEMENT_GOOD
from tests.filing.isbn_desk import CLERK, add_range, assign, house, send, take
from tests.web.catalogue import REPORT

#: A record of 書坊 with two bindings; the e-book and the year alone are incomplete.
OLD = Book(
    title="國家圖書館年報. 2010",
    parts=TitleParts(main="國家圖書館年報", part_number="2010"),
    responsibility="年報編輯小組編著",
    edition="初版",
    place="臺北市",
    publisher="書坊",
    published="2011-12",
    bindings=(
        Binding("9789576785481", "線裝", price="NT$400", pages="166面", size="26公分"),
        Binding("9789576785498", "平裝", pages="166面"),
    ),
    keywords=("年報",),
    summary=INTRO,
    language="chi",
    control_number="old-1",
)
SUPPLEMENT, REPORTING, APPLICATION = FILINGS["cip"], FILINGS["publication"], FILINGS["isbn"]


@pytest.fixture
def desk(writes: sessionmaker[Session], office: Office) -> tuple[int, By]:
    """書坊 with its prefix, its range and two records."""
    with writes.begin() as session:
        house_id, by = house(session)
        session.add(RegistrantPrefix(organisation_id=house_id, scheme="isbn", prefix="978-957-678"))
        other, _ = house(session, "別家")
        session.add(RegistrantPrefix(organisation_id=other, scheme="isbn", prefix="978-626-411"))
        for book in (REPORT, OLD):
            create_book(session, marc.serialise(marc.write(book)), identity=f"t|{book.control_number}", source="tests")
        add_range(session, office, house_id)
    return house_id, by


def started(session: Session, office: Office, kind: str, by: By, answers: dict[str, Any]) -> FilingRow:
    """A draft with these answers and the files that a supplementary CIP needs."""
    filing = FILINGS[kind]
    row = drafts.start(session, office, filing, by)
    drafts.put(session, office, filing, row, answers)
    for place in SUPPLEMENT_FILES if kind == "cip" else ():
        name = office.vault.seal("a.pdf")
        session.add(
            FilingUpload(filing_id=row.id, place=place, digest=place, name=name, media_type="application/pdf", size=1)
        )
    session.flush()
    return row


def test_former_data_are_found_by_isbn_and_title_and_carried_in(
    writes: sessionmaker[Session], office: Office, desk: tuple[int, By]
) -> None:
    _, by = desk
    with writes.begin() as session:
        row = started(session, office, "isbn", by, {"title": "", "imported": "no"})
        by_number = former.look_up(session, office, row, "978-957-678-771-3")
        by_title = former.look_up(session, office, row, "學術能量")
        assert [one.title for one in by_number] == [one.title for one in by_title] == [REPORT.title]
        assert former.look_up(session, office, row, "沒有這本書") == []
        former.carry_in(session, office, APPLICATION, row.id, by_number[0].key, by=by)
        answers = drafts.answers_of(office, row)
    assert answers["title"] == REPORT.title
    assert (answers["print_edition"], answers["print_pages"], answers["print_height"]) == ("初版", "120", "26")
    assert (answers["rating"], answers["keywords"], answers["classes"]) == ("普通級", "學術期刊;引用分析", "011.016")
    assert answers["imported"] == "no"  # what the record does not say stays


def test_an_earlier_application_is_carried_in_without_what_was_its_own(
    writes: sessionmaker[Session], office: Office, desk: tuple[int, By]
) -> None:
    _, by = desk
    with writes.begin() as session:
        earlier = send(session, office, by)
        row = started(session, office, "isbn", by, {"title": ""})
        (found,) = former.look_up(session, office, row, "二十年觀察")
        assert found.key == f"filing-{earlier}"
        former.carry_in(session, office, APPLICATION, row.id, found.key, by=by)
        answers = drafts.answers_of(office, row)
        assert (answers["authors"], answers["print_price_hard"]) == ("王小明著", "600")
        assert {"print_published", "cip", "forms"}.isdisjoint(answers)
        with pytest.raises(former.NotFound):
            former.carry_in(session, office, APPLICATION, row.id, "filing-999", by=by)


def test_another_house_finds_nothing_of_it(writes: sessionmaker[Session], office: Office, desk: tuple[int, By]) -> None:
    with writes.begin() as session:
        stranger_id, stranger = house(session, "第三家")
        row = started(session, office, "isbn", stranger, {})
        assert former.look_up(session, office, row, "9789576787713") == []
        assert publication.publications(session, stranger_id) == []


@pytest.mark.parametrize(
    ("isbn", "says"),
    [
        ("9789576787829", "不在貴單位的書目中"),
        ("9789576787720", "不是紙本書"),
        ("9789576787713", "已經有 CIP"),
    ],
)
def test_supplementary_cip_is_for_printed_books_of_the_house_without_one(
    writes: sessionmaker[Session], office: Office, desk: tuple[int, By], isbn: str, says: str
) -> None:
    _, by = desk
    with writes.begin() as session:
        row = started(session, office, "cip", by, {**SUPPLEMENT_GOOD, "isbn": isbn})
        with pytest.raises(flow.Refused, match=says):
            flow.take(session, office, SUPPLEMENT, row.id, "send", by=by)


def test_supplementary_cip_goes_over_the_desk_to_its_number(
    writes: sessionmaker[Session], office: Office, desk: tuple[int, By]
) -> None:
    house_id, by = desk
    with writes.begin() as session:
        row = started(session, office, "cip", by, {**SUPPLEMENT_GOOD, "isbn": "9789576785481"})
        flow.take(session, office, SUPPLEMENT, row.id, "send", by=by)
        assert row.reference == "S115-000001"
        flow.take(session, office, SUPPLEMENT, row.id, "catalogue", by=CLERK)
        found = progress.look_up(session, office, user_id=by.user_id or 0, organisation_id=house_id, tab="print")
    (one,) = found.applications
    assert [(line.item, line.state) for line in one.lines] == [("CIP", "處理中")]


def test_progress_tells_states_messages_and_counts(
    writes: sessionmaker[Session], office: Office, desk: tuple[int, By]
) -> None:
    house_id, by = desk
    with writes.begin() as session:
        first = send(session, office, by)
        send(session, office, by, title="別的書", forms=["print", "ebook"], ebook_numbering="single")
        assign(session, office, first)

    def listed(**more: Any) -> progress.Found:
        with writes() as session:
            return progress.look_up(session, office, user_id=by.user_id or 0, organisation_id=house_id, **more)

    found = listed()
    assert found.counts == {"": 2, "print": 2, "audio": 0, "ebook": 1}
    newest, oldest = found.applications
    assert [(line.item, line.state) for line in newest.lines] == [("ISBN", "整件中"), ("CIP", "處理中")]
    assert newest.lines[0].due is not None
    assert [(line.item, line.state, line.due is None) for line in oldest.lines] == [
        ("ISBN", "已編配", True),
        ("CIP", "處理中", False),
    ]
    assert (oldest.messages, newest.messages) == (1, 0)
    assert (oldest.withdrawable, newest.withdrawable) == (False, True)
    assert [one.title for one in listed(by="title", query="別的").applications] == ["別的書"]
    assert listed(query="I115-000001").total == 1
    assert listed(tab="audio").total == 0


def test_publications_say_what_they_lack(writes: sessionmaker[Session], office: Office, desk: tuple[int, By]) -> None:
    house_id, _ = desk
    with writes() as session:
        known = {one.isbn: one for one in publication.publications(session, house_id)}
        assert {number: one.missing for number, one in known.items()} == {
            "9789576787713": (),
            "9789576787720": (),
            "9789576785481": (),
            "9789576785498": ("price", "size"),
        }
        waiting = publication.unconfirmed(list(known.values()))
        assert [one.isbn for one in waiting] == ["9789576785498"]
        assert sum(publication.counters(list(known.values()))) == 1
        assert {one.isbn for one in publication.publications(session, house_id, "年報")} == {
            "9789576785481",
            "9789576785498",
        }
        assert [one.isbn for one in publication.publications(session, house_id, "978-957-678-549-8")] == [
            "9789576785498"
        ]


def reported(session: Session, office: Office, by: By, isbn: str, **answers: Any) -> FilingRow:
    return started(
        session, office, "publication", by, {**REPORT_GOOD, "isbn": isbn, "filler_email": "a@example.com", **answers}
    )


def test_price_pages_and_size_are_taken_over_at_once_and_the_rest_of_the_record_stays(
    writes: sessionmaker[Session], office: Office, desk: tuple[int, By]
) -> None:
    house_id, by = desk
    with writes.begin() as session:
        row = reported(session, office, by, "9789576785498", changes=["price", "size", "pages"])
        flow.take(session, office, REPORTING, row.id, "confirm", by=by)
        assert row.state == "confirmed"
        found = publication.current(session, house_id, "9789576785498")
        assert found is not None
        record, book, binding = found
        assert (binding.price, binding.size, binding.pages) == ("NT$480", "21 x 15公分", "324頁")
        assert book.bindings[0] == OLD.bindings[0]
        assert replace(book, bindings=(), related=(), languages=()) == replace(
            marc.read(marc.write(OLD)), bindings=(), related=(), languages=()
        )
        assert record.version == 2
        (version,) = session.query(RecordVersion).filter_by(kind="book", record_id=record.id)
        assert marc.read(parse(version.content)).bindings[1].price is None
        assert publication.unconfirmed(publication.publications(session, house_id)) == []


def test_a_changed_title_is_looked_at_first(
    writes: sessionmaker[Session], office: Office, desk: tuple[int, By]
) -> None:
    house_id, by = desk
    with writes.begin() as session:
        row = reported(session, office, by, "9789576785498", changes=["title", "series"], title="國家圖書館年報: 新名")
        with pytest.raises(flow.NotAllowed):
            flow.take(session, office, REPORTING, row.id, "confirm", by=by)
        flow.take(session, office, REPORTING, row.id, "send", by=by)
        assert row.state == "review"
        (one,) = publication.publications(session, house_id, "9789576785498")
        assert (one.state, one.title) == ("review", OLD.title)
        second = reported(session, office, by, "9789576785498", changes=[])
        with pytest.raises(flow.Refused, match="正由館員確認"):
            flow.take(session, office, REPORTING, second.id, "confirm", by=by)
        flow.take(session, office, REPORTING, row.id, "approve", by=CLERK)
        (one,) = publication.publications(session, house_id, "9789576785498")
        assert (one.state, one.title) == ("confirmed", "國家圖書館年報 : 新名")
        book = marc.read(parse(session.get_one(BookRow, one.book_id).marc))
        assert [(s.title, s.volume) for s in book.series] == [("期刊叢刊", "3")]


def test_an_application_is_confirmed_with_its_last_number(
    writes: sessionmaker[Session], office: Office, desk: tuple[int, By]
) -> None:
    house_id, by = desk
    with writes.begin() as session:
        number = send(session, office, by, cip="no")
        assign(session, office, number)
        take(session, office, number, "release")
        waiting = [
            one for one in publication.unconfirmed(publication.publications(session, house_id))
            if "report" in one.missing
        ]  # fmt: skip
        assert len(waiting) == 2
        for place, one in enumerate(waiting):
            assert session.get_one(FilingRow, number).state == "released", place
            row = reported(session, office, by, one.isbn, changes=[])
            flow.take(session, office, REPORTING, row.id, "confirm", by=by)
        assert session.get_one(FilingRow, number).state == "confirmed"


def test_covers_are_taken_by_the_isbn_in_their_names(
    writes: sessionmaker[Session], office: Office, desk: tuple[int, By]
) -> None:
    _, by = desk
    office.files.mkdir(parents=True)
    files = [
        ("978-957-678-549-8 封面.png", png(300, 450)),
        ("9789576785481.jpg", b"not a picture"),
        ("9786264110006.png", png(300, 450)),
        ("封面.png", png(300, 450)),
        ("9789576787713.png", png(300, 450)[:60]),
    ]
    with writes.begin() as session:
        outcomes = cover_batch.take(session, office, files, by=by)
        assert [(one.isbn, one.said) for one in outcomes] == [
            ("9789576785498", cover_batch.TAKEN),
            ("9789576785481", cover_batch.NOT_PICTURE),
            ("9786264110006", cover_batch.NOT_YOURS),
            ("", cover_batch.NO_NUMBER),
            ("9789576787713", cover_batch.BROKEN),
        ]
        found = publication.current(session, by.organisation_id, "9789576785498")
        assert found is not None
        assert list(covers.of_books(session, [found[0].id])) == [found[0].id]


def test_emoji_are_removed_and_said_so_and_signs_stay() -> None:
    form = {"intro": ["好書🙂👩‍👩‍👧 一本1️⃣ ★☎ 𠮷野家 ❤️"], "keywords": ["期刊； 學術；期刊"]}
    cleaned = clean_step(APPLICATION.step("specific"), form)
    assert cleaned["intro"] == "好書 一本 ★☎ 𠮷野家"
    assert cleaned["keywords"] == "期刊;學術"
    assert removed(APPLICATION.step("specific"), form) == ("emoji",)
    assert removed(APPLICATION.step("specific"), {"intro": ["★ 平常的文字"]}) == ()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("民國115年01月", "2026-01"),
        ("115/4", "2026-04"),
        ("2026年4月", "2026-04"),
        ("２０２６－０４", "2026-04"),
        ("春天", "春天"),
    ],
)
def test_months_are_taken_in_roc_years_too(typed: str, kept: str) -> None:
    assert kinds.MONTH.clean(typed) == kept


def test_numbers_are_taken_with_what_people_write_around_them() -> None:
    assert (kinds.PRICE.clean("NT$ 1,200 元"), kinds.PAGES.clean("約 320 頁"), kinds.CENTIMETRES.clean("14.8公分")) == (
        "1200",
        "320",
        "14.8",
    )


def test_ticked_and_typed_values_fill_the_fields() -> None:
    assert recommending.listed(["期刊", "文獻"], "資訊服務，期刊") == "期刊,文獻,資訊服務"
    assert recommending.listed(["051"], "050.1，", classes=True) == "051,050.1"
    assert recommending.unlisted("期刊,企業管理", ["期刊"]) == "企業管理"
    assert recommending.description_of({"title": "書", "keywords": "甲;乙", "topic": "藝術"}).keywords == ("甲", "乙")


def test_an_ebook_has_no_pages_to_lack() -> None:
    digital = Binding("9789576787720", "PDF", price="NT$1", format=Format.EBOOK)
    assert publication._missing(replace(OLD, bindings=(digital,)), digital, False) == ()
    assert publication._missing(OLD, digital, True) == ("report",)
