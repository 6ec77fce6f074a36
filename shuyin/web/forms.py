"""Posted forms: parsed within limits, proved to come from a page of ours, with their files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from shuyin.search_api.messages import N_
from shuyin.web.session import check_form

#: A whole posted form may be so large (five files of 10 MB and the answers).
MAX_BODY = 52 * 1024 * 1024
#: One file is read up to here; one byte more than allowed is enough to refuse it.
MAX_FILE = 10 * 1024 * 1024 + 1

TOO_LARGE = N_("一次送出的資料太大。請分次上傳，每次總共不超過 50 MB。")


@dataclass(frozen=True, slots=True)
class PostedFile:
    """One uploaded file: the input's name, the file's own name, its bytes."""

    field: str
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """A posted form whose token was right."""

    values: Mapping[str, list[str]]
    files: list[PostedFile] = field(default_factory=list)

    def one(self, name: str) -> str:
        """The last value of a name, or an empty text."""
        found = self.values.get(name)
        return found[-1] if found else ""

    def number(self, name: str, default: int = 0) -> int:
        """A whole number, or `default` for anything else."""
        text = self.one(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else default


async def posted(request: Request) -> Posted:
    """The form of this request. Raises HTTP 403 (token), 413 (too large), 400 (not a form)."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > MAX_BODY:
        raise HTTPException(413, TOO_LARGE)
    values: dict[str, list[str]] = {}
    files: list[PostedFile] = []
    async with request.form(max_files=20, max_fields=2000, max_part_size=1024 * 1024) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                if value.filename:
                    files.append(PostedFile(name, value.filename, await value.read(MAX_FILE)))
            else:
                values.setdefault(name, []).append(value.replace("\x00", ""))
    form_data = Posted(values, files)
    request.state.posted = form_data
    check_form(request, form_data.one("csrf"))
    return form_data


PostedDep = Annotated[Posted, Depends(posted)]
