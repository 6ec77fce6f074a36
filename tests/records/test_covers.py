"""Covers: pictures made harmless, kept under their hash in every width, given to books by ISBN."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from shuyin.indexer.sources import Books
from shuyin.records import announced, changes, covers, marc, pictures, services
from shuyin.records.book import Binding, Book, TitleParts
from shuyin.records.models import BookRow, utc_now

PRINT, EBOOK, OTHER = "9789576787713", "9789576787720", "9789573317241"


def drawn(width: int = 600, height: int = 900, format: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """A cover of the test's own: a red field with a dark spine on the left."""
    image = Image.new(mode, (width, height), (190, 40, 40, 128) if mode == "RGBA" else (190, 40, 40))
    ImageDraw.Draw(image).rectangle((0, 0, width // 10, height), fill=(20, 20, 60, 255)[: len(mode)])
    out = io.BytesIO()
    image.save(out, format, **options)  # type: ignore[arg-type]
    return out.getvalue()


def put(session: Session, *isbns: str) -> int:
    made = Book(title="有書封的書", parts=TitleParts("有書封的書"), bindings=tuple(Binding(isbn=i) for i in isbns))
    return services.create_book(session, marc.serialise(marc.write(made)), identity=f"t|{isbns}", source="test")


def opened(path: Path) -> Image.Image:
    image = Image.open(path)
    image.load()
    return image


@pytest.mark.parametrize("format", ["JPEG", "PNG", "WEBP", "GIF"])
def test_a_picture_is_kept_as_webp_in_every_width(tmp_path: Path, format: str) -> None:
    digest, width, height = covers.store(tmp_path, drawn(format=format))
    assert (width, height) == (600, 900)
    sizes = {}
    for wanted in covers.WIDTHS:
        image = opened(covers.path_of(tmp_path, digest, wanted))
        assert (image.format, image.mode) == ("WEBP", "RGB")
        sizes[wanted] = image.size
    assert sizes == {120: (120, 180), 240: (240, 360), 480: (480, 720), 960: (600, 900)}  # never blown up


def test_the_same_picture_is_kept_once_and_another_has_another_name(tmp_path: Path) -> None:
    first, again, other = (covers.store(tmp_path, drawn(width=w))[0] for w in (300, 300, 301))
    assert first == again != other
    assert len(list((tmp_path / "covers").rglob("*.webp"))) == 2 * len(covers.WIDTHS)


def test_only_the_pixels_are_taken_over() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # on its side
    exif[0x010E] = "where it was taken"
    width, height, sizes = pictures.webp_sizes(drawn(exif=exif.tobytes()), (240,))
    assert (width, height) == (900, 600)
    assert b"where it was taken" not in sizes[240] and b"EXIF" not in sizes[240]
    _, _, glass = pictures.webp_sizes(drawn(format="PNG", mode="RGBA"), (240,))
    pixel = Image.open(io.BytesIO(glass[240])).getpixel((200, 200))
    assert isinstance(pixel, tuple) and min(pixel[:3]) > 100  # on white paper


def bomb(width: int, height: int) -> bytes:
    """A PNG of few bytes that claims so many pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        drawn()[:5000],
        drawn(format="BMP"),
        bomb(20_000, 20_000),
        bomb(8_000, 8_000),
        b"\xff\xd8\xff" + bytes(covers.LARGEST),
    ],
    ids=["empty", "text", "svg", "cut off", "another kind", "bomb", "many pixels", "too large"],
)
def test_what_is_no_harmless_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(covers.BadCover):
        covers.store(tmp_path, content)
    assert not list(tmp_path.rglob("*.webp"))


@pytest.mark.parametrize("digest", ["../../../etc/passwd", "a" * 31, "A" * 32, ""])
def test_a_name_that_was_never_given_leads_nowhere(tmp_path: Path, digest: str) -> None:
    with pytest.raises(covers.BadCover):
        covers.path_of(tmp_path, digest, 240)
    with pytest.raises(covers.BadCover):
        covers.path_of(tmp_path, "a" * 32, 241)


def test_a_book_has_the_cover_of_its_first_binding_that_has_one(session: Session, tmp_path: Path) -> None:
    book = put(session, PRINT, EBOOK)
    before = changes.latest_id(session)
    ebook = covers.add(session, tmp_path, "978-957-678-772-0", drawn(300), added_by="anna")
    assert changes.latest_id(session) == before + 1
    assert covers.of_books(session, [book, book + 1]) == {book: f"/covers/{ebook.digest}-480.webp"}
    printed = covers.add(session, tmp_path, PRINT, drawn(301), added_by="anna")
    assert covers.of_books(session, [book]) == {book: covers.address(printed.digest)}
    covers.add(session, tmp_path, PRINT, drawn(301), added_by="anna")
    assert changes.latest_id(session) == before + 2  # the same again changes nothing
    covers.remove(session, PRINT)
    assert covers.of_books(session, [book]) == {book: covers.address(ebook.digest)}
    with pytest.raises(covers.UnknownIsbn):
        covers.remove(session, PRINT)


def test_index_and_feed_name_the_cover(session: Session, tmp_path: Path) -> None:
    book, plain = put(session, PRINT), put(session, OTHER)
    today = utc_now().date()
    for id in (book, plain):
        session.get_one(BookRow, id).announced_on = today
    row = covers.add(session, tmp_path, PRINT, drawn(), added_by="anna")
    session.flush()
    session.expire_all()
    documents = {d.id: d.stored["cover"] for d in Books().project(session, [book, plain]).upserts}
    assert documents == {str(book): covers.address(row.digest), str(plain): None}
    fed = {b["id"]: b["cover"] for b in announced.between(session, today, today)}
    assert fed == {book: covers.address(row.digest), plain: None}


@pytest.mark.parametrize("number", ["9789573317243", "abc", OTHER])
def test_a_cover_needs_a_book(session: Session, tmp_path: Path, number: str) -> None:
    put(session, PRINT)
    with pytest.raises(covers.UnknownIsbn):
        covers.add(session, tmp_path, number, drawn(), added_by="anna")


def test_files_without_a_cover_are_swept_after_a_day(session: Session, tmp_path: Path) -> None:
    put(session, PRINT)
    former = covers.add(session, tmp_path, PRINT, drawn(300), added_by="anna").digest
    present = covers.add(session, tmp_path, PRINT, drawn(301), added_by="anna").digest
    session.flush()
    assert covers.sweep(session, tmp_path) == 0
    for path in (tmp_path / "covers").rglob("*.webp"):
        os.utime(path, (0, 0))
    assert covers.sweep(session, tmp_path) == len(covers.WIDTHS)
    assert not covers.path_of(tmp_path, former, 240).exists()
    assert covers.path_of(tmp_path, present, 240).exists()
