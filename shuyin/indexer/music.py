"""Albums and tracks → search documents."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from shuyin.indexer.projected import Projected
from shuyin.records import exposure
from shuyin.records.models import AlbumRow, TrackRow
from shuyin.records.music import ARRANGER, COMPOSER, LYRICIST, PERFORMER, PRODUCER
from shuyin.records.music_json import album_to_json, hit_to_json
from shuyin.search_engine.query import Document
from shuyin.search_engine.sort_keys import title_key
from shuyin.search_engine.visibility import VISIBLE_FROM, moment

#: Role → field of the declarations.
ROLE_FIELDS = {LYRICIST: "lyricist", COMPOSER: "composer", ARRANGER: "arranger", PRODUCER: "producer"}


def project_album(row: AlbumRow) -> Document:
    """The document of one album; its tracks' titles, credits and codes lead to it too."""
    fields: dict[str, Any] = {
        **_shared(row, row.tracks),
        "title": row.title,
        "track": _distinct(track.title for track in row.tracks),
        "title_sort": title_key(row.title),
    }
    return _document(row.id, fields, {**album_to_json(row)})


def project_track(row: TrackRow) -> Document:
    """The document of one track, with what its album says of it."""
    fields: dict[str, Any] = {
        **_shared(row.album, [row]),
        "title": row.title,
        "album": row.album.title,
        "title_sort": title_key(row.title),
    }
    return _document(row.id, fields, {**hit_to_json(row)})


def _shared(album: AlbumRow, tracks: Sequence[TrackRow]) -> dict[str, Any]:
    performers = [*(n for t in tracks for n in t.credits.get(PERFORMER, ())), *album.performers]
    shown_from = exposure.shown_from(album.released)
    fields: dict[str, Any] = {
        "performer": _distinct(performers),
        "performer_facet": _distinct(album.performers or performers),
        "company": album.company_name,
        "company_facet": album.company_name,
        "isrc": _distinct(track.isrc for track in tracks if track.isrc),
        "category": album.category,
        "work_type": album.work_type,
        "medium": _distinct((album.medium or "").split("、")),
        "year": album.released[:4] if album.released else None,
        "released": album.released,
        VISIBLE_FROM: moment(shown_from) if shown_from else None,
    }
    for role, name in ROLE_FIELDS.items():
        fields[name] = _distinct(n for t in tracks for n in t.credits.get(role, ()))
    return fields


def _document(id: int, fields: dict[str, Any], stored: dict[str, Any]) -> Document:
    if fields[VISIBLE_FROM] is not None:
        stored[VISIBLE_FROM] = fields[VISIBLE_FROM]  # for look-ups by id, which no query filters
    return Document(str(id), {k: v for k, v in fields.items() if v not in (None, "", [])}, stored)


def _distinct(values: Iterable[str]) -> list[str]:
    return [value for value in dict.fromkeys(values) if value]


class Albums:
    """Albums that are not deleted; those of the future too, which the engine keeps back until their day."""

    index = "albums"
    kinds = ("album",)

    def project(self, session: Session, ids: Sequence[int]) -> Projected:
        """See `sources.Source`."""
        query = select(AlbumRow).options(selectinload(AlbumRow.tracks)).where(AlbumRow.id.in_(ids), *_KEPT)
        return _projected(ids, [project_album(row) for row in session.scalars(query)])

    def ids_after(self, session: Session, after: int, limit: int) -> list[int]:
        """See `sources.Source`."""
        query = select(AlbumRow.id).where(AlbumRow.id > after, *_KEPT).order_by(AlbumRow.id).limit(limit)
        return list(session.scalars(query))

    def total(self, session: Session) -> int:
        """See `sources.Source`."""
        return session.scalar(select(func.count()).select_from(AlbumRow).where(*_KEPT)) or 0


class Tracks:
    """The tracks of albums that are not deleted."""

    index = "tracks"
    kinds = ("track",)

    def project(self, session: Session, ids: Sequence[int]) -> Projected:
        """See `sources.Source`."""
        query = (
            select(TrackRow)
            .join(TrackRow.album)
            .options(selectinload(TrackRow.album))
            .where(TrackRow.id.in_(ids), *_KEPT)
        )
        return _projected(ids, [project_track(row) for row in session.scalars(query)])

    def ids_after(self, session: Session, after: int, limit: int) -> list[int]:
        """See `sources.Source`."""
        query = (
            select(TrackRow.id)
            .join(TrackRow.album)
            .where(TrackRow.id > after, *_KEPT)
            .order_by(TrackRow.id)
            .limit(limit)
        )
        return list(session.scalars(query))

    def total(self, session: Session) -> int:
        """See `sources.Source`."""
        return session.scalar(select(func.count()).select_from(TrackRow).join(TrackRow.album).where(*_KEPT)) or 0


def _projected(ids: Sequence[int], documents: list[Document]) -> Projected:
    present = {document.id for document in documents}
    return Projected(documents, [str(id) for id in ids if str(id) not in present])


_KEPT = (AlbumRow.deleted_at.is_(None),)
