"""`mode=semantic|hybrid`: a search by what the words mean, alone or fused with the search for the words themselves.

Only the simple box has a meaning; field searches, rows, filters and what `-` or NOT excludes are conditions, as ever.
Where there is no meaning to search by, the search is one for words, and the reader is told why.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import structlog

from shuyin.ai_subjects import meaning
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.state import SearchState
from shuyin.search_engine.declaration import IndexDeclaration
from shuyin.search_engine.query import Bool, Query, SearchRequest, Text

KEYWORD, SEMANTIC, HYBRID = "keyword", "semantic", "hybrid"
#: Cosine below which a book is not about what was asked (measured: docs/search-quality.md).
LEAST = 0.4

NO_VECTORS = N_("這份清單沒有語意索引，已改用關鍵字查詢。")
NO_WORDS = N_("語意查詢要看查詢框裡的詞句；這次沒有，已改用關鍵字查詢。")
UNKNOWN_WORDS = N_("語意模型不認得「{text}」裡的字，已改用關鍵字查詢。")
NO_MODEL = N_("語意模型目前不能使用，已改用關鍵字查詢。")
SEMANTIC_EXPLAINED = N_("語意查詢：列出與「{text}」意思相近的書，最相近的在前；書中不一定有這些字。")
HYBRID_EXPLAINED = N_("混合查詢：含有「{text}」的書，加上意思相近的書，依兩種名次合併排列。")

_log = structlog.stdlib.get_logger("shuyin.search")
_REMEMBERED = 512


@dataclass(frozen=True, slots=True)
class Meant:
    """The request with its vector, or as it was; what the reader is told; whether meaning was used."""

    request: SearchRequest
    told: tuple[Message, ...] = ()
    used: bool = False


def with_meaning(
    state: SearchState, request: SearchRequest, simple: Query | None, others: tuple[Query, ...], index: IndexDeclaration
) -> Meant:
    """The request in the state's mode. `simple` is the query of the simple box, `others` those of fields and rows."""
    if state.mode == KEYWORD:
        return Meant(request)
    if not index.vector_dimensions:
        return Meant(request, (Message(NO_VECTORS),))
    text = " ".join(wanted_words(simple)) if simple else ""
    if not text:
        return Meant(request, (Message(NO_WORDS),))
    try:
        vector = _vector(text, index.vector_dimensions, meaning.space())
    except (LookupError, OSError) as problem:
        _log.warning("the embedding model cannot be loaded", reason=str(problem))
        return Meant(request, (Message(NO_MODEL),))
    shown = {"text": state.q[:60]}
    if vector is None:
        return Meant(request, (Message(UNKNOWN_WORDS, shown),))
    request = replace(
        request,
        vector=vector,
        least=LEAST,
        fused=state.mode == HYBRID,
        where=(*request.where, *others, *(Bool(must_not=(query,)) for query in unwanted(simple))),
    )
    return Meant(request, (Message(HYBRID_EXPLAINED if request.fused else SEMANTIC_EXPLAINED, shown),), used=True)


def wanted_words(query: Query | None) -> list[str]:
    """The texts that a query wants to find, without what it excludes and without numbers looked up as such."""
    if isinstance(query, Text):
        return [query.text]
    if isinstance(query, Bool):
        return list(dict.fromkeys(text for part in (*query.must, *query.should) for text in wanted_words(part)))
    return []


def unwanted(query: Query | None) -> list[Query]:
    """What a query excludes, at whatever depth of what must hold."""
    if not isinstance(query, Bool):
        return []
    return [*query.must_not, *(inner for part in query.must for inner in unwanted(part))]


@lru_cache(maxsize=_REMEMBERED)
def _vector(text: str, dimensions: int, space: str) -> tuple[float, ...] | None:
    """The vector of a text in that space; pages of one list ask again and again."""
    (vector,) = meaning.encode([text], dimensions)
    return tuple(vector) if vector is not None else None
