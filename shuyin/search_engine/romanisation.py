"""Pinyin and Zhuyin: what a Han text sounds like (no tones), and what a reader means who types sounds.

Readings are `data/readings.txt` (made by tools/search_tables.py): the usual syllable of each folded character,
and two-character words in which a character is read otherwise (重慶 chong qing). Zhuyin is never indexed: it
stands for the same syllables, so a query in Zhuyin becomes pinyin.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from shuyin.search_engine.folding import DATA, fold


@dataclass(frozen=True, slots=True)
class _Readings:
    of_character: dict[int, str]  # code point → " li "
    of_word: dict[str, tuple[str, str]]  # two characters → their syllables
    ambiguous: re.Pattern[str]  # any character that begins or ends such a word
    syllables: frozenset[str]


@lru_cache(maxsize=1)
def _readings() -> _Readings:
    characters, _, words = (DATA / "readings.txt").read_text(encoding="utf-8").partition("\n\n")
    of_character: dict[int, str] = {}
    syllables: set[str] = set()
    for line in characters.splitlines():
        syllable, members = line.split(" ")
        if any(vowel in syllable for vowel in "aeiou"):
            syllables.add(syllable)
        of_character.update(dict.fromkeys(map(ord, members), f" {syllable} "))
    of_word: dict[str, tuple[str, str]] = {}
    odd: set[str] = set()
    for line in words.splitlines():
        word, first, second = line.split(" ")
        of_word[word] = (f" {first} ", f" {second} ")
        odd.update(c for c, r in zip(word, (first, second), strict=True) if of_character.get(ord(c)) != f" {r} ")
    return _Readings(of_character, of_word, re.compile(f"[{''.join(odd)}]"), frozenset(syllables))


def syllables(folded: str) -> list[str]:
    """The text's syllables and words in order: ["hong", "lou", "meng"]. The text must be folded."""
    readings = _readings()
    if readings.ambiguous.search(folded):
        return _with_words(folded, readings).split()
    return folded.translate(readings.of_character).split()


def _with_words(folded: str, readings: _Readings) -> str:
    read: list[str] = [readings.of_character.get(ord(c), c) for c in folded]
    for match in readings.ambiguous.finditer(folded):
        at = match.start()
        for start in (at - 1, at):
            word = readings.of_word.get(folded[start : start + 2]) if start >= 0 else None
            if word:
                read[start : start + 2] = word
                break
    return "".join(read)


# --- what a reader types ---------------------------------------------------------------------------------------

_ZHUYIN = re.compile("[ㄅ-ㄯ]")
_ZHUYIN_INITIALS = {
    "ㄅ": "b", "ㄆ": "p", "ㄇ": "m", "ㄈ": "f", "ㄉ": "d", "ㄊ": "t", "ㄋ": "n", "ㄌ": "l", "ㄍ": "g", "ㄎ": "k",
    "ㄏ": "h",
    "ㄐ": "j", "ㄑ": "q", "ㄒ": "x", "ㄓ": "zh", "ㄔ": "ch", "ㄕ": "sh", "ㄖ": "r", "ㄗ": "z", "ㄘ": "c", "ㄙ": "s",
}  # fmt: skip
#: Finals after an initial, toneless, ü written u (as the readings are).
_ZHUYIN_FINALS = {
    "": "i", "ㄚ": "a", "ㄛ": "o", "ㄜ": "e", "ㄝ": "e", "ㄞ": "ai", "ㄟ": "ei", "ㄠ": "ao", "ㄡ": "ou",
    "ㄢ": "an", "ㄣ": "en", "ㄤ": "ang", "ㄥ": "eng", "ㄦ": "er",
    "ㄧ": "i", "ㄧㄚ": "ia", "ㄧㄛ": "io", "ㄧㄝ": "ie", "ㄧㄞ": "iai", "ㄧㄠ": "iao", "ㄧㄡ": "iu",
    "ㄧㄢ": "ian", "ㄧㄣ": "in", "ㄧㄤ": "iang", "ㄧㄥ": "ing",
    "ㄨ": "u", "ㄨㄚ": "ua", "ㄨㄛ": "uo", "ㄨㄞ": "uai", "ㄨㄟ": "ui", "ㄨㄢ": "uan", "ㄨㄣ": "un",
    "ㄨㄤ": "uang", "ㄨㄥ": "ong",
    "ㄩ": "u", "ㄩㄝ": "ue", "ㄩㄢ": "uan", "ㄩㄣ": "un", "ㄩㄥ": "iong",
}  # fmt: skip
#: Finals that stand alone.
_ZHUYIN_ALONE = {
    "ㄧ": "yi", "ㄧㄚ": "ya", "ㄧㄛ": "yo", "ㄧㄝ": "ye", "ㄧㄞ": "yai", "ㄧㄠ": "yao", "ㄧㄡ": "you",
    "ㄧㄢ": "yan", "ㄧㄣ": "yin", "ㄧㄤ": "yang", "ㄧㄥ": "ying",
    "ㄨ": "wu", "ㄨㄚ": "wa", "ㄨㄛ": "wo", "ㄨㄞ": "wai", "ㄨㄟ": "wei", "ㄨㄢ": "wan", "ㄨㄣ": "wen",
    "ㄨㄤ": "wang", "ㄨㄥ": "weng",
    "ㄩ": "yu", "ㄩㄝ": "yue", "ㄩㄢ": "yuan", "ㄩㄣ": "yun", "ㄩㄥ": "yong",
}  # fmt: skip
_ZHUYIN_SYLLABLE = re.compile("([ㄅ-ㄙ]?)([ㄧㄨㄩ]?[ㄚ-ㄦ]|[ㄧㄨㄩ])?")
_LONGEST = 6


def is_zhuyin(text: str) -> bool:
    """Whether any Zhuyin letter is in it."""
    return _ZHUYIN.search(text) is not None


def zhuyin_syllables(text: str) -> list[str]:
    """Toneless pinyin of a Zhuyin text: ㄌㄧˋ ㄕˇ → ["li", "shi"]. A lone initial gives its letters: ㄏ → "h"."""
    found: list[str] = []
    letters = re.sub("[ˉˊˇˋ˙]", " ", text)
    for word in letters.split():
        for match in _ZHUYIN_SYLLABLE.finditer(word):
            initial, final = match[1], match[2] or ""
            if not match[0]:
                continue
            if not initial:
                found.append(_ZHUYIN_ALONE.get(final) or _ZHUYIN_FINALS[final])
            elif not final and initial not in "ㄓㄔㄕㄖㄗㄘㄙ":
                found.append(_ZHUYIN_INITIALS[initial])
            elif final == "ㄨㄥ" or initial not in "ㄐㄑㄒ":
                found.append(_ZHUYIN_INITIALS[initial] + _ZHUYIN_FINALS[final])
            else:
                found.append(_ZHUYIN_INITIALS[initial] + _ZHUYIN_FINALS.get(final, ""))
    return found


def zhuyin_beginning(text: str) -> re.Pattern[str]:
    """Fits syllables joined by spaces that begin as the Zhuyin says; only the last one may still be typed.

    A letter that ends a syllable (ㄏㄚ) or a tone mark closes it: ㄏㄚ is ha, not hai or han.
    """
    sounds = zhuyin_syllables(text)
    is_open = re.search("(?:[ㄅ-ㄙ]|[ㄧㄨㄩ])$", text.strip()) is not None
    return re.compile(r"\b" + " ".join(map(re.escape, sounds)) + ("" if is_open else r"\b"))


def split_pinyin(word: str, limit: int = 4) -> list[list[str]]:
    """Every way (at most `limit`, fewest syllables first) to read a word as whole syllables; [] if it cannot be."""
    known = _readings().syllables
    ways: list[list[list[str]]] = [[] for _ in range(len(word) + 1)]
    ways[0].append([])
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - _LONGEST), end):
            if ways[start] and word[start:end] in known:
                ways[end] += [[*way, word[start:end]] for way in ways[start]]
        ways[end] = sorted(ways[end], key=len)[:limit]
    return ways[len(word)]


#: A syllable with its tone as a number: zhou1.
_NUMBERED = re.compile(r"([a-z]+)[1-5](?![0-9])")


def without_tone_numbers(folded: str) -> str:
    """Pinyin whose tones are written as numbers, without them: zhou1jie2lun2 → "zhou jie lun"; else the same text."""
    plain = _NUMBERED.sub(r"\1 ", folded)
    return plain.strip() if plain.replace(" ", "").isalpha() else folded


def typed_syllables(text: str) -> list[list[str]]:
    """Readings of typed pinyin (tones, spaces and apostrophes allowed) or Zhuyin; [] if it is neither."""
    if is_zhuyin(text):
        sounds = zhuyin_syllables(text)
        return [sounds] if sounds else []
    words = without_tone_numbers(fold(text).replace("'", " ").replace("-", " ")).split()
    if not words or not all(word.isascii() and word.isalpha() for word in words) or len("".join(words)) > 60:
        return []
    readings: list[list[str]] = [[]]
    for word in words:
        ways = split_pinyin(word)
        readings = [[*reading, *way] for reading in readings for way in ways][:4]
    return [reading for reading in readings if reading]
