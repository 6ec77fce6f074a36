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

    `words` names the text field that holds the same values, which makes look-ups quick. A facet that is not `counted`
    filters, and its values are looked up on a page of their own, but result lists do not count it: it has too many.
    """

    name: str
    label: str
    size: int = 10
    hierarchical: bool = False
    field: str | None = None
    words: str | None = None
    counted: bool = True

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
    #: shown to readers; others serve pages that browse both ways
    offered: bool = True


@dataclass(frozen=True, slots=True)
class IndexDeclaration:
    """All that both engines need to know of one index."""

    name: str
    label: str
    fields: tuple[Field, ...]
    facets: tuple[Facet, ...] = ()
    sorts: tuple[Sort, ...] = ()
    vector_dimensions: int | None = None
    #: which embedding the vectors come from; those of another one cannot be compared with them
    vector_space: str = ""
    #: URL parameter of a field search → field, in the order of the forms
    parameters: tuple[tuple[str, str], ...] = ()
    date_field: str | None = "published"  # what `from` and `to` limit
    page_sizes: tuple[int, ...] = (10, 20, 50, 100)
    #: whether a name is also found by the first letters of its syllables: zjl → 周杰倫
    initials: bool = False
    _by_name: dict[str, Field] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_name.update({f.name: f for f in self.fields})

    def field(self, name: str) -> Field:
        """The field of that name; `KeyError` if there is none."""
        return self._by_name[name]

    @property
    def lead(self) -> Field:
        """The text field that names a document: its title. It is declared first."""
        return self.text_fields[0]

    @property
    def text_fields(self) -> tuple[Field, ...]:
        """Fields that hold words."""
        return tuple(f for f in self.fields if f.kind is Kind.TEXT)


_NEWEST = ("published", False)

#: The embedding that ships: the beginning of its check sum (ai_subjects/model/embedding/embedding.json).
SHIPPED_SPACE = "f850ac877f0e"

BOOKS = IndexDeclaration(
    name="books",
    label="圖書",
    vector_dimensions=128,
    vector_space=SHIPPED_SPACE,
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
        Facet("author", "作者", field="author_facet", words="author", counted=False),
        Facet("series", "叢書", field="series_facet", words="series", counted=False),
        # whole, for the histogram
        Facet("year", "出版年", size=400),
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
        Sort("shelf", "分類號（排架）", (("class_sort", True),)),
        Sort("shelf-back", "分類號（倒序）", (("class_sort", False),), offered=False),
    ),
    parameters=(
        ("title", "title"),
        ("author", "author"),
        ("publisher", "publisher"),
        ("isbn", "isbn"),
        ("subject", "subject"),
        ("class", "class"),
        ("series", "series"),
        ("keyword", "keyword"),
    ),
)

#: Fields that albums and tracks share: who made it, who released it, when (S0, 音樂查詢).
_MUSIC_FIELDS = (
    Field(
        "performer", Kind.TEXT, "表演者", weight=6.0, anchored=True, romanised=True, suggest="performer", highlight=True
    ),
    Field("lyricist", Kind.TEXT, "作詞者", weight=3.0, anchored=True, romanised=True, highlight=True),
    Field("composer", Kind.TEXT, "作曲者", weight=3.0, anchored=True, romanised=True, highlight=True),
    Field("arranger", Kind.TEXT, "編曲者", weight=2.0, anchored=True, romanised=True, highlight=True),
    Field("producer", Kind.TEXT, "製作人", weight=2.0, anchored=True, romanised=True, highlight=True),
    Field(
        "company", Kind.TEXT, "發行公司", weight=2.0, anchored=True, romanised=True, suggest="company", highlight=True
    ),
    Field("isrc", Kind.KEYWORD, "ISRC編號", in_any=False),
    Field("category", Kind.KEYWORD, "有聲出版類別", in_any=False),
    Field("work_type", Kind.KEYWORD, "作品類型", in_any=False),
    Field("medium", Kind.KEYWORD, "媒體形式", in_any=False),
    Field("year", Kind.KEYWORD, "發行年", in_any=False),
    Field("performer_facet", Kind.KEYWORD, "表演者", in_any=False),
    Field("company_facet", Kind.KEYWORD, "發行公司", in_any=False),
    Field("released", Kind.DATE, "發行日期", in_any=False),
    # only where a release is to be seen later (search_engine.visibility)
    Field("visible_from", Kind.INTEGER, "公開時間", in_any=False),
    Field("title_sort", Kind.KEYWORD, "名稱排序鍵", in_any=False),
)
_MUSIC_FACETS = (
    Facet("category", "有聲出版類別", size=14),
    Facet("medium", "媒體形式"),
    Facet("performer", "表演者", field="performer_facet"),
    Facet("company", "發行公司", field="company_facet"),
    Facet("year", "發行年"),
)
_MUSIC_SORTS = (
    Sort("relevance", "相關度"),
    Sort("newest", "發行日期（新到舊）", (("released", False),)),
    Sort("oldest", "發行日期（舊到新）", (("released", True),)),
    Sort("title", "名稱筆畫", (("title_sort", True),)),
)
_MUSIC_PARAMETERS = tuple(
    (name, name) for name in ("performer", "lyricist", "composer", "arranger", "producer", "company", "isrc")
)
#: Page sizes of S0; 全部 (all) is 10,000, where paging ends.
_MUSIC_PAGE_SIZES = (10, 20, 100, 200, 500, 1000, 10_000)

ALBUMS = IndexDeclaration(
    name="albums",
    label="專輯",
    fields=(
        Field(
            "title", Kind.TEXT, "專輯名稱", weight=10.0, anchored=True, romanised=True, suggest="album", highlight=True
        ),
        Field("track", Kind.TEXT, "曲目名稱", weight=5.0, romanised=True, highlight=True),
        *_MUSIC_FIELDS,
    ),
    facets=_MUSIC_FACETS,
    sorts=_MUSIC_SORTS,
    parameters=(("album", "title"), ("track", "track"), *_MUSIC_PARAMETERS),
    date_field="released",
    initials=True,
    page_sizes=_MUSIC_PAGE_SIZES,
)

TRACKS = IndexDeclaration(
    name="tracks",
    label="曲目",
    fields=(
        Field(
            "title", Kind.TEXT, "曲目名稱", weight=10.0, anchored=True, romanised=True, suggest="track", highlight=True
        ),
        Field("album", Kind.TEXT, "專輯名稱", weight=7.0, anchored=True, romanised=True, highlight=True),
        *_MUSIC_FIELDS,
    ),
    facets=_MUSIC_FACETS,
    sorts=_MUSIC_SORTS,
    parameters=(("album", "album"), ("track", "title"), *_MUSIC_PARAMETERS),
    date_field="released",
    initials=True,
    page_sizes=_MUSIC_PAGE_SIZES,
)

PAGES = IndexDeclaration(
    name="pages",
    label="網站內容",
    fields=(
        Field("title", Kind.TEXT, "標題", weight=8.0, anchored=True, romanised=True, suggest="page", highlight=True),
        Field("body", Kind.TEXT, "內文", weight=1.0, highlight=True),
        Field("kind", Kind.KEYWORD, "內容種類", in_any=False),
        Field("language", Kind.KEYWORD, "語言", in_any=False),
        Field("section", Kind.KEYWORD, "類別", in_any=False),
        Field("published", Kind.DATE, "公布日期", in_any=False),
        # only where a page is to be seen later (search_engine.visibility)
        Field("visible_from", Kind.INTEGER, "公開時間", in_any=False),
    ),
    facets=(Facet("kind", "內容種類"), Facet("language", "語言")),
    sorts=(Sort("relevance", "相關度"), Sort("newest", "公布日期（新到舊）", (_NEWEST,))),
    parameters=(("title", "title"),),
)

#: Publishers and music companies. Of those that did not agree to be public the name alone is indexed (A6, A9).
ORGANISATIONS = IndexDeclaration(
    name="organisations",
    label="機構",
    fields=(
        Field(
            "name",
            Kind.TEXT,
            "名稱",
            weight=10.0,
            anchored=True,
            romanised=True,
            suggest="organisation",
            highlight=True,
        ),
        Field("short_name", Kind.TEXT, "簡稱", weight=8.0, anchored=True, romanised=True),
        Field("address", Kind.TEXT, "地址", weight=2.0),
        Field("subject_range", Kind.TEXT, "出版範圍", weight=2.0),
        # every beginning of a registrant prefix and every end of a telephone number (records.organisations)
        Field("prefix", Kind.KEYWORD, "識別號", in_any=False),
        Field("telephone", Kind.KEYWORD, "電話", in_any=False),
        Field("role", Kind.KEYWORD, "機構類別", in_any=False),
        Field("title_sort", Kind.KEYWORD, "名稱排序鍵", in_any=False),
    ),
    facets=(Facet("role", "機構類別"),),
    sorts=(
        Sort("relevance", "相關度"),
        Sort("name", "名稱筆畫", (("title_sort", True),)),
        Sort("name-descending", "名稱筆畫（多到少）", (("title_sort", False),)),
    ),
    parameters=(
        ("name", "name"),
        ("short", "short_name"),
        ("prefix", "prefix"),
        ("address", "address"),
        ("telephone", "telephone"),
        ("range", "subject_range"),
    ),
    date_field=None,
)

#: Subject headings with their references: a variant (不用) leads to the heading that is used.
SUBJECTS = IndexDeclaration(
    name="subjects",
    label="主題詞",
    fields=(
        Field("label", Kind.TEXT, "主題詞", weight=10.0, anchored=True, romanised=True, highlight=True),
        Field("label_en", Kind.TEXT, "英文詞", weight=5.0, anchored=True),
        Field("variant", Kind.TEXT, "不用", weight=7.0, anchored=True, romanised=True, highlight=True),
        Field("related", Kind.TEXT, "相關詞", weight=1.0),
        Field("scheme", Kind.KEYWORD, "主題詞表", in_any=False),
        Field("title_sort", Kind.KEYWORD, "主題詞排序鍵", in_any=False),
    ),
    facets=(Facet("scheme", "主題詞表"),),
    sorts=(Sort("relevance", "相關度"), Sort("label", "主題詞筆畫", (("title_sort", True),))),
    parameters=(("label", "label"), ("variant", "variant")),
    date_field=None,
)

INDEXES: dict[str, IndexDeclaration] = {
    index.name: index for index in (BOOKS, ALBUMS, TRACKS, PAGES, ORGANISATIONS, SUBJECTS)
}
