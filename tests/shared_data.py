"""Where the large test data lies that the project may not ship (test input beside the repository)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parent.parent


def shared_root() -> Path | None:
    """The folder of shared data: `$SHUYIN_SHARED`, else `../shared` beside the repository; None if there is none."""
    named = os.environ.get("SHUYIN_SHARED")
    for folder in ([Path(named)] if named else []) + [REPOSITORY.parent / "shared"]:
        if (folder / "data").is_dir():
            return folder
    return None


def shared(path: str) -> Path:
    """The file or folder `path` of the data folder (`marc/uva-0001-1000.mrc`); skips the test if it is absent."""
    root = shared_root()
    if root is None:
        pytest.skip("the folder of shared test data is absent (set SHUYIN_SHARED)")
    found = root / "data" / path
    if not found.exists():
        pytest.skip(f"shared test data has no {path}")
    return found


def shared_spec(name: str) -> Path:
    """The specification page `name`, e.g. `relevance.md`; skips the test if it is absent."""
    root = shared_root()
    if root is None or not (root / "spec" / name).exists():
        pytest.skip(f"the specification page {name} is absent (set SHUYIN_SHARED)")
    return root / "spec" / name
