"""What training and serving cost as the catalogue grows: records made by re-sampling real ones.

    python -m benchmarks.ai_cost --records FILE --size 10000 --size 50000 [--entries 40000]
        [--with-embedding | --serving-only]

Prints seconds of training, seconds to load and answer first, milliseconds per recommendation (median, p99), memory.
`--entries` adds made-up headings and classes until the scheme has so many. `--with-embedding` trains the static
embedding too (three times: for serving, and for each half of what the ranker learns from); it needs PyTorch.
`--serving-only` does not train: the channels are filled in one pass (the linear channel with each label's mean record)
and the shipped rankers rank, which costs the server what a trained model of that size does and says nothing of quality.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from shuyin.ai_subjects import artefact, embedding, linear, training
from shuyin.ai_subjects.catalogue import Catalogue, Keys
from shuyin.ai_subjects.description import LabelledRecord, read_labelled_csv
from shuyin.ai_subjects.evidence import ClassPaths
from shuyin.ai_subjects.features import tokens
from shuyin.ai_subjects.model import Model, ShownRecord, Vocabulary
from shuyin.ai_subjects.recommender import SHIPPED, Recommender
from shuyin.ai_subjects.scheme import Scheme, SchemeClass, SchemeHeading, starter_scheme
from shuyin.ai_subjects.sparse import FeatureRows, FeatureSpace


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


def enlarged(scheme: Scheme, entries: int) -> Scheme:
    """The scheme with made-up headings and numbers, two to four characters of its own captions each."""
    generator = random.Random(12)
    letters = "".join(entry.wordings[0] for entry in scheme.classes)
    missing = max(0, entries - len(scheme.headings) - len(scheme.classes))

    def made() -> str:
        start = generator.randrange(len(letters) - 4)
        return letters[start : start + generator.randint(2, 4)]

    headings = [SchemeHeading(f"{made()}{made()}", (made(),)) for _ in range(missing // 2)]
    classes = [SchemeClass(f"{generator.randrange(100, 999)}.{n}", (f"{made()}{made()}",)) for n in range(missing // 2)]
    known = {heading.label for heading in scheme.headings}
    fresh = {heading.label: heading for heading in headings if heading.label not in known}
    return Scheme((*scheme.headings, *fresh.values()), (*scheme.classes, *classes))


def filled(records: list[LabelledRecord], scheme: Scheme) -> Model:
    """A model of this size without training: see the module's text."""
    shipped = artefact.load(SHIPPED)
    bags = [tokens(record.description) for record in records]
    space = FeatureSpace.learn(bags)
    vectors = [space.vector(bag) for bag in bags]
    vocabulary = Vocabulary.build(records, scheme, space)
    catalogue = Catalogue(vocabulary.headings, vocabulary.nodes)
    assigned = [catalogue.assigned(record) for record in records]
    keys = [Keys.of(record.description) for record in records]
    for key, labels in zip(keys, assigned, strict=True):
        catalogue.change(key, labels, 1)
    matrix = linear.csr(vectors, space.hashes.size)
    kept = linear._Kept(space.hashes.size, training.WEIGHTS_PER_LABEL)
    for place, rows in enumerate(training.records_of_labels(assigned, vocabulary)):
        if rows:
            kept.add(np.asarray(matrix[rows].mean(axis=0)).reshape(-1, 1), np.array([place]))
    return Model(
        space=space,
        vocabulary=vocabulary,
        catalogue=catalogue,
        paths=ClassPaths(catalogue),
        linear=kept.rows(len(vocabulary.headings) + len(vocabulary.nodes)),
        linear_headings=len(vocabulary.headings),
        near=FeatureRows.from_vectors(vectors, space.hashes.size),
        assigned=assigned,
        keys=keys,
        shown=[ShownRecord.of(record) for record in records],
        heading_ranker=shipped.heading_ranker,
        class_rankers=shipped.class_rankers,
        calibration=shipped.calibration,
    )


def serve(folder: Path, file: Path) -> None:
    """In a process of its own: what a server needs."""
    begin = time.perf_counter()
    recommender = Recommender.load(folder)
    asked = [record.description for record in read_labelled_csv(file)[:400]]
    recommender.recommend(asked[0])
    first = time.perf_counter() - begin
    used = time.process_time()
    taken = []
    for description in asked:
        begin = time.process_time()
        recommender.recommend(description)
        taken.append(1000 * (time.process_time() - begin))
    median, slowest = np.median(taken), np.quantile(taken, 0.99)
    print(f"  first answer {first:.2f} s, {used:.2f} s of processor time with all imports")
    print(f"  median {median:.1f} ms, p99 {slowest:.1f} ms of processor time, {_most_memory()} MB at most")


def _most_memory() -> int:
    """Most memory that this program has held, in MB (`ru_maxrss` would count what the parent held when it forked)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM"))) // 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=Path, required=True)
    parser.add_argument("--size", type=int, action="append", default=[])
    parser.add_argument("--entries", type=int, default=0, help="entries of the scheme")
    parser.add_argument("--with-embedding", action="store_true", help="train the embedding channel too")
    parser.add_argument("--serving-only", action="store_true", help="do not train")
    parser.add_argument("--serve", type=Path, help="measure serving of this model only")
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.records)
        return
    real = read_labelled_csv(options.records)
    for size in options.size:
        records = resampled(real, size)
        scheme = enlarged(starter_scheme(), options.entries)
        with tempfile.TemporaryDirectory() as folder:
            beside = Path(folder) / artefact.OWN_EMBEDDING
            begin, clock = time.process_time(), time.perf_counter()
            if options.serving_only:
                model = filled(records, scheme)
            else:
                model = training.learn(records, scheme, embedding_folder=beside if options.with_embedding else None)
            used, taken = time.process_time() - begin, time.perf_counter() - clock
            entries = len(scheme.headings) + len(scheme.classes)
            done = "filled" if options.serving_only else "trained"
            print(f"{size:,} records, {entries:,} entries: {done} in {taken:.0f} s, {used:.0f} s of processor time,")
            print(f"  {_most_memory()} MB at most", flush=True)
            if model.embedding is None:
                shutil.copytree(embedding.SHIPPED, beside)
                model.embedding = model.embed_labels(embedding.encoder())
            artefact.save(model, Path(folder), {"version": "cost"})
            command = [sys.executable, "-m", "benchmarks.ai_cost", "--records", str(options.records), "--serve", folder]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
