"""Private files as answers that no browser runs."""

from __future__ import annotations

from urllib.parse import quote

from starlette.responses import Response

from shuyin.filing.engine import uploads
from shuyin.filing.engine.media import MediaType
from shuyin.filing.models import FilingRow, FilingUpload
from shuyin.filing.office import Office
from shuyin.web.filing.views import FileView

#: Shown in the browser; anything else is downloaded.
_INLINE = (MediaType.JPEG, MediaType.PNG, MediaType.PDF)


def file_answer(office: Office, upload: FilingUpload) -> Response:
    """The file: images and PDF open in a sandbox, Word files are downloaded."""
    media_type = MediaType(upload.media_type)
    how = "inline" if media_type in _INLINE else "attachment"
    name = quote(uploads.name_of(office, upload))
    headers = {
        "Content-Disposition": f"{how}; filename=\"file.{media_type.extension}\"; filename*=UTF-8''{name}",
        "Content-Security-Policy": "default-src 'none'; sandbox; style-src 'unsafe-inline'; frame-ancestors 'self'",
        "Cache-Control": "private, no-store",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(uploads.read(office, upload), media_type=media_type.value, headers=headers)


def files_of(office: Office, row: FilingRow) -> dict[str, list[FileView]]:
    """The files of a filing by place, for its pages."""
    found: dict[str, list[FileView]] = {}
    for upload in row.uploads:
        image = MediaType(upload.media_type).is_image
        view = FileView(upload.id, uploads.name_of(office, upload), upload.size, image)
        found.setdefault(upload.place, []).append(view)
    return found
