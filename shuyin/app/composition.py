"""The composition root: settings → database, search engine and what else the rooms are given."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from dataclasses import dataclass, replace

from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

import shuyin
from shuyin.ai_subjects import meaning
from shuyin.app.settings import Settings
from shuyin.records import database
from shuyin.records.jobs import JobContext
from shuyin.search_engine import connect
from shuyin.search_engine.declaration import BOOKS, INDEXES
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.visibility import VisibleOnly


@dataclass(frozen=True, slots=True)
class Services:
    """What one process works with; close it at the end."""

    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]  # for reading
    writes: sessionmaker[Session]  # each transaction takes the write lock as it begins
    search: SearchEngine

    def job_context(self) -> JobContext:
        """What scheduled jobs are given."""
        return JobContext(
            sessions=self.sessions,
            writes=self.writes,
            search=self.search,
            settings=self.settings,
            data_dir=self.settings.data_dir,
            zone=self.settings.zone,
        )

    def close(self) -> None:
        """Release the index and the connections."""
        self.search.close()
        self.engine.dispose()


def open_services(settings: Settings) -> Services:
    """Open what the settings name; the tables must be up to date (`shuyin db upgrade`).

    `embedding.MissingExtra` or `NoSuchModel` (both `LookupError`) if SHUYIN_MODEL cannot work.
    """
    settings = settings.with_secret_key()
    meaning.use(settings.model)
    # vectors of another embedding belong into another index: it is rebuilt when the setting changes
    indexes = {**INDEXES, BOOKS.name: replace(BOOKS, vector_space=meaning.space())}
    engine = database.connect(settings.database_url)
    return Services(
        settings=settings,
        engine=engine,
        sessions=database.read_sessions(engine),
        writes=database.write_sessions(engine),
        search=VisibleOnly(connect(settings.search_url, indexes), indexes),
    )


def load_tables() -> None:
    """Make the tables of every room known to SQLAlchemy (`models.py`), for what concerns all of them."""
    for room in pkgutil.iter_modules(shuyin.__path__):
        name = f"shuyin.{room.name}.models"
        if importlib.util.find_spec(name):
            importlib.import_module(name)
