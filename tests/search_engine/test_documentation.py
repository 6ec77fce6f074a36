"""docs/search.md says what the code does: every weight with its value, every field's rank."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

from shuyin.search_engine.parsing import MAX_LENGTH
from shuyin.search_engine.relevance import WEIGHTS

PAGE = (Path(__file__).parents[2] / "docs" / "search.md").read_text(encoding="utf-8")


def test_every_weight_is_documented() -> None:
    numbers = {f.name: getattr(WEIGHTS, f.name) for f in fields(WEIGHTS) if isinstance(getattr(WEIGHTS, f.name), float)}
    assert len(numbers) >= 12
    for name, value in numbers.items():
        assert f"| `{name}` | {value} |" in PAGE, name


def test_the_longest_query_is_documented() -> None:
    assert f"超過 {MAX_LENGTH} 字" in PAGE
