"""Plans keep within what engines allow, whatever is typed."""

from __future__ import annotations

import pytest

from shuyin.search_engine.declaration import BOOKS
from shuyin.search_engine.parsing import parse
from shuyin.search_engine.plan import Best, Bool, Boost, Constant, Plan
from shuyin.search_engine.relevance import Compiler

#: OpenSearch refuses a query of more than 1,024 clauses; filters and facets need some.
MOST_CLAUSES = 900

QUERIES = [
    "紅樓夢",
    "一二三四五六七八九十甲乙丙丁戊己",
    "一二三四五六七八九十甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黃宇宙洪荒日月盈昃辰宿列張寒來暑往",
    " ".join("天地玄黃宇宙洪荒日月盈昃辰宿列張"),
    "In Focus 英語閱讀 3 : 活用五大關鍵技巧 (第2版 / 附寂天雲隨身聽APP) | 英語 OR 閱讀 OR 技巧",
    " OR ".join(f"第{i}個很長很長的查詢詞" for i in range(60)),
    " -".join(f"第{i}個很長很長的查詢詞" for i in range(60)),
    " ".join(f'"phrase number {i} of many"' for i in range(40)),
    " ".join(f"word{i}" for i in range(200)),
    "title:天地玄黃宇宙洪荒 author:日月盈昃辰宿列張 publisher:寒來暑往秋收冬藏 subject:閏餘成歲律呂調陽",
    "天地 abc 玄黃 def 宇宙 ghi 洪荒 jkl 日月 mno 盈昃 pqr 辰宿 stu 列張 vwx",
]


def leaves(plan: Plan) -> int:
    """Terms and phrases of a plan, as Lucene counts clauses."""
    match plan:
        case Bool():
            return sum(map(leaves, (*plan.must, *plan.should, *plan.must_not)))
        case Best():
            return sum(map(leaves, plan.plans))
        case Constant() | Boost():
            return leaves(plan.plan)
        case _:
            return 1


@pytest.mark.parametrize("text", QUERIES, ids=lambda text: text[:12])
def test_a_plan_has_no_more_clauses_than_engines_allow(text: str) -> None:
    scored = Compiler(BOOKS).scored(parse(text, BOOKS).query)
    assert 1 < leaves(scored) <= MOST_CLAUSES
