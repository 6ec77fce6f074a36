"""Subject headings → search documents."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.indexer.projected import Projected
from shuyin.records.models import HeadingRow
from shuyin.search_engine.query import Document
from shuyin.search_engine.sort_keys import title_key


def project_heading(row: HeadingRow) -> Document:
    """The document of one heading: the wordings that lead to it, and the headings it stands beside."""
    relations = row.relations or {}
    fields: dict[str, Any] = {
        "label": row.label,
        "label_en": row.label_en,
        "variant": list(row.variants or ()),
        "related": [label for labels in relations.values() for label in labels],
        "scheme": row.scheme,
        "title_sort": title_key(row.label),
    }
    stored = {"id": row.id, "label": row.label, "variants": fields["variant"], "scheme": row.scheme}
    return Document(str(row.id), {k: v for k, v in fields.items() if v not in (None, "", [])}, stored)


class Subjects:
    """Every heading of the loaded lists."""

    index = "subjects"
    kinds = ("heading",)

    def project(self, session: Session, ids: Sequence[int]) -> Projected:
        """See `sources.Source`."""
        documents = [project_heading(row) for row in session.scalars(select(HeadingRow).where(HeadingRow.id.in_(ids)))]
        present = {document.id for document in documents}
        return Projected(documents, [str(id) for id in ids if str(id) not in present])

    def ids_after(self, session: Session, after: int, limit: int) -> list[int]:
        """See `sources.Source`."""
        query = select(HeadingRow.id).where(HeadingRow.id > after).order_by(HeadingRow.id).limit(limit)
        return list(session.scalars(query))

    def total(self, session: Session) -> int:
        """See `sources.Source`."""
        return session.scalar(select(func.count()).select_from(HeadingRow)) or 0
