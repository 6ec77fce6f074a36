"""Words, meaning or both? nDCG@10 of `mode=keyword|semantic|hybrid` on judged queries made from records by rule.

    python -m benchmarks.search_modes --data DIR --embedding FOLDER [--each 200]

The books are those of the tuning and the test side of the strict split, indexed by title, author and publisher alone;
their headings and class numbers are the judgement. `--embedding` is one that learnt from the training side only; where
the folder is absent it is trained (needs the extra `models`). Theses are asked with the embedding that ships, which has
seen none of them. The same data and seed give the same queries.
"""

from __future__ import annotations

import argparse
import math
import random
import re
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.ai_tasks import books, theses
from shuyin.ai_subjects import embedding_training, meaning, measures
from shuyin.ai_subjects.description import LabelledRecord
from shuyin.ai_subjects.scheme import starter_classes, starter_english, starter_scheme
from shuyin.ai_subjects.split import strict_split
from shuyin.search_api import by_meaning
from shuyin.search_api.queries import to_request
from shuyin.search_api.state import MODES, SearchState
from shuyin.search_engine import connect
from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.layout import title_head
from shuyin.search_engine.port import SearchEngine
from shuyin.search_engine.query import Document

#: A label that fewer books carry judges nothing, one of more is no question that anybody asks.
FEWEST, MOST = 2, 60


@dataclass(frozen=True)
class Judged:
    """A query, the ids that answer it, and the record it was made from, which counts for nothing."""

    query: str
    relevant: frozenset[str]
    itself: str | None = None


def ndcg(found: Sequence[str], relevant: frozenset[str], depth: int = 10) -> float:
    """nDCG of a ranking with answers that are right or wrong."""
    gained = sum(1 / math.log2(rank + 2) for rank, id in enumerate(found[:depth]) if id in relevant)
    return gained / sum(1 / math.log2(rank + 2) for rank in range(min(depth, len(relevant))))


def by_label(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """(label, id) → label → ids, those of `FEWEST` to `MOST` ids."""
    found: dict[str, set[str]] = defaultdict(set)
    for label, id in pairs:
        found[label].add(id)
    return {label: frozenset(ids) for label, ids in sorted(found.items()) if FEWEST <= len(ids) <= MOST}


def book_queries(records: Sequence[LabelledRecord]) -> dict[str, list[Judged]]:
    """Judged queries of each kind."""
    headings = by_label((label, r.id) for r in records for label in r.subjects)
    numbers = by_label((r.class_number, r.id) for r in records if r.class_number)
    captions = {entry.number: re.split("[；;]", entry.caption)[0] for entry in starter_classes()}
    english = {caption: text for text, caption in starter_english()}
    whole = {entry.number: entry.caption for entry in starter_classes()}
    alike = []
    for record in records:
        shared = {id for label in record.subjects for id in headings.get(label, ())} - {record.id}
        if shared:
            alike.append(Judged(title_head(record.description.title), frozenset(shared), record.id))
    return {
        "subject heading": [Judged(label, ids) for label, ids in headings.items()],
        "class caption": [Judged(captions[n], ids) for n, ids in numbers.items() if n in captions],
        "class caption in English": [
            Judged(english[whole[n]].replace(";", " "), ids) for n, ids in numbers.items() if whole.get(n) in english
        ],
        "title, others on the subject wanted": alike,
        "title, that book wanted": [Judged(title_head(r.description.title), frozenset({r.id})) for r in records],
    }


def thesis_queries(records: Sequence[LabelledRecord]) -> list[Judged]:
    """Author keywords that several theses carry."""
    return [Judged(word, ids) for word, ids in by_label((w, r.id) for r in records for w in r.subjects).items()]


def index(records: Sequence[LabelledRecord], url: str) -> SearchEngine:
    """The records without their labels, with vectors of title and summary."""
    engine = connect(url)
    texts = [f"{r.description.title} {r.description.summary[:600]}" for r in records]
    assert BOOKS.vector_dimensions
    vectors = meaning.encode(texts, BOOKS.vector_dimensions)
    documents = [
        Document(
            record.id,
            {
                "title": record.description.title,
                "author": record.description.author,
                "publisher": record.description.publisher,
                "summary": record.description.summary,
            },
            {"id": record.id},
            vector,
        )
        for record, vector in zip(records, vectors, strict=True)
    ]
    rebuild = engine.rebuild("books")
    rebuild.add(documents)
    rebuild.swap(len(documents))
    return engine


def ranking(engine: SearchEngine, judged: Judged, mode: str) -> list[str]:
    """The first ten ids, the record that the query was made from left out."""
    state = SearchState(q=judged.query, mode=mode)
    request = to_request(state, BOOKS, facets=False)
    return [hit.id for hit in engine.search("books", request).hits if hit.id != judged.itself][:10]


def report(kind: str, engine: SearchEngine, judged: Sequence[Judged]) -> None:
    """One line of the table: means, and the interval of hybrid's and keyword's difference."""
    scores = {mode: np.array([ndcg(ranking(engine, j, mode), j.relevant) for j in judged]) for mode in MODES}
    low, high = measures.bootstrap_interval(scores["hybrid"] - scores["keyword"])
    figures = " | ".join(f"{scores[mode].mean():.3f}" for mode in MODES)
    print(f"| {kind} | {len(judged)} | {figures} | {low:+.3f} … {high:+.3f} |", flush=True)


def main() -> None:
    """Index, ask, print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--embedding", type=Path, required=True)
    parser.add_argument("--each", type=int, default=200, help="queries of each kind")
    parser.add_argument("--least", type=float, default=by_meaning.LEAST, help="cosine of the farthest hit")
    parser.add_argument("--url", help="search engine; else one in a temporary directory")
    options = parser.parse_args()
    by_meaning.LEAST = options.least
    split = strict_split(books(options.data))
    if not options.embedding.exists():
        pairs = embedding_training.pairs(split.train, starter_scheme(), starter_english())
        embedding_training.train(pairs, options.embedding)
    chance = random.Random(7)

    def some(judged: list[Judged]) -> list[Judged]:
        return judged if len(judged) <= options.each else chance.sample(judged, options.each)

    print("| query | asked | keyword | semantic | hybrid | hybrid − keyword, 95 % |\n|---|---|---|---|---|---|")
    kept = [*split.tune, *split.test]
    with tempfile.TemporaryDirectory() as folder:
        meaning.use(str(options.embedding))
        engine = index(kept, options.url or f"tantivy:{folder}/books")
        for kind, judged in book_queries(kept).items():
            report(kind, engine, some(judged))
        engine.close()
        meaning.use(None)
        described = theses(options.data)
        engine = index(described, options.url or f"tantivy:{folder}/theses")
        report("thesis keyword", engine, some(thesis_queries(described)))
        engine.close()


if __name__ == "__main__":
    main()
