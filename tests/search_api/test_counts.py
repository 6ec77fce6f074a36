"""The counts of the statistics equal a recount from the records, whatever happens to these, as the days go by."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from shuyin.records import changes, database, exposure, marc, music
from shuyin.records.book import Binding, Book, ClassNumber, Contributor, Format, TitleParts
from shuyin.records.models import AlbumRow, BookRow, Checkpoint, OrganisationRow, RegistrantPrefix
from shuyin.records.music import Album, Track
from shuyin.records.services import IncomingRecord, MatchBy, delete_book, ingest, restore_book, save_marc
from shuyin.search_api import statistics
from shuyin.search_api.models import StatisticCount, StatisticFact
from shuyin.search_api.statistics import keeping
from shuyin.search_api.statistics.facts import Fact

START = date(2026, 1, 20)
_MEDIA = ("CD", "CD、DVD", "數位發行", None)
_WORK = ("錄音資料", "錄影資料", None)
Sums = dict[tuple[str, str, str, str], int]


def kept(session: Session, today: date) -> Sums:
    """What the counts say on a day, without zeros."""
    query = select(StatisticCount).where(StatisticCount.counts_from <= today)
    sums: Counter[tuple[str, str, str, str]] = Counter()
    for row in session.scalars(query.execution_options(populate_existing=True)):
        assert row.number > 0, (row.dimension, row.month, row.value, row.number)
        sums[row.subject, row.dimension, row.month, row.value] += row.number
    return dict(sums)


def recounted(session: Session, today: date) -> Sums:
    """The same from the records, in another way."""
    session.expire_all()
    sums: Counter[tuple[str, str, str, str]] = Counter()
    noon = datetime.combine(today, time(12), tzinfo=exposure.TAIPEI)
    for album in session.scalars(select(AlbumRow).where(AlbumRow.deleted_at.is_(None))):
        day = album.registered_on
        if day is None or day > today or not exposure.is_shown(album.released, noon):
            continue
        company = session.get(OrganisationRow, album.company_id) if album.company_id else None
        who = "individual" if company is not None and company.kind == "個人" else "general"
        sums["album", "albums", f"{day:%Y-%m}", who] += 1
        sums["album", "tracks", f"{day:%Y-%m}", who] += len([t for t in album.tracks if t.isrc])
        kind = "video" if album.work_type == "錄影資料" else "sound"
        for carrier in (album.medium or "").split("、"):
            sums["album", "carrier", f"{day:%Y-%m}", f"{kind}|{carrier}"] += bool(carrier)
    for row in session.scalars(select(BookRow).where(BookRow.deleted_at.is_(None), BookRow.public)):
        if row.announced_on is None or row.announced_on > today or row.collection != "books":
            continue
        if row.public_from is not None and row.public_from > noon:
            continue
        month, book = f"{row.announced_on:%Y-%m}", marc.read(row.marc)
        numbers = [b for b in book.bindings if b.isbn]
        sums["book", "records", month, ""] += 1
        sums["book", "isbns", month, ""] += len(numbers)
        for form in Format:
            sums["book", "form-isbns", month, form.value] += len([b for b in numbers if b.format is form])
            sums["book", "form-records", month, form.value] += any(b.format is form for b in book.bindings)
        sums["book", "category", month, book.category or ""] += 1
        sums["book", "class", month, book.classes[0].number[0] if book.classes else ""] += 1
        sums["book", "language", month, book.language or ""] += 1
        if book.original_language:
            sums["book", "original", month, book.original_language] += 1
        sums["book", "prefix", month, "978-957-678"] += 1
    return {key: number for key, number in sums.items() if number}


class Life:
    """Things that happen to records, by chance but always the same for a seed."""

    def __init__(self, session: Session, seed: int) -> None:
        self.session, self.chance, self.today, self.made = session, random.Random(seed), START, 0
        for number, kind in enumerate(("團體", "個人", None)):
            session.add(OrganisationRow(name=f"公司{number}", name_key=f"公司{number}", kind=kind, source="t"))
        session.flush()
        self.companies = list(session.scalars(select(OrganisationRow.id)))

    def step(self) -> None:
        """One of them."""
        deeds: tuple[Callable[[], object], ...] = (
            self.album, self.album, self.album, self.delete_album, self.restore_album, self.undo_album, self.company,
            self.book, self.book, self.merge, self.delete_book, self.restore_book, self.correct, self.hold_back,
        )  # fmt: skip
        self.chance.choice(deeds)()

    def album(self) -> None:
        """A new album, or another state of one."""
        number = self.chance.randrange(12)
        day = self.today - timedelta(days=self.chance.randrange(40))
        released = (day + timedelta(days=self.chance.randrange(-20, 60))).isoformat()[: self.chance.choice((4, 7, 10))]
        tracks = tuple(
            Track(f"曲{n}", isrc=f"TWZZ9{number:02}{n:05}" if self.chance.random() < 0.7 else None)
            for n in range(self.chance.randrange(4))
        )
        made = Album(
            title=f"專輯{number}",
            identity=f"t|{number}",
            source="t",
            released=self.chance.choice((released, released, None)),
            registered_on=self.chance.choice((day, day, day, None)),
            medium=self.chance.choice(_MEDIA),
            work_type=self.chance.choice(_WORK),
            company_id=self.chance.choice((*self.companies, None)),
            tracks=tracks,
        )
        music.save(self.session, made)

    def _some_album(self) -> AlbumRow | None:
        return self.session.scalar(select(AlbumRow).order_by(func.abs(AlbumRow.id - self.chance.randrange(1, 12))))

    def delete_album(self) -> None:
        """Out of the catalogue."""
        if row := self._some_album():
            music.delete(self.session, row.id)

    def restore_album(self) -> None:
        """And back."""
        if row := self._some_album():
            music.restore(self.session, row.id, changed_by="t")

    def undo_album(self) -> None:
        """To what it was at first."""
        if (row := self._some_album()) and row.version > 1:
            music.undo_to(self.session, row.id, 1, changed_by="t")

    def company(self) -> None:
        """A company turns out to be a person, or the other way round."""
        row = self.session.get_one(OrganisationRow, self.chance.choice(self.companies))
        row.kind = self.chance.choice(("團體", "個人", None))
        changes.append(self.session, "organisation", row.id)

    def _record(self, number: int, form: Format) -> IncomingRecord:
        isbn = _isbn(number * 2 + (form is Format.EBOOK))
        book = Book(
            title=f"書{number}",
            parts=TitleParts(main=f"書{number}"),
            contributors=(Contributor("作者"),),
            publisher="國家圖書館",
            published="2026",
            bindings=(Binding(isbn, "平裝" if form is Format.PRINT else "EPUB", format=form),),
            classes=(ClassNumber(f"{number % 10}10", "ncsclt"),) if number % 3 else (),
            language="chi",
            original_language=("jpn", None, "eng")[number % 3],
            category=("文學", None)[number % 2],
            format=form,
        )
        day = self.today - timedelta(days=number % 25)
        content = marc.serialise(marc.write(book))
        return IncomingRecord(marc=content, source="t", match_by=MatchBy.ISBN, announced_on=day)

    def book(self) -> None:
        """A printed book, new or again."""
        ingest(self.session, [self._record(self.chance.randrange(10), Format.PRINT)])

    def merge(self) -> None:
        """The e-book of a title that may be there already as a printed one."""
        ingest(self.session, [self._record(self.chance.randrange(10), Format.EBOOK)])

    def _some_book(self) -> BookRow | None:
        return self.session.scalar(select(BookRow).order_by(func.abs(BookRow.id - self.chance.randrange(1, 12))))

    def delete_book(self) -> None:
        """Out of the catalogue."""
        if row := self._some_book():
            delete_book(self.session, row.id, changed_by="t")

    def restore_book(self) -> None:
        """And back."""
        if row := self._some_book():
            restore_book(self.session, row.id, changed_by="t")

    def correct(self) -> None:
        """Another language and topic."""
        if row := self._some_book():
            book = replace(marc.read(row.marc), language="jpn", languages=("jpn",), category="歷史")
            save_marc(self.session, row.id, marc.serialise(marc.write(book)), changed_by="t")

    def hold_back(self) -> None:
        """Public from a later day on."""
        if row := self._some_book():
            day = self.today + timedelta(days=self.chance.randrange(1, 30))
            row.public_from = datetime.combine(day, time.min, tzinfo=exposure.TAIPEI).astimezone(UTC)
            changes.append(self.session, "book", row.id)


def _isbn(number: int) -> str:
    body = f"978957678{number:03}"
    check = -sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body)) % 10
    return f"{body}{check}"


@pytest.mark.parametrize("seed", range(6))
def test_counts_equal_a_recount_after_whatever_happens(session: Session, seed: int) -> None:
    life, compared, most = Life(session, seed), 0, 0
    for number in range(90):
        life.step()
        if life.chance.random() < 0.4:
            while keeping.count_changes(session, life.today):
                pass
            for later in (0, 10, 70):
                day = life.today + timedelta(days=later)
                sums = recounted(session, day)
                assert kept(session, day) == sums, (number, later)
                compared, most = compared + 1, max(most, len(sums))
        life.today += timedelta(days=life.chance.choice((0, 0, 1, 9)))
    assert compared >= 60
    assert most >= 20


def test_a_merge_counts_one_record_with_two_numbers(session: Session) -> None:
    life = Life(session, 1)
    ingest(session, [life._record(4, Format.PRINT)])
    ingest(session, [life._record(4, Format.EBOOK)])
    while keeping.count_changes(session, START):
        pass
    month = f"{START - timedelta(days=4):%Y-%m}"
    assert kept(session, START)["book", "records", month, ""] == 1
    assert kept(session, START)["book", "isbns", month, ""] == 2
    table = statistics.make(session, "isbn-monthly", START, month)
    assert table.totals == {"value": "總計", "isbns": 2, "records": 1}


def test_a_recount_makes_the_same_of_damaged_counts(engine: Engine) -> None:
    writes, reads = database.write_sessions(engine), database.read_sessions(engine)
    with writes.begin() as session:
        life = Life(session, 3)
        for _ in range(60):
            life.step()
    assert keeping.catch_up(writes, today=START) > 60
    assert keeping.catch_up(writes, today=START) == 0
    with writes.begin() as session:
        right = kept(session, START)
        for row in session.scalars(select(StatisticCount).limit(5)):
            row.number += 7
        session.delete(session.scalars(select(StatisticFact)).first())
    counted = keeping.recount(reads, writes, START)
    with writes.begin() as session:
        assert kept(session, START) == right == recounted(session, START)
        assert keeping.waiting(session) == 0
    assert counted["album"] > 0
    assert counted["book"] > 0


def test_what_changes_during_a_recount_is_counted_afterwards(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    writes, reads = database.write_sessions(engine), database.read_sessions(engine)
    with writes.begin() as session:
        life = Life(session, 4)
        for _ in range(60):
            life.step()
    of_books = keeping._book_facts

    def meanwhile(session: Session, ids: Collection[int], today: date) -> dict[int, Fact]:
        monkeypatch.setattr(keeping, "_book_facts", of_books)
        found = of_books(session, ids, today)
        with writes.begin() as other:
            music.save(other, Album("新專輯", "t|new", "t", registered_on=START, released=START.isoformat()))
        return found

    monkeypatch.setattr(keeping, "_book_facts", meanwhile)
    keeping.recount(reads, writes, START)
    keeping.catch_up(writes, today=START)
    with writes.begin() as session:
        assert kept(session, START) == recounted(session, START)


def test_what_was_just_entered_is_counted_for_the_reader_and_much_is_left_to_the_job(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes, reads = database.write_sessions(engine), database.read_sessions(engine)
    today = keeping.today_in_taipei()
    with writes.begin() as session:
        music.save(session, Album("新專輯", "t|1", "t", registered_on=today, released=today.isoformat()))
    keeping.freshen(reads, writes)
    month = f"{today:%Y-%m}"
    with reads() as session:
        assert kept(session, today)["album", "albums", month, "general"] == 1
    monkeypatch.setattr(keeping, "SOON", 0)
    with writes.begin() as session:
        music.save(session, Album("又一張", "t|2", "t", registered_on=today, released=today.isoformat()))
    keeping.freshen(reads, writes)
    with reads() as session:
        table = statistics.make(session, "isrc-monthly", today, month)
        assert table.rows[1]["total"] == 1
        assert "1 筆異動尚未計入" in str(table.notes[-1])


def test_a_busy_database_does_not_stop_the_reader(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    writes, reads = database.write_sessions(engine), database.read_sessions(engine)
    with writes.begin() as session:
        music.save(session, Album("新專輯", "t|1", "t", registered_on=START, released=START.isoformat()))

    def busy(*_: object) -> int:
        raise OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked"))

    monkeypatch.setattr(keeping, "catch_up", busy)
    keeping.freshen(reads, writes)
    with reads() as session:
        assert session.scalar(select(Checkpoint.change_id).where(Checkpoint.name == keeping.CHECKPOINT)) is None


def test_kinds_of_publishers_by_their_prefixes(session: Session) -> None:
    life = Life(session, 1)
    ingest(session, [life._record(n, Format.PRINT) for n in range(3)])
    while keeping.count_changes(session, START):
        pass
    month = f"{START:%Y-%m}"

    def rows() -> dict[object, object]:
        return {row["value"]: row["records"] for row in statistics.make(session, "isbn-publisher", START, month).rows}

    assert rows() == {"未註明": 3}
    group, person, _ = life.companies
    session.add(RegistrantPrefix(organisation_id=group, scheme="isbn", prefix="978-957-678"))
    session.flush()
    assert rows() == {"團體（公司行號、政府機關、團體會社）": 3}
    session.add(RegistrantPrefix(organisation_id=person, scheme="isbn", prefix="978-957-678"))
    session.flush()
    assert rows() == {"未註明": 3}, "a prefix that several share tells no kind"
    classes = statistics.make(session, "isbn-class", START, month)
    assert [row["value"] for row in classes.rows] == ["1 哲學類", "2 宗教類", "未註明"]
