"""The sample catalogue: real records as MARC21, shipped with the package (docs/data.md says whence and how certain).

Public face: `loading.load_sample` (books, CBETA's works, publishers, headings of the books).
"""

from __future__ import annotations

from importlib.resources import files

#: Where the data files lie.
DATA = files(__package__).joinpath("data")
BOOKS, CBETA = "books.mrc.gz", "cbeta.mrc.gz"
PUBLISHERS = "publishers.csv.gz"
