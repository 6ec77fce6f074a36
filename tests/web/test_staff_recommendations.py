"""How recommendations fared, for cataloguers: over time, by class and publisher, with the commonest misses."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine

from shuyin.ai_subjects import services
from shuyin.ai_subjects.description import Description
from tests.ai_subjects.test_learning_loop import SHOWN
from tests.web.filing_site import Site, make_site


@pytest.fixture
def site(sqlite_engine: Engine, tmp_path: Path) -> Site:
    return make_site(sqlite_engine, tmp_path)


def test_before_anything_is_decided_the_page_says_so(site: Site) -> None:
    page = site.staff("c", "cataloguer").get("/staff/recommendations").text
    assert "還沒有編目員決定過的推薦" in page and "隨附的模型" in page


def test_acceptance_is_shown_with_what_was_missed(site: Site) -> None:
    with site.app.state.writes.begin() as session:
        for publisher, subjects, number in (
            ("新學林", ["公司法"], "587.2"),
            ("元照", ["公司治理"], "494.2"),
            ("元照", ["公司法", "公司治理"], "587.2"),
        ):
            asked = services.note_shown(session, Description("公司", publisher=publisher), SHOWN)
            services.note_ticked(session, asked, ["公司法"], [])
            services.note_assigned(session, asked, subjects, [number])
    person = site.staff("c", "cataloguer")
    page = person.get("/staff/recommendations").text
    assert "推薦 3 次，其中 3 次已由編目員決定" in page
    assert page.count("67%") >= 2  # two of three class numbers, and of the ticked headings kept
    assert "公司治理" in page and "494.2" in page and "元照" in page and "<svg" in page
    assert "推薦 0 次" in person.get("/staff/recommendations?since=2999-01-01").text
    assert "/staff/recommendations" in person.get("/staff").text
    wrong = person.get("/staff/recommendations?since=yesterday")
    assert wrong.status_code == 422 and "2026-01-31" in wrong.text
