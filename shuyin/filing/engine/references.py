"""掛號單號: letter, ROC year, serial without gaps within the year: R115-000012."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from shuyin.filing.models import ReferenceCounter

#: Western year of the year before ROC 1.
ROC_EPOCH = 1911


def next_reference(session: Session, letter: str, today: date) -> str:
    """The next number in the caller's transaction; it is given out only if that commits."""
    year = today.year - ROC_EPOCH
    name = f"{letter}{year}"
    counter = session.get(ReferenceCounter, name, with_for_update=True, populate_existing=True)
    if counter is None:
        # two first filings of a year: the primary key lets one through, the other is told to try again
        counter = ReferenceCounter(name=name, last=0)
        session.add(counter)
    counter.last += 1
    session.flush()
    return f"{name}-{counter.last:06d}"
