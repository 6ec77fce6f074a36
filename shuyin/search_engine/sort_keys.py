"""Keys under which catalogues order: titles by stroke (or Zhuyin), class numbers by shelf. Keys compare as strings.

Han comes first in CLDR's order (data/collation_stroke.txt, _zhuyin.txt), then digits by value, then Latin and other
letters without diacritics. Punctuation and leading articles do not count (relation 22 of the search quality rules).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_lowercase
from typing import Literal

from shuyin.search_engine.folding import DATA, fold_surface, surface

Collation = Literal["stroke", "zhuyin"]

#: Articles passed over at the start of a title, by MARC language code.
ARTICLES = {
    "eng": ("the", "a", "an"),
    "fre": ("le", "la", "les", "l", "un", "une", "des"),
    "ger": ("der", "die", "das", "ein", "eine"),
    "spa": ("el", "la", "los", "las", "un", "una"),
    "ita": ("il", "lo", "la", "i", "gli", "le", "l", "un", "uno", "una"),
    "por": ("o", "a", "os", "as", "um", "uma"),
    "dut": ("de", "het", "een"),
}
#: Han ranks become characters from here up: three bytes each in UTF-8, below the surrogates, above all letters'
#: own place, which is why letters move to the private use area.
_HAN_BASE = 0x1000
_DIGITS_BASE = 0xE000
_LETTERS_BASE = 0xE100
_OTHER = "\uf700"
#: A space counts between Latin words (New York before Newark), not elsewhere.
_PARTS = re.compile(r"[0-9]+|[^\W0-9_]|(?<=[a-z]) (?=[a-z])")


@lru_cache(maxsize=2)
def _ranks(collation: Collation) -> dict[str, str]:
    ordered = (DATA / f"collation_{collation}.txt").read_text(encoding="utf-8").strip()
    return {character: chr(_HAN_BASE + rank) for rank, character in enumerate(ordered)}


@lru_cache(maxsize=10_000)
def title_key(title: str, *, skip: int = 0, language: str | None = None, collation: Collation = "stroke") -> str:
    """The key of a title; `skip` is MARC 245's count of non-filing characters.

    Without it the articles of `language` (English if unknown) are passed over.
    """
    plain = surface(title[skip:]).replace("'", " ").replace("-", " ")
    if not skip:
        first, _, rest = plain.strip().partition(" ")
        if rest.strip() and fold_surface(first) in ARTICLES.get(language or "eng", ()):
            plain = rest
    ranks = _ranks(collation)
    return "".join(_key(part, ranks) for part in _PARTS.findall(" ".join(plain.split())))


def _key(part: str, ranks: dict[str, str]) -> str:
    if part[0].isdigit() and part.isascii():
        number = part.lstrip("0")
        return chr(_DIGITS_BASE + min(len(number), 200)) + number
    rank = ranks.get(part)
    if rank:
        return rank
    letters = fold_surface(part)
    if letters.isascii():
        return "".join(chr(_LETTERS_BASE + ord(letter)) for letter in letters)
    return _OTHER + letters


@dataclass(frozen=True, slots=True)
class Jump:
    """A place in an order: how it is called (a number of strokes, a Zhuyin letter, a Latin letter) and its key."""

    label: str
    key: str


@lru_cache(maxsize=2)
def jumps(collation: Collation) -> tuple[Jump, ...]:
    """Where each number of strokes, or each Zhuyin letter, begins in the order of keys."""
    ranks = _ranks(collation)
    lines = (DATA / f"collation_{collation}_starts.txt").read_text(encoding="utf-8").splitlines()
    return tuple(Jump(label, ranks[character]) for label, character in (line.split(" ") for line in lines))


@lru_cache(maxsize=1)
def letter_jumps() -> tuple[Jump, ...]:
    """Where digits and each Latin letter begin; the same in both orders."""
    letters = (Jump(letter.upper(), chr(_LETTERS_BASE + ord(letter))) for letter in ascii_lowercase)
    return (Jump("0–9", chr(_DIGITS_BASE)), *letters)


_CLASS_NUMBER = re.compile(r"\d{3}(?:\.\d+)?|\d{1,2}$")


def class_levels(number: str) -> list[str]:
    """Every level of a class number: "011.016" → "0", "01", "011", "011.016"; none where there are no digits."""
    found = _CLASS_NUMBER.search(number)
    if not found:
        return []
    full = found.group()
    whole = full.split(".")[0]
    levels = [whole[:length] for length in range(1, len(whole) + 1)]
    return [*levels, full] if full != whole else levels


def class_level_key(number: str) -> str:
    """The place of a level of the classification: 8 before 85 before 857 before 857.49 before 86."""
    whole, _, decimals = number.partition(".")
    return f"{whole.ljust(3)}.{decimals}"


_CLASS = re.compile(r"([0-9]*)(?:\.([0-9]+))?(.*)", re.DOTALL)


def shelf_key(number: str, title: str, language: str | None = None) -> str:
    """The place on the shelf: by class number, then by title."""
    return f"{class_key(number)}  {title_key(title, language=language)}"


def class_key(number: str | None, cutter: str | None = None) -> str:
    """The shelf key of a class number: 011.016 before 011.02 before 12; a cutter (book number) after it."""
    if not number:
        return ""
    match = _CLASS.match(surface(number).strip())
    assert match is not None
    whole, decimals, rest = match[1], match[2] or "", match[3].strip()
    marks = (f"{whole.zfill(3)}.{decimals}", rest, surface(cutter or "").strip())
    return " ".join(mark for mark in marks if mark)
