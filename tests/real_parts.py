"""Looks for the real parts that tests need and fetches those that can be fetched: `python -m tests.real_parts`.

What is missing is named with the way to get it. Tests of a missing part are skipped; with CI=true they fail, and so
does this.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable

from tests import opensearch_node, postgres
from tests.browser import parts


def _postgresql() -> str:
    if os.environ.get("SHUYIN_TEST_DATABASE_URL"):
        return "given by SHUYIN_TEST_DATABASE_URL"
    return str(postgres.find_program("postgres"))


def _opensearch() -> str:
    if os.environ.get(opensearch_node.GIVEN):
        return f"given by {opensearch_node.GIVEN}"
    return f"{opensearch_node.RUNNER}, {len(opensearch_node.fetch())} jars"


def _axe() -> str:
    return f"{len(parts.axe_script()):,} bytes"


def _program(name: str, package: str) -> Callable[[], str]:
    def find() -> str:
        found = shutil.which(name)
        if found is None:
            raise FileNotFoundError(f"{name} is missing (Debian: apt-get install {package})")
        return found

    return find


PARTS: dict[str, Callable[[], str]] = {
    "PostgreSQL": _postgresql,
    "OpenSearch node": _opensearch,
    "Chromium": parts.chromium,
    "axe-core": _axe,
    "yaz-client": _program("yaz-client", "yaz"),
    "LibreOffice": _program("soffice", "libreoffice-writer-nogui libreoffice-calc-nogui"),
}


def main() -> int:
    """Print a line for each part; 1 on CI if one is missing."""
    missing = 0
    for name, find in PARTS.items():
        try:
            state = find()
        except Exception as problem:  # whatever keeps one part away, the others are looked for
            missing += 1
            state = f"MISSING, its tests are skipped: {problem}"
        sys.stdout.write(f"{name:<16} {state}\n")
    on_ci = os.environ.get("CI", "").lower() in {"1", "true"}
    return 1 if missing and on_ci else 0


if __name__ == "__main__":
    sys.exit(main())
