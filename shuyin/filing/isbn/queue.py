"""The queue of the cataloguing desk: what waits, for whom, until when; handing work over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from shuyin.filing import audit, roles
from shuyin.filing.engine import drafts
from shuyin.filing.engine.declaration import mark
from shuyin.filing.engine.flow import Refused
from shuyin.filing.engine.workdays import add_working_days
from shuyin.filing.models import FilingRow
from shuyin.filing.office import By, Office
from shuyin.filing.roles import PERMISSIONS, Permission
from shuyin.records.models import OrganisationRow, User

#: The filings that come to this desk.
KINDS = ("isbn", "cip")
PER_PAGE = 50
#: The longest time that a due date may be put off, in days.
LONGEST = 366
NOT_STAFF = mark("請選擇可處理 ISBN／CIP 的館員。")
NO_DAY = mark("期限請填今天起一年內的日期，例如 2026-04-01。")
CLOSED = mark("這件申請已結案。")


@dataclass(frozen=True, slots=True)
class Wish:
    """What the queue is to show. `state`: open, a state's name, or empty for all; `assignee`: me, none, or a number;
    `due`: late, today, week; `form`: print, ebook, audio."""

    state: str = "open"
    kind: str = ""
    form: str = ""
    due: str = ""
    assignee: str = ""
    words: str = ""
    page: int = 1


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue."""

    row: FilingRow
    title: str
    forms: Sequence[str]
    publisher: str
    assignee: str


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue, and how many filings there are in all."""

    lines: tuple[Waiting, ...]
    total: int

    @property
    def pages(self) -> int:
        """How many pages there are; at least one."""
        return max(1, -(-self.total // PER_PAGE))


def queue(session: Session, office: Office, wish: Wish, by: By) -> Queue:
    """The filings that fit the wish: the most urgent first."""
    query = select(FilingRow).where(*_conditions(office, wish, by))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    order = (FilingRow.due_on.is_(None), FilingRow.due_on, FilingRow.id)
    page = query.order_by(*order).limit(PER_PAGE).offset((wish.page - 1) * PER_PAGE)
    return Queue(tuple(_lines(session, page)), int(total))


def _conditions(office: Office, wish: Wish, by: By) -> list[ColumnElement[bool]]:
    kinds = [wish.kind] if wish.kind in KINDS else KINDS
    found: list[ColumnElement[bool]] = [FilingRow.kind.in_(kinds), FilingRow.submitted_at.is_not(None)]
    if wish.state == "open":
        found += [FilingRow.closed_at.is_(None), FilingRow.state.not_in(("released", "draft"))]
    elif wish.state:
        found.append(FilingRow.state == wish.state)
    if wish.form:
        found.append(FilingRow.answers["forms"].as_string().contains(f'"{wish.form}"', autoescape=True))
    today = office.today()
    if wish.due == "late":
        found.append(FilingRow.due_on < today)
    elif wish.due == "today":
        found.append(FilingRow.due_on <= today)
    elif wish.due == "week":
        found.append(FilingRow.due_on <= today + timedelta(days=7))
    if wish.assignee == "none":
        found.append(FilingRow.assigned_to.is_(None))
    elif wish.assignee == "me":
        found.append(FilingRow.assigned_to == by.user_id)
    elif wish.assignee.isdigit():
        found.append(FilingRow.assigned_to == int(wish.assignee[:15]))
    if words := wish.words.strip():
        title = FilingRow.answers["title"].as_string()
        reference = FilingRow.reference.contains(words.upper(), autoescape=True)
        found.append(or_(reference, title.icontains(words, autoescape=True)))
    return found


def _lines(session: Session, query: Select[Any]) -> list[Waiting]:
    rows: Sequence[FilingRow] = session.scalars(query).all()
    houses = _names(session, OrganisationRow, [row.organisation_id for row in rows])
    people = _names(session, User, [row.assigned_to for row in rows])
    return [
        Waiting(
            row,
            str(row.answers.get("title") or ""),
            row.answers.get("forms") or (),
            houses.get(row.organisation_id or 0, ""),
            people.get(row.assigned_to or 0, ""),
        )
        for row in rows
    ]


def _names(session: Session, table: type[OrganisationRow] | type[User], ids: Sequence[int | None]) -> dict[int, str]:
    wanted = {one for one in ids if one is not None}
    if table is User:
        found = session.execute(select(User.id, User.name, User.account).where(User.id.in_(wanted)))
        return {id: name or account for id, name, account in found}
    rows = session.execute(select(OrganisationRow.id, OrganisationRow.name).where(OrganisationRow.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def staff(session: Session) -> list[tuple[int, str]]:
    """(id, name) of everyone who may handle these filings, by name."""
    able = [role.value for role, allowed in PERMISSIONS.items() if Permission.REVIEW_ISBN in allowed]
    query = select(User.id, User.name, User.account).where(User.role.in_(able), User.active)
    return sorted(((id, name or account) for id, name, account in session.execute(query)), key=lambda one: one[1])


def hand_over(
    session: Session, office: Office, filing_id: int, user_id: int | None, due_on: str, *, by: By
) -> FilingRow:
    """Give a filing to a person (None: nobody yet) and set its due date ("" leaves it). Raises Refused."""
    row = drafts.locked(session, filing_id)
    if row.closed_at is not None:
        raise Refused(CLOSED)
    if user_id is not None:
        user = session.get(User, user_id)
        if user is None or not user.active or not roles.may(user.role, Permission.REVIEW_ISBN):
            raise Refused(NOT_STAFF)
    detail: dict[str, str | int | None] = {}
    if row.assigned_to != user_id:
        row.assigned_to, detail["assigned_to"] = user_id, user_id
    if due_on.strip() and (day := _day(office, due_on.strip())) != row.due_on:
        row.due_on, detail["due_on"] = day, day.isoformat()
    if detail:
        session.flush()
        audit.append(session, by.name, "hand-over", "filing", row.id, detail)
    return row


def _day(office: Office, text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Refused(NO_DAY) from error
    if not office.today() <= day <= office.today() + timedelta(days=LONGEST):
        raise Refused(NO_DAY)
    return add_working_days(day, 0)
