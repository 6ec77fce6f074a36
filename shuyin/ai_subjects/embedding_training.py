"""Training the static embedding on pairs of texts that mean the same. Needs the extra `models`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from shuyin.ai_subjects.description import LabelledRecord
from shuyin.ai_subjects.embedding import text_of
from shuyin.ai_subjects.folding import fold
from shuyin.ai_subjects.scheme import Scheme

VOCABULARY = 24_000
DIMENSIONS = 128
EPOCHS = 4
_UNKNOWN = "[UNK]"


def pairs(
    records: Sequence[LabelledRecord], scheme: Scheme, extra: Iterable[tuple[str, str]] = ()
) -> list[tuple[str, str]]:
    """(text, label) pairs: a record's text with each heading and with its class's caption; an entry's wordings with
    each other; what else is given."""
    captions = {entry.number: entry.wordings[0] for entry in scheme.classes if entry.wordings}
    found: list[tuple[str, str]] = []
    for record in records:
        text = text_of(record.description)
        found += [(text, label) for label in record.subjects]
        if caption := nearest_caption(captions, record.class_number):
            found.append((text, caption))
    for entry in scheme.classes:
        found += [(entry.wordings[0], other) for other in entry.wordings[1:]]
    for heading in scheme.headings:
        found += [(heading.label, variant) for variant in heading.variants]
    found += list(extra)
    return [(fold(one), fold(other)) for one, other in found]


def nearest_caption(captions: dict[str, str], number: str) -> str:
    """The caption of a number or of the nearest one above it."""
    while number:
        if number in captions:
            return captions[number]
        number = number[:-1].rstrip(".")
    return ""


def tokenizer(texts: Iterable[str], size: int = VOCABULARY) -> Any:
    """A Unigram tokenizer learnt from the texts: words of Chinese fall out by their frequency."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    made = Tokenizer(models.Unigram())
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Whitespace(), pre_tokenizers.UnicodeScripts(), pre_tokenizers.Digits(individual_digits=True)]
    )
    trainer = trainers.UnigramTrainer(
        vocab_size=size,
        special_tokens=[_UNKNOWN],
        unk_token=_UNKNOWN,
        max_piece_length=8,
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    return made


def train(wanted: Sequence[tuple[str, str]], folder: Path, *, seed: int = 0, epochs: int = EPOCHS) -> None:
    """Train with in-batch negatives and nested dimensions (Matryoshka) and write float16 into `folder`."""
    import torch
    from datasets import Dataset
    from sentence_transformers import (
        SentenceTransformer,
        SentenceTransformerTrainer,
        SentenceTransformerTrainingArguments,
    )
    from sentence_transformers.losses import MatryoshkaLoss, MultipleNegativesRankingLoss
    from sentence_transformers.models import StaticEmbedding

    torch.manual_seed(seed)
    texts = sorted({text for pair in wanted for text in pair})
    module = StaticEmbedding(tokenizer(texts), embedding_dim=DIMENSIONS)
    model = SentenceTransformer(modules=[module], device="cpu")
    loss = MatryoshkaLoss(model, MultipleNegativesRankingLoss(model), matryoshka_dims=[DIMENSIONS, 64, 32])
    with tempfile.TemporaryDirectory() as scratch:
        trainer = SentenceTransformerTrainer(
            model=model,
            args=SentenceTransformerTrainingArguments(
                output_dir=scratch,
                num_train_epochs=epochs,
                per_device_train_batch_size=512,
                learning_rate=0.2,
                warmup_steps=0.1,
                seed=seed,
                save_strategy="no",
                report_to=[],
                use_cpu=True,
                disable_tqdm=True,
                logging_strategy="no",
            ),
            train_dataset=Dataset.from_dict({"anchor": [a for a, _ in wanted], "positive": [b for _, b in wanted]}),
            loss=loss,
        )
        trainer.train()
    write(model, folder)


def write(model: Any, folder: Path) -> None:
    """Save as float16: half the size, the same ranking."""
    model.half()
    shutil.rmtree(folder, ignore_errors=True)
    model.save(str(folder), create_model_card=False)
