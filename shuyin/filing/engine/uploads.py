"""Files of a filing: checked by content, kept under their hash, encrypted, private."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.engine.declaration import Filing, Upload, mark
from shuyin.filing.engine.drafts import NotEditable, UnknownDraft, locked
from shuyin.filing.engine.kinds import plain
from shuyin.filing.engine.media import MediaType, labels, sniff
from shuyin.filing.models import FilingUpload
from shuyin.filing.office import By, Office
from shuyin.records.pictures import UNREADABLE

#: An image of more pixels than this is refused before it is decoded (a decompression bomb).
MAX_PIXELS = 100_000_000


class UploadRefused(Exception):
    """The file is not taken; `message` is a msgid for `params`. With `can_scale` it would be, after scaling."""

    def __init__(self, code: str, message: str, *, can_scale: bool = False, **params: Any) -> None:
        super().__init__(message.format(**params))
        self.code = code
        self.message = message
        self.params: Mapping[str, Any] = params
        self.can_scale = can_scale


EMPTY = mark("檔案「{name}」是空的，請重新選擇。")
TOO_LARGE = mark("檔案「{name}」大於 {limit} MB，請縮小後再上傳。")
WRONG_TYPE = mark("檔案「{name}」的內容不是可接受的格式（{accept}）。")
BROKEN_IMAGE = mark("圖檔「{name}」無法開啟，請重新存檔後再上傳。")
TOO_WIDE = mark("圖檔「{name}」寬 {width} 像素，超過 {limit} 像素。請縮小，或勾選由系統縮小。")
MALWARE = mark("檔案「{name}」疑似含有惡意程式，未收下。請以防毒軟體檢查後再上傳。")
TOO_MANY = mark("「{label}」最多 {limit} 個檔案，請先移除不需要的檔案。")


def store(
    session: Session,
    office: Office,
    filing: Filing,
    filing_id: int,
    place: str,
    name: str,
    content: bytes,
    *,
    by: By,
    scale: bool = False,
) -> FilingUpload:
    """Take one file. The same content twice at one place is kept once. Raises UploadRefused, NotEditable."""
    declared = filing.upload(place)
    row = locked(session, filing_id)
    if not filing.state(row.state).editable:
        raise NotEditable
    name = plain(Path(name.replace("\\", "/")).name)[:200] or "file"
    media_type = accepted(declared, name, content)
    width, height = None, None
    if media_type.is_image:
        content, width, height = fit_image(declared, name, content, media_type, scale=scale)
    if office.scan is not None and office.scan(content):
        raise UploadRefused("malware", MALWARE, name=name)
    digest = hashlib.sha256(content).hexdigest()
    here = [u for u in row.uploads if u.place == place]
    for known in here:
        if known.digest == digest:
            return known
    if len(here) >= declared.most:
        raise UploadRefused("files_max", TOO_MANY, label=declared.label, limit=declared.most)
    _write(office, digest, content)
    upload = FilingUpload(
        place=place,
        digest=digest,
        name=office.vault.seal(name),
        media_type=media_type.value,
        size=len(content),
        width=width,
        height=height,
    )
    row.uploads.append(upload)
    row.updated_at = office.now()
    session.flush()
    audit.append(session, by.name, "upload", "filing", row.id, {"place": place, "digest": digest})
    return upload


def remove(session: Session, office: Office, filing: Filing, filing_id: int, upload_id: int, *, by: By) -> None:
    """Take a file out of a filing. Raises NotEditable, UnknownDraft."""
    row = locked(session, filing_id)
    if not filing.state(row.state).editable:
        raise NotEditable
    found = next((u for u in row.uploads if u.id == upload_id), None)
    if found is None:
        raise UnknownDraft
    row.uploads.remove(found)
    session.flush()
    audit.append(session, by.name, "remove-upload", "filing", row.id, {"place": found.place, "digest": found.digest})
    row.updated_at = office.now()


def read(office: Office, upload: FilingUpload) -> bytes:
    """The bytes of a file. Raises FileNotFoundError if the store has lost it."""
    return office.vault.unseal_bytes(path_of(office, upload.digest).read_bytes())


def name_of(office: Office, upload: FilingUpload) -> str:
    """The name that the filer gave it."""
    return str(office.vault.unseal(upload.name))


def path_of(office: Office, digest: str) -> Path:
    """Where the file of that hash lies."""
    return office.files / digest[:2] / digest


def sweep(session: Session, office: Office, *, older_than_seconds: float = 86_400) -> int:
    """Delete stored files that no filing has any more; returns how many. Young ones may belong to an open request."""
    removed = 0
    limit = office.now().timestamp() - older_than_seconds
    for path in office.files.glob("??/*"):
        if path.stat().st_mtime > limit:
            continue
        if not session.scalar(select(func.count()).where(FilingUpload.digest == path.name)):
            path.unlink()
            removed += 1
    return removed


def accepted(declared: Upload, name: str, content: bytes) -> MediaType:
    """The type of a file that its place takes. Raises UploadRefused (empty, size, type)."""
    if not content:
        raise UploadRefused("empty", EMPTY, name=name)
    if len(content) > declared.max_bytes:
        raise UploadRefused("size", TOO_LARGE, name=name, limit=declared.max_bytes // (1024 * 1024))
    media_type = sniff(content)
    if media_type is None or media_type not in declared.accept:
        raise UploadRefused("type", WRONG_TYPE, name=name, accept=labels(declared.accept))
    return media_type


def fit_image(
    declared: Upload, name: str, content: bytes, media_type: MediaType, *, scale: bool
) -> tuple[bytes, int, int]:
    """(bytes, width, height) of an image that is narrow enough, or scaled so. Raises UploadRefused (width, image)."""
    formats = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG"}
    try:
        with Image.open(io.BytesIO(content), formats=[formats[media_type]]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise UploadRefused("image", BROKEN_IMAGE, name=name)
            image.load()
            if image.width <= declared.max_width:
                return content, image.width, image.height
            if not scale:
                raise UploadRefused(
                    "width", TOO_WIDE, can_scale=True, name=name, width=image.width, limit=declared.max_width
                )
            height = max(1, round(image.height * declared.max_width / image.width))
            smaller = image.resize((declared.max_width, height), Image.Resampling.LANCZOS)
            out = io.BytesIO()
            smaller.save(out, formats[media_type], **({"quality": 90} if media_type is MediaType.JPEG else {}))
            return out.getvalue(), declared.max_width, height
    except UNREADABLE as error:
        raise UploadRefused("image", BROKEN_IMAGE, name=name) from error


def _write(office: Office, digest: str, content: bytes) -> None:
    path = path_of(office, digest)
    if path.exists():
        os.utime(path)  # young again, so that a sweep leaves it alone until this request has committed
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{digest}.{secrets.token_hex(6)}")
    with aside.open("wb") as out:
        out.write(office.vault.seal_bytes(content))
        out.flush()
        os.fsync(out.fileno())
    aside.replace(path)
