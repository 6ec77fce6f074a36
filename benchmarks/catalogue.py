"""Records for measurements: those of the sample catalogue, put together anew so that there are as many as wanted."""

from __future__ import annotations

import gzip
import random
from collections.abc import Iterator
from pathlib import Path

import pymarc

from shuyin.harvest.sample import BOOKS, DATA
from shuyin.records import marc

SEED = 20260301


def sample() -> list[pymarc.Record]:
    """The books of the sample catalogue."""
    with DATA.joinpath(BOOKS).open("rb") as file, gzip.open(file, "rb") as unpacked:
        pieces = unpacked.read().split(b"\x1d")
    return [marc.parse(piece + b"\x1d") for piece in pieces if piece.strip()]


def write_file(path: Path, count: int) -> None:
    """`count` records in ISO 2709: the title of one book on the record of another, each with its own number."""
    books = sample()
    chance = random.Random(SEED)
    with path.open("wb") as file:
        for number in range(count):
            body, titled = books[number % len(books)], chance.choice(books)
            record = pymarc.Record(force_utf8=True)
            record.leader = body.leader
            record.add_field(pymarc.Field("001", data=f"bench{number}"))
            record.add_field(*(f for f in body.fields if f.tag not in ("001", "003", "245")))
            record.add_ordered_field(titled["245"])
            file.write(marc.serialise(record))


def records(path: Path) -> Iterator[bytes]:
    """The records of a file, one after the other."""
    rest = b""
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            *whole, rest = (rest + chunk).split(b"\x1d")
            for piece in whole:
                yield piece + b"\x1d"


def queries(count: int) -> list[str]:
    """What readers might type: parts of titles, authors, publishers, an author with a word."""
    chance = random.Random(SEED)
    books = [marc.read(record) for record in sample()]
    found: list[str] = []
    while len(found) < count:
        book = chance.choice(books)
        title, kind = book.parts.main, chance.random()
        author = book.contributors[0].name if book.contributors else title
        start = chance.randrange(max(1, len(title) - 3))
        part = title[start : start + chance.randint(1, 4)].strip()
        if kind < 0.6:
            found.append(part)
        elif kind < 0.75:
            found.append(author)
        elif kind < 0.85:
            found.append(book.publisher or title)
        else:
            found.append(f"{author} {part}")
    return [query for query in found if query]
