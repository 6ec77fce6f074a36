"""Tables of filings, accounts and the audit trail. Times are UTC; personal data is encrypted (`records.vault`)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from shuyin.records.models import Base, BigKey, UtcDateTime, utc_now


class FilingRow(Base):
    """One filing, from its first draft to its end; what its declaration calls personal is encrypted in `answers`."""

    __tablename__ = "filings"
    __table_args__ = (Index("ix_filings_kind_state", "kind", "state"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(32))
    declared: Mapped[int] = mapped_column(Integer)  # version of the declaration
    reference: Mapped[str | None] = mapped_column(String(32), unique=True)  # 掛號單號, from the first sending on
    state: Mapped[str] = mapped_column(String(32))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    steps_done: Mapped[list[str]] = mapped_column(JSON, default=list)
    revision: Mapped[int] = mapped_column(Integer, default=1)  # optimistic lock; each save adds one
    step_revisions: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)  # when each step last changed
    last_writer: Mapped[str | None] = mapped_column(String(32))  # the page that saved last, and its turn
    nonce: Mapped[str | None] = mapped_column(String(32))  # part of the key of a filer without an account
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    assigned_to: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    deadline_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # end of the countdown
    due_on: Mapped[date | None] = mapped_column(Date)  # the next answer is due
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # personal data removed

    uploads: Mapped[list[FilingUpload]] = relationship(
        back_populates="filing", order_by="FilingUpload.id", cascade="all, delete-orphan"
    )
    messages: Mapped[list[FilingMessage]] = relationship(
        back_populates="filing", order_by="FilingMessage.id", cascade="all, delete-orphan"
    )
    revisions: Mapped[list[FilingRevision]] = relationship(
        back_populates="filing", order_by="FilingRevision.id", cascade="all, delete-orphan"
    )


class FilingRevision(Base):
    """What a filing said when a step was finished, it was sent, or its state changed (I6)."""

    __tablename__ = "filing_revisions"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(32))
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    changed_by: Mapped[str] = mapped_column(String(128))
    reason: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    filing: Mapped[FilingRow] = relationship(back_populates="revisions")


class FilingUpload(Base):
    """A file of a filing; its bytes lie under their SHA-256 and are private."""

    __tablename__ = "filing_uploads"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id", ondelete="CASCADE"), index=True)
    place: Mapped[str] = mapped_column(String(64))  # Upload.name of the declaration
    digest: Mapped[str] = mapped_column(String(64), index=True)
    name: Mapped[str] = mapped_column(Text)  # as the filer called it, encrypted
    media_type: Mapped[str] = mapped_column(String(96))
    size: Mapped[int] = mapped_column(BigInteger)  # bytes
    width: Mapped[int | None] = mapped_column(Integer)  # pixels
    height: Mapped[int | None] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    filing: Mapped[FilingRow] = relationship(back_populates="uploads")


class FilingMessage(Base):
    """A message between staff and filer about one filing (共 n 則)."""

    __tablename__ = "filing_messages"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id", ondelete="CASCADE"), index=True)
    from_staff: Mapped[bool] = mapped_column(Boolean)
    author: Mapped[str] = mapped_column(String(128))
    body: Mapped[str] = mapped_column(Text)  # encrypted
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)

    filing: Mapped[FilingRow] = relationship(back_populates="messages")


class ReferenceCounter(Base):
    """The last serial given out, per letter and ROC year, for 掛號單號."""

    __tablename__ = "reference_counters"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    last: Mapped[int] = mapped_column(Integer, default=0)


class AccountProfile(Base):
    """What a publisher's account is for, and how far its first sign-in has come (S1 一(二))."""

    __tablename__ = "account_profiles"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    origin: Mapped[str] = mapped_column(String(16))  # isbn | ebook | both | isrc | registered
    services: Mapped[list[str]] = mapped_column(JSON, default=list)  # isbn, isrc, deposit
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # basic data confirmed by the publisher
    change_asked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a change was asked for instead
    password_until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # a first password ends then


class OrganisationContact(Base):
    """A contact of an organisation: who is called about what. `details` is encrypted."""

    __tablename__ = "organisation_contacts"
    __table_args__ = (UniqueConstraint("organisation_id", "role"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(String(16))  # account | deposit
    details: Mapped[str] = mapped_column(Text)
    notices: Mapped[str] = mapped_column(String(16), default="email")  # how deposit notices come: email | none
    revision: Mapped[int] = mapped_column(Integer, default=1)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class SignInEvent(Base):
    """One attempt to sign in (登入紀錄); the account is kept as a hash, so that typed secrets do not lie about."""

    __tablename__ = "sign_in_events"
    __table_args__ = (
        Index("ix_sign_in_events_account_at", "account_hash", "at"),
        Index("ix_sign_in_events_address_at", "address", "at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    account_hash: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[str] = mapped_column(String(16))  # ok | wrong | blocked | second | closed | draft
    address: Mapped[str] = mapped_column(String(64))
    user_agent: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class SecondFactor(Base):
    """A user's TOTP secret (encrypted) and the last time step that was used, so that no code works twice."""

    __tablename__ = "second_factors"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    secret: Mapped[str] = mapped_column(Text)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)


class AuditEntry(Base):
    """One link of the audit chain: who did what to which record, when and why. Triggers refuse changes."""

    __tablename__ = "audit_entries"
    __table_args__ = (Index("ix_audit_entries_kind_record", "kind", "record_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=False)  # consecutive, from 1
    at: Mapped[str] = mapped_column(String(32))  # ISO 8601 UTC, as hashed
    actor: Mapped[str] = mapped_column(String(128))
    action: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    record_id: Mapped[str] = mapped_column(String(64))
    detail: Mapped[str] = mapped_column(Text)  # JSON, as hashed; no personal data
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class IsbnRange(Base):
    """A span of publication elements under one registrant prefix that a publisher's numbers are taken from (C8)."""

    __tablename__ = "isbn_ranges"
    __table_args__ = (Index("ix_isbn_ranges_prefix", "prefix"), UniqueConstraint("prefix", "first"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    prefix: Mapped[str] = mapped_column(String(24))  # 978-957-678
    first: Mapped[int] = mapped_column(Integer)  # publication elements, both ends included
    last: Mapped[int] = mapped_column(Integer)
    next: Mapped[int] = mapped_column(Integer)  # last + 1 when there is none left
    open: Mapped[bool] = mapped_column(Boolean, default=True)
    note: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    created_by: Mapped[str] = mapped_column(String(128))


class IsbnNumber(Base):
    """The ledger of numbers: every place that a range has moved past, once and for ever (D1)."""

    __tablename__ = "isbn_numbers"
    __table_args__ = (UniqueConstraint("filing_id", "item"),)

    isbn: Mapped[str] = mapped_column(String(13), primary_key=True)
    range_id: Mapped[int] = mapped_column(ForeignKey("isbn_ranges.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"), index=True)
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("filings.id"))
    item: Mapped[str | None] = mapped_column(String(64))  # what of the filing it is for: hardback, epub, set …
    label: Mapped[str] = mapped_column(Text, default="")  # as it is printed: 平裝, EPUB, 全套：精裝
    state: Mapped[str] = mapped_column(String(16))  # assigned | found (stood in the catalogue) | void (given up)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    by: Mapped[str] = mapped_column(String(128))


class CipNumber(Base):
    """A CIP number that was given out: ROC year and serial (114004670), once for each filing."""

    __tablename__ = "cip_numbers"

    number: Mapped[str] = mapped_column(String(9), primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    by: Mapped[str] = mapped_column(String(128))


class Cataloguing(Base):
    """A filing on the cataloguing desk: its record (not public before its release) and what was suggested for it."""

    __tablename__ = "cataloguing"

    filing_id: Mapped[int] = mapped_column(ForeignKey("filings.id"), primary_key=True)
    book_id: Mapped[int] = mapped_column(ForeignKey("books.id"), index=True)
    recommendation_id: Mapped[int | None] = mapped_column(BigInteger)  # what the desk was shown last
    accepted: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # suggestion → its chance, for 883
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    started_by: Mapped[str] = mapped_column(String(128))
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    released_by: Mapped[str | None] = mapped_column(String(128))
