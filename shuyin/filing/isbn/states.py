"""States and transitions of applications for ISBN and CIP (S0 l.1599–1606, 1635–1640; S1 l.61–63)."""

from __future__ import annotations

from shuyin.filing.engine.declaration import Actor, CheckItem, State, Transition, mark

#: Working days: 規定作業時間 (S1 l.53, 59) is not printed; staff change it here.
ISBN_DAYS, CIP_DAYS, CORRECTION_DAYS = 3, 5, 10
PERMISSION = "isbn.review"

STATES = (
    State("draft", mark("填寫中"), editable=True),
    State("submitted", mark("整件中"), due_days=ISBN_DAYS),
    State("returned", mark("退件"), editable=True, due_days=CORRECTION_DAYS),
    State("resubmitted", mark("補正後整件中"), due_days=ISBN_DAYS),
    State("processing", mark("處理中"), due_days=ISBN_DAYS),
    State("assigned", mark("ISBN 已編配"), due_days=CIP_DAYS),
    State("cataloguing", mark("CIP 編目中"), due_days=CIP_DAYS),
    State("released", mark("已完成")),
    State("confirmed", mark("已確認出版"), final=True),
    State("withdrawn", mark("已撤回"), final=True),
    State("refused", mark("不予受理"), final=True),
)
IN_HANDS = ("submitted", "resubmitted", "processing")


def _staff(
    name: str,
    label: str,
    sources: tuple[str, ...],
    target: str,
    letter: str = "",
    *,
    says: bool = False,
    checks: bool = False,
) -> Transition:
    return Transition(
        name, label, sources, target, Actor.STAFF, PERMISSION, letter=letter, needs_message=says, needs_checklist=checks
    )


FILER_TRANSITIONS = (
    Transition("send", mark("確定送出"), ("draft",), "submitted", Actor.FILER, letter="filing-received"),
    Transition("resend", mark("補正後送出"), ("returned",), "resubmitted", Actor.FILER, letter="filing-received"),
    Transition("withdraw", mark("撤回申請"), ("draft", "submitted", "returned", "resubmitted"), "withdrawn",
               Actor.FILER, gives_up=True),
)  # fmt: skip
REVIEW = (
    _staff("open", mark("開始處理"), ("submitted", "resubmitted"), "processing"),
    _staff("return", mark("退件"), (*IN_HANDS, "assigned"), "returned", "filing-returned", says=True),
    _staff("refuse", mark("不予受理"), IN_HANDS, "refused", "filing-rejected", says=True),
)
ASSIGN = _staff("assign", mark("編配 ISBN"), IN_HANDS, "assigned", "filing-message", checks=True)
CATALOGUE = _staff("catalogue", mark("開始編目"), ("assigned",), "cataloguing")
RELEASE = _staff("release", mark("完成並公開書目"), ("assigned", "cataloguing"), "released", "filing-message")
CONFIRM = Transition("confirm", mark("確認出版"), ("released",), "confirmed", Actor.SYSTEM)

CHECKLIST = (
    CheckItem("complete", mark("書名頁與版權頁齊全，內容與申請資料相符"), "S0 l.1524–1530"),
    CheckItem("publisher", mark("申請者是版權頁（畫面）上排列第一的出版者"), "S2 l.14, 44–46"),
    CheckItem("numbers", mark("不同形式、裝訂、語文、版本、檔案格式各編一個號碼"), "S2 l.26–34"),
    CheckItem("scope", mark("屬於 ISBN 編配範圍"), "S2 l.16–22; S0 l.1264"),
)
