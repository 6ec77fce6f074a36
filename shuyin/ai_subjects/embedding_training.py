"""Training the static embedding on pairs of texts that mean the same. Needs the extra `models`."""

from __future__ import annotations

import hashlib
import json
import random
import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import permutations
from pathlib import Path
from typing import Any

from shuyin.ai_subjects.description import LabelledRecord
from shuyin.ai_subjects.embedding import ABOUT, SPELLING, joined, spell, text_of
from shuyin.ai_subjects.scheme import Scheme, nearest_caption

Pair = tuple[str, str]

#: Words (characters, pairs of characters, words of other scripts) that have a vector: the most frequent ones.
VOCABULARY = 30_000
DIMENSIONS = 128
EPOCHS = 5
BATCH = 512
LEARNING_RATE = 0.05
#: Vectors begin small, so that a word seen once hardly moves the mean of a text.
_FIRST_LENGTH = 0.1
#: Pairs with one and the same label: a quarter of the books are comics, which teach nothing more.
MOST_WITH_LABEL = 60
#: More pairs than this change the vectors little; a fixed sample keeps training of large catalogues in minutes.
MOST_PAIRS = 80_000
_UNKNOWN = "[UNK]"
_SUBTITLE = re.compile(r"[:：(（【—–|]| - ")
_LEAST_PART = 3


def pairs(records: Sequence[LabelledRecord], scheme: Scheme, extra: Iterable[Pair] = ()) -> list[Pair]:
    """(text, text) pairs, spelt: a record's title, with and without its names, beside each heading and its class's
    caption; headings beside that caption; title beside subtitle; wordings of one class or heading beside each other;
    a class beside the one above it; what else is given.

    Records that not everyone may see are left out: their words could be read in the vocabulary.
    """
    captions = {entry.number: entry.wordings[0] for entry in scheme.classes if entry.wordings}
    found: list[Pair] = list(extra)
    with_label: dict[str, list[Pair]] = {}
    for record in records:
        if record.adults_only or not record.public:
            continue
        caption = nearest_caption(captions, record.class_number)
        texts = dict.fromkeys((text_of(record.description), record.description.title))
        for label in dict.fromkeys((*record.subjects, *([caption] if caption else ()))):
            with_label.setdefault(label, []).extend((text, label) for text in texts)
        found += [(label, caption) for label in record.subjects if caption]
        found += _subtitle(record.description.title)
    chance = random.Random(0)  # noqa: S311 - a fixed sample, no secret
    for some in with_label.values():
        chance.shuffle(some)
        found += some[:MOST_WITH_LABEL]
    for entry in scheme.classes:
        found += permutations(entry.wordings, 2)
        above = nearest_caption(captions, entry.number[:-1].rstrip("."))
        if above and entry.wordings:
            found.append((entry.wordings[0], above))
    for heading in scheme.headings:
        found += [(heading.label, variant) for variant in heading.variants]
    spelt = [(spell(one), spell(other)) for one, other in found]
    different = [(one, other) for one, other in spelt if one and other and one != other]
    return different if len(different) <= MOST_PAIRS else chance.sample(different, MOST_PAIRS)


def _subtitle(title: str) -> list[Pair]:
    parts = [part for part in (part.strip() for part in _SUBTITLE.split(title)) if len(part) >= _LEAST_PART]
    return [(parts[0], joined(*parts[1:]))] if len(parts) > 1 else []


def vocabulary(spelt: Iterable[str], size: int = VOCABULARY) -> list[str]:
    """The most frequent words of the texts, most frequent first; equally frequent ones in their own order."""
    counts = Counter(word for text in sorted(set(spelt)) for word in text.split())
    return [word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:size]]


def tokenizer(words: Sequence[str]) -> Any:
    """Cuts a spelt text at its blanks; what has no vector is unknown."""
    from tokenizers import Tokenizer, models, pre_tokenizers

    places = {word: place for place, word in enumerate((_UNKNOWN, *words))}
    made = Tokenizer(models.WordLevel(places, unk_token=_UNKNOWN))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return made


def known_only(wanted: Sequence[Pair], words: Sequence[str]) -> list[Pair]:
    """The pairs without words that have no vector: model2vec passes over them, so training must not see them."""
    known = set(words)
    kept = (tuple(" ".join(w for w in text.split() if w in known) for text in pair) for pair in wanted)
    return [(one, other) for one, other in kept if one and other]


def train(wanted: Sequence[Pair], folder: Path, *, seed: int = 0, epochs: int = EPOCHS) -> None:
    """Train with in-batch negatives and nested dimensions (Matryoshka) and write float16 into `folder`.

    One thread: the sums of several come in any order, and the same seed would give another model.
    """
    import torch
    from datasets import Dataset
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.sentence_transformer.losses import MatryoshkaLoss, MultipleNegativesRankingLoss
    from sentence_transformers.sentence_transformer.modules import StaticEmbedding
    from sentence_transformers.sentence_transformer.training_args import BatchSamplers

    torch.manual_seed(seed)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    words = vocabulary(text for pair in wanted for text in pair)
    learnt = known_only(wanted, words)
    module = StaticEmbedding(tokenizer(words), embedding_dim=DIMENSIONS)
    with torch.no_grad():
        module.embedding.weight *= _FIRST_LENGTH
        module.embedding.weight[0] = 0  # the unknown word
    model = SentenceTransformer(modules=[module], device="cpu")
    loss = MatryoshkaLoss(model, MultipleNegativesRankingLoss(model), matryoshka_dims=[DIMENSIONS, 64, 32])
    with tempfile.TemporaryDirectory() as scratch:
        trainer = SentenceTransformerTrainer(
            model=model,
            args=SentenceTransformerTrainingArguments(
                output_dir=scratch,
                num_train_epochs=epochs,
                per_device_train_batch_size=BATCH,
                learning_rate=LEARNING_RATE,
                warmup_steps=0.1,
                seed=seed,
                # a text twice in a batch would be its own wrong answer
                batch_sampler=BatchSamplers.NO_DUPLICATES,
                save_strategy="no",
                report_to=[],
                use_cpu=True,
                disable_tqdm=True,
                logging_strategy="no",
            ),
            train_dataset=Dataset.from_dict({"anchor": [a for a, _ in learnt], "positive": [b for _, b in learnt]}),
            loss=loss,
        )
        trainer.train()
    torch.set_num_threads(threads)
    _write(model, folder, {"pairs": len(learnt), "words": len(words), "seed": seed, "epochs": epochs})


def _write(model: Any, folder: Path, learnt: Mapping[str, Any]) -> None:
    """Save as float16: half the size, the same ranking; and beside it what it is, with check sums."""
    model.half()
    shutil.rmtree(folder, ignore_errors=True)
    model.save(str(folder), create_model_card=False)
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in files:
        path.chmod(0o644)
    sums = {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    card = {"spelling": SPELLING, "dimensions": DIMENSIONS, **learnt, "sha256": sums}
    (folder / ABOUT).write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
