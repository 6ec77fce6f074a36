"""Finds Chromium and fetches axe-core by npm into `.cache/browser`, once for each version."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("SHUYIN_TEST_CACHE", HERE.parents[1] / ".cache")) / "browser"


class BrowserPartMissing(Exception):
    """Chromium or axe-core cannot be had on this machine."""


def chromium() -> str:
    """Path of a Chromium: `SHUYIN_TEST_CHROMIUM`, else Debian's."""
    found = os.environ.get("SHUYIN_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        raise BrowserPartMissing("Chromium is missing (Debian: apt-get install chromium)")
    return found


def axe_script() -> str:
    """The source of axe-core in the version that package.json names; installed by npm if it is not there yet."""
    wanted = json.loads((HERE / "package.json").read_text())["dependencies"]["axe-core"]
    package = CACHE / "node_modules" / "axe-core"
    if not _is_installed(package, wanted):
        npm = shutil.which("npm")
        if npm is None:
            raise BrowserPartMissing("npm is missing (Debian: apt-get install npm)")
        CACHE.mkdir(parents=True, exist_ok=True)
        shutil.copy(HERE / "package.json", CACHE)
        command = [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        done = subprocess.run(command, cwd=CACHE, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode or not _is_installed(package, wanted):
            raise BrowserPartMissing(f"npm could not install axe-core {wanted}: {done.stderr.strip()[-300:]}")
    return (package / "axe.min.js").read_text(encoding="utf-8")


def _is_installed(package: Path, version: str) -> bool:
    description = package / "package.json"
    return description.exists() and json.loads(description.read_text())["version"] == version


if __name__ == "__main__":
    chromium()
    axe_script()
