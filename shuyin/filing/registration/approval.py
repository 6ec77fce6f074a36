"""What approving a registration does: the publisher's record, its contact, its account, the letter's contents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing.accounts import passwords
from shuyin.filing.engine.drafts import answers_of
from shuyin.filing.models import AccountProfile, FilingRow, OrganisationContact, ReferenceCounter
from shuyin.filing.office import By, Office
from shuyin.filing.registration import values
from shuyin.filing.roles import Role
from shuyin.records import changes
from shuyin.records.models import OrganisationRow, RecordVersion, User
from shuyin.records.services import name_key

#: Accounts given out here start above those that publishers brought along (P20778 …).
FIRST_ACCOUNT = 50_000


def similar(session: Session, office: Office, row: FilingRow, most: int = 10) -> list[OrganisationRow]:
    """Publishers that this registration may duplicate: same name, same e-mail, or one name within the other."""
    answers = answers_of(office, row)
    key = name_key(str(answers.get("name", "")))
    if not key:
        return []
    column = OrganisationRow.name_key
    query = (
        select(OrganisationRow)
        .where(
            OrganisationRow.deleted_at.is_(None),
            (column == key) | column.startswith(key, autoescape=True) | (OrganisationRow.email == answers.get("email")),
        )
        .order_by(OrganisationRow.id)
        .limit(most)
    )
    return list(session.scalars(query))


def issue_account(session: Session, office: Office, row: FilingRow, by: By) -> Mapping[str, Any]:
    """Write the publisher (or join the record that staff chose), its contact and its account; the letter's context."""
    answers = answers_of(office, row)
    organisation = _organisation(session, office, row, answers, by)
    row.organisation_id = organisation.id
    _contact(session, office, organisation.id, answers)
    password = passwords.first_password()
    until = office.now() + passwords.FIRST_LIFE
    user = User(
        account=_next_account(session),
        email=answers["manager_email"],
        name=organisation.name,
        password_hash=passwords.hash_password(password),
        role=Role.PUBLISHER_ADMIN.value,
        organisation_id=organisation.id,
        must_change_password=True,
    )
    session.add(user)
    session.flush()
    session.add(
        AccountProfile(
            user_id=user.id, origin="registered", services=services_for(answers["materials"]), password_until=until
        )
    )
    return {
        "account": user.account,
        "password": password,
        "organisation": organisation.name,
        "until": until.astimezone(office.zone).date().isoformat(),
        "link": f"{office.base_url}/account/login",
    }


def services_for(materials: list[str]) -> list[str]:
    """Which parts of the platform the ticked materials open: isbn, isrc, deposit."""
    wanted = set(materials)
    services = ["isbn"] if wanted & set(values.BOOK_MATERIALS) else []
    services += ["isrc"] if wanted & set(values.RECORDING_MATERIALS) else []
    return [*services, "deposit"]


def _organisation(
    session: Session, office: Office, row: FilingRow, answers: Mapping[str, Any], by: By
) -> OrganisationRow:
    changes.lock(session)
    known = session.get(OrganisationRow, row.organisation_id) if row.organisation_id else None
    organisation = known or OrganisationRow(name="", name_key="", source="registration", version=0)
    if known is not None:
        keep_version(session, known, by, "registration")
    services = services_for(answers["materials"])
    organisation.name = answers["name"]
    organisation.name_key = name_key(answers["name"])
    organisation.short_name = answers.get("short_name") or organisation.short_name
    names = [*organisation.other_names] if organisation.other_names else []
    organisation.other_names = [*dict.fromkeys([*names, answers["name_en"]])]
    organisation.is_publisher = organisation.is_publisher or "isbn" in services
    organisation.is_music_company = organisation.is_music_company or "isrc" in services
    organisation.kind = "個人" if answers["unit_type"] == values.PERSON else "團體"
    organisation.consent_public = answers["public"] == "yes"
    organisation.address = f"{answers['postcode']} {answers['address']}"
    extension = f" 分機 {answers['extension']}" if answers.get("extension") else ""
    organisation.telephone = f"{answers['phone']}{extension}"
    organisation.email = answers["email"]
    organisation.website = answers.get("website") or None
    scopes = {choice.value: choice.label for choice in values.SCOPES}
    organisation.subject_range = "、".join(scopes[s] for s in answers.get("scopes") or ()) or None
    organisation.version += 1
    organisation.updated_at = office.now()
    session.add(organisation)
    session.flush()
    changes.append(session, "organisation", organisation.id)
    return organisation


def keep_version(session: Session, organisation: OrganisationRow, by: By, reason: str) -> None:
    """Keep what a publisher's record says before it is changed (I6)."""
    columns = (c.key for c in OrganisationRow.__table__.columns if c.key not in ("id", "created_at", "updated_at"))
    content = {name: getattr(organisation, name) for name in columns}
    session.add(
        RecordVersion(
            kind="organisation",
            record_id=organisation.id,
            version=organisation.version,
            content=json.dumps(content, ensure_ascii=False, default=str).encode(),
            changed_by=by.name,
            reason=reason,
        )
    )


def _contact(session: Session, office: Office, organisation_id: int, answers: Mapping[str, Any]) -> None:
    details = {
        "name": answers["manager"],
        "department": answers["manager_department"],
        "phone": answers["manager_phone"],
        "extension": answers.get("manager_extension", ""),
        "mobile": answers.get("manager_mobile", ""),
        "email": answers["manager_email"],
    }
    for role in ("account", "deposit"):
        query = select(OrganisationContact).where(
            OrganisationContact.organisation_id == organisation_id, OrganisationContact.role == role
        )
        contact = session.scalar(query)
        if contact is None:
            contact = OrganisationContact(organisation_id=organisation_id, role=role, details="")
            session.add(contact)
        contact.details = office.vault.seal(details)
        contact.updated_at = office.now()


def _next_account(session: Session) -> str:
    counter = session.get(ReferenceCounter, "account:P", with_for_update=True, populate_existing=True)
    if counter is None:
        counter = ReferenceCounter(name="account:P", last=FIRST_ACCOUNT)
        session.add(counter)
    while True:
        counter.last += 1
        account = f"P{counter.last}"
        if session.scalar(select(User.id).where(User.account == account)) is None:
            session.flush()
            return account
