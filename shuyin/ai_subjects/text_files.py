"""The process that takes uploaded PDF, docx and epub files apart, with bounds on time and memory.

`texts.extract` starts it for each such file. Whatever a file does to a library, it does here.
"""

from __future__ import annotations

import io
import json
import logging
import resource
import sys
import zipfile
from pathlib import PurePosixPath

from lxml import etree, html

from shuyin.ai_subjects.texts import LARGEST_FILE, LONGEST_TEXT, UnreadableFile

#: Bytes that a part of an archive, and all that is read of it, may unpack to; parts; pages that are read.
LARGEST_PART = 20_000_000
LARGEST_WHOLE = 40_000_000
MOST_PARTS = 2_000
MOST_PAGES = 60
#: What the process may use: bytes of memory, seconds of processor time.
MEMORY = 1_000_000_000
PROCESSOR_SECONDS = 10


def _archive(data: bytes) -> str:
    archive = zipfile.ZipFile(io.BytesIO(data))
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
    except RuntimeError as error:
        raise UnreadableFile("encrypted" if "encrypted" in str(error) else "damaged") from error
    if len(data) > LARGEST_PART:
        raise UnreadableFile("bomb")
    return data


def _xml(data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, recover=False)
    return etree.fromstring(data, parser)


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
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    reader = PdfReader(io.BytesIO(data))
    if reader.is_encrypted:
        raise UnreadableFile("encrypted")
    text = ""
    for page in reader.pages[:MOST_PAGES]:
        text += page.extract_text() + "\n"
        if len(text) > LONGEST_TEXT:
            break
    return text


def read(data: bytes) -> dict[str, str]:
    """`text` of a PDF, docx or epub, or the `reason` why there is none (`UnreadableFile`)."""
    try:
        text = _pdf(data) if data.startswith(b"%PDF-") else _archive(data)
    except UnreadableFile as error:
        return {"reason": error.reason}
    except MemoryError:
        return {"reason": "bomb"}
    except Exception:  # the libraries raise a dozen kinds over files that somebody has bent; all mean the same
        return {"reason": "damaged"}
    return {"text": text[: 2 * LONGEST_TEXT]}


def main() -> None:
    """Read a file from standard input within limits and print what was found as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR_SECONDS, PROCESSOR_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.stdout.write(json.dumps(read(sys.stdin.buffer.read(LARGEST_FILE))))


if __name__ == "__main__":
    main()
