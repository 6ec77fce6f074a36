"""掛號單號: letter, ROC year, serial without gaps within the year: R115-000012."""

from __future__ import annotations

from datetime import date

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from shuyin.filing.models import ReferenceCounter

#: Western year of the year before ROC 1.
ROC_EPOCH = 1911


def next_serial(session: Session, name: str) -> int:
    """The next number of a counter in the caller's transaction, from 1 on, without gaps; others wait for its end."""
    values = {"name": name, "last": 0}
    postgres = session.get_bind().dialect.name == "postgresql"
    insert = postgresql.insert if postgres else sqlite.insert
    session.execute(insert(ReferenceCounter).values(values).on_conflict_do_nothing())  # two may be the first
    counter = session.get_one(ReferenceCounter, name, with_for_update=True, populate_existing=True)
    counter.last += 1
    session.flush()
    return counter.last


def next_reference(session: Session, letter: str, today: date) -> str:
    """The next number in the caller's transaction; it is given out only if that commits."""
    name = f"{letter}{today.year - ROC_EPOCH}"
    return f"{name}-{next_serial(session, name):06d}"
