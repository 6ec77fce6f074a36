"""Covers: pictures of a binding, known by its ISBN, kept as WebP under the hash of what was handed in.

What is served never changes under its address; another picture has another address.
"""

from __future__ import annotations

import hashlib
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.records import changes, isbn, pictures
from shuyin.records.models import BindingRow, CoverRow, utc_now

FOLDER = "covers"
#: Widths in pixels in which a cover can be had; `ADDRESS` names one.
WIDTHS = (120, 240, 480, 960)
#: The width that records name; pages put the others in its place.
USUAL = 480
#: S0 takes pictures up to 10 MB.
LARGEST = 10 * 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{32}")


class BadCover(ValueError):
    """The file is empty, too large or no picture; the message says what."""


class UnknownIsbn(LookupError):
    """The text is no ISBN, or no record has it."""


def address(digest: str, width: int = USUAL) -> str:
    """Where a cover is served, on this site."""
    return f"/covers/{digest}-{width}.webp"


def store(data_dir: Path, content: bytes) -> tuple[str, int, int]:
    """Keep a picture in every width; (digest, width, height). `BadCover`."""
    if not content:
        raise BadCover("the file is empty")
    if len(content) > LARGEST:
        raise BadCover(f"larger than {LARGEST // 1024 // 1024} MB")
    try:
        width, height, sizes = pictures.webp_sizes(content, WIDTHS)
    except pictures.BadPicture as error:
        raise BadCover(str(error)) from error
    digest = hashlib.sha256(content).hexdigest()[:32]
    for size, picture in sizes.items():
        target = path_of(data_dir, digest, size)
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.{os.getpid()}")
        beside.write_bytes(picture)
        beside.replace(target)
    return digest, width, height


def path_of(data_dir: Path, digest: str, width: int) -> Path:
    """Where the file lies; `BadCover` for what `store` never gave."""
    if not _DIGEST.fullmatch(digest) or width not in WIDTHS:
        raise BadCover("not the name of a cover")
    return data_dir / FOLDER / digest[:2] / f"{digest}-{width}.webp"


def add(session: Session, data_dir: Path, number: str, content: bytes, *, added_by: str) -> CoverRow:
    """Give the binding with this ISBN a cover, in place of a former one. `UnknownIsbn`, `BadCover`."""
    wanted = isbn.normalise(number)
    if wanted is None:
        raise UnknownIsbn(f"{number[:40]} is no ISBN")
    changes.lock(session)
    books = _books_of(session, wanted)
    if not books:
        raise UnknownIsbn(f"no record has the ISBN {wanted}")
    digest, width, height = store(data_dir, content)
    row = session.get(CoverRow, wanted)
    if row is None:
        row = CoverRow(isbn=wanted)
        session.add(row)
    elif row.digest == digest:
        return row
    row.digest, row.width, row.height, row.added_by, row.added_at = digest, width, height, added_by, utc_now()
    changes.append_all(session, "book", books)
    return row


def remove(session: Session, number: str) -> None:
    """Take the cover of this ISBN away. `UnknownIsbn`."""
    wanted = isbn.normalise(number) or ""
    changes.lock(session)
    row = session.get(CoverRow, wanted)
    if row is None:
        raise UnknownIsbn(f"there is no cover for {number[:40]}")
    session.delete(row)
    session.flush()
    changes.append_all(session, "book", _books_of(session, wanted))


def _books_of(session: Session, wanted: str) -> list[int]:
    return list(session.scalars(select(BindingRow.book_id).where(BindingRow.isbn == wanted).distinct()))


def of_books(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """Address of the cover of each of these books that has one: that of its first binding with a cover."""
    query = (
        select(BindingRow.book_id, CoverRow.digest)
        .join(CoverRow, CoverRow.isbn == BindingRow.isbn)
        .where(BindingRow.book_id.in_(ids))
        .order_by(BindingRow.book_id, BindingRow.position)
    )
    found: dict[int, str] = {}
    for book_id, digest in session.execute(query):
        found.setdefault(book_id, address(digest))
    return found


def latest(session: Session, most: int = 50) -> list[CoverRow]:
    """The covers added last, the newest first."""
    return list(session.scalars(select(CoverRow).order_by(CoverRow.added_at.desc(), CoverRow.isbn).limit(most)))


def sweep(session: Session, data_dir: Path, *, older_than_seconds: float = 86_400) -> int:
    """Delete files of covers that no binding has any more; how many. Young ones may belong to an open request."""
    used = set(session.scalars(select(CoverRow.digest)))
    limit = time.time() - older_than_seconds
    removed = 0
    for path in (data_dir / FOLDER).glob("??/*.webp*"):
        if path.name[:32] not in used and path.stat().st_mtime < limit:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
