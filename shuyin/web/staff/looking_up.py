"""Authority look-up beside the MARC editor: headings and classes of the loaded schemes, names of the catalogue."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request
from sqlalchemy.orm import Session

from shuyin.ai_subjects.schemes import lookup
from shuyin.filing.isbn import acceptance
from shuyin.search_api import subjects
from shuyin.search_api.dependencies import get_engine
from shuyin.search_api.services import search
from shuyin.search_api.state import SearchState
from shuyin.search_engine.port import SearchUnavailable

#: Where one may look, by the value of the form.
PLACES = ("subject", "class", "name")
#: Entries that are shown.
MOST = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry that was found: what is added (`kind:value`), how it is shown, and a word about it."""

    value: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The question with what was found; `failed` where the catalogue does not answer."""

    place: str
    words: str
    entries: tuple[Entry, ...]
    failed: bool = False


def look_up(request: Request, session: Session, place: str, words: str) -> Answer:
    """The entries that fit the words, best first."""
    words = words.strip()[:200]
    if place not in PLACES or not words:
        return Answer(place, words, ())
    if place == "name":
        return _names(request, words)
    search_of = subjects.the_lookup()
    if place == "subject":
        found = search_of.headings(session, words, "approximate")[:MOST]
        entries = [Entry(f"{acceptance.SUBJECT}:{one.label}", one.label, one.variant or "") for one in found]
    else:
        found = search_of.classes(session, words, "approximate")[:MOST]
        captions = lookup.captions_of(session, [one.label for one in found])
        entries = [
            Entry(f"{acceptance.CLASS}:{one.label}", f"{one.label} {captions.get(one.label, '')}".strip())
            for one in found
        ]
    return Answer(place, words, tuple(entries))


def _names(request: Request, words: str) -> Answer:
    """Names as the catalogue's records have them, the most frequent first."""
    try:
        found = search(get_engine(request), SearchState(fields=(("author", words),), per_page=100))
    except SearchUnavailable:
        return Answer("name", words, (), failed=True)
    counts: dict[str, int] = {}
    for hit in found.hits:
        for person in hit.stored["contributors"]:
            name = str(person["name"])
            if any(word in name for word in words.split()):
                counts[name] = counts.get(name, 0) + 1
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:MOST]
    return Answer("name", words, tuple(Entry(f"{acceptance.NAME}:{name}", name, str(count)) for name, count in ordered))
