"""What the read side keeps about a reader: to take along, and to have erased (個人資料保護法 §3)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from shuyin.search_api import searches, shelf
from shuyin.search_api.models import ReaderPreference, SavedSearch, SearchNote, ShelfItem


def export(session: Session, user_id: int) -> dict[str, Any]:
    """Shelf, saved searches, search history and choices of a reader."""
    return {
        "shelf": [{"book": item.book_id, "note": item.note} for item in shelf.kept(session, user_id)],
        "saved_searches": [
            {"name": row.name, "address": f"/books?{row.query}", "saved_at": row.created_at.isoformat()}
            for row in searches.saved(session, user_id)
        ],
        "search_history": [
            {"address": f"/books?{row.query}", "total": row.total, "at": row.at.isoformat()}
            for row in searches.history(session, user_id)
        ],
        "keeps_search_history": searches.keeps_history(session, user_id),
    }


def erase(session: Session, user_id: int) -> None:
    """Remove all of it."""
    for table in (ShelfItem, SavedSearch, SearchNote, ReaderPreference):
        session.execute(delete(table).where(table.user_id == user_id))
