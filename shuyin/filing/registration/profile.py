"""基本資料修改需求 (C2): what a publisher asks staff to change after the first sign-in or later (S0 l.307–360)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing.engine import kinds
from shuyin.filing.engine.conditions import ALWAYS
from shuyin.filing.engine.declaration import Field, Filing, Section, Step, mark
from shuyin.filing.engine.drafts import answers_of
from shuyin.filing.engine.standard import review_states, review_transitions
from shuyin.filing.models import AccountProfile, FilingRow
from shuyin.filing.office import By, Office
from shuyin.filing.registration import values
from shuyin.filing.registration.approval import keep_version
from shuyin.filing.registration.declaration import PUBLISHER_SECTION
from shuyin.records import changes
from shuyin.records.models import OrganisationRow, User
from shuyin.records.services import name_key

#: Line of the page 填寫基本資料 that asks for each field of the publisher.
_SOURCES = {
    "name": "S0 l.317",
    "name_en": "S0 l.317",
    "postcode": "S0 l.319",
    "address": "S0 l.319–320",
    "phone": "S0 l.322",
    "extension": "S0 l.322",
    "website": "S0 l.322",
    "email": "S0 l.324",
    "founded": "S0 l.324",
    "head": "S0 l.326",
}
PUBLISHER = tuple(
    replace(item, source=_SOURCES[item.name])
    for item in PUBLISHER_SECTION.items
    if isinstance(item, Field) and item.name in _SOURCES
)


def apply_change(session: Session, office: Office, row: FilingRow, by: By) -> Mapping[str, Any]:
    """Write the approved data into the publisher's record; with that its account counts as confirmed."""
    answers = answers_of(office, row)
    organisation = session.get(OrganisationRow, row.organisation_id) if row.organisation_id else None
    if organisation is not None:
        changes.lock(session)
        keep_version(session, organisation, by, "profile")
        organisation.name = answers["name"]
        organisation.name_key = name_key(answers["name"])
        organisation.address = f"{answers['postcode']} {answers['address']}"
        extension = f" 分機 {answers['extension']}" if answers.get("extension") else ""
        organisation.telephone = f"{answers['phone']}{extension}"
        organisation.email = answers["email"]
        organisation.website = answers.get("website") or None
        organisation.consent_public = answers["public"] == "yes"
        organisation.version += 1
        organisation.updated_at = office.now()
        changes.append(session, "organisation", organisation.id)
        accounts = select(AccountProfile).join(User, User.id == AccountProfile.user_id)
        for profile in session.scalars(accounts.where(User.organisation_id == organisation.id)):
            profile.confirmed_at = profile.confirmed_at or office.now()
    return {"message": mark("您的基本資料已修改完成，可以開始提出申請。")}


def prefilled(session: Session, office: Office, by: By) -> dict[str, Any]:
    """What is known already, for a new request."""
    organisation = session.get(OrganisationRow, by.organisation_id) if by.organisation_id else None
    user = session.get(User, by.user_id) if by.user_id else None
    if organisation is None or user is None:
        return {}
    postcode, _, address = (organisation.address or "").partition(" ")
    if not postcode.isdigit():
        postcode, address = "", organisation.address or ""
    return {
        "name": organisation.name,
        "name_en": organisation.other_names[0] if organisation.other_names else "",
        "postcode": postcode,
        "address": address,
        "phone": (organisation.telephone or "").partition(" ")[0],
        "website": organisation.website or "",
        "email": organisation.email or "",
        "public": "yes" if organisation.consent_public else "no",
        "filler_email": user.email or "",
        "filler_unit": organisation.name,
    }


PROFILE = Filing(
    kind="profile",
    title=mark("基本資料修改"),
    reference="M",
    steps=(
        Step(
            "data",
            mark("填寫基本資料"),
            "S0 l.307",
            sections=(
                Section(
                    mark("填表人資料"),
                    (
                        Field("filler", mark("填表人"), "S0 l.309", required=ALWAYS, max_length=60, personal=True),
                        Field("filler_unit", mark("所屬單位"), "S0 l.311", required=ALWAYS, max_length=100),
                        Field("filler_department", mark("所屬部門"), "S0 l.311", max_length=100),
                        Field("filler_phone", mark("市話號碼"), "S0 l.313", kinds.PHONE, required=ALWAYS, personal=True,
                              example="(02)23619132"),
                        Field("filler_extension", mark("分機"), "S0 l.313", kinds.EXTENSION),
                        Field("filler_mobile", mark("手機號碼"), "S0 l.313", kinds.MOBILE, personal=True),
                        Field("filler_email", mark("電子信箱"), "S0 l.315", kinds.EMAIL, required=ALWAYS,
                              personal=True),
                    ),
                ),
                Section(mark("出版者資料"), PUBLISHER),
                Section(
                    mark("說明"),
                    (
                        Field("public", mark("是否願意公開出版機構資料"), "S0 l.358–360", kinds.CHOICE,
                              required=ALWAYS, choices=values.PUBLIC),
                        Field("reason", mark("修改說明"), "S1 l.13", kinds.LINES, required=ALWAYS, max_length=1000,
                              help=mark("請說明要修改的地方，承辦人員會與您聯繫。")),
                    ),
                ),
            ),
        ),
        Step("send", mark("送出修改需求"), "S0 l.291"),
    ),
    states=review_states(review_days=5, correction_days=10),
    transitions=review_transitions("registration.review", approval_letter="filing-message"),
    closing=mark("感謝您提出基本資料修改需求，待本中心工作人員與您聯繫並修改完畢後，即可開始提出申請。"),
    email_field="filler_email",
    permission="filing.file",
    review_permission="registration.review",
    retention_days=365,
    before_confirming=True,
    prefill=prefilled,
    effects={"approve": apply_change},
)  # fmt: skip
