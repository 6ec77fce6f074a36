"""Nonsense in every field, file and address of accounts, filings and staff: always an answer, never a 5xx."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from shuyin.filing import audit
from shuyin.filing.accounts import contact
from shuyin.filing.engine.declaration import Filing, Rows, Upload
from shuyin.filing.models import FilingRow, SignInEvent
from shuyin.filing.registry import FILINGS
from tests.filing.conftest import GOOD, PDF, png
from tests.web.filing_site import Person, Site, make_site
from tests.web.test_authorisation import ROUTES

NASTY = [
    *("", " ", "\x00", "\u0000abc", "a" * 300, "字" * 5000, "a" * 200_000, "😀" * 50, "\u202eabc", "\ud83d", "-1", "0"),
    *("99999999999999999999", "1e309", "NaN", "null", "[]", "{}", "%s%n{x}", "{0.__class__}", "{label}"),
    *("'; DROP TABLE filings;--", "<script>alert(1)</script>", "../../etc/passwd", "..\\..\\x", "\r\nBcc: a@b.tw"),
    *("9999-12-31", "0000-00-00", "2026-02-30", "A123456789", "03734203", "０３７３４２０３", "xxx@xxx.com.tw"),
    *("yes", "group", "person", "print", "01", "ﷺ" * 100, "ｱ" * 100, "²", "٣", "1" * 19),
]
FILES = [b"", b"\x00", PDF, png(), png()[:30], png(2500, 3), b"PK\x03\x04", b"\xff\xd8\xff", b"%PDF-" * 1000]
BUTTONS = (
    "action",
    "add_row",
    "remove_row",
    "remove_file",
    "device",
    "revision",
    "writer",
    "message",
    "ticked",
    "reason",
    "current",
    "version",
)


def names(filing: Filing) -> list[str]:
    found = []
    for _, _, item in filing.items():
        if isinstance(item, Rows):
            found += [f"{item.name}-{n}-{f.name}" for n in (0, 1, 7) for f in item.fields]
        else:
            found.append(item.name)
    return found


ALL_NAMES = sorted({*(n for f in (*FILINGS.values(), contact.CONTACT) for n in names(f)), "current", "new", "again"})
PLACES = [item.name for f in FILINGS.values() for _, _, item in f.items() if isinstance(item, Upload)]


def encodable(value: str) -> str:
    return value.encode("utf-8", "replace").decode()


def form(chance: random.Random) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name in chance.sample(ALL_NAMES, chance.randint(0, len(ALL_NAMES))):
        good = GOOD.get(name)
        data[name] = good if good is not None and chance.random() < 0.6 else encodable(chance.choice(NASTY))
    for name in BUTTONS:
        if chance.random() < 0.3:
            words = ["next", "back", "upload", "mine", "1", "2", "0", "others", "identity", *NASTY]
            data[name] = encodable(chance.choice(words))
    return data


def path_of(chance: random.Random, route: APIRoute, ids: list[int]) -> str:
    steps = [s.name for f in FILINGS.values() for s in f.steps]
    moves = [t.name for f in FILINGS.values() for t in f.transitions]

    def value(match: re.Match[str]) -> str:
        name = match[1]
        if chance.random() < 0.15:
            return chance.choice(["0", "-1", "x", "999999999", "9" * 30, "%00", "%F0%9F%98%80", "a%2Fb"])
        if name == "step_name":
            return chance.choice(steps)
        if name == "name":
            return chance.choice(moves)
        if name == "kind":
            return chance.choice(list(FILINGS))
        if name == "what":
            return chance.choice(["undo", "delete", "restore"])
        if name in ("key", "token"):
            return chance.choice(["x", "WzEsIngiXQ.abc", "a.b.c"])
        return str(chance.choice(ids) if name == "filing_id" else chance.randint(1, 5))

    return re.sub(r"\{(\w+)\}", value, route.path)


def one_run(chance: random.Random, person: Person, ids: list[int]) -> tuple[str, int]:
    route, method = chance.choice(ROUTES)
    path = path_of(chance, route, ids)
    if method == "GET":
        query = encodable(chance.choice(NASTY))[:2000] if chance.random() < 0.3 else ""
        params = {chance.choice(["kind", "state", "q", "next", "lang", "sent"]): query} if query else None
        answer = person.client.get(path, params=params, follow_redirects=False)
        return f"GET {path} {params}", answer.status_code
    person.get("/account/forgotten")
    data = {"csrf": person.token(), **form(chance)}
    files = None
    if chance.random() < 0.3:
        files = []
        for _ in range(chance.randint(1, 4)):
            name = encodable(chance.choice(NASTY))[:200] or "f"
            files.append((f"file:{chance.choice([*PLACES, 'x'])}", (name, chance.choice(FILES))))
    answer = person.client.post(path, data=data, files=files, follow_redirects=False)
    return f"POST {path} {str(data)[:600]}", answer.status_code


def people(site: Site) -> list[Person]:
    found = [site.person(), site.staff("anna", "registrar"), site.staff("root", "admin")]
    for role in ("reader", "publisher", "publisher_admin"):
        site.add_user(role, role)
        found.append(site.sign_in(role))
    return found


@pytest.mark.parametrize("runs", [150, pytest.param(2000, marks=pytest.mark.soak)])
def test_nonsense_is_answered(sqlite_engine: Engine, tmp_path: Path, runs: int) -> None:
    site = make_site(sqlite_engine, tmp_path)
    chance = random.Random(20260310)
    persons = people(site)
    for person, kind in [(persons[0], "registration"), (persons[0], "feedback"), (persons[5], "profile")] * 2:
        person.post(f"/filing/new/{kind}", page=f"/filing/new/{kind}")
    answers: dict[int, int] = {}
    for _ in range(runs):
        with site.app.state.writes.begin() as session:
            ids = list(session.scalars(select(FilingRow.id)))
            _let_in_again(session)
        said, status = one_run(chance, chance.choice(persons), ids)
        assert status < 500, said
        answers[status] = answers.get(status, 0) + 1
    assert sum(answers.values()) == runs
    assert answers.get(200, 0) >= runs * 0.1, answers
    assert answers.get(422, 0) >= 1, answers
    with site.app.state.sessions() as session:
        assert audit.verify(session).broken_at is None


def _let_in_again(session: Session) -> None:
    session.execute(delete(SignInEvent))  # wrong passwords are not what is tested here
