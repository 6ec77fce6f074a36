"""Sessions and bearer tokens live, end, and are revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from shuyin.records import accounts
from shuyin.records.models import ApiToken, User, UserSession

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def user(session: Session) -> User:
    user = User(account="P20778", password_hash="!")
    session.add(user)
    session.flush()
    return user


def signed_in(session: Session, user: User, now: datetime = NOW) -> str:
    return accounts.open_session(session, user, now=now, user_agent="Firefox", address="10.0.0.1")


def test_a_session_lives_while_it_is_used(session: Session, user: User) -> None:
    token = signed_in(session, user)
    found = accounts.session_of(session, token, now=NOW + accounts.IDLE - timedelta(seconds=1))
    assert found is not None
    assert found.user.account == "P20778"
    assert accounts.session_of(session, token, now=NOW + accounts.IDLE) is None
    accounts.touch(session, found.id, now=NOW + timedelta(hours=11))
    session.expire_all()
    assert accounts.session_of(session, token, now=NOW + timedelta(hours=22)) is not None
    assert accounts.session_of(session, "another", now=NOW) is None


def test_a_session_ends_after_a_week_whatever_happens(session: Session, user: User) -> None:
    token = signed_in(session, user)
    accounts.touch(session, session.query(UserSession.id).scalar(), now=NOW + accounts.LIFE - timedelta(minutes=1))
    assert accounts.session_of(session, token, now=NOW + accounts.LIFE - timedelta(seconds=1)) is not None
    assert accounts.session_of(session, token, now=NOW + accounts.LIFE) is None


def test_the_token_itself_is_not_stored(session: Session, user: User) -> None:
    token = signed_in(session, user)
    assert token not in str(session.query(UserSession.token_hash).all())


def test_devices_are_listed_and_revoked(session: Session, user: User) -> None:
    stranger = User(account="P2", password_hash="!")
    session.add(stranger)
    session.flush()
    first, second = signed_in(session, user), signed_in(session, user, NOW + timedelta(minutes=1))
    devices = accounts.sessions_of(session, user.id, now=NOW + timedelta(minutes=2))
    assert len(devices) == 2
    accounts.revoke(session, stranger.id, devices[0].id, now=NOW)
    assert accounts.session_of(session, second, now=NOW) is not None
    accounts.revoke(session, user.id, devices[0].id, now=NOW)
    session.expire_all()
    assert accounts.session_of(session, second, now=NOW) is None
    third = signed_in(session, user)
    accounts.revoke_all(session, user.id, now=NOW, but=devices[1].id)
    session.expire_all()
    assert accounts.session_of(session, third, now=NOW) is None
    assert accounts.session_of(session, first, now=NOW) is not None


def test_a_closed_account_has_no_sessions_and_no_tokens(session: Session, user: User) -> None:
    token, bearer = signed_in(session, user), accounts.new_api_token(session, user, "mine")
    assert accounts.user_of_api_token(session, bearer, now=NOW) is user
    user.active = False
    session.flush()
    assert accounts.session_of(session, token, now=NOW) is None
    assert accounts.user_of_api_token(session, bearer, now=NOW) is None


def test_bearer_tokens_end_and_are_revoked(session: Session, user: User) -> None:
    bearer = accounts.new_api_token(session, user, "mine", until=NOW + timedelta(days=1))
    assert accounts.user_of_api_token(session, bearer, now=NOW) is user
    assert accounts.user_of_api_token(session, bearer, now=NOW + timedelta(days=1)) is None
    assert accounts.user_of_api_token(session, "shuyin_x", now=NOW) is None
    session.query(ApiToken).update({"revoked_at": NOW})
    session.expire_all()
    assert accounts.user_of_api_token(session, bearer, now=NOW) is None
