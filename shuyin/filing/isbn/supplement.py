"""已取得ISBN，補申請CIP (C5): for a printed book that has its ISBN and no CIP yet (S1 §二(二), l.55–59; S0 l.1113)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy.orm import Session

from shuyin.filing.engine import kinds as basic
from shuyin.filing.engine.conditions import ALWAYS
from shuyin.filing.engine.declaration import Choice, Field, Filing, Section, Step, Transition, Upload, mark
from shuyin.filing.engine.drafts import answers_of
from shuyin.filing.engine.flow import Refused
from shuyin.filing.isbn import effects, holdings, kinds, states
from shuyin.filing.isbn.publisher_fields import FILLER, prefilled
from shuyin.filing.isbn.steps import COMMON, CONTENT, LIMITS, PAGES, SUBJECTS
from shuyin.filing.models import FilingRow
from shuyin.filing.office import By, Office
from shuyin.records.book import Format

NOT_YOURS = mark("ISBN {isbn} 不在貴單位的書目中。請確認號碼；若號碼剛編配、書目尚未公開，請於公開後再補申請。")
NOT_PRINTED = mark("ISBN {isbn} 不是紙本書。有聲書、電子書無需申請 CIP。")
HAS_CIP = mark("ISBN {isbn} 的書已經有 CIP（{number}），不需再申請。")

_COMMON = {item.name: item for section in COMMON.sections for item in section.items if isinstance(item, Field)}


def eligible(session: Session, office: Office, row: FilingRow, by: By) -> Mapping[str, Any]:
    """Refuses a number that is not the house's, not of a printed book, or whose book has its CIP (S1 l.57)."""
    number = str(answers_of(office, row).get("isbn") or "")
    found = next((book for _, book in holdings.records(session, row.organisation_id, number=number)), None)
    if found is None:
        raise Refused(NOT_YOURS, isbn=number)
    if all(binding.format is not Format.PRINT for binding in found.bindings if binding.isbn == number):
        raise Refused(NOT_PRINTED, isbn=number)
    if found.cip_number:
        raise Refused(HAS_CIP, isbn=number, number=found.cip_number)
    return {}


def _prefilled(session: Session, office: Office, by: By) -> dict[str, Any]:
    return {**prefilled(session, office, by), "cip": "yes"}


BOOK = Step(
    "book",
    mark("填寫出版品資料"),
    "S1 l.57–58",
    notice=(
        mark("若出版品已取得 ISBN，然而當初提出申請時未申請 CIP，如今要出版其他刷次或該出版品尚未出版，可補申請 CIP。"),
        mark("有聲書、電子書無需申請 CIP。"),
    ),
    sections=(
        Section(
            "",
            (
                Field("isbn", mark("已取得的 ISBN"), "S1 l.57", kinds.ISBN, required=ALWAYS, example="9789576787713"),
                Field("reason", mark("補申請原因"), "S1 l.57", basic.CHOICE, required=ALWAYS,
                      choices=(Choice("reprint", mark("要出版其他刷次")), Choice("unpublished", mark("尚未出版")))),
                _COMMON["title"],
                _COMMON["authors"],
            ),
        ),
        CONTENT,
        Section(
            SUBJECTS.title,
            tuple(
                replace(item, required=ALWAYS, shown=ALWAYS) for item in SUBJECTS.items if isinstance(item, Field)
            ),
            tool="recommend",
        ),
    ),
)  # fmt: skip

FILES = Step(
    "files",
    mark("上傳電子檔"),
    "S1 l.58",
    sections=(
        Section(
            "",
            (
                Upload("title_page", mark("書名頁"), "S1 l.58", PAGES, required=ALWAYS, limits_source=LIMITS),
                Upload("copyright_page", mark("版權頁"), "S1 l.58", PAGES, required=ALWAYS, limits_source=LIMITS),
                Upload("contents_page", mark("目次頁"), "S1 l.58", PAGES, required=ALWAYS, limits_source=LIMITS),
                Upload("preface", mark("序（或部分內容）"), "S1 l.58", PAGES, required=ALWAYS, limits_source=LIMITS),
            ),
        ),
    ),
)  # fmt: skip

_KEPT = (
    "draft",
    "submitted",
    "returned",
    "resubmitted",
    "processing",
    "cataloguing",
    "released",
    "withdrawn",
    "refused",
)


def _without_assigning(transition: Transition) -> Transition:
    sources = states.IN_HANDS if transition.name == "catalogue" else transition.sources
    return replace(transition, sources=tuple(name for name in sources if name in _KEPT))


SUPPLEMENT = Filing(
    kind="cip",
    title=mark("已取得 ISBN，補申請 CIP"),
    reference="S",
    steps=(
        Step("filler", mark("填寫申請資料"), "S1 l.58", sections=(FILLER,)),
        Step("carry", mark("舊資料查詢與帶入功能"), "S0 l.1288", sections=(
            Section("", (), tool="carry",
                    help=mark("以 ISBN 或書名查詢貴單位的書目，將資料帶入後再修改。若不需要，請直接進行下一個步驟。")),
        )),
        BOOK,
        FILES,
        Step("send", mark("送出申請"), "S1 l.58"),
    ),
    states=tuple(replace(s, final=s.final or s.name == "released") for s in states.STATES if s.name in _KEPT),
    transitions=tuple(
        _without_assigning(transition)
        for transition in (*states.FILER_TRANSITIONS, *states.REVIEW, states.CATALOGUE, states.RELEASE)
    ),
    closing=mark("已收到您的申請。請至「申請進度查詢」查看處理狀態與回覆訊息。"),
    email_field="filler_email",
    permission="filing.file",
    review_permission=states.PERMISSION,
    checklist=states.CHECKLIST[:1],
    retention_days=3650,
    prefill=_prefilled,
    effects={
        "send": eligible,
        "resend": eligible,
        "catalogue": effects.catalogue,
        "release": effects.release,
    },
)  # fmt: skip
