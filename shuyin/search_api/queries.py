"""A state → the search that it asks of the engine."""

from __future__ import annotations

import re
from collections.abc import Sequence

from shuyin.records import isrc, organisations
from shuyin.search_api.by_meaning import KEYWORD, Meant, with_meaning
from shuyin.search_api.messages import N_, Message
from shuyin.search_api.state import ANY_FIELD, SearchState
from shuyin.search_engine import parsing
from shuyin.search_engine.declaration import BOOKS, ORGANISATIONS, Facet, IndexDeclaration
from shuyin.search_engine.query import (
    Bool,
    Everything,
    FacetFilter,
    FacetRequest,
    Match,
    Query,
    Range,
    SearchRequest,
    Terms,
    Text,
)

#: What the parser may have to say, worded.
_PARSING = {
    parsing.NO_WORDS: N_("查詢詞裡只有標點或符號，沒有可以查的字。請輸入文字、數字或 ISBN。"),
    parsing.TOO_LONG: N_("查詢詞太長，只用了前 {limit} 個字。"),
    parsing.ISBN_CHECK_DIGIT: N_("「{isbn}」看來是 ISBN，但檢查碼不對。請核對號碼。"),
}


def to_request(
    state: SearchState, declaration: IndexDeclaration = BOOKS, *, facets: bool = True, highlight: bool = False
) -> SearchRequest:
    """The search that a state asks for, in its mode."""
    request = SearchRequest(
        query=to_query(state, declaration),
        filters={
            facet.source: FacetFilter(state.included(facet.name), state.excluded(facet.name))
            for facet in declaration.facets
            if state.included(facet.name) or state.excluded(facet.name)
        },
        where=_dates(state, declaration),
        facets=tuple(
            FacetRequest(facet.source, size=_facet_size(facet)) for facet in declaration.facets if facet.counted
        )
        if facets
        else (),
        sort=state.sort,
        offset=state.offset,
        limit=state.per_page,
        highlight=highlight,
    )
    return meant(state, declaration, request).request


def meant(state: SearchState, declaration: IndexDeclaration, request: SearchRequest | None = None) -> Meant:
    """The request in the state's mode (`by_meaning`), with what the reader is told of it."""
    request = request or SearchRequest()
    if state.mode == KEYWORD:
        return Meant(request)
    parts = understood_words(state, None, declaration)
    simple, others = (parts[0], parts[1:]) if state.q else (None, parts)
    return with_meaning(state, request, simple, tuple(others), declaration)


#: A tree is counted whole, since a small main class may have fewer records than many classes below others.
_TREE_SIZE = 2000


def _facet_size(facet: Facet) -> int:
    return _TREE_SIZE if facet.hierarchical else facet.size


def to_query(state: SearchState, declaration: IndexDeclaration = BOOKS) -> Query:
    """What must be found: the words of the simple box and of every field search."""
    return understood(state, declaration)[0]


def understood(state: SearchState, declaration: IndexDeclaration = BOOKS) -> tuple[Query, tuple[Message, ...]]:
    """The query, and what the reader should know of how it was read."""
    messages: list[Message] = []
    parts = understood_words(state, messages, declaration)
    if not parts:
        return Everything(), ()
    return (parts[0] if len(parts) == 1 else Bool(must=tuple(parts))), tuple(messages)


def understood_words(
    state: SearchState, messages: list[Message] | None = None, declaration: IndexDeclaration = BOOKS
) -> list[Query]:
    """One query each for the simple box, every field search and the rows together; all of them must match."""
    told: list[Message] = [] if messages is None else messages
    parts: list[Query] = [_words_in(ANY_FIELD, state.q, told, declaration)] if state.q else []
    parts += [_words_in(parameter, words, told, declaration) for parameter, words in state.fields]
    if state.rows:
        parts.append(_joined([(row.op, _words_in(row.field, row.text, told, declaration)) for row in state.rows]))
    return parts


def _words_in(parameter: str, words: str, messages: list[Message], declaration: IndexDeclaration) -> Query:
    if parameter == "class":
        # the class field holds every level, so that 011 finds 011.016 too
        return Terms("class", tuple(re.split(r"[\s,，;；]+", words)))
    if declaration is ORGANISATIONS and (numbers := _numbers(parameter, words)):
        return numbers
    if code := _isrc(parameter, words, declaration):
        return code
    parsed = parsing.parse(words, declaration, field=dict(declaration.parameters).get(parameter))
    messages += _worded(parsed)
    if parameter == ANY_FIELD and (beginning := _isrc_beginning(words, declaration)):
        return Bool(should=(beginning, parsed.query))
    if parameter == "title" and declaration is BOOKS:
        # parallel, variant and uniform titles are titles too
        return Bool(should=(parsed.query, parsing.parse(words, BOOKS, field="title_other").query))
    return parsed.query


def _numbers(parameter: str, words: str) -> Query | None:
    """Registrant prefixes and telephone numbers, whatever stands between the digits; in the simple box only numbers."""
    if parameter == "prefix":
        return Terms("prefix", organisations.prefix_terms(words))
    if parameter == "telephone":
        return Terms("telephone", (organisations.number_key(words),))
    if parameter == ANY_FIELD and organisations.is_number(words):
        telephone = Terms("telephone", (organisations.number_key(words),))
        return Bool(should=(Terms("prefix", organisations.prefix_terms(words)), telephone))
    return None


def _isrc(parameter: str, words: str, declaration: IndexDeclaration) -> Query | None:
    """The ISRC to look for: in its own field a code or the beginning of one, in the simple box only a whole code."""
    if parameter == "isrc":
        code = isrc.compact(words)
        return Text(code, "isrc", Match.PREFIX) if 0 < len(code) < isrc.LENGTH else Terms("isrc", (code,))
    if parameter == ANY_FIELD and _has_isrcs(declaration):
        try:
            return Terms("isrc", (str(isrc.parse(words)),))
        except isrc.InvalidIsrc:
            return None
    return None


def _isrc_beginning(words: str, declaration: IndexDeclaration) -> Query | None:
    """The codes that begin so, where words in the simple box are at least country and registrant (TW-P01, TWP0126)."""
    if not _has_isrcs(declaration) or not isrc.is_beginning(words):
        return None
    return Text(isrc.compact(words), "isrc", Match.PREFIX)


def _has_isrcs(declaration: IndexDeclaration) -> bool:
    return any(name == "isrc" for name, _ in declaration.parameters)


def _joined(rows: Sequence[tuple[str, Query]]) -> Query:
    """Rows from the top: each joins all that stands above it."""
    (first_op, first), *rest = rows
    query: Query = Bool(must=(Everything(),), must_not=(first,)) if first_op == "not" else first
    for op, condition in rest:
        if op == "or":
            query = Bool(should=(query, condition))
        elif op == "not":
            query = Bool(must=(query,), must_not=(condition,))
        else:
            query = Bool(must=(query, condition))
    return query


def _worded(parsed: parsing.Parsed) -> list[Message]:
    return [Message(_PARSING[m.code], dict(m.parameters)) for m in parsed.messages if m.code in _PARSING]


def _dates(state: SearchState, declaration: IndexDeclaration) -> tuple[Query, ...]:
    if declaration.date_field is None or not (state.start or state.end):
        return ()
    # dates are ISO strings cut to what is known; "~" sorts after every digit and "-", so it closes the period
    return (Range(declaration.date_field, gte=state.start, lte=f"{state.end}~" if state.end else None),)
