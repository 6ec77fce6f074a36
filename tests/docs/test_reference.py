"""What the code offers stands in the documentation."""

from __future__ import annotations

import re

import pytest

from shuyin.app.settings import Settings
from tests.app.test_cli import commands
from tests.docs.reference import DOCS, PAGES

ROOT = DOCS.parent


@pytest.mark.parametrize("name", PAGES)
def test_a_reference_page_says_what_the_code_does(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "run: python -m tests.docs.reference"


def test_every_command_and_setting_is_named() -> None:
    pages = (DOCS / "reference/commands.md").read_text(encoding="utf-8")
    settings = (DOCS / "reference/settings.md").read_text(encoding="utf-8")
    assert len(commands()) >= 20
    assert [words for words in commands() if f"`shuyin {words}" not in pages] == []
    assert len(Settings.model_fields) >= 10
    for name, field in Settings.model_fields.items():
        assert f"`SHUYIN_{name.upper()}`" in settings
        assert field.description, name


def test_links_between_the_pages_lead_somewhere() -> None:
    checked = 0
    for page in [*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"]:
        for target in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8")):
            checked += 1
            assert (page.parent / target).exists(), f"{page.relative_to(ROOT)} → {target}"
    assert checked >= 15


def test_every_decision_says_what_was_decided_and_why() -> None:
    pages = sorted((DOCS / "decisions").glob("[0-9]*.md"))
    assert len(pages) >= 9
    for number, page in enumerate(pages, start=1):
        text = page.read_text(encoding="utf-8")
        assert page.name.startswith(f"{number:03}-"), page.name
        assert "## Decision" in text and "## Why" in text, page.name


def test_the_containers_run_what_the_tests_ran_against() -> None:
    from tests.opensearch_node import RUNNER

    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    version = RUNNER.rsplit(":", 1)[1].rsplit(".", 1)[0]
    assert f"opensearchproject/opensearch:{version}" in compose
    used = set(re.findall(r"\bSHUYIN_[A-Z_]+", compose + (ROOT / "Dockerfile").read_text(encoding="utf-8")))
    assert len(used) >= 5
    assert used <= {f"SHUYIN_{name.upper()}" for name in Settings.model_fields}


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {"help", "run", "test", "bench", "lint", "soak"} <= targets
    assert targets == set(re.findall(r"^([a-z]+):.*## ", makefile, re.MULTILINE))
