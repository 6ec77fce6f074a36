"""Types of uploaded files, told by their content, never by their name."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum


class MediaType(StrEnum):
    """The types of file that a filing may take."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    PDF = "application/pdf"
    DOC = "application/msword"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

    @property
    def label(self) -> str:
        """As the sources write it: JPG, PNG, PDF, WORD."""
        return {"JPEG": "JPG", "DOC": "WORD", "DOCX": "WORD"}.get(self.name, self.name)

    @property
    def extension(self) -> str:
        """File name extension without the dot."""
        return {"JPEG": "jpg"}.get(self.name, self.name.lower())

    @property
    def is_image(self) -> bool:
        """Whether it has a width in pixels."""
        return self in IMAGES


IMAGES = (MediaType.JPEG, MediaType.PNG)
WORD = (MediaType.DOC, MediaType.DOCX)

_SIGNATURES = (
    (b"\xff\xd8\xff", MediaType.JPEG),
    (b"\x89PNG\r\n\x1a\n", MediaType.PNG),
)
#: PDF readers accept the header anywhere in the first 1,024 bytes (ISO 32000-1, annex H.3.4.1).
_PDF_WINDOW = 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORD_STREAM = "WordDocument".encode("utf-16-le")


def sniff(content: bytes) -> MediaType | None:
    """The type that the bytes themselves show, or None for anything that is not in the list."""
    for signature, media_type in _SIGNATURES:
        if content.startswith(signature):
            return media_type
    if b"%PDF-" in content[:_PDF_WINDOW]:
        return MediaType.PDF
    if content.startswith(_OLE):
        return MediaType.DOC if _WORD_STREAM in content else None
    if content.startswith(b"PK\x03\x04"):
        return MediaType.DOCX if _is_docx(content) else None
    return None


def _is_docx(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
    except zipfile.BadZipFile:
        return False
    return "[Content_Types].xml" in names and "word/document.xml" in names and "word/vbaProject.bin" not in names


def labels(accept: tuple[MediaType, ...]) -> str:
    """The accepted types for people: "JPG、PNG、PDF、WORD"."""
    return "、".join(dict.fromkeys(media_type.label for media_type in accept))
