"""One box over everything that the site holds: for each kind how many, and the first of them. No HTTP."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast
from urllib.parse import urlencode

from sqlalchemy.orm import Session, sessionmaker

from shuyin.records.book_json import BookJson
from shuyin.records.music_json import AlbumJson, TrackHitJson
from shuyin.search_api import subjects
from shuyin.search_api.browse.services import captions_of
from shuyin.search_api.content import services as content
from shuyin.search_api.directories import services as directories
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.queries import to_request, understood
from shuyin.search_api.state import MAX_QUERY_LENGTH, QUERY_TOO_LONG, SearchState, clean
from shuyin.search_engine.declaration import ALBUMS, BOOKS, TRACKS, IndexDeclaration
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import Hit

#: Shown of each kind.
SHOWN = 5
#: The look-up compares wordings; nobody's heading is longer.
_LONGEST_HEADING = 100

Pieces = tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """One hit of any kind: its title with the query's words marked, a line that tells it from others, its page."""

    title: Pieces
    detail: str
    path: str

    @property
    def text(self) -> str:
        """The title without marks."""
        return "".join(text for text, _ in self.title)


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one kind; `path` is the list of all of them."""

    kind: str
    total: int
    hits: tuple[Found, ...]
    path: str


@dataclass(frozen=True, slots=True)
class Everything:
    """What a search found, by kind in a fixed order, kinds without hits too."""

    q: str
    groups: tuple[Group, ...]
    did_you_mean: tuple[str, ...]
    notices: tuple[Message, ...]

    @property
    def total(self) -> int:
        """Hits of all kinds."""
        return sum(group.total for group in self.groups)


#: Kind → its name, in the order of the page.
KINDS = {
    "books": N_("圖書"),
    "albums": N_("專輯"),
    "tracks": N_("曲目"),
    "organisations": N_("出版機構與音樂業者"),
    "subjects": N_("主題詞"),
    "classes": N_("分類號"),
    "pages": N_("網站內容"),
}


def search(engine: SearchEngine, sessions: sessionmaker[Session], q: str, now: datetime) -> Everything:
    """All kinds at once; nothing is asked for an empty query. Raises `SearchUnavailable`."""
    whole = clean(q)
    words = whole[:MAX_QUERY_LENGTH].strip()
    if not words:
        return Everything("", (), (), ())
    state = SearchState(q=words)
    groups = (
        _indexed(engine, BOOKS, state, _book, "/books"),
        _indexed(engine, ALBUMS, state, _album, "/music/albums"),
        _indexed(engine, TRACKS, state, _track, "/music"),
        _organisations(engine, sessions, state),
        *_schemes(sessions, words),
        _pages(engine, sessions, state, now),
    )
    nothing = not any(group.total for group in groups)
    spellings = tuple(engine.did_you_mean(BOOKS.name, words)) if nothing else ()
    cut = (Message(QUERY_TOO_LONG, {"limit": MAX_QUERY_LENGTH}),) if len(whole) > MAX_QUERY_LENGTH else ()
    return Everything(words, groups, spellings, (*cut, *understood(state)[1]))


def _indexed(
    engine: SearchEngine, declaration: IndexDeclaration, state: SearchState, show: Callable[[Hit], Found], path: str
) -> Group:
    request = replace(to_request(state, declaration, facets=False, highlight=True), limit=SHOWN)
    found = engine.search(declaration.name, request)
    return Group(declaration.name, found.total, tuple(show(hit) for hit in found.hits), state.url(path))


def _marked(hit: Hit, field: str, text: str) -> Pieces:
    for pieces in hit.highlights.get(field, ()):
        if "".join(piece for piece, _ in pieces) == text:
            return tuple(pieces)
    return ((text, False),)


def _detail(*parts: str | None) -> str:
    return "，".join(part for part in parts if part)


def _book(hit: Hit) -> Found:
    book = cast("BookJson", hit.stored)
    people = "；".join(f"{c['name']}{c['role'] or ''}" for c in book["contributors"][:3])
    year = (book["published"] or "")[:4]
    return Found(_marked(hit, "title", book["title"]), _detail(people, book["publisher"], year), f"/books/{book['id']}")


def _album(hit: Hit) -> Found:
    album = cast("AlbumJson", hit.stored)
    detail = _detail("、".join(album["performers"][:3]), album["company"], (album["released"] or "")[:4])
    return Found(_marked(hit, "title", album["title"]), detail, f"/albums/{album['id']}")


def _track(hit: Hit) -> Found:
    track = cast("TrackHitJson", hit.stored)
    album = track["album"]
    detail = _detail("、".join(album["performers"][:3]), f"《{album['title']}》", track["isrc"])
    return Found(_marked(hit, "title", track["title"]), detail, f"/albums/{album['id']}")


def _organisations(engine: SearchEngine, sessions: sessionmaker[Session], state: SearchState) -> Group:
    """What is shown is read from the records: a consent that was withdrawn a moment ago holds."""
    found = directories.find(engine, sessions, state)
    hits = tuple(
        Found(
            ((item["name"], False),),
            _detail(item["short_name"], "、".join(item["prefixes"][:2])),
            f"/publishers/{item['id']}" if item["is_publisher"] else f"/music-companies/{item['id']}",
        )
        for item in found.items[:SHOWN]
    )
    music_only = bool(found.items) and not any(item["is_publisher"] for item in found.items)
    path = "/music-companies" if music_only else "/publishers"
    return Group("organisations", found.answer.total, hits, state.url(path))


def _schemes(sessions: sessionmaker[Session], words: str) -> Sequence[Group]:
    """Headings by any wording (用, 不用) and classes by number or caption."""
    asked, look_up = words[:_LONGEST_HEADING], subjects.the_lookup()
    with sessions() as session:
        headings = look_up.headings(session, asked, "approximate")
        classes = look_up.classes(session, asked, "approximate")
        captions = captions_of(session, [one.label for one in classes[:SHOWN]])
    of_subjects = tuple(
        Found(((one.label, False),), one.variant or "", f"/subjects/{one.id}") for one in headings[:SHOWN]
    )
    of_classes = tuple(
        Found(((f"{one.label} {captions.get(one.label, '')}".strip(), False),), "", f"/classes/{one.label}")
        for one in classes[:SHOWN]
    )
    return (
        Group("subjects", len(headings), of_subjects, f"/subjects?{urlencode([('kind', 'subject'), ('q', asked)])}"),
        Group("classes", len(classes), of_classes, f"/subjects?{urlencode([('kind', 'class'), ('q', asked)])}"),
    )


def _pages(engine: SearchEngine, sessions: sessionmaker[Session], state: SearchState, now: datetime) -> Group:
    found = content.search(engine, sessions, state, now)
    hits = tuple(
        Found(
            _marked(hit, "title", str(hit.stored["title"])),
            str(hit.stored["beginning"]),
            content.address(str(hit.stored["kind"]), str(hit.stored["slug"])),
        )
        for hit in found.hits[:SHOWN]
    )
    return Group("pages", found.answer.total, hits, state.url("/pages"))
