"""The states and transitions that most filings share: draft, sent, returned, decided."""

from __future__ import annotations

from shuyin.filing.engine.declaration import Actor, State, Transition, mark


def review_states(*, review_days: int, correction_days: int) -> tuple[State, ...]:
    """Draft → sent → in review → returned or decided; days are working days."""
    return (
        State("draft", mark("填寫中"), editable=True),
        State("sent", mark("待審核"), due_days=review_days),
        State("review", mark("審核中"), due_days=review_days),
        State("returned", mark("退回補正"), editable=True, due_days=correction_days),
        State("approved", mark("已核准"), final=True),
        State("rejected", mark("不予受理"), final=True),
        State("withdrawn", mark("已撤回"), final=True),
    )


def review_transitions(permission: str, *, approval_letter: str) -> tuple[Transition, ...]:
    """Who moves a filing between `review_states`, with which letters."""
    return (
        Transition("send", mark("確定送出"), ("draft",), "sent", Actor.FILER, letter="filing-received"),
        Transition("resend", mark("補正後送出"), ("returned",), "sent", Actor.FILER, letter="filing-received"),
        Transition(
            "withdraw", mark("撤回申請"), ("draft", "sent", "returned"), "withdrawn", Actor.FILER, gives_up=True
        ),
        Transition("open", mark("開始審核"), ("sent",), "review", Actor.STAFF, permission),
        Transition(
            "return",
            mark("退回補正"),
            ("sent", "review"),
            "returned",
            Actor.STAFF,
            permission,
            needs_message=True,
            letter="filing-returned",
        ),
        Transition(
            "approve",
            mark("核准"),
            ("sent", "review"),
            "approved",
            Actor.STAFF,
            permission,
            needs_checklist=True,
            letter=approval_letter,
        ),
        Transition(
            "reject",
            mark("不予受理"),
            ("sent", "review"),
            "rejected",
            Actor.STAFF,
            permission,
            needs_message=True,
            letter="filing-rejected",
        ),
    )
