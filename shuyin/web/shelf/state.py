"""What of the shelf every page needs: which books are on it."""

from __future__ import annotations

from fastapi import Request, Response
from sqlalchemy.orm import Session

from shuyin.search_api import shelf
from shuyin.search_api.dependencies import current_user, get_sessions, get_site
from shuyin.web.session import set_cookie

SHELF_COOKIE = "shuyin_shelf"
#: How long a visitor's shelf is kept, in seconds.
SHELF_AGE = 365 * 24 * 3600


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


def keep_ids(request: Request, answer: Response, ids: list[int]) -> None:
    """Put the numbers in the browser's cookie; none of them takes the cookie away."""
    if ids:
        set_cookie(
            request, answer, SHELF_COOKIE, shelf.seal(ids, get_site(request).secret_key or ""), max_age=SHELF_AGE
        )
    else:
        answer.delete_cookie(SHELF_COOKIE, path="/")


def bring_along(request: Request, answer: Response, session: Session, user_id: int) -> None:
    """At sign-in: the books of the browser go behind those of the account; what finds no room stays in the cookie."""
    ids = shelf_ids(request)
    if ids:
        keep_ids(request, answer, shelf.merge(session, user_id, ids))
