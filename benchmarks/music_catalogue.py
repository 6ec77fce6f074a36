"""A music catalogue for measurements: albums and tracks by rule, out of parts of the names in the sample music.

None of them exists; the codes are those of the demonstration registrant ZZ9 and of registrants that S0 prints
nowhere. It never leaves the folder of a measurement.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session, sessionmaker

from shuyin.harvest.music.sample import sample_albums
from shuyin.records.models import AlbumRow, OrganisationRow, RegistrantPrefix, TrackRow
from shuyin.records.music import ARRANGER, COMPOSER, LYRICIST, PERFORMER, PRODUCER

SEED = 20260301
ALBUMS, TRACKS = 130_000, 570_000
_BATCH = 5_000
_FIRST, _LAST = date(1999, 8, 1), date(2026, 10, 31)
_COMPANIES = 2_600
_CATEGORIES = (
    "國語流行專輯",
    "台語流行專輯",
    "客語流行專輯",
    "原住民語流行專輯",
    "電影原聲帶",
    "佛教音樂",
    "演奏專輯",
    "其他",
)
_MEDIA = ("數位發行", "數位發行", "CD", "CD、數位發行", "DVD", "黑膠唱片")


class Names:
    """Parts of real titles and names, put together anew."""

    def __init__(self, seed: int = SEED) -> None:
        self.chance = random.Random(seed)
        albums = list(sample_albums())
        titles = [t.title for a in albums for t in a.tracks] + [a.title for a in albums]
        halves = [title[: -(-len(title) // 2)] for title in titles] + [title[len(title) // 2 :] for title in titles]
        self.parts = sorted({half.strip() for half in halves if half.strip()})
        people = sorted(
            {n for a in albums for n in a.performers}
            | {n for a in albums for t in a.tracks for names in t.credits.values() for n in names}
        )
        han = [name for name in people if 2 <= len(name) <= 4 and not name.isascii()]
        self.surnames, self.given = [n[0] for n in han], sorted({n[1:] for n in han})
        self.people = people + ["".join(self.person()) for _ in range(20_000)]
        self.companies = sorted({a.company_name for a in albums if a.company_name})

    def person(self) -> str:
        """A surname and a given name of two people."""
        return self.chance.choice(self.surnames) + self.chance.choice(self.given)

    def title(self) -> str:
        """One to three parts of titles."""
        return "".join(self.chance.choices(self.parts, k=self.chance.choices((1, 2, 3), (2, 6, 2))[0]))

    def queries(self, count: int) -> list[tuple[str, str]]:
        """(parameter, words) as readers might type: words, names, pinyin, a field."""
        from shuyin.search_engine.folding import fold
        from shuyin.search_engine.romanisation import syllables

        found = []
        for number in range(count):
            part, person = self.chance.choice(self.parts), self.chance.choice(self.people)
            sounds = syllables(fold(self.chance.choice((part, person))))[:4]
            kind = number % 8
            if kind < 3:
                found.append(("q", ("" if kind else " ").join(sounds)))
            elif kind == 3:
                found.append(("q", part))
            else:
                name = ("performer", "lyricist", "composer", "album", "isrc", "track")[self.chance.randrange(6)]
                code = f"TWZZ9{self.chance.randrange(100):02}{self.chance.randrange(100_000):05}"
                found.append((name, {"isrc": code, "album": part, "track": part}.get(name, person)))
        return found


def fill(writes: sessionmaker[Session], albums: int = ALBUMS, tracks: int = TRACKS) -> None:
    """Write so many albums and tracks, and companies with their codes, as an import in bulk does."""
    names = Names()
    with writes.begin() as session:
        session.execute(insert(OrganisationRow), list(_companies(names)))
        session.execute(insert(RegistrantPrefix), list(_codes(names)))
    made = _albums(names, albums, tracks)
    while batch := [album for _, album in zip(range(_BATCH), made, strict=False)]:
        with writes.begin() as session:
            session.execute(insert(AlbumRow), [album for album, _ in batch])
            session.execute(insert(TrackRow), [track for _, of_album in batch for track in of_album])


def _companies(names: Names) -> Iterator[dict[str, Any]]:
    for number in range(1, _COMPANIES + 1):
        name = f"{names.chance.choice(names.parts)}音樂{number}"
        kind = "個人" if number % 3 == 0 else "團體"
        yield {"id": number, "name": name, "name_key": name, "kind": kind, "source": "bench", "is_music_company": True}


def _codes(names: Names) -> Iterator[dict[str, Any]]:
    days = (_LAST - _FIRST).days
    for number in range(1, _COMPANIES + 1):
        day = _FIRST + timedelta(days=names.chance.randrange(days))
        yield {"organisation_id": number, "scheme": "isrc", "prefix": f"TW-{number:04}", "assigned_on": day}


def _albums(names: Names, albums: int, tracks: int) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    chance, days = names.chance, (_LAST - _FIRST).days
    for number in range(1, albums + 1):
        day = _FIRST + timedelta(days=int(days * (chance.random() ** 0.5)))
        performer, company = chance.choice(names.people), chance.randrange(1, _COMPANIES + 1)
        album = {
            "id": number,
            "title": names.title(),
            "performers": [performer],
            "released": day.isoformat(),
            "registered_on": day,
            "category": chance.choice(_CATEGORIES),
            "work_type": "錄影資料" if number % 20 == 0 else "錄音資料",
            "medium": chance.choice(_MEDIA),
            "company_id": company,
            "company_name": chance.choice(names.companies),
            "identity": f"bench|{number}",
            "source": "bench",
        }
        first, last = tracks * (number - 1) // albums, tracks * number // albums
        yield album, [_track(names, number, place, performer, day) for place in range(first, last)]


def _track(names: Names, album: int, number: int, performer: str, day: date) -> dict[str, Any]:
    pick = names.chance.choice
    return {
        "album_id": album,
        "position": number,
        "number": number,
        "title": names.title(),
        "isrc": f"TWZ{'Z9' if number % 2 else 'Y8'}{day.year % 100:02}{number % 100_000:05}",
        "credits": {
            PERFORMER: [performer],
            LYRICIST: [pick(names.people)],
            COMPOSER: [pick(names.people)],
            ARRANGER: [pick(names.people)],
            PRODUCER: [pick(names.people)],
        },
        "length_seconds": names.chance.randrange(120, 400),
    }
