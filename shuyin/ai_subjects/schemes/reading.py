"""Reading a scheme file: RDF (SKOS, MADS) in any syntax, MARC21 authority and classification, CSV; also inside a zip.

The official headings are tagged `@en` though they are Chinese, so the script decides and not the language tag.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from shuyin.ai_subjects.schemes.entries import ClassEntry, HeadingEntry, NotAScheme, SchemeFile
from shuyin.ai_subjects.schemes.from_csv import read_csv
from shuyin.ai_subjects.schemes.from_marc import read_marc
from shuyin.ai_subjects.schemes.from_rdf import FORMATS, read_rdf

#: The official files unpack to some 40 MB; more than this is refused.
LARGEST = 500_000_000


def read_scheme(path: Path) -> SchemeFile:
    """Headings and classes of a file; `NotAScheme` if there are none."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            if sum(info.file_size for info in members) > LARGEST:
                raise NotAScheme(f"{path.name} unpacks to more than {LARGEST // 1_000_000} MB")
            known = [info for info in members if _kind(info.filename)]
            parts = [_read(info.filename, archive.read(info)) for info in known]
    else:
        if path.stat().st_size > LARGEST:
            raise NotAScheme(f"{path.name} is larger than {LARGEST // 1_000_000} MB")
        parts = [_read(path.name, path.read_bytes())]
    headings: list[HeadingEntry] = [entry for part in parts for entry in part.headings]
    classes: list[ClassEntry] = [entry for part in parts for entry in part.classes]
    if not headings and not classes:
        raise NotAScheme(
            f"{path.name} holds no SKOS concept with a notation, no MADS or SKOS heading, no MARC authority or"
            " classification record, and no CSV column `number` or `label`"
        )
    return SchemeFile(tuple(headings), tuple(classes))


def _kind(name: str) -> str | None:
    suffix = Path(name).suffix.lower()
    if suffix in FORMATS:
        return "rdf"
    return {".mrc": "marc", ".marc": "marc", ".iso": "marc", ".csv": "csv"}.get(suffix)


def _read(name: str, data: bytes) -> SchemeFile:
    kind = _kind(name) or ("marc" if data[:5].isdigit() else "rdf" if b"rdf" in data[:2000].lower() else None)
    if kind == "rdf":
        return read_rdf(data, FORMATS.get(Path(name).suffix.lower(), "xml"))
    if kind == "marc":
        return read_marc(data)
    if kind == "csv":
        return read_csv(io.StringIO(data.decode("utf-8-sig")))
    raise NotAScheme(f"{name}: the ending says nothing; use .rdf, .xml, .ttl, .nt, .jsonld, .mrc, .csv or .zip")
