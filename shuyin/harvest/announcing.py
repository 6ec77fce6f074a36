"""The day on which an imported book stands in the new-book feed (每日預告書訊).

MARC has no such day. An import sets none unless asked to, so that loading an old catalogue does not announce it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from shuyin.harvest.readers import iso2709
from shuyin.records.dates import imprint_date
from shuyin.records.services import IncomingRecord

#: What day a record is announced on; None = it is not.
Announce = Callable[[IncomingRecord], date | None]


def on_publication(record: IncomingRecord) -> date | None:
    """The date of publication (264 $c, else 260 $c); the first of the month where the day is not known.

    None where only the year is known, or nothing: a day would be invented.
    """
    for tag in (b"264", b"260"):
        field = iso2709.first_field(record.marc, tag)
        if field is not None:
            parts = [p[1:] for p in field.split(b"\x1f")[1:] if p[:1] == b"c"]
            stated = imprint_date(parts[0].decode("utf-8")) if parts else None
            if stated is None or len(stated) < 7:
                return None
            return date.fromisoformat(stated if len(stated) == 10 else f"{stated}-01")
    return None


def on_day(day: date) -> Announce:
    """All records of an import on one day, e.g. the day of a monthly list."""
    return lambda _record: day


PUBLISHED = "published"


def announcement(text: str) -> Announce:
    """What an operator asks for: "published" or a day as YYYY-MM-DD; `ValueError` for anything else."""
    return on_publication if text == PUBLISHED else on_day(date.fromisoformat(text))
