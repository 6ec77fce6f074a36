"""The measures, against values worked out by hand and by their definitions."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shuyin.ai_subjects import measures


def test_f1_at_five_divides_by_five_even_for_a_short_list() -> None:
    assert measures.precision_at(["a"], ["a"], 5) == 0.2
    assert measures.f1_at(["a"], ["a"]) == pytest.approx(1 / 3)
    assert measures.f1_at(["a", "b"], ["b", "x", "a"]) == pytest.approx(2 * 0.4 * 1 / 1.4)


def test_ndcg_counts_truth_labels_that_no_list_holds_as_misses() -> None:
    assert measures.ndcg_at(["a", "unseen"], ["a"]) == pytest.approx(1 / (1 + 1 / math.log2(3)))
    assert measures.ndcg_at(["a"], ["x", "a"]) == pytest.approx(1 / math.log2(3))
    assert measures.ndcg_at(["a"], []) == 0


@given(st.lists(st.sampled_from("abcdef"), min_size=1, unique=True), st.lists(st.sampled_from("abcdefgh"), unique=True))
def test_all_measures_stay_between_nothing_and_perfect(truth: list[str], ranked: list[str]) -> None:
    for measure in (measures.ndcg_at, measures.f1_at, measures.recall_at, measures.f1_of_set, measures.jaccard):
        assert 0 <= measure(truth, ranked) <= 1
    assert measures.ndcg_at(truth, truth) == pytest.approx(1)


def test_class_hits_by_digits_and_hierarchical_f1() -> None:
    assert [measures.class_hit("863.57", "863.4", n) for n in (1, 2, 3, None)] == [1, 1, 1, 0]
    assert measures.class_hit("863.57", "", 1) == 0
    assert measures.hierarchical_f1("863.57", "863.4") == pytest.approx(2 * 3 / (5 + 4))
    assert measures.hierarchical_f1("100", "200") == 0


def test_records_without_suggestions_and_without_class_are_counted_as_they_should() -> None:
    columns = measures.class_scores(["863.57", "", "947.41"], [None, "100", "947.41"])
    assert columns["full"].tolist() == [0, 1]
    headings = measures.heading_scores([("a",), (), ("b",)], [[], [("x", 1.0)], [("b", 0.9)]], measures.Cutoff(0.5, 5))
    assert headings["nDCG@10"].tolist() == [0, 1]
    assert headings["F1"].tolist() == [0, 1]


def test_cutoff_is_tuned_to_the_best_f1() -> None:
    rankings = [[("a", 0.9), ("b", 0.2)], [("c", 0.8), ("d", 0.1)]]
    cutoff = measures.tune_cutoff([("a",), ("c",)], rankings)
    assert [cutoff.choose(ranking) for ranking in rankings] == [["a"], ["c"]]


def test_bootstrap_interval_holds_the_mean_and_narrows_with_more_records() -> None:
    generator = np.random.default_rng(1)
    few, many = generator.normal(0.3, 1, 50), generator.normal(0.3, 1, 5000)
    low, high = measures.bootstrap_interval(many)
    assert low < many.mean() < high
    assert high - low < measures.bootstrap_interval(few)[1] - measures.bootstrap_interval(few)[0]


def test_calibration_error_of_honest_and_of_boasting_confidences() -> None:
    assert measures.expected_calibration_error([0.25] * 4, [1, 0, 0, 0]) == 0
    assert measures.expected_calibration_error([1.0] * 4, [1, 0, 0, 0]) == pytest.approx(0.75)
