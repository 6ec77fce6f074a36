"""Every operation that OpenAPI describes, asked with what the description allows and with what it does not."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from tests.web.catalogue import build


@pytest.mark.parametrize("examples", [4, pytest.param(60, marks=pytest.mark.soak)])
def test_no_described_operation_fails(tmp_path: Path, examples: int) -> None:
    site = build(tmp_path)
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", site.app)
    answers: Counter[int] = Counter()
    asked: Counter[str] = Counter()
    failures: list[str] = []

    def ask(operation: Any) -> None:
        modes = [operation.as_strategy(generation_mode=mode) for mode in GenerationMode]

        @settings(
            max_examples=examples,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        )
        @given(case=st.one_of(*modes))
        def one(case: Any) -> None:
            asked[operation.label] += 1
            try:
                answer = case.call()
            except Exception as error:  # what reached the server's last resort: collected, so that one run shows all
                failures.append(f"{error!r}: {case.as_curl_command()}")
                return
            answers[answer.status_code] += 1
            if answer.status_code >= 500:
                failures.append(f"{answer.status_code}: {case.as_curl_command()}")

        one()

    operations = [found.ok() for found in schema.get_all_operations()]
    for operation in operations:
        ask(operation)
    assert failures == []
    assert len(operations) >= 25
    assert len(asked) == len(operations)
    assert answers[200] >= len(operations) // 2, answers
    assert answers[422] >= 1
