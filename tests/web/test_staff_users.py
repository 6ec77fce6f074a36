"""Administrators list accounts, change roles, close and open accounts."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from shuyin.filing.models import AuditEntry
from shuyin.filing.roles import Role
from shuyin.records.models import User
from shuyin.web.staff.users import ROLE_LABELS
from tests.web.filing_site import Person, Site, make_site


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> Site:
    return make_site(sqlite_engine, tmp_path)


@pytest.fixture
def root(site: Site) -> Person:
    return site.staff("root", "admin")


def user_of(site: Site, account: str) -> User:
    with site.app.state.sessions() as session:
        return session.scalars(select(User).where(User.account == account)).one()


def change(person: Person, user: User, **form: str) -> int:
    page = f"/staff/users/{user.id}"
    return int(person.post(page, form, page=page).status_code)


def test_accounts_are_listed_and_searched(site: Site, root: Person) -> None:
    for number in range(55):
        site.add_user(f"P{number:03}", "publisher")
    first = root.get("/staff/users").text
    assert "P000" in first
    assert "P054" not in first
    assert "P054" in root.get("/staff/users?page=2").text
    found = root.get("/staff/users?q=p03").text
    assert "P030" in found
    assert "P040" not in found
    assert "P030" not in root.get("/staff/users?role=admin").text
    assert set(ROLE_LABELS) == set(Role)


def test_another_role_ends_the_sessions(site: Site, root: Person) -> None:
    user = site.add_user("P1", "publisher")
    person = site.sign_in("P1")
    assert change(root, user, action="role", role="publisher_admin") == 200
    assert user_of(site, "P1").role == "publisher_admin"
    person.get("/account")
    assert person.path == "/account/login"
    with site.app.state.sessions() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "change-role")).one()
        assert (entry.actor, entry.record_id) == ("root", str(user.id))


def test_a_closed_account_comes_in_again_only_when_opened(site: Site, root: Person) -> None:
    user = site.add_user("P1", "publisher")
    person = site.sign_in("P1")
    change(root, user, action="close")
    person.get("/account")
    assert person.path == "/account/login"
    assert site.sign_in("P1").last.status_code == 422
    change(root, user, action="open")
    assert site.sign_in("P1").path != "/account/login"


def test_a_lost_second_factor_is_taken_away(site: Site, root: Person) -> None:
    site.staff("anna", "registrar")
    change(root, user_of(site, "anna"), action="factor")
    assert site.sign_in("anna").path == "/account/second-factor"


def test_an_administrator_does_not_shut_themselves_out(site: Site, root: Person) -> None:
    me = user_of(site, "root")
    assert change(root, me, action="close") == 422
    assert change(root, me, action="role", role="reader") == 422
    assert change(root, me, action="role", role="emperor") == 422
    assert (user_of(site, "root").role, user_of(site, "root").active) == ("admin", True)
    assert root.get("/staff/users/424242").status_code == 404
