"""Index and search speed of an engine on synthetic records: `python -m benchmarks.search_engine --help`.

Words follow Zipf's law over a vocabulary of made-up one- to four-character words, as in natural Chinese text; the
same seed gives the same records. Prints documents/s, size, memory, search and suggestion times (ms), and the same
search by the bare engine: the plan already made, hits and facets asked, nothing decoded.
"""

from __future__ import annotations

import argparse
import random
import resource
import statistics
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

from shuyin.search_engine import connect
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.folding import DATA
from shuyin.search_engine.parsing import parse
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import Document, FacetFilter, FacetRequest, SearchRequest
from shuyin.search_engine.sort_keys import title_key

_VOCABULARY = 20_000
_LATIN = ("Python", "C++", "AI", "COVID-19", "3D", "Java", "Linux", "ESG", "GPT", "Excel")


class Records:
    """A source of synthetic books."""

    def __init__(self, seed: int = 20) -> None:
        self.chance = random.Random(seed)
        characters = list((DATA / "collation_stroke.txt").read_text(encoding="utf-8").strip())
        characters = [c for c in characters if c.encode("big5", "ignore") and c >= "\xa4"][:3000]
        weights = [1 / (rank + 10) for rank in range(len(characters))]
        self.chance.shuffle(characters)
        lengths = self.chance.choices((1, 2, 3, 4), (10, 65, 20, 5), k=_VOCABULARY)
        self.words = ["".join(self.chance.choices(characters, weights, k=n)) for n in lengths]
        self.cumulated = list(accumulate(1 / (rank + 2) for rank in range(_VOCABULARY)))
        self.authors = ["".join(self.chance.choices(characters, k=3)) for _ in range(30_000)]
        self.publishers = [
            "".join(self.chance.choices(characters, k=self.chance.choice((2, 3, 4)))) for _ in range(900)
        ]
        self.subjects = ["".join(self.chance.choices(self.words, k=2)) for _ in range(3000)]

    def text(self, words: int) -> str:
        """So many words, run together."""
        top = self.cumulated[-1]
        return "".join(self.words[bisect(self.cumulated, self.chance.random() * top)] for _ in range(words))

    def books(self, count: int, *, long: bool = False) -> Iterator[Document]:
        """Books with title, author, publisher, subjects, class, date; every third with a summary, if `long`."""
        pick = self.chance.choice
        for number in range(count):
            title = self.text(self.chance.randint(2, 6))
            if self.chance.random() < 0.1:
                title = f"{pick(_LATIN)}{title}"
            if self.chance.random() < 0.3:
                title = f"{title} : {self.text(3)}"
            year = str(2026 - min(60, int(self.chance.expovariate(0.1))))
            shelf = f"{self.chance.randrange(1000):03}.{self.chance.randrange(100)}"
            subjects = self.chance.sample(self.subjects, self.chance.randrange(3))
            publisher, author = pick(self.publishers), pick(self.authors)
            fields = {
                "title": title,
                "author": author,
                "author_facet": author,
                "publisher": publisher,
                "publisher_facet": publisher,
                "subject": subjects,
                "subject_facet": subjects,
                "isbn": f"978957{number:07}",
                "class_number": shelf,
                "class": [shelf[:1], shelf[:2], shelf[:3], shelf],
                "format": pick(("print", "print", "print", "ebook")),
                "language": pick(("chi", "chi", "chi", "eng", "jpn")),
                "audience": pick(("成人", "青少年", "兒童")),
                "category": pick(("文學", "社會", "科學", "藝術", "歷史", "宗教")),
                "year": year,
                "published": f"{year}-{self.chance.randint(1, 12):02}",
                "title_sort": title_key(title),
            }
            if long and number % 3 == 0:
                fields["summary"] = self.text(60)
                fields["contents"] = "\n".join(self.text(5) for _ in range(8))
            stored = {"id": str(number), "title": title, "author": author, "publisher": publisher, "year": year}
            yield Document(str(number), fields, stored)

    def queries(self, count: int) -> list[str]:
        """What readers might type: one to four words, an author, an author and a word."""
        found = []
        for _ in range(count):
            kind = self.chance.random()
            if kind < 0.6:
                found.append(self.text(self.chance.randint(1, 3)))
            elif kind < 0.8:
                found.append(self.chance.choice(self.authors))
            else:
                found.append(f"{self.chance.choice(self.authors)} {self.text(1)}")
        return found


def timed(call: Callable[[str], object], inputs: list[str]) -> str:
    """p50 / p99 / worst in milliseconds."""
    spent = []
    for text in inputs:
        start = time.perf_counter()
        call(text)
        spent.append((time.perf_counter() - start) * 1000)
    cuts = statistics.quantiles(spent, n=100)
    return f"p50 {cuts[49]:7.2f}   p99 {cuts[98]:7.2f}   max {max(spent):7.2f} ms"


def memory() -> int:
    """Resident megabytes now."""
    with Path("/proc/self/statm").open() as file:
        return int(file.read().split()[1]) * resource.getpagesize() // 2**20


def main() -> None:
    """Fill, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--long", action="store_true", help="a third of the records with summary and contents")
    parser.add_argument("--url", help="SHUYIN_SEARCH_URL; default: tantivy in a temporary directory")
    arguments = parser.parse_args()
    folder = tempfile.TemporaryDirectory(prefix="shuyin-bench-")
    engine = connect(arguments.url or f"tantivy:{folder.name}")
    source = Records()
    rebuild = engine.rebuild("books")
    start = time.perf_counter()
    making = 0.0
    batch: list[Document] = []
    stream = source.books(arguments.records, long=arguments.long)
    while True:
        at = time.perf_counter()
        batch = [document for _, document in zip(range(5000), stream, strict=False)]
        making += time.perf_counter() - at
        if not batch:
            break
        rebuild.add(batch)
    rebuild.swap(arguments.records)
    spent = time.perf_counter() - start - making
    print(f"indexed {arguments.records} in {spent:.1f} s: {arguments.records / spent:,.0f} documents/s, {memory()} MB")
    if not arguments.url:
        size = sum(p.stat().st_size for p in Path(folder.name).rglob("*") if p.is_file())
        print(f"on disk {size / 2**20:.0f} MB")
    searches(engine, source, arguments.queries, None if arguments.url else Path(folder.name))
    engine.close()
    folder.cleanup()
    print(f"memory {memory()} MB now, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most")


def searches(search: SearchEngine, source: Records, count: int, directory: Path | None) -> None:
    """Time every kind of question."""
    facets = tuple(FacetRequest(facet.source, facet.size) for facet in BOOKS.facets)
    queries = source.queries(count)

    def page(text: str) -> object:
        return search.search("books", SearchRequest(parse(text, BOOKS).query, facets=facets, highlight=True))

    def plain(text: str) -> object:
        return search.search("books", SearchRequest(parse(text, BOOKS).query))

    def ticked(text: str) -> object:
        filters = {"format": FacetFilter(include=("print",)), "language": FacetFilter(include=("chi", "eng"))}
        return search.search("books", SearchRequest(parse(text, BOOKS).query, filters=filters, facets=facets))

    print("search, 11 facets, marks ", timed(page, queries))
    print("search, two facets ticked", timed(ticked, queries))
    print("search alone             ", timed(plain, queries))
    print("everything, 11 facets    ", timed(lambda _: page("*"), queries[:50]))
    typed = [query[: source.chance.randint(1, 3)] for query in queries] + ["ab", "py", "li", "zhong", "ㄕ", "sh"]
    print("suggestions              ", timed(lambda text: search.suggest("books", text), typed))
    print("did you mean             ", timed(lambda text: search.did_you_mean("books", text), queries[:100]))
    if directory is not None:
        bare(directory, queries)


def bare(directory: Path, queries: list[str]) -> None:
    """The same searches and facets by tantivy alone."""
    from shuyin.search_engine.relevance import Compiler
    from shuyin.search_engine.tantivy_plan import translate
    from shuyin.search_engine.tantivy_store import Generations, open_index

    index = open_index(Generations(directory / "books", BOOKS).live(), BOOKS)
    searcher, schema = index.searcher(), index.schema
    compiler = Compiler(BOOKS)
    wanted = {f.name: {"terms": {"field": f.source, "size": f.size}} for f in BOOKS.facets}
    ready = {
        text: tuple(
            translate(make(parse(text, BOOKS).query), searcher, schema)
            for make in (compiler.scored, compiler.condition)
        )
        for text in queries
    }

    def ask(text: str) -> object:
        scored, condition = ready[text]
        hits = searcher.search(scored, 20).hits
        return [searcher.doc(address) for _, address in hits], searcher.aggregate(condition, wanted)

    print("bare engine, 11 facets   ", timed(ask, queries))


if __name__ == "__main__":
    sys.exit(main())
