"""Who wrote, edited, translated or drew: the roles that titles pages print, sorted into what formats know."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from shuyin.records.book_json import BookJson, ContributorJson


class Part(StrEnum):
    """A contributor's part in the book, as citation formats tell them apart."""

    AUTHOR = "author"
    EDITOR = "editor"
    TRANSLATOR = "translator"
    ILLUSTRATOR = "illustrator"
    OTHER = "other"


#: Printed role contains → part; the first match decides (編著 is writing, 編譯 is translating).
_MARKS: tuple[tuple[str, Part], ...] = (
    ("編著", Part.AUTHOR),
    ("譯", Part.TRANSLATOR),
    ("translat", Part.TRANSLATOR),
    ("編劇", Part.AUTHOR),
    ("編", Part.EDITOR),
    ("editor", Part.EDITOR),
    ("繪", Part.ILLUSTRATOR),
    ("插畫", Part.ILLUSTRATOR),
    ("圖", Part.ILLUSTRATOR),
    ("漫畫", Part.AUTHOR),
    ("illustrat", Part.ILLUSTRATOR),
    ("著", Part.AUTHOR),
    ("作", Part.AUTHOR),
    ("撰", Part.AUTHOR),
    ("文", Part.AUTHOR),
    ("author", Part.AUTHOR),
    ("creator", Part.AUTHOR),
)


def part(contributor: ContributorJson) -> Part:
    """The part of one contributor; no role printed means author, an unknown role `OTHER`."""
    role = (contributor["role"] or "").lower()
    if not role:
        return Part.AUTHOR
    return next((found for mark, found in _MARKS if mark in role), Part.OTHER)


def people(book: BookJson, *parts: Part) -> list[ContributorJson]:
    """The contributors with one of these parts, in the order of the record."""
    return [c for c in book["contributors"] if part(c) in parts]


def creators(book: BookJson) -> list[ContributorJson]:
    """The authors, or the first contributor where nobody is called an author."""
    return people(book, Part.AUTHOR) or book["contributors"][:1]


def others(book: BookJson) -> list[ContributorJson]:
    """Everyone who is not among the creators."""
    first = creators(book)
    return [c for c in book["contributors"] if c not in first]


def distinct(values: Iterable[str | None]) -> list[str]:
    """The values that say something, each once, in order."""
    return list(dict.fromkeys(value for value in values if value))
