"""`/covers/{digest}-{width}.webp`: covers, never changed under their address."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response

from shuyin.records import covers
from shuyin.search_api.messages import N_

router = APIRouter(include_in_schema=False)

_FOR_EVER = "public, max-age=31536000, immutable"


@router.get("/covers/{digest}-{width:int}.webp")
def picture(request: Request, digest: str, width: int) -> Response:
    """The picture; HTTP 404 for one that was never here or has been taken away."""
    try:
        path = covers.path_of(request.app.state.settings.data_dir, digest, width)
    except covers.BadCover:
        path = None
    if path is None or not path.is_file():
        raise HTTPException(404, N_("沒有這張書封。"))
    return FileResponse(path, media_type="image/webp", headers={"Cache-Control": _FOR_EVER})
