"""What of the shelf every page needs: which books are on it."""

from __future__ import annotations

from fastapi import Request

from shuyin.search_api import shelf
from shuyin.search_api.dependencies import current_user, get_sessions, get_site

SHELF_COOKIE = "shuyin_shelf"


def shelf_ids(request: Request) -> list[int]:
    """The numbers in the browser's cookie."""
    return shelf.unseal(request.cookies.get(SHELF_COOKIE), get_site(request).secret_key or "")


def on_shelf(request: Request) -> set[int]:
    """The numbers on the shelf of who asks."""
    user = current_user(request)
    if user is None:
        return set(shelf_ids(request))
    with get_sessions(request)() as session:
        return {item.book_id for item in shelf.kept(session, user.id)}
