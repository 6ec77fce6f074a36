"""The sample catalogue: real records as MARC21, shipped with the package (docs/data.md says whence and how certain).

Public face: `load_sample` (books, CBETA's works, publishers), `load_starter_schemes` (classes and headings).
"""

from __future__ import annotations

from importlib.resources import files

#: Where the data files lie.
DATA = files(__package__).joinpath("data")
BOOKS, CBETA = "books.mrc.gz", "cbeta.mrc.gz"
PUBLISHERS, CLASSES = "publishers.csv.gz", "classes.csv.gz"
