"""Tables of the pages: how many people came."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Date, Integer
from sqlalchemy.orm import Mapped, mapped_column

from shuyin.records.models import Base


class VisitDay(Base):
    """Visitors of one day (Asia/Taipei); who they were is not kept (`web.site.visits`)."""

    __tablename__ = "visit_days"

    day: Mapped[date] = mapped_column(Date, primary_key=True)
    visitors: Mapped[int] = mapped_column(Integer, default=0)
