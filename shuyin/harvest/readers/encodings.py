"""Which encoding a record of ISO 2709 is really in, and its text. Leaders are often wrong about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shuyin.harvest.readers import marc8
from shuyin.harvest.reading import Rejected
from shuyin.harvest.reasons import Reason

UTF8, MARC8, BIG5 = "UTF-8", "MARC-8", "Big5"

#: Han written in Big5; the rest of its characters (kana, box drawing) tell nothing.
_HAN = re.compile(r"[\u4e00-\u9fff]")
#: A field of Chinese in Big5 is Han for the most part; ANSEL letters misread as Big5 give a character here and there.
_BIG5_SHARE = 0.4

Fields = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Decoded:
    """The fields as text, and the encoding that they were in."""

    fields: list[tuple[str, str]]
    encoding: str


def decode_fields(fields: Fields, *, declared_utf8: bool, prefer_big5: bool = False) -> Decoded:
    """The text of all fields in the first encoding that holds for every one of them; `Rejected` if none does.

    Order: UTF-8 (if declared, or if high bytes form it and no MARC-8 escape occurs), Big5 (if most of the
    text is Han then, or if it is the format's habit), MARC-8.
    """
    data = b"\x1e".join(content for _, content in fields)
    escapes = b"\x1b" in data
    if data.isascii() and not escapes:
        text = data.decode("ascii")
        return _paired(
            fields, text if declared_utf8 else marc8.resolve_references(text), UTF8 if declared_utf8 else MARC8
        )
    if not escapes or declared_utf8:
        try:
            return _paired(fields, data.decode("utf-8"), UTF8)
        except UnicodeDecodeError:
            pass
    if not escapes:
        chinese = _big5(data)
        if chinese is not None and (prefer_big5 or _mostly_han(fields)):
            return _paired(fields, chinese, BIG5)
    return _marc8(fields)


def _paired(fields: Fields, text: str, encoding: str) -> Decoded:
    parts = text.split("\x1e")
    return Decoded([(tag, part) for (tag, _), part in zip(fields, parts, strict=True)], encoding)


def _big5(data: bytes) -> str | None:
    # cp950 is what Taiwanese systems wrote; big5hkscs adds the ETEN kana and symbols
    for codec in ("cp950", "big5hkscs"):
        try:
            return data.decode(codec)
        except UnicodeDecodeError:
            continue
    return None


def _mostly_han(fields: Fields) -> bool:
    """Whether some field is, read as Big5, for the most part Han of the first, frequent plane (A4–C6).

    ANSEL letters misread as Big5 give Han too, but of the rare plane: their marks are E0–FE.
    """
    for _, content in fields:
        text = _big5(content)
        if text is None:
            continue
        han = _HAN.findall(text)
        frequent = sum(character.encode("big5hkscs")[0] <= 0xC6 for character in han)
        if len(han) * 2 > _BIG5_SHARE * len(content) and frequent > 0.7 * len(han):
            return True
    return False


def _marc8(fields: Fields) -> Decoded:
    out: list[tuple[str, str]] = []
    damaged: list[str] = []
    multibyte = False
    for tag, content in fields:
        try:
            out.append((tag, marc8.decode(content)))
        except marc8.DamagedText as problem:
            damaged.append(f"{tag} 欄：{problem}")
            multibyte = multibyte or b"\x1b" in content
    if damaged:
        code = Reason.DAMAGED_MULTIBYTE if multibyte else Reason.BAD_ENCODING
        raise Rejected(code, "；".join(damaged[:3]) + ("；…" if len(damaged) > 3 else ""))
    return Decoded(out, MARC8)
