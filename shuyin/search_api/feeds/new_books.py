"""New books for feeds and pages: the last days' announcements, chosen by interests."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session, sessionmaker

from shuyin.records import announced, changes
from shuyin.records.book_json import BookJson
from shuyin.records.interests import Interests

#: Days that a feed reaches back, and the entries it holds.
FEED_DAYS = 30
FEED_ENTRIES = 100
_LOADED = 1_000

#: URL parameter → interest. Each may be repeated.
PARAMETERS = {
    "subject": "subjects",
    "class": "classes",
    "category": "categories",
    "keyword": "words",
    "audience": "audiences",
    "format": "formats",
}


def interests_of(pairs: Iterable[tuple[str, str]]) -> Interests:
    """The interests that a query string names."""
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name in PARAMETERS:
            values.setdefault(PARAMETERS[name], []).append(value)
    return Interests.of(values)


class RecentBooks:
    """The books of the last days, read once for each state of the system of record."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._key: tuple[str, int, date] | None = None
        self._books: list[BookJson] = []

    def of(self, sessions: sessionmaker[Session], today: date, interests: Interests) -> Sequence[BookJson]:
        """The announcements of the 30 days up to the last with any that meet the interests, the newest first."""
        with sessions() as session, self._lock:
            key = (str(session.get_bind().engine.url), changes.latest_id(session), today)
            if key != self._key:
                last = announced.latest_day(session, today) or today
                self._books = announced.between(session, last - timedelta(days=FEED_DAYS), last, _LOADED)
                self._key = key
            books = self._books
        return [book for book in books if interests.include(book)][:FEED_ENTRIES]


def today_in(zone: ZoneInfo) -> date:
    """The present day where the service is."""
    return datetime.now(zone).date()
