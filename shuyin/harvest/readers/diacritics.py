"""Damage that conversions of CMARC left behind: what can be undone with certainty is, the rest is pointed out."""

from __future__ import annotations

import re
import unicodedata

from shuyin.harvest.readers import marc8

#: ANSEL's combining marks (E0–FE), each before its letter, read as Latin-1.
_MARKED = re.compile("[\u00e0-\u00fe]+[A-Za-z]")
_HIGH = re.compile("[\u0080-\u00ff]")
#: Three ASCII characters, "!" first, behind a Han character or a number of pages: CCCII without its escape sequence.
_LOST_ESCAPE = re.compile(r"[\u3400-\u9fff\d\]]![!-~]{2}(?![a-z])")


def repair_marks(text: str) -> str | None:
    """`åOe Kenzaburåo` → `Ōe Kenzaburō`; None unless every high letter is a mark that composes with the next one."""
    if any(ord(c) > 0xFF for c in text):
        return None
    high = len(_HIGH.findall(text))
    marked = _MARKED.findall(text)
    if not high or sum(len(m) - 1 for m in marked) != high:
        return None
    try:
        repaired = unicodedata.normalize("NFC", marc8.decode(text.encode("latin-1")))
    except marc8.DamagedText:
        return None
    return None if any(unicodedata.combining(c) for c in repaired) else repaired


def has_lost_escapes(text: str) -> bool:
    """Whether the text holds CCCII codes whose escape sequence was dropped (孫!T*!N|!YF for 孫致禮譯).

    What survives so are the characters outside EACC; no free table names them, so they are pointed out, not guessed.
    """
    return _LOST_ESCAPE.search(text) is not None
