"""Staff manage the publishers' number ranges."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from typer.testing import CliRunner

from shuyin.app.cli import app as command_line
from shuyin.filing.isbn import assignment
from shuyin.filing.isbn.assignment import Wanted
from shuyin.filing.models import FilingRow, IsbnNumber, IsbnRange
from shuyin.filing.office import By
from shuyin.records.models import OrganisationRow
from tests.web.filing_site import Person, Site, make_site

PAGE = "/staff/isbn-ranges"


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> Site:
    return make_site(sqlite_engine, tmp_path)


@pytest.fixture
def house(site: Site) -> int:
    with site.app.state.writes.begin() as session:
        row = OrganisationRow(name="書坊有限公司", name_key="書坊有限公司", source="t")
        session.add(row)
    return row.id


@pytest.fixture
def clerk(site: Site) -> Person:
    return site.staff("clerk", "cataloguer")


def ranges_of(site: Site) -> list[IsbnRange]:
    with site.app.state.sessions() as session:
        return list(session.scalars(select(IsbnRange).order_by(IsbnRange.id)))


def test_a_range_is_added_shown_closed_and_opened(site: Site, clerk: Person, house: int) -> None:
    clerk.post(PAGE, {"organisation": house, "prefix": "978-957-678", "first": "431"}, page=PAGE)
    assert "書坊有限公司" in clerk.last.text
    assert "978-957-678-431-6" in clerk.last.text
    assert "431–999" in clerk.last.text
    row = ranges_of(site)[0]
    clerk.post(f"{PAGE}/{row.id}", {"action": "close", "revision": row.revision}, page=PAGE)
    assert not ranges_of(site)[0].open
    clerk.post(f"{PAGE}/{row.id}", {"action": "open", "revision": row.revision}, page=PAGE)
    assert clerk.last.status_code == 422  # someone changed it meanwhile
    assert not ranges_of(site)[0].open
    clerk.post(f"{PAGE}/{row.id}", {"action": "open", "revision": row.revision + 1}, page=PAGE)
    assert ranges_of(site)[0].open
    assert "978-957-678" in clerk.get(f"{PAGE}?q=書坊").text
    assert "978-957-678-431" not in clerk.get(f"{PAGE}?q=別家").text


def test_a_refused_range_says_why_and_keeps_what_was_typed(site: Site, clerk: Person, house: int) -> None:
    cases = {
        ("978-7-100", ""): "不是本中心管理的群體碼",
        ("957", ""): "不是出版者號碼",
        ("978-957-678", "9999"): "起訖號應為 000 到 999",
    }
    for (prefix, first), said in cases.items():
        clerk.post(PAGE, {"organisation": house, "prefix": prefix, "first": first, "note": "要留著"}, page=PAGE)
        assert clerk.last.status_code == 422
        assert said in clerk.last.text
        assert "要留著" in clerk.last.text
    clerk.post(PAGE, {"organisation": "77", "prefix": "978-957-678"}, page=PAGE)
    assert "找不到這個出版機構" in clerk.last.text
    assert ranges_of(site) == []


def test_the_principles_stand_beside_with_their_sources(clerk: Person) -> None:
    text = clerk.get(PAGE).text
    assert "不同檔案格式" in text
    assert "S2 三(二)" in text


def test_the_commands(site: Site, house: int, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = site.app.state.settings
    monkeypatch.setenv("SHUYIN_DATABASE_URL", settings.database_url)
    monkeypatch.setenv("SHUYIN_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("SHUYIN_DATA_KEY", settings.data_key)
    run = CliRunner().invoke
    added = run(command_line, ["isbn", "add-range", str(house), "978-957-678", "--first", "431"])
    assert added.exit_code == 0, added.output
    assert "569 numbers" in added.output
    assert run(command_line, ["isbn", "add-range", str(house), "978-957-678"]).exit_code == 1
    listed = run(command_line, ["isbn", "ranges", "978957"])
    assert "978-957-678\t431-999\t0 given\t0 passed\t569 left" in listed.output
    assert "115004671" in run(command_line, ["isbn", "begin-cip", "115", "4671"]).output
    assert run(command_line, ["isbn", "begin-cip", "115", "4670"]).exit_code == 1
    with site.app.state.writes.begin() as session:
        row = FilingRow(kind="isbn", declared=1, state="processing", organisation_id=house)
        session.add(row)
        session.flush()
        wanted = [Wanted("print-soft", "平裝")]
        assignment.assign(session, site.office, house, row.id, wanted, by=By("t", "cataloguer"))
    assert "1 numbers, no gap" in run(command_line, ["isbn", "verify"]).output
    with site.app.state.writes.begin() as session:
        session.delete(session.scalars(select(IsbnNumber)).one())
    broken = run(command_line, ["isbn", "verify"])
    assert (broken.exit_code, "978957678431" in broken.output) == (1, True)
