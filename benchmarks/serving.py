"""A catalogue in a folder of its own, served by `shuyin serve` in a process of its own."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from shuyin.app.settings import Settings


def settings_for(folder: Path) -> Settings:
    """SQLite and tantivy in the folder; nothing of the environment."""
    return Settings(
        database_url=f"sqlite:///{folder}/shuyin.db",
        search_url=f"tantivy:{folder}/index",
        data_dir=folder,
        log_level="WARNING",
        _env_file=None,
    )


@contextlib.contextmanager
def serving(folder: Path, **more: str) -> Iterator[tuple[int, int]]:
    """`shuyin serve` on that catalogue; its port and process id. `more` are further variables of its environment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = settings_for(folder)
    environment = {
        **os.environ,
        "SHUYIN_DATABASE_URL": settings.database_url,
        "SHUYIN_SEARCH_URL": settings.search_url,
        "SHUYIN_DATA_DIR": str(folder),
        "SHUYIN_LOG_LEVEL": "WARNING",
        **more,
    }
    command = [sys.executable, "-m", "shuyin.app.cli", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env=environment)
    try:
        for _ in range(600):
            if process.poll() is not None:
                raise RuntimeError(f"shuyin serve ended at once, with {process.returncode}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            time.sleep(0.1)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait(60)


def resident(pid: int) -> int:
    """Megabytes of a process that are in memory now."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) // 1024
    raise RuntimeError("this system does not tell a process's memory")


def processor_seconds(pid: int) -> float:
    """Time of the processor that a process has used, in its own code and in the system's."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
