"""What the browse lists are, in one place: pages, API, sitemap and documentation read it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from shuyin.search_api.messages import N_


class Order(StrEnum):
    """How a list is ordered."""

    STROKE = "stroke"
    ZHUYIN = "zhuyin"


@dataclass(frozen=True, slots=True)
class BrowseList:
    """One list; `facet` is the filter of `/books` that finds the records of a line."""

    name: str
    label: str
    one: str  # what one of its lines is called
    facet: str
    field: str
    orders: tuple[Order, ...] = (Order.STROKE, Order.ZHUYIN)


_ALL = (
    BrowseList("authors", N_("作者"), N_("作者"), "author", "author_facet"),
    BrowseList("subjects", N_("主題詞"), N_("主題詞"), "subject", "subject_facet"),
    BrowseList("classes", N_("分類號"), N_("分類號"), "class", "class", orders=(Order.STROKE,)),
    BrowseList("publishers", N_("出版者"), N_("出版者"), "publisher", "publisher_facet"),
    BrowseList("series", N_("叢書"), N_("叢書"), "series", "series_facet"),
)
#: By the name that the address has.
LISTS: dict[str, BrowseList] = {one.name: one for one in _ALL}
#: By the facet of `/books`.
OF_FACET: dict[str, BrowseList] = {one.facet: one for one in _ALL}
