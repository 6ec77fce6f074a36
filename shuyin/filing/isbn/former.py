"""舊資料查詢與帶入 (S0 l.1288): a house's earlier applications and records, and what of them a new one takes over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.engine import drafts
from shuyin.filing.engine.declaration import Filing
from shuyin.filing.isbn import holdings, values
from shuyin.filing.isbn.assignment import of_filing
from shuyin.filing.models import FilingRow
from shuyin.filing.office import By, Office
from shuyin.records import isbn as numbers
from shuyin.records.book import Book, Format

#: So many finds are shown; who looks for more types more of the title.
MOST = 20
#: Answers of an earlier application that hold for that application only.
_OWN = re.compile(r"forms|cip.*|recommendation|.*_(?:published|parts|former_isbn)|filler.*|publisher|isbn")
_LANGUAGES = {"chi": "繁體中文", "eng": "英文", "jpn": "日文", "kor": "韓文", "fre": "法文", "ger": "德文",
              "spa": "西班牙文", "vie": "越南文", "ind": "印尼文", "tha": "泰文"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Former:
    """An earlier publication: `key` is what `carry_in` takes."""

    key: str
    title: str
    authors: str
    isbns: tuple[str, ...]
    published: str


class NotFound(Exception):
    """There is no such earlier publication of this house."""


def look_up(session: Session, office: Office, row: FilingRow, query: str) -> list[Former]:
    """Earlier applications and records of the filer's house with this ISBN or these words in the title."""
    query = query.strip()
    if not query:
        return []
    number = numbers.normalise(query) or ""
    found = [*_filings(session, office, row, query, number)]
    known = {isbn for former in found for isbn in former.isbns}
    for record, book in holdings.records(session, row.organisation_id, number=number):
        if len(found) >= MOST:
            break
        if known.intersection(book.isbns) or not (number or holdings.matches(query, book.title)):
            continue
        title, authors = book.title, book.responsibility or ""
        found.append(Former(f"record-{record.id}", title, authors, book.isbns, book.published or ""))
    return found[:MOST]


def _filings(session: Session, office: Office, row: FilingRow, query: str, number: str) -> list[Former]:
    found = []
    for other in _earlier(session, row):
        answers = drafts.answers_of(office, other)
        isbns = tuple(n.isbn for n in of_filing(session, other.id) if n.state == "assigned")
        title = str(answers.get("title") or "")
        if number in isbns if number else holdings.matches(query, title):
            published = str(answers.get("print_published") or answers.get("ebook_published") or "")
            found.append(Former(f"filing-{other.id}", title, str(answers.get("authors") or ""), isbns, published))
    return found


def _earlier(session: Session, row: FilingRow) -> list[FilingRow]:
    if row.organisation_id is None or row.kind != "isbn":
        return []  # a supplementary CIP is for a book that the catalogue has
    query = select(FilingRow).where(
        FilingRow.organisation_id == row.organisation_id,
        FilingRow.kind == row.kind,
        FilingRow.id != row.id,
        FilingRow.submitted_at.is_not(None),
        FilingRow.erased_at.is_(None),
    )
    return list(session.scalars(query.order_by(FilingRow.id.desc()).limit(holdings.MOST)))


def carry_in(session: Session, office: Office, filing: Filing, filing_id: int, key: str, *, by: By) -> None:
    """Take an earlier publication's data over into a draft; what it does not say stays. Raises NotFound."""
    row = drafts.locked(session, filing_id)
    if not filing.state(row.state).editable:
        raise drafts.NotEditable
    kind, _, number = key.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        raise NotFound
    taken = _of_filing(session, office, row, int(number)) if kind == "filing" else _of_record(session, row, int(number))
    known = {f.name for f in filing.fields()}
    drafts.put(session, office, filing, row, {n: v for n, v in taken.items() if n in known and v})
    drafts.remember(session, row, by, "carry")
    audit.append(session, by.name, "carry", "filing", row.id, {"from": key})


def _of_filing(session: Session, office: Office, row: FilingRow, number: int) -> dict[str, Any]:
    other = next((one for one in _earlier(session, row) if one.id == number), None)
    if other is None:
        raise NotFound
    return {n: v for n, v in drafts.answers_of(office, other).items() if not _OWN.fullmatch(n)}


def _of_record(session: Session, row: FilingRow, number: int) -> dict[str, Any]:
    found = next((book for one, book in holdings.records(session, row.organisation_id) if one.id == number), None)
    if found is None:
        raise NotFound
    return answers_from(found)


def answers_from(book: Book) -> dict[str, Any]:
    """The answers that a catalogue record gives: what it knows, in the forms' own values."""
    printed = [b for b in book.bindings if b.isbn and b.format is Format.PRINT]
    first = next(iter(printed or [b for b in book.bindings if b.isbn]), None)
    said: dict[str, Any] = {
        "isbn": first.isbn if first else None,
        "title": book.title,
        "authors": book.responsibility,
        "language": _LANGUAGES.get(book.language or ""),
        "audience": book.audience,
        "shelf": (book.shelf_category or "").replace("（", "(").replace("）", ")"),
        "topic": book.category,
        "rating": {"普遍級": "普通級"}.get(book.rating or "", book.rating),
        "print_edition": book.edition,
        "print_pages": _digits(first.pages if first else None),
        "print_height": _digits(first.size if first else None),
        "intro": book.summary,
        "contents": book.contents,
        "keywords": ";".join(book.keywords),
        "subjects": ",".join(s.label for s in book.subjects),
        "classes": ",".join(c.number for c in book.classes if c.scheme == "ncsclt"),
    }
    lists: Mapping[str, tuple[Any, ...]] = {
        "audience": values.AUDIENCES, "shelf": values.SHELVES, "topic": values.TOPICS, "rating": values.RATINGS
    }  # fmt: skip
    for name, choices in lists.items():
        if said[name] not in {c.value for c in choices}:
            said[name] = None
    return {name: value for name, value in said.items() if value}


def _digits(text: str | None) -> str:
    found = re.search(r"\d+", text or "")
    return found[0] if found else ""
