"""Trained models side by side in a data directory: one is in use, the others wait or can be gone back to.

`DATA/models/VERSION/` holds a model, `DATA/models/in-use` the names of the versions that have been in use, the newest
last. Without it the model that ships is used.
"""

from __future__ import annotations

from pathlib import Path

from shuyin.ai_subjects import artefact
from shuyin.ai_subjects.recommender import SHIPPED


class NothingToGoBackTo(LookupError):
    """The model that ships is in use already."""


def models(data_dir: Path) -> Path:
    """The folder of trained models."""
    return data_dir / "models"


def history(data_dir: Path) -> list[str]:
    """Versions that were taken into use, oldest first; the last one is in use."""
    path = models(data_dir) / "in-use"
    return path.read_text(encoding="utf-8").split() if path.is_file() else []


def in_use(data_dir: Path) -> Path:
    """The folder of the model in use: the latest taken that is whole (a disk may lose files), else the one that
    ships."""
    whole = (models(data_dir) / version for version in reversed(history(data_dir)))
    return next((folder for folder in whole if artefact.is_whole(folder)), SHIPPED)


def take(data_dir: Path, version: str) -> None:
    """Take a trained version into use; `artefact.NoModel` if it is not there."""
    artefact.manifest(models(data_dir) / version)
    _write(data_dir, [*history(data_dir), version])


def go_back(data_dir: Path) -> Path:
    """Take the former model into use again and return its folder; `NothingToGoBackTo` at the one that ships."""
    versions = history(data_dir)
    if not versions:
        raise NothingToGoBackTo("the model that ships is in use; there is nothing to go back to")
    _write(data_dir, versions[:-1])
    return in_use(data_dir)


def _write(data_dir: Path, versions: list[str]) -> None:
    folder = models(data_dir)
    folder.mkdir(parents=True, exist_ok=True)
    artefact.write_whole(folder / "in-use", "\n".join(versions) + "\n")
