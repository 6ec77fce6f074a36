"""Books and albums in the hands of staff: versions with their differences, undo, delete, restore (I6)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.office import By
from shuyin.records import music, services
from shuyin.records.marc import iso2709
from shuyin.records.models import AlbumRow, BookRow, RecordVersion
from shuyin.records.services import UnknownRecord

__all__ = ["Act", "ChangedMeanwhile", "Line", "Shelf", "UnknownRecord", "VersionView", "act", "content", "versions"]


class Shelf(StrEnum):
    """The two kinds of records; the value is the word in addresses."""

    BOOKS = "books"
    ALBUMS = "albums"

    @property
    def kind(self) -> str:
        """The word in versions, change log and audit trail."""
        return "book" if self is Shelf.BOOKS else "album"


class Act(StrEnum):
    """What staff may do to a record."""

    UNDO = "undo"
    DELETE = "delete"
    RESTORE = "restore"


class ChangedMeanwhile(Exception):
    """Someone changed the record after the page was loaded; nothing was done."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a difference: taken away (`before`) or added (`after`)."""

    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class VersionView:
    """A former state: its number, and when, by whom and why it was changed into the next one, with what differs."""

    version: int
    at: datetime
    by: str
    reason: str
    lines: tuple[Line, ...]


def content(session: Session, shelf: Shelf, record_id: int) -> BookRow | AlbumRow:
    """The row of a record, deleted or not. Raises UnknownRecord."""
    row: BookRow | AlbumRow | None
    row = session.get(BookRow, record_id) if shelf is Shelf.BOOKS else session.get(AlbumRow, record_id)
    if row is None:
        raise UnknownRecord(f"there is no {shelf.kind} {record_id}")
    return row


def versions(session: Session, shelf: Shelf, row: BookRow | AlbumRow) -> list[VersionView]:
    """The former states of a record, the latest first."""
    where = (RecordVersion.kind == shelf.kind, RecordVersion.record_id == row.id)
    kept = session.scalars(select(RecordVersion).where(*where).order_by(RecordVersion.version)).all()
    states = [_lines(shelf, version.content) for version in kept]
    states.append(list(_marc_lines(row.marc)) if isinstance(row, BookRow) else list(_album_lines(music.read(row))))
    return [
        VersionView(
            version.version,
            version.changed_at,
            version.changed_by or "",
            version.reason or "",
            tuple(_differences(before, after)),
        )
        for version, before, after in zip(kept, states, states[1:], strict=False)
    ][::-1]


def act(
    session: Session,
    shelf: Shelf,
    record_id: int,
    what: Act,
    *,
    current: int,
    by: By,
    reason: str,
    version: int = 0,
) -> None:
    """Undo to `version`, delete or restore a record that is still at version `current`, with an audit entry.

    Raises UnknownRecord, services.UnknownVersion, ChangedMeanwhile.
    """
    row = content(session, shelf, record_id)
    session.refresh(row, with_for_update=True)
    if row.version != current:
        raise ChangedMeanwhile
    said = f"{what}: {reason}"
    if what is Act.UNDO:
        undo_to = services.undo_to if shelf is Shelf.BOOKS else music.undo_to
        undo_to(session, record_id, version, changed_by=by.name, reason=said)
    elif what is Act.DELETE:
        delete = services.delete_book if shelf is Shelf.BOOKS else music.delete
        delete(session, record_id, changed_by=by.name, reason=said)
    else:
        restore = services.restore_book if shelf is Shelf.BOOKS else music.restore
        restore(session, record_id, changed_by=by.name, reason=said)
    detail = {"version": version} if what is Act.UNDO else {}
    audit.append(session, by.name, what.value, shelf.kind, record_id, detail)


def _lines(shelf: Shelf, kept: bytes) -> list[str]:
    return list(_marc_lines(kept)) if shelf is Shelf.BOOKS else list(_album_lines(music.from_version(kept)))


def _marc_lines(record: bytes) -> Iterator[str]:
    """Leader and fields, one a line; blank indicators as #."""
    leader, fields = iso2709.split(record)
    yield f"LDR {leader}"
    for tag, head, subfields in fields:
        if not subfields:
            yield f"{tag} {head}"
        else:
            yield f"{tag} {head.replace(' ', '#')} " + "".join(f"${part[:1]}{part[1:]}" for part in subfields)


def _album_lines(album: music.Album) -> Iterator[str]:
    for name in album.__dataclass_fields__:
        if name == "tracks" or getattr(album, name) in (None, [], ""):
            continue
        yield f"{name}: {_text(getattr(album, name))}"
    for number, track in enumerate(album.tracks, start=1):
        for name in track.__dataclass_fields__:
            if getattr(track, name) not in (None, {}, ""):
                yield f"{number}. {name}: {_text(getattr(track, name))}"


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)


def _differences(before: Sequence[str], after: Sequence[str]) -> Iterator[Line]:
    for sort, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if sort != "equal":
            yield from (Line(before=line) for line in before[a:b])
            yield from (Line(after=line) for line in after[c:d])
