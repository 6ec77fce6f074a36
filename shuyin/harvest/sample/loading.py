"""Loading the sample catalogue and the starter scheme; a second time nothing changes."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from importlib.resources import as_file
from typing import BinaryIO, cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from shuyin.harvest import announcing
from shuyin.harvest.readers import iso2709
from shuyin.harvest.sample import BOOKS, CBETA, DATA, PUBLISHERS
from shuyin.harvest.services import file_digest, import_file
from shuyin.records import marc
from shuyin.records.authorities import FROM_RECORDS, HeadingEntry, add_headings, link_headings
from shuyin.records.book import CATALOGUER
from shuyin.records.models import ImportBatch, OrganisationRow
from shuyin.records.services import Publisher, save_publishers

#: `BookRow.source` of the sample's records, and the collection that the CBETA works form.
SOURCE = "sample"
CBETA_COLLECTION = "cbeta"
#: `HeadingRow.origin` of headings that no cataloguer has used yet, only a machine.
MACHINE_ORIGIN = "records-machine"


def load_sample(sessions: sessionmaker[Session]) -> Counter[str]:
    """Books, CBETA's works and publishers into the catalogue; what became of the records, by outcome.

    A file that was loaded before, byte for byte, is not read again, so that a second start costs nothing.
    """
    counts: Counter[str] = Counter()
    counts += _load(sessions, BOOKS, "books", announced=True)
    counts += _load(sessions, CBETA, CBETA_COLLECTION, announced=False)
    with sessions.begin() as session:
        # written in one transaction: its publishers tell whether it came to its end before
        if (
            counts
            or session.scalar(select(OrganisationRow.id).where(OrganisationRow.source == SOURCE).limit(1)) is None
        ):
            save_publishers(session, _publishers(), source=SOURCE)
            _save_headings(session)
    return counts


def _save_headings(session: Session) -> None:
    """The headings of the sample's books as authority rows, marked by who assigned them, with their class numbers."""
    origins: dict[str, str] = {}
    together: Counter[tuple[str, str]] = Counter()
    with DATA.joinpath(BOOKS).open("rb") as file, gzip.open(file, "rb") as unpacked:
        for record in iso2709.split(cast("BinaryIO", unpacked)):
            book = marc.read(record)
            for subject in book.subjects:
                own = FROM_RECORDS if subject.assigned_by == CATALOGUER else MACHINE_ORIGIN
                origins[subject.label] = FROM_RECORDS if own == FROM_RECORDS else origins.get(subject.label, own)
                together.update((subject.label, number.number) for number in book.classes)
    add_headings(session, (HeadingEntry(label, origin) for label, origin in origins.items()))
    link_headings(session, together)


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
