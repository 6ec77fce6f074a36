"""Importing and indexing processes that are killed at random moments, and what must hold afterwards."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pymarc
from sqlalchemy import select

from shuyin.app.composition import Services, open_services
from shuyin.app.settings import Settings
from shuyin.app.verification import verify
from shuyin.records.models import BookRow
from shuyin.search_engine.query import Everything, SearchRequest

RECORDS = 4000


def write_file(path: Path, edition: int) -> None:
    """A file of 4,000 records; each edition changes every title, so that importing it touches every record."""
    with path.open("wb") as file:
        for number in range(RECORDS):
            record = pymarc.Record(force_utf8=True)
            record.leader = pymarc.Leader("00000nam a2200000   4500")
            record.add_field(pymarc.Field("001", data=f"k{number}"))
            title = [pymarc.Subfield("a", f"第{number}本書的第{edition}版")]
            record.add_field(pymarc.Field("245", pymarc.Indicators("1", "0"), title))
            file.write(record.as_marc())


class Killing:
    """One catalogue under fire."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.random = random.Random(seed)
        self.settings = Settings(
            database_url=f"sqlite:///{folder}/shuyin.db",
            search_url=f"tantivy:{folder}/index",
            data_dir=folder,
            _env_file=None,
        )
        self.environment = {
            **os.environ,
            "SHUYIN_DATABASE_URL": self.settings.database_url,
            "SHUYIN_SEARCH_URL": self.settings.search_url,
            "SHUYIN_DATA_DIR": str(folder),
        }
        self.run("db", "upgrade")

    def run(self, *arguments: str) -> None:
        """Run a command to its end."""
        done = subprocess.run(self._command(*arguments), env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def run_and_kill(self, *arguments: str, after: float) -> bool:
        """Start a command and `kill -9` it and all its children after so many seconds; whether it was still at work."""
        errors = self.folder / "errors.txt"
        with errors.open("w") as file:
            process = subprocess.Popen(
                self._command(*arguments),
                env=self.environment,
                stdout=subprocess.DEVNULL,
                stderr=file,
                start_new_session=True,
            )
        try:
            status = process.wait(after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            self._wait_for_group(process.pid)
            return True
        assert status == 0, errors.read_text()
        return False

    @staticmethod
    def _wait_for_group(group: int) -> None:
        for _ in range(200):
            try:
                os.killpg(group, 0)
            except (ProcessLookupError, PermissionError):
                return
            time.sleep(0.02)

    @staticmethod
    def _command(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "shuyin.app.cli", *arguments]

    def check_nothing_unwritten_is_found(self) -> int:
        """Every document of the index is a committed record, in a state that was committed; how many there are."""
        services = open_services(self.settings)
        try:
            return _check_committed(services)
        finally:
            services.close()

    def check_agreement(self, edition: int) -> None:
        """Record and index agree, and hold every record of that edition once."""
        services = open_services(self.settings)
        try:
            report = verify(services)
            assert not report.problems, report.problems
            assert report.records == RECORDS
            found = services.search.search("books", SearchRequest(query=Everything(), limit=100))
            assert found.total == RECORDS
            assert all(hit.stored["title"].endswith(f"第{edition}版") for hit in found.hits)
            assert _check_committed(services) == RECORDS
        finally:
            services.close()


def _check_committed(services: Services) -> int:
    with services.sessions() as session:
        ids = [str(id) for id in session.scalars(select(BookRow.id))]
    known = len(services.search.get("books", ids)) if ids else 0
    assert services.search.count("books") == known, "the index holds what was never committed"
    return known
