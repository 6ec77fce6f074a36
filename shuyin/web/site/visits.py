"""The visitor counter: no cookies, programs left out, one person counted once a day, kept over a restart.

Address and browser name are hashed with a random value that never leaves this process and changes every day; the
hashes stay in memory. Only the day's number goes to the database. After a restart someone may be counted again.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shuyin.records.models import utc_now
from shuyin.web.models import VisitDay

_log = structlog.stdlib.get_logger("shuyin.web")

#: Numbers go to the database this often, in seconds; a process that is killed loses as much.
FLUSH_SECONDS = 60.0
#: More visitors of one day are counted without looking whether they came before: memory has an end.
_MOST = 1_000_000
_PROGRAM = re.compile(
    r"bot|crawl|spider|slurp|preview|fetch|curl|wget|python|httpx|java/|go-http|libwww|headless|monitor|feed|scrapy"
    r"|axios|okhttp|testclient|lighthouse|validator|archiv",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Count:
    """Visitors since the first day that was counted."""

    visitors: int
    since: date


class Visits:
    """Counts visitors of this process and adds them to the database now and then."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        writes: sessionmaker[Session],
        zone: ZoneInfo,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._sessions, self._writes, self._zone, self._now = sessions, writes, zone, now
        self._lock = threading.Lock()
        self._day = self._today()
        self._salt = secrets.token_bytes(16)
        self._seen: set[bytes] = set()
        self._pending: dict[date, int] = {}
        self._stored: Count | None = None
        self._flushed = time.monotonic()

    def note(self, address: str, agent: str) -> bool:
        """Count who asks unless they came today already or are a program; whether they were counted."""
        if not agent or _PROGRAM.search(agent):
            return False
        with self._lock:
            if (today := self._today()) != self._day:
                self._day, self._salt, self._seen = today, secrets.token_bytes(16), set()
            mark = blake2b(f"{address}\n{agent}".encode(), key=self._salt, digest_size=8).digest()
            if mark in self._seen:
                return False
            if len(self._seen) < _MOST:
                self._seen.add(mark)
            self._pending[today] = self._pending.get(today, 0) + 1
            return True

    def count(self) -> Count | None:
        """All visitors so far; None before the first one, or while the database does not answer."""
        if self._stored is None:
            try:
                self._load()
            except SQLAlchemyError:
                _log.exception("the visitor counter cannot be read")
                return None
        stored = self._stored
        waiting = sum(self._pending.values())
        if stored is None or not stored.visitors + waiting:
            return None
        return Count(stored.visitors + waiting, stored.since)

    @property
    def is_due(self) -> bool:
        """Whether there is something to write and it is time."""
        return bool(self._pending) and time.monotonic() - self._flushed >= FLUSH_SECONDS

    def flush(self) -> None:
        """Add what was counted to the database; what cannot be written waits for the next time."""
        with self._lock:
            pending, self._pending = self._pending, {}
            self._flushed = time.monotonic()
        try:
            for day, visitors in pending.items():
                self._add(day, visitors)
            self._load()
        except SQLAlchemyError:
            _log.exception("the visitor counter cannot be written")
            with self._lock:
                for day, visitors in pending.items():
                    self._pending[day] = self._pending.get(day, 0) + visitors

    def _add(self, day: date, visitors: int) -> None:
        more = update(VisitDay).where(VisitDay.day == day).values(visitors=VisitDay.visitors + visitors)
        with self._writes.begin() as session:
            if session.execute(more.returning(VisitDay.day)).first():
                return
            try:
                with session.begin_nested():
                    session.add(VisitDay(day=day, visitors=visitors))
            except IntegrityError:  # another process was first to write today
                session.execute(more)

    def _load(self) -> None:
        with self._sessions() as session:
            total, since = session.execute(select(func.sum(VisitDay.visitors), func.min(VisitDay.day))).one()
        self._stored = Count(total or 0, since or self._today())

    def _today(self) -> date:
        return self._now().astimezone(self._zone).date()


def visits_of(app: Starlette) -> Visits:
    """The counter of an application, made once."""
    state = app.state
    if not hasattr(state, "visits"):
        state.visits = Visits(state.sessions, state.writes, state.settings.zone)
    found: Visits = state.visits
    return found


class VisitCounter:
    """Notes who was shown a page; partial updates and pages fetched ahead are none."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and look at its answer."""
        if scope["type"] != "http" or scope["method"] != "GET" or not _by_a_person(Headers(scope=scope)):
            await self.app(scope, receive, send)
            return
        visits = visits_of(scope["app"])

        async def send_and_note(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 200:
                kind = Headers(raw=message["headers"]).get("content-type", "")
                if kind.startswith("text/html"):
                    address = scope["client"][0] if scope.get("client") else ""
                    visits.note(address, Headers(scope=scope).get("user-agent", ""))
            await send(message)

        await self.app(scope, receive, send_and_note)
        if visits.is_due:
            # beside the answers: the database may be busy with an import
            asyncio.get_running_loop().run_in_executor(None, visits.flush)


def _by_a_person(headers: Headers) -> bool:
    purpose = headers.get("sec-purpose", headers.get("purpose", ""))
    return "hx-request" not in headers and "prefetch" not in purpose
