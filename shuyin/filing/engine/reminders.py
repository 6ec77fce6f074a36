"""Letters to filers before the day on which their answer is due."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing.engine import drafts, flow
from shuyin.filing.engine.declaration import Filing
from shuyin.filing.engine.workdays import add_working_days
from shuyin.filing.models import FilingRow
from shuyin.filing.office import Office
from shuyin.notify import services as letters
from shuyin.notify.models import Letter

#: Working days before the due date.
AHEAD = 2


def remind(session: Session, office: Office, filings: Mapping[str, Filing]) -> int:
    """Write a reminder for each filing whose filer must act within two working days; how many were written.

    One for each due date: the letter's key stands in the outbox, so that another run writes none again.
    """
    today = office.today()
    query = select(FilingRow).where(
        FilingRow.kind.in_(list(filings)),
        FilingRow.closed_at.is_(None),
        FilingRow.due_on >= today,
        FilingRow.due_on <= add_working_days(today, AHEAD),
    )
    written = 0
    for row in session.scalars(query.order_by(FilingRow.id)):
        filing = filings[row.kind]
        if row.due_on is None or not filing.state(row.state).editable:
            continue  # the staff's turn: their list shows what is due
        key = f"filing:{row.id}:reminder:{row.due_on.isoformat()}"
        recipient = drafts.answers_of(office, row).get(filing.email_field)
        if not recipient or session.scalar(select(Letter.id).where(Letter.unique_key == key)) is not None:
            continue
        letters.queue(
            session,
            office.vault,
            key=key,
            template="filing-reminder",
            recipient=str(recipient),
            context={
                "filing": filing.title,
                "reference": row.reference,
                "state": filing.state(row.state).label,
                "due": row.due_on.isoformat(),
                "link": flow.link_of(office, row),
            },
        )
        written += 1
    return written
