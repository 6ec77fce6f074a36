"""Ingest: identity, repetition, bindings that meet, corrections that stay; on both databases."""

from collections import Counter
from dataclasses import replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.records import changes, marc, services
from shuyin.records.book import Binding, Book, Contributor, DepositState, Format, TitleParts
from shuyin.records.incoming import IncomingRecord, MatchBy, Outcome
from shuyin.records.models import BindingRow, BookRow, ImportBatch, RecordVersion

PRINT, EBOOK, OTHER = "9789576787713", "9789570812343", "9786260104504"


def book(title: str = "書", number: str | None = "c1", isbn: str | None = None, **values: object) -> Book:
    bindings = (Binding(isbn, "平裝"),) if isbn else ()
    made = Book(title=title, parts=TitleParts(title), control_number=number, bindings=bindings)
    return replace(made, **values)  # type: ignore[arg-type]


def record(made: Book, match_by: MatchBy = MatchBy.CONTROL_NUMBER, source: str = "test") -> IncomingRecord:
    return IncomingRecord(marc=marc.serialise(marc.write(made)), source=source, match_by=match_by)


def shop_row(title: str, isbn: str, binding: str, form: Format = Format.PRINT, **values: object) -> IncomingRecord:
    made = Book(
        title=title,
        parts=TitleParts(title),
        contributors=(Contributor("作者"),),
        publisher="東立出版社",
        published="2025-04",
        bindings=(Binding(isbn, binding, format=form),),
        format=form,
    )
    return record(replace(made, **values), MatchBy.ISBN)  # type: ignore[arg-type]


def take(session: Session, *records: IncomingRecord, batch: int | None = None) -> list[Outcome]:
    return [done.outcome for done in services.ingest(session, records, batch_id=batch)]


def titles(session: Session) -> Counter[str]:
    return Counter(marc.read(row.marc).title for row in session.scalars(select(BookRow)))


def batch(session: Session) -> int:
    row = ImportBatch(source="test", file_name="f", format="marc21")
    session.add(row)
    session.flush()
    return row.id


def test_the_same_file_twice_changes_nothing(session: Session) -> None:
    records = [record(book(f"書{n}", f"c{n}", PRINT if n == 0 else None)) for n in range(1200)]
    assert Counter(take(session, *records)) == {Outcome.NEW: 1200}
    assert [c.record_id for c in changes.read_after(session, 0, 2000)] == [
        row.id for row in session.scalars(select(BookRow).order_by(BookRow.id))
    ]
    before = changes.latest_id(session)
    assert Counter(take(session, *records)) == {Outcome.UNCHANGED: 1200}
    assert changes.latest_id(session) == before
    assert services.book_for_isbn(session, PRINT) is not None


def test_marc_is_kept_byte_for_byte(session: Session) -> None:
    incoming = record(book("書", "c1", PRINT))
    take(session, incoming)
    assert session.scalars(select(BookRow.marc)).one() == incoming.marc


def test_a_new_version_replaces_and_the_former_is_kept(session: Session) -> None:
    old, new = record(book("舊名", isbn=PRINT)), record(book("新名", isbn=OTHER))
    take(session, old, batch=batch(session))
    services.set_deposit_state(session, PRINT, DepositState.DEPOSITED)
    assert take(session, new, batch=batch(session)) == [Outcome.UPDATED]
    row = session.scalars(select(BookRow)).one()
    assert (row.version, row.marc) == (2, new.marc)
    assert session.scalars(select(RecordVersion.content)).one() == old.marc
    assert session.scalars(select(BindingRow.isbn)).all() == [OTHER]


def test_a_control_number_repeated_in_one_file_stays_apart(session: Session) -> None:
    one, two = record(book("甲")), record(book("乙"))
    first = batch(session)
    done = services.ingest(session, [one], batch_id=first) + services.ingest(session, [two], batch_id=first)
    assert [d.outcome for d in done] == [Outcome.NEW, Outcome.NEW]
    assert "c1" in done[1].warnings[0]
    assert titles(session) == {"甲": 1, "乙": 1}
    again = batch(session)
    assert take(session, one, batch=again) + take(session, two, batch=again) == [Outcome.UNCHANGED] * 2
    third = batch(session)
    assert take(session, two, batch=third) + take(session, one, batch=third) == [Outcome.UNCHANGED] * 2
    third = batch(session)
    changed = record(book("乙二版"))
    assert take(session, one, batch=third) + take(session, changed, batch=third) == [
        Outcome.UNCHANGED,
        Outcome.UPDATED,
    ]
    assert titles(session) == {"甲": 1, "乙二版": 1}


def test_the_same_record_twice_in_one_file_is_one(session: Session) -> None:
    one = record(book("甲"))
    assert take(session, one, one, batch=batch(session)) == [Outcome.NEW, Outcome.UNCHANGED]


def test_sources_do_not_meet_under_one_control_number(session: Session) -> None:
    assert take(session, record(book("甲"), source="a"), record(book("乙"), source="b")) == [Outcome.NEW] * 2


def test_rows_of_one_book_become_its_bindings(session: Session) -> None:
    rows = [shop_row("獨角獸", PRINT, "平裝"), shop_row("獨角獸", EBOOK, "EPUB", Format.EBOOK)]
    assert take(session, *rows) == [Outcome.NEW, Outcome.MERGED]
    stored = marc.read(session.scalars(select(BookRow.marc)).one())
    assert [(b.isbn, b.format) for b in stored.bindings] == [(PRINT, Format.PRINT), (EBOOK, Format.EBOOK)]
    assert services.book_for_isbn(session, PRINT) == services.book_for_isbn(session, EBOOK)
    assert take(session, *rows) == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert take(session, *reversed(rows)) == [Outcome.UNCHANGED, Outcome.UNCHANGED]


def test_rows_meet_across_batches_and_a_changed_row_changes_its_part_only(session: Session) -> None:
    first, second = shop_row("獨角獸", PRINT, "平裝"), shop_row("獨角獸", EBOOK, "EPUB", Format.EBOOK)
    take(session, first)
    assert take(session, second) == [Outcome.MERGED]
    dearer = shop_row(
        "獨角獸", EBOOK, "EPUB", Format.EBOOK, bindings=(Binding(EBOOK, "EPUB", "NT$99", format=Format.EBOOK),)
    )
    assert take(session, dearer) == [Outcome.UPDATED]
    stored = marc.read(session.scalars(select(BookRow.marc)).one())
    assert [(b.isbn, b.price) for b in stored.bindings] == [(PRINT, None), (EBOOK, "NT$99")]


def test_the_same_form_again_is_another_book(session: Session) -> None:
    assert take(session, shop_row("獨角獸", PRINT, "平裝"), shop_row("獨角獸", OTHER, "平裝")) == [Outcome.NEW] * 2


def test_volumes_editions_and_far_years_stay_apart(session: Session) -> None:
    base = shop_row("獨角獸 1", PRINT, "平裝")
    others = [
        shop_row("獨角獸 2", EBOOK, "EPUB", Format.EBOOK),
        shop_row("獨角獸 1", EBOOK, "EPUB", Format.EBOOK, edition="二版"),
        shop_row("獨角獸 1", EBOOK, "EPUB", Format.EBOOK, published="2010"),
        shop_row("獨角獸 1", EBOOK, "EPUB", Format.EBOOK, publisher="別家"),
    ]
    take(session, base)
    for other in others:
        with session.begin_nested() as savepoint:
            assert take(session, other) == [Outcome.NEW]
            savepoint.rollback()


def test_a_shop_row_does_not_touch_a_cataloguers_record(session: Session) -> None:
    catalogued = record(book("編目書", isbn=PRINT), source="library")
    take(session, catalogued)
    assert take(session, shop_row("商店寫的書名", PRINT, "平裝")) == [Outcome.MERGED]
    assert session.scalars(select(BookRow.marc)).one() == catalogued.marc


def test_a_correction_by_people_is_not_overwritten(session: Session) -> None:
    take(session, record(book("舊名")))
    id = session.scalars(select(BookRow.id)).one()
    corrected = record(book("校訂後")).marc
    assert services.save_marc(session, id, corrected, changed_by="館員", reason="錯字") == 2
    done = services.ingest(session, [record(book("檔案新名"))])
    assert done[0].outcome is Outcome.UNCHANGED
    assert done[0].warnings
    session.expire_all()
    assert session.scalars(select(BookRow.marc)).one() == corrected


def test_undo_brings_back_the_former_words_as_a_new_version(session: Session) -> None:
    first = record(book("甲")).marc
    id = services.create_book(session, first, identity="made|1", source="filing")
    services.save_marc(session, id, record(book("乙")).marc, changed_by="館員")
    assert services.undo_to(session, id, 1, changed_by="館員") == 3
    assert session.scalars(select(BookRow.marc)).one() == first
    assert session.scalar(select(func.count()).select_from(RecordVersion)) == 2


def test_deleted_and_restored(session: Session) -> None:
    take(session, record(book("甲", isbn=PRINT)))
    id = session.scalars(select(BookRow.id)).one()
    services.delete_book(session, id, changed_by="館員")
    assert services.book_for_isbn(session, PRINT) is None
    assert changes.read_after(session, 0, 10)[-1].deleted
    services.restore_book(session, id, changed_by="館員")
    assert services.book_for_isbn(session, PRINT) == id


def test_publishers_are_written_once_and_their_consent_is_unknown(session: Session) -> None:
    rows = [services.Publisher("東立", ("978-626-02",)), services.Publisher("東立", ("978-957-34",))]
    assert services.save_publishers(session, rows, source="test") == 2
    assert services.save_publishers(session, rows, source="test") == 0


def test_a_record_deleted_by_people_is_not_brought_back_by_an_import(session: Session) -> None:
    take(session, record(book("甲", isbn=PRINT)))
    services.delete_book(session, session.scalars(select(BookRow.id)).one(), changed_by="館員")
    done = services.ingest(session, [record(book("甲二版", isbn=PRINT))])
    assert (done[0].outcome, len(done[0].warnings)) == (Outcome.UNCHANGED, 1)
    assert services.book_for_isbn(session, PRINT) is None


def test_a_cataloguers_record_stays_renewable_after_a_shop_row_met_it(session: Session) -> None:
    first, renewed = (
        record(book("編目書", isbn=PRINT), source="library"),
        record(book("編目書二版", isbn=PRINT), source="library"),
    )
    shop = shop_row("編目書", PRINT, "平裝")
    assert take(session, first) + take(session, shop) == [Outcome.NEW, Outcome.MERGED]
    assert take(session, renewed, batch=batch(session)) == [Outcome.UPDATED]
    assert session.scalars(select(BookRow.marc)).one() == renewed.marc
    assert take(session, renewed, shop, batch=batch(session)) == [Outcome.UNCHANGED] * 2


def test_an_isbn_repeated_in_one_file_joins_or_stays_apart_and_a_second_import_changes_nothing(
    session: Session,
) -> None:
    rows = [
        shop_row("獨角獸", PRINT, "平裝"),
        shop_row("獨角獸 (電子書)", PRINT, "EPUB", Format.EBOOK),
        shop_row("全然不同的書", PRINT, "平裝"),
        shop_row("獨角獸", EBOOK, "EPUB", Format.EBOOK),
    ]
    done = services.ingest(session, rows, batch_id=batch(session))
    assert [d.outcome for d in done] == [Outcome.NEW, Outcome.MERGED, Outcome.NEW, Outcome.MERGED]
    assert [bool(d.warnings) for d in done] == [False, True, True, False]
    before = (titles(session), changes.latest_id(session))
    assert before[0] == {"獨角獸": 1, "全然不同的書": 1}
    for order in (rows, rows[::-1], rows):
        again = batch(session)
        assert [outcome for row in order for outcome in take(session, row, batch=again)] == [Outcome.UNCHANGED] * 4
    assert (titles(session), changes.latest_id(session)) == before


def test_one_changed_row_of_a_joined_book_is_told_from_a_repetition(session: Session) -> None:
    rows = [shop_row("獨角獸", PRINT, "平裝"), shop_row("獨角獸", EBOOK, "EPUB", Format.EBOOK)]
    take(session, *rows, batch=batch(session))
    dearer = shop_row(
        "獨角獸", EBOOK, "EPUB", Format.EBOOK, bindings=(Binding(EBOOK, "EPUB", "NT$99", format=Format.EBOOK),)
    )
    assert take(session, rows[0], dearer, batch=batch(session)) == [Outcome.UNCHANGED, Outcome.UPDATED]
    assert len(session.scalars(select(BookRow.id)).all()) == 1
    assert take(session, rows[0], dearer, batch=batch(session)) == [Outcome.UNCHANGED] * 2


def test_many_updates_keep_versions_bindings_and_deposit(session: Session) -> None:
    old = [record(book(f"書{n}", f"c{n}")) for n in range(600)] + [record(book("有號", "x", PRINT))]
    take(session, *old, batch=batch(session))
    services.set_deposit_state(session, PRINT, DepositState.DEPOSITED)
    new = [record(book(f"新書{n}", f"c{n}", OTHER if n == 3 else None)) for n in range(600)]
    new.append(record(book("有號", "x", bindings=(Binding(EBOOK, "EPUB"), Binding(PRINT, "平裝")))))
    assert Counter(take(session, *new, batch=batch(session))) == {Outcome.UPDATED: 601}
    assert session.scalar(select(func.count()).select_from(RecordVersion)) == 601
    assert services.book_for_isbn(session, OTHER) is not None
    states = session.execute(
        select(BindingRow.isbn, BindingRow.position, BindingRow.deposit_state)
        .where(BindingRow.isbn.in_([PRINT, EBOOK]))
        .order_by(BindingRow.position)
    ).all()
    assert [tuple(row) for row in states] == [(EBOOK, 0, "unknown"), (PRINT, 1, "deposited")]
