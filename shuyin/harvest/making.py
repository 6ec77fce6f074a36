"""From values to an incoming record: the last step of every reader whose source is not MARC."""

from __future__ import annotations

from datetime import date

from shuyin.harvest.reading import SourceFormat
from shuyin.records.book import Binding, Book, Format
from shuyin.records.marc import serialise, write
from shuyin.records.services import IncomingRecord, MatchBy

#: Words in a statement of binding or file format → form of publication.
_AUDIO = ("有聲", "MP3", "audio", "朗讀", "CD書")
_ELECTRONIC = ("EPUB", "PDF", "電子書", "流動版", "固定版", "Kindle", "MOBI", "線上", "HTML", "e-book", "ebook")


def format_of(*statements: str | None) -> Format | None:
    """Form of publication by what the source says of binding, file format or kind of material; None if nothing does."""
    said = " ".join(s for s in statements if s).casefold()
    if any(word.casefold() in said for word in _AUDIO):
        return Format.AUDIO
    if any(word.casefold() in said for word in _ELECTRONIC):
        return Format.EBOOK
    return Format.PRINT if any(w in said for w in ("裝", "紙本", "paperback", "hardback", "hardcover")) else None


def incoming(
    book: Book,
    piece: bytes,
    source_format: SourceFormat,
    source: str,
    *,
    warnings: tuple[str, ...] = (),
    announced_on: date | None = None,
) -> IncomingRecord:
    """The book as MARC21 with its original; matched by control number if the source gives one, else by ISBN."""
    return IncomingRecord(
        marc=serialise(write(book)),
        source=source,
        match_by=MatchBy.CONTROL_NUMBER if book.control_number else MatchBy.ISBN,
        original=piece,
        original_format=source_format.value,
        announced_on=announced_on,
        warnings=warnings,
    )


def book_format(bindings: tuple[Binding, ...]) -> Format:
    """Form of the whole record: that of its first binding."""
    return bindings[0].format if bindings else Format.PRINT


def repairs_warning(repairs: set[str]) -> tuple[str, ...]:
    """The warning that names what was repaired in the text; none if nothing was."""
    return (f"已修正文字：{'、'.join(sorted(repairs))}",) if repairs else ()
