"""What is published and not yet reported so (尚未進行確認出版作業), and what a report changes in the record (C7)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pymarc import Field, Subfield
from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing.engine import flow
from shuyin.filing.engine.declaration import mark
from shuyin.filing.engine.drafts import answers_of
from shuyin.filing.isbn import holdings
from shuyin.filing.isbn.application import APPLICATION
from shuyin.filing.isbn.numbers import price_of
from shuyin.filing.models import FilingRow, IsbnNumber
from shuyin.filing.office import SYSTEM, By, Office
from shuyin.records import changes, marc, services
from shuyin.records import isbn as numbers
from shuyin.records.book import Binding, Book, Format, Series
from shuyin.records.card_format import entry_date
from shuyin.records.models import BookRow
from shuyin.records.printed_titles import filed_title
from shuyin.records.responsibility import contributors

#: The day from which the counters tell old and new apart (S0 l.131–132).
TURNED_ON = date(2025, 3, 24)
#: Records of the list on one page (S0 l.1761).
PER_PAGE = 10

NOT_YOURS = mark("ISBN {isbn} 不在貴單位的書目中，請確認號碼。")
ALREADY = mark("ISBN {isbn} 的出版回報正由館員確認，請等候結果。")

#: What a publication may lack, as the list says it.
MISSING: Mapping[str, str] = {
    "price": mark("價格"),
    "pages": mark("頁數"),
    "size": mark("規格"),
    "published": mark("出版年月"),
    "report": mark("確認出版"),
}


@dataclass(frozen=True, slots=True)
class Publication:
    """One number of a house's record; `missing` says what makes it 資料不全, `state` how far its report has come."""

    isbn: str
    book_id: int
    title: str
    authors: str
    volume: str
    edition: str
    published: str
    form: str
    entered_on: date
    missing: tuple[str, ...]
    state: str  # "" | review | confirmed


def publications(session: Session, organisation_id: int | None, query: str = "") -> list[Publication]:
    """The house's numbers, newest record first; with `query` those with this ISBN or these words in the title."""
    number = numbers.normalise(query.strip()) or ""
    states = _reports(session, organisation_id)
    given = set(session.scalars(select(IsbnNumber.isbn).where(IsbnNumber.organisation_id == organisation_id)))
    starts = tuple(holdings.prefixes(session, organisation_id))
    found = []
    for row, book in holdings.records(session, organisation_id, number=number):
        if query.strip() and not number and not holdings.matches(query, book.title):
            continue
        field = marc.parse(row.marc).get("008")
        entered = entry_date(field.data if field else None, row.created_at.date())
        for binding in book.bindings:
            if binding.isbn and binding.isbn.startswith(starts) and (not number or binding.isbn == number):
                state = states.get(binding.isbn, "")
                missing = _missing(book, binding, binding.isbn in given) if state != "confirmed" else ()
                found.append(_publication(row, book, binding, entered, missing, state))
    return found


def _publication(
    row: BookRow, book: Book, binding: Binding, entered: date, missing: tuple[str, ...], state: str
) -> Publication:
    volume, _, _kind = (binding.binding or "").partition("：")
    return Publication(
        isbn=binding.isbn or "",
        book_id=row.id,
        title=book.title,
        authors=book.responsibility or "",
        volume=volume if _kind else "",
        edition=book.edition or "",
        published=book.published or "",
        form=binding.format.value,
        entered_on=entered,
        missing=missing,
        state=state,
    )


def _missing(book: Book, binding: Binding, given_here: bool) -> tuple[str, ...]:
    """What is not known of a number. One given out here is complete only once it is reported as published."""
    printed = binding.format is Format.PRINT
    lacks = {
        "price": not binding.price,
        "pages": printed and not binding.pages,
        "size": printed and not binding.size,
        "published": len(book.published or "") < len("2026-04"),
        "report": given_here,
    }
    return tuple(name for name, lack in lacks.items() if lack)


def unconfirmed(found: Sequence[Publication]) -> list[Publication]:
    """尚未進行確認出版作業清單: what lacks something and is not reported yet."""
    return [one for one in found if one.missing and one.state != "confirmed"]


def counters(found: Sequence[Publication]) -> tuple[int, int]:
    """資料不全 before, and from, 2025-03-24 on."""
    waiting = unconfirmed(found)
    before = sum(one.entered_on < TURNED_ON for one in waiting)
    return before, len(waiting) - before


def _reports(session: Session, organisation_id: int | None) -> dict[str, str]:
    """ISBN → state of its report ("review", "confirmed"); a later one counts more."""
    if organisation_id is None:
        return {}
    query = select(FilingRow.answers, FilingRow.state).where(
        FilingRow.kind == "publication",
        FilingRow.organisation_id == organisation_id,
        FilingRow.state.in_(("review", "returned", "confirmed")),
    )
    found: dict[str, str] = {}
    for answers, state in session.execute(query.order_by(FilingRow.id)):
        number = str(answers.get("isbn") or "")
        if found.get(number) != "confirmed":
            found[number] = "confirmed" if state == "confirmed" else "review"
    return found


def open_report(session: Session, organisation_id: int, number: str) -> FilingRow | None:
    """The report of this number that is being written or looked at."""
    query = select(FilingRow).where(
        FilingRow.kind == "publication",
        FilingRow.organisation_id == organisation_id,
        FilingRow.state.in_(("draft", "review", "returned")),
    )
    rows = session.scalars(query.order_by(FilingRow.id.desc()))
    return next((row for row in rows if row.answers.get("isbn") == number), None)


def current(session: Session, organisation_id: int | None, number: str) -> tuple[BookRow, Book, Binding] | None:
    """The record of one of the house's numbers, and its binding."""
    for row, book in holdings.records(session, organisation_id, number=number):
        for binding in book.bindings:
            if binding.isbn == number:
                return row, book, binding
    return None


def answers_for(book: Book, binding: Binding) -> dict[str, str]:
    """The answers of a report before anything is changed."""
    size = [part for part in (binding.size or "").replace("公分", "").replace("×", "x").split("x") if part.strip()]
    series = book.series[0] if book.series else None
    said = {
        "isbn": binding.isbn,
        "authors": book.responsibility,
        "title": book.title,
        "volume_title": book.parts.part_name,
        "rating": book.rating,
        "keywords": ";".join(book.keywords),
        "intro": book.summary,
        "contents": book.contents,
        "published": (book.published or "")[:7],
        "binding": binding.binding,
        "price": (binding.price or "").removeprefix("NT$"),
        "pages": "".join(c for c in binding.pages or "" if c.isdigit()),
        "series": "; ".join(part for part in (series.title, series.volume) if part) if series else "",
        "height": size[0].strip() if size else "",
        "width": size[1].strip() if len(size) > 1 else "",
    }
    return {name: value for name, value in said.items() if value}


def may_be_confirmed(session: Session, office: Office, row: FilingRow, by: By) -> Mapping[str, Any]:
    """Refuses a number that is not in one of the house's records, or that another report is about."""
    _reported(session, office, row)
    return {}


def _reported(session: Session, office: Office, row: FilingRow) -> tuple[BookRow, Book, Binding]:
    number = str(answers_of(office, row).get("isbn") or "")
    found = current(session, row.organisation_id, number)
    if found is None or row.organisation_id is None:
        raise flow.Refused(NOT_YOURS, isbn=number)
    other = open_report(session, row.organisation_id, number)
    if other is not None and other.id != row.id and other.state == "review":
        raise flow.Refused(ALREADY, isbn=number)
    return found


def apply_changes(session: Session, office: Office, row: FilingRow, by: By) -> Mapping[str, Any]:
    """Write the ticked changes into the record as a new version; the last number of an application closes it."""
    changes.lock(session)
    book_row, book, binding = _reported(session, office, row)
    answers = answers_of(office, row)
    ticked = set(answers.get("changes") or ())
    if ticked:
        record = marc.parse(book_row.marc)
        fresh = marc.write(changed(book, binding, answers, ticked))
        tags = {tag for name in ticked for tag in TAGS[name]}
        kept = [f for f in record.fields if f.tag not in tags]
        new = _linked_apart([f for f in fresh.fields if f.tag in tags], kept)
        record.fields = sorted(kept + new, key=lambda field: str(field.tag))
        services.save_marc(
            session, book_row.id, marc.serialise(record), changed_by=by.name, reason=f"publication {binding.isbn}"
        )
    _close_application(session, office, row, str(binding.isbn))
    return {"said": mark("您回報的出版資訊已確認，書目已更新。")}


def _linked_apart(new: list[Field], kept: Sequence[Field]) -> list[Field]:
    """The new fields with link numbers ($8) above those of the fields that stay."""
    used = [int(found[1]) for f in kept if not f.is_control_field() for link in f.get_subfields("8")
            if (found := _LINK.match(link))]  # fmt: skip
    above = max(used, default=0)
    for field in new:
        if not field.is_control_field():
            field.subfields = [
                Subfield(s.code, _LINK.sub(lambda found: str(int(found[1]) + above), s.value, count=1))
                if s.code == "8"
                else s
                for s in field.subfields
            ]
    return new


_LINK = re.compile(r"(\d+)")

#: MARC fields that a change replaces as a whole.
TAGS: Mapping[str, tuple[str, ...]] = {
    "authors": ("100", "110", "111", "245", "700", "710", "711"),
    "title": ("245", "246"),
    "volume_title": ("245",),
    "rating": ("521",),
    "keywords": ("653",),
    "intro": ("520",),
    "contents": ("505",),
    "published": ("260", "264"),
    "binding": ("020", "300"),
    "price": ("020", "300"),
    "pages": ("020", "300"),
    "series": ("490",),
    "size": ("020", "300"),
}


def changed(book: Book, binding: Binding, answers: Mapping[str, Any], ticked: set[str]) -> Book:
    """The book with the ticked answers in the place of what it said."""

    def said(name: str) -> str | None:
        return str(answers.get(name) or "") or None

    own: dict[str, Any] = {}
    if "binding" in ticked:
        own["binding"] = said("binding")
    if "price" in ticked:
        own["price"] = price_of(answers.get("price"))
    if "pages" in ticked:
        own["pages"] = f"{said('pages')}頁" if said("pages") else None
    if "size" in ticked:
        size = " x ".join(part for part in (said("height"), said("width")) if part)
        own["size"] = f"{size}公分" if size else None
    bindings = tuple(replace(one, **own) if one is binding else one for one in book.bindings)
    found = replace(book, bindings=bindings)
    if "title" in ticked:
        printed = filed_title(said("title") or book.title)
        found = replace(found, title=printed.whole, parts=printed.parts)
    if "volume_title" in ticked:
        parts = replace(found.parts, part_name=said("volume_title"))
        found = replace(found, parts=parts, title=marc.display_title(parts))
    if "authors" in ticked:
        statement = said("authors") or ""
        found = replace(found, responsibility=statement, contributors=contributors(statement, roles_always=True))
    found = replace(
        found,
        rating=said("rating") if "rating" in ticked else found.rating,
        summary=said("intro") if "intro" in ticked else found.summary,
        contents=said("contents") if "contents" in ticked else found.contents,
        published=said("published") if "published" in ticked else found.published,
    )
    if "keywords" in ticked:
        found = replace(found, keywords=tuple(word for word in (said("keywords") or "").split(";") if word))
    if "series" in ticked:
        title, _, volume = (said("series") or "").partition(";")
        found = replace(found, series=(Series(title.strip(), volume.strip() or None),) if title.strip() else ())
    return found


def _close_application(session: Session, office: Office, row: FilingRow, number: str) -> None:
    """The application whose numbers are all reported as published is confirmed itself (state `confirmed`)."""
    given = session.get(IsbnNumber, number)
    if given is None or given.filing_id is None:
        return
    reported = _reports(session, row.organisation_id)
    reported[number] = "confirmed"
    if all(reported.get(one) == "confirmed" for one in _numbers_of(session, given.filing_id)):
        application = session.get(FilingRow, given.filing_id)
        if application is not None and application.state == "released":
            flow.take(session, office, APPLICATION, application.id, "confirm", by=SYSTEM)


def _numbers_of(session: Session, filing_id: int) -> Iterator[str]:
    query = select(IsbnNumber.isbn).where(IsbnNumber.filing_id == filing_id, IsbnNumber.state == "assigned")
    yield from session.scalars(query)
