"""`/samples/{track}`: the audio sample of a track, in ranges, from the day of release on."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, cast

from fastapi import APIRouter, HTTPException, Request
from fastapi import Path as PathParameter
from sqlalchemy import select
from starlette.responses import FileResponse, Response

from shuyin.records import exposure, music, samples
from shuyin.records.models import AlbumRow, TrackRow
from shuyin.search_api.dependencies import SessionsDep
from shuyin.search_api.messages import N_

router = APIRouter(include_in_schema=False)

TrackNumber = Annotated[int, PathParameter(ge=1, le=2**62)]

_MISSING = N_("這首曲目沒有可試聽的音檔，可能尚未發行或已移除。")


@router.api_route(samples.ADDRESS, methods=["GET", "HEAD"])
def sample(request: Request, track: TrackNumber, sessions: SessionsDep) -> Response:
    """The file, or the part that `Range` asks for (206, 416; `If-Range` by its ETag); 304 where it is known.

    The database decides whether it may be heard: the index may lag behind.
    """
    today = datetime.now(exposure.TAIPEI).date()
    with sessions() as session:
        query = select(TrackRow.sample).join(AlbumRow, AlbumRow.id == TrackRow.album_id)
        name = session.scalar(query.where(TrackRow.id == track, music.shown_on(today)))
    path = samples.path_of(_data_dir(request), name) if name else None
    if name is None or path is None or not path.is_file():
        raise HTTPException(404, _MISSING)
    tag = f'"{path.stem}"'
    # a release date may be corrected to a later one: caches ask again
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if tag in request.headers.get("if-none-match", "") and "range" not in request.headers:
        return Response(status_code=304, headers=headers)
    return FileResponse(path, media_type=samples.MEDIA_TYPES[path.suffix[1:]], headers=headers)


def _data_dir(request: Request) -> Path:
    return cast("Path", request.app.state.settings.data_dir)
