"""From the application to the public record: numbers, suggestions with their provenance, CIP number, release."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.ai_subjects import services as recommendations
from shuyin.ai_subjects.models import RecommendationRow
from shuyin.filing import audit, history
from shuyin.filing.engine import drafts, flow, uploads
from shuyin.filing.history import Act, Shelf
from shuyin.filing.isbn import acceptance, assignment, cip, desk
from shuyin.filing.isbn.acceptance import CLASS, SUBJECT
from shuyin.filing.isbn.supplement import SUPPLEMENT
from shuyin.filing.models import Cataloguing, CipNumber, FilingRow, IsbnNumber
from shuyin.filing.office import Office
from shuyin.notify.models import Letter
from shuyin.records import covers, marc, services
from shuyin.records.data_block import data_block
from shuyin.records.marc import lines
from shuyin.records.models import BookRow, Change
from tests.filing.conftest import Clock, png
from tests.filing.isbn_desk import APPLICATION, CLERK, FOUND, PLAIN, add_range, assign, house, send, take


@pytest.fixture
def sent(writes: sessionmaker[Session], office: Office) -> int:
    """An application of a publisher with a range."""
    with writes.begin() as session:
        house_id, by = house(session)
        add_range(session, office, house_id)
        return send(session, office, by)


def catalogued(session: Session, office: Office, filing_id: int) -> desk.Sheet:
    """The application with numbers, one heading and a class number taken over."""
    assign(session, office, filing_id)
    desk.accept(session, office, filing_id, [(SUBJECT, "期刊文獻"), (CLASS, "011.016")], FOUND, by=CLERK)
    found = desk.sheet(session, filing_id)
    assert found is not None
    return found


def test_assigning_makes_a_record_that_nobody_sees(writes: sessionmaker[Session], office: Office, sent: int) -> None:
    with writes.begin() as session:
        assign(session, office, sent)
    with writes() as session:
        sheet = desk.sheet(session, sent)
        assert sheet is not None
        book = marc.read(sheet.record)
        assert [(b.binding, b.price) for b in book.bindings] == [("精裝", "NT$600"), ("平裝", "NT$450")]
        assert book.isbns == tuple(n.isbn for n in assignment.of_filing(session, sent))
        assert (book.place, book.publisher, book.published) == ("臺北市", "書坊有限公司", "2026-04")
        assert not sheet.public
        assert services.book_for_isbn(session, book.isbns[0]) is None
        said = [text for _, text in flow.conversation(session, office, session.get_one(FilingRow, sent))]
        assert said == ["已編配的國際標準書號：\nISBN 978-957-678-000-4（精裝）\nISBN 978-957-678-001-1（平裝）"]
        letter = session.scalars(select(Letter).order_by(Letter.id.desc())).first()
        assert letter is not None
        assert "978-957-678-001-1" in office.vault.unseal(letter.content)["text"]


def test_no_numbers_no_step(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        _, by = house(session)
        filing_id = send(session, office, by)
    with pytest.raises(assignment.NumbersExhausted), writes.begin() as session:
        assign(session, office, filing_id)
    with writes() as session:
        assert session.get_one(FilingRow, filing_id).state == "submitted"
        assert session.scalars(select(IsbnNumber)).all() == []


def test_release_shows_the_record_with_its_cip_number(writes: sessionmaker[Session], office: Office, sent: int) -> None:
    with writes.begin() as session:
        catalogued(session, office, sent)
        take(session, office, sent, "release")
    with writes() as session:
        sheet = desk.sheet(session, sent)
        assert sheet is not None
        assert sheet.public
        book = session.get_one(BookRow, sheet.book_id)
        assert (book.announced_on, book.control_number) == (office.today(), "I115000001")
        assert session.scalars(select(Change.record_id).order_by(Change.id.desc())).first() == book.id
        block = data_block(marc.read(sheet.record))
        assert str(block.lines[3]).endswith("CIP 115000001")
        assert str(block.lines[4]) == "主題詞：LCSTT：期刊文獻"  # a person took it over: no mark of a machine
        assert str(block.lines[5]) == "分類號：011.016"
        assert session.get_one(FilingRow, sent).state == "released"
        assert sheet.entry.released_by == "clerk"
        actions = [entry.action for entry in audit.history(session, "book", book.id)]
        assert actions == ["catalogue", "edit", "edit", "release"]


def test_883_says_what_was_proposed_and_goes_when_a_person_changes_it(
    writes: sessionmaker[Session], office: Office, sent: int
) -> None:
    with writes.begin() as session:
        sheet = catalogued(session, office, sent)
        notes = sheet.record.get_fields("883")
        assert [(n.indicator1, n["a"], n["c"], n["d"], n["q"]) for n in notes] == [
            ("1", "test-model", "0.80", "20260310", "ncl-cip"),
            ("1", "test-model", "0.70", "20260310", "ncl-cip"),
        ]
        assert {s.assigned_by for s in marc.read(sheet.record).subjects} == {"cataloguer"}
        changed = [
            lines.MarcLine(one.tag, one.indicators, one.content.replace("期刊文獻$2", "期刊$2"))
            for one in lines.to_lines(sheet.record)
        ]
        edited = desk.save(session, sent, changed, version=sheet.version, by=CLERK, reason="edit")
        assert acceptance.standing(edited.record, SUBJECT) == ["期刊"]
        assert "8" not in edited.record.get_fields("650")[0]
        assert [note["c"] for note in edited.record.get_fields("883")] == ["0.70"]
        without = [one for one in lines.to_lines(edited.record) if one.tag != "084"]
        last = desk.save(session, sent, without, version=edited.version, by=CLERK, reason="edit")
        assert last.record.get_fields("883") == []


def test_a_heading_of_ones_own_has_no_883(writes: sessionmaker[Session], office: Office, sent: int) -> None:
    with writes.begin() as session:
        assign(session, office, sent)
        chosen = [(SUBJECT, "臺灣--歷史"), (SUBJECT, "臺灣--歷史"), (CLASS, "733.21")]
        assert desk.accept(session, office, sent, chosen, FOUND, by=CLERK) == 2
        sheet = desk.sheet(session, sent)
        assert sheet is not None
        assert sheet.record.get_fields("883") == []
        assert acceptance.standing(sheet.record, SUBJECT) == ["臺灣--歷史"]
        assert marc.read(sheet.record).subjects[0].label == "臺灣--歷史"


def test_a_record_that_is_not_good_is_not_released(writes: sessionmaker[Session], office: Office, sent: int) -> None:
    with writes.begin() as session:
        assign(session, office, sent)
        sheet = desk.sheet(session, sent)
        row = session.get_one(FilingRow, sent)
        assert sheet is not None
        answers = drafts.answers_of(office, row)
        found = [message for message, _ in desk.obstacles(session, row, answers, sheet.record)]
        assert found == [desk.NEEDS_CLASS, desk.NEEDS_SUBJECT]
        kept = [one for one in lines.to_lines(sheet.record) if "9789576780004" not in one.content]
        lost = desk.save(session, sent, kept, version=sheet.version, by=CLERK, reason="edit")
        assert desk.NUMBER_LOST in [m for m, _ in desk.obstacles(session, row, answers, lost.record)]
    with pytest.raises(flow.Refused), writes.begin() as session:
        take(session, office, sent, "release")
    with writes() as session:
        assert session.get_one(FilingRow, sent).state == "assigned"
        assert session.scalars(select(CipNumber)).all() == []


def test_without_cip_no_cip_number_and_no_subject_is_needed(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house_id, by = house(session)
        add_range(session, office, house_id)
        filing_id = send(session, office, by, cip="no")
        assign(session, office, filing_id)
        take(session, office, filing_id, "release")
        sheet = desk.sheet(session, filing_id)
        assert sheet is not None
        assert sheet.public
        assert marc.read(sheet.record).cip_number is None


def test_an_edit_of_an_old_version_is_not_written(writes: sessionmaker[Session], office: Office, sent: int) -> None:
    with writes.begin() as session:
        sheet = catalogued(session, office, sent)
    edited = [*lines.to_lines(sheet.record), lines.MarcLine("500", "##", "$a一")]
    with writes.begin() as session:
        desk.save(session, sent, edited, version=sheet.version, by=CLERK, reason="edit")
    with pytest.raises(flow.Refused) as refused, writes.begin() as session:
        desk.save(session, sent, edited, version=sheet.version, by=CLERK, reason="edit")
    assert refused.value.message == desk.CHANGED


def test_a_correction_after_release_is_a_version_that_can_be_undone(
    writes: sessionmaker[Session], office: Office, sent: int
) -> None:
    with writes.begin() as session:
        catalogued(session, office, sent)
        take(session, office, sent, "release")
    with writes.begin() as session:
        sheet = desk.sheet(session, sent)
        assert sheet is not None
        edited = [*lines.to_lines(sheet.record), lines.MarcLine("500", "##", "$a勘誤")]
        after = desk.save(session, sent, edited, version=sheet.version, by=CLERK, reason="更正附註")
        assert marc.read(after.record).notes[-1] == "勘誤"
        book = session.get_one(BookRow, sheet.book_id)
        assert history.versions(session, Shelf.BOOKS, book)[0].reason == "更正附註"
        current = after.version
        history.act(
            session, Shelf.BOOKS, book.id, Act.UNDO, current=current, version=sheet.version, by=CLERK, reason="r"
        )
        assert "勘誤" not in marc.read(marc.parse(book.marc)).notes


def test_returned_and_corrected_keeps_numbers_and_takes_the_answers_over(
    writes: sessionmaker[Session], office: Office
) -> None:
    with writes.begin() as session:
        house_id, by = house(session)
        add_range(session, office, house_id)
        filing_id = send(session, office, by)
        catalogued(session, office, filing_id)
        first = {n.item: n.isbn for n in assignment.of_filing(session, filing_id)}
        take(session, office, filing_id, "return", message="書名有誤，且只有平裝。")
        row = session.get_one(FilingRow, filing_id)
        corrected = {**PLAIN, "title": "臺灣期刊新貌", "print_bindings": ["soft"], "print_price_hard": ""}
        row.answers = office.vault.seal_names(corrected, frozenset())
        session.flush()
        flow.take(session, office, APPLICATION, filing_id, "resend", by=by)
        assign(session, office, filing_id)
        assert {n.item: n.isbn for n in assignment.of_filing(session, filing_id)} == first
        sheet = desk.sheet(session, filing_id)
        assert sheet is not None
        book = marc.read(sheet.record)
        assert (book.parts.main, book.isbns) == ("臺灣期刊新貌", (first["print-soft"],))
        assert acceptance.standing(sheet.record, SUBJECT) == ["期刊文獻"]
        spare = desk.unneeded(session, row, drafts.answers_of(office, row))
        assert [one.isbn for one in spare] == [first["print-hard"]]
        assignment.give_up(session, office, spare[0].isbn, by=CLERK, reason="改為平裝")
        take(session, office, filing_id, "release")


def test_cip_numbers_follow_each_other_and_begin_anew_each_year(
    writes: sessionmaker[Session], office: Office, clock: Clock
) -> None:
    with writes.begin() as session:
        _, by = house(session)
        asked = [send(session, office, by) for _ in range(4)]
        cip.begin_at(session, 115, 4670, by=CLERK)
        given = [cip.give(session, office, filing_id, by=CLERK) for filing_id in asked[:2]]
        assert given == ["115004670", "115004671"]
        assert cip.give(session, office, asked[0], by=CLERK) == "115004670"
        with pytest.raises(flow.Refused):
            cip.begin_at(session, 115, 4671, by=CLERK)
    with writes() as session:
        cip.give(session, office, asked[2], by=CLERK)
        session.rollback()
    with writes.begin() as session:
        assert cip.give(session, office, asked[2], by=CLERK) == "115004672"
    clock.turn(days=365)
    with writes.begin() as session:
        assert cip.give(session, office, asked[3], by=CLERK) == "116000001"


class _Model:
    """Recommends always the same."""

    def recommend(self, description: Any, limit: int = 10) -> Any:
        assert description.title.startswith("臺灣期刊")
        return FOUND


def test_the_learning_loop_hears_what_was_shown_and_assigned(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house_id, by = house(session)
        add_range(session, office, house_id)
        dialogue = recommendations.note_shown(session, desk.description_of(PLAIN), FOUND)
        filing_id = send(session, office, by)
        row = session.get_one(FilingRow, filing_id)
        row.answers = {**row.answers, "recommendation": dialogue}
        assign(session, office, filing_id)
        model: Any = _Model()
        for _ in range(2):  # the page is opened twice: noted once
            desk.note_suggested(session, office, row, desk.suggest(session, office, row, model))
        catalogued_id = session.get_one(Cataloguing, filing_id).recommendation_id
        assert catalogued_id not in (None, dialogue)
        desk.accept(session, office, filing_id, [(SUBJECT, "學術傳播"), (CLASS, "051")], FOUND, by=CLERK)
        take(session, office, filing_id, "release")
    with writes() as session:
        rows = {row.id: row for row in session.scalars(select(RecommendationRow))}
        assert set(rows) == {dialogue, catalogued_id}
        told = {"subjects": ["學術傳播"], "classes": ["051"]}
        assert [row.assigned for row in rows.values()] == [told, told]
        book_id = session.get_one(Cataloguing, filing_id).book_id
        assert [rows[n].record_id for n in (dialogue, catalogued_id)] == [None, book_id]


def test_the_cover_that_came_with_the_application_is_shown(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house_id, by = house(session)
        add_range(session, office, house_id)
        filing_id = send(session, office, by)
        row = session.get_one(FilingRow, filing_id)
        row.state = "draft"
        uploads.store(session, office, APPLICATION, filing_id, "cover", "封面.png", png(300, 400), by=by)
        row.state = "submitted"
        session.flush()
        session.refresh(row)
        sheet = catalogued(session, office, filing_id)
        take(session, office, filing_id, "release")
        assert list(covers.of_books(session, [sheet.book_id])) == [sheet.book_id]


def test_a_supplementary_application_completes_the_record_that_has_its_isbn(
    writes: sessionmaker[Session], office: Office
) -> None:
    with writes.begin() as session:
        house_id, by = house(session)
        add_range(session, office, house_id)
        first = send(session, office, by, cip="no", contents="無", keywords="")
        assign(session, office, first)
        take(session, office, first, "release")
        standing = desk.sheet(session, first)
        assert standing is not None
        number = marc.read(standing.record).isbns[0]
        row = drafts.start(session, office, SUPPLEMENT, by)
        told = {"isbn": number, "reason": "reprint", "cip": "yes", "contents": "第一章", "keywords": "期刊"}
        row.answers = office.vault.seal_names({**PLAIN, **told}, SUPPLEMENT.personal_names())
        row.state, row.submitted_at, row.reference = "submitted", office.now(), "S115-000001"
        session.flush()
        flow.take(session, office, SUPPLEMENT, row.id, "catalogue", by=CLERK)
        desk.accept(session, office, row.id, [(SUBJECT, "期刊文獻"), (CLASS, "051")], FOUND, by=CLERK)
        flow.take(session, office, SUPPLEMENT, row.id, "release", by=CLERK)
        book = session.get_one(BookRow, standing.book_id)
        made = marc.read(book.marc)
        assert made.cip_number == "115000001"
        assert (made.contents, made.keywords, made.summary) == ("第一章", ("期刊",), PLAIN["intro"])
        assert made.isbns == marc.read(standing.record).isbns
