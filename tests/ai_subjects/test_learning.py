"""Training, the exported rankers, saving and loading, learning at once, honesty of the left-out predictions."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shuyin.ai_subjects import artefact, embedding, evaluation, lessons, linear, store, training
from shuyin.ai_subjects.catalogue import Catalogue
from shuyin.ai_subjects.description import Description, LabelledRecord
from shuyin.ai_subjects.features import tokens
from shuyin.ai_subjects.model import Model
from shuyin.ai_subjects.recommender import Recommender, safe_number
from shuyin.ai_subjects.scheme import Scheme
from shuyin.ai_subjects.sparse import FeatureRows, FeatureSpace
from shuyin.ai_subjects.trees import Trees

sklearn = pytest.importorskip("sklearn", reason="the extra `models` is not installed")


@pytest.fixture(scope="module")
def model(small_model: Model) -> Model:
    return small_model


@pytest.fixture(scope="module")
def folder(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("model")
    artefact.save(model, made, {"version": "t", "records": 160})
    return made


def test_exported_trees_say_what_scikit_learn_says() -> None:
    from sklearn.ensemble import HistGradientBoostingClassifier

    generator = np.random.default_rng(3)
    table = generator.normal(size=(800, 6)).astype(np.float32)
    right = (table[:, 0] * table[:, 1] + table[:, 2] > 0.3).astype(int)
    fitted = HistGradientBoostingClassifier(max_iter=30, early_stopping=False).fit(table, right)
    fresh = generator.normal(size=(500, 6)).astype(np.float32)
    copied = Trees.from_histogram_boosting(fitted)
    assert np.allclose(copied.probability(fresh), fitted.predict_proba(fresh)[:, 1], atol=1e-6)
    again = Trees.from_arrays("x", copied.arrays("x"))
    assert np.array_equal(again.probability(fresh), copied.probability(fresh))


def test_left_out_predictions_equal_a_model_that_never_saw_the_part(labelled_books: list[LabelledRecord]) -> None:
    bags = [tokens(record.description) for record in labelled_books]
    space = FeatureSpace.learn(bags)
    vectors = [space.vector(bag) for bag in bags]
    matrix = linear.csr(vectors, space.hashes.size)
    labels = [[row for row, r in enumerate(labelled_books) if r.class_number[0] == digit] for digit in "459"]
    part = list(range(0, 160, 7))
    unseen = linear.fit(matrix, labels, [part], 10_000).unseen
    rest = np.array([row for row in range(160) if row not in set(part)])
    targets = np.array([[float(row in rows) for rows in labels] for row in range(160)], np.float32)
    kernel = (matrix[rest] @ matrix[rest].T).toarray() + lessons.RIDGE * np.eye(rest.size)
    expected = (matrix[np.array(part)] @ matrix[rest].T).toarray() @ np.linalg.solve(kernel, targets[rest])
    assert np.allclose(np.array([unseen[row] for row in part]), expected, atol=1e-3)


def test_iteration_for_many_records_comes_near_the_exact_solution(
    labelled_books: list[LabelledRecord], monkeypatch: pytest.MonkeyPatch
) -> None:
    bags = [tokens(record.description) for record in labelled_books]
    space = FeatureSpace.learn(bags)
    matrix = linear.csr([space.vector(bag) for bag in bags], space.hashes.size)
    labels = [[row for row, r in enumerate(labelled_books) if r.class_number[0] == digit] for digit in "459"]
    part = list(range(0, 160, 7))
    exact = linear.fit(matrix, labels, [part], 10_000).unseen
    monkeypatch.setattr(linear, "EXACT_LIMIT", 10)
    near = linear.fit(matrix, labels, [part], 10_000).unseen
    assert np.allclose(np.array(list(near.values())), np.array([exact[row] for row in near]), atol=0.02)


def test_a_title_of_each_kind_gets_its_heading_and_class(model: Model) -> None:
    expected = {"股東會與公司": "587.2", "甜點蛋糕時光": "427.16", "當沖與存股": "563.53"}
    headings = {"587.2": "公司法", "427.16": "點心食譜", "563.53": "股票投資"}
    for title, number in expected.items():
        channels = model.look(Description(title))
        assert model.classes(channels)[0][0] == number
        assert headings[number] in [ranked.label for ranked in model.headings(channels)[:2]]


def test_wording_of_a_scheme_that_no_record_has_is_a_candidate(model: Model) -> None:
    channels = model.look(Description("星象觀測"))
    places = model.heading_candidates(channels).places
    assert "天文學" in [model.vocabulary.headings.names[place] for place in places]


def test_a_loaded_model_says_the_same_as_the_learnt_one(model: Model, folder: Path) -> None:
    loaded = artefact.load(folder)
    for title in ("董事會手冊", "轉生魔王 3", "麵包學堂"):
        one, other = model.look(Description(title)), loaded.look(Description(title))
        assert [r.label for r in model.headings(one)][:3] == [r.label for r in loaded.headings(other)][:3]
        assert model.classes(one)[0][0] == loaded.classes(other)[0][0]


def test_the_vectors_of_labels_lie_beside_the_embedding_learnt_with_them(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = artefact.load(folder)
    shutil.copytree(embedding.SHIPPED, tmp_path / artefact.OWN_EMBEDDING)
    own.embedding = own.embed_labels(embedding.encoder())
    artefact.save(own, tmp_path, {"version": "t"})
    monkeypatch.setattr(Model, "embed_labels", None)  # nothing is encoded again
    loaded = artefact.load(tmp_path)
    assert own.embedding is not None and loaded.embedding is not None
    vector = own.embedding.embed([Description("天文學入門")])[0]
    for one, other in zip(own.embedding.likeness(vector), loaded.embedding.likeness(vector), strict=True):
        assert one.any() and np.allclose(one, other, atol=1e-3)
    # an encoder that the settings name may become another one: its vectors are made anew
    artefact.save(own, tmp_path, {"version": "t", "encoder": str(embedding.SHIPPED)})
    with np.load(tmp_path / "arrays.npz") as arrays:
        assert "embedding.headings" not in arrays.files


def test_nothing_of_adults_only_titles_is_kept(folder: Path, labelled_books: list[LabelledRecord]) -> None:
    hidden = {record.description.title for record in labelled_books if record.adults_only}
    loaded = artefact.load(folder)
    assert len(hidden) == 16 and not hidden & {shown.title for shown in loaded.shown}
    assert sum(not keys.authors for keys in loaded.keys) == 16


def test_an_accepted_record_speaks_at_once(folder: Path) -> None:
    recommender = Recommender.load(folder)
    asked = Description("量子纏結漫談", "費曼新", "物理書坊")
    assert recommender.recommend(asked).abstained
    recommender.learn(LabelledRecord("new", replace(asked, title="公司物理"), ("量子物理學",), "331.3"))
    found = recommender.recommend(asked)
    assert "331.3" in [one.number for one in found.classes] or "量子物理學" in [one.label for one in found.subjects]


def test_nearest_neighbours_with_a_new_column_equal_those_of_a_new_matrix() -> None:
    generator = np.random.default_rng(5)
    bags = [{f"t{i}": 1.0 for i in generator.integers(0, 30, 8)} for _ in range(20)]
    space = FeatureSpace.learn(bags)
    vectors = [space.vector(bag) for bag in bags]
    whole = FeatureRows.from_vectors(vectors, space.hashes.size)
    grown = FeatureRows.from_vectors(vectors[:-1], space.hashes.size).with_column(vectors[-1])
    assert np.allclose(whole.dot(vectors[3]), grown.dot(vectors[3]))


def test_report_counts_every_record_and_every_truth_label(model: Model) -> None:
    records = [
        LabelledRecord("1", Description("公司法講義"), ("公司法", "沒有人用過的詞"), "587.2"),
        LabelledRecord("2", Description("無標題詞的書"), (), ""),
    ]
    found = evaluation.report(records, evaluation.answer(model, records), model.cutoff)
    assert found["records"] == 2 and found["headings"]["records"] == found["classes"]["records"] == 1
    assert found["headings"]["R@5"]["mean"] == 0.5
    assert evaluation.unseen_labels(records, model) == (1, 2)


def test_safe_number_goes_back_to_the_digits_that_are_likely() -> None:
    assert safe_number("863.57", {1: 0.9, 2: 0.9, 3: 0.8, None: 0.7}) == "863.57"
    assert safe_number("863.57", {1: 0.9, 2: 0.9, 3: 0.8, None: 0.2}) == "863"
    assert safe_number("863.57", {1: 0.9, 2: 0.3, 3: 0.2, None: 0.1}) == "8"
    assert safe_number("863.57", {1: 0.3, 2: 0.3, 3: 0.2, None: 0.1}) is None


def test_a_model_is_taken_into_use_and_gone_back_from(model: Model, tmp_path: Path) -> None:
    assert store.in_use(tmp_path).name == "model"
    for version in ("v1", "v2"):
        artefact.save(model, store.models(tmp_path) / version, {"version": version})
        store.take(tmp_path, version)
    assert store.in_use(tmp_path).name == "v2"
    assert store.go_back(tmp_path).name == "v1"
    with pytest.raises(artefact.NoModel):
        store.take(tmp_path, "v9")
    store.go_back(tmp_path)
    with pytest.raises(store.NothingToGoBackTo):
        store.go_back(tmp_path)


def test_the_same_seed_gives_the_same_model(
    model: Model, labelled_books: list[LabelledRecord], small_scheme: Scheme
) -> None:
    again = training.learn(labelled_books, small_scheme)
    asked = Description("股票投資大全", "王二股")
    one, other = model.headings(model.look(asked)), again.headings(again.look(asked))
    assert [(r.label, r.probability) for r in one] == [(r.label, r.probability) for r in other]


def test_records_put_in_together_count_like_one_after_the_other(model: Model) -> None:
    one, many = (Catalogue(model.vocabulary.headings, model.vocabulary.nodes) for _ in range(2))
    for keys, assigned in zip(model.keys, model.assigned, strict=True):
        one.change(keys, assigned, 1)
    many.fill(model.keys, model.assigned)
    assert one.records == many.records == 160
    assert np.array_equal(one.heading_counts, many.heading_counts)
    assert np.array_equal(one.node_counts, many.node_counts)
    for place in range(len(model.vocabulary.headings)):
        assert one.nodes_of_heading.row(str(place)) == many.nodes_of_heading.row(str(place))
    for publisher in {keys.publisher for keys in model.keys}:
        assert one.by_publisher[1].row(publisher) == many.by_publisher[1].row(publisher)
        assert one.by_publisher[1].total(publisher) == many.by_publisher[1].total(publisher) > 0
