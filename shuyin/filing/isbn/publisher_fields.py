"""Fields that the filings of a publisher share: who fills in the form, and what is known of the house already."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing.engine import kinds
from shuyin.filing.engine.conditions import ALWAYS
from shuyin.filing.engine.declaration import Field, Section, mark
from shuyin.filing.models import OrganisationContact
from shuyin.filing.office import By, Office
from shuyin.records.models import OrganisationRow, User

FILLER = Section(
    mark("填表人資料"),
    (
        Field("publisher", mark("出版者全稱"), "S0 l.1306", required=ALWAYS, max_length=200,
              autocomplete="organization"),
        Field("filler", mark("填表人"), "S0 l.1308, 1312", required=ALWAYS, max_length=60, personal=True,
              help=mark("此筆申請單的填寫者姓名"), autocomplete="name"),
        Field("filler_email", mark("電子信箱"), "S0 l.1310, 1314", kinds.EMAIL, required=ALWAYS, personal=True,
              help=mark("請正確填寫填表人之電子信箱"), autocomplete="email"),
        Field("filler_phone", mark("市話號碼"), "S0 l.1316", kinds.PHONE, required=ALWAYS, personal=True,
              example="(02)23619132", autocomplete="tel"),
        Field("filler_extension", mark("分機"), "S0 l.1318", kinds.EXTENSION, autocomplete="tel-extension"),
        Field("filler_mobile", mark("手機號碼"), "S0 l.1320", kinds.MOBILE, personal=True),
        Field("filler_fax", mark("傳真電話"), "S0 l.1322", kinds.PHONE),
    ),
    help=mark("填表人資訊請詳盡填寫，以利後續聯繫。"),
)  # fmt: skip


def prefilled(session: Session, office: Office, by: By) -> dict[str, Any]:
    """What a new filing knows from the publisher's record, its contact and the account."""
    organisation = session.get(OrganisationRow, by.organisation_id) if by.organisation_id else None
    user = session.get(User, by.user_id) if by.user_id else None
    if organisation is None or user is None:
        return {}
    query = select(OrganisationContact).where(
        OrganisationContact.organisation_id == organisation.id, OrganisationContact.role == "account"
    )
    contact = session.scalar(query)
    details: dict[str, Any] = office.vault.unseal(contact.details) if contact is not None else {}
    known = {
        "publisher": organisation.name,
        "filler": details.get("name", ""),
        "filler_email": details.get("email") or user.email or "",
        "filler_phone": details.get("phone", ""),
        "filler_extension": details.get("extension", ""),
        "filler_mobile": details.get("mobile", ""),
    }
    return {name: value for name, value in known.items() if value}
