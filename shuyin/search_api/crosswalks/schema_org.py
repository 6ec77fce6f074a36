"""JSON-LD with the vocabulary of schema.org."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urljoin

from shuyin.records.book_json import BindingJson, BookJson, ContributorJson
from shuyin.search_api.crosswalks.languages import tag
from shuyin.search_api.crosswalks.roles import Part, creators, distinct, people

_FORMATS = {"print": None, "ebook": "https://schema.org/EBook", "audiobook": "https://schema.org/AudiobookFormat"}
_BINDINGS = {"平裝": "https://schema.org/Paperback", "精裝": "https://schema.org/Hardcover"}


def schema_org(book: BookJson, url: str) -> dict[str, Any]:
    """A `Book` with one `workExample` per binding; unknown properties are absent."""
    first = creators(book)
    names = [*book["title_parts"]["parallel"], *book["title_parts"]["variants"]]
    item: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Book",
        "@id": url,
        "url": url,
        "name": book["title"],
        "alternateName": distinct(names),
        "author": [_agent(c) for c in first],
        "editor": [_agent(c) for c in people(book, Part.EDITOR) if c not in first],
        "translator": [_agent(c) for c in people(book, Part.TRANSLATOR) if c not in first],
        "illustrator": [_agent(c) for c in people(book, Part.ILLUSTRATOR) if c not in first],
        "publisher": {"@type": "Organization", "name": book["publisher"]} if book["publisher"] else None,
        "datePublished": book["published"],
        "bookEdition": book["edition"],
        "inLanguage": tag(book["language"]),
        "about": distinct(s["label"] for s in book["subjects"]),
        "keywords": distinct(book["keywords"]),
        "description": book["summary"],
        "isbn": next((b["isbn"] for b in book["bindings"] if b["isbn"]), None),
        "isPartOf": [{"@type": "BookSeries", "name": s["title"]} for s in book["series"]],
        "workExample": [_example(b, url) for b in book["bindings"] if b["isbn"]],
        "image": urljoin(url, book["cover"]) if book["cover"] else None,
    }
    return {name: value for name, value in item.items() if value}


def json_ld(book: BookJson, url: str) -> str:
    """The JSON-LD as text that may stand inside a `script` element."""
    text = json.dumps(schema_org(book, url), ensure_ascii=False)
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _agent(contributor: ContributorJson) -> dict[str, str]:
    return {"@type": "Person" if contributor["kind"] == "person" else "Organization", "name": contributor["name"]}


def _example(binding: BindingJson, url: str) -> dict[str, Any]:
    pages = (binding["pages"] or "").removesuffix("面").strip()
    example = {
        "@type": "Book",
        "@id": f"{url}#isbn-{binding['isbn']}",
        "isbn": binding["isbn"],
        "bookFormat": _BINDINGS.get(binding["binding"] or "") or _FORMATS.get(binding["format"]),
        "numberOfPages": int(pages) if pages.isascii() and pages.isdigit() else None,
    }
    return {name: value for name, value in example.items() if value}
