"""Fixtures that every room uses: databases, each test its own, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from shuyin.records import database
from tests.opensearch_node import GIVEN, OpenSearchMissing, OpenSearchNode
from tests.postgres import PostgresMissing, PostgresServer, skip_loudly

# A slow machine is not a fault of the code; and what CI tries is the same in every run.
settings.register_profile(
    "shuyin", deadline=None, derandomize=bool(os.environ.get("CI")), suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("shuyin")


@pytest.fixture(scope="session")
def postgres_admin_url() -> Iterator[str]:
    """Address of a PostgreSQL server on which databases may be made: a given one, or one started for this run."""
    given = os.environ.get("SHUYIN_TEST_DATABASE_URL")
    if given:
        yield given
        return
    try:
        server = PostgresServer()
    except PostgresMissing as missing:
        skip_loudly(f"PostgreSQL is missing: {missing}")
        return
    yield server.url()
    server.stop()


@pytest.fixture(scope="session")
def opensearch_url() -> Iterator[str]:
    """SHUYIN_SEARCH_URL of an OpenSearch cluster, without a prefix: a given one, or a node started for this run."""
    given = os.environ.get(GIVEN)
    if given:
        yield f"opensearch+{given.removeprefix('opensearch+').rstrip('/')}"
        return
    try:
        node = OpenSearchNode()
    except OpenSearchMissing as missing:
        skip_loudly(f"the OpenSearch node is missing: {missing}")
        return
    yield f"opensearch+{node.url}"
    node.stop()


def administer(url: str, *statements: str) -> None:
    """Run statements on a PostgreSQL server, outside a transaction."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


def with_database(url: str, name: str) -> str:
    """The address of another database of the same server."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema of today and no rows; tests get copies."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    engine = database.connect(f"sqlite:///{path}")
    database.upgrade(engine)
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_admin_url: str) -> Iterator[tuple[str, str]]:
    """(admin address, name of a database with the schema of today and no rows); tests get copies."""
    name = f"shuyin_template_{uuid.uuid4().hex[:12]}"
    administer(postgres_admin_url, f'CREATE DATABASE "{name}"')
    engine = database.connect(with_database(postgres_admin_url, name))
    database.upgrade(engine)
    engine.dispose()
    yield postgres_admin_url, name
    administer(postgres_admin_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Address of a fresh SQLite database with the schema of today."""
    path = tmp_path / "shuyin.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgres_url(postgres_template: tuple[str, str]) -> Iterator[str]:
    """Address of a fresh PostgreSQL database with the schema of today."""
    admin, template = postgres_template
    name = f"shuyin_test_{uuid.uuid4().hex[:12]}"
    administer(admin, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield with_database(admin, name)
    administer(admin, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Address of a fresh, migrated database: each test runs once on SQLite and once on PostgreSQL."""
    fixture = "sqlite_url" if request.param == "sqlite" else "postgres_url"
    return str(request.getfixturevalue(fixture))


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine on a fresh database, on both kinds."""
    engine = database.connect(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A writing session on a fresh database, on both kinds; what the test leaves uncommitted is rolled back."""
    with database.write_sessions(engine)() as session:
        yield session


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """An engine on a fresh SQLite database, for tests that do not depend on the kind."""
    engine = database.connect(sqlite_url)
    yield engine
    engine.dispose()
