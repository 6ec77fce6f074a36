"""Runs inside Annif's own environment (never imported by the project): trains and asks each backend for one task.

`python annif_worker.py TASK_DIR` reads TASK_DIR/task.json and vocabulary.ttl (see annif_side_by_side.py) and writes
TASK_DIR/suggestions.json: {backend: {"tune": [[[label, score], …], …], "test": …}, "seconds": {backend: s}}.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
import unicodedata
from pathlib import Path

import annif
import annif.analyzer
import annif.corpus
import annif.registry
from annif.analyzer.analyzer import Analyzer
from annif.corpus.types import Document, DocumentCorpus, SubjectSet

_RUN = re.compile(r"[\u3041-\u30ff\u3400-\u9fff]+|[0-9]+|[a-z]+")

BACKENDS = {
    "tfidf": "backend=tfidf",
    "mllm": "backend=mllm",
    "svc": "backend=svc\nmin_df=1",
    "omikuji": "backend=omikuji\ncluster_balanced=False\ncluster_k=100\nmax_depth=3\nmin_df=2",
}


class HanBigrams(Analyzer):
    """Han bigrams and whole words of other scripts: Annif's own analyzers know no Chinese."""

    name = "hanbigrams"
    token_min_length = 1

    def __init__(self, *args, **kwargs):
        pass  # the parent would download sentence data

    def tokenize_sentences(self, text):
        return [part for part in re.split(r"[。！？!?\n]", text) if part.strip()]

    def is_valid_token(self, word):
        return bool(word)

    def tokenize_words(self, text, filter=True):
        words = []
        for run in _RUN.findall(unicodedata.normalize("NFKC", text).lower()):
            if run[0] < "\u3041" or len(run) == 1:
                words.append(run)
            else:
                words.extend(run[start : start + 2] for start in range(len(run) - 1))
        return words


class Corpus(DocumentCorpus):
    """The documents of one side of the task."""

    def __init__(self, rows, subjects):
        self.rows, self.subjects = rows, subjects

    @property
    def documents(self):
        for row in self.rows:
            ids = [self.subjects.by_uri(uri) for uri in row["uris"]]
            yield Document(text=row["text"], subject_set=SubjectSet([i for i in ids if i is not None]))


def main(directory: Path) -> None:
    os.environ["ANNIF_PROJECTS_INIT"] = "^$"
    annif.analyzer.register_analyzer(HanBigrams)
    task = json.loads((directory / "task.json").read_text(encoding="utf-8"))
    names = task["backends"]
    config = "".join(
        f"[{name}]\nname={name}\nlanguage=zh\nanalyzer=hanbigrams\nvocab=v\n{BACKENDS[name]}\n\n" for name in names
    )
    (directory / "projects.cfg").write_text(config, encoding="utf-8")
    app = annif.create_flask_app()
    app.config.update(PROJECTS_CONFIG_PATH=str(directory / "projects.cfg"), DATADIR=str(directory / "data"))
    with app.app_context():
        annif.registry.initialize_projects(app)
        from annif.vocab import VocabFileSKOS

        annif.registry.get_vocab("v").load_vocabulary(VocabFileSKOS(str(directory / "vocabulary.ttl")), force=True)
        result: dict[str, object] = {"seconds": {}}
        for name in names:
            project = annif.registry.get_project(name)
            begin = time.time()
            project.train(Corpus(task["train"], project.subjects), jobs=1)
            project.initialize()
            sides = {}
            for side in ("tune", "test"):
                rankings = []
                corpus = Corpus(task[side], project.subjects)
                for batch in corpus.doc_batches:
                    for answer in project.suggest(batch, {name: {"limit": 100}}):
                        pairs = [(project.subjects[s.subject_id].uri, round(float(s.score), 6)) for s in answer]
                        rankings.append(sorted(pairs, key=lambda pair: -pair[1])[:100])
                sides[side] = rankings
            result[name] = sides
            result["seconds"][name] = round(time.time() - begin, 1)
            print(directory.name, name, result["seconds"][name], "s", flush=True)
    (directory / "suggestions.json").write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
