"""Connections, migrations and locks, on SQLite and PostgreSQL."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sqlite3
import threading
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event, select, text
from sqlalchemy.exc import IntegrityError

import shuyin
from shuyin.records import database, models


def _import_all_models() -> int:
    found = 0
    for package in pkgutil.iter_modules(shuyin.__path__, "shuyin."):
        if package.ispkg and importlib.util.find_spec(f"{package.name}.models"):
            importlib.import_module(f"{package.name}.models")
            found += 1
    return found


def test_migrations_make_the_tables_of_the_models(engine: Engine) -> None:
    assert _import_all_models() >= 1
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, models.Base.metadata) == []


def test_migrations_have_one_head_and_can_be_taken_back(database_url: str) -> None:
    config = database.migration_config()
    assert len(ScriptDirectory.from_config(config).get_heads()) == 1
    engine = database.connect(database_url)
    assert database.pending_migrations(engine) == []
    with database.write_sessions(engine).begin() as session:
        config.attributes["connection"] = session.connection()
        database.command.downgrade(config, "base")
    assert database.pending_migrations(engine) == [
        r.revision for r in reversed(list(ScriptDirectory.from_config(config).walk_revisions()))
    ]
    database.upgrade(engine)
    assert database.pending_migrations(engine) == []
    engine.dispose()


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "shuyin.db"
    engine = database.connect(f"sqlite:///{path}")
    database.upgrade(engine)
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1
        assert connection.execute(text("PRAGMA busy_timeout")).scalar() == database.BUSY_SECONDS * 1000
    engine.dispose()
    assert path.exists()


def test_a_database_of_another_kind_is_refused() -> None:
    with pytest.raises(database.UnknownDatabase, match="mysql"):
        database.connect("mysql://localhost/shuyin")


def test_writing_sessions_take_the_lock_at_once_and_readers_never_wait(sqlite_engine: Engine, sqlite_url: str) -> None:
    with database.write_sessions(sqlite_engine)() as session:
        session.execute(select(models.Checkpoint))  # a mere read, yet the lock is held
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        other.close()
        with database.read_sessions(sqlite_engine)() as reader:
            assert reader.scalars(select(models.Checkpoint)).all() == []


def test_a_second_writer_waits_for_the_first(engine: Engine) -> None:
    sessions = database.write_sessions(engine)
    order: list[str] = []

    def second() -> None:
        with sessions.begin() as session:
            session.add(models.Checkpoint(name="books", change_id=2))
            try:
                session.flush()
            except IntegrityError:
                order.append("second refused")
                session.rollback()

    with sessions.begin() as session:
        session.add(models.Checkpoint(name="books", change_id=1))
        session.flush()
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.2)
        order.append("first done")
    thread.join(20)
    assert order == ["first done", "second refused"]


def test_times_are_utc_and_a_naive_time_is_refused(engine: Engine) -> None:
    with database.write_sessions(engine).begin() as session:
        session.add(models.Checkpoint(name="books", change_id=1))
    with database.read_sessions(engine)() as session:
        stored = session.get_one(models.Checkpoint, "books").updated_at
    assert stored.utcoffset() is not None
    assert abs((models.utc_now() - stored).total_seconds()) < 60
    with pytest.raises(Exception, match="without a zone"), database.write_sessions(engine).begin() as session:
        session.add(models.Checkpoint(name="albums", updated_at=stored.replace(tzinfo=None)))


def test_reading_sessions_begin_without_the_write_lock(sqlite_engine: Engine) -> None:
    seen: list[str] = []
    event.listen(sqlite_engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    with database.read_sessions(sqlite_engine)() as session:
        session.execute(select(models.Checkpoint))
    assert not any("IMMEDIATE" in statement for statement in seen)
