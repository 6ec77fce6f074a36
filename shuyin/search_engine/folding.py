"""Characters that a reader takes for the same are made the same, before any engine sees them.

`surface` evens out width, case and punctuation only; `fold` goes on to variants, Traditional and Simplified
(to one Simplified form), katakana → hiragana and Latin diacritics. Both engines index and search the results,
so they cannot differ. The table is `data/folding.csv` (made by tools/search_tables.py, which names its sources).
"""

from __future__ import annotations

import csv
import unicodedata
from functools import lru_cache
from importlib import resources

DATA = resources.files("shuyin.search_engine") / "data"

#: Signs that belong to a word in some position (C++, C#, .NET, COVID-19, O'Reilly); analysis decides where.
WORD_SIGNS = frozenset("+#.-'")
_DASHES = "‐‑‒–—―−－"
_APOSTROPHES = "’‘ʼʻ`´"
#: Latin letters that have no decomposition.
_LETTERS = {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ß": "ss", "ı": "i", "ħ": "h"}
_RADICALS = range(0x2E80, 0x2F00)
_KATAKANA = range(0x30A1, 0x30F7)
_KANA_SHIFT = 0x60


class _Surface(dict[int, str]):
    """Code point → surface form, worked out at first sight (`str.translate` asks a missing key once)."""

    def __missing__(self, code: int) -> str:
        self[code] = result = _surface_of(chr(code))
        return result


class _Folded(dict[int, str]):
    """Code point of a surface character → folded form."""

    def __missing__(self, code: int) -> str:
        self[code] = result = _folded_of(chr(code))
        return result


def _surface_of(character: str) -> str:
    if character in WORD_SIGNS or character == "\n":
        return character
    if character in _DASHES:
        return "-"
    if character in _APOSTROPHES:
        return "'"
    if ord(character) in _RADICALS:  # symbols to Unicode, characters to whoever copied them out of a PDF
        return character
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):  # marks that NFKC could not compose; joiners and direction marks
        return ""
    if category[0] in "LN":
        return character.lower()
    return " "


def _folded_of(character: str) -> str:
    code = ord(character)
    if code in _KATAKANA:
        return chr(code - _KANA_SHIFT)
    if character == "○":
        return "〇"
    if code < 0x80:
        return character
    if code < 0x2000:
        base = unicodedata.normalize("NFD", character)
        plain = "".join(c for c in base if not unicodedata.combining(c))
        return _LETTERS.get(plain, plain)
    return _han_table().get(character, character)


@lru_cache(maxsize=1)
def _han_table() -> dict[str, str]:
    lines = (DATA / "folding.csv").read_text(encoding="utf-8").splitlines()[1:]
    return {row[0]: row[1] for row in csv.reader(lines)}


_SURFACE = _Surface()
_FOLDED = _Folded()


def surface(text: str) -> str:
    """The text in one width and case, punctuation as spaces but for `WORD_SIGNS`; newlines stay."""
    if not text.isascii() and not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return text.translate(_SURFACE)


def fold_surface(text: str) -> str:
    """The folded form of a text that `surface` returned."""
    return text if text.isascii() else text.translate(_FOLDED)


def fold(text: str) -> str:
    """The folded form of any text."""
    return fold_surface(surface(text))


@lru_cache(maxsize=1)
def _merged_words() -> frozenset[str]:
    """Characters that stand for different words in Taiwan and fold together (谷 穀, 后 後, 里 裡)."""
    members: dict[str, set[str]] = {}
    for character, folded in _han_table().items():
        members.setdefault(folded, {folded}).add(character)
    common = ({c for c in group if _is_common(c)} for group in members.values())
    return frozenset(character for group in common if len(group) > 1 for character in group)


def _is_common(character: str) -> bool:
    """Whether it is in the first level of Big5 (A440–C67E), the 5,401 characters in everyday use."""
    try:
        code = character.encode("big5")
    except UnicodeEncodeError:
        return False
    return b"\xa4\x40" <= code <= b"\xc6\x7e"


def is_merged_word(character: str) -> bool:
    """Whether folding takes this Traditional character for another word's: 谷 is not 穀, though 穀 folds to 谷."""
    return character in _merged_words()
