"""Context sets and their indexes: what `dc.title` and the like search. Explain and translation read this one place.

Sources: CQL context set 1.2, Dublin Core context set 1.1, Bath profile 2.0, record metadata context set 1.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Searches(StrEnum):
    """How an index is searched."""

    WORDS = "words"  # text fields of the declaration; none = any field
    NUMBER = "number"  # ISBN
    VALUES = "values"  # a keyword field, exact values
    CLASS = "class"  # class numbers; a number finds its subdivisions
    DATE = "date"  # ISO dates, cut to what is known
    RECORD = "record"  # the number of a record
    EVERYTHING = "everything"  # cql.allRecords


@dataclass(frozen=True, slots=True)
class CqlIndex:
    """One index of a context set; `scan` names the keyword field whose values a client may walk through."""

    context: str
    name: str
    title: str
    searches: Searches
    fields: tuple[str, ...] = ()
    scan: str | None = None
    sort: str | None = None  # title | date

    @property
    def qualified(self) -> str:
        """`dc.title`."""
        return f"{self.context}.{self.name}"


#: Own indexes, which no standard set has.
OWN = "shuyin"

#: Context set → the identifiers that name it, the preferred one first.
CONTEXTS: dict[str, tuple[str, ...]] = {
    "cql": (
        "info:srw/context-set/1/cql-v1.2",
        "info:srw/context-set/1/cql-v1.1",
        "info:srw/cql-context-set/1/cql-v1.1",
    ),
    "dc": (
        "info:srw/context-set/1/dc-v1.1",
        "info:srw/cql-context-set/1/dc-v1.1",
        "http://www.loc.gov/zing/cql/dc-indexes/v1.0/",
        "http://purl.org/dc/elements/1.1/",
    ),
    "bath": ("http://zing.z3950.org/cql/bath/2.0/", "http://www.loc.gov/zing/cql/context-sets/bath/v1.1/"),
    "rec": ("info:srw/context-set/2/rec-1.1", "info:srw/context-set/2/rec-1.0", "info:srw/cql-context-set/2/rec-1.1"),
    "sort": ("info:srw/context-set/1/sort-v1.0",),
    OWN: ("info:shuyin/context-set/1",),
}

_TITLE = ("title", "title_other")

INDEXES: tuple[CqlIndex, ...] = (
    CqlIndex("cql", "serverChoice", "任何欄位 (server choice)", Searches.WORDS),
    CqlIndex("cql", "anywhere", "任何欄位 (anywhere)", Searches.WORDS),
    CqlIndex("cql", "allIndexes", "任何欄位 (all indexes)", Searches.WORDS),
    CqlIndex("cql", "anyIndexes", "任何欄位 (any indexes)", Searches.WORDS),
    CqlIndex("cql", "keywords", "任何欄位 (keywords)", Searches.WORDS),
    CqlIndex("cql", "allRecords", "所有書目 (all records)", Searches.EVERYTHING),
    CqlIndex("dc", "title", "題名 (title)", Searches.WORDS, _TITLE, sort="title"),
    CqlIndex("dc", "creator", "作者 (creator)", Searches.WORDS, ("author",), scan="author_facet"),
    CqlIndex("dc", "contributor", "其他作者 (contributor)", Searches.WORDS, ("author",), scan="author_facet"),
    CqlIndex("dc", "subject", "主題 (subject)", Searches.WORDS, ("subject", "keyword"), scan="subject_facet"),
    CqlIndex("dc", "description", "簡介、目次與附註 (description)", Searches.WORDS, ("summary", "contents", "note")),
    CqlIndex("dc", "publisher", "出版者 (publisher)", Searches.WORDS, ("publisher",), scan="publisher_facet"),
    CqlIndex("dc", "date", "出版日期 (date)", Searches.DATE, ("published",), scan="year", sort="date"),
    CqlIndex("dc", "type", "出版形式 (type)", Searches.VALUES, ("format",), scan="format"),
    CqlIndex("dc", "format", "出版形式 (format)", Searches.VALUES, ("format",), scan="format"),
    CqlIndex("dc", "identifier", "ISBN (identifier)", Searches.NUMBER, ("isbn",), scan="isbn"),
    CqlIndex("dc", "language", "語言 (language)", Searches.VALUES, ("language",), scan="language"),
    CqlIndex("dc", "relation", "叢書 (relation)", Searches.WORDS, ("series",), scan="series_facet"),
    CqlIndex("bath", "any", "任何欄位 (any)", Searches.WORDS),
    CqlIndex("bath", "title", "題名 (title)", Searches.WORDS, _TITLE, sort="title"),
    CqlIndex("bath", "uniformTitle", "劃一題名 (uniform title)", Searches.WORDS, ("title_other",)),
    CqlIndex("bath", "author", "作者 (author)", Searches.WORDS, ("author",), scan="author_facet"),
    CqlIndex("bath", "name", "名稱 (name)", Searches.WORDS, ("author",), scan="author_facet"),
    CqlIndex("bath", "personalName", "個人名稱 (personal name)", Searches.WORDS, ("author",), scan="author_facet"),
    CqlIndex("bath", "corporateName", "團體名稱 (corporate name)", Searches.WORDS, ("author",), scan="author_facet"),
    CqlIndex("bath", "subject", "主題 (subject)", Searches.WORDS, ("subject", "keyword"), scan="subject_facet"),
    CqlIndex(
        "bath", "topicalSubject", "主題標目 (topical subject)", Searches.WORDS, ("subject",), scan="subject_facet"
    ),
    CqlIndex("bath", "publisher", "出版者 (publisher)", Searches.WORDS, ("publisher",), scan="publisher_facet"),
    CqlIndex("bath", "notes", "附註 (notes)", Searches.WORDS, ("summary", "contents", "note")),
    CqlIndex("bath", "isbn", "ISBN", Searches.NUMBER, ("isbn",), scan="isbn"),
    CqlIndex("bath", "standardIdentifier", "標準號碼 (standard identifier)", Searches.NUMBER, ("isbn",), scan="isbn"),
    CqlIndex("rec", "identifier", "書目編號 (record identifier)", Searches.RECORD, ("id",)),
    CqlIndex("rec", "creationDate", "預告日期 (creation date)", Searches.DATE, ("announced",)),
    CqlIndex("rec", "collectionName", "館藏 (collection)", Searches.VALUES, ("collection",), scan="collection"),
    CqlIndex(OWN, "isbn", "ISBN", Searches.NUMBER, ("isbn",), scan="isbn"),
    CqlIndex(OWN, "class", "分類號 (class number)", Searches.CLASS, ("class",), scan="class_number"),
    CqlIndex(OWN, "series", "叢書 (series)", Searches.WORDS, ("series",), scan="series_facet"),
    CqlIndex(OWN, "keyword", "關鍵字 (keyword)", Searches.WORDS, ("keyword",)),
    CqlIndex(OWN, "audience", "適讀對象 (audience)", Searches.VALUES, ("audience",), scan="audience"),
    CqlIndex(OWN, "rating", "分級註記 (rating)", Searches.VALUES, ("rating",), scan="rating"),
    CqlIndex(OWN, "category", "圖書主題 (category)", Searches.VALUES, ("category",), scan="category"),
)

_BY_NAME = {(index.context, index.name.lower()): index for index in INDEXES}
_BY_IDENTIFIER = {identifier: context for context, identifiers in CONTEXTS.items() for identifier in identifiers}
#: Where a name without a prefix is looked for.
_DEFAULT_ORDER = ("dc", OWN, "bath", "cql", "rec")


def find_index(context: str | None, name: str) -> CqlIndex | None:
    """The index of that name (case does not count) in a context set, or in the default order of sets."""
    for candidate in (context,) if context else _DEFAULT_ORDER:
        if found := _BY_NAME.get((candidate, name.lower())):
            return found
    return None


def find_context(identifier: str) -> str | None:
    """The context set that an identifier names."""
    return _BY_IDENTIFIER.get(identifier)
