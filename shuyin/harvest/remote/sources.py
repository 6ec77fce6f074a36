"""The sources: adding, listing, running. A run that fails leaves its place; the next one goes on there."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.harvest.attempts import Attempt
from shuyin.harvest.models import HarvestedRecord, HarvestSource
from shuyin.harvest.reading import Rejected, UnreadableFile
from shuyin.harvest.reasons import Reason
from shuyin.harvest.remote import events, files, oai
from shuyin.harvest.remote.event_reading import READERS as EVENT_READERS
from shuyin.harvest.remote.fetching import Fetcher, FetchFailed
from shuyin.harvest.remote.mapping import incoming
from shuyin.records import services
from shuyin.records.models import BookRow, ImportBatch, utc_now

KINDS = ("oai", "file", *EVENT_READERS)


class BadSource(ValueError):
    """The source cannot be added or is not known; the text says why."""


class RunFailed(Exception):
    """A run stopped before its end; what was taken stays, and the next run goes on from there."""


def add(session: Session, name: str, kind: str, url: str, settings: dict[str, Any]) -> HarvestSource:
    """A new source.

    `settings`: prefix, set, collection, subject_scheme, language (oai); format, collection (file); items, next,
    fields (events-json).
    """
    if not re.fullmatch(r"[a-z0-9][a-z0-9_.-]{0,63}", name):
        raise BadSource("a name is made of a-z, 0-9, dot, hyphen and underscore, 64 at most")
    if kind not in KINDS:
        raise BadSource(f"kind must be one of {', '.join(KINDS)}")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise BadSource("the address must begin with http:// or https:// and hold no password")
    if session.scalar(select(HarvestSource.id).where(HarvestSource.name == name)):
        raise BadSource(f"there is a source called {name} already")
    source = HarvestSource(name=name, kind=kind, url=url, settings=settings)
    session.add(source)
    session.flush()
    return source


def list_all(session: Session) -> list[HarvestSource]:
    """All sources by name."""
    return list(session.scalars(select(HarvestSource).order_by(HarvestSource.name)))


def run(writes: sessionmaker[Session], name: str, fetcher: Fetcher, data_dir: Path) -> Counter[str]:
    """Harvest one source; what became of its records. `BadSource` if there is none, `RunFailed` if it stopped."""
    with writes() as session:
        source = session.scalar(select(HarvestSource).where(HarvestSource.name == name))
    if source is None:
        raise BadSource(f"there is no source {name}")
    try:
        if source.kind == "file":
            counts = files.run(writes, source, fetcher, data_dir)
        elif source.kind in EVENT_READERS:
            counts = events.run(writes, source, fetcher)
        else:
            counts = _Harvest(writes, source, fetcher).run()
    except (FetchFailed, oai.HarvestFailed, UnreadableFile) as failure:
        _note(writes, source.id, f"failed: {failure}", failed=True)
        raise RunFailed(f"{name}: {failure}") from failure
    _note(writes, source.id, oai.summary(counts), failed=False)
    return counts


def _note(writes: sessionmaker[Session], source_id: int, outcome: str, *, failed: bool) -> None:
    with writes.begin() as session:
        source = session.get_one(HarvestSource, source_id)
        source.last_run_at, source.last_outcome = utc_now(), outcome[:2000]
        source.failures = source.failures + 1 if failed else 0


class _Harvest:
    """One run over an OAI-PMH source."""

    def __init__(self, writes: sessionmaker[Session], source: HarvestSource, fetcher: Fetcher) -> None:
        self.writes, self.source, self.fetcher = writes, source, fetcher
        self.counts: Counter[str] = Counter()
        self.position = 0

    def run(self) -> Counter[str]:
        """Take every page; a refused token begins the list anew, once."""
        token = self.source.state.get("token")
        try:
            self._pages(token)
        except oai.TokenRefused:
            if not token:
                raise
            self._pages(None)
        return self.counts

    def _pages(self, token: str | None) -> None:
        state = dict(self.source.state)
        began = state.get("began") if token else None
        arguments = oai.first_arguments(self.source.settings, state)
        batch_id = self._open_batch()
        for page in oai.pages(self.fetcher, self.source.url, arguments, token):
            # the next harvest begins where this list was asked for, not where it ended
            began = began or page.answered
            if page.token:
                state |= {"token": page.token, "began": began}
            else:
                state = {"complete_from": began}
            with self.writes.begin() as session:
                self._take(session, page.items, batch_id)
                session.get_one(HarvestSource, self.source.id).state = state
                batch = session.get_one(ImportBatch, batch_id)
                batch.position, batch.counts = self.position, dict(self.counts)
                batch.finished_at = None if page.token else utc_now()

    def _open_batch(self) -> int:
        with self.writes.begin() as session:
            batch = ImportBatch(source=self.source.name, file_name=self.source.url, format="oai")
            session.add(batch)
            session.flush()
            return batch.id

    def _take(self, session: Session, items: tuple[oai.Item, ...], batch_id: int) -> None:
        """Write a page: records, deletions and refusals, each accounted for."""
        kept: list[tuple[oai.Item, Attempt]] = []
        for item in items:
            self.position += 1
            if item.header.deleted:
                self.counts["deleted" if self._delete(session, item.header) else "unknown"] += 1
                continue
            attempt = self._attempt(item)
            if attempt.record is None:
                session.add(attempt.row(batch_id))
                self.counts["rejected"] += 1
            else:
                kept.append((item, attempt))
        records = [attempt.record for _, attempt in kept if attempt.record]
        found = services.ingest(session, records, batch_id=batch_id)
        for (item, _), ingested in zip(kept, found, strict=True):
            self.counts[ingested.outcome.value] += 1
            self._remember(session, item.header, ingested.book_id)

    def _attempt(self, item: oai.Item) -> Attempt:
        unread = Attempt(self.position, item.raw, None)
        try:
            record = incoming(item, self.source.name, self.source.settings)
        except Rejected as why:
            return unread.refused(why)
        except Exception as error:  # one record must never stop the rest
            return unread.refused(Rejected(Reason.READ_FAILED, type(error).__name__))
        return Attempt(self.position, item.raw, record)

    def _known(self, session: Session, identifier: str) -> HarvestedRecord | None:
        return session.scalar(
            select(HarvestedRecord).where(
                HarvestedRecord.source_id == self.source.id, HarvestedRecord.identifier == identifier[:512]
            )
        )

    def _remember(self, session: Session, header: oai.Header, book_id: int) -> None:
        known = self._known(session, header.identifier)
        if known is None:
            known = HarvestedRecord(source_id=self.source.id, identifier=header.identifier[:512], book_id=book_id)
            session.add(known)
        known.book_id, known.datestamp = book_id, header.datestamp
        row = session.get(BookRow, book_id)
        if row is not None and row.deleted_at is not None:  # it was deleted there and has come back
            services.restore_book(session, book_id, changed_by=f"harvest:{self.source.name}")
        session.flush()

    def _delete(self, session: Session, header: oai.Header) -> bool:
        """Follow a deletion; False where the record never came here."""
        known = self._known(session, header.identifier)
        if known is None:
            return False
        row = session.get(BookRow, known.book_id)
        if row is not None and row.deleted_at is None:
            services.delete_book(
                session, known.book_id, changed_by=f"harvest:{self.source.name}", reason="deleted at the source"
            )
        known.datestamp = header.datestamp
        return True
