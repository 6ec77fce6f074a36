"""Words for coded values: forms of publication, deposit states, languages, collections, fields, facets."""

from __future__ import annotations

from shuyin.records.book import CATALOGUER, DepositState, Format
from shuyin.search_api.messages import N_
from shuyin.web.i18n import gettext, language_name

FORMATS = {
    Format.PRINT.value: N_("紙本書"),
    Format.EBOOK.value: N_("電子書"),
    Format.AUDIO.value: N_("有聲書"),
    Format.OTHER.value: N_("其他"),
}
DEPOSIT_STATES = {
    DepositState.UNKNOWN.value: N_("送存狀態不詳"),
    DepositState.PENDING.value: N_("未送存"),
    DepositState.PROCESSING.value: N_("處理中"),
    DepositState.DEPOSITED.value: N_("已送存"),
}
COLLECTIONS = {
    "books": N_("新書書目"),
    "cbeta": N_("漢文佛典（CBETA）"),
}
CLASS_SCHEMES = {
    "ncsclt": N_("中文圖書分類法"),
    "ddc": N_("杜威十進分類法"),
    "lcc": N_("美國國會圖書館分類法"),
}
SUBJECT_SCHEMES = {
    "lcstt": N_("中文主題詞表"),
    "lcsh": N_("美國國會圖書館標題表"),
}
#: Main classes of 中文圖書分類法 (2007), by first digit.
MAIN_CLASSES = {
    "0": N_("總類"),
    "1": N_("哲學"),
    "2": N_("宗教"),
    "3": N_("科學"),
    "4": N_("應用科學"),
    "5": N_("社會科學"),
    "6": N_("中國史地"),
    "7": N_("世界史地"),
    "8": N_("語言文學"),
    "9": N_("藝術"),
}
ANY_FIELD = N_("任何欄位")
#: How rows of the advanced search join.
OPERATORS = {
    "and": N_("而且"),
    "or": N_("或者"),
    "not": N_("不含"),
}
#: Of the first row.
FIRST_OPERATORS = {
    "and": N_("符合"),
    "not": N_("不含"),
}
#: Labels of the URL parameters of field search.
PARAMETERS = {
    "title": N_("書名"),
    "author": N_("作者"),
    "publisher": N_("出版者"),
    "isbn": N_("ISBN"),
    "subject": N_("主題"),
    "class": N_("分類號"),
    "series": N_("叢書"),
    "keyword": N_("關鍵字"),
}
#: Ways to write a query (search_engine.parsing), each with what it means.
SYNTAX = (
    ("紅樓夢 曹雪芹", N_("兩個詞都要出現，可以在不同欄位")),
    ("「資料科學」", N_("引號裡的字要連在一起，順序不變")),
    ("資料 -科學", N_("減號或 NOT：不含這個詞")),
    ("資料 OR 科學", N_("OR 或「|」：有其中一個就可以")),
    ("(貓 OR 狗) 繪本", N_("括號把幾個詞合成一組")),
    ("author:曹雪芹", N_("只查一個欄位")),
    ("978-957-678-771-3", N_("ISBN，10 碼或 13 碼，有無連字號都可以")),
    ("lishi", N_("拼音或注音（ㄌㄧˋㄕˇ）也可以查到「歷史」")),
)
#: Values that the sources print (monthly CSV of 國家圖書館; S0, 申請ISBN/CIP); other values are shown as they are.
PRINTED_VALUES = (
    N_("成人(一般)"),
    N_("成人(學術)"),
    N_("青少年"),
    N_("兒童"),
    N_("學齡前"),
    N_("學齡兒童"),
    N_("學前幼兒"),
    N_("樂齡"),
    N_("普遍級"),
    N_("普通級"),
    N_("保護級"),
    N_("輔導級"),
    N_("限制級"),
    N_("總類"),
    N_("哲學"),
    N_("宗教"),
    N_("自然科學"),
    N_("應用科學"),
    N_("社會科學"),
    N_("史地/傳記"),
    N_("語言/文學"),
    N_("兒童文學"),
    N_("藝術"),
    N_("休閒旅遊"),
    N_("漫畫"),
    N_("心理勵志"),
    N_("教科書"),
    N_("考試用書"),
    N_("語言模型（未經館員審核）"),  # who assigned a heading of the sample catalogue
)
#: Kinds of suggestion.
SUGGESTION_KINDS = {
    "title": N_("書名"),
    "author": N_("作者"),
    "publisher": N_("出版者"),
    "series": N_("叢書"),
    "subject": N_("主題"),
    "class": N_("分類號"),
    "isbn": N_("ISBN"),
}
_FACETS = {
    "format": FORMATS,
    "state": DEPOSIT_STATES,
    "collection": COLLECTIONS,
}


def facet_value(facet: str, value: str) -> str:
    """A facet's value for people, in the current language."""
    if facet == "language":
        return language_name(value)
    if facet == "class":
        caption = gettext(MAIN_CLASSES[value]) if value in MAIN_CLASSES else ""
        return f"{value} {caption}".strip()
    if facet in ("audience", "rating", "category"):
        return gettext(value)
    return gettext(_FACETS.get(facet, {}).get(value, "")) or value


def is_machine(assigned_by: str) -> bool:
    """Was this heading or class number assigned by a machine?"""
    return assigned_by != CATALOGUER
