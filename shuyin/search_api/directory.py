"""The directory of organisations, read from the system of record. Consent unknown counts as no."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from shuyin.records.models import OrganisationRow, RegistrantPrefix
from shuyin.search_api.schemas import OrganisationJson


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """One page of the directory."""

    total: int
    items: list[OrganisationJson]


def find(session: Session, *, q: str = "", offset: int = 0, limit: int = 20) -> DirectoryPage:
    """Organisations whose name, short name or prefix holds `q`, by name."""
    chosen = select(OrganisationRow).where(OrganisationRow.deleted_at.is_(None))
    if q:
        pattern = "%" + q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        by_prefix = select(RegistrantPrefix.organisation_id).where(RegistrantPrefix.prefix.like(pattern, escape="\\"))
        chosen = chosen.where(
            or_(
                OrganisationRow.name.ilike(pattern, escape="\\"),
                OrganisationRow.short_name.ilike(pattern, escape="\\"),
                OrganisationRow.id.in_(by_prefix),
            )
        )
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    rows = session.scalars(
        chosen.options(selectinload(OrganisationRow.prefixes))
        .order_by(OrganisationRow.name, OrganisationRow.id)
        .offset(offset)
        .limit(limit)
    )
    return DirectoryPage(total, [to_json(row) for row in rows])


def get(session: Session, id: int) -> OrganisationJson | None:
    """One organisation, or None."""
    row = session.get(OrganisationRow, id)
    return to_json(row) if row is not None and row.deleted_at is None else None


def to_json(row: OrganisationRow) -> OrganisationJson:
    """What may be shown of an organisation: without its consent the name alone (A6, 是否願意公開)."""
    public = row.consent_public is True
    return OrganisationJson(
        id=row.id,
        name=row.name,
        short_name=row.short_name if public else None,
        is_publisher=row.is_publisher,
        is_music_company=row.is_music_company,
        prefixes=[p.prefix for p in row.prefixes] if public else [],
        address=row.address if public else None,
        telephone=row.telephone if public else None,
        email=row.email if public else None,
        website=row.website if public else None,
        subject_range=row.subject_range if public else None,
        status=row.status if public else None,
    )
