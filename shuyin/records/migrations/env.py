"""How Alembic runs the migrations: on the connection that `database.upgrade` gives, or for a developer's command."""

from __future__ import annotations

import importlib
import importlib.util
import os
import pkgutil
from typing import Any

from alembic import context
from sqlalchemy import Connection, DateTime
from sqlalchemy.types import TypeDecorator

import shuyin
from shuyin.records import database, models


def _render_item(kind: str, item: Any, _context: Any) -> Any:
    """Migrations name plain column types, so that they do not change when a model's type does."""
    if kind == "type" and isinstance(item, TypeDecorator) and isinstance(item.impl, DateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=models.Base.metadata,
        render_as_batch=True,
        render_item=_render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _run_for_developer() -> None:
    for package in pkgutil.iter_modules(shuyin.__path__, "shuyin."):
        if package.ispkg and importlib.util.find_spec(f"{package.name}.models"):
            importlib.import_module(f"{package.name}.models")
    engine = database.connect(os.environ["SHUYIN_DATABASE_URL"])
    with engine.begin() as connection:
        _run(connection)


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    _run_for_developer()
