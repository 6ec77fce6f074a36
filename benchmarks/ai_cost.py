"""What training and serving cost as the catalogue grows: records made by re-sampling real ones.

    python -m benchmarks.ai_cost --records FILE --size 10000 --size 50000

Prints seconds of training, seconds to load and answer first, milliseconds per recommendation (median, p99), memory.
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from shuyin.ai_subjects import artefact
from shuyin.ai_subjects.description import LabelledRecord, read_labelled_csv
from shuyin.ai_subjects.recommender import Recommender
from shuyin.ai_subjects.scheme import starter_scheme


def resampled(records: list[LabelledRecord], size: int) -> list[LabelledRecord]:
    """`size` records: real ones whose titles are joined from the halves of two of the same class."""
    generator = random.Random(11)
    by_class: dict[str, list[LabelledRecord]] = {}
    for record in records:
        by_class.setdefault(record.class_number[:3], []).append(record)
    made = []
    for place in range(size):
        one = generator.choice(records)
        other = generator.choice(by_class[one.class_number[:3]])
        title = one.description.title[: len(one.description.title) // 2 + 1] + other.description.title[-8:]
        described = replace(one.description, title=title, author=other.description.author)
        made.append(replace(one, id=f"{place}", description=described))
    return made


def serve(folder: Path, file: Path) -> None:
    """In a process of its own: what a server needs."""
    begin = time.perf_counter()
    recommender = Recommender.load(folder)
    asked = [record.description for record in read_labelled_csv(file)[:400]]
    recommender.recommend(asked[0])
    first = time.perf_counter() - begin
    taken = []
    for description in asked:
        begin = time.process_time()
        recommender.recommend(description)
        taken.append(1000 * (time.process_time() - begin))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    median, slowest = np.median(taken), np.quantile(taken, 0.99)
    print(f"  first answer {first:.2f} s, median {median:.1f} ms, p99 {slowest:.1f} ms, {memory:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=Path, required=True)
    parser.add_argument("--size", type=int, action="append", default=[])
    parser.add_argument("--serve", type=Path, help="measure serving of this model only")
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.records)
        return
    from shuyin.ai_subjects import training

    real = read_labelled_csv(options.records)
    for size in options.size:
        records = resampled(real, size)
        begin = time.process_time()
        model = training.learn(records, starter_scheme())
        print(f"{size:,} records: trained in {time.process_time() - begin:.0f} s of processor time", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            artefact.save(model, Path(folder), {"version": "cost"})
            command = [sys.executable, "-m", "benchmarks.ai_cost", "--records", str(options.records), "--serve", folder]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
