"""Albums and tracks: one record, the latest, downloads. Searching is `search_api.services.search`. No HTTP.

What is not released yet is kept back by the search engine (search_engine.visibility), so it cannot slip out here.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import cast

from shuyin.records import isrc
from shuyin.records.music_json import AlbumJson, TrackHitJson
from shuyin.search_api import services
from shuyin.search_api.exports.spreadsheet import safe_cell
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.queries import to_request
from shuyin.search_api.state import BadParameters, ParameterProblem, SearchState
from shuyin.search_engine.declaration import ALBUMS, TRACKS
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import SearchRequest

#: Rows a download may hold (S0, 音樂查詢／下載說明).
DOWNLOAD_LIMIT = 100
FORMATS = ("csv", "isrc")

#: Columns of the list and of the CSV, in the order of S0 (音樂查詢).
COLUMNS = {
    "album": N_("專輯名稱"),
    "work_type": N_("作品類型"),
    "company": N_("發行公司"),
    "released": N_("發行日期"),
    "isrc": N_("ISRC編號"),
    "title": N_("曲目名稱"),
    "category": N_("有聲出版類別"),
}


class UnknownAlbum(LookupError):
    """No public album has this number."""

    def __init__(self, id: str) -> None:
        self.message = Message(N_("沒有編號 {id} 的專輯，可能尚未發行或已移除。"), {"id": id[:20]})
        super().__init__(str(self.message))


class TooManyTracks(ValueError):
    """More tracks than one download may hold."""

    def __init__(self, asked: int) -> None:
        self.message = Message(
            N_("一次最多下載 {limit} 筆曲目，這次選了 {asked} 筆。請縮小範圍或分次下載。"),
            {"limit": DOWNLOAD_LIMIT, "asked": asked},
        )
        super().__init__(str(self.message))


class NoTracksChosen(ValueError):
    """Neither tracks nor a search were named, or nothing was found."""

    message = Message(N_("沒有選擇要下載的曲目。請先勾選，再按下載。"))


def get_album(engine: SearchEngine, id: str) -> AlbumJson:
    """One album with its tracks; `UnknownAlbum` if there is none to be seen."""
    found = engine.get(ALBUMS.name, [id])
    if not found:
        raise UnknownAlbum(id)
    return cast("AlbumJson", found[0].stored)


def latest(engine: SearchEngine, limit: int) -> list[AlbumJson]:
    """The albums released last, newest first."""
    result = engine.search(ALBUMS.name, SearchRequest(sort="newest", limit=limit))
    return [cast("AlbumJson", hit.stored) for hit in result.hits]


def download(engine: SearchEngine, state: SearchState, ids: Sequence[str]) -> list[TrackHitJson]:
    """The tracks with these numbers, or all that the state finds; `TooManyTracks`, `NoTracksChosen`."""
    if ids:
        chosen = list(dict.fromkeys(ids))
        if len(chosen) > DOWNLOAD_LIMIT:
            raise TooManyTracks(len(chosen))
        if wrong := [id for id in chosen if not (id.isascii() and id.isdigit())]:
            text = Message(N_("「{value}」不是曲目編號。"), {"value": wrong[0][:20]})
            raise BadParameters([ParameterProblem("id", text)])
        tracks = [cast("TrackHitJson", document.stored) for document in engine.get(TRACKS.name, chosen)]
    else:
        tracks = _found(engine, state)
    if not tracks:
        raise NoTracksChosen(str(NoTracksChosen.message))
    return tracks


def _found(engine: SearchEngine, state: SearchState) -> list[TrackHitJson]:
    if state.is_empty:
        raise NoTracksChosen(str(NoTracksChosen.message))
    total = services.count(engine, state, TRACKS)
    if total > DOWNLOAD_LIMIT:
        raise TooManyTracks(total)
    request = to_request(state, TRACKS, facets=False)
    whole = SearchRequest(request.query, request.filters, request.where, sort=request.sort, limit=DOWNLOAD_LIMIT)
    return [cast("TrackHitJson", hit.stored) for hit in engine.search(TRACKS.name, whole).hits]


def row(track: TrackHitJson) -> dict[str, str]:
    """The cells of `COLUMNS` for one track; unknown = empty. ISRCs are printed with hyphens."""
    album = track["album"]
    return {
        "album": album["title"],
        "work_type": album["work_type"] or "",
        "company": album["company"] or "",
        "released": album["released"] or "",
        "isrc": isrc.parse(track["isrc"]).hyphenated if track["isrc"] else "",
        "title": track["title"],
        "category": album["category"] or "",
    }


def as_csv(tracks: Sequence[TrackHitJson], headings: Mapping[str, str]) -> Iterator[str]:
    """The file 匯出CSV: UTF-8 with BOM, a heading, one row a track."""
    yield "\ufeff" + _line([headings.get(key, label) for key, label in COLUMNS.items()])
    for track in tracks:
        yield _line([safe_cell(cell) for cell in row(track).values()])


def as_isrc_list(tracks: Sequence[TrackHitJson]) -> Iterator[str]:
    """The file 匯出ISRC: one code a line, tracks without one are left out."""
    for track in tracks:
        if track["isrc"]:
            yield track["isrc"] + "\r\n"


def _line(cells: list[str]) -> str:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue()
