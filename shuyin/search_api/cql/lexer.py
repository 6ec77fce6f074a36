"""CQL text → tokens with their places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shuyin.search_api.cql.nodes import BOOLEANS, DELIMITERS, MASKS, WHITESPACE


class CqlError(ValueError):
    """The query is not CQL. `position` counts characters from 1; `number` is the SRU diagnostic."""

    def __init__(self, message: str, position: int, number: int = 10) -> None:
        super().__init__(f"{message} (character {position})")
        self.message = message
        self.position = position
        self.number = number


class TokenKind(StrEnum):
    """What a token is."""

    WORD = "word"
    STRING = "quoted string"
    BOOLEAN = "boolean"
    SORTBY = "sortBy"
    COMPARISON = "relation"
    OPEN = "("
    CLOSE = ")"
    SLASH = "/"
    END = "end of query"


@dataclass(frozen=True, slots=True)
class Token:
    """A token; `text` is the word or the string without its quotes."""

    kind: TokenKind
    text: str
    position: int

    def __str__(self) -> str:
        return self.kind.value if self.kind is TokenKind.END else f"'{self.text}'"


_SINGLE = {"(": TokenKind.OPEN, ")": TokenKind.CLOSE, "/": TokenKind.SLASH}
_COMPARISONS = ("==", "<=", ">=", "<>", "=", "<", ">")  # the longer ones first


def tokens(text: str) -> Iterator[Token]:
    """The tokens of `text`, ending with one of kind END; `CqlError` 14 for a quote that is never closed."""
    at = 0
    while at < len(text):
        character = text[at]
        if character in WHITESPACE:
            at += 1
        elif character in _SINGLE:
            yield Token(_SINGLE[character], character, at + 1)
            at += 1
        elif character in "<>=":
            comparison = next(c for c in _COMPARISONS if text.startswith(c, at))
            yield Token(TokenKind.COMPARISON, comparison, at + 1)
            at += len(comparison)
        elif character == '"':
            value, end = _quoted(text, at)
            yield Token(TokenKind.STRING, value, at + 1)
            at = end
        else:
            end = at
            while end < len(text) and text[end] not in DELIMITERS and text[end] not in WHITESPACE:
                end += 1
            yield _word(text[at:end], at + 1)
            at = end
    yield Token(TokenKind.END, "", len(text) + 1)


def _word(word: str, position: int) -> Token:
    lowered = word.lower()
    if lowered in BOOLEANS:
        return Token(TokenKind.BOOLEAN, word, position)
    return Token(TokenKind.SORTBY if lowered == "sortby" else TokenKind.WORD, word, position)


def _quoted(text: str, start: int) -> tuple[str, int]:
    """The value of the string that opens at `start`, and where the text goes on."""
    value: list[str] = []
    at = start + 1
    while at < len(text):
        character = text[at]
        if character == '"':
            return "".join(value), at + 1
        if character == "\\" and at + 1 < len(text):
            at += 1
            # a backslash stays where the term would mean something else without it
            value.append("\\" + text[at] if text[at] in MASKS else text[at])
        elif character != "\\":
            value.append(character)
        at += 1
    raise CqlError("a quotation mark is never closed", start + 1, 14)
