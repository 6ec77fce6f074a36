"""The outbox: a letter is written in the transaction of its event, and sent exactly once afterwards."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from shuyin.notify.letters import render
from shuyin.notify.models import Letter, LetterState
from shuyin.notify.transports import FateUnknown, Refused, Transport, TryLater
from shuyin.records.models import utc_now
from shuyin.records.vault import Vault

#: A sender that has not finished a letter by then is taken to be dead.
CLAIM = timedelta(minutes=5)
#: Waiting times after a temporary failure; after the last one the letter has failed.
RETRY = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720))


@dataclass(slots=True)
class Delivered:
    """What one run of the sender did."""

    sent: int = 0
    later: int = 0
    failed: int = 0
    unclear: int = 0


class _ClaimLost(Exception):
    """Another sender took the letter over."""


def queue(
    session: Session,
    vault: Vault,
    *,
    key: str,
    template: str,
    recipient: str,
    context: Mapping[str, Any],
    due_at: datetime | None = None,
    headers: Mapping[str, str] | None = None,
) -> Letter:
    """Write a letter in the caller's transaction. The same `key` gives the letter that is there already.

    `headers` are added to the e-mail (List-Unsubscribe …).
    """
    known = session.scalar(select(Letter).where(Letter.unique_key == key))
    if known is not None:
        return known
    rendered = render(template, context)
    content = {
        "subject": rendered.subject,
        "text": rendered.text,
        "html": rendered.html,
        "headers": dict(headers or {}),
    }
    letter = Letter(unique_key=key, template=template, recipient=vault.seal(recipient), content=vault.seal(content))
    if due_at is not None:
        letter.due_at = due_at
    session.add(letter)
    session.flush()
    return letter


def deliver(
    sessions: sessionmaker[Session], vault: Vault, transport: Transport, sender: str, *, most: int = 100
) -> Delivered:
    """Send what is due, each letter in its own transactions, so that a crash never sends one twice.

    A letter whose sender died between handing over and confirming is not sent again (unless the transport is
    idempotent): it becomes `unclear`, for a person to decide.
    """
    done = Delivered()
    me = secrets.token_hex(8)
    recover(sessions, transport)
    for _ in range(most):
        letter_id = _claim(sessions, me)
        if letter_id is None:
            break
        _send(sessions, vault, transport, sender, letter_id, me, done)
    return done


def recover(sessions: sessionmaker[Session], transport: Transport) -> None:
    """Take back the letters of senders that died."""
    handed = LetterState.WAITING if transport.idempotent else LetterState.UNCLEAR
    with sessions.begin() as session:
        for state, target in ((LetterState.CLAIMED, LetterState.WAITING), (LetterState.HANDED, handed)):
            session.execute(
                update(Letter)
                .where(Letter.state == state.value, Letter.claimed_until < utc_now())
                .values(state=target.value, claimed_by=None, claimed_until=None)
            )


def retry(session: Session, letter_id: int) -> bool:
    """Let a failed or unclear letter be sent again; False if it cannot be (sent, or its text is gone)."""
    letter = session.get(Letter, letter_id, with_for_update=True)
    if letter is None or letter.content is None:
        return False
    if letter.state not in (LetterState.FAILED, LetterState.UNCLEAR):
        return False
    letter.state, letter.due_at, letter.attempts = LetterState.WAITING.value, utc_now(), 0
    return True


def message_of(vault: Vault, letter: Letter, sender: str) -> EmailMessage:
    """The letter as an e-mail; its Message-ID depends on its key alone, so that mail servers see repeats."""
    content = vault.unseal(letter.content or "")
    message = EmailMessage()
    message["From"] = sender
    message["To"] = str(vault.unseal(letter.recipient))
    message["Subject"] = content["subject"]
    message["Date"] = format_datetime(letter.created_at)
    domain = sender.rpartition("@")[2].strip("> ") or "localhost"
    message["Message-ID"] = f"<{hashlib.sha256(letter.unique_key.encode()).hexdigest()[:40]}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    for name, value in content.get("headers", {}).items():
        message[name] = value
    message.set_content(content["text"])
    message.add_alternative(content["html"], subtype="html")
    return message


def _claim(sessions: sessionmaker[Session], me: str) -> int | None:
    with sessions.begin() as session:
        letter = session.scalar(
            select(Letter)
            .where(Letter.state == LetterState.WAITING.value, Letter.due_at <= utc_now())
            .order_by(Letter.due_at, Letter.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if letter is None:
            return None
        letter.state = LetterState.CLAIMED.value
        letter.claimed_by, letter.claimed_until = me, utc_now() + CLAIM
        return letter.id


def _send(
    sessions: sessionmaker[Session],
    vault: Vault,
    transport: Transport,
    sender: str,
    letter_id: int,
    me: str,
    done: Delivered,
) -> None:
    with sessions() as session:
        letter = session.get_one(Letter, letter_id)
        message = message_of(vault, letter, sender)

    def mark_handed() -> None:
        _hand_over(sessions, letter_id, me)

    try:
        transport.send(message, mark_handed)
    except _ClaimLost:
        return  # this process was so slow that it was taken for dead; the letter is another sender's now
    except TryLater as trouble:
        attempts = letter.attempts + 1
        if attempts > len(RETRY):
            _change(sessions, letter_id, state=LetterState.FAILED.value, attempts=attempts, error=str(trouble))
            done.failed += 1
        else:
            due = utc_now() + RETRY[attempts - 1]
            waiting = LetterState.WAITING.value
            _change(sessions, letter_id, state=waiting, attempts=attempts, due_at=due, error=str(trouble))
            done.later += 1
    except Refused as trouble:
        _change(sessions, letter_id, state=LetterState.FAILED.value, error=str(trouble))
        done.failed += 1
    except FateUnknown as trouble:
        _change(sessions, letter_id, state=LetterState.UNCLEAR.value, error=str(trouble))
        done.unclear += 1
    else:
        _change(sessions, letter_id, state=LetterState.SENT.value, sent_at=utc_now(), content=None, error=None)
        done.sent += 1


def _hand_over(sessions: sessionmaker[Session], letter_id: int, me: str) -> None:
    """Write down that from now on the letter may have arrived. Raises _ClaimLost if it is no longer ours."""
    with sessions.begin() as session:
        letter = session.get_one(Letter, letter_id, with_for_update=True)
        if letter.state != LetterState.CLAIMED or letter.claimed_by != me:
            raise _ClaimLost
        letter.state, letter.claimed_until = LetterState.HANDED.value, utc_now() + CLAIM


def _change(sessions: sessionmaker[Session], letter_id: int, **values: Any) -> None:
    with sessions.begin() as session:
        session.execute(update(Letter).where(Letter.id == letter_id).values(**values))
