"""Reads the shipped music files and writes them once."""

from __future__ import annotations

import csv
import io
import json
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib.resources import files
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from shuyin.records import music
from shuyin.records.music import ARRANGER, COMPOSER, LYRICIST, PERFORMER, Album, Track
from shuyin.records.services import Outcome

_DATA = files(__package__).joinpath("data")

#: `AlbumRow.source` of facts that a language model wrote down; wherever they are shown, it is said so.
MODEL_SOURCE = "model-facts"
#: `AlbumRow.source` of what the source document S0 prints.
PRINTED_SOURCE = "S0"

#: Columns of tracks.csv that name a role; several names are separated by 、.
_CREDIT_COLUMNS = {"lyricist": LYRICIST, "composer": COMPOSER, "arranger": ARRANGER}

#: What S0 lists among 媒體形式; other words of the file stay as they are.
_MEDIA = {"卡帶": "TAPE", "LP": "黑膠唱片", "數位": "數位發行"}


def _rows(name: str) -> list[dict[str, str]]:
    text = _DATA.joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


def _names(cell: str) -> list[str]:
    return [name.strip() for name in cell.split("、") if name.strip()]


def _medium(cell: str) -> str | None:
    return "、".join(_MEDIA.get(part, part) for part in cell.split("/") if part) or None


def _track(row: dict[str, str]) -> Track:
    credits = {PERFORMER: _names(row["performer"])}
    credits |= {role: _names(row[column]) for column, role in _CREDIT_COLUMNS.items() if row[column]}
    number = row["track_no"]
    return Track(title=row["title"], number=int(number) if number else None, credits=credits)


def _in_order(track: Track) -> int:
    return track.number or 10_000  # tracks of unknown place stand last, in the order of the file


def _model_albums() -> Iterator[Album]:
    tracks: dict[tuple[str, str], list[Track]] = defaultdict(list)
    for row in _rows("tracks.csv"):
        tracks[row["album_title"], row["performer"]].append(_track(row))
    for row in _rows("albums.csv"):
        key = row["title"], row["performer"]
        yield Album(
            title=row["title"],
            identity="|".join((MODEL_SOURCE, *key)),
            source=MODEL_SOURCE,
            performers=_names(row["performer"]),
            released=row["released"] or None,
            category=row["language_category"] or None,
            medium=_medium(row["medium"]),
            company_name=row["label"] or None,
            note=row["source_note"] or None,
            tracks=tuple(sorted(tracks[key], key=_in_order)),
        )


def _printed_albums() -> Iterator[Album]:
    entries: list[dict[str, Any]] = json.loads(_DATA.joinpath("printed.json").read_text(encoding="utf-8"))
    for entry in entries:
        tracks = tuple(Track(**track) for track in entry.pop("tracks"))
        identity = "|".join((PRINTED_SOURCE, entry["title"], "、".join(entry["performers"])))
        yield Album(identity=identity, source=PRINTED_SOURCE, tracks=tracks, **entry)


def sample_albums() -> Iterator[Album]:
    """The shipped albums: first those that S0 prints, then the model's facts."""
    yield from _printed_albums()
    yield from _model_albums()


def name_key(name: str) -> str:
    """A company's name as it is matched: half width, lower case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _save_companies(session: Session) -> dict[str, int]:
    """Write the companies; the ids by full and short name. Whether they agree to be public is not known."""
    ids: dict[str, int] = {}
    for row in _rows("companies.csv"):
        company = music.save_company(
            session,
            name=row["name"],
            name_key=name_key(row["name"]),
            source=MODEL_SOURCE,
            short_name=row["short_name"] or None,
            other_names=[row["name_en"]] if row["name_en"] else [],
            website=row["website"] or None,
            status=row["status"] or None,
        )
        ids |= {row["name"]: company.id, **({row["short_name"]: company.id} if row["short_name"] else {})}
    return ids


def _with_company(albums: Iterable[Album], ids: dict[str, int]) -> Iterator[Album]:
    for album in albums:
        known = ids.get(album.company_name or "")
        yield album if known is None else replace(album, company_id=known)


def load_sample_music(sessions: sessionmaker[Session]) -> Counter[Outcome]:
    """Write the sample music in one transaction; a second time nothing changes. Counts by outcome."""
    counts: Counter[Outcome] = Counter()
    with sessions.begin() as session:
        ids = _save_companies(session)
        for album in _with_company(sample_albums(), ids):
            _, outcome = music.save(session, album)
            counts[outcome] += 1
    return counts
