"""確認出版作業 (C7): a publication reported as published, with what is to be changed (S0 l.1753–1815; S1 l.65–69).

Kind `publication`. What names the book (title, authors, volume, rating, binding, series) goes to review first
(資料確認中); price, pages, size, month, keywords, summary and contents are taken over at once.
"""

from __future__ import annotations

from dataclasses import replace

from shuyin.filing.engine import kinds as basic
from shuyin.filing.engine.conditions import ALWAYS, NotOf, when
from shuyin.filing.engine.declaration import Actor, Choice, Field, Filing, Section, State, Step, Transition, mark
from shuyin.filing.isbn import kinds, states, values
from shuyin.filing.isbn.publication import apply_changes, may_be_confirmed
from shuyin.filing.isbn.publisher_fields import prefilled
from shuyin.filing.isbn.steps import CONTENT

#: What may be ticked for change, in S0's order.
CHANGES = (
    Choice("authors", mark("作者")),
    Choice("title", mark("書名")),
    Choice("volume_title", mark("書名（各冊）")),
    Choice("rating", mark("分級註記")),
    Choice("keywords", mark("建議關鍵詞")),
    Choice("intro", mark("本書簡介")),
    Choice("contents", mark("目次")),
    Choice("published", mark("出版年月")),
    Choice("binding", mark("裝訂方式")),
    Choice("price", mark("價格")),
    Choice("pages", mark("頁數")),
    Choice("series", mark("叢書名稱書號")),
    Choice("size", mark("規格（長×寬）")),
)
#: A change of these is looked at by staff before it is public.
REVIEWED = when("changes", "authors", "title", "volume_title", "rating", "binding", "series")


_CONTENT = {item.name: item for item in CONTENT.items if isinstance(item, Field)}
_AUTHORS, _TITLE, _VOLUME = when("changes", "authors"), when("changes", "title"), when("changes", "volume_title")
_RATING, _KEYWORDS, _INTRO = when("changes", "rating"), when("changes", "keywords"), when("changes", "intro")
_CONTENTS, _MONTH, _BINDING = when("changes", "contents"), when("changes", "published"), when("changes", "binding")
_PRICE, _PAGES, _SERIES = when("changes", "price"), when("changes", "pages"), when("changes", "series")
_SIZE = when("changes", "size")

REPORT = Step(
    "report",
    mark("回報出版資訊"),
    "S0 l.1788",
    notice=(
        mark("書名、作者等書目資訊若需修正，請先勾選要修改的欄位，即可修改該欄位資料。"),
        mark("若資料都正確，不必勾選，直接進行下一個步驟並確認出版。"),
    ),
    sections=(
        Section(
            "",
            (
                Field("isbn", mark("ISBN"), "S0 l.1794", kinds.ISBN, required=ALWAYS, example="9789576785498"),
                Field("filler_email", mark("聯絡電子郵件"), "S0 l.1798", basic.EMAIL, required=ALWAYS, personal=True,
                      autocomplete="email"),
                Field("changes", mark("要修改的欄位"), "S0 l.1790", basic.CHOICE, choices=CHANGES, multiple=True),
            ),
            tool="publication",
        ),
        Section(
            mark("修改內容"),
            (
                Field("authors", mark("作者"), "S0 l.1798", required=_AUTHORS, shown=_AUTHORS, max_length=500),
                Field("title", mark("書名"), "S0 l.1800", required=_TITLE, shown=_TITLE, max_length=500),
                Field("volume_title", mark("書名（各冊）"), "S0 l.1800", required=_VOLUME, shown=_VOLUME,
                      max_length=500),
                Field("rating", mark("分級註記"), "S0 l.1802", basic.CHOICE, required=_RATING, shown=_RATING,
                      choices=values.RATINGS),
                replace(_CONTENT["keywords"], source="S0 l.1802", shown=_KEYWORDS),
                replace(_CONTENT["intro"], source="S0 l.1804", required=_INTRO, shown=_INTRO),
                replace(_CONTENT["contents"], source="S0 l.1806", required=_CONTENTS, shown=_CONTENTS),
                Field("published", mark("出版年月"), "S0 l.1808; S1 l.67", kinds.MONTH, required=_MONTH, shown=_MONTH,
                      example="民國115年04月", help=mark("可延後出版年月。")),
                Field("binding", mark("裝訂方式"), "S0 l.1808", required=_BINDING, shown=_BINDING, max_length=60,
                      example="平裝"),
                Field("price", mark("價格"), "S0 l.1810; S1 l.67", kinds.PRICE, shown=_PRICE, example="400"),
                Field("pages", mark("頁數"), "S0 l.1810; S1 l.67", kinds.PAGES, shown=_PAGES, example="166"),
                Field("series", mark("叢書名稱書號"), "S0 l.1812", shown=_SERIES, max_length=300,
                      help=mark("叢書名稱與其中的編號，以「;」分隔。")),
                Field("height", mark("規格：長（公分）"), "S0 l.1814–1815", kinds.CENTIMETRES, shown=_SIZE,
                      help=mark("長度指該書的高度。")),
                Field("width", mark("規格：寬（公分）"), "S0 l.1814–1815", kinds.CENTIMETRES, shown=_SIZE,
                      help=mark("寬度指每頁展開的距離。")),
            ),
        ),
    ),
)  # fmt: skip

CONFIRMATION = Filing(
    kind="publication",
    title=mark("確認出版作業"),
    reference="C",
    steps=(REPORT, Step("send", mark("確認出版"), "S1 l.65–69")),
    states=(
        State("draft", mark("填寫中"), editable=True),
        State("review", mark("資料確認中"), due_days=states.ISBN_DAYS),
        State("returned", mark("退回補正"), editable=True, due_days=states.CORRECTION_DAYS),
        State("confirmed", mark("已確認出版"), final=True),
        State("withdrawn", mark("已撤回"), final=True),
    ),
    transitions=(
        Transition("confirm", mark("確認出版"), ("draft", "returned"), "confirmed", Actor.FILER,
                   when=NotOf(REVIEWED)),
        Transition("send", mark("修改儲存並送出確認"), ("draft", "returned"), "review", Actor.FILER,
                   letter="filing-received", when=REVIEWED),
        Transition("withdraw", mark("撤回"), ("draft", "review", "returned"), "withdrawn", Actor.FILER, gives_up=True),
        Transition("return", mark("退回補正"), ("review",), "returned", Actor.STAFF, states.PERMISSION,
                   needs_message=True, letter="filing-returned"),
        Transition("approve", mark("核准修改"), ("review",), "confirmed", Actor.STAFF, states.PERMISSION,
                   letter="filing-message"),
    ),
    closing=mark("已收到您的出版回報，書目資訊的修改將由館員確認。"),
    email_field="filler_email",
    minutes=None,
    permission="filing.file",
    review_permission=states.PERMISSION,
    retention_days=3650,
    prefill=prefilled,
    effects={"confirm": apply_changes, "send": may_be_confirmed, "approve": apply_changes},
)  # fmt: skip
