"""CSL-JSON 1.0, the input of citation processors."""

from __future__ import annotations

from typing import Any

from shuyin.records.book_json import BookJson, ContributorJson
from shuyin.search_api.crosswalks.languages import tag
from shuyin.search_api.crosswalks.roles import Part, creators, distinct, people


def csl(book: BookJson, url: str) -> dict[str, Any]:
    """One CSL item of type book; unknown properties are absent."""
    first = creators(book)
    pages = next((b["pages"] for b in book["bindings"] if b["pages"]), None)
    series = book["series"][0] if book["series"] else None
    item: dict[str, Any] = {
        "id": f"shuyin{book['id']}",
        "type": "book",
        "title": book["title"],
        "author": [_name(c) for c in first],
        "editor": [_name(c) for c in people(book, Part.EDITOR) if c not in first],
        "translator": [_name(c) for c in people(book, Part.TRANSLATOR) if c not in first],
        "illustrator": [_name(c) for c in people(book, Part.ILLUSTRATOR) if c not in first],
        "issued": {"date-parts": [[int(p) for p in book["published"].split("-")]]} if book["published"] else None,
        "publisher": book["publisher"],
        "publisher-place": book["place"],
        "edition": book["edition"],
        "collection-title": series["title"] if series else None,
        "collection-number": series["volume"] if series else None,
        "ISBN": " ".join(distinct(b["isbn_hyphenated"] or b["isbn"] for b in book["bindings"])),
        "number-of-pages": pages,
        "abstract": book["summary"],
        "keyword": ", ".join(distinct(s["label"] for s in book["subjects"])),
        "language": tag(book["language"]),
        "URL": url,
    }
    return {name: value for name, value in item.items() if value}


def _name(contributor: ContributorJson) -> dict[str, str]:
    """Family and given name where the record divides them by a comma, else the name in one piece."""
    family, comma, given = contributor["name"].partition(",")
    if comma and contributor["kind"] == "person" and given.strip():
        return {"family": family.strip(), "given": given.strip()}
    return {"literal": contributor["name"]}
