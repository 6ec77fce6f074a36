"""Published pages, in the reader's language where there is one, else in Chinese. No HTTP."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.records.models import PageRow
from shuyin.records.pages import PageKind, published
from shuyin.search_api import services
from shuyin.search_api.state import SearchState
from shuyin.search_engine.declaration import PAGES
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import Hit

SOURCE_LANGUAGE = "zh-Hant"

#: Kind → the address of one page; a place for its slug.
ADDRESSES = {
    PageKind.PAGE: "/pages/{slug}",
    PageKind.NEWS: "/news/{slug}",
    PageKind.FAQ: "/faq#{slug}",
    PageKind.FORM: "/forms#{slug}",
    PageKind.LINK: "/links#{slug}",
    PageKind.EVENT: "/events#{slug}",
    PageKind.AWARD: "/awards/{slug}",
}
#: The two tabs of news and questions (S0).
SECTIONS = ("isbn", "isrc")


@dataclass(frozen=True, slots=True)
class FoundPages:
    """One page of the search among pages."""

    answer: services.Answer
    hits: tuple[Hit, ...]


def address(kind: str, slug: str) -> str:
    """Where a page stands on this site."""
    return ADDRESSES[PageKind(kind)].format(slug=slug)


def find(session: Session, kind: PageKind, slug: str, language: str, now: datetime) -> PageRow | None:
    """One published page, None if there is none."""
    query = select(PageRow).where(PageRow.kind == kind.value, PageRow.slug == slug, *published(now))
    return next(iter(_preferred(session.scalars(query).all(), language)), None)


def listed(session: Session, kind: PageKind, language: str, now: datetime, section: str | None = None) -> list[PageRow]:
    """The published pages of a kind, by position, then the newest first."""
    query = select(PageRow).where(PageRow.kind == kind.value, *published(now))
    if section is not None:
        query = query.where(PageRow.section == section)
    rows = _preferred(session.scalars(query).all(), language)
    return sorted(rows, key=lambda row: (row.position, -shown_since(row).timestamp(), row.slug))


def shown_since(row: PageRow) -> datetime:
    """When a page was published."""
    return row.publish_from or row.created_at


def search(engine: SearchEngine, sessions: sessionmaker[Session], state: SearchState, now: datetime) -> FoundPages:
    """Pages that a state finds; what has been taken down since is left out. Raises what `services.search` raises."""
    answer = services.search(engine, state, PAGES)
    ids = [int(hit.id) for hit in answer.hits]
    with sessions() as session:
        shown = set(session.scalars(select(PageRow.id).where(PageRow.id.in_(ids), *published(now))))
    return FoundPages(answer, tuple(hit for hit in answer.hits if int(hit.id) in shown))


def to_json(row: PageRow, base_url: str) -> dict[str, Any]:
    """A page for machines; `body` is Markdown."""
    return {
        "kind": row.kind,
        "slug": row.slug,
        "language": row.language,
        "section": row.section,
        "title": row.title,
        "body": row.body,
        "published": shown_since(row).isoformat(),
        "updated": row.updated_at.isoformat(),
        "url": base_url + address(row.kind, row.slug),
    }


def _preferred(rows: Sequence[PageRow], language: str) -> list[PageRow]:
    """One row for each address: the reader's language, else the source language."""
    chosen: dict[str, PageRow] = {}
    for wanted in (SOURCE_LANGUAGE, language):
        chosen |= {row.slug: row for row in rows if row.language == wanted}
    return list(chosen.values())
