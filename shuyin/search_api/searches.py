"""What a signed-in reader has searched, if they want it kept, and the searches that they saved by a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from urllib.parse import parse_qsl, urlencode

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from shuyin.search_api.messages import N_, Message
from shuyin.search_api.models import ReaderPreference, SavedSearch, SearchNote
from shuyin.search_api.state import SearchState, read_state

#: Searches kept of one reader: the latest, and none older than so many days.
HISTORY_LIMIT, HISTORY_DAYS = 200, 90
SAVED_LIMIT = 100
NAME_LENGTH = 120
#: Longer addresses than this are not kept: no page makes them.
QUERY_LENGTH = 8_000


class TooManySaved(ValueError):
    """The reader has saved as many searches as may be kept."""

    def __init__(self) -> None:
        text = N_("最多儲存 {limit} 個查詢。請先刪除不用的。")
        self.message = Message(text, {"limit": SAVED_LIMIT})
        super().__init__(str(self.message))


def query_of(state: SearchState) -> str:
    """A state as it is kept: its permalink from the first page on, in no language."""
    return urlencode(replace(state, page=1, lang=None).pairs(), safe=":/")


def state_of(query: str) -> SearchState:
    """The state that was kept; `BadParameters` where the program has come to read it otherwise."""
    return read_state(parse_qsl(query, keep_blank_values=True))


# --- history -----------------------------------------------------------------------------------------------------


def keeps_history(session: Session, user_id: int) -> bool:
    """Whether the reader's searches are kept; they are, until the reader says no."""
    kept = session.get(ReaderPreference, user_id)
    return kept is None or kept.keep_history


def keep_history(session: Session, user_id: int, wanted: bool) -> None:
    """Keep the reader's searches from now on, or no longer; what was kept goes with the wish."""
    session.merge(ReaderPreference(user_id=user_id, keep_history=wanted))
    if not wanted:
        clear(session, user_id)


def note(session: Session, user_id: int, state: SearchState, total: int, *, now: datetime) -> None:
    """Keep a search, if the reader has not said no; the same search again moves to the top."""
    query = query_of(state)
    if not query or len(query) > QUERY_LENGTH or not keeps_history(session, user_id):
        return
    digest = blake2b(query.encode(), digest_size=16).hexdigest()
    own = (SearchNote.user_id == user_id, SearchNote.digest == digest)
    row = session.scalar(select(SearchNote).where(*own))
    if row is None:
        session.add(SearchNote(user_id=user_id, digest=digest, query=query, total=total, at=now))
    else:
        row.total, row.at = total, now
    session.flush()
    newest = select(SearchNote.id).where(SearchNote.user_id == user_id)
    beyond = newest.order_by(SearchNote.at.desc(), SearchNote.id.desc()).offset(HISTORY_LIMIT)
    session.execute(delete(SearchNote).where(SearchNote.id.in_(session.scalars(beyond).all())))


def history(session: Session, user_id: int) -> Sequence[SearchNote]:
    """The reader's searches, the latest first."""
    query = select(SearchNote).where(SearchNote.user_id == user_id)
    return session.scalars(query.order_by(SearchNote.at.desc(), SearchNote.id.desc())).all()


def clear(session: Session, user_id: int, id: int | None = None) -> None:
    """Forget one search of the reader, or all of them."""
    query = delete(SearchNote).where(SearchNote.user_id == user_id)
    session.execute(query if id is None else query.where(SearchNote.id == id))


def forget_old(session: Session, now: datetime) -> int:
    """Remove searches that have been kept long enough; how many."""
    old = SearchNote.at < now - timedelta(days=HISTORY_DAYS)
    gone = session.scalar(select(func.count()).select_from(SearchNote).where(old)) or 0
    session.execute(delete(SearchNote).where(old))
    return gone


# --- saved searches ----------------------------------------------------------------------------------------------


def save(session: Session, user_id: int, name: str, state: SearchState) -> SavedSearch:
    """Keep a search by a name; `TooManySaved`."""
    many = session.scalar(select(func.count()).select_from(SavedSearch).where(SavedSearch.user_id == user_id)) or 0
    if many >= SAVED_LIMIT:
        raise TooManySaved
    row = SavedSearch(user_id=user_id, name=_name(name), query=query_of(state))
    session.add(row)
    session.flush()
    return row


def saved(session: Session, user_id: int) -> Sequence[SavedSearch]:
    """The reader's saved searches, the newest first."""
    return session.scalars(
        select(SavedSearch).where(SavedSearch.user_id == user_id).order_by(SavedSearch.id.desc())
    ).all()


def own(session: Session, user_id: int, id: int) -> SavedSearch | None:
    """A saved search of this reader; another's is as if it were not there."""
    return session.scalar(select(SavedSearch).where(SavedSearch.id == id, SavedSearch.user_id == user_id))


def rename(session: Session, user_id: int, id: int, name: str) -> None:
    """Give a saved search another name; an empty one changes nothing."""
    row = own(session, user_id, id)
    if row is not None and name.strip():
        row.name = _name(name)


def renew_link(session: Session, user_id: int, id: int) -> None:
    """Make the feed's former addresses worthless."""
    row = own(session, user_id, id)
    if row is not None:
        row.link_version += 1


def remove(session: Session, user_id: int, id: int) -> None:
    """Delete a saved search, its feed with it."""
    session.execute(delete(SavedSearch).where(SavedSearch.id == id, SavedSearch.user_id == user_id))


def link(row: SavedSearch, secret: str) -> str:
    """The part of the feed's address that only its owner is given."""
    return URLSafeSerializer(secret, salt="saved-search").dumps([row.id, row.link_version])


def by_link(session: Session, token: str, secret: str) -> SavedSearch | None:
    """The saved search of a feed's address; None for an address that does not hold any more."""
    try:
        id, version = URLSafeSerializer(secret, salt="saved-search").loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    row = session.get(SavedSearch, id)
    return row if row is not None and row.link_version == version else None


def _name(name: str) -> str:
    return " ".join(name.split())[:NAME_LENGTH]
