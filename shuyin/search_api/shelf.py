"""The shelf: books that a reader keeps. Without an account it is a list of numbers that travels in a signed token
(a cookie, a link to share); with one it is kept in the database, with notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from shuyin.search_api.messages import N_, Message
from shuyin.search_api.models import ShelfItem

#: A cookie holds 4,096 bytes; so many numbers always fit.
COOKIE_LIMIT = 200
ACCOUNT_LIMIT = 1000
NOTE_LENGTH = 500
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class ShelfFull(ValueError):
    """The shelf holds no more books."""

    def __init__(self, limit: int) -> None:
        text = N_("書架已滿（最多 {limit} 筆）。請先移除一些書目。")
        self.message = Message(text, {"limit": limit})
        super().__init__(str(self.message))


@dataclass(frozen=True, slots=True)
class Kept:
    """One book on a shelf."""

    book_id: int
    note: str | None = None


# --- without an account: a signed list of numbers -----------------------------------------------------------


def seal(ids: Sequence[int], secret: str) -> str:
    """A token that holds the numbers in their order, and that nobody else can make."""
    return URLSafeSerializer(secret, salt="shelf").dumps(".".join(_base36(id) for id in ids[:COOKIE_LIMIT]))


def unseal(token: str | None, secret: str) -> list[int]:
    """The numbers of a token; none if it was not made here."""
    if not token:
        return []
    try:
        text = str(URLSafeSerializer(secret, salt="shelf").loads(token))
    except BadSignature:
        return []
    return [int(part, 36) for part in text.split(".") if part]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"


def with_book(ids: Sequence[int], id: int) -> list[int]:
    """The list with one more book at its end; `ShelfFull`."""
    if id in ids:
        return list(ids)
    if len(ids) >= COOKIE_LIMIT:
        raise ShelfFull(COOKIE_LIMIT)
    return [*ids, id]


def moved(ids: Sequence[int], id: int, step: int) -> list[int]:
    """The list with one book moved by `step` places (-1 = up)."""
    found = list(ids)
    if id in found:
        at = found.index(id)
        to = min(max(at + step, 0), len(found) - 1)
        found.insert(to, found.pop(at))
    return found


# --- with an account: rows -----------------------------------------------------------------------------------


def kept(session: Session, user_id: int) -> list[Kept]:
    """The books of a reader, in their order."""
    query = select(ShelfItem).where(ShelfItem.user_id == user_id).order_by(ShelfItem.position, ShelfItem.id)
    return [Kept(item.book_id, item.note) for item in session.scalars(query)]


def add(session: Session, user_id: int, ids: Sequence[int]) -> None:
    """Put books at the end, those that are not there yet; `ShelfFull`."""
    there = {item.book_id for item in kept(session, user_id)}
    new = [id for id in dict.fromkeys(ids) if id not in there]
    if len(there) + len(new) > ACCOUNT_LIMIT:
        raise ShelfFull(ACCOUNT_LIMIT)
    last = session.scalar(select(func.max(ShelfItem.position)).where(ShelfItem.user_id == user_id)) or 0
    session.add_all(ShelfItem(user_id=user_id, book_id=id, position=last + n) for n, id in enumerate(new, start=1))
    session.flush()


def merge(session: Session, user_id: int, ids: Sequence[int]) -> list[int]:
    """Put a visitor's books behind those of the account, in their order; returns those for which there is no room."""
    there = {item.book_id for item in kept(session, user_id)}
    new = [id for id in dict.fromkeys(ids) if id not in there]
    room = max(0, ACCOUNT_LIMIT - len(there))
    add(session, user_id, new[:room])
    return new[room:]


def remove(session: Session, user_id: int, id: int | None = None) -> None:
    """Take one book off, or all of them."""
    query = delete(ShelfItem).where(ShelfItem.user_id == user_id)
    session.execute(query if id is None else query.where(ShelfItem.book_id == id))


def move(session: Session, user_id: int, id: int, step: int) -> None:
    """Move one book by `step` places."""
    order = moved([item.book_id for item in kept(session, user_id)], id, step)
    for position, book_id in enumerate(order, start=1):
        where = (ShelfItem.user_id == user_id, ShelfItem.book_id == book_id)
        session.execute(update(ShelfItem).where(*where).values(position=position))


def annotate(session: Session, user_id: int, id: int, note: str) -> None:
    """Write the reader's note on a book; an empty one removes it."""
    where = (ShelfItem.user_id == user_id, ShelfItem.book_id == id)
    session.execute(update(ShelfItem).where(*where).values(note=note.strip()[:NOTE_LENGTH] or None))
