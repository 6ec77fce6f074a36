"""Known-item search: is the record meant among the first three? `python -m benchmarks.search_quality FILE`.

FILE is a CSV with isbn, title, author, publisher (as ../shared/data/books). Queries are made from its records by rule,
with a fixed seed: the same file gives the same queries. A hit counts if its title without volume is that of the record
meant. Prints a Markdown table: MRR and success@3 per kind of query.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opencc

from shuyin.search_engine import analysis, connect, romanisation
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.folding import fold
from shuyin.search_engine.layout import title_head
from shuyin.search_engine.parsing import parse
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import Document, Match, SearchRequest, Text
from shuyin.search_engine.sort_keys import title_key

Row = dict[str, str]
_SIMPLIFY = opencc.OpenCC("t2s")
_COMMON = (
    "的一是了我不人在他有這上們來到時大地為子中你說生國年著就那和要她出也得里後自以會家可下而過天去能對小多然於心學"
)


def work(title: str) -> str:
    """What volumes of one set share."""
    return analysis.squeeze(re.sub(r"[0-9０-９]+", "", title_head(title)))


def han(title: str) -> str:
    """The longest run of Han in a title's main part."""
    return max(re.findall(f"[{analysis.HAN}]+", title_head(title)), key=len, default="")


class Maker:
    """Queries of each kind, made from rows by rule."""

    def __init__(self, rows: list[Row], chance: random.Random) -> None:
        self.rows, self.chance = rows, chance

    def fragment(self, row: Row, lengths: tuple[int, ...]) -> str | None:
        """A part of the title that no title of another work has."""
        run = han(row["title"])
        starts = [(i, n) for n in lengths for i in range(len(run) - n + 1)]
        self.chance.shuffle(starts)
        for i, n in starts:
            part = run[i : i + n]
            works = {work(r["title"]) for r in self.rows if fold(part) in fold(r["title"])}
            if len(works) == 1:
                return part
        return None

    def typo(self, row: Row) -> str | None:
        """One character of a fragment of five or more put wrong."""
        part = self.fragment(row, (5, 6, 7))
        if not part:
            return None
        at = self.chance.randrange(len(part))
        other = self.chance.choice([c for c in _COMMON if fold(c) != fold(part[at])])
        return part[:at] + other + part[at + 1 :]

    def kinds(self) -> dict[str, Callable[[Row], str | None]]:
        """Name → query of a row (None: this kind cannot be made of it)."""
        return {
            "whole title": lambda r: r["title"],
            "title without subtitle": lambda r: title_head(r["title"]),
            "unique fragment (4–6)": lambda r: self.fragment(r, (4, 5, 6)),
            "fragment, Simplified": lambda r: (f := self.fragment(r, (4, 5, 6))) and _SIMPLIFY.convert(f),
            "whole title, Simplified": lambda r: _SIMPLIFY.convert(r["title"]),
            "author + title": lambda r: f"{_author(r)} {title_head(r['title'])}" if _author(r) else None,
            "author and title run together": lambda r: f"{_author(r)}{title_head(r['title'])}" if _author(r) else None,
            "one character wrong (5–7)": self.typo,
            "pinyin of the title": lambda r: _pinyin(title_head(r["title"])),
            "ISBN-13 hyphenated": lambda r: (
                f"{r['isbn'][:3]}-{r['isbn'][3:6]}-{r['isbn'][6:10]}-{r['isbn'][10:12]}-{r['isbn'][12]}"
            ),
            "ISBN with spaces": lambda r: f"ISBN {r['isbn'][:3]} {r['isbn'][3:12]} {r['isbn'][12]}",
        }


def _author(row: Row) -> str:
    return re.split(r"[/,、;；(（]| - |-", row["author"])[0].strip()


def _pinyin(title: str) -> str | None:
    run = han(title)
    return " ".join(romanisation.syllables(fold(run))) if 3 <= len(run) <= 10 else None


def documents(rows: list[Row]) -> list[Document]:
    """The rows as an indexer would project them."""
    made = []
    for row in rows:
        fields: dict[str, Any] = {k: row[k] for k in ("isbn", "title", "publisher", "published") if row.get(k)}
        fields["author"] = [part.strip() for part in re.split(r"[/,、;；]", row["author"]) if part.strip()]
        fields["title_sort"] = title_key(row["title"])
        made.append(Document(row["isbn"], fields, {"title": row["title"], "isbn": row["isbn"]}))
    return made


def place(engine: SearchEngine, query: str, row: Row, *, by_isbn: bool) -> int | None:
    """Rank of the record meant (1 is first) among ten, with the help that a page gives when nothing is found."""
    hits = engine.search("books", SearchRequest(parse(query, BOOKS).query, limit=10)).hits
    if not hits:
        better = engine.did_you_mean("books", query)
        asked = parse(better[0], BOOKS).query if better else Text(query, match=Match.MOST)
        hits = engine.search("books", SearchRequest(asked, limit=10)).hits
    for rank, hit in enumerate(hits, 1):
        if hit.stored["isbn"] == row["isbn"] or (not by_isbn and work(hit.stored["title"]) == work(row["title"])):
            return rank
    return None


def main() -> None:
    """Index, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--each", type=int, default=60, help="queries of each kind")
    parser.add_argument("--url")
    parser.add_argument("--failures", action="store_true", help="list what was not among the first three")
    arguments = parser.parse_args()
    with arguments.file.open(encoding="utf-8-sig", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["isbn"] and row["title"]]
    chance = random.Random(20)
    folder = tempfile.TemporaryDirectory()
    engine = connect(arguments.url or f"tantivy:{folder.name}")
    rebuild = engine.rebuild("books")
    rebuild.add(documents(rows))
    rebuild.swap(len(rows))
    maker = Maker(rows, chance)
    print("| query | asked | MRR | success@1 | success@3 |\n|---|---|---|---|---|")
    for kind, make in maker.kinds().items():
        ranks: list[int | None] = []
        for row in chance.sample(rows, len(rows)):
            query = make(row)
            if query and len(ranks) < arguments.each:
                ranks.append(place(engine, query, row, by_isbn="ISBN" in kind))
                if arguments.failures and (ranks[-1] or 9) > 3:
                    print(f"    {ranks[-1]}: {query!r} for {row['title']!r}")
            if len(ranks) == arguments.each:
                break
        mrr = sum(1 / r for r in ranks if r) / len(ranks)
        first, three = (sum(1 for r in ranks if r and r <= n) / len(ranks) for n in (1, 3))
        print(f"| {kind} | {len(ranks)} | {mrr:.3f} | {first:.3f} | {three:.3f} |")
    engine.close()


if __name__ == "__main__":
    main()
