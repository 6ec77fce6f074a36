"""What stands near a book: other editions of the work, similar books with the reason, neighbours on the shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from shuyin.records.book import Format
from shuyin.records.book_json import BookJson
from shuyin.search_api.crosswalks.roles import distinct
from shuyin.search_api.messages import N_, Message
from shuyin.search_engine import analysis
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.folding import fold
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import Bool, Match, Query, Range, SearchRequest, Terms, Text
from shuyin.search_engine.sort_keys import shelf_key

#: The scheme by which books stand on the shelf (中文圖書分類法).
SHELF_SCHEME = "ncsclt"
_EDITIONS, _SIMILAR, _NEIGHBOURS = 12, 6, 3
_SHOWN_REASONS = 2
#: Titles and names of a work that are compared.
_TITLES, _NAMES = 5, 6


@dataclass(frozen=True, slots=True)
class SimilarBook:
    """A book and what it shares with the one looked at."""

    book: BookJson
    why: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Related:
    """All that stands near a book; each list may be empty."""

    editions: tuple[BookJson, ...]  # of the same work: other forms, printings, translations; the newest first
    similar: tuple[SimilarBook, ...]
    shelf: tuple[BookJson, ...]  # in shelf order, the book itself among them


def related(engine: SearchEngine, book: BookJson) -> Related:
    """Editions, similar books and shelf neighbours of a book."""
    editions = _editions(engine, book)
    known = {book["id"], *(e["id"] for e in editions)}
    found = engine.similar(BOOKS.name, str(book["id"]), _SIMILAR + len(editions))
    others = [cast("BookJson", hit.stored) for hit in found.hits]
    similar = [SimilarBook(other, reasons(book, other)) for other in others if other["id"] not in known]
    return Related(tuple(editions), tuple(similar[:_SIMILAR]), tuple(_shelf(engine, book)))


def _editions(engine: SearchEngine, book: BookJson) -> list[BookJson]:
    """Records of the same work: a title of it (also the original's: 240, 765 …) and a person in common, or an ISBN
    that the record names (765, 775, 776 …)."""
    parts = book["title_parts"]
    titles = distinct([parts["main"], parts["uniform"], *parts["parallel"], *(r["title"] for r in book["related"])])
    names = distinct(name for c in book["contributors"] for name in (c["name"], c["latin"]))
    wanted: list[Query] = []
    if names:
        fields = ("title", "title_other")
        same_title = Bool(should=tuple(Text(t, f, Match.EXACT) for t in titles[:_TITLES] for f in fields))
        same_person = Bool(should=tuple(Text(name, "author", Match.EXACT) for name in names[:_NAMES]))
        wanted.append(Bool(must=(same_title, same_person)))
    named = tuple(r["isbn"] for r in book["related"] if r["isbn"])
    if named:
        wanted.append(Terms("isbn", named))
    if not wanted:
        return []
    request = SearchRequest(query=Bool(should=tuple(wanted)), sort="newest", limit=_EDITIONS + 1)
    found = [cast("BookJson", hit.stored) for hit in engine.search(BOOKS.name, request).hits]
    return [other for other in found if other["id"] != book["id"]][:_EDITIONS]


#: How an edition stands to the book looked at, in the order of the page.
TRANSLATION = "translation"


def kinds_of(book: BookJson, editions: Sequence[BookJson]) -> dict[str, list[BookJson]]:
    """The editions by form (print, ebook, audiobook, other); those in another language are translations."""
    found: dict[str, list[BookJson]] = {}
    for other in editions:
        both = book["language"] and other["language"]
        kind = TRANSLATION if both and book["language"] != other["language"] else other["format"]
        found.setdefault(kind, []).append(other)
    order = [*(form.value for form in Format), TRANSLATION]
    return {kind: found[kind] for kind in order if kind in found}


def reasons(book: BookJson, other: BookJson) -> tuple[Message, ...]:
    """What two books share, the closest bond first; the words they use where there is nothing else."""
    found: list[Message] = []
    if shared := _shared([c["name"] for c in book["contributors"]], [c["name"] for c in other["contributors"]]):
        found.append(Message(N_("同作者：{value}"), {"value": shared[0]}))
    if shared := _shared([s["title"] for s in book["series"]], [s["title"] for s in other["series"]]):
        found.append(Message(N_("同叢書：{value}"), {"value": shared[0]}))
    if shared := _shared([s["label"] for s in book["subjects"]], [s["label"] for s in other["subjects"]]):
        found.append(Message(N_("同主題：{value}"), {"value": "、".join(shared[:3])}))
    if shared := _shared(_classes(book), _classes(other)):
        found.append(Message(N_("同類：{value}"), {"value": shared[0]}))
    if not found and (word := _common_word(book, other)):
        found.append(Message(N_("都提到：{value}"), {"value": word}))
    return tuple(found[:_SHOWN_REASONS]) or (Message(N_("內容相近")),)


#: Lengths of a word that two books may have in common, the longest first.
_WORD_LENGTHS = (6, 5, 4, 3, 2)


def _common_word(book: BookJson, other: BookJson) -> str | None:
    """The longest run of Han that stands in title, headings, keywords or category of both."""
    own, others = _spoken_of(book), fold(_spoken_of(other))
    for length in _WORD_LENGTHS:
        for start in range(len(own) - length + 1):
            word = own[start : start + length]
            if all(analysis.has_han(character) for character in word) and fold(word) in others:
                return word
    return None


def _spoken_of(book: BookJson) -> str:
    parts = (book["title"], *(s["label"] for s in book["subjects"]), *book["keywords"], book["category"] or "")
    return "\n".join(parts)


def _shared(own: Sequence[str], others: Sequence[str]) -> list[str]:
    return [value for value in dict.fromkeys(own) if value in others]


def _classes(book: BookJson) -> list[str]:
    return [c["number"][:3] for c in book["classes"] if c["scheme"] == SHELF_SCHEME]


def _shelf(engine: SearchEngine, book: BookJson) -> list[BookJson]:
    numbers = [c["number"] for c in book["classes"] if c["scheme"] == SHELF_SCHEME]
    if not numbers:
        return []
    key = shelf_key(numbers[0], book["title"], book["language"])

    def side(place: Range, sort: str) -> list[BookJson]:
        request = SearchRequest(where=(place,), sort=sort, limit=_NEIGHBOURS + 1)
        found = [cast("BookJson", hit.stored) for hit in engine.search(BOOKS.name, request).hits]
        return [other for other in found if other["id"] != book["id"]][:_NEIGHBOURS]

    before = side(Range("class_sort", lte=key), "shelf-back")
    known = {other["id"] for other in before}
    after = [other for other in side(Range("class_sort", gte=key), "shelf") if other["id"] not in known]
    return [*reversed(before), book, *after] if before or after else []
