"""Chances mean what they say; the picture of it; nothing is said where nothing is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from lxml import etree

from shuyin.ai_subjects import artefact, measures
from shuyin.ai_subjects.calibration import Calibration, fit_curve
from shuyin.ai_subjects.description import Description, LabelledRecord
from shuyin.ai_subjects.diagram import reliability
from shuyin.ai_subjects.evaluation import Answers, reliability_diagram
from shuyin.ai_subjects.model import Model
from shuyin.ai_subjects.recommender import Recommender


def _boastful(count: int) -> tuple[list[float], list[float]]:
    """Chances said by one who is too sure of himself, and what was right."""
    generator = np.random.default_rng(11)
    true = generator.uniform(0.02, 0.98, count)
    right = (generator.uniform(size=count) < true).astype(float)
    logit = 1.8 * np.log(true / (1 - true)) + 0.9
    return (1 / (1 + np.exp(-logit))).tolist(), right.tolist()


def test_too_sure_chances_become_true_ones_on_records_that_the_curve_never_saw() -> None:
    said, right = _boastful(6000)
    before = measures.expected_calibration_error(said[3000:], right[3000:])
    curve = Calibration({1: fit_curve(said[:3000], right[:3000])})
    after = measures.expected_calibration_error([curve.applied({1: one})[1] for one in said[3000:]], right[3000:])
    assert before > 0.1 > 0.03 > after
    slope, shift = curve.curves[1]
    assert slope == pytest.approx(1 / 1.8, abs=0.08) and shift == pytest.approx(-0.5, abs=0.15)


def test_few_records_hardly_move_the_chances() -> None:
    slope, shift = fit_curve([0.9, 0.8], [0.0, 1.0])
    assert 0.5 < slope < 1.1 and -1 < shift < 0.1
    assert fit_curve([], []) == (1.0, 0.0)


def test_more_digits_are_never_likelier_and_the_file_keeps_the_curves() -> None:
    curves = Calibration({1: (1.0, -2.0), 2: (1.0, 0.0), 3: (1.0, 2.0)})
    found = curves.applied({1: 0.7, 2: 0.6, 3: 0.5, None: 0.4})
    assert found[1] >= found[2] >= found[3] >= found[None] > 0
    again = Calibration.from_json(curves.as_json())
    assert again.applied({None: 0.4, 3: 0.5}) == curves.applied({None: 0.4, 3: 0.5})
    assert Calibration().applied({1: 0.7, None: 0.3}) == {1: 0.7, None: 0.3}


def test_training_calibrates_and_the_model_keeps_it(small_model: Model, tmp_path: Path) -> None:
    assert set(small_model.calibration.curves) == {1, 2, 3, None}
    artefact.save(small_model, tmp_path, {"version": "t"})
    assert artefact.load(tmp_path).calibration.curves == small_model.calibration.curves


def test_the_picture_is_an_svg_with_a_dot_for_each_tenth() -> None:
    said, right = _boastful(500)
    picture = reliability("<a> & b", {"1 digit": (measures.calibration(said, right), 0.1234), "none": ([], 0.0)})
    root = etree.fromstring(picture.encode())
    assert len(root.findall(".//{*}circle")) == len(measures.calibration(said, right)) >= 8
    assert "ECE 0.123" in picture and "&lt;a&gt;" in picture
    record = LabelledRecord("1", Description("某"), (), "587.2")
    answers = Answers([[]], ["587.2"], [{1: 0.9, 2: 0.8, 3: 0.7, None: 0.6}])
    assert len(etree.fromstring(reliability_diagram([record], answers, "t").encode()).findall(".//{*}circle")) == 4


@pytest.mark.parametrize(
    "title", ["Xylqkzr", "Ընտրանի", "Ħaġar Qim", "ᎠᏂᏴᏫᏯ", "ꦧꦱꦗꦮ", "鬱鑫鱻龘靐", "😀😀", "1234567", "———"]
)
def test_nothing_is_said_where_nothing_is_known(title: str) -> None:
    found = Recommender.load().recommend(Description(title))
    assert found.abstained and not found.subjects and not found.classes
