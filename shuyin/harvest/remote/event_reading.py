"""What a list of events says: JSON (any shape, schema.org, JSON Feed), iCalendar, RSS and Atom.

Each reader gives an event's values under our names; `event` makes one event of them, the same way for all. A time
without a zone is Taiwan's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from email.utils import parsedate_to_datetime
from io import BytesIO
from typing import Any
from urllib.parse import quote, urlsplit

import feedparser
from icalendar import Calendar

from shuyin.harvest.cleaning import clean, plain_text
from shuyin.harvest.reading import Rejected
from shuyin.harvest.reasons import Reason
from shuyin.harvest.remote.oai import HarvestFailed
from shuyin.records.exposure import TAIPEI

_LONGEST_TITLE, _LONGEST_TEXT = 500, 20_000
_ADDRESS = "%/:?#[]@!$&'()*+,;=~-._"

#: Our name → where a JSON event may have it; the first that is there counts. Sources: schema.org Event, JSON Feed 1.1,
#: the open data of Taiwan's Ministry of Culture (showInfo, sourceWebPromote …).
FIELDS: dict[str, tuple[str, ...]] = {
    "identifier": ("id", "uid", "UID", "@id", "identifier"),
    "title": ("title", "name"),
    "starts": ("showInfo.0.time", "startDate", "start_date", "start", "starts"),
    "ends": ("showInfo.0.endTime", "endDate", "end_date", "end", "ends"),
    "place": ("showInfo.0.locationName", "location.name", "venue.name", "location", "venue", "place"),
    "summary": ("description", "summary", "content_text", "content_html", "descriptionFilterHtml"),
    "link": ("url", "link", "external_url", "sourceWebPromote", "webSales"),
    "published": ("date_published", "published", "datePublished"),
    "status": ("eventStatus", "status"),
}
_LISTS = ("items", "events", "data", "results", "itemListElement", "@graph")
_NEXT = ("next_url", "next", "links.next", "links.next.href", "paging.next")

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Listing:
    """One answer of a source: its events as (original, values), and the address of the next answer."""

    items: tuple[tuple[bytes, Values], ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event. `starts` and `ends` are as shown, in Taiwan's time; a cancelled one is taken off the site."""

    identifier: str
    title: str
    starts: str | None
    ends: str | None
    place: str | None
    summary: str | None
    link: str | None
    shown_from: datetime | None
    cancelled: bool


def event(values: Values) -> Event:
    """The event of these values; `Rejected` if it has no title."""
    title = plain_text(_text(values, "title")).replace("\n", " ")[:_LONGEST_TITLE]
    starts, ends = moment(values.get("starts")), moment(values.get("ends"))
    identifier = _text(values, "identifier") or _text(values, "link") or f"{title} {starts}"
    if not title:
        raise Rejected(Reason.NO_TITLE, identifier[:200])
    first = _shown(starts) or clean(_text(values, "starts"))
    last = _shown(ends) or clean(_text(values, "ends"))
    published = moment(values.get("published")) or starts
    return Event(
        identifier=identifier,
        title=title,
        starts=first or None,
        ends=last if last and last != first else None,
        place=plain_text(_text(values, "place")).replace("\n", " ")[:_LONGEST_TITLE] or None,
        summary=plain_text(_text(values, "summary"))[:_LONGEST_TEXT] or None,
        link=_address(_text(values, "link")),
        shown_from=_instant(published) if published else None,
        cancelled="cancel" in _text(values, "status").lower(),
    )


def moment(value: object) -> datetime | date | None:
    """The day or instant that a value states (ISO 8601, 2026/1/5, RFC 822, seconds since 1970); None if it is none."""
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 2**33:
        return datetime.fromtimestamp(value, UTC)
    if not isinstance(value, str) or not value.strip():
        return None
    for read in (_iso, parsedate_to_datetime):
        try:
            found = read(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        midnight = found.tzinfo is None and found.time() == time()
        return found.date() if midnight else found
    return None


def _iso(text: str) -> datetime:
    """ISO 8601, slashes and single digits allowed."""
    day, _, rest = text.strip().replace("/", "-").replace("T", " ").partition(" ")
    padded = "-".join(part.zfill(2) for part in day.split("-"))
    return datetime.fromisoformat(f"{padded} {rest}".strip())


def read_json(body: bytes, settings: Mapping[str, Any]) -> Listing:
    """A JSON list. `settings`: `items` and `next` (paths with dots), `fields` (our name → path); else by `FIELDS`."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HarvestFailed(f"the answer is not JSON: {str(error)[:200]}") from error
    if settings.get("items"):
        found = _at(document, str(settings["items"]))
    else:
        places = (document, *(_at(document, path) for path in _LISTS))
        found = next((place for place in places if isinstance(place, list)), None)
    if not isinstance(found, list):
        raise HarvestFailed("the answer holds no list of events; name its place with --items")
    paths = {name: (*_own(settings, name), *known) for name, known in FIELDS.items()}
    items = tuple(
        (json.dumps(item, ensure_ascii=False).encode(), {name: _first(item, paths[name]) for name in paths})
        for item in found
    )
    following = _first(document, (str(settings["next"]),) if settings.get("next") else _NEXT)
    return Listing(items, following if isinstance(following, str) and following else None)


def read_ical(body: bytes, settings: Mapping[str, Any]) -> Listing:
    """The VEVENTs of an iCalendar file (RFC 5545); of a repeated event its first time and the exceptions."""
    try:
        calendars = Calendar.from_ical(body, multiple=True)
    except (ValueError, IndexError, KeyError) as error:
        raise HarvestFailed(f"the answer is not iCalendar: {str(error)[:200]}") from error
    if not calendars:
        raise HarvestFailed("the answer is not iCalendar: it holds no VCALENDAR")
    return Listing(tuple((c.to_ical(), _ical_values(c)) for calendar in calendars for c in calendar.walk("VEVENT")))


def _ical_values(component: Any) -> Values:
    def when(name: str) -> Any:
        return getattr(component.get(name), "dt", None)

    ends = when("DTEND")
    if isinstance(ends, date) and not isinstance(ends, datetime):
        ends -= timedelta(days=1)  # an all-day event ends before its DTEND
    repeated = when("RECURRENCE-ID")
    names = {"title": "SUMMARY", "place": "LOCATION", "summary": "DESCRIPTION", "link": "URL", "status": "STATUS"}
    found = {ours: str(component.get(theirs, "")) for ours, theirs in names.items()}
    uid = str(component.get("UID", ""))
    identifier = f"{uid} {repeated}" if uid and repeated else uid
    return {**found, "identifier": identifier, "starts": when("DTSTART"), "ends": ends, "published": when("CREATED")}


def read_feed(body: bytes, settings: Mapping[str, Any]) -> Listing:
    """The entries of RSS or Atom, with the dates of the event module where there are any (ev:startdate …)."""
    # a stream, never the bytes themselves: these might be taken for an address or the name of a file
    found = feedparser.parse(BytesIO(body))
    if not found.version:
        raise HarvestFailed("the answer is neither RSS nor Atom")
    following = next((link.get("href") for link in found.feed.get("links", ()) if link.get("rel") == "next"), None)
    return Listing(tuple(_entries(found.entries)), following)


def _entries(entries: list[Any]) -> Iterator[tuple[bytes, Values]]:
    same = {name: name for name in ("title", "summary", "link", "published")}
    names = {**same, "identifier": "id", "starts": "ev_startdate", "ends": "ev_enddate", "place": "ev_location"}
    for entry in entries:
        values = {ours: entry.get(theirs) or "" for ours, theirs in names.items()}
        yield json.dumps(values, ensure_ascii=False).encode(), values


#: Kind of source → its reader.
READERS: dict[str, Callable[[bytes, Mapping[str, Any]], Listing]] = {
    "events-json": read_json,
    "events-ical": read_ical,
    "events-feed": read_feed,
}


def _own(settings: Mapping[str, Any], name: str) -> tuple[str, ...]:
    path = settings.get("fields", {}).get(name)
    return (str(path),) if path else ()


def _first(document: object, paths: tuple[str, ...]) -> Any:
    return next((value for path in paths if (value := _at(document, path)) not in (None, "", [], {})), None)


def _at(document: Any, path: str) -> Any:
    """What stands at `a.b.0`; None if nothing does."""
    for step in path.split("."):
        if isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        elif isinstance(document, dict):
            document = document.get(step)
        else:
            return None
    return document


def _text(values: Values, name: str) -> str:
    value = values.get(name)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def _instant(value: datetime | date) -> datetime:
    if not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return (value if value.tzinfo else value.replace(tzinfo=TAIPEI)).astimezone(UTC)


def _shown(value: datetime | date | None) -> str:
    if value is None:
        return ""
    if not isinstance(value, datetime):
        return value.isoformat()
    return _instant(value).astimezone(TAIPEI).strftime("%Y-%m-%d %H:%M")


def _address(text: str) -> str | None:
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return quote(text, safe=_ADDRESS) if parts.scheme in ("http", "https") and parts.hostname else None
