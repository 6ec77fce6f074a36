"""A real `kill -9` at random moments of importing and indexing (decision 2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.indexer.kill import Killing, write_file


def _survive(folder: Path, kills: int, seed: int) -> None:
    killing = Killing(folder, seed)
    edition, killed, attempts = 0, 0, 0
    while killed < kills:
        file = folder / f"edition-{edition}.mrc"
        if not file.exists():
            write_file(file, edition)
        attempts += 1
        assert attempts < kills * 4 + 20, "the commands end before they can be killed"
        # starting Python and its libraries takes the first second
        if killing.run_and_kill("import", str(file), after=killing.random.uniform(0.6, 3.5)):
            killed += 1
            killing.check_nothing_unwritten_is_found()
        else:
            killing.check_agreement(edition)
            edition += 1
        if killing.random.random() < 0.3 and killed < kills:
            command = killing.random.choice((["index", "catch-up"], ["index", "rebuild"]))
            killed += killing.run_and_kill(*command, after=killing.random.uniform(0.5, 2.5))
            killing.check_nothing_unwritten_is_found()
    file = folder / f"edition-{edition}.mrc"
    if not file.exists():
        write_file(file, edition)
    killing.run("import", str(file))
    killing.check_agreement(edition)


def test_five_kills(tmp_path: Path) -> None:
    _survive(tmp_path, kills=5, seed=20260301)


@pytest.mark.soak
def test_a_hundred_kills(tmp_path: Path) -> None:
    _survive(tmp_path, kills=100, seed=7)
