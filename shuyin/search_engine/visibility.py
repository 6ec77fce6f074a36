"""Records with a date of exposure in the future are indexed, but not shown before it."""

from __future__ import annotations

from datetime import UTC, datetime

from shuyin.search_engine.query import Bool, Query, Range

#: DATE field of a declaration: set only where a record is to appear later, so that the condition stays cheap.
VISIBLE_FROM = "visible_from"


def moment(at: datetime) -> str:
    """An aware time as the field keeps it: UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def visible(now: datetime) -> Query:
    """The condition for `SearchRequest.where` that leaves out what is not to be seen yet."""
    return Bool(must_not=(Range(VISIBLE_FROM, gte=moment(now), lte=None),))
