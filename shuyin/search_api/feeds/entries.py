"""A feed and its entries as plain values, and how a book becomes an entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from html import escape
from zoneinfo import ZoneInfo

from shuyin.records.book_json import BookJson
from shuyin.search_api.crosswalks.roles import distinct


@dataclass(frozen=True, slots=True)
class Entry:
    """One book of a feed."""

    id: str  # the record's public address
    title: str
    html: str
    published: datetime
    updated: datetime
    authors: tuple[str, ...]
    tags: tuple[str, ...]
    image: str | None = None  # address of the cover


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed; `page` is the page for people, `address` the feed's own."""

    title: str
    description: str
    page: str
    address: str
    language: str
    entries: tuple[Entry, ...]

    @property
    def updated(self) -> datetime:
        """When the latest entry changed; the beginning of time for an empty feed."""
        return max((entry.updated for entry in self.entries), default=datetime(1970, 1, 1, tzinfo=UTC))


def entry(book: BookJson, base_url: str, zone: ZoneInfo) -> Entry:
    """The entry of a book: published at the beginning of the day of its announcement, else when it was changed."""
    changed = datetime.fromisoformat(book["updated_at"]) if book["updated_at"] else datetime(1970, 1, 1, tzinfo=UTC)
    announced = book["announced"]
    begun = datetime.combine(date.fromisoformat(announced), time.min, tzinfo=zone) if announced else changed
    image = f"{base_url}{book['cover']}" if book["cover"] else None
    picture = f'<p><img src="{escape(image)}" alt=""></p>' if image else ""
    return Entry(
        id=f"{base_url}/books/{book['id']}",
        title=book["title"],
        html=picture + _html(book),
        published=begun,
        updated=max(changed, begun),
        authors=tuple(distinct(c["name"] for c in book["contributors"])),
        tags=tuple(distinct([*(s["label"] for s in book["subjects"]), book["category"]])),
        image=image,
    )


def _html(book: BookJson) -> str:
    """The facts of the title page in a few lines."""
    people = "；".join(f"{c['name']}{c['role'] or ''}" for c in book["contributors"])
    imprint = "，".join(distinct([book["place"], book["publisher"], book["published"]]))
    lines: list[str] = distinct([people, imprint, book["edition"]])
    lines += [_line([b["isbn_hyphenated"], b["binding"], b["price"]]) for b in book["bindings"]]
    body = "".join(f"<p>{escape(line)}</p>" for line in lines if line)
    return body + (f"<p>{escape(book['summary'])}</p>" if book["summary"] else "")


def _line(parts: Sequence[str | None]) -> str:
    return " ".join(distinct(parts))
