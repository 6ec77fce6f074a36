"""Value lists of the registration, as S0 prints them."""

from __future__ import annotations

from shuyin.filing.engine.conditions import AnyOf, Is, when
from shuyin.filing.engine.declaration import Choice, mark

GROUP, PERSON = "group", "person"

#: 出版單位類型, S0 l.477–479.
UNIT_TYPES = (
    Choice(GROUP, mark("團體（公司行號、政府機關、團體會社等出版者）")),
    Choice(PERSON, mark("個人出版者")),
)

#: 出版資料類型, S0 l.563.
MATERIALS = (
    Choice("print", mark("紙本書")),
    Choice("ebook", mark("電子書")),
    Choice("isbn_audio", mark("ISBN有聲書")),
    Choice("isrc_audio", mark("ISRC有聲書")),
    Choice("sound", mark("錄音資料")),
    Choice("video", mark("錄影資料")),
)
BOOK_MATERIALS = ("print", "ebook", "isbn_audio")
RECORDING_MATERIALS = ("isrc_audio", "sound", "video")

#: 主要出版範圍, S0 l.566–567; the numbers stand in the review page, l.652.
SCOPES = tuple(
    Choice(f"{number:02d}", label)
    for number, label in enumerate(
        (
            mark("總類"),
            mark("哲學"),
            mark("心理勵志"),
            mark("宗教"),
            mark("自然科學"),
            mark("應用科學"),
            mark("醫學家政"),
            mark("工商企業"),
            mark("電腦"),
            mark("社會科學"),
            mark("史地"),
            mark("語言"),
            mark("文學"),
            mark("藝術"),
            mark("休閒旅遊"),
            mark("教科書"),
            mark("漫畫及兒童讀物"),
            mark("升學指南"),
        ),
        start=1,
    )
)

#: 證件編號, S0 l.547–554: at least one.
IDENTITIES = (
    Choice("ubn", mark("統一編號")),
    Choice("licence", mark("立案字號")),
    Choice("national", mark("身分證號"), mark("無統一編號、立案字號或個人出版者，請填寫")),
    Choice("residence", mark("居留證號"), mark("無統一編號、立案字號或個人出版者，請填寫")),
    Choice("other", mark("其他證號")),
)

#: 是否願意公開出版機構資料, S0 l.569–571.
PUBLIC = (
    Choice(
        "yes",
        mark("是"),
        mark(
            "出版者資訊（出版機構名稱、地址、電話、傳真、電子郵件、網址）會公布於「全國新書資訊網」，"
            "並提供 ISBN 出版機構名錄至 "
            "ISBN 國際總部（International ISBN Agency）之 Global Register of Publishers database，及提供 ISRC "
            "出版機構名錄至國際唱片業聯盟（International Federation of the Phonographic Industry）。"
        ),
    ),
    Choice("no", mark("否"), mark("僅公布出版機構名稱，其餘資訊皆不會揭露。")),
)

#: Permanent residence is written as this date (S0 l.553).
PERMANENT = "9999-12-31"

IS_GROUP = when("unit_type", GROUP)
IS_PERSON = when("unit_type", PERSON)
HAS_BOOKS = Is("materials", BOOK_MATERIALS)
HAS_RECORDINGS = Is("materials", RECORDING_MATERIALS)
GIVES_UBN = when("identities", "ubn")
GIVES_LICENCE = when("identities", "licence")
GIVES_NATIONAL = when("identities", "national")
GIVES_RESIDENCE = when("identities", "residence")
GIVES_OTHER = when("identities", "other")
GIVES_BODY = AnyOf((GIVES_UBN, GIVES_LICENCE))
