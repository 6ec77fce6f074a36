"""Collects the source strings of pages, code and declarations, and brings the .po files up to date.

`python -m shuyin.web.messages` rewrites `locale/*/LC_MESSAGES/shuyin.po`: new strings come in empty, strings that
no page uses any more go. A test fails while a string is empty.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from shuyin.search_engine.declaration import INDEXES
from shuyin.web.i18n import DOMAIN, LANGUAGES, LOCALE_DIR, SOURCE

PACKAGE = Path(__file__).parents[1]
_METHODS = [("web/templates/**.html", "jinja2"), ("web/**.py", "python"), ("search_api/**.py", "python")]
_OPTIONS = {"web/templates/**.html": {"trimmed": "true", "silent": "false"}}


def _declared() -> Iterator[str]:
    for declaration in INDEXES.values():
        yield declaration.label
        yield from (field.label for field in declaration.fields)
        yield from (facet.label for facet in declaration.facets)
        yield from (sort.label for sort in declaration.sorts)


def collect() -> Catalog:
    """Every string that readers may see, as an empty catalogue."""
    catalogue = Catalog(project="shuyin", charset="utf-8")
    for _, _, message, _, _ in extract_from_dir(str(PACKAGE), method_map=_METHODS, options_map=_OPTIONS):
        catalogue.add(message)
    for label in _declared():
        catalogue.add(label)
    return catalogue


def path_of(language: str) -> Path:
    """The .po file of a language."""
    return LOCALE_DIR / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(language: str) -> Catalog:
    """The catalogue of a language as it stands; empty if there is none yet."""
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, domain=DOMAIN, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def update(language: str) -> Catalog:
    """The catalogue of a language with today's strings: translations kept, nothing guessed."""
    old, new = read(language), Catalog(locale=language, domain=DOMAIN, project="shuyin", fuzzy=False)
    for message in collect():
        if message.id:
            known = old.get(message.id[0] if isinstance(message.id, tuple) else message.id)
            flags = message.flags - {"fuzzy"}
            new.add(message.id, known.string if known is not None else "", flags=flags)
    return new


def main() -> None:
    """Rewrite the .po file of every language but the source language."""
    for language in LANGUAGES:
        if language == SOURCE:
            continue
        catalogue = update(language)
        path = path_of(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, no_location=True, sort_output=True, omit_header=True, width=120)
        empty = sum(1 for m in catalogue if m.id and not m.string)
        sys.stdout.write(f"{path}: {len(catalogue)} strings, {empty} to translate\n")


if __name__ == "__main__":
    main()
