"""Scheduled work: each package declares its jobs in `tasks.py` as `JOBS`; `app.scheduler` runs them.

Here and not in `app`, so that every room may import it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker


@dataclass(frozen=True, slots=True)
class JobContext:
    """What a job may use."""

    sessions: sessionmaker[Session]  # for reading
    writes: sessionmaker[Session]
    search: Any  # search_engine.port.SearchEngine, which this room does not know
    settings: Any  # app.settings.Settings
    data_dir: Path
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Job:
    """One kind of scheduled work.

    `schedule` is five crontab fields in the service's time zone ("0 2 * * *" = daily at two). `run` returns a line
    for the job's log, and raises when it failed. A run that fell due while nothing ran is caught up once.
    """

    name: str
    schedule: str
    run: Callable[[JobContext], str]
    label: str = ""  # what it does, for staff
