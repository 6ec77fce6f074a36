"""Surroundings of the workflows: a clock that can be turned, keys, a folder for files; a registration that is right."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from shuyin.filing.office import Office
from shuyin.records import database
from shuyin.records.vault import Vault

KEY = "a-key-for-the-tests-long-enough"


@dataclass
class Clock:
    """A clock that stands still until it is turned."""

    time: datetime = field(default_factory=lambda: datetime(2026, 3, 10, 2, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.time

    def turn(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(tmp_path: Path, clock: Clock) -> Office:
    return Office(
        vault=Vault(KEY),
        files=tmp_path / "uploads",
        base_url="http://test",
        secret="a secret for the tests",
        now=clock,
    )


@pytest.fixture
def writes(engine: Engine) -> Iterator[sessionmaker[Session]]:
    """Writing sessions, on SQLite and on PostgreSQL."""
    yield database.write_sessions(engine)


def png(width: int = 20, height: int = 10) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, "PNG")
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

#: A registration of a company that is right in every field.
GOOD: dict[str, Any] = {
    "agreed": ["yes"],
    "unit_type": "group",
    "filler": "王小明",
    "filler_unit": "書坊有限公司",
    "filler_department": "編輯部",
    "filler_phone": "(02)12345678",
    "filler_extension": "12",
    "filler_mobile": "0912345678",
    "filler_email": "filler@example.com.tw",
    "name": "書坊有限公司",
    "name_en": "Book Lane Ltd.",
    "short_name": "書坊",
    "postcode": "100201",
    "address": "臺北市中正區中山南路20號",
    "phone": "(02)23619132",
    "extension": "701",
    "website": "https://books.example.com.tw/",
    "email": "office@example.com.tw",
    "founded": "2020-01-02",
    "head": "李大同",
    "identities": ["ubn"],
    "ubn": "03734203",
    "authority": "臺北市政府",
    "manager": "陳美玲",
    "manager_department": "版權部",
    "manager_phone": "(02)23619132",
    "manager_extension": "702",
    "manager_mobile": "0922333444",
    "manager_email": "manager@example.com.tw",
    "materials": ["print", "ebook"],
    "scopes": ["01", "13"],
    "public": "yes",
}


def as_form(answers: dict[str, Any]) -> dict[str, list[str]]:
    """Answers as a browser posts them."""
    return {k: list(v) if isinstance(v, list) else [str(v)] for k, v in answers.items()}
