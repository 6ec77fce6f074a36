"""Tables of letters. Times are UTC."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, Integer, String, Text
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
