"""Drafts: started, saved as one types and at every step, found again, never lost to a clash or to the clock."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadData, URLSafeSerializer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.engine.check import Problem, check_step, clean_step, removed, visible
from shuyin.filing.engine.declaration import Filing, Step
from shuyin.filing.models import FilingRevision, FilingRow, FilingUpload
from shuyin.filing.office import By, Office

#: Characters of a page's name that are kept; its turn (milliseconds, under 16 digits) stands behind them.
_WRITER = 16


class UnknownDraft(Exception):
    """There is no such filing for this person."""


class NotEditable(Exception):
    """The filing is in a state in which its filer changes nothing."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that another page saved meanwhile: what stands now, and what this page brought."""

    name: str
    label: str
    saved: Any
    mine: Any


class StaleDraft(Exception):
    """Another tab or device saved this step since the page was loaded; nothing was overwritten."""

    def __init__(self, revision: int, differences: Sequence[Difference]) -> None:
        super().__init__(f"the draft is at revision {revision}")
        self.revision = revision
        self.differences = tuple(differences)


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft after saving: its revision, what is wrong in the step, whether its time ran out, what was removed."""

    revision: int
    problems: tuple[Problem, ...]
    parked: bool
    removed: tuple[str, ...] = ()


def start(session: Session, office: Office, filing: Filing, by: By) -> FilingRow:
    """A new draft. A filer without an account finds it again with `key_of`."""
    row = FilingRow(
        kind=filing.kind,
        declared=filing.version,
        state=filing.states[0].name,
        nonce=None if by.user_id else secrets.token_hex(16),
        user_id=by.user_id,
        organisation_id=by.organisation_id,
        created_at=office.now(),
        updated_at=office.now(),
    )
    if filing.prefill is not None:
        row.answers = office.vault.seal_names(filing.prefill(session, office, by), filing.personal_names())
    session.add(row)
    session.flush()
    audit.append(session, by.name, "start", "filing", row.id, {"kind": filing.kind})
    return row


def _signer(office: Office) -> URLSafeSerializer:
    return URLSafeSerializer(office.secret, salt="filing-key")


def key_of(office: Office, row: FilingRow) -> str:
    """The key that opens a filing without an account; it stands in its filer's letters and cookie only."""
    return str(_signer(office).dumps([row.id, row.nonce]))


def find_by_key(session: Session, office: Office, key: str) -> FilingRow:
    """The filing that a key opens. Raises UnknownDraft."""
    try:
        filing_id, nonce = _signer(office).loads(key)
    except (BadData, ValueError, TypeError) as error:
        raise UnknownDraft from error
    row = session.get(FilingRow, filing_id)
    if row is None or row.nonce is None or row.nonce != nonce:
        raise UnknownDraft
    return row


def locked(session: Session, filing_id: int) -> FilingRow:
    """The filing, locked until the transaction ends. Raises UnknownDraft."""
    row = session.get(FilingRow, filing_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise UnknownDraft
    return row


def answers_of(office: Office, row: FilingRow) -> dict[str, Any]:
    """The answers in the clear. Who shows them to staff logs it (`privacy.read_personal`)."""
    return office.vault.unseal_all(row.answers)


def file_counts(session: Session, row: FilingRow) -> dict[str, int]:
    """How many files lie at each place."""
    query = (
        select(FilingUpload.place, func.count()).where(FilingUpload.filing_id == row.id).group_by(FilingUpload.place)
    )
    return {place: int(count) for place, count in session.execute(query)}


def is_parked(filing: Filing, row: FilingRow, now: datetime) -> bool:
    """Whether the countdown ran out; the draft waits until its filer goes on with it."""
    return row.deadline_at is not None and now >= row.deadline_at and filing.state(row.state).editable


def resume(session: Session, office: Office, filing: Filing, filing_id: int) -> FilingRow:
    """Give a parked draft a fresh countdown."""
    row = locked(session, filing_id)
    if filing.minutes is not None and filing.state(row.state).editable:
        row.deadline_at = office.now() + timedelta(minutes=filing.minutes)
    return row


def save(
    session: Session,
    office: Office,
    filing: Filing,
    filing_id: int,
    step: Step,
    form: Mapping[str, Sequence[str]],
    *,
    revision: int,
    writer: str,
    by: By,
    finish: bool,
    turn: int = 0,
    automatic: bool = False,
) -> Saved:
    """Save one step from a posted form; with `finish` the step counts as done if nothing is wrong.

    Whatever is wrong with the answers, they are kept. Raises StaleDraft (another page saved other answers for this
    step since `revision`), NotEditable, UnknownDraft. `writer` names the page, so that it never clashes with itself;
    `turn` grows with each of its requests: an `automatic` one that a later one overtook changes nothing.
    """
    row = locked(session, filing_id)
    if not filing.state(row.state).editable:
        raise NotEditable
    now = office.now()
    before = answers_of(office, row)
    cleaned = clean_step(step, form)
    differences = [
        Difference(name, _label(step, name), before.get(name), value)
        for name, value in cleaned.items()
        if (before.get(name) or "") != (value or "")
    ]
    last_turn = _last_turn(row, writer)
    if row.step_revisions.get(step.name, 0) > revision and last_turn is None and differences:
        raise StaleDraft(row.revision, differences)
    if automatic and last_turn is not None and turn < last_turn:
        cleaned, differences = {}, []
    after = {**before, **cleaned}
    parked = is_parked(filing, row, now)
    problems = tuple(check_step(filing, step, after, file_counts(session, row), office.today()))
    if differences:
        row.answers = office.vault.seal_names(after, filing.personal_names())
        row.revision += 1
        row.step_revisions = {**row.step_revisions, step.name: row.revision}
        row.last_writer = f"{writer[:_WRITER]}:{max(turn, last_turn or 0)}"
    row.updated_at = now
    if finish:
        _finish(session, office, filing, row, step, done=not problems, by=by)
    session.flush()
    return Saved(row.revision, problems, parked, removed(step, form))


def _last_turn(row: FilingRow, writer: str) -> int | None:
    """The turn of the last saving if this page made it, else None."""
    last, own = row.last_writer or "", f"{writer[:_WRITER]}:"
    if not last.startswith(own):
        return None
    turn = last.removeprefix(own)
    return int(turn) if turn.isdecimal() else None


def put(session: Session, office: Office, filing: Filing, row: FilingRow, given: Mapping[str, Any]) -> None:
    """Set answers of a draft that is locked, from elsewhere than its form; pages of these steps notice it."""
    row.answers = office.vault.seal_names({**answers_of(office, row), **given}, filing.personal_names())
    row.revision += 1
    changed = {step.name for step, _, item in filing.items() if item.name in given}
    if changed:
        row.step_revisions = {**row.step_revisions, **dict.fromkeys(sorted(changed), row.revision)}
        row.last_writer = None
    row.updated_at = office.now()
    session.flush()


def _finish(
    session: Session, office: Office, filing: Filing, row: FilingRow, step: Step, *, done: bool, by: By
) -> None:
    names = [s.name for s in filing.steps if s.name in row.steps_done and s.name != step.name]
    row.steps_done = [s.name for s in filing.steps if s.name in names or (done and s.name == step.name)]
    if row.deadline_at is None and filing.minutes is not None and done:
        row.deadline_at = office.now() + timedelta(minutes=filing.minutes)
    remember(session, row, by, f"step:{step.name}")


def remember(session: Session, row: FilingRow, by: By, reason: str) -> None:
    """Keep what the filing says now as a version (I6)."""
    session.add(
        FilingRevision(
            filing_id=row.id,
            revision=row.revision,
            state=row.state,
            answers=dict(row.answers),
            changed_by=by.name,
            reason=reason,
            at=row.updated_at,
        )
    )


def _label(step: Step, name: str) -> str:
    return next((item.label for section in step.sections for item in section.items if item.name == name), name)


def next_step(filing: Filing, row: FilingRow) -> Step:
    """The first step that is not done, or the last one."""
    return next((step for step in filing.steps if step.name not in row.steps_done), filing.steps[-1])


def summary(filing: Filing, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are sent and shown: without what the conditions hide."""
    return visible(filing, answers)
