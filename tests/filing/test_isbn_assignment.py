"""Numbers from publishers' ranges: each once, no gap without a line, next range, refused ranges; 50 workers at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.filing import audit
from shuyin.filing.isbn import assignment, ranges
from shuyin.filing.isbn.assignment import NumbersExhausted, Wanted
from shuyin.filing.isbn.ranges import RangeRefused
from shuyin.filing.models import FilingRow, IsbnNumber, IsbnRange
from shuyin.filing.office import By, Office
from shuyin.records import database, isbn
from shuyin.records.models import BindingRow, BookRow, OrganisationRow, RegistrantPrefix, utc_now

STAFF = By("staff", "cataloguer", 1)


def publisher(session: Session, name: str = "書坊", prefix: str | None = None) -> int:
    row = OrganisationRow(name=name, name_key=name, source="t")
    if prefix:
        row.prefixes.append(RegistrantPrefix(scheme="isbn", prefix=prefix))
    session.add(row)
    session.flush()
    return row.id


def filing(session: Session, organisation_id: int | None = None) -> int:
    row = FilingRow(kind="isbn", declared=1, state="sent", organisation_id=organisation_id)
    session.add(row)
    session.flush()
    return row.id


def book(session: Session, number: str) -> None:
    row = BookRow(marc=b"", source="t", identity=f"isbn|{number}", digest=b"", deleted_at=utc_now())
    row.bindings.append(BindingRow(position=0, isbn=number))
    session.add(row)
    session.flush()


def one(item: str = "paperback", label: str = "平裝") -> list[Wanted]:
    return [Wanted(item, label)]


def test_numbers_follow_each_other_with_their_check_digits(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house = publisher(session)
        ranges.add(session, office, house, "978-957-678", "431", "", by=STAFF)
        wanted = [Wanted("hardback", "精裝"), Wanted("paperback", "平裝")]
        given = assignment.assign(session, office, house, filing(session), wanted, by=STAFF)
        # S2 五(一)2 prints the first of them: ISBN 978-957-678-431-6
        assert [isbn.hyphenate(row.isbn) for row in given] == ["978-957-678-431-6", "978-957-678-432-3"]
        assert all(isbn.check(row.isbn).isbn for row in given)
        assert [(row.item, row.label, row.state) for row in given] == [
            ("hardback", "精裝", "assigned"),
            ("paperback", "平裝", "assigned"),
        ]


def test_a_filing_that_asks_again_keeps_its_numbers(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house = publisher(session)
        ranges.add(session, office, house, "978-957-678", "", "", by=STAFF)
        asked = filing(session)
        first = assignment.assign(session, office, house, asked, one(), by=STAFF)[0].isbn
    with writes.begin() as session:
        both = [Wanted("set", "全套"), *one()]
        again = assignment.assign(session, office, house, asked, both, by=STAFF)
        assert [row.item for row in again] == ["set", "paperback"]
        assert again[1].isbn == first
        assert len(assignment.of_filing(session, asked)) == 2


def test_numbers_of_the_catalogue_are_passed_over_with_a_line(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house = publisher(session)
        taken = [ranges.number_at("978-957-678", place) for place in (0, 1, 3)]
        for number in taken:
            book(session, number)  # deleted records count as well
        ranges.add(session, office, house, "978-957-678", "", "", by=STAFF)
        asked = filing(session)
        wanted = [Wanted(f"volume-{n}", "") for n in range(2)]
        given = [row.isbn for row in assignment.assign(session, office, house, asked, wanted, by=STAFF)]
        assert given == [ranges.number_at("978-957-678", place) for place in (2, 4)]
        assert set(session.scalars(select(IsbnNumber.isbn).where(IsbnNumber.state == "found"))) == set(taken)
        assert assignment.verify(session) == assignment.Ledger(5, ())


def test_a_gap_is_found(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house = publisher(session)
        ranges.add(session, office, house, "978-957-678", "", "", by=STAFF)
        number = assignment.assign(session, office, house, filing(session), one(), by=STAFF)[0]
        session.delete(number)
        session.flush()
        assert assignment.verify(session).gaps == (number.isbn,)


def test_the_next_range_follows_an_exhausted_one(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house = publisher(session)
        ranges.add(session, office, house, "978-957-678", "998", "999", by=STAFF)
        closed = ranges.add(session, office, house, "978-986-6678", "", "", by=STAFF)
        ranges.set_open(session, closed.id, False, revision=1, by=STAFF)
        ranges.add(session, office, house, "978-626-7613", "10", "", by=STAFF)
        wanted = [Wanted(f"volume-{n}", "") for n in range(4)]
        given = assignment.assign(session, office, house, filing(session), wanted, by=STAFF)
        assert [isbn.hyphenate(row.isbn)[:-2] for row in given] == [
            "978-957-678-998",
            "978-957-678-999",
            "978-626-7613-10",
            "978-626-7613-11",
        ]
        assert assignment.left_for(session, house) == 88


def test_too_few_numbers_give_out_none(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house = publisher(session)
        ranges.add(session, office, house, "978-957-678", "998", "999", by=STAFF)
        asked = filing(session)
    wanted = [Wanted(f"volume-{n}", "") for n in range(3)]
    with pytest.raises(NumbersExhausted) as refused, writes.begin() as session:
        assignment.assign(session, office, house, asked, wanted, by=STAFF)
    assert refused.value.missing == 1
    with writes.begin() as session:
        assert assignment.of_filing(session, asked) == []
        assert session.scalars(select(IsbnRange.next)).one() == 998


def test_what_is_rolled_back_is_given_to_the_next(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house = publisher(session)
        ranges.add(session, office, house, "978-957-678", "", "", by=STAFF)
        first, second = filing(session), filing(session)
    with writes() as session:
        lost = assignment.assign(session, office, house, first, one(), by=STAFF)[0].isbn
        session.rollback()
    with writes.begin() as session:
        assert assignment.assign(session, office, house, second, one(), by=STAFF)[0].isbn == lost


def test_a_number_given_up_is_never_given_again(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house = publisher(session)
        ranges.add(session, office, house, "978-957-678", "", "", by=STAFF)
        asked = filing(session)
        number = assignment.assign(session, office, house, asked, one(), by=STAFF)[0].isbn
        assignment.give_up(session, office, number, by=STAFF, reason="書未出版")
        assert assignment.assign(session, office, house, asked, one(), by=STAFF)[0].isbn != number
        with pytest.raises(assignment.NumberNotGivenUp):
            assignment.give_up(session, office, number, by=STAFF, reason="")
        in_use = assignment.assign(session, office, house, asked, one("set"), by=STAFF)[0].isbn
        book(session, in_use)
        with pytest.raises(assignment.NumberNotGivenUp):
            assignment.give_up(session, office, in_use, by=STAFF, reason="")
        assert [entry.action for entry in audit.history(session, "isbn", number)] == ["give-up-isbn"]


REFUSED: list[tuple[str, str, str, str]] = [
    ("957-678", "", "", ranges.NO_PREFIX),
    ("甲乙丙", "", "", ranges.NO_PREFIX),
    ("977-957-678", "", "", ranges.NO_PREFIX),
    ("978-7-100", "", "", ranges.FOREIGN),
    ("978-988-8001", "", "", ranges.FOREIGN),
    ("978-957-6", "", "", ranges.WRONG_LENGTH),
    ("978-957-6789", "", "", ranges.WRONG_LENGTH),
    ("978-626-07", "", "", ranges.NOT_DEFINED),
    ("978-957-678", "20", "10", ranges.NO_SPAN),
    ("978-957-678", "0", "1000", ranges.NO_SPAN),
    ("978-957-678", "一", "", ranges.NO_SPAN),
    ("978-957-678", "-1", "5", ranges.NO_SPAN),
    ("978-986-123", "", "", ranges.ANOTHERS),
    ("978-986-6678", "50", "", ranges.OVERLAP),
    ("978-986-6678", "10", "60", ranges.OVERLAP),
    ("978-986-6678", "", "", ranges.OVERLAP),
]


def test_foreign_and_overlapping_ranges_are_refused(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house, other = publisher(session), publisher(session, "別家", "978-986-123")
        ranges.add(session, office, house, "978-986-6678", "50", "99", by=STAFF)
    tried = 0
    for prefix, first, last, message in REFUSED:
        with pytest.raises(RangeRefused) as refused, writes.begin() as session:
            ranges.add(session, office, house, prefix, first, last, by=STAFF)
        assert refused.value.message == message, prefix
        tried += 1
    assert tried == 16
    with writes.begin() as session:
        ranges.add(session, office, house, "9789866678", "0", "49", by=STAFF)  # beside it, without hyphens
        ranges.add(session, office, other, "978-986-123", "", "", by=STAFF)  # its own
        with pytest.raises(RangeRefused):
            ranges.add(session, office, 999, "978-957-678", "", "", by=STAFF)


def test_a_new_prefix_is_registered_with_its_publisher(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house = publisher(session)
        row = ranges.add(session, office, house, "978-957-678", "", "", by=STAFF, note="首次")
        prefix = session.scalars(select(RegistrantPrefix)).one()
        assert (prefix.organisation_id, prefix.prefix, prefix.assigned_on) == (house, "978-957-678", office.today())
        assert session.get_one(OrganisationRow, house).version == 2
        assert (row.first, row.last, row.next) == (0, 999, 0)
        assert [entry.action for entry in audit.history(session, "isbn-range", row.id)] == ["add-range"]


def test_ranges_are_found_with_their_usage(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        house = publisher(session)
        row = ranges.add(session, office, house, "978-957-678", "431", "440", by=STAFF)
        assignment.assign(session, office, house, filing(session), one(), by=STAFF)
        for words in ("書坊", "978-957-678", "978957", ""):
            usage = ranges.listed(session, words=words)
            assert [(u.total, u.assigned, u.passed, u.left) for u in usage] == [(10, 1, 0, 9)]
            assert usage[0].next_isbn == "978-957-678-432-3"
        assert ranges.listed(session, words="別家") == ranges.listed(session, organisation_id=house + 1) == []
        with pytest.raises(RangeRefused):
            ranges.set_open(session, row.id, False, revision=7, by=STAFF)


def in_parallel(url: str, count: int, work: Callable[[sessionmaker[Session], int], Any]) -> list[Any]:
    """What `count` workers with a connection of their own return."""

    def run(number: int) -> Any:
        engine = database.connect(url)
        try:
            return work(database.write_sessions(engine), number)
        finally:
            engine.dispose()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_fifty_workers_get_distinct_numbers(engine: Engine, writes: sessionmaker[Session], office: Office) -> None:
    workers, rounds = 50, 2
    with writes.begin() as session:
        house = publisher(session)
        for first in range(0, 400, 40):
            ranges.add(session, office, house, "978-957-678", str(first), str(first + 39), by=STAFF)
        asked = [[filing(session) for _ in range(rounds)] for _ in range(workers)]

    def work(mine: sessionmaker[Session], number: int) -> list[str]:
        numbers = []
        for filing_id in asked[number]:
            with mine.begin() as session:
                wanted = [Wanted("hardback", "精裝"), Wanted("paperback", "平裝")]
                numbers += [row.isbn for row in assignment.assign(session, office, house, filing_id, wanted, by=STAFF)]
        return numbers

    url = engine.url.render_as_string(hide_password=False)
    given = [number for numbers in in_parallel(url, workers, work) for number in numbers]
    assert len(given) == len(set(given)) == workers * rounds * 2
    assert sorted(given) == sorted(ranges.number_at("978-957-678", place) for place in range(200))
    with writes() as session:
        assert assignment.verify(session) == assignment.Ledger(200, ())
        assert audit.verify(session).broken_at is None
