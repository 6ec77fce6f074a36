"""Connecting to the system of record (SQLite or PostgreSQL) and bringing its tables up to date."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.orm import Session, sessionmaker

MIGRATIONS = Path(__file__).with_name("migrations")

#: How long a writer waits for another one, in seconds.
BUSY_SECONDS = 30

#: Connections to PostgreSQL that stay open, and as many as there are threads that answer requests (anyio's 40), so
#: that no request waits for a connection while its own answer waits for it.
POOL, THREADS = 10, 40

_WRITE_OPTION = "shuyin_write"


class UnknownDatabase(ValueError):
    """The address names neither SQLite nor PostgreSQL."""


def connect(url: str) -> Engine:
    """An engine for `sqlite:///PATH` (its folder is made) or `postgresql+psycopg://…`; nothing is read yet."""
    parsed = make_url(url)
    backend = parsed.get_backend_name()
    if backend == "postgresql":
        # "postgresql://" alone would ask for psycopg2, which is not a dependency
        address = parsed.set(drivername="postgresql+psycopg")
        return create_engine(address, pool_pre_ping=True, pool_size=POOL, max_overflow=THREADS - POOL)
    if backend != "sqlite":
        raise UnknownDatabase(
            f"SHUYIN_DATABASE_URL names {backend}; use sqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME"
        )
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # transactions begin in _begin_sqlite, not behind our back
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA cache_size = -32000")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A reader that turns into a writer midway can fail at once (SQLITE_BUSY_SNAPSHOT), so writers say so first.
    writes = connection.get_execution_options().get(_WRITE_OPTION, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def read_sessions(engine: Engine) -> sessionmaker[Session]:
    """Makes sessions that only read: they never wait for a writer."""
    return sessionmaker(engine, autoflush=False, expire_on_commit=False)


def write_sessions(engine: Engine) -> sessionmaker[Session]:
    """Makes sessions that write; on SQLite they take the write lock as they begin.

    `with write_sessions(engine).begin() as session:` commits at the end or rolls back on an exception.
    """
    return sessionmaker(engine.execution_options(**{_WRITE_OPTION: True}), expire_on_commit=False)


def migration_config() -> Config:
    """Alembic's configuration for the migrations of this package."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(engine: Engine) -> None:
    """Bring the tables to the newest migration; does nothing where they are."""
    config = migration_config()
    with engine.execution_options(**{_WRITE_OPTION: True}).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def head_revision() -> str:
    """Name of the newest migration that this program knows."""
    head = ScriptDirectory.from_config(migration_config()).get_current_head()
    assert head is not None
    return head


def pending_migrations(engine: Engine) -> list[str]:
    """Names of the migrations that have not run yet, oldest first; empty = up to date."""
    script = ScriptDirectory.from_config(migration_config())
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    done = {r.revision for head in current for r in script.iterate_revisions(head, "base")}
    return [r.revision for r in reversed(list(script.walk_revisions())) if r.revision not in done]
