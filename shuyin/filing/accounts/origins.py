"""Accounts that publishers bring along from the former systems, by their kind (S1 一(二)1–3, S0 l.266–291)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.accounts.passwords import hash_password
from shuyin.filing.models import AccountProfile
from shuyin.filing.office import SYSTEM
from shuyin.filing.roles import Role
from shuyin.records.models import OrganisationRow, User
from shuyin.records.services import name_key


class Origin(StrEnum):
    """Where an account comes from."""

    ISBN = "isbn"  # 僅有全國新書資訊網 ISBN/CIP 線上申請的帳號
    EBOOK = "ebook"  # 僅有電子書刊送存閱覽服務系統的出版商送存帳號
    BOTH = "both"  # 兩者皆有：兩個帳號屬於同一個出版機構
    ISRC = "isrc"  # 僅申請過 ISRC


@dataclass(frozen=True, slots=True)
class FirstSignIn:
    """What the first sign-in of a kind of account asks for, and what the account opens."""

    change_password: bool
    services: tuple[str, ...]
    source: str


#: Every kind confirms the publisher's data, or asks for a change, before it files.
FIRST_SIGN_IN: dict[Origin, FirstSignIn] = {
    Origin.ISBN: FirstSignIn(False, ("isbn", "deposit"), "S1 l.11–13"),
    Origin.EBOOK: FirstSignIn(True, ("isbn", "deposit"), "S1 l.14–16"),
    # of those with both, only the e-book system's account must change its password: `bring` is told which one it is
    Origin.BOTH: FirstSignIn(False, ("isbn", "deposit"), "S1 l.17–20"),
    Origin.ISRC: FirstSignIn(False, ("isrc",), "S0 l.282"),
}


class AccountTaken(ValueError):
    """There is an account of that name already."""


def bring(
    session: Session,
    account: str,
    password: str,
    origin: Origin,
    *,
    organisation_id: int,
    email: str | None = None,
    from_ebooks: bool = False,
) -> User:
    """Take over an account with its old password. `from_ebooks`: of a publisher with both, the e-book system's one.

    Raises AccountTaken.
    """
    if session.scalar(select(User.id).where(User.account == account)) is not None:
        raise AccountTaken(account)
    first = FIRST_SIGN_IN[origin]
    user = User(
        account=account,
        email=email,
        password_hash=hash_password(password),
        role=Role.PUBLISHER_ADMIN.value,
        organisation_id=organisation_id,
        must_change_password=first.change_password or from_ebooks,
    )
    session.add(user)
    session.flush()
    session.add(AccountProfile(user_id=user.id, origin=origin.value, services=list(first.services)))
    session.flush()
    audit.append(session, SYSTEM.name, "bring-account", "user", user.id, {"origin": origin.value})
    return user


#: Columns of the file of accounts to bring along; `origin` is a value of `Origin`, "ebook+" the e-book account of
#: a publisher that has both.
COLUMNS = ("account", "password", "email", "publisher", "origin")


def bring_all(session: Session, rows: Iterable[Mapping[str, str]]) -> tuple[int, list[str]]:
    """Take over accounts from rows of `COLUMNS`; returns how many, and what is wrong with the others."""
    done, refused = 0, []
    for number, row in enumerate(rows, start=2):
        account, origin = (row.get("account") or "").strip(), (row.get("origin") or "").strip()
        key = name_key(row.get("publisher") or "")
        kind = "both" if origin == "ebook+" else origin
        if not account or not row.get("password") or not key or kind not in {o.value for o in Origin}:
            refused.append(f"line {number}: account, password, publisher and a known origin are needed")
            continue
        house = session.scalar(select(OrganisationRow).where(OrganisationRow.name_key == key).limit(1))
        if house is None:
            refused.append(f"line {number}: there is no publisher of that name; import the publishers first")
            continue
        try:
            bring(
                session,
                account,
                row["password"],
                Origin(kind),
                organisation_id=house.id,
                email=row.get("email") or None,
                from_ebooks=origin == "ebook+",
            )
        except AccountTaken:
            refused.append(f"line {number}: there is an account {account} already")
        else:
            done += 1
    return done, refused
