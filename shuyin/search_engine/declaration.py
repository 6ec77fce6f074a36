"""What each index is: its fields, their weight, facets, sorts and labels, in one place.

Mapping, query building, API parameters, forms and help text all read these declarations.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """What a field holds."""

    TEXT = "text"  # words: folded and unfolded, unigrams and bigrams for Han
    KEYWORD = "keyword"  # exact values; filters, facets
    INTEGER = "integer"  # numbers; ranges, sorts
    DATE = "date"  # ISO strings, comparable; a lesser precision sorts first


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `weight` ranks it among text fields; `anchored` adds the exact-whole-value boost."""

    name: str
    kind: Kind
    label: str  # Traditional Chinese, source string of the translations
    weight: float = 1.0
    anchored: bool = False
    in_any: bool = True  # searched when no field is named
    romanised: bool = False  # also reachable by pinyin and zhuyin
    suggest: str | None = None  # kind of suggestion that this field feeds
    highlight: bool = False
    parameter: str | None = None  # URL parameter of field search, if it differs from the name


@dataclass(frozen=True, slots=True)
class Facet:
    """A facet on a keyword field; `field` is that field's name where it differs from the facet's.

    `words` names the text field that holds the same values, which makes look-ups quick.
    """

    name: str
    label: str
    size: int = 10
    hierarchical: bool = False
    field: str | None = None
    words: str | None = None

    @property
    def source(self) -> str:
        """The keyword field that is counted."""
        return self.field or self.name


@dataclass(frozen=True, slots=True)
class Sort:
    """A named order; `keys` are (field, ascending). Relevance has no keys. Ties fall to newest, then id."""

    name: str
    label: str
    keys: tuple[tuple[str, bool], ...] = ()


@dataclass(frozen=True, slots=True)
class IndexDeclaration:
    """All that both engines need to know of one index."""

    name: str
    label: str
    fields: tuple[Field, ...]
    facets: tuple[Facet, ...] = ()
    sorts: tuple[Sort, ...] = ()
    vector_dimensions: int | None = None
    _by_name: dict[str, Field] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_name.update({f.name: f for f in self.fields})

    def field(self, name: str) -> Field:
        """The field of that name; `KeyError` if there is none."""
        return self._by_name[name]

    @property
    def text_fields(self) -> tuple[Field, ...]:
        """Fields that hold words."""
        return tuple(f for f in self.fields if f.kind is Kind.TEXT)


_NEWEST = ("published", False)

BOOKS = IndexDeclaration(
    name="books",
    label="圖書",
    fields=(
        Field("title", Kind.TEXT, "書名", weight=10.0, anchored=True, romanised=True, suggest="title", highlight=True),
        Field("title_other", Kind.TEXT, "其他題名", weight=6.0, anchored=True, highlight=True),
        Field("author", Kind.TEXT, "作者", weight=6.0, anchored=True, romanised=True, suggest="author", highlight=True),
        Field("series", Kind.TEXT, "叢書", weight=4.0, anchored=True, suggest="series", highlight=True),
        Field(
            "subject", Kind.TEXT, "主題", weight=4.0, anchored=True, romanised=True, suggest="subject", highlight=True
        ),
        Field(
            "publisher",
            Kind.TEXT,
            "出版者",
            weight=3.0,
            anchored=True,
            romanised=True,
            suggest="publisher",
            highlight=True,
        ),
        Field("keyword", Kind.TEXT, "關鍵字", weight=3.0, anchored=True, highlight=True),
        Field("summary", Kind.TEXT, "簡介", weight=1.0, highlight=True),
        Field("contents", Kind.TEXT, "目次", weight=1.0, highlight=True),
        Field("note", Kind.TEXT, "附註", weight=0.5),
        # exact values
        Field("isbn", Kind.KEYWORD, "ISBN", in_any=False, suggest="isbn"),
        Field("class_number", Kind.KEYWORD, "分類號", in_any=False, parameter="class", suggest="class"),
        Field("format", Kind.KEYWORD, "出版形式", in_any=False),
        Field("language", Kind.KEYWORD, "語言", in_any=False),
        Field("audience", Kind.KEYWORD, "適讀對象", in_any=False),
        Field("rating", Kind.KEYWORD, "分級註記", in_any=False),
        Field("category", Kind.KEYWORD, "圖書主題", in_any=False),
        # every level of the class number: "0", "01", "011", "011.016"
        Field("class", Kind.KEYWORD, "分類", in_any=False, parameter=""),
        Field("subject_facet", Kind.KEYWORD, "主題詞", in_any=False, parameter=""),
        Field("publisher_facet", Kind.KEYWORD, "出版者", in_any=False, parameter=""),
        Field("author_facet", Kind.KEYWORD, "作者", in_any=False, parameter=""),
        Field("series_facet", Kind.KEYWORD, "叢書", in_any=False, parameter=""),
        Field("year", Kind.KEYWORD, "出版年", in_any=False, parameter=""),
        Field("state", Kind.KEYWORD, "送存狀態", in_any=False, parameter=""),
        Field("collection", Kind.KEYWORD, "館藏", in_any=False, parameter=""),
        Field("published", Kind.DATE, "出版日期", in_any=False),
        Field("announced", Kind.DATE, "預告日期", in_any=False),
        # only where a record is to be seen later (search_engine.visibility)
        Field("visible_from", Kind.INTEGER, "公開時間", in_any=False, parameter=""),
        Field("title_sort", Kind.KEYWORD, "書名排序鍵", in_any=False, parameter=""),
        Field("class_sort", Kind.KEYWORD, "排架排序鍵", in_any=False, parameter=""),
    ),
    facets=(
        Facet("format", "出版形式"),
        Facet("category", "圖書主題"),
        Facet("class", "分類", hierarchical=True),
        Facet("subject", "主題詞", field="subject_facet", words="subject"),
        Facet("publisher", "出版者", field="publisher_facet", words="publisher"),
        Facet("year", "出版年"),
        Facet("language", "語言"),
        Facet("audience", "適讀對象"),
        Facet("rating", "分級註記"),
        Facet("state", "送存狀態"),
        Facet("collection", "館藏"),
    ),
    sorts=(
        Sort("relevance", "相關度"),
        Sort("newest", "出版日期（新到舊）", (_NEWEST,)),
        Sort("oldest", "出版日期（舊到新）", (("published", True),)),
        Sort("title", "書名筆畫", (("title_sort", True),)),
    ),
)

INDEXES: dict[str, IndexDeclaration] = {BOOKS.name: BOOKS}
