"""申請進度查詢 (C6): a house's applications with the states of ISBN and CIP as S0 prints them (l.1580–1640)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.filing.engine.declaration import mark
from shuyin.filing.isbn import holdings, values
from shuyin.filing.models import Cataloguing, FilingMessage, FilingRow
from shuyin.filing.office import Office

#: Filings that are listed: the application and the supplementary CIP.
KINDS = ("isbn", "cip")
#: Tabs, S0 l.1584–1590.
TABS: Mapping[str, str] = {
    "": mark("全部"),
    values.PRINT: mark("紙本書"),
    values.AUDIO: mark("有聲書"),
    values.EBOOK: mark("電子書"),
}
#: What a search looks in, S0 l.1592; S1 l.63.
BY: Mapping[str, str] = {"reference": mark("掛號單號"), "title": mark("書名")}
#: State of the number and of the CIP by state of the filing, S0 l.1606–1641.
ISBN_STATES: Mapping[str, str] = {
    "draft": mark("填寫中"),
    "submitted": mark("整件中"),
    "resubmitted": mark("整件中"),
    "processing": mark("處理中"),
    "returned": mark("退件"),
    "assigned": mark("已編配"),
    "cataloguing": mark("已編配"),
    "released": mark("已編配"),
    "confirmed": mark("已編配"),
    "withdrawn": mark("已撤回"),
    "refused": mark("不予受理"),
}
CIP_STATES: Mapping[str, str] = {
    **ISBN_STATES,
    "submitted": mark("處理中"),
    "resubmitted": mark("處理中"),
    "assigned": mark("處理中"),
    "cataloguing": mark("處理中"),
    "released": mark("已完成"),
    "confirmed": mark("已完成"),
}
#: Applications on a page, S0 l.1633.
PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class Line:
    """One thing applied for: ISBN or CIP, its state, when it is expected, whether there is a Data Block to see."""

    item: str
    state: str
    due: date | None
    data_block: bool = False


@dataclass(frozen=True, slots=True)
class Application:
    """One application of the list; `messages` counts those from the library."""

    id: int
    reference: str
    applied_on: date | None
    title: str
    publisher: str
    forms: tuple[str, ...]
    lines: tuple[Line, ...]
    messages: int
    withdrawable: bool


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list, and how many there are in all, by tab and in what was searched for."""

    applications: Sequence[Application]
    counts: Mapping[str, int]
    total: int


def look_up(
    session: Session,
    office: Office,
    *,
    user_id: int,
    organisation_id: int | None,
    tab: str = "",
    by: str = "reference",
    query: str = "",
    page: int = 1,
) -> Found:
    """The applications of a user and their house, newest first."""
    mine = FilingRow.user_id == user_id
    if organisation_id is not None:
        mine = mine | (FilingRow.organisation_id == organisation_id)
    rows = session.scalars(select(FilingRow).where(FilingRow.kind.in_(KINDS), mine).order_by(FilingRow.id.desc())).all()
    known = [(row, row.answers) for row in rows]  # title and forms are not personal: nothing to decrypt
    wanted = [one for one in known if _matches(one[0], one[1], by, query)]
    counts = {name: sum(_in_tab(answers, row, name) for row, answers in wanted) for name in TABS}
    chosen = [one for one in wanted if _in_tab(one[1], one[0], tab)]
    shown = chosen[(page - 1) * PER_PAGE : page * PER_PAGE]
    ids = [row.id for row, _ in shown]
    said = _messages(session, ids)
    done = _released(session, ids)
    return Found(
        [_application(office, row, answers, said.get(row.id, 0), row.id in done) for row, answers in shown],
        counts,
        len(chosen),
    )


def _matches(row: FilingRow, answers: Mapping[str, Any], by: str, query: str) -> bool:
    if not query:
        return True
    if by == "title":
        return holdings.matches(query, str(answers.get("title") or ""))
    return query.strip().upper() in (row.reference or "")


def forms_of(row: FilingRow, answers: Mapping[str, Any]) -> tuple[str, ...]:
    """The forms that an application is for; a supplementary CIP is for a printed book (S1 l.57)."""
    return (values.PRINT,) if row.kind == "cip" else tuple(answers.get("forms") or ())


def _in_tab(answers: Mapping[str, Any], row: FilingRow, tab: str) -> bool:
    return not tab or tab in forms_of(row, answers)


def _messages(session: Session, ids: Sequence[int]) -> dict[int, int]:
    query = (
        select(FilingMessage.filing_id, func.count())
        .where(FilingMessage.filing_id.in_(ids), FilingMessage.from_staff)
        .group_by(FilingMessage.filing_id)
    )
    return {filing_id: int(count) for filing_id, count in session.execute(query)}


def _released(session: Session, ids: Sequence[int]) -> set[int]:
    query = select(Cataloguing.filing_id).where(Cataloguing.filing_id.in_(ids), Cataloguing.released_at.is_not(None))
    return set(session.scalars(query))


def _application(
    office: Office, row: FilingRow, answers: Mapping[str, Any], messages: int, released: bool
) -> Application:
    lines = []
    if row.kind == "isbn":
        open_isbn = row.state in ("submitted", "resubmitted", "processing")
        lines.append(Line("ISBN", ISBN_STATES[row.state], row.due_on if open_isbn else None))
    if row.kind == "cip" or answers.get("cip") == "yes":
        waits = row.state in ("submitted", "resubmitted", "processing", "assigned", "cataloguing")
        lines.append(Line("CIP", CIP_STATES[row.state], row.due_on if waits else None, released))
    submitted = row.submitted_at
    return Application(
        id=row.id,
        reference=row.reference or "",
        applied_on=submitted.astimezone(office.zone).date() if submitted else None,
        title=str(answers.get("title") or ""),
        publisher=str(answers.get("publisher") or ""),
        forms=forms_of(row, answers),
        lines=tuple(lines),
        messages=messages,
        withdrawable=row.state in ("draft", "submitted", "returned", "resubmitted"),
    )
