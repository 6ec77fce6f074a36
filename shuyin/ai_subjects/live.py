"""The recommender that a process serves with: loaded once, loaded anew when another model is taken into use."""

from __future__ import annotations

import threading
from pathlib import Path

from shuyin.ai_subjects import store
from shuyin.ai_subjects.recommender import Recommender

_lock = threading.Lock()
_loaded: dict[Path, tuple[Path, Recommender]] = {}


def recommender(data_dir: Path) -> Recommender:
    """The model in use in this data directory; `artefact.NoModel` if there is none. A swap or roll-back by another
    process is noticed at the next call."""
    folder = store.in_use(data_dir)
    with _lock:
        known = _loaded.get(data_dir)
        if known is None or known[0] != folder:
            known = (folder, Recommender.load(folder))
            _loaded[data_dir] = known
        return known[1]
