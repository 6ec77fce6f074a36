"""Backup and restore: everything comes back, on either database, and nothing half-done is left."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from shuyin.app.composition import load_tables
from shuyin.records import backup, changes, database
from shuyin.records.models import Base, BindingRow, BookRow, Change, Checkpoint, JobRun, Lease, utc_now

load_tables()


def _fill(engine: Engine) -> None:
    with database.write_sessions(engine).begin() as session:
        for number in range(3):
            book = BookRow(
                marc=b"\x00\xff\x1e bytes " + bytes([number]),
                source="test",
                identity=f"test||{number}",
                digest=bytes(32),
                announced_on=date(2026, 3, number + 1),
                bindings=[BindingRow(position=0, isbn=f"978957678771{number}")],
            )
            session.add(book)
            session.flush()
            changes.append(session, "book", book.id)
        session.add(JobRun(job="臺灣 / 𠮷", due=utc_now(), log="第一行\n第二行"))
        session.add(Checkpoint(name="index:books", change_id=3))
        session.add(Lease(name="indexer", holder="host:1:x", until=utc_now()))


def _rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with database.read_sessions(engine)() as session:
        return {
            table.name: [tuple(row) for row in session.execute(select(table).order_by(*table.primary_key.columns))]
            for table in Base.metadata.sorted_tables
            if table.name not in backup.LEFT_OUT
        }


@pytest.fixture
def other(request: pytest.FixtureRequest, database_url: str) -> str:
    """The address of an empty database of the other kind."""
    return str(request.getfixturevalue("postgres_url" if database_url.startswith("sqlite") else "sqlite_url"))


@pytest.mark.postgres
def test_everything_comes_back_on_the_other_kind_of_database(engine: Engine, other: str, tmp_path: Path) -> None:
    _fill(engine)
    upload = tmp_path / "upload.pdf"
    upload.write_bytes(b"%PDF")
    archive = tmp_path / "backup.zip"
    rows = backup.backup(engine, archive, [("uploads/a/b.pdf", upload)])
    assert rows == sum(len(found) for found in _rows(engine).values())

    target = database.connect(other)
    assert backup.restore(target, archive, tmp_path / "data") == rows
    assert _rows(target) == _rows(engine)
    assert (tmp_path / "data/uploads/a/b.pdf").read_bytes() == b"%PDF"
    with database.write_sessions(target).begin() as session:
        assert session.scalar(select(func.count()).select_from(Checkpoint)) == 0
        session.add(BookRow(marc=b"", source="test", identity="next", digest=bytes(32)))
        session.flush()  # a new row gets a number of its own
        assert session.scalar(select(func.max(BookRow.id))) == 4
        assert session.scalar(select(func.max(Change.id))) == 3
    target.dispose()


def test_a_database_that_holds_records_is_not_overwritten(sqlite_engine: Engine, tmp_path: Path) -> None:
    _fill(sqlite_engine)
    backup.backup(sqlite_engine, tmp_path / "backup.zip")
    before = _rows(sqlite_engine)
    with pytest.raises(backup.BackupError, match="not empty"):
        backup.restore(sqlite_engine, tmp_path / "backup.zip", tmp_path / "data")
    assert _rows(sqlite_engine) == before


def test_a_damaged_archive_restores_nothing(sqlite_engine: Engine, tmp_path: Path) -> None:
    _fill(sqlite_engine)
    whole, damaged = tmp_path / "backup.zip", tmp_path / "damaged.zip"
    backup.backup(sqlite_engine, whole)
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(damaged, "w") as out:
        for entry in source.infolist():
            out.writestr(entry.filename, b"" if entry.filename == "bindings.jsonl" else source.read(entry))
    target = database.connect(f"sqlite:///{tmp_path}/target.db")
    with pytest.raises(backup.BackupError, match="damaged"):
        backup.restore(target, damaged, tmp_path / "data")
    assert not any(_rows(target).values())
    target.dispose()


def test_a_file_that_is_no_backup_is_refused(sqlite_engine: Engine, tmp_path: Path) -> None:
    text = tmp_path / "text.zip"
    text.write_text("not a zip")
    with pytest.raises(backup.BackupError, match="not a backup"):
        backup.restore(sqlite_engine, text, tmp_path / "data")


def test_a_name_that_leads_out_of_the_data_directory_is_refused(sqlite_engine: Engine, tmp_path: Path) -> None:
    archive = tmp_path / "backup.zip"
    backup.backup(sqlite_engine, archive)
    with zipfile.ZipFile(archive, "a") as out:
        out.writestr("files/../../outside.txt", b"x")
    with pytest.raises(backup.BackupError, match="outside"):
        backup.restore(sqlite_engine, archive, tmp_path / "inner" / "data")
    assert not (tmp_path / "outside.txt").exists()


def test_every_table_of_the_database_is_in_a_backup(sqlite_engine: Engine, tmp_path: Path) -> None:
    backup.backup(sqlite_engine, tmp_path / "backup.zip")
    with sqlite_engine.connect() as connection:
        tables = {
            str(name)
            for (name,) in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_")
        }
    assert len(tables) > 20
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        held = {name.removesuffix(".jsonl") for name in archive.namelist() if name.endswith(".jsonl")}
    assert tables - held == backup.LEFT_OUT | {"alembic_version"}
