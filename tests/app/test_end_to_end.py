"""From the project's own records to a page, on both pairs: SQLite with tantivy, PostgreSQL with an OpenSearch node."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from shuyin.app.settings import Settings
from shuyin.app.web import create_app

TITLE = "臺灣期刊資源學術能量風貌報告"
ISBN = "9789576787713"


@dataclass
class Installation:
    """A service with the sample catalogue: its settings, its commands, its pages."""

    settings: Settings
    client: TestClient

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return _command(self.settings, *arguments)


def _command(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "SHUYIN_DATABASE_URL": settings.database_url,
        "SHUYIN_SEARCH_URL": settings.search_url,
        "SHUYIN_DATA_DIR": str(settings.data_dir),
    }
    return subprocess.run(
        [sys.executable, "-m", "shuyin.app.cli", *arguments], env=environment, capture_output=True, text=True
    )


def _install(settings: Settings) -> Iterator[Installation]:
    for arguments in (("db", "upgrade"), ("import", "--sample")):
        done = _command(settings, *arguments)
        assert done.returncode == 0, done.stderr
    with TestClient(create_app(settings)) as client:
        yield Installation(settings, client)


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("embedded")
    yield from _install(
        Settings(
            database_url=f"sqlite:///{folder}/shuyin.db",
            search_url=f"tantivy:{folder}/index",
            data_dir=folder,
            _env_file=None,
        )
    )


@pytest.fixture(scope="module")
def servers(
    new_postgres_database: str, opensearch_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Installation]:
    yield from _install(
        Settings(
            database_url=new_postgres_database,
            search_url=f"{opensearch_url}/e2e{uuid.uuid4().hex[:8]}",
            data_dir=tmp_path_factory.mktemp("servers"),
            _env_file=None,
        )
    )


@pytest.fixture(
    scope="module",
    params=["embedded", pytest.param("servers", marks=[pytest.mark.postgres, pytest.mark.opensearch])],
)
def service(request: pytest.FixtureRequest) -> Installation:
    found: Installation = request.getfixturevalue(request.param)
    return found


def _report(service: Installation) -> dict[str, object]:
    answer = service.client.get("/api/v1/books", params={"q": "期刊", "per_page": 50}).json()
    found = [item for item in answer["items"] if TITLE in item["title"]]
    assert len(found) == 1, [item["title"] for item in answer["items"]]
    book: dict[str, object] = found[0]
    return book


def test_the_sample_holds_thousands_of_books(service: Installation) -> None:
    assert service.client.get("/api/v1/books", params={"f.collection": "books"}).json()["total"] >= 4000


def test_a_search_for_journals_finds_the_report(service: Installation) -> None:
    page = service.client.get("/books", params={"q": "期刊"})
    assert page.status_code == 200
    book = _report(service)
    assert f"/books/{book['id']}" in page.text


def test_its_record_page_shows_binding_price_headings_and_class(service: Installation) -> None:
    page = service.client.get(f"/books/{_report(service)['id']}")
    assert page.status_code == 200
    for shown in (TITLE, "978-957-678-771-3", "平裝", "NT$300", "011.016"):
        assert shown in page.text, shown
    subjects = [subject["label"] for subject in _report(service)["subjects"]]  # type: ignore[attr-defined]
    assert subjects
    for label in subjects:
        assert label in page.text


def test_its_marc_view_shows_the_fields(service: Installation) -> None:
    page = service.client.get(f"/books/{_report(service)['id']}/marc")
    assert page.status_code == 200
    for shown in ("245", "084", "011.016", "ncsclt", "650", ISBN):
        assert shown in page.text, shown


def test_its_isbn_leads_to_it(service: Installation) -> None:
    answer = service.client.get(f"/isbn/{ISBN}", follow_redirects=False)
    assert answer.status_code in (301, 302, 303, 307, 308)
    assert answer.headers["location"].endswith(f"/books/{_report(service)['id']}")


def test_health_pages(service: Installation) -> None:
    assert service.client.get("/healthz").json()["status"] == "ok"
    ready = service.client.get("/readyz")
    assert ready.status_code == 200, ready.text
    service.client.get("/books", params={"q": "期刊"})
    metrics = service.client.get("/metrics").text
    assert 'shuyin_http_requests_total{method="GET",route="/books",status="200"}' in metrics
    assert 'shuyin_index_lag_changes{index="books"} 0.0' in metrics


def test_records_and_index_agree(service: Installation) -> None:
    done = service.command("db", "verify")
    assert done.returncode == 0, done.stderr


def test_a_second_start_loads_nothing(service: Installation) -> None:
    done = service.command("import", "--sample")
    assert done.returncode == 0, done.stderr
    assert " new" not in done.stdout and "0 changes indexed" in done.stdout, done.stdout


def test_the_command_line_finds_and_exports_it(service: Installation, tmp_path: Path) -> None:
    found = service.command("search", "期刊", "--json")
    assert found.returncode == 0, found.stderr
    assert TITLE in found.stdout
    explained = service.command("search", TITLE, "--explain", "--limit", "1")
    assert explained.returncode == 0, explained.stderr
    assert TITLE in explained.stdout
    target = tmp_path / "found.mrc"
    exported = service.command("export", "books", "--query", TITLE, "-o", str(target))
    assert exported.returncode == 0, exported.stderr
    assert TITLE.encode() in target.read_bytes()


def test_a_rebuild_gives_the_same_index(service: Installation) -> None:
    before = service.client.get("/api/v1/books").json()["total"]
    done = service.command("index", "rebuild")
    assert done.returncode == 0, done.stderr
    assert service.client.get("/api/v1/books").json()["total"] == before
    assert _report(service)


def test_backup_and_restore_bring_a_working_service(service: Installation, tmp_path: Path) -> None:
    archive = tmp_path / "backup.zip"
    done = service.command("db", "backup", str(archive))
    assert done.returncode == 0, done.stderr
    elsewhere = Settings(
        database_url=f"sqlite:///{tmp_path}/restored.db",
        search_url=f"tantivy:{tmp_path}/index",
        data_dir=tmp_path / "data",
        _env_file=None,
    )
    done = _command(elsewhere, "db", "restore", str(archive))
    assert done.returncode == 0, done.stderr
    with TestClient(create_app(elsewhere)) as client:
        assert client.get(f"/isbn/{ISBN}").status_code == 200
