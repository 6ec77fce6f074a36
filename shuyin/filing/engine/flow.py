"""The life of a filing after its draft: sending, review, messages, letters, due dates. All from its declaration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from shuyin.filing import audit, roles
from shuyin.filing.engine import drafts
from shuyin.filing.engine.check import Problem, check_all
from shuyin.filing.engine.conditions import ALWAYS
from shuyin.filing.engine.declaration import Actor, Filing, Transition, mark
from shuyin.filing.engine.kinds import EMAIL, lines
from shuyin.filing.engine.references import next_reference
from shuyin.filing.engine.workdays import add_working_days
from shuyin.filing.models import FilingMessage, FilingRow
from shuyin.filing.office import By, Office
from shuyin.notify import services as letters

#: The longest message that either side may write.
MESSAGE_LIMIT = 4_000


class NotReady(Exception):
    """The filing cannot be sent yet: problems by step name."""

    def __init__(self, problems: Mapping[str, Sequence[Problem]]) -> None:
        super().__init__(f"{sum(len(p) for p in problems.values())} problems")
        self.problems = problems


class NotAllowed(Exception):
    """This person may not take this step in this state."""


class MessageNeeded(Exception):
    """The step needs a word to the other side (`text` is a msgid)."""

    text = mark("請寫明原因或說明，讓對方知道需要做什麼。")


class CheckListOpen(Exception):
    """Lines of the check-list are not ticked; `missing` holds their labels."""

    text = mark("審核項目尚未全部確認。")

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__("、".join(missing))
        self.missing = tuple(missing)


class Refused(Exception):
    """What a step has to do cannot be done now; nothing changed. `message` is a msgid for `params`."""

    def __init__(self, message: str, **params: str | int) -> None:
        super().__init__(message.format(**params))
        self.message = message
        self.params: Mapping[str, str | int] = params


class Parked(Exception):
    """The countdown ran out: the draft must be taken up again first."""


def allowed(filing: Filing, row: FilingRow, by: By) -> list[Transition]:
    """The transitions that this person may take now, in the order of the declaration."""
    return [t for t in filing.transitions if row.state in t.sources and _may(filing, row, t, by)]


def is_filer(row: FilingRow, by: By) -> bool:
    """Whether the person is the one who files, or of the same organisation."""
    if row.user_id is not None:
        same_house = row.organisation_id is not None and row.organisation_id == by.organisation_id
        return by.user_id == row.user_id or same_house
    return by.name == f"filer:{row.id}"


def _may(filing: Filing, row: FilingRow, transition: Transition, by: By) -> bool:
    if transition.actor is Actor.FILER:
        return is_filer(row, by)
    if transition.actor is Actor.STAFF:
        return roles.may(by.role, transition.permission or filing.review_permission)
    return by.role == "system"


def take(
    session: Session,
    office: Office,
    filing: Filing,
    filing_id: int,
    name: str,
    *,
    by: By,
    message: str = "",
    ticked: Sequence[str] = (),
) -> FilingRow:
    """Take a transition: check, change state, run its effect, write letter, version and audit entry, all or nothing.

    Raises NotAllowed, NotReady, Parked, MessageNeeded, CheckListOpen, UnknownDraft, or what the effect raises.
    What the effect answers goes into the letter; `said` stands below the message.
    """
    row = drafts.locked(session, filing_id)
    transition = filing.transition(name)
    if row.state not in transition.sources or not _may(filing, row, transition, by):
        raise NotAllowed
    message = lines(message)[:MESSAGE_LIMIT]
    if transition.needs_message and not message:
        raise MessageNeeded
    if transition.needs_checklist:
        missing = [item.label for item in filing.checklist if item.name not in ticked]
        if missing:
            raise CheckListOpen(missing)
    if transition.sends and filing.state(row.state).editable:
        _check_ready(session, office, filing, row)
    if transition.when != ALWAYS and not transition.when.holds(drafts.answers_of(office, row)):
        raise NotAllowed
    if message:
        add_message(session, office, row, message, by=by, from_staff=transition.actor is not Actor.FILER)
    _move(session, office, filing, row, transition, by)
    effect = filing.effects.get(name)
    extra = dict(effect(session, office, row, by)) if effect else {}
    audit.append(session, by.name, name, "filing", row.id, {"state": row.state, "revision": row.revision})
    if transition.letter:
        message = "\n\n".join(part for part in (message, str(extra.pop("said", ""))) if part)
        _write_letter(session, office, filing, row, transition.letter, name, message, extra)
    session.flush()
    return row


def _check_ready(session: Session, office: Office, filing: Filing, row: FilingRow) -> None:
    if drafts.is_parked(filing, row, office.now()):
        raise Parked
    answers = drafts.answers_of(office, row)
    problems = check_all(filing, answers, drafts.file_counts(session, row), office.today())
    if problems:
        raise NotReady(problems)
    # what the conditions hide was never asked, and is not sent
    kept = drafts.summary(filing, answers)
    row.answers = office.vault.seal_names(kept, filing.personal_names())


def _move(session: Session, office: Office, filing: Filing, row: FilingRow, transition: Transition, by: By) -> None:
    now = office.now()
    target = filing.state(transition.target)
    if transition.actor is Actor.FILER and row.submitted_at is None and not target.editable:
        row.submitted_at = now
        row.reference = next_reference(session, filing.reference, office.today())
    row.state = target.name
    row.revision += 1
    row.updated_at = now
    row.deadline_at = None
    row.due_on = None if target.due_days is None else add_working_days(office.today(), target.due_days)
    row.closed_at = now if target.final else None
    if transition.actor is Actor.STAFF and row.assigned_to is None:
        row.assigned_to = by.user_id
    drafts.remember(session, row, by, transition.name)


def add_message(
    session: Session, office: Office, row: FilingRow, body: str, *, by: By, from_staff: bool
) -> FilingMessage:
    """Add a message to the conversation, without a letter."""
    message = FilingMessage(
        filing_id=row.id, from_staff=from_staff, author=by.name, body=office.vault.seal(body), at=office.now()
    )
    session.add(message)
    session.flush()
    return message


def write(session: Session, office: Office, filing: Filing, filing_id: int, body: str, *, by: By) -> FilingMessage:
    """A message outside a transition; one from staff goes out by letter too. Raises NotAllowed, MessageNeeded."""
    row = drafts.locked(session, filing_id)
    from_staff = roles.may(by.role, filing.review_permission)
    if not from_staff and not is_filer(row, by):
        raise NotAllowed
    body = lines(body)[:MESSAGE_LIMIT]
    if not body:
        raise MessageNeeded
    message = add_message(session, office, row, body, by=by, from_staff=from_staff)
    audit.append(session, by.name, "message", "filing", row.id, {"message": message.id})
    if from_staff:
        _write_letter(session, office, filing, row, "filing-message", f"message:{message.id}", body, {})
    return message


def conversation(session: Session, office: Office, row: FilingRow) -> list[tuple[FilingMessage, str]]:
    """The messages of a filing with their text, oldest first."""
    query = select(FilingMessage).where(FilingMessage.filing_id == row.id).order_by(FilingMessage.id)
    return [(message, str(office.vault.unseal(message.body))) for message in session.scalars(query)]


def link_of(office: Office, row: FilingRow) -> str:
    """The page of the filing, for letters; for a filer without an account it carries the key."""
    if row.user_id is None:
        return f"{office.base_url}/filing/open/{drafts.key_of(office, row)}"
    return f"{office.base_url}/filing/{row.id}"


def send_key(session: Session, office: Office, filing: Filing, row: FilingRow) -> None:
    """A letter with the draft's address, to go on elsewhere; one for each address and hour."""
    recipient = str(drafts.answers_of(office, row).get(filing.email_field) or "")
    if row.user_id is not None or not recipient or EMAIL.problem(recipient):
        return
    until = (row.updated_at + timedelta(days=filing.draft_days)).astimezone(office.zone).date()
    hour = office.now().strftime("%Y%m%d%H")
    letters.queue(
        session,
        office.vault,
        key=f"filing:{row.id}:key:{hour}",
        template="filing-resume",
        recipient=recipient,
        context={"filing": filing.title, "link": link_of(office, row), "until": until.isoformat()},
    )


def _write_letter(
    session: Session,
    office: Office,
    filing: Filing,
    row: FilingRow,
    template: str,
    event: str,
    message: str,
    extra: Mapping[str, Any],
) -> None:
    recipient = drafts.answers_of(office, row).get(filing.email_field)
    if not recipient:
        return  # a filing that asks for no address is answered on its page alone
    context = {
        "filing": filing.title,
        "reference": row.reference,
        "state": filing.state(row.state).label,
        "closing": filing.closing,
        "message": message,
        "due": row.due_on.isoformat() if row.due_on else "",
        "link": link_of(office, row),
        **extra,
    }
    key = f"filing:{row.id}:{event}:{row.revision}"
    letters.queue(session, office.vault, key=key, template=template, recipient=str(recipient), context=context)
