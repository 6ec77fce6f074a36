"""The pages about filings say what the code does."""

from __future__ import annotations

import re

from shuyin.filing.roles import PERMISSIONS, Permission
from tests.shared_data import REPOSITORY

DOCS = REPOSITORY / "docs"


def test_the_example_of_a_filing_is_the_real_one() -> None:
    page = (DOCS / "adding-a-filing.md").read_text(encoding="utf-8")
    source = (REPOSITORY / "shuyin" / "filing" / "feedback.py").read_text(encoding="utf-8").rstrip("\n")
    assert "\n".join(f"+{line}" for line in source.split("\n")) in page


def test_every_file_and_test_that_the_security_page_names_is_there() -> None:
    page = (DOCS / "security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:shuyin|tests|docs)/[\w/.]+\.(?:py|md|html))`", page))
    assert len(named) >= 10
    assert [path for path in named if not (REPOSITORY / path).exists()] == []
    tests = re.findall(r"`(tests/[\w/.]+\.py)::(\w+)`", page)
    assert len(tests) >= 20
    missing = [
        f"{path}::{name}" for path, name in tests if f"def {name}(" not in (REPOSITORY / path).read_text("utf-8")
    ]
    assert missing == []


def test_the_permission_table_of_the_security_page_is_the_real_one() -> None:
    page = (DOCS / "security.md").read_text(encoding="utf-8")
    for permission in Permission:
        allowed = "、".join(role.value for role in PERMISSIONS if permission in PERMISSIONS[role])
        assert f"| `{permission.value}` | {allowed} |" in page


def test_the_guide_shows_every_picture_there_is() -> None:
    pages = [path.read_text(encoding="utf-8") for path in (DOCS / "guide").glob("*.md")]
    shown = {name for page in pages for name in re.findall(r"\(([\w-]+\.png)\)", page)}
    assert len(shown) >= 12
    assert shown == {path.name for path in (DOCS / "guide").glob("*.png")}
