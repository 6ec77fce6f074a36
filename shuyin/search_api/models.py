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


class SavedSearch(Base):
    """A search that a signed-in reader keeps by a name, with a feed behind a secret link.

    The link holds the number and `link_version`; a new version makes the links given out before worthless.
    """

    __tablename__ = "saved_searches"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    query: Mapped[str] = mapped_column(Text)  # what follows "/books?"
    link_version: Mapped[int] = mapped_column(Integer, default=1)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now)


class SearchNote(Base):
    """A search that a signed-in reader made, each once, with the time of the last."""

    __tablename__ = "search_history"
    __table_args__ = (UniqueConstraint("user_id", "digest"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(32))  # of the query: it may be longer than an index takes
    query: Mapped[str] = mapped_column(Text)
    total: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)


class ReaderPreference(Base):
    """What a signed-in reader has chosen; without a row the defaults hold."""

    __tablename__ = "reader_preferences"

    user_id: Mapped[int] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    keep_history: Mapped[bool] = mapped_column(Boolean, default=True)
