"""Text out of an uploaded file (txt, docx, pdf, epub), with bounds: what comes from outside may be made to harm."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from lxml import etree, html

from shuyin.ai_subjects.description import LONGEST_TEXT as LONGEST_SUMMARY
from shuyin.ai_subjects.description import Description

#: Bytes of an upload, bytes that a part of an archive may unpack to, characters that are kept, pages that are read.
LARGEST_FILE = 10_000_000
LARGEST_PART = 20_000_000
LARGEST_WHOLE = 40_000_000
LONGEST_TEXT = 100_000
MOST_PAGES = 60
MOST_PARTS = 2_000

_BLANKS = re.compile(r"[ \t\u3000\xa0]+")
_LINES = re.compile(r"\n{3,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufeff]")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\ufe0f\u200d\U000e0000-\U000e007f]+")


class UnreadableFile(ValueError):
    """The file cannot be read; `reason` is one of the keys of the page's messages."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ExtractedText:
    """The text, the first line that may be a title, and whether something was left out for its length."""

    text: str
    title: str
    cut: bool

    def added_to(self, described: Description) -> Description:
        """The description with the text as its summary; what was typed goes before what the file says."""
        summary = f"{described.summary}\n{self.text}".strip()[:LONGEST_SUMMARY]
        return replace(described, title=described.title or self.title, summary=summary)


def clean(text: str) -> str:
    """Without control characters and emoji (S0: they are removed from 簡介), runs of blanks as one."""
    plain = _EMOJI.sub("", _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))
    return _LINES.sub("\n\n", _BLANKS.sub(" ", plain)).strip()


def extract(name: str, data: bytes) -> ExtractedText:
    """The text of a file by its content, not only its name; `UnreadableFile` with too-large, unknown-kind, damaged,
    bomb, encrypted or empty."""
    if len(data) > LARGEST_FILE:
        raise UnreadableFile("too-large")
    if data.startswith(b"%PDF-"):
        found = _pdf(data)
    elif data.startswith(b"PK\x03\x04"):
        found = _archive(data)
    elif PurePosixPath(name).suffix.lower() in (".txt", ".text", ".md", ""):
        found = _plain(data)
    else:
        raise UnreadableFile("unknown-kind")
    text = clean(found[: LONGEST_TEXT * 2])
    if not text:
        raise UnreadableFile("empty")
    return ExtractedText(text[:LONGEST_TEXT], _title(text), cut=len(text) > LONGEST_TEXT)


def _title(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:200]


def _plain(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    if b"\x00" in data[:4096]:
        raise UnreadableFile("unknown-kind")
    for encoding in ("utf-8-sig", "cp950", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", errors="replace")


def _archive(data: bytes) -> str:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except zipfile.BadZipFile as error:
        raise UnreadableFile("damaged") from error
    with archive:
        names = archive.namelist()
        if len(names) > MOST_PARTS:
            raise UnreadableFile("bomb")
        if "word/document.xml" in names:
            return _word(_part(archive, "word/document.xml"))
        if "META-INF/container.xml" in names:
            return _epub(archive)
    raise UnreadableFile("unknown-kind")


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """One part, unpacked no further than the bound whatever its header claims."""
    try:
        with archive.open(name) as stream:
            data = stream.read(LARGEST_PART + 1)
    except (zipfile.BadZipFile, RuntimeError, KeyError, NotImplementedError, EOFError, ValueError) as error:
        raise UnreadableFile("encrypted" if "encrypted" in str(error) else "damaged") from error
    if len(data) > LARGEST_PART:
        raise UnreadableFile("bomb")
    return data


def _xml(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    try:
        return etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise UnreadableFile("damaged") from error


def _word(data: bytes) -> str:
    root = _xml(data)
    namespace = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    paragraphs = ("".join(text.text or "" for text in p.iter(f"{namespace}t")) for p in root.iter(f"{namespace}p"))
    return "\n".join(paragraphs)


def _epub(archive: zipfile.ZipFile) -> str:
    """The documents of the spine, in reading order, until there is text enough."""
    container = _xml(_part(archive, "META-INF/container.xml"))
    packages = [element.get("full-path") for element in container.iter("{*}rootfile")]
    if not packages or not packages[0]:
        raise UnreadableFile("damaged")
    package = _xml(_part(archive, packages[0]))
    folder = PurePosixPath(packages[0]).parent
    files = {item.get("id"): item.get("href") for item in package.iter("{*}item")}
    text = "\n".join(element.text or "" for element in package.iter("{http://purl.org/dc/elements/1.1/}title")) + "\n"
    unpacked = 0
    for reference in package.iter("{*}itemref"):
        href = files.get(reference.get("idref"))
        if href and len(text) < LONGEST_TEXT:
            page = _part(archive, str(folder / href.split("#")[0]))
            unpacked += len(page)
            if unpacked > LARGEST_WHOLE:
                raise UnreadableFile("bomb")
            text += _hypertext(page) + "\n"
    return text


def _hypertext(data: bytes) -> str:
    parser = html.HTMLParser(no_network=True, encoding="utf-8", remove_comments=True)
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return ""  # an empty page of the book
    etree.strip_elements(root, "script", "style", with_tail=False)
    return "\n".join(line for line in (str(text).strip() for text in root.itertext()) if line)


def _pdf(data: bytes) -> str:
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.getLogger("pypdf").setLevel(logging.ERROR)
    try:
        reader = PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            raise UnreadableFile("encrypted")
        text = ""
        for page in reader.pages[:MOST_PAGES]:
            text += page.extract_text() + "\n"
            if len(text) > LONGEST_TEXT:
                break
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError, OSError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile("damaged") from error
    return text
