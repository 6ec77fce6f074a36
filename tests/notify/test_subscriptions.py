"""Subscribing to the daily letter: confirming, changing, leaving; one letter a day, whatever dies in between."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.notify import digests, services, subscriptions
from shuyin.notify.models import Letter, LetterState, Subscription, SubscriptionState
from shuyin.notify.subscriptions import InvalidAddress, InvalidLink, Office
from shuyin.notify.transports import transport_for
from shuyin.records import database
from shuyin.records.book_json import BookJson
from shuyin.records.interests import Interests
from shuyin.records.models import utc_now
from shuyin.records.vault import Vault
from tests.notify.conftest import Post
from tests.protocols.books import bare, report

TAIPEI = ZoneInfo("Asia/Taipei")
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=TAIPEI)


@pytest.fixture
def office() -> Office:
    return Office("a secret", Vault("a-key-for-the-tests-long-enough"), "https://catalogue.example")


@pytest.fixture
def writes(engine: Engine) -> sessionmaker[Session]:
    return database.write_sessions(engine)


def token(link: str) -> str:
    return link.rpartition("/")[2]


def subscribed(
    writes: sessionmaker[Session], office: Office, address: str, hour: int = 8, **interests: list[str]
) -> int:
    with writes.begin() as session:
        made = subscriptions.subscribe(session, office, address, Interests.of(interests), hour)
        confirmed = subscriptions.confirm(session, office, token(office.link(made, "confirm")))
        confirmed.confirmed_at = NOON - timedelta(days=1)
        return confirmed.id


def letters(writes: sessionmaker[Session], prefix: str) -> list[str]:
    with writes() as session:
        query = select(Letter.unique_key).where(Letter.unique_key.startswith(prefix)).order_by(Letter.id)
        return list(session.scalars(query))


def both(first: date, last: date) -> list[BookJson]:
    return [report(), bare()]


def test_nobody_gets_letters_without_confirming(writes: sessionmaker[Session], office: Office) -> None:
    with writes.begin() as session:
        made = subscriptions.subscribe(session, office, " reader@example.org ", Interests(), 8)
        again = subscriptions.subscribe(session, office, "Reader@Example.org", Interests(classes=("0",)), 9)
        assert made.id == again.id and again.interests == {"classes": ["0"]}
        assert "reader" not in made.address.lower() and "reader" not in made.address_key
    assert len(letters(writes, "subscription-confirm:")) == 1  # one letter an hour, however often they press
    assert digests.write_due(writes, office, both, NOON, TAIPEI).letters == 0
    with writes.begin() as session:
        subscription = session.get_one(Subscription, made.id)
        link = office.link(subscription, "confirm")
        for wrong in (token(link)[:-1], "x", "", token(office.link(subscription, "manage"))):
            with pytest.raises(InvalidLink):
                subscriptions.confirm(session, office, wrong)
        assert subscriptions.confirm(session, office, token(link)).state == SubscriptionState.ACTIVE.value
        subscriptions.subscribe(session, office, "reader@example.org", Interests(), 3)
        assert subscription.hour == 9  # who is subscribed is sent a link, and nothing changes before it is used
    assert len(letters(writes, "subscription-manage:")) == 1


@pytest.mark.parametrize(
    "address", ["", "a", "a@b", "a b@c.org", "a@b.org\nBcc: x@y.org", "a@b..org", "<a@b.org>", "@b.org"]
)
def test_what_is_no_address_is_refused(writes: sessionmaker[Session], office: Office, address: str) -> None:
    with writes() as session, pytest.raises(InvalidAddress):
        subscriptions.subscribe(session, office, address, Interests(), 8)


def test_changing_and_leaving(writes: sessionmaker[Session], office: Office) -> None:
    id = subscribed(writes, office, "reader@example.org")
    with writes.begin() as session:
        link = token(office.link(session.get_one(Subscription, id), "manage"))
        changed = subscriptions.change(session, office, link, Interests(words=("期刊",)), 31)
        assert (changed.interests, changed.hour) == ({"words": ["期刊"]}, 7)
        for _ in range(2):
            assert subscriptions.unsubscribe(session, office, link).state == SubscriptionState.ENDED.value
        assert office.vault.unseal(changed.address) == ""
    assert digests.write_due(writes, office, both, NOON, TAIPEI).letters == 0
    assert subscribed(writes, office, "reader@example.org") == id  # and they may come back
    assert digests.write_due(writes, office, both, NOON, TAIPEI).letters == 1


@pytest.mark.parametrize(
    ("interests", "wanted"),
    [
        ({}, [7, 8]),
        ({"classes": ["01"]}, [7]),
        ({"classes": ["9"]}, []),
        ({"subjects": ["期刊"]}, [7]),
        ({"words": ["無名"]}, [8]),
        ({"words": ["無名"], "classes": ["011"]}, [7, 8]),
        ({"audiences": ["成人(一般)"]}, [7]),
        ({"formats": ["ebook"]}, []),
        ({"audiences": ["成人(一般)"], "words": ["無名"]}, []),
        ({"categories": ["藝術"]}, []),
    ],
)
def test_interests(interests: dict[str, list[str]], wanted: list[int]) -> None:
    chosen = Interests.of(interests)
    assert [book["id"] for book in both(date.min, date.max) if chosen.include(book)] == wanted
    assert Interests.of(chosen.to_json()) == chosen


def test_form_values_are_bounded() -> None:
    bounded = Interests.of({"words": [f" {n}  x " for n in range(99)] + ["y" * 999, "", "0 x"], "unknown": ["z"]})
    assert len(bounded.words) == 50 and bounded.words[0] == "0 x" and max(map(len, bounded.words)) <= 60


def test_one_letter_a_day_at_the_hour(writes: sessionmaker[Session], office: Office) -> None:
    id = subscribed(writes, office, "reader@example.org", hour=12)
    subscribed(writes, office, "other@example.org", hour=12, classes=["9"])
    asked: list[tuple[date, date]] = []

    def find(first: date, last: date) -> list[BookJson]:
        asked.append((first, last))
        return both(first, last)

    early = digests.write_due(writes, office, find, NOON - timedelta(minutes=1), TAIPEI)
    assert (early.letters, early.nothing_new) == (0, 0)
    done = digests.write_due(writes, office, find, NOON, TAIPEI)
    assert (done.letters, done.nothing_new) == (1, 1)
    assert digests.write_due(writes, office, find, NOON + timedelta(hours=11), TAIPEI) == digests.Written()
    assert digests.write_due(writes, office, find, NOON + timedelta(days=1), TAIPEI).letters == 1
    assert digests.write_due(writes, office, find, NOON + timedelta(days=30), TAIPEI).letters == 1
    assert letters(writes, "digest:") == [f"digest:{id}:{day}" for day in ("2026-03-02", "2026-03-03", "2026-04-01")]
    assert asked == [
        (date(2026, 3, 1), date(2026, 3, 2)),  # from the day of the confirmation
        (date(2026, 3, 2), date(2026, 3, 3)),  # the day of the last letter was not over at its hour
        (date(2026, 3, 26), date(2026, 4, 1)),  # after a long pause no more than a week
    ]


def test_a_book_published_after_the_hour_is_in_the_next_letter_and_no_book_in_two(
    writes: sessionmaker[Session], office: Office, post: Post
) -> None:
    subscribed(writes, office, "reader@example.org", hour=12)
    morning, afternoon = report(), bare()
    for book, hours in ((morning, -3), (afternoon, 3)):
        book["announced"] = NOON.date().isoformat()
        book["updated_at"] = (NOON + timedelta(hours=hours)).astimezone(UTC).isoformat(timespec="seconds")
    shown = [morning]

    def find(first: date, last: date) -> list[BookJson]:
        return [book for book in shown if first.isoformat() <= str(book["announced"]) <= last.isoformat()]

    found = []
    for day in range(3):
        digests.write_due(writes, office, find, NOON + timedelta(days=day), TAIPEI)
        services.deliver(writes, office.vault, transport_for(post.url), "書音 <a@shuyin.example>")
        text = [m for m in post.received if "種新書" in m["Subject"]][-1].get_body(("plain",))
        assert text is not None
        found.append([book["title"] in text.get_content() for book in (morning, afternoon)])
        shown.append(afternoon)
    assert found == [[True, False], [False, True], [False, True]]  # on the third day none is written
    assert len(letters(writes, "digest:")) == 2


def test_a_refusing_address_is_given_up(writes: sessionmaker[Session], office: Office) -> None:
    id = subscribed(writes, office, "reader@example.org")
    for day in range(4):
        digests.write_due(writes, office, both, NOON + timedelta(days=day), TAIPEI)
        with writes.begin() as session:
            letter = session.scalars(select(Letter).order_by(Letter.id.desc())).first()
            assert letter is not None
            letter.state = LetterState.SENT.value if day == 0 else LetterState.FAILED.value
        assert digests.count_bounces(writes) == (1 if day == 3 else 0)
    with writes() as session:
        subscription = session.get_one(Subscription, id)
        assert (subscription.state, subscription.bounces) == (SubscriptionState.BOUNCED.value, 3)
    assert digests.write_due(writes, office, both, NOON + timedelta(days=9), TAIPEI).letters == 0


def test_the_letter_that_arrives(writes: sessionmaker[Session], office: Office, post: Post) -> None:
    id = subscribed(writes, office, "reader@example.org")
    digests.write_due(writes, office, both, NOON, TAIPEI)
    sent = services.deliver(writes, office.vault, transport_for(post.url), "書音 <a@shuyin.example>")
    assert sent.sent == 2
    message = post.received[-1]
    assert message["To"] == "reader@example.org" and message["Subject"] == "【書音】2026-03-02 預告書訊：2 種新書"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = message["List-Unsubscribe"].strip("<>")
    assert link.startswith("https://catalogue.example/subscriptions/manage/") and link.endswith("/unsubscribe")
    text = message.get_body(("plain",))
    html = message.get_body(("html",))
    assert text is not None and html is not None
    for body in (text.get_content(), html.get_content()):
        assert report()["title"] in body and "978-957-678-771-3" in body and "https://catalogue.example/books/7" in body
        assert link in body and "無名書" in body
    with writes.begin() as session:
        ended = subscriptions.unsubscribe(session, office, link.removesuffix("/unsubscribe").rpartition("/")[2])
        assert ended.id == id


JOB = textwrap.dedent(
    """
    import sys
    from datetime import datetime
    from zoneinfo import ZoneInfo
    from shuyin.notify import digests, services
    from shuyin.notify.subscriptions import Office
    from shuyin.notify.transports import transport_for
    from shuyin.records import database
    from shuyin.records.vault import Vault
    from tests.protocols.books import report

    url, smtp = sys.argv[1:]
    writes = database.write_sessions(database.connect(url))
    office = Office("a secret", Vault("a-key-for-the-tests-long-enough"), "https://catalogue.example")
    zone = ZoneInfo("Asia/Taipei")
    now = datetime(2026, 3, 2, 12, 0, tzinfo=zone)
    print("ready", flush=True)
    digests.write_due(writes, office, lambda first, last: [report()], now, zone)
    services.deliver(writes, office.vault, transport_for(smtp), "a@shuyin.example", most=5000)
    """
)


def _killed_runs(url: str, smtp: str, waits: list[float]) -> int:
    """Run the mail job, killing it after each of the waits, and once to the end; how many were killed."""
    killed = 0
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    for wait in [*waits, None]:
        command = [sys.executable, "-c", JOB, url, smtp]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as job:
            assert job.stdout is not None and job.stdout.readline() == b"ready\n"
            if wait is None:
                assert job.wait(300) == 0
                continue
            time.sleep(wait)
            if job.poll() is None:
                job.send_signal(signal.SIGKILL)
                killed += 1
    return killed


def test_kill_the_mail_job_and_every_reader_still_gets_one_letter(
    sqlite_engine: Engine, sqlite_url: str, office: Office, post: Post
) -> None:
    _kill(sqlite_engine, sqlite_url, office, post, readers=60, waits=[0.15, 0.3, 0.5])


@pytest.mark.soak
def test_kill_the_mail_job_in_the_middle_of_a_thousand_letters(
    sqlite_engine: Engine, sqlite_url: str, office: Office, post: Post
) -> None:
    _kill(sqlite_engine, sqlite_url, office, post, readers=1000, waits=[0.5 + 0.37 * n for n in range(8)])


def _kill(engine: Engine, url: str, office: Office, post: Post, *, readers: int, waits: list[float]) -> None:
    writes = database.write_sessions(engine)
    addresses = [f"reader-{n}@example.org" for n in range(readers)]
    with writes.begin() as session:
        for address in addresses:
            key = office.address_key(address)
            session.add(
                Subscription(
                    address=office.vault.seal(address), address_key=key, nonce="n", hour=8, confirmed_at=utc_now(),
                    state=SubscriptionState.ACTIVE.value,
                )
            )  # fmt: skip
    assert _killed_runs(url, post.url, waits) >= 1
    with writes.begin() as session:  # claims of the dead run out
        for letter in session.scalars(select(Letter).where(Letter.claimed_until.is_not(None))):
            letter.claimed_until = datetime(2026, 1, 1, tzinfo=UTC)
    _killed_runs(url, post.url, [])
    with writes() as session:
        states = Counter(session.scalars(select(Letter.state)))
        assert session.scalar(select(func.count()).select_from(Letter)) == readers
    received = Counter(message["To"] for message in post.received)
    assert set(received.values()) == {1} and len(received) == readers, (states, len(received))
