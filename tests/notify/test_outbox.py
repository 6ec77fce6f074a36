"""Letters: written with their event, sent exactly once, on a real SMTP server and into a folder."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.notify import letters, services
from shuyin.notify.models import Letter, LetterState
from shuyin.notify.transports import FileTransport, SmtpTransport, Transport, transport_for
from shuyin.records import database
from shuyin.records.models import utc_now
from shuyin.records.vault import Vault
from tests.notify.conftest import Post

VAULT = Vault("a-key-for-the-tests-long-enough")
SENDER = "書音 <no-reply@books.example>"
CONTEXT = {"account": "P50001", "minutes": 60, "link": "http://test/x"}


@pytest.fixture
def writes(engine: Engine) -> sessionmaker[Session]:
    return database.write_sessions(engine)


def queue(writes: sessionmaker[Session], key: str = "k1", recipient: str = "reader@example.com") -> int:
    with writes.begin() as session:
        return services.queue(
            session, VAULT, key=key, template="password-reset", recipient=recipient, context=CONTEXT
        ).id


def states(writes: sessionmaker[Session]) -> list[str]:
    with writes() as session:
        return list(session.scalars(select(Letter.state).order_by(Letter.id)))


def make_due(writes: sessionmaker[Session]) -> None:
    with writes.begin() as session:
        for letter in session.scalars(select(Letter)):
            letter.due_at = letter.due_at - timedelta(days=2)
            if letter.claimed_until:
                letter.claimed_until = letter.claimed_until - timedelta(days=2)


def test_a_letter_arrives_with_text_and_html(writes: sessionmaker[Session], post: Post) -> None:
    queue(writes)
    done = services.deliver(writes, VAULT, transport_for(post.url), SENDER)
    assert (done.sent, states(writes)) == (1, ["sent"])
    (message,) = post.received
    assert message["To"] == "reader@example.com"
    assert message["Subject"] == "【書音】帳號與密碼設定函"
    assert message["From"].addresses[0].display_name == "書音"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert "P50001" in text.get_content()
    assert '<a href="http://test/x">' in html.get_content()
    with writes() as session:
        assert session.scalars(select(Letter.content)).all() == [None]


def test_the_same_event_writes_one_letter(writes: sessionmaker[Session], post: Post) -> None:
    assert queue(writes) == queue(writes)
    for _ in range(3):
        services.deliver(writes, VAULT, transport_for(post.url), SENDER)
    assert len(post.received) == 1


def test_a_rolled_back_event_writes_no_letter(writes: sessionmaker[Session]) -> None:
    with pytest.raises(ZeroDivisionError), writes.begin() as session:
        services.queue(session, VAULT, key="k", template="password-reset", recipient="a@b.tw", context=CONTEXT)
        raise ZeroDivisionError
    assert states(writes) == []


def test_nothing_readable_lies_in_the_outbox(writes: sessionmaker[Session]) -> None:
    queue(writes)
    with writes() as session:
        letter = session.scalars(select(Letter)).one()
    assert "reader@example.com" not in f"{letter.recipient}{letter.content}"
    assert "P50001" not in f"{letter.content}"


@pytest.mark.parametrize(
    ("rcpt", "data", "state"),
    [
        ("550 no such user", "250 OK", "failed"),
        ("451 later", "250 OK", "waiting"),
        ("", "554 spam", "failed"),
        ("", "452 disk full", "waiting"),
    ],
)
def test_refusals(writes: sessionmaker[Session], post: Post, rcpt: str, data: str, state: str) -> None:
    post.rcpt_answer, post.data_answer = rcpt, data
    queue(writes)
    services.deliver(writes, VAULT, transport_for(post.url), SENDER)
    assert states(writes) == [state]
    post.rcpt_answer, post.data_answer = "", "250 OK"
    make_due(writes)
    services.deliver(writes, VAULT, transport_for(post.url), SENDER)
    assert states(writes) == ["sent" if state == "waiting" else "failed"]
    assert len(post.received) == (state == "waiting")


def test_a_server_that_is_down_is_tried_again_and_given_up_in_the_end(writes: sessionmaker[Session]) -> None:
    queue(writes)
    nobody = SmtpTransport("smtp://127.0.0.1:1")
    for _ in range(len(services.RETRY)):
        services.deliver(writes, VAULT, nobody, SENDER)
        assert states(writes) == ["waiting"]
        make_due(writes)
    services.deliver(writes, VAULT, nobody, SENDER)
    assert states(writes) == ["failed"]


def test_a_connection_that_breaks_during_the_text_leaves_the_letter_to_a_person(
    writes: sessionmaker[Session], post: Post
) -> None:
    post.drop_at_data = True
    letter_id = queue(writes)
    done = services.deliver(writes, VAULT, transport_for(post.url), SENDER)
    assert (done.unclear, states(writes)) == (1, ["unclear"])
    make_due(writes)
    services.deliver(writes, VAULT, transport_for(post.url), SENDER)
    assert len(post.received) == 1
    post.drop_at_data = False
    with writes.begin() as session:
        assert services.retry(session, letter_id)
    services.deliver(writes, VAULT, transport_for(post.url), SENDER)
    assert states(writes) == ["sent"]
    first, second = post.received
    assert first["Message-ID"] == second["Message-ID"]
    with writes.begin() as session:
        assert not services.retry(session, letter_id)


class DyingTransport:
    """Stops as if the process were killed, before or after the letter was handed over."""

    def __init__(self, *, after: bool, idempotent: bool = False) -> None:
        self.after, self.idempotent = after, idempotent

    def send(self, message: EmailMessage, about_to_hand_over: Callable[[], None]) -> None:
        if self.after:
            about_to_hand_over()
        raise SystemExit


@pytest.mark.parametrize(
    ("after", "idempotent", "state"), [(False, False, "sent"), (True, False, "unclear"), (True, True, "sent")]
)
def test_what_a_dead_sender_leaves(
    writes: sessionmaker[Session], post: Post, after: bool, idempotent: bool, state: str
) -> None:
    queue(writes)
    with pytest.raises(SystemExit):
        services.deliver(writes, VAULT, DyingTransport(after=after, idempotent=idempotent), SENDER)
    smtp: Any = transport_for(post.url)
    smtp.idempotent = idempotent
    services.deliver(writes, VAULT, smtp, SENDER)
    assert post.received == []  # the claim still holds
    make_due(writes)
    services.deliver(writes, VAULT, smtp, SENDER)
    assert states(writes) == [state]


def test_a_sender_that_was_taken_for_dead_sends_nothing(writes: sessionmaker[Session], post: Post) -> None:
    queue(writes)
    inner: Transport = transport_for(post.url)

    class Slow:
        idempotent = False

        def send(self, message: EmailMessage, about_to_hand_over: Callable[[], None]) -> None:
            make_due(writes)
            services.deliver(writes, VAULT, inner, SENDER)  # another sender takes the letter over meanwhile
            inner.send(message, about_to_hand_over)

    services.deliver(writes, VAULT, Slow(), SENDER, most=1)
    assert len(post.received) == 1
    assert states(writes) == ["sent"]


def test_several_senders_share_the_work(writes: sessionmaker[Session], post: Post) -> None:
    for number in range(30):
        queue(writes, f"k{number}", f"r{number}@example.com")
    run = lambda: services.deliver(writes, VAULT, transport_for(post.url), SENDER)  # noqa: E731 (a name for the thread's work)
    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(m["To"] for m in post.received) == sorted(f"r{n}@example.com" for n in range(30))
    assert set(states(writes)) == {LetterState.SENT.value}


def test_the_folder_gets_one_file_for_each_letter(writes: sessionmaker[Session], tmp_path: Path) -> None:
    queue(writes)
    transport = FileTransport(tmp_path / "mail")
    services.deliver(writes, VAULT, transport, SENDER)
    (file,) = (tmp_path / "mail").iterdir()
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    assert message["Subject"] == "【書音】帳號與密碼設定函"
    assert isinstance(transport_for(f"file:{tmp_path}"), FileTransport)
    with pytest.raises(ValueError, match="SHUYIN_MAIL_URL"):
        transport_for("gopher:x")


def test_a_value_cannot_add_a_header() -> None:
    rendered = letters.render("account-issued", {**ACCOUNT, "account": "P1\r\nBcc: all@example.com"})
    assert "\n" not in rendered.subject
    html = letters.render("account-issued", {**ACCOUNT, "organisation": "<script>x</script>"}).html
    assert "<script>" not in html


ACCOUNT = {
    "account": "P1",
    "password": "p",
    "organisation": "o",
    "reference": "R115-000001",
    "until": utc_now().date().isoformat(),
    "link": "http://test/",
}


def test_every_template_has_text_and_html_in_both_languages() -> None:
    names = letters.names()
    assert len(names) >= 8
    for name in names:
        source = (letters.TEMPLATES / f"{name}.txt").read_text(encoding="utf-8")
        assert source.startswith("【書音】")
        assert "\n---\n" in source
        assert '<p lang="en">' in (letters.TEMPLATES / f"{name}.html").read_text(encoding="utf-8")
