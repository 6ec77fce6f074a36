"""Pages, news and questions in Markdown: the only writers of `PageRow`, with versions, undo and the change log."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Any

from markdown_it import MarkdownIt
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from shuyin.records import changes
from shuyin.records.models import PageRow, RecordVersion, utc_now

#: `RecordVersion.changed_by` of texts that come with the project: they give way to what staff write.
SHIPPED = "shuyin"

_COMMONMARK = MarkdownIt("commonmark", {"html": False}).enable("table")


class PageKind(StrEnum):
    """`PageRow.kind`."""

    PAGE = "page"
    NEWS = "news"
    FAQ = "faq"
    FORM = "form"
    LINK = "link"
    EVENT = "event"
    AWARD = "award"


class UnknownPage(LookupError):
    """There is no such page, or it never had that version."""


class PageConflict(ValueError):
    """Someone else saved the page meanwhile, or another page has the same address."""


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says; `publish_from` NULL = at once, `publish_until` NULL = for good."""

    kind: str
    slug: str
    title: str
    body: str
    language: str = "zh-Hant"
    section: str | None = None
    position: int = 0
    publish_from: datetime | None = None
    publish_until: datetime | None = None


_COLUMNS = tuple(f.name for f in fields(Page))
_TIMES = ("publish_from", "publish_until")


def published(now: datetime) -> list[ColumnElement[bool]]:
    """The condition that a page is to be seen at `now`."""
    return [
        PageRow.deleted_at.is_(None),
        or_(PageRow.publish_from.is_(None), PageRow.publish_from <= now),
        or_(PageRow.publish_until.is_(None), PageRow.publish_until > now),
    ]


def read(row: PageRow) -> Page:
    """What a row says."""
    return Page(**{name: getattr(row, name) for name in _COLUMNS})


def plain_text(body: str) -> str:
    """The words of a Markdown text, for the index: no marks, no addresses; blocks on lines of their own."""
    lines = []
    for token in _COMMONMARK.parse(body):
        if token.type == "inline":
            lines.append("".join(c.content if c.type in ("text", "code_inline") else " " for c in token.children or ()))
        elif token.type in ("fence", "code_block"):
            lines.append(token.content)
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def create(session: Session, page: Page, *, changed_by: str) -> PageRow:
    """Write a new page; `PageConflict` if its address is taken (also by one that was taken down)."""
    changes.lock(session)
    if _at(session, page) is not None:
        raise PageConflict(f"{page.kind}/{page.slug} [{page.language}] exists")
    row = PageRow(**asdict(page))
    session.add(row)
    session.flush()
    _keep(session, row, b"", 0, changed_by, "created")
    changes.append(session, "page", row.id)
    return row


def save(
    session: Session, page_id: int, page: Page, *, changed_by: str, version: int | None = None, reason: str = ""
) -> PageRow:
    """Replace what a page says and keep the former text. The same text changes nothing.

    `UnknownPage`; `PageConflict` if the page is not at `version` any more or the address is another page's.
    """
    changes.lock(session)
    row = _row(session, page_id)
    if version is not None and row.version != version:
        raise PageConflict(f"page {page_id} is at version {row.version}, not {version}")
    other = _at(session, page)
    if other is not None and other.id != row.id:
        raise PageConflict(f"{page.kind}/{page.slug} [{page.language}] exists")
    if read(row) != page:
        _advance(session, row, changed_by, reason)
        for name in _COLUMNS:
            setattr(row, name, getattr(page, name))
        changes.append(session, "page", row.id)
    return row


def undo(session: Session, page_id: int, version: int, *, changed_by: str) -> PageRow:
    """Let a page say again what it said in `version`, as a new version; `UnknownPage`."""
    where = (RecordVersion.kind == "page", RecordVersion.record_id == page_id, RecordVersion.version == version)
    former = session.scalar(select(RecordVersion).where(*where))
    if former is None or not former.content:
        raise UnknownPage(f"page {page_id} has no version {version}")
    return save(session, page_id, content_of(former), changed_by=changed_by, reason=f"undo:{version}")


def take_down(session: Session, page_id: int, *, changed_by: str) -> None:
    """Take a page off the site; it and its versions are kept. `UnknownPage`."""
    changes.lock(session)
    row = _row(session, page_id)
    if row.deleted_at is None:
        _advance(session, row, changed_by, "taken down")
        row.deleted_at = row.updated_at
        changes.append(session, "page", row.id, deleted=True)


def put_back(session: Session, page_id: int, *, changed_by: str) -> None:
    """Bring a page back that was taken down. `UnknownPage`."""
    changes.lock(session)
    row = _row(session, page_id)
    if row.deleted_at is not None:
        _advance(session, row, changed_by, "put back")
        row.deleted_at = None
        changes.append(session, "page", row.id)


def seed(session: Session, page: Page) -> bool:
    """Write a text that comes with the project; whether anything changed.

    A page that staff have ever touched stays as they left it.
    """
    row = _at(session, page)
    if row is None:
        create(session, page, changed_by=SHIPPED)
        return True
    if is_touched(session, row.id, SHIPPED) or read(row) == page:
        return False
    save(session, row.id, page, changed_by=SHIPPED)
    return True


def is_touched(session: Session, page_id: int, writer: str) -> bool:
    """Whether anyone but `writer` has ever changed the page."""
    by_others = select(RecordVersion.id).where(
        RecordVersion.kind == "page", RecordVersion.record_id == page_id, RecordVersion.changed_by != writer
    )
    return session.scalar(by_others.limit(1)) is not None


def at(session: Session, kind: PageKind, slug: str, language: str = "zh-Hant") -> PageRow | None:
    """The page of that address, also one that was taken down; None if there never was one."""
    return session.scalar(
        select(PageRow).where(PageRow.kind == kind.value, PageRow.slug == slug, PageRow.language == language)
    )


def versions(session: Session, page_id: int) -> list[RecordVersion]:
    """The former texts of a page, the latest first."""
    query = select(RecordVersion).where(RecordVersion.kind == "page", RecordVersion.record_id == page_id)
    return list(session.scalars(query.order_by(RecordVersion.version.desc())))


def content_of(version: RecordVersion) -> Page:
    """What a page said in a former version."""
    values: dict[str, Any] = json.loads(version.content)
    return Page(**{**values, **{name: _time(values[name]) for name in _TIMES}})


def mark_ended(session: Session, since: datetime, now: datetime) -> int:
    """Let the index drop the pages whose time ended after `since`; how many."""
    ended = (PageRow.publish_until > since, PageRow.publish_until <= now, PageRow.deleted_at.is_(None))
    ids = list(session.scalars(select(PageRow.id).where(*ended)))
    changes.append_all(session, "page", ids)
    return len(ids)


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _at(session: Session, page: Page) -> PageRow | None:
    return at(session, PageKind(page.kind), page.slug, page.language)


def _row(session: Session, page_id: int) -> PageRow:
    row = session.get(PageRow, page_id)
    if row is None:
        raise UnknownPage(f"there is no page {page_id}")
    return row


def _advance(session: Session, row: PageRow, changed_by: str, reason: str) -> None:
    content = {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(read(row)).items()}
    _keep(session, row, json.dumps(content, ensure_ascii=False).encode(), row.version, changed_by, reason)
    row.version += 1
    row.updated_at = utc_now()


def _keep(session: Session, row: PageRow, content: bytes, version: int, changed_by: str, reason: str) -> None:
    session.add(
        RecordVersion(
            kind="page",
            record_id=row.id,
            version=version,
            content=content,
            changed_by=changed_by,
            reason=reason,
        )
    )
