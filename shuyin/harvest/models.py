"""Tables of harvesting: the sources, and which record came from where."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shuyin.records.models import Base, BigKey, UtcDateTime, utc_now


class HarvestSource(Base):
    """A catalogue elsewhere, a file that appears under an address every month, or a list of events."""

    __tablename__ = "harvest_sources"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))  # one of sources.KINDS
    url: Mapped[str] = mapped_column(Text)
    settings: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)  # what the operator chose, see sources.py
    state: Mapped[dict[str, Any]] = mapped_column(
        JSON, default=dict
    )  # where the last run stopped, see oai.py, files.py, events.py
    enabled: Mapped[bool] = mapped_column(Boolean, default=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)  # failed runs in a row
    last_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_outcome: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class HarvestedRecord(Base):
    """The record that an OAI identifier of a source stands for, so that its deletion there can be followed."""

    __tablename__ = "harvested_records"
    __table_args__ = (UniqueConstraint("source_id", "identifier"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    source_id: Mapped[int] = mapped_column(ForeignKey("harvest_sources.id", ondelete="CASCADE"))
    identifier: Mapped[str] = mapped_column(String(512))
    book_id: Mapped[int] = mapped_column(BigInteger)
    datestamp: Mapped[str] = mapped_column(String(20))
