"""Signed-in browsers and API tokens: random secrets of which only the hash is kept.

Who may sign in, with which password and second factor, is `filing.accounts`; this is what the reading side needs.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from shuyin.records.models import ApiToken, User, UserSession

#: A session ends so long after signing in, or after so long without a request (OWASP ASVS 3.3.2, level 2).
LIFE, IDLE = timedelta(days=7), timedelta(hours=12)
#: The time of the last request is written no more often than this.
TOUCH = timedelta(minutes=5)
#: A bearer token that a user makes ends after a year.
TOKEN_LIFE = timedelta(days=365)


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def open_session(session: Session, user: User, *, now: datetime, user_agent: str | None, address: str | None) -> str:
    """A new signed-in browser; returns the token for its cookie."""
    token = secrets.token_urlsafe(32)
    session.add(
        UserSession(
            user_id=user.id,
            token_hash=token_hash(token),
            created_at=now,
            last_seen_at=now,
            expires_at=now + LIFE,
            user_agent=(user_agent or "")[:400] or None,
            address=address,
        )
    )
    session.flush()
    return token


def session_of(session: Session, token: str, *, now: datetime) -> UserSession | None:
    """The living session of a token, with its user; None if it ended, was revoked, or its user's account is closed."""
    query = (
        select(UserSession)
        .where(UserSession.token_hash == token_hash(token), UserSession.revoked_at.is_(None))
        .options(joinedload(UserSession.user))
    )
    found = session.scalar(query)
    if found is None or not found.user.active or found.expires_at <= now or found.last_seen_at + IDLE <= now:
        return None
    return found


def touch(session: Session, session_id: int, *, now: datetime) -> None:
    """Write down that the session was used just now."""
    session.execute(update(UserSession).where(UserSession.id == session_id).values(last_seen_at=now))


def sessions_of(session: Session, user_id: int, *, now: datetime) -> list[UserSession]:
    """The living sessions of a user, the latest first (登入裝置)."""
    query = (
        select(UserSession)
        .where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None), UserSession.expires_at > now)
        .order_by(UserSession.last_seen_at.desc())
    )
    return [s for s in session.scalars(query) if s.last_seen_at + IDLE > now]


def revoke(session: Session, user_id: int, session_id: int, *, now: datetime) -> None:
    """End one session of a user; of another user's nothing happens."""
    session.execute(
        update(UserSession)
        .where(UserSession.id == session_id, UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def revoke_all(session: Session, user_id: int, *, now: datetime, but: int | None = None) -> None:
    """End all sessions of a user, except `but`."""
    query = update(UserSession).where(UserSession.user_id == user_id, UserSession.revoked_at.is_(None))
    if but is not None:
        query = query.where(UserSession.id != but)
    session.execute(query.values(revoked_at=now))


def new_api_token(session: Session, user: User, label: str, *, until: datetime | None = None) -> str:
    """A bearer token that stands for the user; it is shown once."""
    token = f"shuyin_{secrets.token_urlsafe(32)}"
    session.add(ApiToken(user_id=user.id, token_hash=token_hash(token), label=label[:128], expires_at=until))
    session.flush()
    return token


def api_tokens_of(session: Session, user_id: int) -> list[ApiToken]:
    """The tokens of a user that are not revoked, the newest first."""
    query = select(ApiToken).where(ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
    return list(session.scalars(query.order_by(ApiToken.id.desc())))


def revoke_api_token(session: Session, user_id: int, token_id: int, *, now: datetime) -> None:
    """End one token of a user; of another user's nothing happens."""
    session.execute(
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now)
    )


def user_of_api_token(session: Session, token: str, *, now: datetime) -> User | None:
    """The user that a bearer token stands for; None if it is unknown, revoked, over, or the account is closed."""
    query = (
        select(ApiToken)
        .where(ApiToken.token_hash == token_hash(token), ApiToken.revoked_at.is_(None))
        .options(joinedload(ApiToken.user))
    )
    found = session.scalar(query)
    if found is None or not found.user.active or (found.expires_at is not None and found.expires_at <= now):
        return None
    return found.user
