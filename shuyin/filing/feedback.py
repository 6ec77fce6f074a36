"""意見信箱, 聯絡信箱 (A11, S1 一(二)4): a filing so small that it is a declaration and nothing else."""

from __future__ import annotations

from shuyin.filing.engine import kinds
from shuyin.filing.engine.conditions import ALWAYS, when
from shuyin.filing.engine.declaration import Actor, Choice, Field, Filing, Section, State, Step, Transition, mark

ACCESS = when("topic", "access")

FEEDBACK = Filing(
    kind="feedback",
    title=mark("意見信箱"),
    reference="F",
    steps=(
        Step(
            "message",
            mark("填寫意見"),
            "S0 l.810, 816–818",
            sections=(
                Section(
                    "",
                    (
                        Field("name", mark("姓名"), "S1 l.25", required=ALWAYS, max_length=60, personal=True,
                              autocomplete="name"),
                        Field("email", mark("電子信箱"), "S1 l.27", kinds.EMAIL, required=ALWAYS, personal=True,
                              example="xxx@xxx.com.tw", autocomplete="email", help=mark("我們會以電子郵件回覆您。")),
                        Field(
                            "topic",
                            mark("主題"),
                            "S0 l.816",
                            kinds.CHOICE,
                            required=ALWAYS,
                            choices=(
                                Choice("question", mark("一般問題")),
                                Choice("suggestion", mark("意見或建議")),
                                Choice("error", mark("資料有誤")),
                                Choice("access", mark("開通 ISBN/CIP 線上申請權限")),
                            ),
                        ),
                        Field("organisation", mark("出版機構全稱"), "S1 l.23", required=ACCESS, shown=ACCESS,
                              max_length=200, autocomplete="organization"),
                        Field("address", mark("出版機構地址"), "S1 l.24", required=ACCESS, shown=ACCESS,
                              max_length=200, autocomplete="street-address"),
                        Field("phone", mark("帳號管理人聯繫電話"), "S1 l.26", kinds.PHONE, required=ACCESS,
                              shown=ACCESS, personal=True, example="(02)12345678", autocomplete="tel"),
                        Field("text", mark("內容"), "S0 l.816", kinds.LINES, required=ALWAYS, min_length=5,
                              max_length=4000),
                    ),
                ),
            ),
        ),
        Step("send", mark("確認並送出"), "S0 l.818"),
    ),
    states=(
        State("draft", mark("填寫中"), editable=True),
        State("sent", mark("待回覆"), due_days=3),
        State("answered", mark("已回覆"), final=True),
    ),
    transitions=(
        Transition("send", mark("確定送出"), ("draft",), "sent", Actor.FILER, letter="filing-received"),
        Transition("answer", mark("回覆"), ("sent",), "answered", Actor.STAFF, "feedback.review", needs_message=True,
                   letter="filing-message"),
    ),
    closing=mark("感謝您的來信，我們將竭誠為您服務，並以電子郵件回覆。"),
    email_field="email",
    minutes=None,
    public=True,
    review_permission="feedback.review",
    retention_days=180,
)  # fmt: skip
