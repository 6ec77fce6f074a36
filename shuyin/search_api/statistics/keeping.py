"""Counts that follow the change log, so that no page has to read every record.

For each record its fact is kept (`facts`); a change takes the former fact out of the counts and adds the new one, in
the transaction that moves the checkpoint. Killed at any place, nothing is counted twice or left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

import structlog
from sqlalchemy import delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, selectinload, sessionmaker

from shuyin.records import changes, exposure, marc
from shuyin.records.models import AlbumRow, BookRow, Checkpoint, OrganisationRow, utc_now
from shuyin.search_api.models import StatisticCount, StatisticFact
from shuyin.search_api.statistics.facts import COLLECTION, Fact, Subject, album_fact, book_fact

_log = structlog.stdlib.get_logger("shuyin.statistics")

CHECKPOINT = "statistics"
_BATCH = 1_000
_KEY = ("subject", "dimension", "month", "counts_from", "value")
#: So many log entries a reader who asks for a table waits for; more are left to the job.
SOON = 3_000


def today_in_taipei() -> date:
    """The day by which exposure is decided."""
    return datetime.now(exposure.TAIPEI).date()


def catch_up(writes: sessionmaker[Session], limit: int | None = None, today: date | None = None) -> int:
    """Count what has changed, at most `limit` log entries; returns how many were read. Each batch is a transaction."""
    done = 0
    while limit is None or done < limit:
        with writes.begin() as session:
            read = count_changes(session, today or today_in_taipei())
        done += read
        if read < _BATCH:
            break
    return done


def count_changes(session: Session, today: date) -> int:
    """One batch in the session's transaction; how many log entries were read."""
    checkpoint = _checkpoint(session)
    entries = changes.read_after(session, checkpoint.change_id, _BATCH)
    if not entries:
        return 0
    ids: dict[str, set[int]] = {}
    for entry in entries:
        ids.setdefault(entry.kind, set()).add(entry.record_id)
    albums = ids.get("album", set()) | _albums_of(session, ids.get("organisation", set()))
    _replace(session, Subject.ALBUM, albums, _album_facts(session, albums, today))
    books = ids.get("book", set())
    _replace(session, Subject.BOOK, books, _book_facts(session, books, today))
    checkpoint.change_id, checkpoint.updated_at = entries[-1].id, utc_now()
    return len(entries)


def waiting(session: Session) -> int:
    """How many log entries the counts do not show yet."""
    seen = session.scalar(select(Checkpoint.change_id).where(Checkpoint.name == CHECKPOINT)) or 0
    return changes.latest_id(session) - seen


def freshen(sessions: sessionmaker[Session], writes: sessionmaker[Session]) -> None:
    """Count what little has changed since the last run of the job, so that a table shows what was just entered.

    Much is left to the job, and so is everything while another process keeps the database busy.
    """
    with sessions() as session:
        behind = waiting(session)
    if not 0 < behind <= SOON:
        return
    try:
        catch_up(writes, behind)
    except OperationalError:
        _log.warning("counts are left to the job", waiting=behind, exc_info=True)


def recount(
    sessions: sessionmaker[Session], writes: sessionmaker[Session], today: date | None = None
) -> dict[str, int]:
    """Throw all counts away and make them from the records; how many records count, by subject.

    The records are read first, so that others can write meanwhile; what they change is counted by the next catch-up.
    Readers see the former counts until the new ones are there.
    """
    day = today or today_in_taipei()
    with sessions() as session:
        until = changes.latest_id(session)
        found = {subject: _all_facts(session, subject, day) for subject in Subject}
    with writes.begin() as session:
        checkpoint = _checkpoint(session)
        session.execute(delete(StatisticCount))
        session.execute(delete(StatisticFact))
        for subject, facts in found.items():
            numbers = list(facts)
            for start in range(0, len(numbers), _BATCH):
                _add(session, subject, {id: facts[id] for id in numbers[start : start + _BATCH]})
        checkpoint.change_id, checkpoint.updated_at = until, utc_now()
    return {subject.value: len(facts) for subject, facts in found.items()}


def _all_facts(session: Session, subject: Subject, today: date) -> dict[int, Fact]:
    table, facts = (AlbumRow, _album_facts) if subject is Subject.ALBUM else (BookRow, _book_facts)
    dated = AlbumRow.registered_on if subject is Subject.ALBUM else BookRow.announced_on
    found: dict[int, Fact] = {}
    alike: dict[Fact, Fact] = {}  # most records add the same as others: each such fact is in memory once
    last = 0
    while True:
        query = select(table.id).where(table.id > last, dated.is_not(None)).order_by(table.id).limit(_BATCH)
        ids = list(session.scalars(query))
        if not ids:
            return found
        last = ids[-1]
        found |= {id: alike.setdefault(fact, fact) for id, fact in facts(session, ids, today).items()}
        session.expunge_all()


def _checkpoint(session: Session) -> Checkpoint:
    made = _dialect(session).insert(Checkpoint).values(name=CHECKPOINT, change_id=0, updated_at=utc_now())
    session.execute(made.on_conflict_do_nothing())
    query = select(Checkpoint).where(Checkpoint.name == CHECKPOINT).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def _dialect(session: Session) -> Any:
    """The module whose `insert` knows what to do on a conflict."""
    return postgresql if session.get_bind().dialect.name == "postgresql" else sqlite


def _albums_of(session: Session, organisations: Collection[int]) -> set[int]:
    """Albums that a changed company released: they count by its kind."""
    if not organisations:
        return set()
    return set(session.scalars(select(AlbumRow.id).where(AlbumRow.company_id.in_(organisations))))


def _album_facts(session: Session, ids: Collection[int], today: date) -> dict[int, Fact]:
    query = (
        select(AlbumRow, OrganisationRow.kind)
        .outerjoin(OrganisationRow, OrganisationRow.id == AlbumRow.company_id)
        .options(selectinload(AlbumRow.tracks))
        .where(AlbumRow.id.in_(ids))
    )
    found = {row.id: album_fact(row, kind, today) for row, kind in session.execute(query)} if ids else {}
    return {id: fact for id, fact in found.items() if fact is not None}


def _book_facts(session: Session, ids: Collection[int], today: date) -> dict[int, Fact]:
    """A record that cannot be read is left out and logged, as the index leaves it out."""
    shown = (BookRow.public, BookRow.deleted_at.is_(None), BookRow.collection == COLLECTION)
    query = select(BookRow.id, BookRow.marc, BookRow.announced_on, BookRow.public_from).where(
        BookRow.id.in_(ids), BookRow.announced_on.is_not(None), *shown
    )
    found: dict[int, Fact] = {}
    for row in session.execute(query) if ids else ():
        try:
            found[row.id] = book_fact(marc.read(row.marc), row.announced_on, row.public_from, today)
        except marc.DamagedRecord:
            _log.exception("record left out of the statistics", book_id=row.id)
    return found


def _replace(session: Session, subject: Subject, ids: Collection[int], facts: dict[int, Fact]) -> None:
    """Take what these records added so far out of the counts, and add what they add now."""
    if not ids:
        return
    of_these = (StatisticFact.subject == subject.value, StatisticFact.record_id.in_(ids))
    former = list(session.scalars(select(StatisticFact).where(*of_these)))
    _change(session, subject, ((fact.month, fact.counts_from, fact.counts) for fact in former), -1)
    for fact in former:
        session.expunge(fact)
    session.execute(delete(StatisticFact).where(*of_these))
    _add(session, subject, facts)
    session.execute(delete(StatisticCount).where(StatisticCount.number == 0))


def _add(session: Session, subject: Subject, facts: dict[int, Fact]) -> None:
    if not facts:
        return
    rows = [
        {"subject": subject.value, "record_id": id, "month": f.month, "counts_from": f.counts_from, "counts": f.counts}
        for id, f in facts.items()
    ]
    session.execute(insert(StatisticFact), rows)
    _change(session, subject, ((fact.month, fact.counts_from, fact.counts) for fact in facts.values()), 1)


def _change(session: Session, subject: Subject, facts: Iterable[tuple[str, date, Iterable[Any]]], sign: int) -> None:
    sums: Counter[tuple[str, date, str, str]] = Counter()
    for month, counts_from, counts in facts:
        for dimension, value, number in counts:
            sums[month, counts_from, dimension, value] += sign * number
    if not sums:
        return
    statement = _dialect(session).insert(StatisticCount)
    added = StatisticCount.number + statement.excluded.number
    rows = [
        {"subject": subject.value, "month": m, "counts_from": f, "dimension": d, "value": v, "number": number}
        for (m, f, d, v), number in sums.items()
    ]
    session.execute(statement.on_conflict_do_update(index_elements=_KEY, set_={"number": added}), rows)


def counted(
    session: Session, subject: Subject, dimension: str, months: tuple[str, str], today: date
) -> dict[tuple[str, str], int]:
    """(month, value) → number, from one month to another (YYYY-MM, both counted), as far as exposed by `today`."""
    query = (
        select(StatisticCount.month, StatisticCount.value, func.sum(StatisticCount.number))
        .where(
            StatisticCount.subject == subject.value,
            StatisticCount.dimension == dimension,
            StatisticCount.month.between(*months),
            StatisticCount.counts_from <= today,
        )
        .group_by(StatisticCount.month, StatisticCount.value)
    )
    return {(month, value): int(number) for month, value, number in session.execute(query)}
