"""`shuyin db verify`: do the records agree with themselves and with the indexes?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import func, select, text

from shuyin.app.composition import Services
from shuyin.indexer import services as indexer
from shuyin.records import database, marc
from shuyin.records.models import BindingRow, BookRow, Change

#: Problems named one by one; more are only counted.
NAMED = 50
_BATCH = 1000


@dataclass(slots=True)
class Verified:
    """What was looked at, and what is wrong: one line each, saying what to do."""

    records: int = 0
    problems: list[str] = field(default_factory=list)


def verify(services: Services, progress: Callable[[int, int | None], None] | None = None) -> Verified:
    """Look at every record once; reads only."""
    report = Verified()
    pending = database.pending_migrations(services.engine)
    if pending:
        report.problems.append(f"{len(pending)} migrations have not run: run `shuyin db upgrade`")
        return report
    report.problems.extend(_storage(services))
    _books(services, report, progress)
    report.problems.extend(_indexes(services))
    return report


def _storage(services: Services) -> Iterable[str]:
    if services.engine.dialect.name != "sqlite":
        return
    with services.sessions() as session:
        answer = session.scalar(text("PRAGMA integrity_check"))
        if answer != "ok":
            yield f"the database file is damaged ({answer}): restore a backup"
        broken = session.execute(text("PRAGMA foreign_key_check")).all()
        if broken:
            yield f"{len(broken)} rows refer to rows that do not exist: restore a backup"


def _books(services: Services, report: Verified, progress: Callable[[int, int | None], None] | None) -> None:
    after = 0
    with services.sessions() as session:
        total = session.scalar(select(func.count()).select_from(BookRow)) or 0
        unlogged = session.scalar(
            select(func.count())
            .select_from(BookRow)
            .where(~select(Change.id).where(Change.kind == "book", Change.record_id == BookRow.id).exists())
        )
    if unlogged:
        report.problems.append(f"{unlogged} records are missing in the change log: run `shuyin index rebuild`")
    while True:
        with services.sessions() as session:
            query = select(BookRow.id, BookRow.marc).where(BookRow.id > after).order_by(BookRow.id).limit(_BATCH)
            rows = session.execute(query).all()
            if not rows:
                return
            ids = [row.id for row in rows]
            held: dict[int, set[str]] = {}
            bindings = select(BindingRow.book_id, BindingRow.isbn).where(BindingRow.book_id.in_(ids))
            for book_id, isbn in session.execute(bindings):
                if isbn:
                    held.setdefault(book_id, set()).add(isbn)
        for row in rows:
            report.problems.extend(_book(row.id, row.marc, held.get(row.id, set())))
        report.records += len(rows)
        after = rows[-1].id
        if progress:
            progress(report.records, total)
        if len(report.problems) > NAMED:
            report.problems.append("more than that many problems: stopped looking")
            return


def _book(id: int, content: bytes, held: set[str]) -> Iterable[str]:
    if int(content[:5]) != len(content):
        yield f"record {id}: its leader says {content[:5].decode()} bytes, it has {len(content)}: import it again"
    try:
        book = marc.read(content)
    except (ValueError, LookupError) as error:
        yield f"record {id}: cannot be read ({error}): import it again"
        return
    if set(book.isbns) != held:
        yield f"record {id}: its ISBNs {sorted(book.isbns)} differ from its bindings {sorted(held)}: import it again"


def _indexes(services: Services) -> Iterable[str]:
    for state in indexer.status(services.sessions, services.search):
        if state.lag:
            yield f"index {state.index}: {state.lag} changes are waiting: run `shuyin index catch-up`"
        elif state.documents != state.records:
            yield (
                f"index {state.index}: {state.documents} documents for {state.records} records: "
                f"run `shuyin index rebuild --index {state.index}`"
            )
