"""Lists of music events → pages of kind "event" (音樂活動): page by page, each with its place in one transaction.

What has not changed is not read again, an event is known again by its identifier, and what staff have written or
taken down stays as they left it. An event that is no longer listed stays: lists drop what is past.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import urljoin

from sqlalchemy.orm import Session, sessionmaker

from shuyin.harvest.attempts import Attempt
from shuyin.harvest.models import HarvestSource
from shuyin.harvest.reading import Rejected
from shuyin.harvest.reasons import Reason
from shuyin.harvest.remote.event_reading import READERS, Event, Listing, Values, event
from shuyin.harvest.remote.fetching import Fetched, Fetcher
from shuyin.harvest.remote.oai import HarvestFailed
from shuyin.records import pages
from shuyin.records.models import ImportBatch, PageRow, utc_now
from shuyin.records.pages import Page, PageKind

#: Answers of one source that are followed in one run.
MAX_PAGES = 2_000
_PAGE = "{page}"
_MARKS = re.compile(r"([!-/:-@\[-`{-~])")


def run(writes: sessionmaker[Session], source: HarvestSource, fetcher: Fetcher) -> Counter[str]:
    """Take every answer of a list; what became of its events. `FetchFailed`, `HarvestFailed`."""
    return _Run(writes, source, fetcher).run()


class _Run:
    def __init__(self, writes: sessionmaker[Session], source: HarvestSource, fetcher: Fetcher) -> None:
        self.writes, self.source, self.fetcher = writes, source, fetcher
        self.known: dict[str, dict[str, Any]] = dict(source.state.get("pages", {}))
        self.counts: Counter[str] = Counter()
        self.writer = f"harvest:{source.name}"
        self.position = 0
        self.batch_id: int | None = None

    def run(self) -> Counter[str]:
        seen: set[str] = set()
        url: str | None = self.source.url.replace(_PAGE, "1")
        before = ""
        for number in count(2):
            if url is None:
                break
            if url in seen:
                raise HarvestFailed("the list leads back to a page of its own")
            if len(seen) == MAX_PAGES:
                raise HarvestFailed(f"the list has more than {MAX_PAGES:,} pages")
            seen.add(url)
            state = self._page(url, number)
            # sources that count their pages may answer with the last one for ever
            url = state["next"] if state["digest"] != before else None
            before = state["digest"]
        self._finish(seen)
        return self.counts

    def _page(self, url: str, number: int) -> dict[str, Any]:
        """Take one answer unless it is as it was; its state."""
        known = self.known.get(url, {})
        fetched = self.fetcher.get(url, _conditions(known))
        if known and (fetched.status == 304 or _digest(fetched.body) == known["digest"]):
            self.counts["pages unchanged"] += 1
            return known
        if fetched.status == 304:
            raise HarvestFailed("the source says that nothing has changed, but it was never read")
        listing = READERS[self.source.kind](fetched.body, self.source.settings)
        state = self._state(url, number, fetched, listing)
        with self.writes.begin() as session:
            for raw, values in listing.items:
                self.position += 1
                self.counts[self._take(session, raw, values)] += 1
            self.known = {**self.known, url: state}
            session.get_one(HarvestSource, self.source.id).state = {"pages": self.known}
        return state

    def _state(self, url: str, number: int, fetched: Fetched, listing: Listing) -> dict[str, Any]:
        following = urljoin(url, listing.next) if listing.next else None
        if _PAGE in self.source.url:
            following = self.source.url.replace(_PAGE, str(number)) if listing.items else None
        return {
            "etag": fetched.etag,
            "modified": fetched.last_modified,
            "digest": _digest(fetched.body),
            "next": following,
        }

    def _take(self, session: Session, raw: bytes, values: Values) -> str:
        try:
            found = event(values)
        except Rejected as why:
            return self._refuse(session, raw, why)
        except Exception as error:  # one event must never stop the rest
            return self._refuse(session, raw, Rejected(Reason.READ_FAILED, type(error).__name__))
        return store(session, found, f"{self.source.name}-{_digest(found.identifier.encode())[:20]}", self.writer)

    def _refuse(self, session: Session, raw: bytes, why: Rejected) -> str:
        if self.batch_id is None:
            batch = ImportBatch(source=self.source.name, file_name=self.source.url, format="events")
            session.add(batch)
            session.flush()
            self.batch_id = batch.id
        session.add(Attempt(self.position, raw, None).refused(why).row(self.batch_id))
        return "rejected"

    def _finish(self, seen: set[str]) -> None:
        """Forget pages that the list no longer has, close the batch of refusals."""
        kept = {url: state for url, state in self.known.items() if url in seen}
        with self.writes.begin() as session:
            session.get_one(HarvestSource, self.source.id).state = {"pages": kept}
            if self.batch_id is not None:
                batch = session.get_one(ImportBatch, self.batch_id)
                batch.position, batch.counts, batch.finished_at = self.position, dict(self.counts), utc_now()


def store(session: Session, found: Event, slug: str, writer: str) -> str:
    """Write an event under its address: "new", "updated", "unchanged", "deleted" (cancelled) or "kept" (by staff)."""
    row = pages.at(session, PageKind.EVENT, slug)
    if row is None:
        if found.cancelled:
            return "unknown"
        pages.create(session, _page_of(found, slug, None), changed_by=writer)
        return "new"
    if pages.is_touched(session, row.id, writer):
        return "kept"
    if found.cancelled:
        if row.deleted_at is not None:
            return "unchanged"
        pages.take_down(session, row.id, changed_by=writer)
        return "deleted"
    version = row.version
    if row.deleted_at is not None:
        pages.put_back(session, row.id, changed_by=writer)
    pages.save(session, row.id, _page_of(found, slug, row), changed_by=writer)
    return "updated" if row.version != version else "unchanged"


def _page_of(found: Event, slug: str, row: PageRow | None) -> Page:
    """The page of an event; once shown, its day of publication stays."""
    return Page(
        kind=PageKind.EVENT.value,
        slug=slug,
        title=found.title,
        body=_body(found),
        publish_from=row.publish_from if row else _shown_from(found.shown_from),
    )


def _shown_from(stated: datetime | None) -> datetime | None:
    """When the event was published; one that lies ahead is shown at once, not only when it is over."""
    return stated if stated is not None and stated <= utc_now() else None


def _body(found: Event) -> str:
    """The event as Markdown, every mark of the source's own escaped."""
    when = " – ".join(filter(None, (found.starts, found.ends)))
    parts = [f"時間：{_escaped(when)}"] if when else []
    if found.place:
        parts.append(f"地點：{_escaped(found.place)}")
    parts += [_escaped(line) for line in (found.summary or "").split("\n") if line.strip()]
    if found.link:
        parts.append(f"[活動網頁](<{found.link}>)")
    return "\n\n".join(parts)


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", text.strip())


def _conditions(known: Mapping[str, Any]) -> dict[str, str]:
    wanted = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("modified")}
    return {name: value for name, value in wanted.items() if value}


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
