"""The static embedding: what ships, how it is read without and with PyTorch, what SHUYIN_MODEL may name, training."""

from __future__ import annotations

import hashlib
import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from shuyin.ai_subjects import embedding, embedding_training
from shuyin.ai_subjects.description import Description, LabelledRecord
from shuyin.ai_subjects.scheme import Scheme, SchemeClass, SchemeHeading, starter_scheme
from shuyin.search_engine.declaration import BOOKS, SHIPPED_SPACE
from tests.postgres import skip_loudly

TEXTS = ["臺灣原住民族法律史", "公司法", "麵包與甜點的科學", "English title 2025", "今天的天氣 " * 300]


@pytest.fixture
def pytorch() -> None:
    """The extra `models`: training, and models other than the static kind."""
    if find_spec("sentence_transformers") is None:
        skip_loudly("the extra `models` is not installed (PyTorch, sentence-transformers)")


def test_a_text_is_spelt_in_one_script_as_characters_and_pairs() -> None:
    assert embedding.spell("臺灣文學") == embedding.spell("台湾文学") == "台 湾 文 学 台湾 湾文 文学"
    assert embedding.spell("Python 3 入門") == "python 3 入 门 入门"
    assert embedding.spell("！？") == ""


def test_the_shipped_folder_is_small_whole_and_says_what_it_is() -> None:
    folder = embedding.SHIPPED
    card = embedding.about(folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert 1_000_000 < sum(path.stat().st_size for path in files) <= 16_000_000
    assert len(card["sha256"]) >= 3
    for name, expected in card["sha256"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected, name
    assert card["dimensions"] == embedding_training.DIMENSIONS and card["seed"] == 0
    assert "embedding/" in (folder.parent / "README.md").read_text(encoding="utf-8")
    # an index of vectors from another embedding must not be searched with this one
    assert card["sha256"]["model.safetensors"].startswith(SHIPPED_SPACE) and len(SHIPPED_SPACE) == 12
    assert card["dimensions"] == BOOKS.vector_dimensions


def test_the_shipped_embedding_knows_what_belongs_together() -> None:
    """Texts that share no character with the label meant."""
    labels = ["點心食譜", "中醫", "股票投資", "旅遊", "天文學", "臺灣史"]
    vectors = embedding.encoder().encode(labels)
    assert vectors.dtype == np.float32 and vectors.shape == (6, embedding_training.DIMENSIONS)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    asked = {
        "烘焙蛋糕麵包": "點心食譜",
        "當沖存股": "股票投資",
        "京都自由行": "旅遊",
        "針灸腧穴": "中醫",
        "日治時期": "臺灣史",
    }
    asked["astronomy"] = "天文學"
    for text, label in asked.items():
        likeness = vectors @ embedding.encoder().encode([text])[0]
        assert labels[int(np.argmax(likeness))] == label, text


def test_simplified_and_traditional_are_one_and_nothing_known_gives_zeros() -> None:
    one, other, nothing, empty = embedding.encoder().encode(["臺灣經濟史", "台湾经济史", "꙰ ꙱", ""])
    assert np.array_equal(one, other) and one.any()
    assert not nothing.any() and not empty.any()


def test_many_texts_at_once_give_what_each_gives_alone() -> None:
    together = embedding.encoder().encode(TEXTS)
    alone = np.concatenate([embedding.encoder().encode([text]) for text in TEXTS])
    assert np.allclose(together, alone, atol=1e-6)


def test_vectors_are_cut_or_filled_to_the_dimensions_of_an_index() -> None:
    given = embedding.encoder().encode(TEXTS)
    cut = embedding.fitted(given, 64)
    assert cut.shape == (5, 64) and np.allclose(np.linalg.norm(cut, axis=1), 1, atol=1e-5)
    filled = embedding.fitted(given, 200)
    assert filled.shape == (5, 200) and np.allclose(filled @ filled.T, given @ given.T, atol=1e-3)
    assert not embedding.fitted(np.zeros((1, 8), np.float32), 4).any()


@pytest.mark.usefixtures("pytorch")
def test_the_shipped_folder_reads_alike_with_sentence_transformers() -> None:
    light = embedding.StaticEncoder(embedding.SHIPPED).encode(TEXTS)
    heavy = embedding.SentenceEncoder(str(embedding.SHIPPED)).encode(TEXTS)
    assert light.shape == heavy.shape == (len(TEXTS), embedding_training.DIMENSIONS)
    assert np.min((light * heavy).sum(axis=1)) >= 0.999


@pytest.mark.usefixtures("pytorch")
def test_a_model_trained_here_reads_alike_and_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    pairs = embedding_training.pairs([], Scheme((), starter_scheme().classes[:300]))
    for name in ("one", "other"):
        embedding_training.train(pairs, tmp_path / name, epochs=1)
    light = embedding.StaticEncoder(tmp_path / "one").encode(TEXTS[:3])
    heavy = embedding.SentenceEncoder(str(tmp_path / "one")).encode(TEXTS[:3])
    assert np.min((light * heavy).sum(axis=1)) >= 0.999
    one, other = (embedding.about(tmp_path / name)["sha256"] for name in ("one", "other"))
    assert one == other and "model.safetensors" in " ".join(one)


def test_a_model_by_name_needs_the_extra_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    with pytest.raises(embedding.MissingExtra, match=r"SHUYIN_MODEL=some/model needs .*shuyin\[models\]"):
        embedding.encoder("some/model")


def test_a_folder_of_the_static_kind_needs_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    found = embedding.encoder(str(embedding.SHIPPED))
    assert isinstance(found, embedding.StaticEncoder)
    assert np.array_equal(found.encode(["公司法"]), embedding.encoder().encode(["公司法"]))


def test_pairs_come_from_every_kind_of_knowledge_and_from_nothing_hidden() -> None:
    def record(title: str, **more: bool) -> LabelledRecord:
        return LabelledRecord(title, Description(title, "王小明"), ("烘焙",), "427.16", **more)

    records = [record("麵包時光：從零開始"), record("深夜限制", adults_only=True), record("未公開書", public=False)]
    scheme = Scheme(
        (SchemeHeading("股票投資", ("炒股",)),),
        (SchemeClass("427.16", ("點心食譜", "點心")), SchemeClass("427", ("家政",))),
    )
    found = embedding_training.pairs(records, scheme, [("心經", "般若部類")])
    spelt = [
        ("麵包時光：從零開始", "烘焙"),
        ("麵包時光：從零開始 王小明", "點心食譜"),
        ("烘焙", "點心食譜"),
        ("麵包時光", "從零開始"),
        ("點心", "點心食譜"),
        ("點心食譜", "家政"),
        ("股票投資", "炒股"),
        ("心經", "般若部類"),
    ]
    for one, other in spelt:
        assert (embedding.spell(one), embedding.spell(other)) in found, (one, other)
    words = {word for pair in found for text in pair for word in text.split()}
    assert not words & {"夜限", "未公"}


def test_words_without_a_vector_are_kept_out_of_training() -> None:
    words = embedding_training.vocabulary(["甲 乙", "甲 丙", "甲 乙 丁"], 2)
    assert words == ["甲", "乙"]
    assert embedding_training.known_only([("甲 丙", "乙 丁"), ("丙", "甲")], words) == [("甲", "乙")]
    made = json.loads(embedding_training.tokenizer(words).to_str())
    assert made["model"]["vocab"] == {"[UNK]": 0, "甲": 1, "乙": 2}
