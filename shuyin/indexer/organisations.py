"""Publishers and music companies → search documents. Without consent the name is all that goes into the index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from shuyin.indexer.projected import Projected
from shuyin.records.models import OrganisationRow
from shuyin.records.organisations import is_public, prefix_keys, telephone_keys
from shuyin.search_engine.query import Document
from shuyin.search_engine.sort_keys import title_key


def project_organisation(row: OrganisationRow) -> Document:
    """The document of one organisation; what is shown of it is read from the record itself."""
    roles = {"publisher": row.is_publisher, "music": row.is_music_company}
    fields: dict[str, Any] = {
        "name": row.name,
        "title_sort": title_key(row.name),
        "role": [role for role, has in roles.items() if has],
    }
    if is_public(row):
        fields |= {
            "short_name": [name for name in (row.short_name, *(row.other_names or [])) if name],
            "address": row.address,
            "subject_range": row.subject_range,
            "prefix": prefix_keys([p.prefix for p in row.prefixes]),
            "telephone": telephone_keys(row.telephone),
        }
    stored = {"id": row.id, "name": row.name, "roles": fields["role"]}
    return Document(str(row.id), {k: v for k, v in fields.items() if v not in (None, "", [])}, stored)


class Organisations:
    """Organisations that are not deleted."""

    index = "organisations"
    kinds = ("organisation",)

    def project(self, session: Session, ids: Sequence[int]) -> Projected:
        """See `sources.Source`."""
        query = select(OrganisationRow).options(selectinload(OrganisationRow.prefixes))
        rows = session.scalars(query.where(OrganisationRow.id.in_(ids), OrganisationRow.deleted_at.is_(None)))
        documents = [project_organisation(row) for row in rows]
        present = {document.id for document in documents}
        return Projected(documents, [str(id) for id in ids if str(id) not in present])

    def ids_after(self, session: Session, after: int, limit: int) -> list[int]:
        """See `sources.Source`."""
        query = select(OrganisationRow.id).where(OrganisationRow.id > after, OrganisationRow.deleted_at.is_(None))
        return list(session.scalars(query.order_by(OrganisationRow.id).limit(limit)))

    def total(self, session: Session) -> int:
        """See `sources.Source`."""
        query = select(func.count()).select_from(OrganisationRow).where(OrganisationRow.deleted_at.is_(None))
        return session.scalar(query) or 0
