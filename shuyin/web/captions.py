"""Captions of class numbers, from the authority table, for facets, chips and record pages."""

from __future__ import annotations

import time
from collections.abc import Mapping
from hashlib import blake2b

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.records.models import ClassRow
from shuyin.web import labels
from shuyin.web.i18n import SOURCE, current_language, gettext

#: A scheme changes once in years; staff who load one see it after so many seconds.
_FRESH = 300.0


class Captions:
    """Words for class numbers in the language of the request."""

    def __init__(self, known: Mapping[str, tuple[str, str | None]], digest: str = "") -> None:
        self._known = known
        #: Differs where the words do.
        self.digest = digest

    def of(self, number: str) -> str:
        """The caption of a number, or an empty string."""
        if number in labels.MAIN_CLASSES:
            return gettext(labels.MAIN_CLASSES[number])
        # the second level (綱) stands in the tables under its first number: 81 is 810
        chinese, english = self._known.get(number) or self._known.get(number.ljust(3, "0"), ("", None))
        return chinese if current_language() == SOURCE else english or chinese

    def value(self, facet: str, value: str) -> str:
        """A facet's value for people; a class number with its caption."""
        return f"{value} {self.of(value)}".strip() if facet == "class" else labels.facet_value(facet, value)


_cache: dict[int, tuple[float, Captions]] = {}


def captions(sessions: sessionmaker[Session]) -> Captions:
    """The captions of the main tables of 中文圖書分類法, as they were at most five minutes ago."""
    kept = _cache.get(id(sessions))
    if kept is None or time.monotonic() - kept[0] > _FRESH:
        query = select(ClassRow.number, ClassRow.caption, ClassRow.caption_en).where(
            ClassRow.scheme == "ncsclt", ClassRow.table_name == "main"
        )
        with sessions() as session:
            known = {row.number: (row.caption, row.caption_en) for row in session.execute(query)}
        digest = blake2b(repr(sorted(known.items())).encode(), digest_size=8).hexdigest()
        _cache.clear()
        _cache[id(sessions)] = kept = (time.monotonic(), Captions(known, digest))
    return kept[1]
