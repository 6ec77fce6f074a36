"""Collects the source strings of pages, code and declarations, and brings the .po files up to date.

`python -m shuyin.web.messages` rewrites `locale/*/LC_MESSAGES/*.po`: new strings come in empty, strings that
no page uses any more go. A test fails while a string is empty.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from shuyin.search_engine.declaration import INDEXES
from shuyin.web.i18n import DOMAINS, LANGUAGES, LOCALE_DIR, SOURCE

PACKAGE = Path(__file__).parents[1]
_FILING = ("account", "desk", "filing", "staff")
#: Files of each catalogue and how strings are found in them; the first pattern that fits decides.
_METHODS = {
    "filing": [
        *((f"web/templates/{room}/**.html", "jinja2") for room in _FILING),
        ("web/templates/macros/forms.html", "jinja2"),
        *((f"web/{room}/**.py", "python") for room in _FILING),
        ("web/forms.py", "python"),
        ("web/guard.py", "python"),
        ("filing/**.py", "python"),
        ("records/marc/checking.py", "python"),
    ],
    "shuyin": [
        *((f"web/templates/{room}/**.html", "ignore") for room in _FILING),
        ("web/templates/macros/forms.html", "ignore"),
        *((f"web/{room}/**.py", "ignore") for room in _FILING),
        ("web/forms.py", "ignore"),
        ("web/guard.py", "ignore"),
        ("web/templates/**.html", "jinja2"),
        ("web/**.py", "python"),
        ("search_api/**.py", "python"),
    ],
}
_OPTIONS = {
    pattern: {"trimmed": "true", "silent": "false"}
    for methods in _METHODS.values()
    for pattern, method in methods
    if method == "jinja2"
}
#: Functions that mark a string besides gettext's own; `mark` is the filings' declarations' name for it.
_KEYWORDS = {**DEFAULT_KEYWORDS, "mark": None}


def _declared() -> Iterator[str]:
    for declaration in INDEXES.values():
        yield declaration.label
        yield from (field.label for field in declaration.fields)
        yield from (facet.label for facet in declaration.facets)
        yield from (sort.label for sort in declaration.sorts)


def collect(domain: str) -> Catalog:
    """Every string of a catalogue that readers may see, empty."""
    catalogue = Catalog(project="shuyin", charset="utf-8")
    found = extract_from_dir(str(PACKAGE), method_map=_METHODS[domain], options_map=_OPTIONS, keywords=_KEYWORDS)
    for _, _, message, _, _ in found:
        catalogue.add(message)
    if domain == "shuyin":
        for label in _declared():
            catalogue.add(label)
    return catalogue


def path_of(language: str, domain: str) -> Path:
    """The .po file of a language."""
    return LOCALE_DIR / language / "LC_MESSAGES" / f"{domain}.po"


def read(language: str, domain: str) -> Catalog:
    """The catalogue of a language as it stands; empty if there is none yet."""
    path = path_of(language, domain)
    if not path.exists():
        return Catalog(locale=language, domain=domain, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=domain)


def update(language: str, domain: str) -> Catalog:
    """The catalogue of a language with today's strings: translations kept, nothing guessed.

    A string that came over from another catalogue brings its translation along.
    """
    known = [read(language, domain), *(read(language, other) for other in DOMAINS if other != domain)]
    new = Catalog(locale=language, domain=domain, project="shuyin", fuzzy=False)
    for message in collect(domain):
        if message.id:
            key = message.id[0] if isinstance(message.id, tuple) else message.id
            old = next((m for m in (catalogue.get(key) for catalogue in known) if m is not None), None)
            new.add(message.id, old.string if old is not None else "", flags=message.flags - {"fuzzy"})
    return new


def main() -> None:
    """Rewrite the .po files of every language but the source language."""
    languages = [language for language in LANGUAGES if language != SOURCE]
    updated = [(path_of(lang, domain), update(lang, domain)) for lang in languages for domain in DOMAINS]
    for path, catalogue in updated:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_po(file, catalogue, no_location=True, sort_output=True, omit_header=True, width=120)
        empty = sum(1 for m in catalogue if m.id and not m.string)
        sys.stdout.write(f"{path}: {len(catalogue)} strings, {empty} to translate\n")


if __name__ == "__main__":
    main()
