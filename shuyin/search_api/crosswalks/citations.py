"""A book cited as text: APA 7, Chicago 17 (notes and bibliography), MLA 9 and GB/T 7714-2015.

Chinese titles follow the punctuation that journals in Taiwan use with APA, Chicago and MLA (full width, 《》);
other titles the English one. GB/T 7714 has one punctuation for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from shuyin.records.book_json import BookJson
from shuyin.search_api.crosswalks.roles import creators, distinct

_HAN = re.compile("[\u2e80-\u9fff\uf900-\ufaff]")


def apa(book: BookJson) -> str:
    """王小明（2025）。書名（二版）。出版者。 / Wang, X. (2025). Title (2nd ed.). Publisher."""
    year, names, edition = _year(book), _names(book), book["edition"]
    if _chinese(book):
        head = f"{names}（{year or '無日期'}）。{book['title']}" if names else f"{book['title']}（{year or '無日期'}）"
        return head + (f"（{edition}）" if edition else "") + "。" + _ended(book["publisher"], "。")
    head = f"{names} ({year or 'n.d.'}). {book['title']}" if names else f"{book['title']} ({year or 'n.d.'})"
    return _ended(head + (f" ({edition.rstrip('.')})" if edition else ""), ". ") + _ended(book["publisher"], ".")


def chicago(book: BookJson) -> str:
    """王小明。《書名》。臺北市：出版者，2025。 / Wang, X. Title. Taipei: Publisher, 2025."""
    chinese = _chinese(book)
    colon, comma, stop = ("：", "，", "。") if chinese else (": ", ", ", ". ")
    title = f"《{book['title']}》" if chinese else book["title"]
    imprint = comma.join(distinct([colon.join(distinct([book["place"], book["publisher"]])), _year(book)]))
    pieces = distinct([_names(book), title, book["edition"], imprint])
    return "".join(_ended(piece, stop) for piece in pieces).strip()


def mla(book: BookJson) -> str:
    """王小明。《書名》。二版，出版者，2025。 / Wang, X., et al. Title. 2nd ed., Publisher, 2025."""
    chinese = _chinese(book)
    comma, stop = ("，", "。") if chinese else (", ", ". ")
    title = f"《{book['title']}》" if chinese else book["title"]
    people = [c["name"] for c in creators(book)]
    if len(people) > 2:
        names = f"{people[0]}等" if chinese else f"{people[0]}, et al"
    else:
        names = ("與" if chinese else ", and ").join(people)
    imprint = comma.join(distinct([book["edition"], book["publisher"], _year(book)]))
    return "".join(_ended(piece, stop) for piece in distinct([names, title, imprint])).strip()


def gb_t_7714(book: BookJson) -> str:
    """王小明. 書名[M]. 二版. 臺北市: 出版者, 2025."""
    carrier = {"ebook": "[M/OL]", "audiobook": "[A/OL]"}.get(book["format"], "[M]")
    imprint = ", ".join(distinct([": ".join(distinct([book["place"], book["publisher"]])), _year(book)]))
    people = [c["name"] for c in creators(book)]
    shown = ", ".join(people[:3]) + (", 等" if len(people) > 3 else "")
    pieces = distinct([shown, book["title"] + carrier, book["edition"], imprint])
    return "".join(_ended(piece, ". ") for piece in pieces).strip()


STYLES: dict[str, tuple[str, Callable[[BookJson], str]]] = {
    "apa": ("APA 7", apa),
    "chicago": ("Chicago 17", chicago),
    "mla": ("MLA 9", mla),
    "gb7714": ("GB/T 7714-2015", gb_t_7714),
}


def _chinese(book: BookJson) -> bool:
    return bool(_HAN.search(book["title"]))


def _year(book: BookJson) -> str:
    return (book["published"] or "")[:4]


def _names(book: BookJson) -> str:
    names = [c["name"] for c in creators(book)]
    if _chinese(book):
        return "、".join(names)
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" & {names[-1]}" if names else ""


def _ended(text: str | None, stop: str) -> str:
    """`text` with its full stop; nothing where there is no text."""
    return text.rstrip("。. ") + stop if text else ""
