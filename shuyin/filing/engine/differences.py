"""What a filer changed after a filing was returned: answers, rows and files, for the staff who read it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing import privacy
from shuyin.filing.engine import drafts
from shuyin.filing.engine.declaration import Field, Filing, Rows, Upload
from shuyin.filing.models import FilingRevision, FilingRow, FilingUpload
from shuyin.filing.office import Office


@dataclass(frozen=True, slots=True)
class Changed:
    """One item that differs: its label, and what was said before and after (msgids or the filer's words)."""

    label: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def since_return(session: Session, office: Office, filing: Filing, row: FilingRow) -> list[Changed] | None:
    """What differs from what was returned last; None where nothing was returned yet. Personal data is masked."""
    query = select(FilingRevision).where(FilingRevision.filing_id == row.id, FilingRevision.reason == "return")
    returned = session.scalars(query.order_by(FilingRevision.id.desc()).limit(1)).first()
    if returned is None:
        return None
    before = drafts.summary(filing, office.vault.unseal_all(returned.answers))
    after = drafts.summary(filing, drafts.answers_of(office, row))
    found = []
    for _, _, item in filing.items():
        if isinstance(item, Upload):
            continue
        said = tuple(tuple(words(item, answers.get(item.name))) for answers in (before, after))
        if said[0] != said[1]:
            found.append(Changed(item.label, said[0], said[1]))
    return [*found, *_files(session, filing, row, returned)]


def _files(session: Session, filing: Filing, row: FilingRow, returned: FilingRevision) -> list[Changed]:
    places: dict[str, int] = {}
    query = select(FilingUpload.place).where(FilingUpload.filing_id == row.id, FilingUpload.created_at > returned.at)
    for place in session.scalars(query):
        places[place] = places.get(place, 0) + 1
    return [Changed(filing.upload(place).label, (), (f"+{count}",)) for place, count in places.items()]


def words(item: Field | Rows, value: Any) -> list[str]:
    """What an answer says, choice by choice or row by row."""
    if isinstance(item, Rows):
        return ["；".join(_row(item.fields, row)) for row in value or ()]
    values = value if isinstance(value, list) else [value] if value else []
    return [privacy.mask(str(one)) if item.personal else item.choice_label(str(one)) for one in values]


def _row(fields: Sequence[Field], row: Mapping[str, Any]) -> list[str]:
    return [f"{field.label}：{'、'.join(said)}" for field in fields if (said := words(field, row.get(field.name)))]
