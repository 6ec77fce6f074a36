"""`/dumps/`: full dumps with checksums, and their DCAT-AP description."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response

from shuyin.search_api.dependencies import get_site
from shuyin.search_api.dumps import dcat, shelf
from shuyin.search_api.messages import N_
from shuyin.web.render import page

router = APIRouter(include_in_schema=False)

#: HEAD too: download programs ask for the size first (see `Heads` of the middleware).
_READ = ["GET", "HEAD"]
_NO_DUMP = N_("沒有這個資料檔。請由資料檔清單選擇。")


def _data_dir(request: Request) -> Path:
    return cast("Path", request.app.state.settings.data_dir)


@router.get("/dumps", include_in_schema=False)
def without_slash() -> Response:
    """To the page."""
    return RedirectResponse("/dumps/", 301)


@router.api_route("/dumps/", methods=_READ)
def listing(request: Request) -> Response:
    """Every dump that stands, with sizes and checksums."""
    data_dir = _data_dir(request)
    dumps = []
    for day in shelf.days(data_dir):
        sums = shelf.sums(data_dir, day)
        files = [(format, shelf.find(data_dir, day, format.name)) for format in shelf.FORMATS]
        shown = [(format, path.stat().st_size, sums.get(format.name, "")) for format, path in files if path]
        dumps.append((day, shown))
    return page(request, "dumps/listing.html", dumps=dumps)


@router.api_route("/dumps/dcat.jsonld", methods=_READ)
def description(request: Request) -> Response:
    """The data set described for open-data portals."""
    settings = request.app.state.settings
    body = dcat.description(_data_dir(request), get_site(request).base_url, settings.contact_email)
    return Response(json.dumps(body, ensure_ascii=False), media_type="application/ld+json")


@router.api_route("/dumps/latest/{name}", methods=_READ)
def latest(request: Request, name: str) -> Response:
    """To the file of the newest dump, under an address that does not change."""
    for day in shelf.days(_data_dir(request))[:1]:
        if shelf.find(_data_dir(request), day, name):
            return RedirectResponse(f"/dumps/{day}/{name}", 302)
    raise HTTPException(404, _NO_DUMP)


@router.api_route("/dumps/{day}/{name}", methods=_READ)
def file(request: Request, day: str, name: str) -> Response:
    """A file; parts of it by `Range`, so that a broken download goes on."""
    path = shelf.find(_data_dir(request), day, name)
    if path is None:
        raise HTTPException(404, _NO_DUMP)
    media_type = "application/gzip" if name.endswith(".gz") else "text/plain; charset=us-ascii"
    # "identity" keeps the middleware from packing what is packed, which would also break ranges
    headers = {"Cache-Control": "public, max-age=86400", "Content-Encoding": "identity"}
    return FileResponse(path, media_type=media_type, filename=f"shuyin-{day}-{name}", headers=headers)
