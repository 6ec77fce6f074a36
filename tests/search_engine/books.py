"""Documents for search tests: few fields, the rest as an indexer would fill it."""

from __future__ import annotations

from typing import Any

from shuyin.search_engine.query import Document
from shuyin.search_engine.sort_keys import class_key, title_key

#: field → the keyword field that counts the same values
_FACETS = {
    "subject": "subject_facet",
    "publisher": "publisher_facet",
    "author": "author_facet",
    "series": "series_facet",
}


def book(identifier: int | str, title: str, **fields: Any) -> Document:
    """A document of the index `books`; its stored part is id and title."""
    values: dict[str, Any] = {"title": title, "title_sort": title_key(title), **fields}
    for name, facet in _FACETS.items():
        if name in fields:
            values[facet] = fields[name]
    number = fields.get("class_number")
    if number:
        values["class"] = [number[:i] for i in (1, 2, 3) if len(number) >= i] + ([number] if len(number) > 3 else [])
        values["class_sort"] = class_key(number)
    if "published" in fields:
        values["year"] = str(fields["published"])[:4]
    return Document(str(identifier), values, {"id": str(identifier), "title": title})
