"""The registration as data: five steps, every field and rule of S0, in the order of its pages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from shuyin.filing.engine import kinds
from shuyin.filing.engine.conditions import ALWAYS, AllOf
from shuyin.filing.engine.declaration import (
    CheckItem,
    Choice,
    Field,
    Filing,
    Hint,
    Rule,
    Section,
    Step,
    Upload,
    mark,
)
from shuyin.filing.engine.media import WORD, MediaType
from shuyin.filing.engine.standard import review_states, review_transitions
from shuyin.filing.registration import notices, values
from shuyin.filing.registration.approval import issue_account

Answers = Mapping[str, Any]
LIMITS = "S0 l.612–614"
EVIDENCE = (MediaType.JPEG, MediaType.PNG, MediaType.PDF)


def _person_names_themselves(answers: Answers, _today: date) -> bool:
    if answers.get("unit_type") != values.PERSON:
        return True
    return bool({"national", "residence"} & set(answers.get("identities") or ()))


def _still_valid(answers: Answers, today: date) -> bool:
    return str(answers.get("residence_until", "")) >= today.isoformat()


def _founded(answers: Answers, today: date) -> bool:
    return str(answers.get("founded", "")) <= today.isoformat()


AGREEMENT = Step(
    "notice",
    mark("注意事項與個資宣告"),
    "S0 l.386",
    notice=notices.STATEMENT,
    sections=(
        Section(
            "",
            (
                Field(
                    "agreed",
                    mark("以上事項我已閱讀並同意"),
                    "S0 l.429",
                    kinds.AGREE,
                    required=ALWAYS,
                    choices=(Choice("yes", mark("以上事項我已閱讀並同意")),),
                    multiple=True,
                ),
            ),
        ),
    ),
)

UNIT = Step(
    "unit",
    mark("選擇出版單位類型"),
    "S0 l.388",
    notice=notices.PREPARE,
    sections=(
        Section(
            "",
            (
                Field(
                    "unit_type",
                    mark("請問貴單位為何種類型的出版單位"),
                    "S0 l.475–479",
                    kinds.CHOICE,
                    required=ALWAYS,
                    choices=values.UNIT_TYPES,
                ),
            ),
        ),
        Section(
            mark("填表人資料"),
            (
                Field(
                    "filler",
                    mark("填表人"),
                    "S0 l.488, 504",
                    required=ALWAYS,
                    max_length=60,
                    personal=True,
                    autocomplete="name",
                ),
                Field(
                    "filler_unit",
                    mark("所屬單位"),
                    "S0 l.490",
                    required=values.IS_GROUP,
                    shown=values.IS_GROUP,
                    max_length=100,
                    autocomplete="organization",
                ),
                Field("filler_department", mark("所屬部門"), "S0 l.490", shown=values.IS_GROUP, max_length=100),
                Field(
                    "filler_phone",
                    mark("市話號碼"),
                    "S0 l.492–494, 506–508",
                    kinds.PHONE,
                    required=ALWAYS,
                    example="(02)12345678",
                    personal=True,
                    autocomplete="tel",
                ),
                Field("filler_extension", mark("分機"), "S0 l.492, 506", kinds.EXTENSION, autocomplete="tel-extension"),
                Field(
                    "filler_mobile",
                    mark("手機號碼"),
                    "S0 l.492–494, 506–508",
                    kinds.MOBILE,
                    example="0912345678",
                    personal=True,
                ),
                Field(
                    "filler_email",
                    mark("電子信箱"),
                    "S0 l.496–498, 510–512",
                    kinds.EMAIL,
                    required=ALWAYS,
                    example="xxx@xxx.com.tw",
                    personal=True,
                    autocomplete="email",
                ),
            ),
        ),
    ),
)

PUBLISHER_SECTION = Section(
    mark("出版者資料"),
    (
        Field("name", mark("出版者中文全稱"), "S0 l.534", required=ALWAYS, max_length=200,
              autocomplete="organization"),
        Field("name_en", mark("出版者英文全稱"), "S0 l.516, 534–535", required=ALWAYS, max_length=200,
              help=mark("提供建立出版者資訊之參考")),
        Field("short_name", mark("出版者中文簡稱"), "S0 l.537", max_length=60),
        Field("postcode", mark("郵遞區號"), "S0 l.539", kinds.POSTCODE, required=ALWAYS, example="100201",
              autocomplete="postal-code"),
        Field("address", mark("出版者地址"), "S0 l.539", required=ALWAYS, max_length=200,
              example=mark("臺北市中正區中山南路20號"), autocomplete="street-address"),
        Field("phone", mark("出版者電話"), "S0 l.541", kinds.PHONE, required=ALWAYS, example="(02)12345678",
              autocomplete="tel"),
        Field("extension", mark("分機"), "S0 l.541", kinds.EXTENSION, autocomplete="tel-extension"),
        Field("website", mark("出版者網址"), "S0 l.541", kinds.URL, max_length=500, autocomplete="url"),
        Field("email", mark("出版者電子信箱"), "S0 l.543", kinds.EMAIL, required=ALWAYS, example="xxx@xxx.com.tw",
              autocomplete="email"),
        Field("founded", mark("成立日期"), "S0 l.543", kinds.DATE, example="YYYY-MM-DD",
              rules=(Rule("past", mark("成立日期不能晚於今天。"), "S0 l.543", _founded),)),
        Field("head", mark("公司負責人"), "S0 l.545", max_length=60, personal=True),
    ),
)  # fmt: skip

IDENTITY_SECTION = Section(
    mark("證件編號"),
    (
        Field(
            "identities",
            mark("證件編號"),
            "S0 l.547",
            kinds.CHOICE,
            required=ALWAYS,
            choices=values.IDENTITIES,
            multiple=True,
            help=mark("至少勾選一項，並填寫相關欄位。"),
            rules=(
                Rule(
                    "person",
                    mark("個人出版者請勾選「身分證號」或「居留證號」。"),
                    "S0 l.551",
                    _person_names_themselves,
                ),
            ),
        ),
        Field("ubn", mark("統一編號"), "S0 l.548", kinds.UBN, required=values.GIVES_UBN, shown=values.GIVES_UBN,
              example="03734203"),
        Field("authority", mark("發證或立案機關"), "S0 l.548", required=values.GIVES_LICENCE,
              shown=values.GIVES_BODY, max_length=100),
        Field("licence", mark("立案字號"), "S0 l.549", required=values.GIVES_LICENCE, shown=values.GIVES_LICENCE,
              max_length=60),
        Field("national_id", mark("身分證號"), "S0 l.550", kinds.NATIONAL_ID, required=values.GIVES_NATIONAL,
              shown=values.GIVES_NATIONAL, personal=True),
        Field("national_name", mark("姓名（身分證）"), "S0 l.517, 550", required=values.GIVES_NATIONAL,
              shown=values.GIVES_NATIONAL, max_length=60, personal=True),
        Field("residence_no", mark("居留證號"), "S0 l.552", kinds.RESIDENCE_NO, required=values.GIVES_RESIDENCE,
              shown=values.GIVES_RESIDENCE, personal=True, help=mark("新式或舊式號碼皆可。")),
        Field("residence_name", mark("姓名（居留證）"), "S0 l.517, 552", required=values.GIVES_RESIDENCE,
              shown=values.GIVES_RESIDENCE, max_length=60, personal=True),
        Field("nationality", mark("國籍"), "S0 l.518, 553", required=values.GIVES_RESIDENCE,
              shown=values.GIVES_RESIDENCE, max_length=60, personal=True),
        Field("residence_until", mark("居留期限"), "S0 l.518, 553", kinds.DATE, required=values.GIVES_RESIDENCE,
              shown=values.GIVES_RESIDENCE, personal=True, example="YYYY-MM-DD",
              help=mark("永久居留權請填 9999-12-31。"),
              rules=(Rule("future", mark("居留期限已過，請檢查日期。"), "S0 l.553", _still_valid),)),
        Field("other_no", mark("其他證號"), "S0 l.554", required=values.GIVES_OTHER, shown=values.GIVES_OTHER,
              max_length=60, personal=True),
        Field("other_name", mark("證號名稱"), "S0 l.554", required=values.GIVES_OTHER, shown=values.GIVES_OTHER,
              max_length=60),
    ),
)  # fmt: skip

MANAGER_SECTION = Section(
    mark("帳號管理者"),
    (
        Field("manager", mark("帳號管理者姓名"), "S0 l.556", required=ALWAYS, max_length=60, personal=True,
              prefill="filler"),
        Field("manager_department", mark("帳號管理者部門"), "S0 l.556", required=ALWAYS, max_length=100),
        Field("manager_phone", mark("帳號管理者電話"), "S0 l.558", kinds.PHONE, required=ALWAYS, personal=True,
              example="(02)23619132", prefill="filler_phone"),
        Field("manager_extension", mark("分機"), "S0 l.558", kinds.EXTENSION, prefill="filler_extension"),
        Field("manager_mobile", mark("帳號管理者手機"), "S0 l.558", kinds.MOBILE, personal=True,
              prefill="filler_mobile"),
        Field("manager_email", mark("帳號管理者電子信箱"), "S0 l.560", kinds.EMAIL, required=ALWAYS, personal=True,
              example="isbn@ncl.edu.tw", prefill="filler_email"),
    ),
)  # fmt: skip

SCOPE_SECTION = Section(
    mark("出版範圍與公開"),
    (
        Field("materials", mark("出版資料類型"), "S0 l.519, 562–563", kinds.CHOICE, required=ALWAYS,
              choices=values.MATERIALS, multiple=True, help=mark("請依主要出版內容勾選，可複選。")),
        Field("scopes", mark("主要出版範圍"), "S0 l.565–567, 577–579", kinds.CHOICE,
              shown=values.HAS_BOOKS, choices=values.SCOPES, multiple=True,
              help=mark("請依主要出版書刊內容勾選，可複選。")),
        Field("public", mark("是否願意公開出版機構資料"), "S0 l.569–571", kinds.CHOICE, required=ALWAYS,
              choices=values.PUBLIC),
    ),
)  # fmt: skip

DATA = Step(
    "publisher",
    mark("填寫出版資料"),
    "S0 l.390",
    sections=(PUBLISHER_SECTION, IDENTITY_SECTION, MANAGER_SECTION, SCOPE_SECTION),
)

#: The evidence matrix: by unit type (rows of S0 l.468, 598–599) and by kind of material (l.469–470, 604–605).
EVIDENCE_STEP = Step(
    "evidence",
    mark("上傳佐證文件"),
    "S0 l.392",
    notice=notices.UPLOADING,
    sections=(
        Section(
            mark("請依您的出版者類型，上傳對應的佐證文件。"),
            (
                Upload(
                    "publisher_evidence",
                    mark("出版者佐證資料"),
                    "S0 l.468, 598–600",
                    EVIDENCE,
                    required=ALWAYS,
                    limits_source=LIMITS,
                    help=mark("可上傳多個檔案。"),
                    hints=(
                        Hint(
                            mark("工作室或公司：「公司登記證明文件」或「商業登記證明文件」"),
                            values.IS_GROUP,
                            "S0 l.468",
                        ),
                        Hint(mark("政府機關：申請人之「識別證」"), values.IS_GROUP, "S0 l.468"),
                        Hint(
                            mark("本國籍：「身分證」正反面"),
                            AllOf((values.IS_PERSON, values.GIVES_NATIONAL)),
                            "S0 l.468",
                        ),
                        Hint(
                            mark("外國籍：「居留證」正反面"),
                            AllOf((values.IS_PERSON, values.GIVES_RESIDENCE)),
                            "S0 l.468",
                        ),
                    ),
                ),
                Upload(
                    "copyright_page",
                    mark("出版品佐證資料：版權頁"),
                    "S0 l.469, 604",
                    EVIDENCE + WORD,
                    required=values.HAS_BOOKS,
                    shown=values.HAS_BOOKS,
                    limits_source=LIMITS,
                    help=mark("將申請紙本書、電子書、ISBN有聲書。可上傳多個檔案。"),
                ),
                Upload(
                    "album_cover",
                    mark("出版品佐證資料：專輯封面"),
                    "S0 l.470, 605",
                    EVIDENCE + WORD,
                    required=values.HAS_RECORDINGS,
                    shown=values.HAS_RECORDINGS,
                    limits_source=LIMITS,
                    help=mark("將申請ISRC有聲書、錄音資料、錄影資料。可上傳多個檔案。"),
                ),
                Upload(
                    "album_notes",
                    mark("出版品佐證資料：專輯介紹"),
                    "S0 l.470, 605",
                    EVIDENCE + WORD,
                    required=values.HAS_RECORDINGS,
                    shown=values.HAS_RECORDINGS,
                    limits_source=LIMITS,
                    help=mark("內容需含預計發行日期。可上傳多個檔案。"),
                ),
            ),
        ),
    ),
)

SEND = Step("send", mark("送出申請"), "S0 l.394")

REGISTRATION = Filing(
    kind="registration",
    title=mark("帳號註冊申請"),
    reference="R",
    steps=(AGREEMENT, UNIT, DATA, EVIDENCE_STEP, SEND),
    states=review_states(review_days=5, correction_days=10),
    transitions=review_transitions("registration.review", approval_letter="account-issued"),
    closing=notices.CLOSING,
    email_field="filler_email",
    public=True,
    review_permission="registration.review",
    checklist=(
        CheckItem("identity", mark("證件編號與佐證文件相符"), "S0 l.468"),
        CheckItem("evidence", mark("佐證文件色彩完整、影像清晰、未遮蔽"), "S0 l.465"),
        CheckItem("work", mark("出版品佐證資料符合所勾選的出版資料類型"), "S0 l.469–470"),
        CheckItem("plan", mark("未來三個月內有出版計畫，由出版者自行申請"), "S0 l.398, 400"),
        CheckItem("duplicate", mark("已查對出版者名錄，沒有重複的帳號"), "C3"),
    ),
    retention_days=365,
    effects={"approve": issue_account},
)
