"""Signing in, back-off, passwords, forgotten passwords, second factor, roles."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.filing import privacy, roles
from shuyin.filing.accounts import passwords, second_factor, sign_in
from shuyin.filing.accounts.common_passwords import COMMON
from shuyin.filing.accounts.sign_in import Outcome
from shuyin.filing.models import AccountProfile, SignInEvent
from shuyin.filing.office import Office
from shuyin.filing.registry import FILINGS
from shuyin.filing.roles import PERMISSIONS, Permission, Role
from shuyin.notify.models import Letter
from shuyin.records.models import OrganisationRow, User
from tests.filing.conftest import Clock

PASSWORD = "correct horse battery"


@pytest.fixture
def user(writes: sessionmaker[Session]) -> User:
    with writes.begin() as session:
        house = OrganisationRow(name="書坊有限公司", short_name="書坊", name_key="書坊有限公司", source="test")
        session.add(house)
        session.flush()
        user = User(
            account="P20778",
            email="office@example.com.tw",
            name="書坊",
            password_hash=passwords.hash_password(PASSWORD),
            role="publisher",
            organisation_id=house.id,
        )
        session.add(user)
    return user


def attempt(
    writes: sessionmaker[Session], office: Office, password: str, account: str = "P20778", address: str = "10.0.0.1"
) -> sign_in.Attempt:
    with writes.begin() as session:
        return sign_in.attempt(session, office, account, password, address=address, user_agent="Firefox")


def test_the_right_password_signs_in_and_is_recorded(writes: sessionmaker[Session], office: Office, user: User) -> None:
    assert attempt(writes, office, PASSWORD, "p20778 ").outcome is Outcome.OK
    assert attempt(writes, office, "wrong").outcome is Outcome.WRONG
    assert attempt(writes, office, PASSWORD, "nobody").outcome is Outcome.WRONG
    with writes() as session:
        assert [e.outcome for e in sign_in.log_of(session, user.id)] == ["wrong", "ok"]
        assert "P20778" not in {e.account_hash for e in session.scalars(select(SignInEvent))}


def test_guessing_is_slowed_down_for_an_account(
    writes: sessionmaker[Session], office: Office, user: User, clock: Clock
) -> None:
    for number in range(sign_in.FREE_FOR_ACCOUNT):
        assert attempt(writes, office, "wrong", address=f"10.0.1.{number}").outcome is Outcome.WRONG
    blocked = attempt(writes, office, PASSWORD)
    assert (blocked.outcome, blocked.wait) == (Outcome.BLOCKED, sign_in.FIRST_WAIT)
    clock.turn(seconds=16)
    assert attempt(writes, office, "wrong").outcome is Outcome.WRONG
    assert attempt(writes, office, PASSWORD).wait == 2 * sign_in.FIRST_WAIT
    clock.turn(seconds=31)
    assert attempt(writes, office, PASSWORD).outcome is Outcome.OK
    assert attempt(writes, office, "wrong").outcome is Outcome.WRONG  # a success clears the slate
    assert attempt(writes, office, PASSWORD).outcome is Outcome.OK


def test_guessing_is_slowed_down_for_an_address(writes: sessionmaker[Session], office: Office, user: User) -> None:
    for number in range(sign_in.FREE_FOR_ADDRESS):
        assert attempt(writes, office, "wrong", f"account-{number}").outcome is Outcome.WRONG
    assert attempt(writes, office, PASSWORD).outcome is Outcome.BLOCKED
    assert attempt(writes, office, PASSWORD, address="10.0.0.2").outcome is Outcome.OK


@pytest.mark.parametrize(("failures", "seconds"), [(4, 0), (5, 15), (6, 30), (10, 480), (11, 900), (60, 900)])
def test_the_wait_doubles_up_to_a_quarter_of_an_hour(failures: int, seconds: int, clock: Clock) -> None:
    assert sign_in.wait_for(failures, 5, clock(), clock()) == timedelta(seconds=seconds)


def test_a_first_password_runs_out(writes: sessionmaker[Session], office: Office, user: User, clock: Clock) -> None:
    with writes.begin() as session:
        session.get_one(User, user.id).must_change_password = True
        until = clock() + passwords.FIRST_LIFE
        session.add(AccountProfile(user_id=user.id, origin="registered", password_until=until))
    assert attempt(writes, office, PASSWORD).outcome is Outcome.OK
    clock.turn(days=15)
    assert attempt(writes, office, PASSWORD).outcome is Outcome.CLOSED


def test_a_closed_account_is_like_an_unknown_one(writes: sessionmaker[Session], office: Office, user: User) -> None:
    with writes.begin() as session:
        session.get_one(User, user.id).active = False
    assert attempt(writes, office, PASSWORD).outcome is Outcome.WRONG


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("今天天氣很好適合出門看書", True),
        ("correct horse battery", True),
        ("short", False),
        ("x" * 129, False),
        ("aaaaaaaaaaaaaaaa", False),
        ("password password", False),
        ("my P20778 is mine", False),
        ("123456789012345", False),
        ("P@ssw0rd2026!", False),
        ("taiwan-library-2025", False),
        ("ji32k7au4a83 1234", False),
        ("1qaz2wsx3edc4rfv", False),
        ("國家圖書館圖書館密碼1234", False),
        ("我的貓不喜歡星期一的雨天", True),
        ("librarian of the blue mountain", True),
    ],
)
def test_what_a_new_password_must_be(password: str, good: bool) -> None:
    assert (passwords.problem(password, "P20778") is None) == good


def test_the_list_of_common_passwords_refuses_each_of_its_own() -> None:
    assert len(COMMON) >= 200
    assert [word for word in COMMON if passwords.problem(word * -(-12 // len(word)), "P1") is None] == []


def test_first_passwords_differ_and_are_good() -> None:
    made = {passwords.first_password() for _ in range(200)}
    assert len(made) == 200
    assert all(passwords.problem(p, "P1") is None for p in made)


@pytest.mark.parametrize(
    ("organisation", "email", "count"),
    [
        ("書坊有限公司", "Office@Example.com.tw", 1),
        ("書坊", "office@example.com.tw", 1),
        ("書坊有限公司", "other@example.com.tw", 0),
        ("別家出版社", "office@example.com.tw", 0),
        ("", "office@example.com.tw", 0),
        ("%", "office@example.com.tw", 0),
    ],
)
def test_the_forgotten_password_letter(
    writes: sessionmaker[Session], office: Office, user: User, organisation: str, email: str, count: int
) -> None:
    with writes.begin() as session:
        assert passwords.ask_for_letter(session, office, organisation, email) == count
        passwords.ask_for_letter(session, office, organisation, email)
    with writes() as session:
        assert len(session.scalars(select(Letter)).all()) == count


def test_the_link_works_once_and_for_an_hour(writes: sessionmaker[Session], office: Office, user: User) -> None:
    with writes.begin() as session:
        known = session.get_one(User, user.id)
        token = passwords.link_token(office, known)
        assert passwords.user_of_link(session, office, token).id == user.id
        passwords.set_password(session, office, known, "a brand new pass phrase")
        with pytest.raises(passwords.UnknownLink):
            passwords.user_of_link(session, office, token)
        with pytest.raises(passwords.UnknownLink):
            passwords.user_of_link(session, office, token + "x")
        assert session.scalars(select(Letter.template)).all() == ["password-changed"]
    assert attempt(writes, office, "a brand new pass phrase").outcome is Outcome.OK
    assert attempt(writes, office, PASSWORD).outcome is Outcome.WRONG


def test_the_second_factor(writes: sessionmaker[Session], office: Office, user: User, clock: Clock) -> None:
    with writes.begin() as session:
        uri = second_factor.begin(session, office, session.get_one(User, user.id))
        secret = second_factor.secret_of(session, office, user.id)
    assert secret is not None
    assert uri.startswith("otpauth://totp/Shuyin:P20778?")
    assert attempt(writes, office, PASSWORD).outcome is Outcome.OK  # not confirmed yet
    totp = pyotp.TOTP(secret)
    with writes.begin() as session:
        assert not second_factor.accept(session, office, user.id, "000000x")
        assert second_factor.accept(session, office, user.id, totp.at(int(clock().timestamp())))
        assert not second_factor.accept(session, office, user.id, totp.at(int(clock().timestamp())))  # used
        assert second_factor.secret_of(session, office, user.id) is None
    assert attempt(writes, office, PASSWORD).outcome is Outcome.SECOND
    clock.turn(seconds=60)
    with writes.begin() as session:
        assert second_factor.accept(session, office, user.id, totp.at(int(clock().timestamp()) - 30))  # a slow clock
        assert not second_factor.accept(session, office, user.id, totp.at(int(clock().timestamp()) - 90))


def test_the_permission_table() -> None:
    assert set(PERMISSIONS) == set(Role)
    assert all(Permission.OWN_ACCOUNT in allowed for allowed in PERMISSIONS.values())
    assert {Role.EDITOR, Role.CATALOGUER, Role.REGISTRAR, Role.ADMIN} == roles.STAFF_ROLES
    for role in (Role.READER, Role.PUBLISHER, Role.PUBLISHER_ADMIN):
        assert not PERMISSIONS[role] & {Permission.STAFF, Permission.AUDIT, Permission.REVIEW_REGISTRATION}
    assert not roles.may("nobody", "account.own")
    assert not roles.may("admin", "no.such.permission")
    assert roles.may("admin", "audit.read")


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("王小明", "王○明"),
        ("王明", "王○"),
        ("A123456789", "A1******89"),
        ("filler@example.com", "f***@example.com"),
        ("(02)12345678", "(02******678"),
        ("", ""),
    ],
)
def test_masking(value: str, masked: str) -> None:
    assert privacy.mask(value) == masked


def test_export_and_deletion(writes: sessionmaker[Session], office: Office, user: User, clock: Clock) -> None:
    attempt(writes, office, PASSWORD)
    with writes.begin() as session:
        known = session.get_one(User, user.id)
        taken = privacy.export(session, office, known, FILINGS)
        assert taken["account"]["email"] == "office@example.com.tw"
        assert len(taken["sign_ins"]) == 1
        privacy.close_account(session, office, known, FILINGS, by=sign_in_by(known))
    assert attempt(writes, office, PASSWORD).outcome is Outcome.WRONG
    with writes() as session:
        known = session.get_one(User, user.id)
        assert (known.email, known.name, known.active) == (None, None, False)


def sign_in_by(user: User) -> privacy.By:
    return privacy.By(user.account, user.role, user.id)
