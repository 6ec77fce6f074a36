"""修改送存聯繫資料 (C9, S1 五): the deposit contact and how its notices come, declared like a filing's step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.engine import kinds
from shuyin.filing.engine.check import Problem, check_step, clean_step
from shuyin.filing.engine.conditions import ALWAYS, when
from shuyin.filing.engine.declaration import Choice, Field, Filing, Section, State, Step, mark
from shuyin.filing.models import OrganisationContact
from shuyin.filing.office import By, Office

STEP = Step(
    "contact",
    mark("修改送存聯繫資料"),
    "S1 l.71–75",
    sections=(
        Section(
            mark("送存聯絡人"),
            (
                Field("name", mark("送存聯絡人姓名"), "S1 l.73", required=ALWAYS, max_length=60, personal=True,
                      autocomplete="name"),
                Field("department", mark("部門"), "S1 l.73", max_length=100),
                Field("phone", mark("電話"), "S1 l.73", kinds.PHONE, required=ALWAYS, personal=True,
                      example="(02)23619132", autocomplete="tel"),
                Field("extension", mark("分機"), "S1 l.73", kinds.EXTENSION),
                Field("mobile", mark("手機號碼"), "S1 l.73", kinds.MOBILE, personal=True),
                Field("email", mark("電子信箱"), "S1 l.73", kinds.EMAIL, required=when("notices", "email"),
                      personal=True, autocomplete="email"),
            ),
        ),
        Section(
            mark("送存通知"),
            (
                Field(
                    "notices",
                    mark("送存通知接收方式"),
                    "S1 l.73",
                    kinds.CHOICE,
                    required=ALWAYS,
                    choices=(
                        Choice("email", mark("電子郵件")),
                        Choice("page", mark("僅於登入後的頁面顯示")),
                    ),
                ),
            ),
        ),
    ),
)  # fmt: skip

#: The step as a form of its own: nothing is reviewed, so there is one state.
CONTACT = Filing(
    kind="contact",
    title=STEP.title,
    reference="",
    steps=(STEP,),
    states=(State("kept", mark("已儲存"), editable=True),),
    transitions=(),
    closing="",
    email_field="email",
    permission="contact.change",
)


class ContactChanged(Exception):
    """Another page saved the contact since this one was loaded; nothing was overwritten."""


def read(session: Session, office: Office, organisation_id: int) -> tuple[dict[str, Any], int]:
    """The contact's answers and its revision (0: none yet)."""
    row = _row(session, organisation_id)
    if row is None:
        return {"notices": "email"}, 0
    return {**office.vault.unseal(row.details), "notices": row.notices}, row.revision


def save(
    session: Session,
    office: Office,
    organisation_id: int,
    form: Mapping[str, Sequence[str]],
    *,
    revision: int,
    by: By,
) -> tuple[dict[str, Any], list[Problem]]:
    """Save the posted contact if nothing is wrong; returns answers and problems. Raises ContactChanged."""
    answers = clean_step(STEP, form)
    problems = check_step(CONTACT, STEP, answers, {}, office.today())
    row = _row(session, organisation_id)
    if (row.revision if row else 0) != revision:
        raise ContactChanged
    if problems:
        return answers, problems
    if row is None:
        row = OrganisationContact(organisation_id=organisation_id, role="deposit", details="", revision=0)
        session.add(row)
    row.details = office.vault.seal({k: v for k, v in answers.items() if k != "notices"})
    row.notices = answers["notices"]
    row.revision += 1
    row.updated_at = office.now()
    session.flush()
    audit.append(session, by.name, "change-contact", "organisation", organisation_id, {"revision": row.revision})
    return answers, []


def _row(session: Session, organisation_id: int) -> OrganisationContact | None:
    query = select(OrganisationContact).where(
        OrganisationContact.organisation_id == organisation_id, OrganisationContact.role == "deposit"
    )
    return session.scalar(query.with_for_update())
