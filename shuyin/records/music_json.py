"""The JSON shapes of albums and tracks, as the API answers them and as the indexes keep them.

Unknown values are `None` or empty, never invented. `origin` tells facts that a model wrote down from reports.
"""

from __future__ import annotations

from typing_extensions import TypedDict

from shuyin.records.models import AlbumRow, TrackRow


class TrackJson(TypedDict):
    """One recording; `length` in seconds, `credits` maps a role to names."""

    id: int
    album_id: int
    number: int | None
    title: str
    isrc: str | None
    credits: dict[str, list[str]]
    length: int | None
    production_company: str | None
    recorded: str | None
    ai_assisted: bool | None
    from_abroad: bool | None
    reused: bool | None
    sample: bool


class AlbumJson(TypedDict):
    """One release with its tracks."""

    id: int
    title: str
    performers: list[str]
    company: str | None
    company_id: int | None
    released: str | None
    category: str | None
    work_type: str | None
    medium: str | None
    catalogue_number: str | None
    barcode: str | None
    note: str | None
    cover: str | None
    origin: str
    tracks: list[TrackJson]


class AlbumOfTrackJson(TypedDict):
    """What a list of tracks shows of the album."""

    id: int
    title: str
    performers: list[str]
    company: str | None
    released: str | None
    category: str | None
    work_type: str | None


class TrackHitJson(TrackJson):
    """A track with its album, as lists of tracks give it."""

    album: AlbumOfTrackJson


def track_to_json(row: TrackRow) -> TrackJson:
    """The JSON of one track."""
    return TrackJson(
        id=row.id,
        album_id=row.album_id,
        number=row.number,
        title=row.title,
        isrc=row.isrc,
        credits=row.credits,
        length=row.length_seconds,
        production_company=row.production_company,
        recorded=row.recorded_on,
        ai_assisted=row.ai_assisted,
        from_abroad=row.from_abroad,
        reused=row.reused,
        sample=bool(row.sample),
    )


def album_to_json(row: AlbumRow) -> AlbumJson:
    """The JSON of one album with its tracks in order."""
    return AlbumJson(
        id=row.id,
        title=row.title,
        performers=row.performers,
        company=row.company_name,
        company_id=row.company_id,
        released=row.released,
        category=row.category,
        work_type=row.work_type,
        medium=row.medium,
        catalogue_number=row.catalogue_number,
        barcode=row.barcode,
        note=row.note,
        cover=row.cover,
        origin=row.source,
        tracks=[track_to_json(track) for track in row.tracks],
    )


def hit_to_json(row: TrackRow) -> TrackHitJson:
    """The JSON of a track with what a list shows of its album."""
    album = row.album
    beside = AlbumOfTrackJson(
        id=album.id,
        title=album.title,
        performers=album.performers,
        company=album.company_name,
        released=album.released,
        category=album.category,
        work_type=album.work_type,
    )
    return TrackHitJson(**track_to_json(row), album=beside)
