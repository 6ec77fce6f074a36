"""A new model beside the one in use: measured on what neither has learnt, taken or not, whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from shuyin.ai_subjects import artefact, live, retraining, store
from shuyin.ai_subjects.description import Description, LabelledRecord
from shuyin.ai_subjects.model import Model
from shuyin.ai_subjects.recommender import SHIPPED

pytest.importorskip("sklearn", reason="the extra `models` is not installed")


@pytest.fixture
def in_use(small_model: Model, tmp_path: Path) -> Path:
    """A data directory in which the small model serves as v1."""
    artefact.save(small_model, store.models(tmp_path) / "v1", {"version": "v1"})
    store.take(tmp_path, "v1")
    return tmp_path


@pytest.fixture
def unseen(labelled_books: list[LabelledRecord]) -> list[LabelledRecord]:
    """Books of the four kinds that are in no training, labelled as those are."""
    public = [book for book in labelled_books if not book.adults_only]
    return [
        replace(book, id=f"new-{book.id}", description=replace(book.description, author="新人", publisher="新社"))
        for book in public
    ]


def confused(model: Model) -> Model:
    """The model with its rankers upside down: the unlikely first."""
    assert model.heading_ranker is not None
    rankers = {level: replace(r, value=-r.value, baseline=-r.baseline) for level, r in model.class_rankers.items()}
    ranker = replace(model.heading_ranker, value=-model.heading_ranker.value, baseline=-model.heading_ranker.baseline)
    return replace(model, heading_ranker=ranker, class_rankers=rankers)


def test_the_part_held_out_stays_the_same_and_no_series_lies_on_both_sides(
    labelled_books: list[LabelledRecord],
) -> None:
    many = [
        replace(book, id=f"{n}-{book.id}", description=replace(book.description, title=f"{chr(0x4E00 + n)}{n}{word}"))
        for n, book in enumerate(labelled_books * 4)
        for word in ("上", "下")
    ]
    learnt, aside = retraining.held_out(many)
    assert len(learnt) + len(aside) == len(many) and 0.05 < len(aside) / len(many) < 0.15
    assert retraining.held_out(list(reversed(many)))[1] == list(reversed(aside))
    pairs = {record.description.title[:-1] for record in aside}
    assert len(pairs) * 2 == len(aside)


def test_a_worse_model_is_told_from_one_that_is_as_good(
    in_use: Path, small_model: Model, unseen: list[LabelledRecord]
) -> None:
    folder = store.in_use(in_use)
    same = retraining.compare(folder, small_model, unseen)
    assert same.records == len(unseen) >= retraining.FEWEST and not same.worse
    assert {one.name for one in same.measures} == {"nDCG@10", "accuracy@3digits"}
    assert all(one.now == one.new for one in same.measures)
    worse = retraining.compare(folder, confused(small_model), unseen)
    assert worse.worse and "difference -" in "\n".join(worse.lines())
    assert retraining.compare(folder, small_model, unseen).as_json()["nDCG@10"]["interval"] == (0.0, 0.0)


def test_records_that_the_model_in_use_has_learnt_are_not_asked(
    in_use: Path, small_model: Model, labelled_books: list[LabelledRecord], unseen: list[LabelledRecord]
) -> None:
    found = retraining.compare(store.in_use(in_use), small_model, [*labelled_books, *unseen])
    assert found.records == len(unseen)
    own = retraining.compare(store.in_use(in_use), small_model, labelled_books)
    assert own.records == 0 and not own.worse and "each training kept aside" in own.lines()[0]


def test_a_training_that_dies_while_writing_changes_nothing(
    in_use: Path, small_model: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("numpy.savez_compressed", die)
        with pytest.raises(OSError, match="no space"):
            artefact.save(small_model, store.models(in_use) / "v2", {"version": "v2"})
    with pytest.raises(artefact.NoModel):
        store.take(in_use, "v2")
    assert store.in_use(in_use).name == "v1"


def test_a_model_that_lost_a_file_is_passed_over(in_use: Path, small_model: Model) -> None:
    artefact.save(small_model, store.models(in_use) / "v2", {"version": "v2"})
    store.take(in_use, "v2")
    assert live.recommender(in_use).version == "v2"
    arrays = store.models(in_use) / "v2" / "arrays.npz"
    arrays.write_bytes(arrays.read_bytes()[:1000])
    assert store.in_use(in_use).name == "v1"
    found = live.recommender(in_use).recommend(Description("公司法入門", publisher="新學林"))
    assert found.model == "v1" and found.subjects
    (store.models(in_use) / "v1" / "manifest.json").write_text("{")
    assert store.in_use(in_use) == SHIPPED
    live._loaded.pop(in_use)


def test_going_back_is_noticed_by_a_process_that_serves(in_use: Path, small_model: Model) -> None:
    artefact.save(small_model, store.models(in_use) / "v2", {"version": "v2"})
    store.take(in_use, "v2")
    assert live.recommender(in_use).version == "v2"
    store.go_back(in_use)
    assert live.recommender(in_use).version == "v1"
    live._loaded.pop(in_use)
