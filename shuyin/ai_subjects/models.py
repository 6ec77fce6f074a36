"""Tables of the learning loop: what was recommended, what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from shuyin.records.models import Base, BigKey, UtcDateTime, utc_now


class RecommendationRow(Base):
    """One recommendation as it was shown, what the publisher ticked, what the cataloguer assigned in the end."""

    __tablename__ = "recommendations"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True, autoincrement=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utc_now, index=True)
    model: Mapped[str] = mapped_column(String(64))
    inputs_hash: Mapped[str] = mapped_column(String(64))  # sha256 of the description; the text itself is not kept
    #: filing: of a CIP application; page, api: anybody's question, which nobody decides
    origin: Mapped[str] = mapped_column(String(16), default="filing")
    publisher: Mapped[str] = mapped_column(Text, default="")
    shown: Mapped[dict[str, Any]] = mapped_column(JSON)  # {"subjects": [[label, score]], "classes": [[number, score]]}
    ticked: Mapped[dict[str, list[str]] | None] = mapped_column(JSON)  # {"subjects": [...], "classes": [...]}
    assigned: Mapped[dict[str, list[str]] | None] = mapped_column(JSON)
    assigned_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    record_id: Mapped[int | None] = mapped_column(BigInteger)
