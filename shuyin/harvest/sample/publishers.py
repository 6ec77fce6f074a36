"""Publishers and their registrant prefixes as the sample's own ISBNs show them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from shuyin.records import isbn
from shuyin.records.book import Book
from shuyin.records.services import Publisher, name_key

#: Ends of a legal name that shops leave out: 東立 = 東立出版社 = 東立出版社有限公司.
_ENDS = re.compile(
    r"(?:股份有限公司|有限公司|\(股\)公司|出版事業|文化事業|文化出版|圖書出版|出版社|出版公司|出版|事業|文化|圖書|公司)+$"
)


def publishers(books: Iterable[Book]) -> list[Publisher]:
    """One entry per firm, in order of names. Spellings are one firm if they differ by the legal end only *and* share a

    registrant prefix; a prefix alone proves nothing, since the agency gives some to many (private authors).
    """
    numbers: dict[str, Counter[str]] = defaultdict(Counter)
    for book in books:
        for number in book.isbns if book.publisher else ():
            parts = isbn.split(number)
            numbers[book.publisher or ""][parts.registrant_prefix if parts else ""] += 1
    firms: dict[str, list[str]] = defaultdict(list)
    for name in sorted(numbers):
        firms[_stem(name)].append(name)
    found = []
    for names in firms.values():
        for group in _sharing_prefixes(names, numbers):
            full = max(group, key=lambda n: (len(n), numbers[n].total()))
            prefixes = sorted({p for n in group for p in numbers[n] if p})
            found.append(Publisher(full, tuple(prefixes), tuple(n for n in group if n != full)))
    return sorted(found, key=lambda p: p.name)


def _stem(name: str) -> str:
    key = name_key(name)
    return _ENDS.sub("", key) or key


def _sharing_prefixes(names: list[str], numbers: dict[str, Counter[str]]) -> list[list[str]]:
    """Names of one stem, parted where they have no prefix in common."""
    groups: list[tuple[set[str], list[str]]] = []
    for name in names:
        own = set(numbers[name])
        touching = [g for g in groups if g[0] & own]
        merged = (own.union(*(g[0] for g in touching)), [n for g in touching for n in g[1]] + [name])
        groups = [g for g in groups if g not in touching] + [merged]
    return [sorted(group) for _, group in groups]
