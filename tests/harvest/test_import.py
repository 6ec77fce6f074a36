"""`import_file`: every record accounted for, twice is once, a kill costs nothing, one bad record stops nothing."""

from __future__ import annotations

import csv
import gzip
import signal
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, func, select
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from shuyin.harvest.announcing import announcement
from shuyin.harvest.detect import detect
from shuyin.harvest.progress import Progress
from shuyin.harvest.reading import SourceFormat, UnreadableFile
from shuyin.harvest.rejects import rejected_lines, retry_rejected, write_report
from shuyin.harvest.services import ImportedElsewhere, import_file
from shuyin.records import database, marc
from shuyin.records.models import BookRow, Change, ImportBatch, RejectedRecord
from tests.harvest import samples
from tests.shared_data import shared

Sessions = sessionmaker[Session]


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    """Writing sessions on both kinds of database."""
    return database.write_sessions(engine)


@pytest.fixture
def sqlite_sessions(sqlite_engine: Engine) -> Sessions:
    """Writing sessions on SQLite, for what does not depend on the kind."""
    return database.write_sessions(sqlite_engine)


def many(path: Path, count: int) -> Path:
    path.write_bytes(b"".join(samples.iso2709(samples.invented(n)) for n in range(count)))
    return path


def mixed(path: Path) -> Path:
    """Good, damaged, good, without title, good, truncated."""
    path.write_bytes(
        samples.iso2709(samples.journal_report())
        + samples.damaged_marc8_record()
        + samples.iso2709(samples.invented(1))
        + samples.iso2709(samples.invented(2)[:3])
        + samples.marc8_record()
        + samples.iso2709(samples.invented(3))[:80]
    )
    return path


def count(sessions: Sessions, table: type) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_counts_add_up_and_rejects_are_kept(sessions: Sessions, tmp_path: Path) -> None:
    report = import_file(sessions, mixed(tmp_path / "mixed.mrc"), source="test")
    assert report.counts == {"new": 3, "rejected": 3}
    assert report.records == 6
    with sessions() as session:
        kept = list(session.scalars(select(RejectedRecord).order_by(RejectedRecord.position)))
        assert [(r.position, r.code) for r in kept] == [(2, "damaged_multibyte"), (4, "no_title"), (6, "truncated")]
        assert kept[0].raw == samples.damaged_marc8_record()
        batch = session.scalars(select(ImportBatch)).one()
        assert (batch.position, batch.counts) == (6, {"new": 3, "rejected": 3})
        assert batch.finished_at is not None
        stored = session.scalars(select(BookRow).order_by(BookRow.id)).first()
        assert stored is not None and stored.marc == samples.iso2709(samples.journal_report())
        assert stored.original is None


def test_a_second_import_changes_nothing(sessions: Sessions, tmp_path: Path) -> None:
    path = mixed(tmp_path / "mixed.mrc")
    import_file(sessions, path, source="test")
    changes, rejects = count(sessions, Change), count(sessions, RejectedRecord)
    report = import_file(sessions, path, source="test")
    assert report.counts == {"unchanged": 3, "rejected": 3}
    assert count(sessions, Change) == changes
    assert count(sessions, RejectedRecord) == rejects
    assert count(sessions, BookRow) == 3


def test_a_changed_record_is_an_update(sqlite_sessions: Sessions, tmp_path: Path) -> None:
    path = many(tmp_path / "a.mrc", 3)
    import_file(sqlite_sessions, path, source="test")
    changed = [samples.invented(0), samples.invented(1, "改過的題名"), samples.invented(2), samples.invented(3)]
    path.write_bytes(b"".join(map(samples.iso2709, changed)))
    assert import_file(sqlite_sessions, path, source="test").counts == {"unchanged": 2, "updated": 1, "new": 1}


def test_the_same_record_in_other_bytes_is_unchanged_and_stays_so(sessions: Sessions, tmp_path: Path) -> None:
    """A column that is no part of the record changes; its original is kept up to date, the record is not touched."""
    path = tmp_path / "a.csv"
    outcomes = []
    for shop in ("甲", "乙", "乙"):
        path.write_text(f"isbn,title,shop_category\n9789576780035,測試,{shop}\n", encoding="utf-8")
        outcomes.append(import_file(sessions, path, source="shop").counts)
    assert outcomes == [{"new": 1}, {"unchanged": 1}, {"unchanged": 1}]
    with sessions() as session:
        row = session.scalars(select(BookRow)).one()
        assert row.version == 1
        assert row.original is not None and "乙" in row.original.decode()
    assert count(sessions, Change) == 1


def test_a_dry_run_says_the_same_and_writes_nothing(sessions: Sessions, tmp_path: Path) -> None:
    path = mixed(tmp_path / "mixed.mrc")
    dry = import_file(sessions, path, source="test", dry_run=True, batch_size=2)
    assert [count(sessions, t) for t in (BookRow, Change, ImportBatch, RejectedRecord)] == [0, 0, 0, 0]
    assert dry.batch_id is None
    assert dry.counts == import_file(sessions, path, source="test").counts
    assert [n.code for n in dry.notes if n.code != "warning"] == ["damaged_multibyte", "no_title", "truncated"]


def test_an_interrupted_import_goes_on_where_it_was(sqlite_sessions: Sessions, tmp_path: Path) -> None:
    path = many(tmp_path / "a.mrc", 50)

    class Stop(Exception):
        pass

    def stop(progress: Progress) -> None:
        if progress.records >= 20:
            raise Stop

    with pytest.raises(Stop):
        import_file(sqlite_sessions, path, source="test", progress=stop, batch_size=10)
    assert count(sqlite_sessions, BookRow) == 20
    report = import_file(sqlite_sessions, path, source="test", batch_size=10)
    assert report.resumed_at == 20
    assert report.counts == {"new": 50}
    assert count(sqlite_sessions, BookRow) == 50
    assert count(sqlite_sessions, ImportBatch) == 1


_CHILD = """
import sys
from pathlib import Path
from shuyin.harvest.services import import_file
from shuyin.records import database
sessions = database.write_sessions(database.connect(sys.argv[1]))
report = import_file(sessions, Path(sys.argv[2]), source="test", batch_size=50,
                     progress=lambda p: print(p.records, flush=True))
"""


def test_kill_minus_nine_loses_nothing_and_doubles_nothing(sqlite_url: str, tmp_path: Path) -> None:
    """Killed three times at different places; the last run brings every record exactly once."""
    total = 4000
    path = many(tmp_path / "a.mrc", total)
    kills = 0
    for target in (200, 1100, 2500):
        process = subprocess.Popen(
            [sys.executable, "-c", _CHILD, sqlite_url, str(path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) >= target:
                process.send_signal(signal.SIGKILL)
                kills += 1
                break
        process.stdout.close()
        assert process.wait(30) == -signal.SIGKILL
    assert kills == 3
    engine = database.connect(sqlite_url)
    sessions = database.write_sessions(engine)
    report = import_file(sessions, path, source="test")
    assert report.resumed_at >= 2500
    assert report.counts == {"new": total}
    with sessions() as session:
        numbers = Counter(session.scalars(select(BookRow.control_number)))
        changed = Counter(session.scalars(select(Change.record_id)))
    engine.dispose()
    assert len(numbers) == total and max(numbers.values()) == 1
    assert len(changed) == total and max(changed.values()) == 1


def test_two_imports_of_one_file_do_not_run_at_once(sqlite_sessions: Sessions, tmp_path: Path) -> None:
    path = many(tmp_path / "a.mrc", 30)
    ran = []

    def meanwhile(progress: Progress) -> None:
        if not ran:
            ran.append(import_file(sqlite_sessions, path, source="test", batch_size=10))

    with pytest.raises(ImportedElsewhere, match="另一個程序"):
        import_file(sqlite_sessions, path, source="test", progress=meanwhile, batch_size=10)
    assert ran[0].counts == {"new": 30}
    assert count(sqlite_sessions, BookRow) == 30


def test_a_record_that_the_database_refuses_is_rejected_alone(
    sqlite_sessions: Sessions, sqlite_engine: Engine, tmp_path: Path
) -> None:
    path = many(tmp_path / "a.mrc", 12)

    @event.listens_for(sqlite_engine, "before_cursor_execute")
    def refuse(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        if statement.startswith("INSERT INTO books") and "made-0000007" in repr(parameters):
            raise DataError(statement, None, ValueError("refused"))

    report = import_file(sqlite_sessions, path, source="test", batch_size=5)
    assert report.counts == {"new": 11, "rejected": 1}
    assert [(n.position, n.code) for n in report.notes] == [(8, "write_failed")]


def test_a_database_that_is_away_stops_the_import_and_rejects_nothing(
    sqlite_sessions: Sessions, sqlite_engine: Engine, tmp_path: Path
) -> None:
    path = many(tmp_path / "a.mrc", 12)
    state = {"away": True}

    @event.listens_for(sqlite_engine, "before_cursor_execute")
    def away(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if state["away"] and statement.startswith("INSERT INTO books"):
            raise OperationalError(statement, None, ConnectionError("gone"))

    with pytest.raises(OperationalError):
        import_file(sqlite_sessions, path, source="test", batch_size=5)
    state["away"] = False
    assert count(sqlite_sessions, RejectedRecord) == 0
    assert import_file(sqlite_sessions, path, source="test").counts == {"new": 12}


def test_a_reader_that_fails_unexpectedly_rejects_the_record(
    sqlite_sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shuyin.harvest.readers.marc21 import Marc21Reader

    convert = Marc21Reader.convert

    def broken(self: Marc21Reader, piece: bytes, source: str) -> object:
        if b"made-0000001" in piece:
            raise KeyError("bug")
        return convert(self, piece, source)

    monkeypatch.setattr(Marc21Reader, "convert", broken)
    path = many(tmp_path / "a.mrc", 3)
    assert import_file(sqlite_sessions, path, source="test").counts == {"new": 2, "rejected": 1}
    monkeypatch.undo()
    assert retry_rejected(sqlite_sessions) == {"new": 1}


def test_rejects_can_be_tried_again(sessions: Sessions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record refused under yesterday's rules is taken under today's; the rest stays on the list."""
    from shuyin.harvest.readers import marc21

    monkeypatch.setattr(marc21, "OTHER_TYPES", frozenset(b"a"))
    path = mixed(tmp_path / "mixed.mrc")
    report = import_file(sessions, path, source="test")
    assert report.counts == {"rejected": 6}
    monkeypatch.undo()
    assert retry_rejected(sessions, report.batch_id) == {"new": 3, "rejected": 3}
    with sessions() as session:
        batch = session.get_one(ImportBatch, report.batch_id)
        assert batch.counts == {"new": 3, "rejected": 3}
        assert len(list(rejected_lines(session, [batch.id]))) == 3
    assert retry_rejected(sessions) == {"rejected": 3}
    assert count(sessions, BookRow) == 3


def test_the_report_names_file_place_and_reason(sqlite_sessions: Sessions, tmp_path: Path) -> None:
    report = import_file(sqlite_sessions, mixed(tmp_path / "mixed.mrc"), source="test")
    with sqlite_sessions() as session:
        assert report.batch_id is not None
        lines = list(rejected_lines(session, [report.batch_id]))
        assert write_report(lines, tmp_path / "r.csv") == 3
        assert write_report(rejected_lines(session), tmp_path / "r.txt") == 3
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["檔案"], r["第幾筆"], r["代碼"]) for r in rows] == [
        ("mixed.mrc", "2", "damaged_multibyte"),
        ("mixed.mrc", "4", "no_title"),
        ("mixed.mrc", "6", "truncated"),
    ]
    assert "沒有題名" in rows[1]["說明"]
    assert rows[1]["記錄開頭"].startswith("made-0000002 TEST")
    assert "mixed.mrc 第 4 筆 [no_title] 沒有題名" in (tmp_path / "r.txt").read_text(encoding="utf-8")


def test_the_report_shows_the_row_not_the_header(sqlite_sessions: Sessions) -> None:
    for name in ("plain.csv", "onix-3.0-reference.xml"):
        import_file(sqlite_sessions, samples.FIXTURES / name)
    with sqlite_sessions() as session:
        shown = [line.excerpt for line in rejected_lines(session)]
    assert [text[:13] for text in shown] == ["9786260000000", "4710970052782", "<RecordRefere"]


def test_progress_tells_rate_and_time_left(sqlite_sessions: Sessions, tmp_path: Path) -> None:
    seen: list[Progress] = []
    path = many(tmp_path / "a.mrc", 100)
    import_file(sqlite_sessions, path, source="test", progress=seen.append, batch_size=10)
    assert [p.records for p in seen] == list(range(10, 101, 10))
    assert all(p.rate > 0 and p.seconds_left is not None for p in seen)
    assert seen[-1].share == 1.0
    half = Progress(records=50, bytes_read=50, bytes_total=100, seconds=2.0, records_this_run=50)
    assert (half.rate, half.share, half.seconds_left) == (25.0, 0.5, 2.0)


@pytest.mark.parametrize(
    ("imprint", "asked", "day"),
    [
        ("2025-09-03", "published", date(2025, 9, 3)),
        ("民114.09", "published", date(2025, 9, 1)),
        ("2025", "published", None),
        ("2025-09-03", "2025-10-01", date(2025, 10, 1)),
        ("2025-09-03", None, None),
    ],
)
def test_the_day_in_the_feed_is_set_only_where_asked_for(
    sqlite_sessions: Sessions, tmp_path: Path, imprint: str, asked: str | None, day: date | None
) -> None:
    fields = [*samples.invented(1)[:4], ("264", samples.field(" 1", ("b", "測試出版,"), ("c", imprint)))]
    path = tmp_path / "a.mrc"
    path.write_bytes(samples.iso2709(fields))
    import_file(sqlite_sessions, path, source="test", announce=announcement(asked) if asked else None)
    with sqlite_sessions() as session:
        assert session.scalars(select(BookRow.announced_on)).one() == day


def test_gzip_is_unpacked_on_the_way(sqlite_sessions: Sessions, tmp_path: Path) -> None:
    plain = many(tmp_path / "a.mrc", 5)
    packed = tmp_path / "a.bin"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert import_file(sqlite_sessions, packed, source="test").counts == {"new": 5}


FIXTURE_FORMATS = {
    "marc21-utf8.mrc": (SourceFormat.MARC21, 2),
    "marc21-marc8-eacc.mrc": (SourceFormat.MARC21, 1),
    "cmarc-big5.mrc": (SourceFormat.CMARC, 1),
    "marcxml.xml": (SourceFormat.MARCXML, 2),
    "onix-3.0-reference.xml": (SourceFormat.ONIX, 2),
    "onix-3.1-short.xml": (SourceFormat.ONIX, 1),
    "onix-2.1.xml": (SourceFormat.ONIX, 1),
    "ncl-2025-01.csv": (SourceFormat.NCL_CSV, 1),
    "ncl-2025-07.csv": (SourceFormat.NCL_CSV, 4),
    "plain.csv": (SourceFormat.CSV, 4),
}


def test_formats_are_told_from_the_files(sqlite_sessions: Sessions) -> None:
    """Every fixture is recognised, and each of its records is accounted for."""
    found = {p.name for p in samples.FIXTURES.iterdir()}
    assert found == set(FIXTURE_FORMATS)
    for name, (source_format, records) in FIXTURE_FORMATS.items():
        path = samples.FIXTURES / name
        assert detect(path) is source_format, name
        assert import_file(sqlite_sessions, path, source=name).records == records, name


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "空的"),
        (b"PK\x03\x04xlsx", "CSV UTF-8"),
        (b"<html><body>404</body></html>", "MARCXML"),
        (b"\x00\x01\x02" * 300, "--format"),
    ],
)
def test_files_of_no_known_format_say_what_to_do(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match=message):
        detect(path)


def test_binary_fixtures_are_what_the_builder_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(samples, "FIXTURES", tmp_path)
    samples.write_fixtures()
    written = list(tmp_path.iterdir())
    assert len(written) == 4
    for path in written:
        assert path.read_bytes() == (Path(samples.__file__).with_name("fixtures") / path.name).read_bytes()


def test_rows_of_one_book_become_one_record(sessions: Sessions) -> None:
    """Print and audio book, one ISBN per row, meet in one record; a second import changes nothing."""
    path = samples.FIXTURES / "ncl-2025-07.csv"
    assert import_file(sessions, path, source="ncl").counts == {"new": 2, "merged": 1, "rejected": 1}
    assert import_file(sessions, path, source="ncl").counts == {"unchanged": 3, "rejected": 1}
    with sessions() as session:
        books = [marc.read(row.marc) for row in session.scalars(select(BookRow).order_by(BookRow.id))]
    assert [b.isbns for b in books] == [("9789576780004", "9789576780011"), ("9789576780028",)]


#: Growth between a small file and a large one; a reader that kept its records would pass it many times over.
MEMORY_LIMIT = 4 << 20

_MEMORY = """
import resource, sys
from pathlib import Path
from shuyin.harvest.readers import reader_for
from shuyin.harvest.reading import SourceFormat
reader = reader_for(SourceFormat(sys.argv[1]))
def peak(path):
    with open(path, "rb") as stream:
        n = sum(1 for piece in reader.split(stream) if reader.convert(piece, "t"))
    return n, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
small, before = peak(sys.argv[2])
large, after = peak(sys.argv[3])
print(small, large, after - before)
"""


def _memory_files(source_format: SourceFormat, folder: Path, megabytes: int) -> tuple[Path, Path, int]:
    """A small file, and one of about that size; the number of records in the large one."""
    record = {
        SourceFormat.MARC21: samples.iso2709(samples.invented(1, pad=600)),
        SourceFormat.CMARC: samples.cmarc_record(),
        SourceFormat.MARCXML: b"",
        SourceFormat.CSV: ("9789576787713," + "長" * 600 + "\n").encode(),
    }[source_format]
    head = tail = b""
    if source_format is SourceFormat.MARCXML:
        body = samples.marcxml(samples.invented(1, pad=600))
        start, end = body.index(b"<record>"), body.index(b"</record>") + len(b"</record>")
        head, record, tail = body[:start], body[start:end] + b"\n", body[end:]
    elif source_format is SourceFormat.CSV:
        head = b"isbn,title\n"
    small, large = folder / "small", folder / "large"
    small.write_bytes(head + record * 500 + tail)
    lot = record * 1000
    lots = max(1, (megabytes << 20) // len(lot))
    with large.open("wb") as file:
        file.write(head)
        for _ in range(lots):
            file.write(lot)
        file.write(tail)
    return small, large, lots * 1000


def _run_memory(source_format: SourceFormat, folder: Path, megabytes: int) -> None:
    small, large, records = _memory_files(source_format, folder, megabytes)
    done = subprocess.run(
        [sys.executable, "-c", _MEMORY, source_format.value, str(small), str(large)],
        capture_output=True,
        text=True,
        check=True,
    )
    counted, all_counted, growth = map(int, done.stdout.split())
    assert (counted, all_counted) == (500, records)
    assert growth < MEMORY_LIMIT, f"{growth / 2**20:.0f} MB for {megabytes} MB of {source_format.value}"


@pytest.mark.parametrize(
    ("source_format", "megabytes"),
    [
        (SourceFormat.MARC21, 60),
        (SourceFormat.CMARC, 6),  # converting takes longest here
        (SourceFormat.MARCXML, 40),
        (SourceFormat.CSV, 20),
    ],
)
def test_memory_does_not_grow_with_the_file(source_format: SourceFormat, megabytes: int, tmp_path: Path) -> None:
    _run_memory(source_format, tmp_path, megabytes)


@pytest.mark.soak
def test_memory_stays_flat_for_two_gigabytes(tmp_path: Path) -> None:
    _run_memory(SourceFormat.MARC21, tmp_path, megabytes=2048)


REAL_FILES = {
    "marc/uva-0001-1000.mrc": 1000,
    "marc/pride-and-prejudice.mrc": 383,
    "marc/chinese-mangled-multibyte.mrc": 4,
    "marc/yaz-marccol1-u8.mrc": 19,
    "cmarc/ntuedu-cmarc.mrc": 38,
    "cmarc/ntuedu-marc21.mrc": 38,
    "cmarc/proquest-cmarc.mrc": 3,
    "cmarc/proquest-marc21.mrc": 3,
    "ncl-monthly/sample-2025-01-header.csv": 1,
    "ncl-monthly/sample-2025-07-header.csv": 4,
    "books/taiwan-books.csv": 4465,
    "books/dirty-rows.csv": 206,
    "onix/onix21-single.xml": 1,
    "onix/onix30-multiple-latin1.xml": 21,
    "onix/onix30-single-no-namespace.xml": 1,
    "onix/onix30-single-short.xml": 1,
    "onix/onix31-single-reference.xml": 1,
    "onix/onix31-single-short.xml": 1,
}


def test_every_real_file_is_accounted_for(sqlite_sessions: Sessions) -> None:
    """All files of the shared data, formats told from the files; a second import finds nothing new."""
    first, second = Counter(), Counter()
    for name, records in REAL_FILES.items():
        path = shared(name)
        report = import_file(sqlite_sessions, path, source=name)
        assert report.records == records, name
        first += report.counts
        again = import_file(sqlite_sessions, path, source=name)
        assert again.records == records, name
        assert set(again.counts) <= {"unchanged", "rejected"}, name
        assert again.counts["rejected"] == report.counts["rejected"], name
        second += again.counts
    assert first.total() == second.total() == sum(REAL_FILES.values())
    assert first["rejected"] == 137


def test_sound_utf8_is_stored_byte_for_byte(sqlite_sessions: Sessions) -> None:
    path = shared("marc/yaz-marccol1-u8.mrc")
    import_file(sqlite_sessions, path, source="yaz")
    with sqlite_sessions() as session:
        stored = b"".join(session.scalars(select(BookRow.marc).order_by(BookRow.id)))
    assert stored == path.read_bytes()
