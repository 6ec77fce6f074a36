"""The declarations as an API: the same data as the form, the same check as the form."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from shuyin.filing.engine.declaration import Choice, Field, Filing, Rows, Section, State, Step
from shuyin.filing.engine.rules import rules_of
from shuyin.filing.registry import FILINGS
from tests.filing.conftest import GOOD
from tests.web.filing_site import make_site


@pytest.fixture
def client(sqlite_engine: Engine, tmp_path: Path) -> TestClient:
    return make_site(sqlite_engine, tmp_path).person().client


def items(declaration: dict[str, Any]) -> list[dict[str, Any]]:
    found = [item for step in declaration["steps"] for section in step["sections"] for item in section["items"]]
    return found + [inner for item in found for inner in item.get("fields", ())]


def test_every_filing_is_told_with_all_its_rules(client: TestClient) -> None:
    told = 0
    assert [entry["kind"] for entry in client.get("/api/v1/filings").json()] == list(FILINGS)
    for kind, filing in FILINGS.items():
        found = client.get(f"/api/v1/filings/{kind}").json()
        assert [step["name"] for step in found["steps"]] == [step.name for step in filing.steps]
        rules = [(item["name"], rule["code"]) for item in items(found) for rule in item["rules"]]
        assert sorted(rules) == sorted((line.item.name, line.code) for line in rules_of(filing))
        told += len(rules)
    assert told >= 480


def test_limits_lists_and_conditions_are_told(client: TestClient) -> None:
    found = {item["name"]: item for item in items(client.get("/api/v1/filings/registration").json())}
    assert found["ubn"]["format"] == "ubn"
    assert found["ubn"]["shown"] == {"field": "identities", "in": ["ubn"]}
    assert found["filler"]["required"] is True
    assert found["publisher_evidence"]["max_bytes"] == 10 * 1024 * 1024
    assert {"print", "ebook"} <= {choice["value"] for choice in found["materials"]["choices"]}
    english = client.get("/api/v1/filings/feedback?lang=en").json()
    assert english["title"].isascii()


def test_good_answers_are_good_and_cleaned(client: TestClient) -> None:
    files = {"publisher_evidence": 1, "copyright_page": 1}
    answer = client.post("/api/v1/filings/registration/check", json={"answers": GOOD, "files": files}).json()
    assert (answer["valid"], answer["problems"], answer["unknown"]) == (True, [], [])
    wide = {**GOOD, "ubn": "０３７３４２０３", "residence_no": "hidden"}
    answer = client.post("/api/v1/filings/registration/check", json={"answers": wide, "files": files}).json()
    assert answer["answers"]["ubn"] == "03734203"
    assert "residence_no" not in answer["answers"]


def test_problems_say_where_and_what(client: TestClient) -> None:
    wrong = {**GOOD, "ubn": "03734202", "filler": "", "nonsense": "x"}
    answer = client.post("/api/v1/filings/registration/check", json={"answers": wrong}).json()
    assert not answer["valid"]
    found = {(p["step"], p["field"]): p["code"] for p in answer["problems"]}
    assert found[("unit", "filler")] == "required"
    assert "kind" in found.values()
    assert ("evidence", "publisher_evidence") in found
    assert answer["unknown"] == ["nonsense"]
    assert all("{" not in p["message"] for p in answer["problems"])


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/api/v1/filings/nothing/check", b"{}", 404),
        ("/api/v1/filings/feedback/check", b"", 422),
        ("/api/v1/filings/feedback/check", b'{"answers": {"name": 5}}', 422),
        ("/api/v1/filings/feedback/check", b'{"answers": {"name": "\\ud83d"}}', 422),
        ("/api/v1/filings/feedback/check", b'{"answers": ' + b"[" * 5000, 422),
        ("/api/v1/filings/feedback/check", b"\xff\xfe", 422),
        ("/api/v1/filings/feedback/check", b" " * 300_000, 413),
    ],
)
def test_what_cannot_be_checked_is_refused(client: TestClient, path: str, content: bytes, status: int) -> None:
    answer = client.post(path, content=content)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_rows_are_checked_each(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    price = Field("price", "定價", "test", max_length=3)
    colour = Field("colour", "顏色", "test", choices=(Choice("r", "紅"),), multiple=True)
    volumes = Rows("volumes", "分冊", "test", (price, colour), least=1)
    step = Step("only", "一", "test", (Section("", (volumes,)),))
    filing = Filing("rows", "列", "X", (step,), (State("draft", "填寫中"),), (), "", "price")
    monkeypatch.setitem(FILINGS, "rows", filing)
    told = items(client.get("/api/v1/filings/rows").json())
    assert [field["name"] for field in told[0]["fields"]] == ["price", "colour"]
    rows = [{"price": "100", "colour": ["r"]}, {"price": "1000", "colour": ["g"]}]
    answer = client.post("/api/v1/filings/rows/check", json={"answers": {"volumes": rows}}).json()
    assert {p["field"]: p["code"] for p in answer["problems"]} == {
        "volumes-1-price": "max",
        "volumes-1-colour": "list",
    }
    empty = client.post("/api/v1/filings/rows/check", json={"answers": {"volumes": []}}).json()
    assert [p["code"] for p in empty["problems"]] == ["rows_min"]


def test_openapi_describes_the_check(client: TestClient) -> None:
    described = client.get("/openapi.json").json()["paths"]["/api/v1/filings/{kind}/check"]["post"]
    assert "answers" in described["requestBody"]["content"]["application/json"]["schema"]["properties"]
    assert {"200", "404", "413", "422"} <= set(described["responses"])
