"""Loading the sample catalogue and the starter scheme; a second time nothing changes."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.resources import as_file

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.harvest import announcing
from shuyin.harvest.sample import BOOKS, CBETA, DATA, PUBLISHERS
from shuyin.harvest.services import file_digest, import_file
from shuyin.records.models import ImportBatch
from shuyin.records.services import Publisher, save_publishers

#: `BookRow.source` of the sample's records, and the collection that the CBETA works form.
SOURCE = "sample"
CBETA_COLLECTION = "cbeta"


def load_sample(sessions: sessionmaker[Session]) -> Counter[str]:
    """Books, CBETA's works and publishers into the catalogue; what became of the records, by outcome.

    A file that was loaded before, byte for byte, is not read again, so that a second start costs nothing.
    """
    counts: Counter[str] = Counter()
    counts += _load(sessions, BOOKS, "books", announced=True)
    counts += _load(sessions, CBETA, CBETA_COLLECTION, announced=False)
    if counts:
        with sessions.begin() as session:
            save_publishers(session, _publishers(), source=SOURCE)
    return counts


def _load(sessions: sessionmaker[Session], name: str, collection: str, *, announced: bool) -> Counter[str]:
    with as_file(DATA.joinpath(name)) as path:
        digest = file_digest(path)
        with sessions() as session:
            done = session.scalar(
                select(func.count())
                .select_from(ImportBatch)
                .where(ImportBatch.source == SOURCE, ImportBatch.file_digest == digest)
                .where(ImportBatch.finished_at.is_not(None))
            )
        if done:
            return Counter()
        announce = announcing.on_publication if announced else None
        return import_file(sessions, path, source=SOURCE, collection=collection, announce=announce).counts


def _rows(name: str) -> Iterator[dict[str, str]]:
    with DATA.joinpath(name).open("rb") as file, gzip.open(file, "rb") as unpacked:
        yield from csv.DictReader(io.TextIOWrapper(unpacked, encoding="utf-8", newline=""))


def _publishers() -> Iterator[Publisher]:
    for row in _rows(PUBLISHERS):
        others = tuple(filter(None, row["other_names"].split("|")))
        yield Publisher(row["name"], tuple(row["prefixes"].split()), others)
