"""Publishers' records in the hands of staff: versions with differences, undo, merge of duplicates (I6, C3)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.models import FilingRow, IsbnNumber, IsbnRange, OrganisationContact
from shuyin.filing.office import By, Office
from shuyin.filing.registration.approval import keep_version
from shuyin.records import changes
from shuyin.records.models import AlbumRow, OrganisationRow, RecordVersion, RegistrantPrefix, User

#: Columns that a version does not bring back.
_NOT_RESTORED = ("version", "deleted_at", "source")


@dataclass(frozen=True, slots=True)
class VersionView:
    """One former state: number, when, by whom, why, and what the next state changed (name, before, after)."""

    version: int
    at: Any
    by: str
    reason: str
    changes: tuple[tuple[str, str, str], ...]


class NotMerged(Exception):
    """The two records cannot be merged: the same one, or one is gone."""


def versions(session: Session, organisation: OrganisationRow) -> list[VersionView]:
    """The former states of a publisher's record, the latest first, each with what was changed after it."""
    query = select(RecordVersion).where(
        RecordVersion.kind == "organisation", RecordVersion.record_id == organisation.id
    )
    rows = session.scalars(query.order_by(RecordVersion.version)).all()
    states = [json.loads(row.content) for row in rows]
    states.append(json.loads(json.dumps(_content(organisation), default=str)))
    found = []
    for row, before, after in zip(rows, states, states[1:], strict=False):
        names = [n for n in after if before.get(n) != after[n] and n not in _NOT_RESTORED]
        changed = tuple((n, _text(before.get(n)), _text(after[n])) for n in names)
        found.append(VersionView(row.version, row.changed_at, row.changed_by or "", row.reason or "", changed))
    return found[::-1]


def _content(organisation: OrganisationRow) -> dict[str, Any]:
    names = (c.key for c in OrganisationRow.__table__.columns if c.key not in ("id", "created_at", "updated_at"))
    return {name: getattr(organisation, name) for name in names}


def _text(value: Any) -> str:
    return "、".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def undo(session: Session, office: Office, organisation_id: int, version: int, *, by: By, reason: str) -> bool:
    """Bring a former state back as a new version; False if there is no such version."""
    changes.lock(session)
    organisation = session.get(OrganisationRow, organisation_id, with_for_update=True)
    kept = session.scalar(
        select(RecordVersion).where(
            RecordVersion.kind == "organisation",
            RecordVersion.record_id == organisation_id,
            RecordVersion.version == version,
        )
    )
    if organisation is None or kept is None:
        return False
    keep_version(session, organisation, by, f"undo: {reason}"[:200])
    for name, value in json.loads(kept.content).items():
        if name not in _NOT_RESTORED and hasattr(organisation, name):
            setattr(organisation, name, value)
    organisation.version += 1
    organisation.updated_at = office.now()
    session.flush()
    changes.append(session, "organisation", organisation_id)
    audit.append(session, by.name, "undo", "organisation", organisation_id, {"version": version})
    return True


def merge(session: Session, office: Office, keep_id: int, gone_id: int, *, by: By) -> None:
    """Join a duplicate into the record that stays: accounts, filings, prefixes, albums, names. Raises NotMerged."""
    changes.lock(session)
    kept = session.get(OrganisationRow, keep_id, with_for_update=True)
    gone = session.get(OrganisationRow, gone_id, with_for_update=True)
    if kept is None or gone is None or keep_id == gone_id or kept.deleted_at or gone.deleted_at:
        raise NotMerged
    keep_version(session, kept, by, f"merge {gone_id}")
    keep_version(session, gone, by, f"merged into {keep_id}")
    have = {(p.scheme, p.prefix) for p in kept.prefixes}
    for prefix in session.scalars(select(RegistrantPrefix).where(RegistrantPrefix.organisation_id == gone_id)).all():
        if (prefix.scheme, prefix.prefix) in have:
            session.delete(prefix)
        else:
            prefix.organisation_id = keep_id
    roles = set(session.scalars(select(OrganisationContact.role).where(OrganisationContact.organisation_id == keep_id)))
    for contact in session.scalars(select(OrganisationContact).where(OrganisationContact.organisation_id == gone_id)):
        if contact.role not in roles:
            contact.organisation_id = keep_id
    session.flush()
    columns = (
        User.organisation_id,
        FilingRow.organisation_id,
        AlbumRow.company_id,
        IsbnRange.organisation_id,
        IsbnNumber.organisation_id,
    )
    for column in columns:
        session.execute(update(column.class_).where(column == gone_id).values({column: keep_id}))
    names = [*kept.other_names, gone.name, *gone.other_names]
    kept.other_names = [n for n in dict.fromkeys(names) if n != kept.name]
    kept.is_publisher = kept.is_publisher or gone.is_publisher
    kept.is_music_company = kept.is_music_company or gone.is_music_company
    for organisation in (kept, gone):
        organisation.version += 1
        organisation.updated_at = office.now()
    gone.deleted_at = office.now()
    session.flush()
    changes.append(session, "organisation", keep_id)
    changes.append(session, "organisation", gone_id, deleted=True)
    audit.append(session, by.name, "merge", "organisation", keep_id, {"gone": gone_id})
