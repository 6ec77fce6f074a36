"""A real PostgreSQL server for the tests: started in a temporary folder, reached by a unix socket, gone at the end."""

from __future__ import annotations

import ctypes
import os
import pwd
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

_PR_SET_PDEATHSIG = 1


class PostgresMissing(Exception):
    """No PostgreSQL server program is installed, or none of its users can run it."""


def find_program(name: str) -> Path:
    """The newest `initdb`, `postgres` … of this machine; `PostgresMissing` if there is none."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda p: int(re.sub(r"\D", "", p.parts[4]) or 0),
    )
    if found:
        return found[-1]
    on_path = shutil.which(name)
    if on_path is None:
        raise PostgresMissing(f"{name} is not installed (Debian: apt-get install postgresql)")
    return Path(on_path)


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root; then another user runs it."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise PostgresMissing("root may not run PostgreSQL, and there is neither a user postgres nor nobody")


def _die_with_parent() -> None:
    """Ask the kernel to stop the server if the test run is killed, so that none is left behind."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


class PostgresServer:
    """One throw-away server. `url(database)` is its SQLAlchemy address."""

    def __init__(self, *, durable: bool = False) -> None:
        initdb, postgres = find_program("initdb"), find_program("postgres")
        self._user = _server_user()
        self._folder = Path(tempfile.mkdtemp(prefix="shuyin-pg-"))
        if self._user is not None:
            entry = pwd.getpwnam(self._user)
            os.chown(self._folder, entry.pw_uid, entry.pw_gid)
        data = self._folder / "data"
        done = subprocess.run(
            [initdb, "-D", data, "-U", "shuyin", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
            user=self._user,
            cwd=self._folder,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise PostgresMissing(f"initdb failed: {done.stderr.strip()}")
        options = ["shared_buffers=32MB"]
        if not durable:  # nothing of a test has to survive
            options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        command = [postgres, "-D", data, "-k", self._folder, "-h", ""]
        for option in options:
            command += ["-c", option]
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            command,
            user=self._user,
            cwd=self._folder,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            preexec_fn=_die_with_parent,
        )
        self._wait(find_program("pg_isready"))

    def _wait(self, pg_isready: Path) -> None:
        for _ in range(300):
            if self._process.poll() is not None:
                break
            if subprocess.run([pg_isready, "-q", "-h", self._folder], check=False).returncode == 0:
                return
            time.sleep(0.1)
        log = (self._folder / "log").read_text(errors="replace")
        self.stop()
        raise RuntimeError(f"PostgreSQL did not start:\n{log}")

    def url(self, database: str = "postgres") -> str:
        """The address of one database of this server."""
        return f"postgresql+psycopg://shuyin@/{database}?host={self._folder}"

    def stop(self) -> None:
        """Stop the server at once and remove its files."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def skip_loudly(reason: str) -> None:
    """Skip, except on CI, where a part that is missing is a failure."""
    if os.environ.get("CI", "").lower() in {"1", "true"}:
        pytest.fail(f"{reason}; on CI this is a failure")
    pytest.skip(reason)
