"""Files: judged by content, scaled if asked, private and encrypted, nothing left behind."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.filing.engine import drafts, uploads
from shuyin.filing.engine.media import MediaType, sniff
from shuyin.filing.engine.uploads import UploadRefused
from shuyin.filing.models import FilingRow, FilingUpload
from shuyin.filing.office import By, Office
from shuyin.filing.registration.declaration import REGISTRATION
from tests.filing.conftest import PDF, Clock, png

VISITOR = By("visitor")


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return out.getvalue()


DOCX = archive("[Content_Types].xml", "word/document.xml")
DOC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le") + b"\0" * 100


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (png(), MediaType.PNG),
        (b"\xff\xd8\xff\xe0rest", MediaType.JPEG),
        (PDF, MediaType.PDF),
        (b"junk before\n" + PDF, MediaType.PDF),
        (DOCX, MediaType.DOCX),
        (DOC, MediaType.DOC),
        (archive("[Content_Types].xml", "xl/workbook.xml"), None),
        (archive("[Content_Types].xml", "word/document.xml", "word/vbaProject.bin"), None),
        (b"PK\x03\x04 not a zip", None),
        (b"<html><script>", None),
        (b"GIF89a", None),
        (b"MZ", None),
        (b"", None),
    ],
)
def test_the_content_tells_the_type(content: bytes, media_type: MediaType | None) -> None:
    assert sniff(content) is media_type


def put(writes: sessionmaker[Session], office: Office, name: str, content: bytes, **options: bool) -> FilingUpload:
    with writes.begin() as session:
        row = session.scalar(select(FilingRow)) or drafts.start(session, office, REGISTRATION, VISITOR)
        return uploads.store(
            session, office, REGISTRATION, row.id, "publisher_evidence", name, content, by=VISITOR, **options
        )


def test_a_stored_file_is_private_and_comes_back_as_it_was(writes: sessionmaker[Session], office: Office) -> None:
    upload = put(writes, office, "C:\\scans\\公司登記.pdf", PDF)
    path = uploads.path_of(office, upload.digest)
    assert b"%PDF" not in path.read_bytes()
    assert uploads.read(office, upload) == PDF
    assert uploads.name_of(office, upload) == "公司登記.pdf"
    assert put(writes, office, "again.pdf", PDF).id == upload.id


def test_a_wide_image_is_refused_and_scaled_on_request(writes: sessionmaker[Session], office: Office) -> None:
    with pytest.raises(UploadRefused) as refusal:
        put(writes, office, "wide.png", png(4096, 100))
    assert refusal.value.can_scale
    assert "4096" in str(refusal.value)
    upload = put(writes, office, "wide.png", png(4096, 100), scale=True)
    assert (upload.width, upload.height) == (2048, 50)
    with Image.open(io.BytesIO(uploads.read(office, upload))) as image:
        assert image.size == (2048, 50)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("empty.pdf", b"", "empty"),
        ("word.docx", DOCX, "type"),  # publishers' evidence: JPG, PNG, PDF only (S0 l.468)
        ("broken.png", png()[:40], "image"),
        ("fake.jpg", b"\xff\xd8\xff" + b"0" * 50, "image"),
    ],
)
def test_files_that_are_refused(
    writes: sessionmaker[Session], office: Office, name: str, content: bytes, code: str
) -> None:
    with pytest.raises(UploadRefused) as refusal:
        put(writes, office, name, content)
    assert refusal.value.code == code


def test_the_malware_hook_has_the_last_word(writes: sessionmaker[Session], office: Office) -> None:
    import dataclasses

    strict = dataclasses.replace(office, scan=lambda content: "EICAR" if b"EICAR" in content else None)
    with pytest.raises(UploadRefused) as refusal:
        put(writes, strict, "a.pdf", PDF + b"EICAR")
    assert refusal.value.code == "malware"
    assert put(writes, strict, "b.pdf", PDF).size == len(PDF)


def test_removed_files_are_swept_after_a_day(writes: sessionmaker[Session], office: Office, clock: Clock) -> None:
    kept, gone = put(writes, office, "a.pdf", PDF), put(writes, office, "b.pdf", PDF + b"b")
    with writes.begin() as session:
        uploads.remove(session, office, REGISTRATION, gone.filing_id, gone.id, by=VISITOR)
    with writes.begin() as session:
        assert uploads.sweep(session, office, older_than_seconds=1e12) == 0
        assert uploads.sweep(session, office, older_than_seconds=-1e12) == 1
    assert uploads.read(office, kept) == PDF
    assert not uploads.path_of(office, gone.digest).exists()
