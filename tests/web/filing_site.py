"""The site with accounts, filings and staff on a fresh database, and people who use it by HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pyotp
from fastapi import FastAPI
from sqlalchemy import Engine, select
from starlette.testclient import TestClient

from shuyin.app.settings import Settings
from shuyin.filing.accounts import passwords, second_factor
from shuyin.filing.office import Office, office_for
from shuyin.notify.models import Letter
from shuyin.records import database
from shuyin.records.models import User, utc_now
from shuyin.web.install import install

PASSWORD = "a pass phrase for tests"


@cache
def _password_hash() -> str:
    """Made once: it is meant to take long."""
    return passwords.hash_password(PASSWORD)


def make_app(engine: Engine, folder: Path, base_url: str = "http://testserver") -> FastAPI:
    """The application without a search engine: its pages are not what is tested here."""
    settings = Settings(
        database_url=str(engine.url),
        data_dir=folder,
        base_url=base_url,
        secret_key="a secret for the tests, long enough",
        data_key="a-key-for-the-tests-long-enough",
    )
    app = FastAPI(docs_url=None)
    app.state.settings = settings
    app.state.sessions = database.read_sessions(engine)
    app.state.writes = database.write_sessions(engine)
    app.state.search = None
    install(app)
    return app


@dataclass
class Person:
    """A browser without scripts: follows redirects, keeps cookies, finds forms' tokens."""

    client: TestClient
    last: Any = None
    secrets: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Any:
        self.last = self.client.get(path)
        return self.last

    def token(self) -> str:
        found = re.search(r'name="csrf" value="([^"]+)"', self.last.text)
        assert found, self.last.text[:2000]
        return found[1]

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}"(?: id="{name}")? value="([^"]*)"', self.last.text)
        return found[1] if found else ""

    def post(self, path: str, data: Mapping[str, Any] | None = None, files: Any = None, page: str | None = None) -> Any:
        if page is not None:
            self.get(page)
        form = {"csrf": self.token(), **(data or {})}
        for name in ("revision", "writer"):
            if name not in form and self.hidden(name):
                form[name] = self.hidden(name)
        self.last = self.client.post(path, data=form, files=files)
        return self.last

    @property
    def path(self) -> str:
        return str(self.last.url.path)


@dataclass
class Site:
    """The application, its database and its people."""

    app: FastAPI
    office: Office

    def person(self) -> Person:
        return Person(TestClient(self.app, follow_redirects=True))

    def add_user(self, account: str, role: str, organisation_id: int | None = None, **more: Any) -> User:
        user = User(
            account=account,
            role=role,
            email=f"{account.lower()}@example.com",
            organisation_id=organisation_id,
            password_hash=_password_hash(),
            **more,
        )
        with self.app.state.writes.begin() as session:
            session.add(user)
        return user

    def sign_in(self, account: str, password: str = PASSWORD) -> Person:
        person = self.person()
        person.get("/account/login")
        person.post("/account/login", {"account": account, "password": password})
        return person

    def staff(self, account: str, role: str) -> Person:
        """A signed-in member of the staff with a second factor."""
        user = self.add_user(account, role)
        with self.app.state.writes.begin() as session:
            second_factor.begin(session, self.office, user)
            secret = second_factor.secret_of(session, self.office, user.id)
            assert secret is not None
            # a code of some time ago: the present one is needed for signing in
            session.get_one(second_factor.SecondFactor, user.id).confirmed_at = utc_now()
        person = self.sign_in(account)
        assert person.path == "/account/code", person.last.text[:3000]
        person.post("/account/code", {"code": pyotp.TOTP(secret).now()})
        person.secrets["totp"] = secret
        return person

    def letters(self) -> list[tuple[str, str, str]]:
        """(template, recipient, text) of the letters that wait."""
        vault = self.office.vault
        with self.app.state.sessions() as session:
            rows = session.scalars(select(Letter).order_by(Letter.id)).all()
        return [(x.template, vault.unseal(x.recipient), vault.unseal(x.content)["text"]) for x in rows if x.content]


def make_site(engine: Engine, folder: Path, base_url: str = "http://testserver") -> Site:
    app = make_app(engine, folder, base_url)
    return Site(app, office_for(app.state.settings))
