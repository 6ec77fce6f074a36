"""A search without hits: other spellings, and the nearest records with what was loosened to reach them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from shuyin.search_api.messages import N_, Message
from shuyin.search_api.queries import to_request
from shuyin.search_api.state import SearchState
from shuyin.search_engine.declaration import IndexDeclaration
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import Hit, Match, SearchRequest, Text

#: Records shown of a loosened search.
SHOWN = 5

FILTERS_DROPPED = N_("已略過篩選條件")
ANY_FIELD_SEARCHED = N_("已改查所有欄位")
OTHER_SPELLING = N_("已改查「{text}」")
NEAREST = N_("以下只符合部分的詞")


@dataclass(frozen=True, slots=True)
class Relaxed:
    """What was loosened to avoid an empty page, the address of the loosened search, and what it found."""

    what: tuple[Message, ...]
    state: SearchState
    total: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Rescue:
    """What can be offered instead of nothing."""

    did_you_mean: tuple[str, ...] = ()
    relaxed: Relaxed | None = None


def rescue(engine: SearchEngine, state: SearchState, declaration: IndexDeclaration) -> Rescue:
    """Other spellings of the words typed, and the first loosened search that finds something."""
    words = _words(state)
    spellings = tuple(engine.did_you_mean(declaration.name, words)) if words else ()
    for what, loosened in _looser(state, spellings):
        request = replace(to_request(loosened, declaration, facets=False, highlight=True), offset=0, limit=SHOWN)
        if relaxed := _try(engine, declaration, request, what, loosened):
            return Rescue(spellings, relaxed)
    if words:
        nearest = SearchRequest(query=Text(words, None, Match.MOST), limit=SHOWN, highlight=True)
        return Rescue(spellings, _try(engine, declaration, nearest, (Message(NEAREST),), SearchState(q=words)))
    return Rescue(spellings)


def _try(
    engine: SearchEngine,
    declaration: IndexDeclaration,
    request: SearchRequest,
    what: tuple[Message, ...],
    state: SearchState,
) -> Relaxed | None:
    found = engine.search(declaration.name, request)
    return Relaxed(what, state, found.total, found.hits) if found.total else None


def _looser(state: SearchState, spellings: tuple[str, ...]) -> Iterator[tuple[tuple[Message, ...], SearchState]]:
    """Searches that ask for less, the closest to the one asked first."""
    plain = state.without_filters()
    filtered = plain != state.on_page(1)
    dropped = (Message(FILTERS_DROPPED),) if filtered else ()
    if filtered and not plain.is_empty:
        yield dropped, plain
    for text in spellings[:1]:
        yield (*dropped, Message(OTHER_SPELLING, {"text": text})), replace(plain, q=text, fields=(), rows=())
    if plain.fields or plain.rows:
        yield (*dropped, Message(ANY_FIELD_SEARCHED)), replace(plain, q=_words(state), fields=(), rows=())


def _words(state: SearchState) -> str:
    """All that was typed, wherever; what should be absent left out."""
    return " ".join([state.q, *(w for _, w in state.fields), *(r.text for r in state.rows if r.op != "not")]).strip()
