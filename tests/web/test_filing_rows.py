"""Rows that can be added and removed, in a filing that exists for this test only: a declaration and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine

from shuyin.filing.engine import drafts, kinds
from shuyin.filing.engine.conditions import ALWAYS, when
from shuyin.filing.engine.declaration import Choice, Field, Filing, Rows, Section, Step
from shuyin.filing.engine.standard import review_states, review_transitions
from shuyin.filing.models import FilingRow
from shuyin.filing.registry import FILINGS
from tests.web.filing_site import Person, Site, make_site

VOLUMES = Rows(
    "volumes",
    "各冊資料",
    "test",
    (
        Field("volume", "冊次", "test", required=ALWAYS, max_length=10),
        Field("title", "書名", "test", max_length=100),
        Field("format", "檔案格式", "test", kinds.CHOICE, choices=(Choice("epub", "EPUB"), Choice("pdf", "PDF"))),
        Field("price", "價格", "test", shown=when("format", "pdf"), required=when("format", "pdf")),
    ),
    least=1,
    most=3,
)
SETS = Filing(
    kind="sets",
    title="套書",
    reference="S",
    steps=(Step("volumes", "各冊", "test", (Section("", (VOLUMES,)),)), Step("send", "送出", "test")),
    states=review_states(review_days=3, correction_days=5),
    transitions=review_transitions("isbn.review", approval_letter=""),
    closing="已送出",
    email_field="email",
    public=True,
    review_permission="isbn.review",
)


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setitem(FILINGS, "sets", SETS)
    return make_site(sqlite_engine, tmp_path)


def begin(site: Site) -> tuple[Person, str]:
    person = site.person()
    person.post("/filing/new/sets", page="/filing/new/sets")
    found = re.match(r"/filing/(\d+)/volumes", person.path)
    assert found
    return person, found[1]


def rows_of(site: Site, filing_id: str) -> list[dict[str, str]]:
    with site.app.state.sessions() as session:
        return list(drafts.answers_of(site.office, session.get_one(FilingRow, int(filing_id)))["volumes"])


def test_rows_are_added_and_removed_without_losing_the_others(site: Site) -> None:
    person, filing_id = begin(site)
    page = f"/filing/{filing_id}/volumes"
    person.post(page, {"volumes-0-volume": "上", "volumes-0-title": "甲", "add_row": "volumes"})
    assert 'name="volumes-1-volume"' in person.last.text
    assert 'name="volumes-2-volume"' not in person.last.text
    (at,) = re.findall(r'name="([^"]+)"[^>]* autofocus', person.last.text)
    assert at == "volumes-1-volume"  # where one goes on, not the top of the page
    person.post(
        page,
        {
            "volumes-0-volume": "上",
            "volumes-0-title": "甲",
            "volumes-1-volume": "下",
            "volumes-1-title": "乙",
            "add_row": "volumes",
        },
    )
    assert [r["volume"] for r in rows_of(site, filing_id)] == ["上", "下"]
    person.post(
        page,
        {"volumes-0-volume": "上", "volumes-0-title": "甲", "volumes-1-volume": "下", "remove_row": "volumes-0"},
    )
    assert [r["volume"] for r in rows_of(site, filing_id)] == ["下"]


def test_each_row_is_checked_and_the_problem_names_its_input(site: Site) -> None:
    person, filing_id = begin(site)
    page = f"/filing/{filing_id}/volumes"
    answer = person.post(page, {"action": "next"})
    assert answer.status_code == 422
    assert "至少要有 1 列" in answer.text
    typed = {
        "volumes-0-volume": "上",
        "volumes-1-title": "沒有冊次",
        "volumes-2-volume": "下",
        "volumes-2-format": "pdf",
    }
    answer = person.post(page, {**typed, "action": "next"})
    assert 'href="#volumes-1-volume"' in answer.text
    assert 'href="#volumes-2-price"' in answer.text
    assert 'value="沒有冊次"' in answer.text
    four = {f"volumes-{n}-volume": str(n) for n in range(4)}
    assert "最多 3 列" in person.post(page, {**four, "action": "next"}).text
    first = {"volumes-0-volume": "上", "volumes-0-price": "不問"}
    second = {"volumes-1-volume": "下", "volumes-1-format": "pdf", "volumes-1-price": "300"}
    person.post(page, {**first, **second, "action": "next"})
    assert person.path.endswith("/send")
    assert "冊次：下" in person.last.text
    person.post(f"/filing/{filing_id}/take/send")
    assert "已送出" in person.last.text
    assert rows_of(site, filing_id)[0].get("price") is None  # what a condition hides in a row is not sent
