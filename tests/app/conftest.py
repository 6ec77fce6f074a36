"""An empty PostgreSQL database for a whole module."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from tests.conftest import administer, with_database


@pytest.fixture(scope="module")
def new_postgres_database(postgres_admin_url: str) -> Iterator[str]:
    """Address of a database without tables."""
    name = f"shuyin_e2e_{uuid.uuid4().hex[:12]}"
    administer(postgres_admin_url, f'CREATE DATABASE "{name}"')
    yield with_database(postgres_admin_url, name)
    administer(postgres_admin_url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
