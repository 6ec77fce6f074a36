"""When records of single bindings are one book, and what that book's record says (docs/importing.md).

Sources that give one ISBN per row split a book into its bindings. Rows meet again in one record when

1. they state the same ISBN, or
2. folded whole title (volume and part included), first contributor, publisher and edition are the same, their
   years differ by two at most, and the binding differs from those that the book has already: two rows of the same
   form and binding are two printings or two books, and stay apart.

What came from MARC under a control number of its own is never changed by such rows.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import fields, replace

from shuyin.records.book import Binding, Book

#: Ends of a publisher's legal name that shops leave out.
_LEGAL_ENDS = re.compile(r"(股份有限公司|有限公司|出版事業|文化事業|事業|出版社|出版|文化|公司)+$")
_BEYOND_WORDS = re.compile(r"[\W_]+")
#: Words that tell the form, not the book.
_FORM_WORDS = re.compile(r"[（(【\[](電子書|有聲書|精裝|平裝|epub|pdf)[^）)】\]]*[）)】\]]", re.IGNORECASE)
MAX_YEARS_APART = 2


def fold(text: str | None) -> str:
    """Half width, lower case, letters and digits only."""
    return _BEYOND_WORDS.sub("", unicodedata.normalize("NFKC", text or "").casefold())


def work_key(book: Book) -> str | None:
    """32 hex digits that are equal for bindings of one book; None where the title alone would have to tell."""
    author = fold(book.contributors[0].name if book.contributors else book.responsibility)
    publisher = _LEGAL_ENDS.sub("", fold(book.publisher)) or fold(book.publisher)
    if not author or not publisher:
        return None
    title = fold(_FORM_WORDS.sub("", book.title))
    return hashlib.sha256("\0".join((title, author, publisher, fold(book.edition))).encode()).hexdigest()[:32]


def same_title(standing: Book, incoming: Book) -> bool:
    """Whether two rows of one ISBN speak of one book: one folded title begins with the other."""
    one, other = (fold(_FORM_WORDS.sub("", book.title)) for book in (standing, incoming))
    return bool(one and other) and (one.startswith(other) or other.startswith(one))


def may_join(standing: Book, incoming: Book) -> bool:
    """Whether `incoming`, of the same work key, is another binding of `standing` (rule 2)."""
    years = [int(b.published[:4]) for b in (standing, incoming) if b.published]
    if len(years) == 2 and abs(years[0] - years[1]) > MAX_YEARS_APART:
        return False
    taken = {_kind(binding) for binding in standing.bindings}
    return bool(incoming.bindings) and not any(_kind(binding) in taken for binding in incoming.bindings)


def merge(books: Sequence[Book]) -> Book:
    """One book of several: the first one's words, the bindings of all, and what only the others know."""
    first, *others = books
    for other in others:
        unknown = {
            f.name: value for f in fields(Book) if not getattr(first, f.name) and (value := getattr(other, f.name))
        }
        first = replace(first, **{**unknown, "bindings": _joined(first.bindings, other.bindings)})
    return first


def _kind(binding: Binding) -> tuple[str, str]:
    return binding.format.value, fold(binding.binding)


def _joined(standing: Sequence[Binding], incoming: Sequence[Binding]) -> tuple[Binding, ...]:
    joined = list(standing)
    places = {binding.isbn: place for place, binding in enumerate(joined) if binding.isbn}
    for binding in incoming:
        place = places.get(binding.isbn) if binding.isbn else None
        if place is None:
            joined.append(binding)
        else:
            joined[place] = _filled(joined[place], binding)
    return tuple(joined)


def _filled(standing: Binding, incoming: Binding) -> Binding:
    names = ("binding", "price", "pages", "size")
    return replace(standing, **{n: getattr(incoming, n) for n in names if not getattr(standing, n)})
