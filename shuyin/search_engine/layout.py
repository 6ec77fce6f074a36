"""The columns that an index has, and what a document puts in them: the same for both engines.

A text field `title` becomes `title` (token stream with positions), and, where declared, `title__surface` (the set
of unfolded tokens, for ranking), `title__whole` and `title__head` (whole values, squeezed), `title__pinyin`
(syllable stream). `any__text` is the set of tokens of all fields searched when none is named: one term look-up
instead of one per field decides whether a document matches.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from shuyin.search_engine import analysis, romanisation
from shuyin.search_engine.declaration import IndexDeclaration, Kind
from shuyin.search_engine.folding import fold_surface, surface
from shuyin.search_engine.query import Document

ID = "id"
ID_ORDER = "id__order"
ANY = "any__text"
SUGGEST = "suggest__terms"
SUGGEST_LEAD = "suggest__lead"  # the same of the lead field (titles): many, each of few documents
STORED = "stored__json"
VECTOR_ROW = "vector__row"  # where the embedded engine keeps a document's vector (vectors.py)
#: Raise when a column changes its meaning, so that older indexes ask to be rebuilt.
VERSION = 4

#: Between the parts of a suggestion term: key, kind, text.
SUGGEST_SEPARATOR = "\x1f"
#: Before the key of a number, and before initials: kept apart so that few letters do not call up all others.
NUMBER_MARK, INITIALS_MARK = "#", "~"
SUGGEST_KEY_LENGTH = 48
#: Characters of a whole value that are compared (engines limit the length of a term).
WHOLE_LENGTH = 500
_SUGGEST_SEGMENTS = 4


class Column(StrEnum):
    """How an engine indexes a column."""

    STREAM = "stream"  # space-separated tokens, positions kept
    SET = "set"  # space-separated tokens, presence only
    VALUE = "value"  # exact values, not countable
    KEYWORD = "keyword"  # exact values, countable and sortable
    COMPLETION = "completion"  # exact values, listed by their beginning
    INTEGER = "integer"  # 64-bit signed, range and sort


def whole(name: str) -> str:
    """Column of squeezed whole values."""
    return f"{name}__whole"


def head(name: str) -> str:
    """Column of whole values without subtitle and volume."""
    return f"{name}__head"


def surface_of(name: str) -> str:
    """Column of unfolded tokens."""
    return f"{name}__surface"


def pinyin(name: str) -> str:
    """Column of syllables."""
    return f"{name}__pinyin"


def columns(declaration: IndexDeclaration) -> dict[str, Column]:
    """Every column of the index."""
    found: dict[str, Column] = {ID: Column.VALUE, ID_ORDER: Column.INTEGER, ANY: Column.SET}
    for field in declaration.fields:
        if field.kind is Kind.TEXT:
            found[field.name] = Column.STREAM
            if field.anchored:
                found[surface_of(field.name)] = Column.SET
                found[whole(field.name)] = Column.VALUE
                found[head(field.name)] = Column.VALUE
            if field.romanised:
                found[pinyin(field.name)] = Column.STREAM
        elif field.kind is Kind.KEYWORD:
            found[field.name] = Column.KEYWORD
        else:
            found[field.name] = Column.INTEGER
    if declaration.vector_dimensions:
        found[VECTOR_ROW] = Column.INTEGER
    found[SUGGEST] = found[SUGGEST_LEAD] = Column.COMPLETION
    return found


def fingerprint(declaration: IndexDeclaration) -> str:
    """Equal for indexes that this code can read."""
    described = [VERSION, declaration.vector_dimensions, declaration.vector_space, sorted(columns(declaration).items())]
    if declaration.initials:
        described.append("initials")
    return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:16]


# --- values --------------------------------------------------------------------------------------------------

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def date_number(value: str, *, upper: bool = False) -> int | None:
    """ "2025-04" → 20250400, as the end of a range 20250499; None for what is no date."""
    match = _DATE.match(value)
    if not match:
        return None
    fill = 99 if upper else 0
    month = int(match[2]) if match[2] else fill
    day = int(match[3]) if match[3] else fill
    return int(match[1]) * 10_000 + month * 100 + day


def id_order(identifier: str) -> int:
    """A number in the order of ids: their value for digits, else their first seven bytes."""
    if identifier.isascii() and identifier.isdigit() and len(identifier) < 18:
        return int(identifier)
    return int.from_bytes(identifier.encode()[:7].ljust(7, b"\0"))


def values(fields: Mapping[str, Any], name: str) -> list[str]:
    """The values of a text or keyword field as a list of non-empty strings."""
    value = fields.get(name)
    if value is None:
        return []
    if isinstance(value, str):
        return [value] if value else []
    return [str(v) for v in value if v is not None and v != ""]


#: Where a title's main part ends: subtitle, parallel title, responsibility, bracketed addition.
_HEAD_ENDS = re.compile(r"\s*(?:[:：=＝/／;；(（\[［【〔《〈|｜]|\s[-–—]\s|——|──|\.{2,})")
#: Volume designations at the end of a title.
_VOLUME = re.compile(
    r"[\s,，.．]*(?:第\s*[0-9０-９一二三四五六七八九十百]+\s*[冊册卷集輯辑部回]|[卷冊册]\s*[0-9０-９一二三四五六七八九十]+"
    r"|\s[上中下]|\s[0-9０-９]+|\s(?:vol|v|no)\.?\s*[0-9]+)[\s.。]*$",
    re.IGNORECASE,
)


def title_head(text: str) -> str:
    """The main part of a title: 紅樓夢 of 「紅樓夢 : 一百二十回」, 哈利波特 of 「哈利波特 (1)」."""
    end = _HEAD_ENDS.search(text, 1)
    main = text[: end.start()] if end else text
    volume = _VOLUME.search(main, 1)
    return main[: volume.start()] if volume else main


@dataclass(slots=True)
class Row:
    """A document ready for an engine: column → text (streams and sets), values or a number."""

    texts: list[tuple[str, str]]
    keywords: list[tuple[str, str]]
    integers: list[tuple[str, int]]
    stored: str


def row(declaration: IndexDeclaration, document: Document) -> Row:
    """What a document puts in each column."""
    texts: list[tuple[str, str]] = []
    keywords: list[tuple[str, str]] = [(ID, document.id)]
    integers: list[tuple[str, int]] = [(ID_ORDER, id_order(document.id))]
    originals: dict[str, list[str]] = {}
    anything: set[str] = set()
    lead = declaration.lead.name
    suggestions: list[tuple[str, str]] = []
    fields = document.fields
    for field in declaration.fields:
        name = field.name
        if fields.get(name) is None:
            continue
        if field.kind is Kind.TEXT:
            found = values(fields, name)
            if field.highlight:
                originals[name] = found
            # names and headings come again and again, titles and long texts do not
            analyse = _analysed_before if field.suggest and field.suggest != "title" else _analysed
            for value in found:
                analysed = analyse(value, field.anchored, field.romanised, field.suggest)
                if analysed is None:
                    continue
                texts.append((name, analysed.stream))
                if field.anchored:
                    texts.append((f"{name}__surface", analysed.surface))
                    keywords.append((f"{name}__whole", analysed.whole))
                    keywords.append((f"{name}__head", analysed.head))
                if field.romanised:
                    sounds = [analysed.sounds, *(initials_of(value) if declaration.initials else ())]
                    texts.append((f"{name}__pinyin", " ".join(sounds)))
                if field.in_any:
                    anything.update(analysed.tokens)
                column = SUGGEST_LEAD if name == lead else SUGGEST
                suggestions += [(column, term) for term in analysed.suggestions]
        elif field.kind is Kind.KEYWORD:
            for value in values(fields, name):
                keywords.append((name, value))
                if field.suggest:
                    suggestions.append((SUGGEST, number_suggestion(field.suggest, value, value)))
        elif field.kind is Kind.INTEGER:
            integers.append((name, int(fields[name])))
        else:
            number = date_number(str(fields[name]))
            if number is not None:
                integers.append((name, number))
    if anything:
        texts.append((ANY, " ".join(anything)))
    keywords += dict.fromkeys(suggestions)
    stored = json.dumps([document.stored, originals], ensure_ascii=False, separators=(",", ":"))
    return Row(texts, keywords, integers, stored)


@dataclass(frozen=True, slots=True)
class _Value:
    """One value of a text field, analysed: what goes into each of its columns."""

    tokens: list[str]
    stream: str
    surface: str
    whole: str
    head: str
    sounds: str
    suggestions: list[str]


def _analysed(value: str, anchored: bool, romanised: bool, suggest: str | None) -> _Value | None:
    """None if there is no word in it."""
    plain = surface(value)
    folded = fold_surface(plain)
    pieces = analysis.pieces(folded)
    tokens = analysis.tokens(folded, pieces)
    if not tokens:
        return None
    stream = " ".join(tokens)
    squeezed = analysis.joined(pieces) if anchored or romanised or suggest else ""
    unfolded = main = ""
    if anchored:
        # where folding changed nothing (most Latin), the tokens are the same
        unfolded = stream if plain == folded else " ".join(set(analysis.tokens(plain)))
        head_text = title_head(value)
        main = squeezed if head_text == value else analysis.squeeze(head_text)
    sounds = romanisation.syllables(squeezed) if romanised else []
    suggestions = _suggestions(suggest, value.strip(), squeezed, folded, sounds) if suggest else []
    return _Value(tokens, stream, unfolded, squeezed[:WHOLE_LENGTH], main[:WHOLE_LENGTH], " ".join(sounds), suggestions)


_analysed_before = lru_cache(maxsize=10_000)(_analysed)


def initials(letters: str) -> str:
    """The token by which a name of these initials is found."""
    return INITIALS_MARK + letters


def initials_of(value: str) -> list[str]:
    """Tokens of the initials of a name with Han in it, and of its main part: 牡丹燈籠 (上) → ~mddls, ~mddl."""
    parts = [part for part in (value, title_head(value)) if analysis.has_han(part)]
    sounds = (romanisation.syllables(analysis.squeeze(part)) for part in parts)
    return list(dict.fromkeys(initials("".join(s[0] for s in part)) for part in sounds))


def number_suggestion(kind: str, beginning: str, value: str = "") -> str:
    """The term of a number (ISBN, class), or the beginning of one."""
    tail = f"{SUGGEST_SEPARATOR}{kind}{SUGGEST_SEPARATOR}{value}" if value else ""
    return f"{NUMBER_MARK}{kind} {beginning}{tail}"


def _suggestions(kind: str, value: str, key: str, folded: str, sounds: list[str]) -> list[str]:
    """Terms by which the value can be completed: from its start, from a later part, by sound, by initials."""
    tail = f"{SUGGEST_SEPARATOR}{kind}{SUGGEST_SEPARATOR}{value}"
    terms = [key[:SUGGEST_KEY_LENGTH] + tail]
    segments = folded.split()
    if len(segments) > 1:
        terms += [
            analysis.joined(analysis.pieces(" ".join(segments[i:])))[:SUGGEST_KEY_LENGTH] + tail
            for i in range(1, min(len(segments), _SUGGEST_SEGMENTS))
        ]
    if sounds and analysis.has_han(key):
        terms.append("".join(sounds)[:SUGGEST_KEY_LENGTH] + tail)
        terms.append(INITIALS_MARK + "".join(s[0] for s in sounds)[:SUGGEST_KEY_LENGTH] + tail)
    return terms
