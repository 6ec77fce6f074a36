"""Passwords: Argon2id hashes, what a new one must be, first passwords, signed links to set one.

Rules after OWASP ASVS 4.0.3 section 2.1: 12 to 128 characters, no rules about kinds of characters, no common ones.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing.accounts.common_passwords import is_common
from shuyin.filing.engine.declaration import mark
from shuyin.filing.office import Office
from shuyin.notify import services as letters
from shuyin.records.models import OrganisationRow, User

MIN_LENGTH, MAX_LENGTH = 12, 128
#: A link to set a password works so long.
LINK_LIFE = timedelta(minutes=60)
#: A first password works so long.
FIRST_LIFE = timedelta(days=14)
#: Stands where a hash would for an account that nobody may enter: no password matches it.
MATCHES_NOTHING = "!"
#: Letters and digits that are not mistaken for each other in print.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"

_hasher = PasswordHasher()
#: Verified in place of the hash of an account that does not exist, so that both take the same time.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


class UnknownLink(Exception):
    """The link to set a password is not valid, has been used, or is too old."""


def hash_password(password: str) -> str:
    """The Argon2id hash to store."""
    return _hasher.hash(password)


def matches(user: User | None, password: str) -> bool:
    """Whether this is the user's password; for None as slow as for a user, and False."""
    try:
        _hasher.verify(user.password_hash if user else _NOBODY, password[: MAX_LENGTH * 4])
    except (VerificationError, InvalidHashError):
        return False
    return user is not None


def first_password() -> str:
    """A password to print in a letter: four groups of four (79 bits)."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def problem(password: str, account: str) -> str | None:
    """Why this cannot be a new password (a msgid), or None."""
    if len(password) < MIN_LENGTH:
        return mark("密碼至少 12 個字元。可以用一句話，例如幾個不相干的詞。")
    if len(password) > MAX_LENGTH:
        return mark("密碼最多 128 個字元。")
    lowered = password.casefold()
    if is_common(password):
        return mark("這個密碼太常見，請換一個。")
    if account and account.casefold() in lowered:
        return mark("密碼中不可包含帳號。")
    return None


def _signer(office: Office) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(office.secret, salt="set-password")


def _fingerprint(user: User) -> str:
    # changes with the password, so that a link works once
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:16]


def link_token(office: Office, user: User) -> str:
    """The token of a link that lets its holder set this user's password once."""
    return str(_signer(office).dumps([user.id, _fingerprint(user)]))


def user_of_link(session: Session, office: Office, token: str) -> User:
    """The user whose password the link sets. Raises UnknownLink."""
    try:
        user_id, fingerprint = _signer(office).loads(token, max_age=int(LINK_LIFE.total_seconds()))
    except (BadData, ValueError, TypeError) as error:
        raise UnknownLink from error
    user = session.get(User, user_id)
    if user is None or not user.active or _fingerprint(user) != fingerprint:
        raise UnknownLink
    return user


def ask_for_letter(session: Session, office: Office, organisation: str, email: str) -> int:
    """忘記帳號密碼 (S1 一(三)): a letter to each account of that organisation whose address was typed in.

    Returns how many letters were written, for the log alone: the page says the same whatever was found.
    """
    name, address = organisation.strip(), email.strip().casefold()
    if not name or not address:
        return 0
    query = (
        select(User)
        .join(OrganisationRow, OrganisationRow.id == User.organisation_id)
        .where(User.active, (OrganisationRow.name == name) | (OrganisationRow.short_name == name))
        .limit(500)
    )
    written = 0
    # one letter an hour and account: who asks again and again fills nobody's mailbox
    hour = office.now().strftime("%Y%m%d%H")
    for user in session.scalars(query):
        if (user.email or "").casefold() != address:
            continue
        letters.queue(
            session,
            office.vault,
            key=f"password:{user.id}:{_fingerprint(user)}:{hour}",
            template="password-reset",
            recipient=user.email or "",
            context={
                "account": user.account,
                "minutes": int(LINK_LIFE.total_seconds() // 60),
                "link": f"{office.base_url}/account/password/{link_token(office, user)}",
            },
        )
        written += 1
    return written


def set_password(session: Session, office: Office, user: User, password: str) -> None:
    """Store a new password and tell the account's address. Ending the other sessions is the caller's part."""
    user.password_hash = hash_password(password)
    user.must_change_password = False
    session.flush()
    if user.email:
        letters.queue(
            session,
            office.vault,
            key=f"password-changed:{user.id}:{_fingerprint(user)}",
            template="password-changed",
            recipient=user.email,
            context={
                "account": user.account,
                "at": office.now().astimezone(office.zone).strftime("%Y-%m-%d %H:%M"),
            },
        )
