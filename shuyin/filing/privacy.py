"""Personal data: shown masked, reading logged, exported and erased on request, removed when its time is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.accounts import passwords
from shuyin.filing.engine import drafts, uploads
from shuyin.filing.engine.declaration import Filing
from shuyin.filing.engine.flow import conversation
from shuyin.filing.models import AccountProfile, FilingRow, OrganisationContact, SignInEvent
from shuyin.filing.office import SYSTEM, By, Office
from shuyin.notify.models import Letter, LetterState
from shuyin.records.models import ApiToken, OrganisationRow, User, UserSession

#: How long lines of the log-in record and sent letters are kept.
SIGN_IN_DAYS, LETTER_DAYS = 365, 90


def mask(value: Any) -> str:
    """A value with its middle hidden: 王○明, A12*****89, f***@example.com, (02)******32."""
    text = str(value or "")
    if "@" in text:
        name, _, domain = text.partition("@")
        return f"{name[:1]}***@{domain}"
    if len(text) <= 1:
        return "○" * len(text)
    if not text.isascii() and len(text) <= 4:
        return text[0] + "○" * max(1, len(text) - 2) + (text[-1] if len(text) > 2 else "")
    shown = max(1, min(3, len(text) // 4))
    return text[:shown] + "*" * (len(text) - 2 * shown) + text[-shown:]


def read_personal(session: Session, office: Office, filing: Filing, row: FilingRow, *, by: By) -> dict[str, Any]:
    """The answers in the clear for staff; that they were read is written into the audit trail."""
    audit.append(session, by.name, "read-personal", "filing", row.id, {"names": sorted(filing.personal_names())})
    return drafts.answers_of(office, row)


def export(session: Session, office: Office, user: User, filings: Mapping[str, Filing]) -> dict[str, Any]:
    """Everything kept about a user and their organisation, for them to take along (個人資料保護法 §3)."""
    owned = FilingRow.user_id == user.id
    if user.organisation_id is not None:
        owned = owned | (FilingRow.organisation_id == user.organisation_id)
    rows = session.scalars(select(FilingRow).where(owned).order_by(FilingRow.id)).all()
    organisation = session.get(OrganisationRow, user.organisation_id) if user.organisation_id else None
    contacts = select(OrganisationContact).where(OrganisationContact.organisation_id == user.organisation_id)
    events = session.scalars(select(SignInEvent).where(SignInEvent.user_id == user.id).order_by(SignInEvent.id))
    return {
        "account": {"account": user.account, "name": user.name, "email": user.email, "role": user.role},
        "organisation": None if organisation is None else {"name": organisation.name, "email": organisation.email},
        "contacts": [{"role": c.role, **office.vault.unseal(c.details)} for c in session.scalars(contacts)],
        "filings": [_export_filing(session, office, row, filings) for row in rows],
        "sign_ins": [{"at": e.at.isoformat(), "outcome": e.outcome, "address": e.address} for e in events],
    }


def _export_filing(session: Session, office: Office, row: FilingRow, filings: Mapping[str, Filing]) -> dict[str, Any]:
    talk = conversation(session, office, row)
    return {
        "kind": filings[row.kind].title if row.kind in filings else row.kind,
        "reference": row.reference,
        "state": row.state,
        "answers": drafts.answers_of(office, row),
        "files": [uploads.name_of(office, upload) for upload in row.uploads],
        "messages": [{"from_staff": m.from_staff, "at": m.at.isoformat(), "text": text} for m, text in talk],
    }


def erase_filing(session: Session, office: Office, filing: Filing, row: FilingRow, *, by: By) -> None:
    """Remove what is personal in a filing: answers, files, messages, versions. The bare record of it stays."""
    personal = filing.personal_names()
    row.answers = {k: v for k, v in row.answers.items() if k not in personal}
    for revision in row.revisions:
        revision.answers = {k: v for k, v in revision.answers.items() if k not in personal}
    row.uploads.clear()
    row.messages.clear()
    row.nonce = None
    row.erased_at = office.now()
    session.flush()
    audit.append(session, by.name, "erase", "filing", row.id, {"names": sorted(personal)})


def close_account(session: Session, office: Office, user: User, filings: Mapping[str, Filing], *, by: By) -> None:
    """Deletion on request: the account is closed, its sessions ended, its personal data erased.

    Filings under review are left until they are decided. The organisation's public record belongs to the catalogue.
    """
    for row in session.scalars(select(FilingRow).where(FilingRow.user_id == user.id)):
        filing = filings.get(row.kind)
        if filing is not None and (filing.state(row.state).final or filing.state(row.state).editable):
            erase_filing(session, office, filing, row, by=by)
    for table in (UserSession, ApiToken, SignInEvent, AccountProfile):
        session.execute(delete(table).where(table.user_id == user.id))
    user.active = False
    user.email = user.name = None
    user.password_hash = passwords.MATCHES_NOTHING
    session.flush()
    audit.append(session, by.name, "close-account", "user", user.id)


@dataclass(slots=True)
class Retained:
    """What a run of the retention rules removed."""

    drafts: int = 0
    filings: int = 0
    sign_ins: int = 0
    letters: int = 0
    files: int = 0

    def __str__(self) -> str:
        return (
            f"{self.drafts} old drafts, personal data of {self.filings} filings, {self.sign_ins} lines of the log-in "
            f"record, {self.letters} sent letters, {self.files} files"
        )


def retain(session: Session, office: Office, filings: Mapping[str, Filing]) -> Retained:
    """Apply the retention rules: unsent drafts, decided filings, log-in record, sent letters, files without owner."""
    done = Retained()
    now = office.now()
    for filing in filings.values():
        old = now - timedelta(days=filing.draft_days)
        unsent = select(FilingRow).where(
            FilingRow.kind == filing.kind, FilingRow.submitted_at.is_(None), FilingRow.updated_at < old
        )
        for row in session.scalars(unsent).all():
            session.delete(row)
            done.drafts += 1
        if filing.retention_days is not None:
            done.filings += _each_ended(session, office, filing, now - timedelta(days=filing.retention_days))
    gone = session.execute(delete(SignInEvent).where(SignInEvent.at < now - timedelta(days=SIGN_IN_DAYS)))
    done.sign_ins = _count(gone)
    sent = (Letter.state == LetterState.SENT.value, Letter.sent_at < now - timedelta(days=LETTER_DAYS))
    done.letters = _count(session.execute(delete(Letter).where(*sent)))
    session.flush()
    done.files = uploads.sweep(session, office)
    return done


def _each_ended(session: Session, office: Office, filing: Filing, before: Any) -> int:
    ended = select(FilingRow).where(
        FilingRow.kind == filing.kind, FilingRow.closed_at < before, FilingRow.erased_at.is_(None)
    )
    rows = session.scalars(ended).all()
    for row in rows:
        erase_filing(session, office, filing, row, by=SYSTEM)
    return len(rows)


def _count(result: Any) -> int:
    return int(result.rowcount)
