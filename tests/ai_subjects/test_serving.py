"""Serving needs neither PyTorch nor scikit-learn; what ships is small, dated and answers with reasons."""

from __future__ import annotations

import subprocess
import sys

from shuyin.ai_subjects import recommender
from shuyin.ai_subjects.description import Description


def test_the_shipped_model_answers_without_the_extra() -> None:
    code = (
        "import sys\n"
        "from shuyin.ai_subjects.recommender import Recommender\n"
        "from shuyin.ai_subjects.description import Description\n"
        "found = Recommender.load().recommend(Description('最強行政學測驗題庫', publisher='志光'))\n"
        "assert found.subjects and found.classes\n"
        "print([name for name in ('torch', 'sklearn', 'scipy', 'sentence_transformers') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_shipped_model_is_small_and_dated() -> None:
    size = sum(path.stat().st_size for path in recommender.SHIPPED.rglob("*") if path.is_file())
    assert 100_000 < size < 16_000_000
    assert (recommender.SHIPPED / "README.md").is_file()
    found = recommender.Recommender.load()
    assert found.version.startswith("shipped-") and found.about["measures"]["headings"]["nDCG@10"]["mean"] > 0.5


def test_a_shipped_answer_gives_reasons_that_can_be_checked() -> None:
    found = recommender.Recommender.load().recommend(Description("現代公司法入門", publisher="新學林"))
    first = found.subjects[0]
    assert first.label == "公司法"
    assert [(why.text, why.field) for why in first.why if why.kind == "words"] == [("公司法", "title")]
