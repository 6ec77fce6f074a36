"""Contents pages, news and questions → search documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from shuyin.indexer.projected import Projected
from shuyin.records.models import PageRow, utc_now
from shuyin.records.pages import plain_text
from shuyin.search_engine.query import Document
from shuyin.search_engine.visibility import VISIBLE_FROM, moment


def project_page(row: PageRow) -> Document:
    """The document of one page."""
    text = plain_text(row.body)
    fields: dict[str, Any] = {
        "title": row.title,
        "body": text,
        "kind": row.kind,
        "language": row.language,
        "section": row.section,
        "published": (row.publish_from or row.created_at).date().isoformat(),
    }
    stored: dict[str, Any] = {
        "id": row.id,
        "kind": row.kind,
        "slug": row.slug,
        "language": row.language,
        "section": row.section,
        "title": row.title,
        "beginning": text[:160],
    }
    if row.publish_from is not None:
        fields[VISIBLE_FROM] = stored[VISIBLE_FROM] = moment(row.publish_from)
    return Document(str(row.id), {k: v for k, v in fields.items() if v not in (None, "")}, stored)


class Pages:
    """Pages that are not taken down and whose time has not ended; those of the future are kept back by the engine."""

    index = "pages"
    kinds = ("page",)

    def project(self, session: Session, ids: Sequence[int]) -> Projected:
        """See `sources.Source`."""
        rows = session.scalars(select(PageRow).where(PageRow.id.in_(ids), *_kept()))
        documents = [project_page(row) for row in rows]
        present = {document.id for document in documents}
        return Projected(documents, [str(id) for id in ids if str(id) not in present])

    def ids_after(self, session: Session, after: int, limit: int) -> list[int]:
        """See `sources.Source`."""
        query = select(PageRow.id).where(PageRow.id > after, *_kept()).order_by(PageRow.id).limit(limit)
        return list(session.scalars(query))

    def total(self, session: Session) -> int:
        """See `sources.Source`."""
        return session.scalar(select(func.count()).select_from(PageRow).where(*_kept())) or 0


def _kept() -> list[ColumnElement[bool]]:
    return [PageRow.deleted_at.is_(None), or_(PageRow.publish_until.is_(None), PageRow.publish_until > utc_now())]
