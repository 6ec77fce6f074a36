"""The sample music: albums, tracks and companies as values, and their loader (docs/data.md says whence).

`data/albums.csv`, `tracks.csv`, `companies.csv` and `golden-melody.csv` hold facts written down from general
knowledge by a language model, confidence "high" only; `data/printed.json` holds what S0 prints.
"""

from shuyin.harvest.music.sample import load_sample_music, sample_albums

__all__ = ["load_sample_music", "sample_albums"]
