"""CMARC (中國機讀編目格式) and UNIMARC in ISO 2709, in Big5, UTF-8 or MARC-8 → MARC21 in UTF-8."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import BinaryIO

from shuyin.harvest.readers import encodings, iso2709
from shuyin.harvest.readers.cmarc_convert import to_marc21
from shuyin.harvest.readers.cmarc_tables import LATIN1_LANGUAGES, NAMES, NOTES, SUBJECTS
from shuyin.harvest.readers.diacritics import has_lost_escapes, repair_marks
from shuyin.harvest.readers.fields import as_bytes, parse_fields
from shuyin.harvest.readers.marc21 import WARN_LENGTHS, check_kind, check_title
from shuyin.harvest.reading import Rejected, SourceFormat
from shuyin.records.services import IncomingRecord

WARN_MARKS = "附加符號在來源端轉碼時損壞（如 åOe），已還原（如 Ōe）"
WARN_CCCII = "{tags} 欄有未轉換的 CCCII 字元（如「!T*」），無對照表可還原，已照原樣保留"
#: Fields in which cataloguers write words.
_READ_TAGS = frozenset({"200", "205", "210", "215", "225", *NOTES, *SUBJECTS, *NAMES})


class CmarcReader:
    """Reader of `--format cmarc`."""

    format = SourceFormat.CMARC

    def split(self, stream: BinaryIO) -> Iterator[bytes]:
        """See `Reader.split`."""
        return iso2709.split(stream)

    def convert(self, piece: bytes, source: str) -> IncomingRecord:
        """The record as MARC21; the CMARC bytes are kept as its original."""
        record = iso2709.take_apart(piece)
        check_kind(record.leader)
        decoded = encodings.decode_fields(record.fields, declared_utf8=False, prefer_big5=True)
        return converted(piece, record, decoded.fields, source)


def converted(piece: bytes, record: iso2709.RawRecord, texts: list[tuple[str, str]], source: str) -> IncomingRecord:
    """A decoded CMARC record as an incoming MARC21 record, damaged letters repaired where that is certain."""
    warnings = [] if record.sound else [WARN_LENGTHS]
    repaired = _repair(texts, warnings)
    leader, fields = to_marc21(record.leader.decode("latin-1"), parse_fields(repaired))
    check_title(next((as_bytes(f).decode() for f in fields if f.tag == "245"), None))
    return IncomingRecord(
        marc=iso2709.build(leader.encode("ascii"), [(f.tag, as_bytes(f)) for f in fields]),
        source=source,
        original=piece,
        original_format=SourceFormat.CMARC.value,
        warnings=tuple(warnings),
    )


def _repair(texts: list[tuple[str, str]], warnings: list[str]) -> list[tuple[str, str]]:
    damaged = [tag for tag, text in texts if tag in _READ_TAGS and has_lost_escapes(text)]
    if damaged:
        warnings.append(WARN_CCCII.format(tags="、".join(dict.fromkeys(damaged))))
    language = next((text[4:7] for tag, text in texts if tag == "101"), "")
    high = {text: repair_marks(text) for _, text in texts if not text.isascii()}
    latin = {text: new for text, new in high.items() if max(text) <= "\xff"}
    # one word that does not fit shows that these letters were meant as they are
    if latin and None not in latin.values() and (language not in LATIN1_LANGUAGES or _unnatural(latin)):
        warnings.append(WARN_MARKS)
        return [(tag, latin.get(text) or text) for tag, text in texts]
    return texts


def _unnatural(texts: dict[str, str | None]) -> bool:
    """Whether a small accented letter stands before a capital, as no language writes it: èUbersetzung."""
    return any(a > "\xdf" and b.isascii() and b.isupper() for text in texts for a, b in pairwise(text))


def looks_like(head: bytes) -> bool:
    """Whether the first complete records of a file have CMARC's title field (200) and not MARC21's (245)."""
    votes = [0, 0]
    for piece in head.split(iso2709.RECORD_END)[:20]:
        try:
            tags = {
                tag for tag, _ in iso2709.take_apart(piece.lstrip(b"\r\n\x00 \xef\xbb\xbf") + iso2709.RECORD_END).fields
            }
        except Rejected:
            continue
        votes[0] += "200" in tags and "245" not in tags
        votes[1] += "245" in tags
    return votes[0] > votes[1]
