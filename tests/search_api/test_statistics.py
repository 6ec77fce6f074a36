"""Statistics: the printed history to the figure, later days counted from the records, on both databases."""

import csv
import io
import random
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest
from sqlalchemy.orm import Session

from shuyin.records import music
from shuyin.records.models import OrganisationRow, RegistrantPrefix
from shuyin.records.music import Album, Track
from shuyin.search_api import statistics
from shuyin.search_api.statistics import charts, isrc
from shuyin.search_api.statistics.registry import BadMonth, read_month

TODAY = date(2026, 11, 21)


def organisation(session: Session, name: str, kind: str, assigned: date) -> OrganisationRow:
    row = OrganisationRow(name=name, name_key=name, kind=kind, source="test")
    row.prefixes.append(RegistrantPrefix(scheme="isrc", prefix=f"TW{name}", assigned_on=assigned))
    session.add(row)
    session.flush()
    return row


def album(session: Session, number: int, company: int | None, day: date, released: str, tracks: int) -> None:
    made = Album(
        title=f"專輯{number}",
        identity=f"test|{number}",
        source="test",
        company_id=company,
        registered_on=day,
        released=released,
        medium="CD、數位發行",
        tracks=tuple(Track(f"曲{n}", isrc=f"TWZZ9{number % 100:02}{n:05}") for n in range(tracks)),
    )
    music.save(session, made)


def counted(session: Session, today: date = TODAY) -> None:
    """Follow the change log to its end, as the job does."""
    while statistics.keeping.count_changes(session, today):
        pass


def test_the_history_is_what_the_source_prints(session: Session) -> None:
    table = statistics.make(session, "isrc-yearly", date(2025, 11, 30))
    rows = {row["year"]: row for row in table.rows}
    assert len(rows) == 27
    assert rows[1999] == {
        "year": 1999, "general_registrants": 94, "individual_registrants": 0, "albums": 687, "tracks": 8643,
    }  # fmt: skip
    assert rows[2025]["tracks"] == 50781
    assert (table.totals["albums"], table.totals["tracks"]) == (130011, 571483)
    told = " ".join(map(str, table.notes))
    assert "130,011" in told
    assert "129,861" in told
    assert "569,656" in told


def test_later_days_are_counted_and_the_printed_ones_not_twice(session: Session) -> None:
    firm = organisation(session, "A21", "團體", date(2026, 3, 1))
    person = organisation(session, "MK1", "個人", date(2026, 3, 2))
    organisation(session, "OLD", "團體", date(2020, 1, 1))
    album(session, 1, firm.id, date(2026, 3, 5), "2026-03-05", 3)
    album(session, 2, person.id, date(2026, 3, 6), "2026", 2)
    album(session, 3, firm.id, date(2025, 10, 1), "2025-10-01", 9)
    counted(session)
    table = statistics.make(session, "isrc-yearly", TODAY)
    row = table.rows[-1]
    assert row == {
        "year": 2026, "general_registrants": 1, "individual_registrants": 1, "albums": 1, "tracks": 3,
    }, "an album of 2026 without a day is public on the last day of the year"  # fmt: skip
    assert table.rows[-2]["albums"] == 13826
    at_the_end = statistics.make(session, "isrc-yearly", date(2026, 12, 31))
    assert (at_the_end.rows[-1]["albums"], at_the_end.rows[-1]["tracks"]) == (2, 5)


def test_the_month_by_kind_of_registrant(session: Session) -> None:
    firm = organisation(session, "A21", "團體", date(2026, 3, 1))
    person = organisation(session, "MK1", "個人", date(2026, 3, 2))
    album(session, 1, firm.id, date(2026, 3, 5), "2026-03-05", 3)
    album(session, 2, person.id, date(2026, 3, 31), "2026-03-31", 2)
    album(session, 3, None, date(2026, 4, 1), "2026-04-01", 1)
    album(session, 4, firm.id, date(2026, 3, 9), "2027-01-01", 7)
    counted(session)
    table = statistics.make(session, "isrc-monthly", TODAY, "2026-03")
    assert [(r["general"], r["individual"], r["total"]) for r in table.rows] == [(1, 1, 2), (1, 1, 2), (3, 2, 5)]
    period = read_month("2026-03", TODAY)
    told = str(isrc.sentence(table, period, isrc.reporting_companies(session, period, TODAY)))
    assert "2026年3月" in told
    assert "A21" in told
    media = statistics.make(session, "isrc-media", TODAY, "2026-03")
    assert (media.rows[0]["CD"], media.rows[0]["數位發行"], media.rows[1]["CD"]) == (2, 2, None)


def test_twelve_months_add_up_to_a_recount(session: Session) -> None:
    chance = random.Random(7)
    firm = organisation(session, "A21", "團體", date(2026, 3, 1))
    expected: dict[str, list[int]] = {}
    for number in range(120):
        day = date(2025, 12, 1) + timedelta(days=chance.randrange(356))
        released = day + timedelta(days=chance.randrange(-40, 40))
        tracks = chance.randrange(4)
        album(session, number, firm.id, day, released.isoformat(), tracks)
        if released <= TODAY and day <= TODAY:
            month = expected.setdefault(f"{day:%Y-%m}", [0, 0])
            month[0] += 1
            month[1] += tracks
    counted(session)
    table = statistics.make(session, "isrc-twelve-months", TODAY)
    assert len(table.rows) == 12
    assert {str(r["month"]): [r["albums"], r["tracks"]] for r in table.rows if r["albums"]} == expected
    assert len(expected) >= 10


@pytest.mark.parametrize("name", list(statistics.TABLES))
def test_every_table_can_be_made_of_nothing_and_printed(session: Session, name: str) -> None:
    table = statistics.make(session, name, TODAY)
    text = table.to_csv({})
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    assert rows[0] == [column.label for column in table.columns]
    assert len(rows) == 1 + len(table.rows) + bool(table.totals)
    assert table.to_json()["table"] == name


def test_what_is_no_table_or_month_is_refused(session: Session) -> None:
    with pytest.raises(statistics.UnknownTable):
        statistics.make(session, "nothing", TODAY)
    for text in ("2026-13", "2026", "26-01", "2027-01", "２０２６-01", "2026-00"):
        with pytest.raises(BadMonth):
            read_month(text, TODAY)
    assert read_month(None, date(2026, 1, 5)).first == date(2025, 12, 1)


def test_a_chart_says_every_value_and_is_well_formed() -> None:
    drawn = charts.bar_chart("專輯 <&>", "每年張數", ["2024", "2025"], [charts.Series("專輯", [10, 0])])
    root = ElementTree.fromstring(drawn)
    assert root.attrib["aria-label"] == "專輯 <&>"
    assert [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")] == [
        "專輯 <&>",
        "2024 專輯 10",
        "2025 專輯 0",
    ]
    with pytest.raises(ValueError):
        charts.bar_chart("", "", ["2024"], [charts.Series("x", [1, 2])])


@pytest.mark.parametrize(("highest", "top"), [(0, 1), (1, 1), (7, 8), (99, 100), (18783, 20000), (571483, 600000)])
def test_the_axis_ends_at_a_round_number_above_the_highest(highest: int, top: int) -> None:
    found, step = charts.scale(highest)
    assert found == top
    assert found % step == 0


def test_the_month_that_the_former_system_printed(session: Session) -> None:
    """S0, 按月統計: tables 1 and 2 of November 2025; other months of its time say where their figures are."""
    table = statistics.make(session, "isrc-monthly", TODAY, "2025-11")
    assert [(row["general"], row["individual"], row["total"]) for row in table.rows] == [
        (4, 4, 8), (4063, 10, 4073), (9380, 31, 9411),
    ]  # fmt: skip
    assert "4,073" in str(isrc.sentence(table, isrc.month_of(2025, 11)))
    media = statistics.make(session, "isrc-media", TODAY, "2025-11")
    assert [(row["CD"], row["DVD"], row["數位發行"]) for row in media.rows] == [(9, None, 1391), (None, 3, None)]
    for month, said in (("2025-11", "原系統公布"), ("2025-10", "只計算本系統"), ("2025-12", "")):
        notes = " ".join(map(str, statistics.make(session, "isrc-monthly", TODAY, month).notes))
        assert said in notes and bool(notes) is bool(said)


def test_records_of_ones_own_come_before_the_printed_month(session: Session) -> None:
    organisation(session, "ZZ9", "company", date(2025, 11, 3))
    table = statistics.make(session, "isrc-monthly", TODAY, "2025-11")
    assert [row["total"] for row in table.rows] == [1, 0, 0]
