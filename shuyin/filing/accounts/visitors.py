"""How many filings one address may begin without an account."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.filing.accounts import sign_in
from shuyin.filing.accounts.sign_in import Outcome
from shuyin.filing.models import SignInEvent
from shuyin.filing.office import Office

#: Drafts of one address within an hour; several people may share one (a library, an office).
MOST, WINDOW = 20, timedelta(hours=1)


def admit(session: Session, office: Office, address: str, user_agent: str | None) -> bool:
    """Whether this address may begin one more filing without an account; if so, it is counted."""
    query = select(func.count()).where(
        SignInEvent.address == address[:64],
        SignInEvent.outcome == Outcome.DRAFT,
        SignInEvent.at > office.now() - WINDOW,
    )
    if int(session.scalar(query) or 0) >= MOST:
        return False
    nobody = sign_in.account_key("")
    sign_in.record(session, office, nobody, Outcome.DRAFT, address=address, user_agent=user_agent, user_id=None)
    return True
