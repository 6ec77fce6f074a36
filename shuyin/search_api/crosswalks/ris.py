"""RIS, which Zotero, EndNote and Mendeley read."""

from __future__ import annotations

from shuyin.records.book_json import BookJson
from shuyin.search_api.crosswalks.roles import Part, creators, distinct, people

_TYPES = {"ebook": "EBOOK", "audiobook": "SOUND"}


def ris(book: BookJson, url: str) -> str:
    """One RIS entry, lines ended by CR LF, with an empty line after it."""
    year, _, rest = (book["published"] or "").partition("-")
    first = creators(book)
    lines: list[tuple[str, str | None]] = [("TI", book["title"])]
    lines += [("AU", c["name"]) for c in first]
    lines += [("A2", c["name"]) for c in people(book, Part.EDITOR) if c not in first]
    lines += [("A4", c["name"]) for c in people(book, Part.TRANSLATOR) if c not in first]
    lines += [("A3", c["name"]) for c in people(book, Part.ILLUSTRATOR, Part.OTHER) if c not in first]
    lines += [
        ("PY", year),
        ("DA", "/".join([year, *rest.split("-"), "", "", ""][:4]) if rest else None),
        ("PB", book["publisher"]),
        ("CY", book["place"]),
        ("ET", book["edition"]),
    ]
    lines += [("T2", s["title"]) for s in book["series"]] + [("VL", s["volume"]) for s in book["series"][:1]]
    lines += [("SN", b["isbn_hyphenated"] or b["isbn"]) for b in book["bindings"]]
    lines += [("SP", next((b["pages"] for b in book["bindings"] if b["pages"]), None))]
    lines += [("KW", word) for word in distinct([*(s["label"] for s in book["subjects"]), *book["keywords"]])]
    lines += [("CN", book["classes"][0]["number"] if book["classes"] else None)]
    lines += [("AB", book["summary"]), ("LA", book["language"]), ("UR", url), ("ID", f"shuyin{book['id']}")]
    kind = _TYPES.get(book["format"], "BOOK")
    body = [f"{tag}  - {' '.join(value.split())}" for tag, value in lines if value and value.strip()]
    return "\r\n".join([f"TY  - {kind}", *body, "ER  - ", "", ""])
