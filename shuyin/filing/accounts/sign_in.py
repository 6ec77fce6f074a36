"""Signing in: password, back-off per account and address, log-in record (登入紀錄), second factor."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.filing.accounts import passwords
from shuyin.filing.accounts.second_factor import has_factor
from shuyin.filing.models import AccountProfile, SignInEvent
from shuyin.filing.office import Office
from shuyin.records.models import User

#: Failures are remembered for an hour.
WINDOW = timedelta(hours=1)
#: So many failures are free; each one after doubles the wait, up to the longest.
FREE_FOR_ACCOUNT, FREE_FOR_ADDRESS = 5, 20
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=15)


class Outcome(StrEnum):
    """What became of an attempt; the words of `SignInEvent.outcome`."""

    OK = "ok"
    WRONG = "wrong"
    BLOCKED = "blocked"  # too many failures: the password was not even looked at
    SECOND = "second"  # password right, the second factor is still to come
    DRAFT = "draft"  # no attempt: a filing begun without an account (`visitors`)
    CLOSED = "closed"  # a first password that has run out


@dataclass(frozen=True, slots=True)
class Attempt:
    """The result: the user for OK and SECOND; for BLOCKED how long to wait."""

    outcome: Outcome
    user: User | None = None
    wait: timedelta = timedelta(0)


def account_key(account: str) -> str:
    """How an account stands in the log: hashed, since people type passwords into the wrong box."""
    return hashlib.sha256(account.strip().casefold().encode()).hexdigest()


def wait_for(failures: int, free: int, last: datetime | None, now: datetime) -> timedelta:
    """How long until the next attempt is looked at, after so many failures, the last one at `last`."""
    if failures < free or last is None:
        return timedelta(0)
    wait: timedelta = min(FIRST_WAIT * (1 << min(failures - free, 20)), LONGEST_WAIT)
    return max(timedelta(0), last + wait - now)


def _failures(session: Session, now: datetime, column: str, value: str) -> tuple[int, datetime | None]:
    """Failures within the window since the last success: number and time of the last."""
    key = SignInEvent.account_hash if column == "account" else SignInEvent.address
    since = now - WINDOW
    if column == "account":
        good = select(func.max(SignInEvent.at)).where(key == value, SignInEvent.outcome == Outcome.OK)
        succeeded = session.scalar(good.where(SignInEvent.at > since))
        since = max(since, succeeded) if succeeded else since
    query = select(func.count(), func.max(SignInEvent.at)).where(
        key == value, SignInEvent.outcome == Outcome.WRONG, SignInEvent.at > since
    )
    count, last = session.execute(query).one()
    return int(count), last


def attempt(
    session: Session, office: Office, account: str, password: str, *, address: str, user_agent: str | None
) -> Attempt:
    """Try account and password; every attempt is recorded, whatever it comes to."""
    now = office.now()
    key = account_key(account)
    wait = _wait(session, now, key, address)
    user = None
    if wait > timedelta(0):
        outcome = Outcome.BLOCKED
    else:
        user = session.scalar(select(User).where(func.lower(User.account) == account.strip().lower()))
        good = passwords.matches(user, password)
        outcome = _judge(session, office, user) if good and user and user.active else Outcome.WRONG
    record(session, office, key, outcome, address=address, user_agent=user_agent, user_id=user.id if user else None)
    return Attempt(outcome, user if outcome in (Outcome.OK, Outcome.SECOND) else None, wait)


def second_wait(session: Session, office: Office, user: User, *, address: str) -> timedelta:
    """How long until a code of the second factor is looked at again, after wrong ones."""
    return _wait(session, office.now(), account_key(user.account), address)


def _wait(session: Session, now: datetime, key: str, address: str) -> timedelta:
    return max(
        wait_for(*_with_free(_failures(session, now, "account", key), FREE_FOR_ACCOUNT), now),
        wait_for(*_with_free(_failures(session, now, "address", address), FREE_FOR_ADDRESS), now),
    )


def _with_free(found: tuple[int, datetime | None], free: int) -> tuple[int, int, datetime | None]:
    return found[0], free, found[1]


def _judge(session: Session, office: Office, user: User) -> Outcome:
    profile = session.get(AccountProfile, user.id)
    if user.must_change_password and profile and profile.password_until and profile.password_until < office.now():
        return Outcome.CLOSED
    return Outcome.SECOND if has_factor(session, user.id) else Outcome.OK


def record(
    session: Session,
    office: Office,
    key: str,
    outcome: Outcome,
    *,
    address: str,
    user_agent: str | None,
    user_id: int | None,
) -> None:
    """Write a line of the log-in record."""
    session.add(
        SignInEvent(
            user_id=user_id,
            account_hash=key,
            outcome=outcome.value,
            address=address[:64],
            user_agent=(user_agent or "")[:400] or None,
            at=office.now(),
        )
    )
    session.flush()


def log_of(session: Session, user_id: int, most: int = 50) -> list[SignInEvent]:
    """The latest attempts on an account, newest first, for its owner."""
    query = select(SignInEvent).where(SignInEvent.user_id == user_id).order_by(SignInEvent.id.desc()).limit(most)
    return list(session.scalars(query))
