"""BibTeX (with the fields of biblatex where BibTeX has none: translator, keywords)."""

from __future__ import annotations

from collections.abc import Sequence

from shuyin.records.book_json import BookJson, ContributorJson
from shuyin.search_api.crosswalks.roles import Part, creators, distinct, people

_ESCAPES = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "&": r"\&",
        "%": r"\%",
        "$": r"\$",
        "#": r"\#",
        "_": r"\_",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
    }
)


def bibtex(book: BookJson, url: str) -> str:
    """One `@book` entry, with an empty line after it."""
    year, _, rest = (book["published"] or "").partition("-")
    first = creators(book)
    series = book["series"][0] if book["series"] else None
    fields: list[tuple[str, str | None]] = [
        ("title", "{" + _escaped(book["title"]) + "}"),
        ("author", _names(first)),
        ("editor", _names([c for c in people(book, Part.EDITOR) if c not in first])),
        ("translator", _names([c for c in people(book, Part.TRANSLATOR) if c not in first])),
        ("publisher", _escaped(book["publisher"])),
        ("address", _escaped(book["place"])),
        ("year", year or None),
        ("month", rest[:2].lstrip("0") or None),
        ("edition", _escaped(book["edition"])),
        ("series", _escaped(series["title"]) if series else None),
        ("number", _escaped(series["volume"]) if series else None),
        ("isbn", ", ".join(distinct(b["isbn_hyphenated"] or b["isbn"] for b in book["bindings"])) or None),
        ("language", book["language"]),
        ("keywords", _escaped(", ".join(distinct(s["label"] for s in book["subjects"])))),
        ("url", url.replace("{", "%7B").replace("}", "%7D")),
    ]
    body = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields if value)
    return f"@book{{shuyin{book['id']},\n{body}\n}}\n\n"


def _escaped(text: str | None) -> str:
    return " ".join((text or "").split()).translate(_ESCAPES)


def _names(contributors: Sequence[ContributorJson]) -> str:
    """Names joined by `and`; braces keep a Chinese name or a body's name in one piece."""
    return " and ".join(
        _escaped(c["name"]) if "," in c["name"] and c["kind"] == "person" else "{" + _escaped(c["name"]) + "}"
        for c in contributors
    )
