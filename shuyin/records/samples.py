"""Audio samples of tracks: files under the hash of their content, the name of which a track keeps.

Kinds and the bytes by which they are told are those that the service takes from companies (S0, 數位媒體: mp3 or wav).
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.records import changes, music
from shuyin.records.models import AlbumRow, TrackRow, utc_now

FOLDER = "samples"
#: Where a sample is heard.
ADDRESS = "/samples/{track:int}"
#: A sample is a part of a recording; whole recordings are deposited elsewhere. In bytes.
LARGEST = 50_000_000
#: Ending → media type.
MEDIA_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav"}
_NAME = re.compile(r"([0-9a-f]{64})\.(mp3|wav)")
_PIECE = 1 << 20


class BadSample(ValueError):
    """The file is no audio of a kind that is taken, or too large."""


class UnknownTrack(LookupError):
    """No track has this number or code."""


def kind_of(head: bytes) -> str:
    """ "mp3" or "wav" by the first bytes of a file; `BadSample`."""
    if head[:4] == b"RIFF" and head[8:12] == b"WAVE":
        return "wav"
    if head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2):
        return "mp3"  # an ID3 tag, or a frame of MPEG audio layer III
    raise BadSample("not an mp3 or wav file")


def store(data_dir: Path, file: Path) -> str:
    """Copy a file into the folder of samples; the name that a track keeps. `BadSample`, `OSError`."""
    if file.stat().st_size > LARGEST:
        raise BadSample(f"larger than {LARGEST:,} bytes; cut a sample out of it")
    digest = hashlib.sha256()
    with file.open("rb") as source:
        kind = kind_of(source.read(16))
        source.seek(0)
        while piece := source.read(_PIECE):
            digest.update(piece)
    name = f"{digest.hexdigest()}.{kind}"
    target = path_of(data_dir, name)
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{name}.{os.getpid()}")
        shutil.copyfile(file, beside)
        beside.replace(target)
    return name


def path_of(data_dir: Path, name: str) -> Path:
    """Where the file of that name lies; `BadSample` for what `store` never gave."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise BadSample(f"not the name of a sample: {name[:80]}")
    return data_dir / FOLDER / match[1][:2] / name


def attach(session: Session, track_id: int, name: str | None, *, changed_by: str) -> bool:
    """Let a track have this sample, or none; False if it has it already. The album's former state is kept.

    `UnknownTrack`.
    """
    changes.lock(session)
    track = session.get(TrackRow, track_id)
    if track is None or track.album.deleted_at is not None:
        raise UnknownTrack(f"there is no track {track_id}")
    if track.sample == name:
        return False
    music.keep_version(session, track.album, changed_by, "sample" if name else "sample removed")
    track.sample = name
    track.album.version += 1
    track.album.updated_at = utc_now()
    session.flush()
    changes.append(session, "album", track.album_id)
    changes.append(session, "track", track.id)
    return True


def tracks_of(session: Session, isrc: str) -> list[TrackRow]:
    """The tracks that bear an ISRC (a recording may be on several albums); `UnknownTrack`."""
    query = select(TrackRow).join(TrackRow.album).where(TrackRow.isrc == isrc, AlbumRow.deleted_at.is_(None))
    found = list(session.scalars(query.order_by(TrackRow.id)))
    if not found:
        raise UnknownTrack(f"no track has the ISRC {isrc}")
    return found
