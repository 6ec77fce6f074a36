"""COinS: an OpenURL (Z39.88-2004, KEV book) for the `title` of a `span class="Z3988"`, which Zotero reads."""

from __future__ import annotations

from urllib.parse import urlencode

from shuyin.records.book_json import BookJson
from shuyin.search_api.crosswalks.roles import creators


def coins(book: BookJson, url: str) -> str:
    """The OpenURL's key-value pairs; the template escapes `&` as it does anywhere."""
    pairs: list[tuple[str, str | None]] = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:book"),
        ("rfr_id", "info:sid/shuyin:catalogue"),
        ("rft_id", url),
        ("rft.genre", "book"),
        ("rft.btitle", book["title"]),
        ("rft.title", book["title"]),
    ]
    pairs += [("rft.au", contributor["name"]) for contributor in creators(book)]
    pairs += [
        ("rft.date", book["published"]),
        ("rft.pub", book["publisher"]),
        ("rft.place", book["place"]),
        ("rft.edition", book["edition"]),
        ("rft.series", book["series"][0]["title"] if book["series"] else None),
        ("rft.tpages", next((b["pages"] for b in book["bindings"] if b["pages"]), None)),
        ("rft.language", book["language"]),
    ]
    pairs += [("rft.isbn", binding["isbn"]) for binding in book["bindings"]]
    return urlencode([(name, value) for name, value in pairs if value])
