"""Tables of letters. Times are UTC."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Date, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shuyin.records.models import Base, BigKey, UtcDateTime, utc_now


class LetterState(StrEnum):
    """Where a letter stands between being written and being sent."""

    WAITING = "waiting"
    CLAIMED = "claimed"  # a sender has it; nothing has been handed over yet
    HANDED = "handed"  # its text is being handed to the mail server: from here on it may have arrived
    SENT = "sent"
    UNCLEAR = "unclear"  # the sender died while handing it over: a person decides
    FAILED = "failed"  # refused for good


class Letter(Base):
    """One letter to one address, written in the transaction of the change that it tells about."""

    __tablename__ = "letters"
    __table_args__ = (Index("ix_letters_state_due", "state", "due_at"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    unique_key: Mapped[str] = mapped_column(String(255), unique=True)  # the same event never writes two
    template: Mapped[str] = mapped_column(String(64))
    recipient: Mapped[str] = mapped_column(Text)  # encrypted
    content: Mapped[str | None] = mapped_column(Text)  # encrypted subject, text, HTML; NULL once sent
    state: Mapped[str] = mapped_column(String(16), default=LetterState.WAITING.value)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    claimed_by: Mapped[str | None] = mapped_column(String(64))
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)  # without addresses


class SubscriptionState(StrEnum):
    """Where a subscription to the daily new-book letter stands."""

    PENDING = "pending"  # asked for; the address has not answered yet
    ACTIVE = "active"
    ENDED = "ended"  # unsubscribed
    BOUNCED = "bounced"  # the address refused several letters in a row


class Subscription(Base):
    """Someone who wants the new books of the day by e-mail (A5)."""

    __tablename__ = "subscriptions"
    __table_args__ = (Index("ix_subscriptions_state_hour", "state", "hour"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    address: Mapped[str] = mapped_column(Text)  # encrypted
    address_key: Mapped[str] = mapped_column(String(64), unique=True)  # keyed hash, to find it again
    state: Mapped[str] = mapped_column(String(16), default=SubscriptionState.PENDING.value)
    interests: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # interests.Interests; empty = everything
    hour: Mapped[int] = mapped_column(Integer, default=8)  # 0–23, in the service's time zone
    nonce: Mapped[str] = mapped_column(String(32))  # in every signed link; a new one makes old links void
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    letter_day: Mapped[date | None] = mapped_column(Date)  # the last day whose letter has been decided upon
    bounces: Mapped[int] = mapped_column(Integer, default=0)  # refused letters in a row
