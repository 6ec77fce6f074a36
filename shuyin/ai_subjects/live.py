"""The recommender that a process serves with: loaded once, loaded anew when another model is taken into use, and
taught every record that a cataloguer has accepted since it was trained."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from shuyin.ai_subjects import from_catalogue, store
from shuyin.ai_subjects.recommender import Recommender

#: A decision is committed a little after its time; so far back is looked again.
_OVERLAP = timedelta(minutes=10)

_lock = threading.Lock()


@dataclass(slots=True)
class _Live:
    folder: Path
    recommender: Recommender
    since: datetime
    seen: set[tuple[int, datetime]] = field(default_factory=set)

    def catch_up(self, session: Session) -> None:
        """Learn what was accepted since the last look, by whichever process."""
        news = from_catalogue.accepted(session, self.since - _OVERLAP, self.seen)
        if not news:
            return
        self.recommender.learn(*news.values())
        self.since = max(self.since, *(at for _, at in news))
        self.seen = {one for one in self.seen | news.keys() if one[1] >= self.since - _OVERLAP}


_loaded: dict[Path, _Live] = {}


def recommender(data_dir: Path, session: Session | None = None) -> Recommender:
    """The model in use in this data directory, with the records accepted since it was trained if a session is given;
    `artefact.NoModel` if there is none. A swap or roll-back by another process is noticed at the next call."""
    folder = store.in_use(data_dir)
    with _lock:
        known = _loaded.get(data_dir)
        if known is None or known.folder != folder:
            made = Recommender.load(folder)
            known = _Live(folder, made, _learnt_at(made))
            _loaded[data_dir] = known
        if session is not None:
            known.catch_up(session)
        return known.recommender


def _learnt_at(made: Recommender) -> datetime:
    """When the model was learnt from the catalogue; long ago for one that never saw it."""
    told = made.about.get("learnt_at")
    return datetime.fromisoformat(told) if told else datetime(2000, 1, 1, tzinfo=UTC)
