"""The first sign-in (C2, S1 一(二)): the publisher's data is confirmed, or a change is asked for."""

from __future__ import annotations

from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.engine import drafts
from shuyin.filing.models import AccountProfile, FilingRow
from shuyin.filing.office import By, Office
from shuyin.filing.registration.profile import PROFILE
from shuyin.records.models import User


def profile_of(session: Session, user: User) -> AccountProfile | None:
    """The account's profile; None for readers and staff, who have nothing to confirm."""
    return session.get(AccountProfile, user.id)


def must_confirm(session: Session, user: User) -> bool:
    """Whether filing is closed until the basic data is confirmed."""
    profile = profile_of(session, user)
    return profile is not None and profile.confirmed_at is None


def confirm(session: Session, office: Office, user: User, by: By) -> None:
    """確認無誤: filing is open from now on."""
    profile = profile_of(session, user)
    if profile is not None and profile.confirmed_at is None:
        profile.confirmed_at = office.now()
        audit.append(session, by.name, "confirm-data", "user", user.id)


def ask_for_change(session: Session, office: Office, user: User, by: By) -> FilingRow:
    """A request for change, filled in with what is known; filing stays closed until staff have answered it."""
    profile = profile_of(session, user)
    if profile is not None:
        profile.change_asked_at = office.now()
    return drafts.start(session, office, PROFILE, by)
