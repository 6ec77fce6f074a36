"""Albums and their tracks: what they are as values, and their only writer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from shuyin.records import changes
from shuyin.records.models import AlbumRow, OrganisationRow, RecordVersion, TrackRow, utc_now
from shuyin.records.services import Outcome, UnknownRecord, UnknownVersion

PERFORMER, LYRICIST, COMPOSER, ARRANGER, PRODUCER = "表演者", "作詞者", "作曲者", "編曲者", "製作人"
RECORDING, MIXING, MASTERING = "主要錄音人員", "主要混音人員", "主要母帶後製人員"
#: Roles that the reporting form asks for, in its order (S0 作品職責; the first five are those of the Golden
#: Melody Awards); others may be added freely.
ROLES = (PERFORMER, LYRICIST, COMPOSER, ARRANGER, PRODUCER, RECORDING, MIXING, MASTERING)


@dataclass(frozen=True, slots=True)
class Track:
    """One recording. Length in seconds; `credits` maps a role to names in their order."""

    title: str
    number: int | None = None
    isrc: str | None = None
    credits: dict[str, list[str]] = field(default_factory=dict)
    length_seconds: int | None = None
    production_company: str | None = None
    recorded_on: str | None = None
    ai_assisted: bool | None = None
    from_abroad: bool | None = None
    reused: bool | None = None
    sample: str | None = None


@dataclass(frozen=True, slots=True)
class Album:
    """One release; `identity` is what is matched when the same release comes again."""

    title: str
    identity: str
    source: str
    performers: list[str] = field(default_factory=list)
    released: str | None = None  # YYYY, YYYY-MM or YYYY-MM-DD
    registered_on: date | None = None  # when it was reported here; None = imported history
    category: str | None = None  # 有聲出版類別
    work_type: str | None = None  # 作品類型
    medium: str | None = None
    catalogue_number: str | None = None
    barcode: str | None = None
    company_id: int | None = None
    company_name: str | None = None
    note: str | None = None
    cover: str | None = None
    tracks: tuple[Track, ...] = ()


def shown_on(day: date) -> ColumnElement[bool]:
    """The condition that an album is public on `day` in Taipei: `exposure.is_shown` for the database."""
    tomorrow = day + timedelta(days=1)
    month = f"{tomorrow:%Y-%m}"  # a month or year is over on its last day, that is, when tomorrow lies beyond it
    released, length = AlbumRow.released, func.length(AlbumRow.released)
    return and_(
        AlbumRow.deleted_at.is_(None),
        or_(
            released.is_(None),
            and_(length == 10, released <= day.isoformat()),
            and_(length == 7, released < month),
            and_(length == 4, released < month[:4]),
        ),
    )


_ALBUM_COLUMNS = tuple(name for name in Album.__dataclass_fields__ if name != "tracks")
_TRACK_COLUMNS = tuple(Track.__dataclass_fields__)


def read(row: AlbumRow) -> Album:
    """The album of a row, with its tracks in order."""
    tracks = tuple(Track(**{name: getattr(track, name) for name in _TRACK_COLUMNS}) for track in row.tracks)
    return Album(**{name: getattr(row, name) for name in _ALBUM_COLUMNS}, tracks=tracks)


def save(
    session: Session, album: Album, *, changed_by: str | None = None, reason: str | None = None
) -> tuple[AlbumRow, Outcome]:
    """Write an album in the caller's transaction; nothing is touched where nothing differs.

    The former state is kept as a version. Tracks that keep their ISRC, or else their place, keep their row; their
    samples too, which staff attach here and no source sends (`records.samples`).
    """
    changes.lock(session)
    row = session.scalar(select(AlbumRow).where(AlbumRow.identity == album.identity))
    if row is not None:
        album = _with_samples(row, album)
    if row is None:
        row, outcome = AlbumRow(identity=album.identity, title=album.title, source=album.source), Outcome.NEW
        session.add(row)
    elif read(row) == album and row.deleted_at is None:
        return row, Outcome.UNCHANGED
    else:
        outcome = Outcome.UPDATED
        keep_version(session, row, changed_by, reason)
        row.version += 1
        row.deleted_at = None
    for name in _ALBUM_COLUMNS:
        setattr(row, name, getattr(album, name))
    row.updated_at = utc_now()
    gone = _match_tracks(row, album.tracks)
    session.flush()
    changes.append(session, "album", row.id)
    changes.append_all(session, "track", [track.id for track in row.tracks])
    changes.append_all(session, "track", gone, deleted=True)
    return row, outcome


def delete(session: Session, album_id: int, *, changed_by: str | None = None, reason: str | None = None) -> bool:
    """Take an album out of the catalogue (kept, with its versions); False if there is none."""
    row = session.get(AlbumRow, album_id)
    if row is None or row.deleted_at is not None:
        return False
    changes.lock(session)
    keep_version(session, row, changed_by, reason)
    row.version += 1
    row.deleted_at = row.updated_at = utc_now()
    changes.append(session, "album", row.id, deleted=True)
    changes.append_all(session, "track", [track.id for track in row.tracks], deleted=True)
    return True


def from_version(content: bytes) -> Album:
    """The album that a kept version holds (`RecordVersion.content`); columns of another time are left out."""
    values = {name: value for name, value in json.loads(content).items() if name in Album.__dataclass_fields__}
    tracks = [{n: v for n, v in track.items() if n in _TRACK_COLUMNS} for track in values.get("tracks", ())]
    registered = values.get("registered_on")
    values["registered_on"] = date.fromisoformat(registered) if registered else None
    values["tracks"] = tuple(Track(**track) for track in tracks)
    return Album(**values)


def undo_to(session: Session, album_id: int, version: int, *, changed_by: str, reason: str | None = None) -> int:
    """Give an album the content that it had in `version`, as a new version; `UnknownRecord`, `UnknownVersion`."""
    row = _row(session, album_id)
    where = (RecordVersion.kind == "album", RecordVersion.record_id == album_id, RecordVersion.version == version)
    former = session.scalar(select(RecordVersion).where(*where))
    if former is None:
        raise UnknownVersion(f"album {album_id} has no version {version}")
    if row.deleted_at is not None:
        restore(session, album_id, changed_by=changed_by, reason=reason)
    album = replace(from_version(former.content), identity=row.identity, source=row.source)
    return save(session, album, changed_by=changed_by, reason=reason)[0].version


def restore(session: Session, album_id: int, *, changed_by: str, reason: str | None = None) -> None:
    """Bring a deleted album back as it was. `UnknownRecord`."""
    row = _row(session, album_id)
    if row.deleted_at is None:
        return
    changes.lock(session)
    keep_version(session, row, changed_by, reason)
    row.version += 1
    row.deleted_at, row.updated_at = None, utc_now()
    session.flush()
    changes.append(session, "album", row.id)
    changes.append_all(session, "track", [track.id for track in row.tracks])


def _row(session: Session, album_id: int) -> AlbumRow:
    row = session.get(AlbumRow, album_id)
    if row is None:
        raise UnknownRecord(f"there is no album {album_id}")
    return row


def save_company(session: Session, *, name: str, name_key: str, source: str, **values: Any) -> OrganisationRow:
    """The music company of that folded name, made or brought up to date; an unknown consent stays unknown."""
    row = session.scalar(select(OrganisationRow).where(OrganisationRow.name_key == name_key))
    if row is None:
        row = OrganisationRow(name=name, name_key=name_key, source=source)
        session.add(row)
    wanted = {**values, "is_music_company": True}
    if row.id is None or any(getattr(row, key) != value for key, value in wanted.items()):
        for key, value in wanted.items():
            setattr(row, key, value)
        row.updated_at = utc_now()
        session.flush()
        changes.append(session, "organisation", row.id)
    return row


def _with_samples(row: AlbumRow, album: Album) -> Album:
    """The album with the samples that its tracks have here, where it brings none itself."""
    if not any(track.sample for track in row.tracks):
        return album
    known = _known_tracks(row)
    kept = []
    for position, track in enumerate(album.tracks, start=1):
        standing = known.get(track.isrc or position)
        same = standing is not None and (track.isrc is not None or standing.title == track.title)
        kept.append(replace(track, sample=standing.sample) if standing and same and not track.sample else track)
    return replace(album, tracks=tuple(kept))


def _known_tracks(row: AlbumRow) -> dict[str | int, TrackRow]:
    """The rows of an album's tracks by their ISRC, those without one by their place."""
    return {track.isrc or track.position: track for track in row.tracks}


def _match_tracks(row: AlbumRow, tracks: Sequence[Track]) -> list[int]:
    """Make the rows those of `tracks`; the ids of rows that went."""
    before = [track.id for track in row.tracks]
    unmatched = _known_tracks(row)
    kept: list[TrackRow] = []
    for position, track in enumerate(tracks, start=1):
        target = unmatched.pop(track.isrc or position, None) or TrackRow(title=track.title)
        target.position = position
        for name in _TRACK_COLUMNS:
            setattr(target, name, getattr(track, name))
        kept.append(target)
    row.tracks[:] = kept
    staying = {track.id for track in kept}
    return [id for id in before if id not in staying]


def keep_version(session: Session, row: AlbumRow, changed_by: str | None, reason: str | None) -> None:
    """Keep what an album says before it is changed (I6)."""
    content = json.dumps(asdict(read(row)), ensure_ascii=False, sort_keys=True, default=str).encode()
    session.add(
        RecordVersion(
            kind="album",
            record_id=row.id,
            version=row.version,
            content=content,
            changed_by=changed_by,
            reason=reason,
        )
    )
