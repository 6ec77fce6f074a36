"""Records with a date of exposure in the future are indexed, but not shown before it."""

from __future__ import annotations

import math
from datetime import datetime

from shuyin.search_engine.query import Bool, Query, Range

#: INTEGER field of a declaration, seconds since 1970: set only where a record has a date of exposure, so that the
#: condition touches few records.
VISIBLE_FROM = "visible_from"


def moment(at: datetime) -> int:
    """An aware time as the field keeps it; parts of a second count as a whole one."""
    return math.ceil(at.timestamp())


def visible(now: datetime) -> Query:
    """The condition for `SearchRequest.where` that leaves out what is not to be seen yet."""
    return Bool(must_not=(Range(VISIBLE_FROM, gte=math.floor(now.timestamp()) + 1),))
