"""Feeds as RSS 2.0 and Atom (feedgen) and as JSON Feed 1.1."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from feedgen.feed import FeedGenerator

from shuyin.search_api.crosswalks.xml_text import xml_text
from shuyin.search_api.feeds.entries import Feed


@dataclass(frozen=True, slots=True)
class FeedFormat:
    """A feed format: its media type and its writer."""

    media_type: str
    write: Callable[[Feed], bytes]


def _generator(feed: Feed) -> Any:
    generator = FeedGenerator()
    generator.id(feed.address)
    generator.title(xml_text(feed.title))
    generator.subtitle(xml_text(feed.description))
    generator.description(xml_text(feed.description))
    generator.link(href=feed.page, rel="alternate", type="text/html")
    generator.language(feed.language)
    generator.author(name="書音 Shuyin")
    generator.updated(feed.updated)
    generator.lastBuildDate(feed.updated)
    for one in feed.entries:
        entry = generator.add_entry(order="append")
        entry.id(one.id)
        entry.guid(one.id, permalink=True)
        entry.title(xml_text(one.title))
        entry.link(href=one.id, rel="alternate", type="text/html")
        entry.content(xml_text(one.html), type="html")
        entry.published(one.published)
        entry.updated(one.updated)
        for name in one.authors:
            entry.author(name=xml_text(name))
        for tag in one.tags:
            entry.category(term=xml_text(tag))
    return generator


def _rss(feed: Feed) -> bytes:
    generator = _generator(feed)
    # of several links RSS takes the last as the channel's; the feed's own goes out as atom:link
    generator.link(href=feed.address, rel="self", type="application/rss+xml")
    generator.link(href=feed.page, rel="alternate")
    return bytes(generator.rss_str())


def _atom(feed: Feed) -> bytes:
    generator = _generator(feed)
    generator.link(href=feed.address, rel="self", type="application/atom+xml")
    return bytes(generator.atom_str())


def _json(feed: Feed) -> bytes:
    items = [
        {
            "id": one.id,
            "url": one.id,
            "title": one.title,
            "content_html": one.html,
            "date_published": one.published.isoformat(),
            "date_modified": one.updated.isoformat(),
            "authors": [{"name": name} for name in one.authors],
            "tags": list(one.tags),
            **({"image": one.image} if one.image else {}),
        }
        for one in feed.entries
    ]
    whole = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "description": feed.description,
        "home_page_url": feed.page,
        "feed_url": feed.address,
        "language": feed.language,
        "items": items,
    }
    return json.dumps(whole, ensure_ascii=False).encode()


FORMATS: dict[str, FeedFormat] = {
    "rss": FeedFormat("application/rss+xml; charset=utf-8", _rss),
    "atom": FeedFormat("application/atom+xml; charset=utf-8", _atom),
    "json": FeedFormat("application/feed+json; charset=utf-8", _json),
}
