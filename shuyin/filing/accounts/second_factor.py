"""The second factor: TOTP (RFC 6238), asked of staff, offered to publishers."""

from __future__ import annotations

import secrets

import pyotp
import segno
from sqlalchemy.orm import Session

from shuyin.filing.models import SecondFactor
from shuyin.filing.office import Office
from shuyin.records.models import User

#: Seconds of one code; codes of the step before and after are taken too, for clocks that are off.
STEP = 30


def has_factor(session: Session, user_id: int) -> bool:
    """Whether the user has confirmed a second factor."""
    factor = session.get(SecondFactor, user_id)
    return factor is not None and factor.confirmed_at is not None


def begin(session: Session, office: Office, user: User) -> str:
    """The otpauth:// address to scan or type in; a new secret unless one waits to be confirmed already."""
    factor = session.get(SecondFactor, user.id)
    if factor is None:
        factor = SecondFactor(user_id=user.id, secret=office.vault.seal(pyotp.random_base32()))
        session.add(factor)
        session.flush()
    return pyotp.TOTP(office.vault.unseal(factor.secret)).provisioning_uri(name=user.account, issuer_name="Shuyin")


def picture(uri: str) -> str:
    """An otpauth:// address as a QR code: an SVG in a data: URI, black on white in every theme (ISO/IEC 18004)."""
    return segno.make(uri, error="m", micro=False).svg_data_uri(scale=5, border=4, dark="#000", light="#fff")


def secret_of(session: Session, office: Office, user_id: int) -> str | None:
    """The secret of a factor that is not confirmed yet, to be typed in by hand; None once confirmed."""
    factor = session.get(SecondFactor, user_id)
    if factor is None or factor.confirmed_at is not None:
        return None
    return str(office.vault.unseal(factor.secret))


def accept(session: Session, office: Office, user_id: int, code: str) -> bool:
    """Whether the code is right and was not used before; the first right one confirms the factor."""
    factor = session.get(SecondFactor, user_id, with_for_update=True)
    if factor is None:
        return False
    totp = pyotp.TOTP(office.vault.unseal(factor.secret), interval=STEP)
    digits = "".join(c for c in code if c.isdigit())
    current = int(office.now().timestamp()) // STEP
    for step in (current - 1, current, current + 1):
        if step > factor.last_step and secrets.compare_digest(totp.at(step * STEP), digits):
            factor.last_step = step
            factor.confirmed_at = factor.confirmed_at or office.now()
            session.flush()
            return True
    return False


def remove(session: Session, user_id: int) -> None:
    """Take the second factor away (by an administrator for a lost telephone, or before a new one)."""
    factor = session.get(SecondFactor, user_id)
    if factor is not None:
        session.delete(factor)
        session.flush()
