"""Text → the tokens that engines index and search: one tokeniser for both engines, in Python.

Han, kana and Hangul become single characters and adjacent pairs, interleaved (紅 紅樓 樓 樓夢 夢), so that
one stream answers one-character words, words and phrases. Punctuation and spaces between Han vanish
(哈利‧波特 = 哈利波特); a line break separates. Other scripts become words; C++, C#, .NET stay whole.
Tokens never hold a space, so an engine only splits at spaces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from operator import add

from shuyin.search_engine.folding import fold, fold_surface, surface

HAN = "\u2e80-\u2eff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_RUN = f"[{HAN}]+(?:[ .'-]+[{HAN}]+)*"
_LETTER = f"[^\\W_{HAN}]"
_TOKENS = re.compile(
    rf"({_HAN_RUN})"  # 1: Han run, to be cut into characters and pairs
    rf"|((?<!{_LETTER})(?:[a-z]\.){{2,}}[a-z]?(?!{_LETTER}))"  # 2: initials: u.s.a. → usa
    r"|([0-9]+(?:\.[0-9]+)+)"  # 3: 2.0, 011.016
    rf"|((?<!{_LETTER})\.(?=[a-z]{{2}}){_LETTER}+)"  # 4: .net
    rf"|({_LETTER}+(?:(?:\+\+|\#)(?!{_LETTER}))?)"  # 5: word, c++, c#
)
_NOT_HAN = re.compile(f"[^{HAN}]+")
_COMPOUND = re.compile(rf"{_LETTER}+(?:[-'.]{_LETTER}+)+")
_DOTTED = re.compile(rf"(?<={_LETTER})\.[a-z]{{2,}}(?!{_LETTER})")  # ASP.NET is found by .NET too
_HAS_HAN = re.compile(f"[{HAN}]")
_SIGNS = re.compile("[-'.]")
#: What stands for any characters, and for one.
MASKS = ("*", "?")
_MASKED = re.compile("([*?])")
_HAN_OR_NOT = re.compile(f"[{HAN}]+|[^{HAN}]+")


def pieces(folded: str) -> list[tuple[bool, str]]:
    """(is a Han run, text) in order; runs are without punctuation, words as they are indexed."""
    found: list[tuple[bool, str]] = []
    for match in _TOKENS.finditer(folded):
        run = match[1]
        if run is not None:
            found.append((True, run if run.isalnum() else _NOT_HAN.sub("", run)))
        elif match[2] is not None:
            found.append((False, match[2].replace(".", "")))
        else:
            found.append((False, match[0]))
    return found


def grams(run: str) -> list[str]:
    """A Han run as characters and pairs, interleaved: 2n-1 tokens."""
    length = len(run)
    if length == 1:
        return [run]
    tokens = [""] * (2 * length - 1)
    tokens[0::2] = run
    tokens[1::2] = map(add, run, run[1:])
    return tokens


def tokens(folded: str, found: list[tuple[bool, str]] | None = None) -> list[str]:
    """The token stream of a folded (or surface) text, whole compounds last (they disturb no phrase there).

    `found` are the text's pieces, if the caller has them.
    """
    stream: list[str] = []
    for is_han, text in pieces(folded) if found is None else found:
        if is_han:
            stream += grams(text)
        else:
            stream.append(text)
    if _SIGNS.search(folded):
        stream += compounds(folded)
        stream += _DOTTED.findall(folded)
    return stream


def compounds(folded: str) -> list[str]:
    """Whole forms of hyphenated or dotted words, so that covid19 finds COVID-19 and nodejs finds Node.js."""
    return [_SIGNS.sub("", word) for word in _COMPOUND.findall(folded)]


def joined(found: list[tuple[bool, str]]) -> str:
    """Pieces as one value: nothing around Han, one space between words."""
    parts: list[str] = []
    after_word = False
    for is_han, text in found:
        if after_word and not is_han:
            parts.append(" ")
        parts.append(text)
        after_word = not is_han
    return "".join(parts)


@lru_cache(maxsize=20_000)
def squeeze(text: str) -> str:
    """A value as look-ups and whole-value matches compare it: folded, without punctuation.

    Values that hold no word at all (only signs) come back folded and stripped.
    """
    folded = fold(text)
    return joined(pieces(folded)) or folded.strip()


@dataclass(frozen=True, slots=True)
class Unit:
    """One Han run, or one word, of what a reader typed."""

    is_han: bool
    folded: str  # the run; or the words, one space between
    surface: str  # the same before folding
    #: lengths of the parts of a Han run that the reader separated by spaces
    parts: tuple[int, ...] = ()
    #: a compound without its signs: covid19 for COVID-19
    whole: str | None = None

    @property
    def tokens(self) -> list[str]:
        """The token stream of this unit."""
        return grams(self.folded) if self.is_han else self.folded.split(" ")

    @property
    def surface_tokens(self) -> list[str]:
        """The token stream before folding."""
        return grams(self.surface) if self.is_han else self.surface.split(" ")


def _word_unit(text: str) -> Unit | None:
    folded = fold_surface(text)
    words = " ".join(word for _, word in pieces(folded))
    if not words:
        return None
    plain = " ".join(word for _, word in pieces(text))
    whole = compounds(folded)
    return Unit(False, words, plain, (), whole[0] if len(whole) == 1 else None)


def units(text: str) -> list[Unit]:
    """What a reader typed as units; Han runs are joined over spaces (金 瓶 梅 = 金瓶梅), their parts remembered."""
    found: list[Unit] = []
    for typed in text.split():
        plain = surface(typed)
        for part in _HAN_OR_NOT.findall(plain):
            if not _HAS_HAN.search(part):
                word = _word_unit(part)
                if word:
                    found.append(word)
                continue
            folded = fold_surface(part)
            if found and found[-1].is_han:
                last = found[-1]
                found[-1] = Unit(True, last.folded + folded, last.surface + part, (*last.parts, len(folded)))
            else:
                found.append(Unit(True, folded, part, (len(folded),)))
    return found


def masked_words(typed: str) -> list[str]:
    """The words of one that was typed with masks (`*`, `?`), folded: `Co-Op*` → co, op*. Han loses its masks."""
    found = [""]
    for part in _MASKED.split(typed):
        if part in MASKS:
            found[-1] += part
            continue
        for number, (_, word) in enumerate(pieces(fold_surface(surface(part)))):
            if number:
                found.append("")
            found[-1] += word
    return [_MASKED.sub("", word) if _HAS_HAN.search(word) else word for word in found if word]


def has_han(text: str) -> bool:
    """Whether any Han, kana or Hangul is in it."""
    return _HAS_HAN.search(text) is not None
