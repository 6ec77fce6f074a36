"""`shuyin serve`: web, indexer and scheduler in one process, or one of them alone."""

from __future__ import annotations

import gc
import signal
import socket
import sys
import threading
from types import FrameType

import structlog
import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from shuyin.app.composition import Services, open_services
from shuyin.app.failures import CommandFailed
from shuyin.app.scheduler import Scheduler, declared_jobs
from shuyin.app.settings import Settings
from shuyin.app.web import create_app
from shuyin.indexer import services as indexer
from shuyin.records import database
from shuyin.search_engine.port import SearchUnavailable

_log = structlog.stdlib.get_logger("shuyin.serving")

#: How often the change log is looked at, in seconds; how long to wait after a failure.
POLL_SECONDS = 1.0
PAUSE_SECONDS = 10.0

#: A thread that works in Python gives way after so many seconds: indexing beside the pages must not hold them up
#: (the usual 5 ms are paid again whenever a request comes back from the engine or the database).
SWITCH_SECONDS = 0.001

#: A connection without a request is kept open for so long, in seconds: longer than the minute after which proxies
#: usually close theirs, so that none is closed here while a request is on its way.
KEEP_ALIVE_SECONDS = 75

PARTS = ("web", "indexer", "scheduler")


class IndexerLoop(threading.Thread):
    """Follows the change log until it is stopped; an engine or database that is down is waited for."""

    def __init__(self, services: Services) -> None:
        super().__init__(name="indexer", daemon=True)
        self._services = services
        self._stopping = threading.Event()

    def run(self) -> None:
        """Look, index, sleep."""
        services = self._services
        # an index can be exchanged only while this process does not run or the engine is away: look then
        pause, refill = 0.0, True
        while not self._stopping.wait(pause):
            try:
                done = indexer.catch_up(services.sessions, services.writes, services.search, wait=False, refill=refill)
            except (SearchUnavailable, SQLAlchemyError, OSError, indexer.IndexerBusy) as error:
                _log.warning("indexing interrupted, trying again", error=str(error), seconds=PAUSE_SECONDS)
                pause, refill = PAUSE_SECONDS, True
            except Exception:
                # a fault of ours must not end the thread for good: the page stays up, the log tells, lag shows it
                _log.exception("indexing failed, trying again", seconds=PAUSE_SECONDS)
                pause = PAUSE_SECONDS
            else:
                pause, refill = POLL_SECONDS, False
                if done:
                    _log.info("indexed", changes=done)

    def stop(self) -> None:
        """Stop after the batch at hand."""
        self._stopping.set()
        self.join(timeout=60)


def serve(settings: Settings, host: str, port: int, only: str | None = None) -> None:
    """Run the parts until a signal ends them; `CommandFailed` if the tables are not up to date."""
    sys.setswitchinterval(SWITCH_SECONDS)
    services = open_services(settings)
    try:
        _require_tables(services)
        loop = IndexerLoop(services) if only in (None, "indexer") else None
        scheduler = Scheduler(services.job_context(), declared_jobs()) if only in (None, "scheduler") else None
        if loop:
            loop.start()
        if scheduler:
            scheduler.start()
        try:
            if only in (None, "web"):
                _serve_web(services, host, port)
            else:
                _wait_for_signal()
        finally:
            if scheduler:
                scheduler.stop()
            if loop:
                loop.stop()
    finally:
        services.close()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket whose connections send at once; `CommandFailed` if it cannot be had.

    Connections inherit TCP_NODELAY. Without it the end of an answer waits for the reader's system to acknowledge its
    beginning, which that puts off by 40 ms; asyncio sets it only for sockets that it has made itself.
    """
    try:
        listening = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except OSError as error:
        raise CommandFailed(
            f"port {port} on {host} cannot be used ({error.strerror}); choose another with --port or PORT"
        ) from None


def _serve_web(services: Services, host: str, port: int) -> None:
    listening = listen(host, port)
    app = create_app(services.settings, services)
    _log.info("serving", address=f"http://{host}:{port}/")
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )
    # looking through all that was made at the start for garbage held up every reader for 150 ms, now and then
    gc.collect()
    gc.freeze()
    with listening:
        uvicorn.Server(config).run(sockets=[listening])


def _require_tables(services: Services) -> None:
    pending = database.pending_migrations(services.engine)
    if pending:
        raise CommandFailed(f"the database lacks {len(pending)} migrations; run `shuyin db upgrade` first")


def _wait_for_signal() -> None:
    stop = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    stop.wait()
