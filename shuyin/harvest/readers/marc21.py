"""MARC21 in ISO 2709: UTF-8 as it is; MARC-8, Big5 and records with wrong lengths made UTF-8 and whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from shuyin.harvest.readers import encodings, iso2709
from shuyin.harvest.reading import Rejected, SourceFormat
from shuyin.harvest.reasons import Reason
from shuyin.records.services import IncomingRecord

#: Leader/06 of what is no bibliographic record (MARC 21: classification, community information, holdings, authority).
OTHER_TYPES = frozenset(b"wquvxyz")
#: A 245 that names something: $a, or for archives and parts $k, $n, $p, with a letter or digit in it.
_TITLE = re.compile(r"\x1f[akpn][^\x1f]*\w")

WARN_LENGTHS = "記錄長度或目錄有誤，已依結束符號還原"
WARN_ENCODING = "編碼與記錄標示（Leader/09）不符，已依 {encoding} 解讀"
WARN_CMARC = "此筆是 CMARC／UNIMARC 格式（題名在 200 欄），已轉為 MARC21"
WARN_REPLACED = "內含替代字元（U+FFFD），來源端已有字元遺失"


class Marc21Reader:
    """Reader of `--format marc21`."""

    format = SourceFormat.MARC21

    def split(self, stream: BinaryIO) -> Iterator[bytes]:
        """See `Reader.split`."""
        return iso2709.split(stream)

    def convert(self, piece: bytes, source: str) -> IncomingRecord:
        """Sound UTF-8 records stay as they are, byte for byte; the rest keep their original beside the new form."""
        if piece[9:10] == b"a" and iso2709.is_sound(piece):
            try:
                text = piece.decode("utf-8")
            except UnicodeDecodeError:
                return _repaired(piece, source)
            check_kind(piece[:24])
            title = iso2709.first_field(piece, b"245")
            if title is None and iso2709.first_field(piece, b"200") is not None:
                return _repaired(piece, source)
            check_title(title.decode("utf-8") if title is not None else None)
            return IncomingRecord(marc=piece, source=source, warnings=(WARN_REPLACED,) if "\ufffd" in text else ())
        return _repaired(piece, source)


def _repaired(piece: bytes, source: str) -> IncomingRecord:
    record = iso2709.take_apart(piece)
    check_kind(record.leader)
    declared = record.leader[9:10] == b"a"
    decoded = encodings.decode_fields(record.fields, declared_utf8=declared)
    tags = {tag for tag, _ in record.fields}
    if "245" not in tags and "200" in tags:
        return _from_cmarc(piece, record, decoded.fields, source)
    check_title(next((text for tag, text in decoded.fields if tag == "245"), None))
    warnings = []
    if not record.sound:
        warnings.append(WARN_LENGTHS)
    if decoded.encoding != (encodings.UTF8 if declared else encodings.MARC8):
        warnings.append(WARN_ENCODING.format(encoding=decoded.encoding))
    fields = [(tag, text.encode("utf-8")) for tag, text in decoded.fields]
    return IncomingRecord(
        marc=iso2709.build(record.leader, fields),
        source=source,
        original=piece,
        original_format=SourceFormat.MARC21.value,
        warnings=tuple(warnings),
    )


def _from_cmarc(piece: bytes, record: iso2709.RawRecord, texts: list[tuple[str, str]], source: str) -> IncomingRecord:
    """Union catalogues mix CMARC records into files of MARC21."""
    from shuyin.harvest.readers.cmarc import converted

    made = converted(piece, record, texts, source)
    return replace(made, warnings=(WARN_CMARC, *made.warnings))


def check_kind(leader: bytes) -> None:
    """`Rejected` for records that describe no publication, and for those that the source has deleted."""
    if leader[5:6] == b"d":
        raise Rejected(Reason.DELETED_RECORD)
    if leader[6] in OTHER_TYPES:
        raise Rejected(Reason.NOT_BIBLIOGRAPHIC, f"Leader/06 = {leader[6:7].decode('latin-1')}")


def check_title(field: str | None) -> None:
    """`Rejected` where 245 is missing or holds no words."""
    if field is None or not _TITLE.search(field):
        raise Rejected(Reason.NO_TITLE)
