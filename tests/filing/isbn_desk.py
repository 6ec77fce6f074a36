"""Applications on their way over the cataloguing desk: made, sent, numbered, for the tests."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from shuyin.ai_subjects.recommender import ClassSuggestion, HeadingSuggestion, Recommendation
from shuyin.filing.engine import drafts, flow
from shuyin.filing.isbn import ranges
from shuyin.filing.models import FilingRow, FilingUpload
from shuyin.filing.office import By, Office
from shuyin.filing.registry import FILINGS
from shuyin.records.models import OrganisationRow, User
from tests.filing.isbn_answers import APPLICATION_FILES, APPLICATION_GOOD

CLERK = By("clerk", "cataloguer", None)
APPLICATION = FILINGS["isbn"]
TICKED = [item.name for item in APPLICATION.checklist]
#: One printed book in two bindings, with CIP.
PLAIN: dict[str, Any] = {
    **APPLICATION_GOOD,
    "forms": ["print"],
    "print_numbering": "single",
    "print_volumes": "",
    "print_set_title": "",
    "print_parts": [],
    "title": "臺灣期刊風貌: 二十年觀察",
    "authors": "王小明著",
}
FOUND = Recommendation(
    "test-model",
    (HeadingSuggestion("期刊文獻", 0.8, ()), HeadingSuggestion("學術傳播", 0.3, ())),
    (ClassSuggestion("011.016", "學術研究", 0.7, {}, "011.016", ()),),
)


def house(session: Session, name: str = "書坊有限公司", first: str = "", prefix: str = "978-957-678") -> tuple[int, By]:
    """A publisher with a range, and its user."""
    row = OrganisationRow(name=name, name_key=name, source="t", address="100201 臺北市中正區中山南路20號")
    session.add(row)
    session.flush()
    user = User(account=f"P{row.id}", role="publisher", password_hash="x", organisation_id=row.id)
    session.add(user)
    session.flush()
    return row.id, By(user.account, "publisher", user.id, row.id)


def add_range(session: Session, office: Office, organisation_id: int, prefix: str = "978-957-678") -> None:
    """A whole prefix for a publisher."""
    ranges.add(session, office, organisation_id, prefix, "", "", by=CLERK)


def send(session: Session, office: Office, by: By, **answers: Any) -> int:
    """An application that was sent; its number."""
    row = drafts.start(session, office, APPLICATION, by)
    filled = {**PLAIN, **answers}
    row.answers = office.vault.seal_names(filled, APPLICATION.personal_names())
    for place, count in APPLICATION_FILES.items():
        for number in range(count):
            session.add(
                FilingUpload(
                    filing_id=row.id,
                    place=place,
                    digest=f"{place}{number}",
                    name=office.vault.seal("a.png"),
                    media_type="image/png",
                    size=1,
                )
            )
    session.flush()
    flow.take(session, office, APPLICATION, row.id, "send", by=by)
    return row.id


def take(session: Session, office: Office, filing_id: int, name: str, **more: Any) -> FilingRow:
    """A step of the staff."""
    return flow.take(session, office, APPLICATION, filing_id, name, by=CLERK, **more)


def assign(session: Session, office: Office, filing_id: int) -> FilingRow:
    """The numbers of an application, its check-list ticked."""
    return take(session, office, filing_id, "assign", ticked=TICKED)
