"""The daily letter of new books: decided upon and written in one transaction per reader, so that none gets two.

A reader's day is marked in the same transaction that puts the letter into the outbox, and the letter's key holds
reader and day: whatever dies in between, a second run writes what is missing and nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.notify import services
from shuyin.notify.models import Letter, LetterState, Subscription, SubscriptionState
from shuyin.notify.subscriptions import Office
from shuyin.records.book_json import BookJson
from shuyin.records.interests import Interests

#: Books in one letter; the rest stands on the page of the day.
MAX_BOOKS = 100
#: Days that a letter reaches back after a pause of the service.
MAX_DAYS = 7
#: Refused letters in a row after which an address gets no more.
MAX_BOUNCES = 3

#: (first day, last day) → the public new books announced in that period.
FindBooks = Callable[[date, date], Sequence[BookJson]]


@dataclass(slots=True)
class Written:
    """What one run decided."""

    letters: int = 0
    nothing_new: int = 0


def write_due(
    writes: sessionmaker[Session], office: Office, find_books: FindBooks, now: datetime, zone: ZoneInfo
) -> Written:
    """Put the letters of all readers whose hour has come into the outbox, each at most once a day."""
    local = now.astimezone(zone)
    done = Written()
    found: dict[tuple[date, date], Sequence[BookJson]] = {}
    for id in _due(writes, local):
        with writes.begin() as session:
            subscription = session.get(Subscription, id, with_for_update=True)
            if subscription is None or not _is_due(subscription, local):
                continue  # another process was quicker, or the reader has just left
            period = _period(subscription, local.date(), zone)
            if period not in found:
                found[period] = find_books(*period)
            if _write(session, office, subscription, found[period], local):
                done.letters += 1
            else:
                done.nothing_new += 1
    return done


def _due(writes: sessionmaker[Session], local: datetime) -> list[int]:
    with writes() as session:
        return list(
            session.scalars(
                select(Subscription.id)
                .where(
                    Subscription.state == SubscriptionState.ACTIVE.value,
                    Subscription.hour <= local.hour,
                    or_(Subscription.letter_day.is_(None), Subscription.letter_day < local.date()),
                )
                .order_by(Subscription.id)
            )
        )


def _is_due(subscription: Subscription, local: datetime) -> bool:
    day = subscription.letter_day
    return (
        subscription.state == SubscriptionState.ACTIVE.value
        and subscription.hour <= local.hour
        and (day is None or day < local.date())
    )


def _period(subscription: Subscription, today: date, zone: ZoneInfo) -> tuple[date, date]:
    """From the day of the last letter, which was not over then, or of the reader's confirmation, until today."""
    if subscription.letter_day:
        first = subscription.letter_day
    elif subscription.confirmed_at:
        first = subscription.confirmed_at.astimezone(zone).date()
    else:
        first = today
    return max(first, today - timedelta(days=MAX_DAYS - 1)), today


def _write(
    session: Session, office: Office, subscription: Subscription, books: Sequence[BookJson], local: datetime
) -> bool:
    today = local.date()
    former, subscription.letter_day = subscription.letter_day, today
    interests = Interests.of(subscription.interests)
    told = _told(session, subscription, former)
    wanted = [book for book in books if interests.include(book) and not told(book)]
    if not wanted:
        return False
    letter = services.queue(
        session,
        office.vault,
        key=_key(subscription, today),
        template="new-books",
        recipient=str(office.vault.unseal(subscription.address)),
        context=_context(office, subscription, wanted, today),
        headers=office.unsubscribe_headers(subscription),
    )
    letter.created_at = local  # the books were looked up after this instant: see `_told`
    return True


def _key(subscription: Subscription, day: date) -> str:
    return f"digest:{subscription.id}:{day.isoformat()}"


def _told(session: Session, subscription: Subscription, day: date | None) -> Callable[[BookJson], bool]:
    """Whether the letter of `day` had a book already; what was published later on that day it could not have."""
    if day is None:
        return lambda _book: False
    written = session.scalar(select(Letter.created_at).where(Letter.unique_key == _key(subscription, day)))
    if written is None:
        return lambda _book: False
    until = written.replace(microsecond=0)  # as exact as the time of a change is told

    def told(book: BookJson) -> bool:
        changed = book["updated_at"]
        return book["announced"] == day.isoformat() and bool(changed and datetime.fromisoformat(changed) < until)

    return told


def _context(office: Office, subscription: Subscription, books: Sequence[BookJson], today: date) -> dict[str, Any]:
    manage = office.link(subscription, "manage")
    return {
        "day": today.isoformat(),
        "count": len(books),
        "books": [
            {
                "title": book["title"],
                "by": "；".join(f"{c['name']}{c['role'] or ''}" for c in book["contributors"][:3]),
                "publisher": book["publisher"] or "",
                "isbn": next((b["isbn_hyphenated"] for b in book["bindings"] if b["isbn_hyphenated"]), ""),
                "link": f"{office.base_url}/books/{book['id']}",
            }
            for book in books[:MAX_BOOKS]
        ],
        "more": max(0, len(books) - MAX_BOOKS),
        "page": f"{office.base_url}/new-books/{today.isoformat()}",
        "manage": manage,
        "unsubscribe": f"{manage}/unsubscribe",
    }


def count_bounces(writes: sessionmaker[Session]) -> int:
    """Count letters that mail servers refused; after `MAX_BOUNCES` in a row the address gets none. Returns how many.

    Looks at each reader's last letters, so that one that arrives sets the count back.
    """
    stopped = 0
    with writes.begin() as session:
        active = select(Subscription).where(Subscription.state == SubscriptionState.ACTIVE.value)
        failed = select(Letter.id).where(
            Letter.state == LetterState.FAILED.value, Letter.unique_key.startswith("digest:")
        )
        if session.scalar(failed.limit(1)) is None:
            return 0
        for subscription in session.scalars(active):
            states = session.scalars(
                select(Letter.state)
                .where(Letter.unique_key.startswith(f"digest:{subscription.id}:"))
                .order_by(Letter.id.desc())
                .limit(MAX_BOUNCES)
            ).all()
            in_a_row = next((n for n, s in enumerate(states) if s != LetterState.FAILED.value), len(states))
            subscription.bounces = in_a_row
            if in_a_row >= MAX_BOUNCES:
                subscription.state = SubscriptionState.BOUNCED.value
                stopped += 1
    return stopped
