"""Tables of the read side: what harvesters have been told (the OAI ledger), what readers keep (the shelf), how much
there is of everything (the statistics)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shuyin.records.models import Base, BigKey, UtcDateTime, utc_now


class OaiEntry(Base):
    """One record as OAI-PMH shows it: its datestamp, its sets, whether it is deleted (for ever).

    Written only by `oai.ledger`, which follows the change log: the stamp is given after the commit, so that no
    record slips in below a harvester's `from`. Each index serves one set in harvesting order at constant cost.
    """

    __tablename__ = "oai_entries"
    __table_args__ = (
        Index("ix_oai_entries_stamp", "stamp", "record_id"),
        Index("ix_oai_entries_format", "format", "stamp", "record_id"),
        Index("ix_oai_entries_language", "language", "stamp", "record_id"),
        Index("ix_oai_entries_main_class", "main_class", "stamp", "record_id"),
        Index("ix_oai_entries_announced_on", "announced_on", "stamp", "record_id"),
        Index("ix_oai_entries_collection", "collection", "stamp", "record_id"),
    )

    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    stamp: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted: Mapped[bool] = mapped_column(Boolean, default=False)
    format: Mapped[str] = mapped_column(String(16))
    language: Mapped[str | None] = mapped_column(String(8))
    main_class: Mapped[str | None] = mapped_column(String(1))
    announced_on: Mapped[date | None] = mapped_column(Date)
    collection: Mapped[str] = mapped_column(String(32))


class ShelfItem(Base):
    """A book that a signed-in reader keeps, with a note of their own, in their own order."""

    __tablename__ = "shelf_items"
    __table_args__ = (UniqueConstraint("user_id", "book_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    book_id: Mapped[int] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(Integer)
    note: Mapped[str | None] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class StatisticFact(Base):
    """What one record adds to the counts, kept so that it can be taken back (statistics.keeping).

    `counts` are [dimension, value, number]; records that add nothing have no row.
    """

    __tablename__ = "statistic_facts"

    subject: Mapped[str] = mapped_column(String(8), primary_key=True)  # album | book
    record_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    month: Mapped[str] = mapped_column(String(7))  # YYYY-MM in which it was registered or announced
    counts_from: Mapped[date] = mapped_column(Date)  # day of exposure; facts.ALREADY where that has passed
    counts: Mapped[list[list[Any]]] = mapped_column(JSON)


class StatisticCount(Base):
    """The sum of all facts: always equal to a recount."""

    __tablename__ = "statistic_counts"

    subject: Mapped[str] = mapped_column(String(8), primary_key=True)
    dimension: Mapped[str] = mapped_column(String(16), primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    counts_from: Mapped[date] = mapped_column(Date, primary_key=True)
    value: Mapped[str] = mapped_column(String(120), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger)
