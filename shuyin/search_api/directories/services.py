"""The directories. The index finds; what is shown is read from the record itself, so that a consent that was
withdrawn a moment ago already holds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload, sessionmaker

from shuyin.records.models import AlbumRow, OrganisationRow
from shuyin.records.organisations import is_public
from shuyin.search_api import services
from shuyin.search_api.exports.spreadsheet import safe_cell
from shuyin.search_api.messages import N_
from shuyin.search_api.queries import to_request
from shuyin.search_api.schemas import OrganisationJson
from shuyin.search_api.state import SearchState
from shuyin.search_engine.declaration import ORGANISATIONS
from shuyin.search_engine.port import MAX_WINDOW, SearchEngine

PUBLISHER, MUSIC = "publisher", "music"

#: Columns of the CSV, as far as they are not empty for everyone.
COLUMNS = {
    "name": N_("名稱"),
    "short_name": N_("簡稱"),
    "prefixes": N_("識別號"),
    "address": N_("地址"),
    "telephone": N_("電話"),
    "email": N_("電子郵件"),
    "website": N_("網址"),
    "subject_range": N_("出版範圍"),
}


@dataclass(frozen=True, slots=True)
class DirectoryPage:
    """One page of a directory: the answer of the search, and its organisations as they may be shown."""

    answer: services.Answer
    items: list[OrganisationJson]


def find(
    engine: SearchEngine, sessions: sessionmaker[Session], state: SearchState, role: str | None = None
) -> DirectoryPage:
    """Organisations that a state finds, of one role where given; by strokes where no words are searched.

    Raises what `services.search` raises.
    """
    asked = _of_role(state, role)
    answer = services.search(engine, asked, ORGANISATIONS)
    with sessions() as session:
        return DirectoryPage(replace(answer, state=state), _items(session, [hit.id for hit in answer.hits]))


def download(
    engine: SearchEngine, sessions: sessionmaker[Session], state: SearchState, role: str
) -> list[OrganisationJson]:
    """All that a state finds, at most as many as paging reaches."""
    request = to_request(_of_role(state, role), ORGANISATIONS, facets=False)
    result = engine.search(ORGANISATIONS.name, replace(request, offset=0, limit=MAX_WINDOW))
    with sessions() as session:
        return _items(session, [hit.id for hit in result.hits])


def as_csv(items: Sequence[OrganisationJson], headings: Mapping[str, str]) -> Iterator[str]:
    """UTF-8 with BOM, a heading, one row an organisation; what may not be shown is empty."""
    yield "\ufeff" + _line([headings[key] for key in COLUMNS])
    for item in items:
        values = {**item, "prefixes": "、".join(item["prefixes"])}
        yield _line([safe_cell(str(values[key] or "")) for key in COLUMNS])


def get(session: Session, id: int) -> OrganisationJson | None:
    """One organisation, or None."""
    row = session.get(OrganisationRow, id)
    return to_json(row) if row is not None and row.deleted_at is None else None


def names_on_books(session: Session, id: int) -> list[str]:
    """The names to look for among the publishers of books: other spellings only where they may be shown."""
    row = session.get_one(OrganisationRow, id)
    return [row.name, *(row.other_names or [])] if is_public(row) else [row.name]


def names_on_albums(session: Session, id: int) -> list[str]:
    """The company names that the albums of an organisation carry."""
    named = (AlbumRow.company_id == id, AlbumRow.company_name.is_not(None), AlbumRow.deleted_at.is_(None))
    query = select(AlbumRow.company_name).where(*named).distinct()
    return sorted(name for name in session.scalars(query) if name)


def to_json(row: OrganisationRow) -> OrganisationJson:
    """What may be shown of an organisation: without its consent the name alone (A6, 是否願意公開)."""
    public = is_public(row)
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


def _of_role(state: SearchState, role: str | None) -> SearchState:
    if role is not None:
        state = replace(state, include=(("role", (role,)),), exclude=())
    if state.sort == "relevance" and not (state.q or state.fields or state.rows):
        state = replace(state, sort="name")
    return state


def _items(session: Session, ids: Sequence[str]) -> list[OrganisationJson]:
    query = select(OrganisationRow).options(selectinload(OrganisationRow.prefixes))
    rows = session.scalars(query.where(OrganisationRow.id.in_(map(int, ids)), OrganisationRow.deleted_at.is_(None)))
    known = {str(row.id): row for row in rows}
    return [to_json(known[id]) for id in ids if id in known]


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
