"""Accounts in the hands of an administrator: list, role, closing and opening, a lost second factor."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.accounts import second_factor
from shuyin.filing.office import By, Office
from shuyin.filing.roles import Role
from shuyin.records import accounts
from shuyin.records.models import User

#: Accounts on one page of the list.
PER_PAGE = 50


class NotChanged(Exception):
    """Nobody changes their own account here, nor takes the last administrator away."""


class UnknownUser(LookupError):
    """There is no such account."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of accounts, by name, and how many there are in all."""

    users: list[User]
    total: int


def listed(session: Session, words: str = "", role: str = "", page: int = 1) -> Listed:
    """The accounts whose account, name or address has `words`, of one role or of all."""
    query = select(User)
    if words:
        columns = (User.account, User.name, User.email)
        query = query.where(or_(*(column.icontains(words, autoescape=True) for column in columns)))
    if role:
        query = query.where(User.role == role)
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    rows = session.scalars(query.order_by(User.account).limit(PER_PAGE).offset((page - 1) * PER_PAGE)).all()
    return Listed(list(rows), int(total))


def change_role(session: Session, office: Office, user_id: int, role: Role, *, by: By) -> None:
    """Give an account another role; it signs in again. Raises UnknownUser, NotChanged."""
    user = _user(session, user_id, by)
    if user.role == role.value:
        return
    if user.role == Role.ADMIN:
        _keep_an_administrator(session, user)
    before, user.role = user.role, role.value
    accounts.revoke_all(session, user.id, now=office.now())
    session.flush()
    audit.append(session, by.name, "change-role", "user", user.id, {"before": before, "after": role.value})


def set_active(session: Session, office: Office, user_id: int, active: bool, *, by: By) -> None:
    """Close an account, which ends its sessions and keeps its data, or open it again. UnknownUser, NotChanged."""
    user = _user(session, user_id, by)
    if user.active == active:
        return
    if not active and user.role == Role.ADMIN:
        _keep_an_administrator(session, user)
    user.active = active
    accounts.revoke_all(session, user.id, now=office.now())
    session.flush()
    audit.append(session, by.name, "open-user" if active else "close-user", "user", user.id)


def remove_factor(session: Session, office: Office, user_id: int, *, by: By) -> None:
    """Take a lost second factor away; staff set up another one as they sign in. UnknownUser, NotChanged."""
    user = _user(session, user_id, by)
    second_factor.remove(session, user.id)
    accounts.revoke_all(session, user.id, now=office.now())
    audit.append(session, by.name, "remove-factor", "user", user.id)


def _user(session: Session, user_id: int, by: By) -> User:
    user = session.get(User, user_id, with_for_update=True)
    if user is None:
        raise UnknownUser(f"there is no account {user_id}")
    if user.id == by.user_id:
        raise NotChanged
    return user


def _keep_an_administrator(session: Session, user: User) -> None:
    others = select(User.id).where(User.role == Role.ADMIN, User.active, User.id != user.id).with_for_update()
    if not session.scalars(others).all():
        raise NotChanged
