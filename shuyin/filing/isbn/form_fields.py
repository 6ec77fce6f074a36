"""What step 4 asks of each form of publication: printed book, e-book, audiobook."""

from __future__ import annotations

from shuyin.filing.engine import kinds as basic
from shuyin.filing.engine.conditions import ALWAYS, AllOf, Condition, when
from shuyin.filing.engine.declaration import Choice, Field, Item, Rows, Rule, Section, mark
from shuyin.filing.isbn import checks, kinds, values
from shuyin.filing.isbn.values import HAS_AUDIO, HAS_EBOOK, HAS_PRINT, YES_NO

#: Line of S0 that asks for a field, printed book and others.
_EBOOK_LINES = {
    "edition": "S0 l.1734",
    "revised": "S0 l.1734–1735",
    "former_isbn": "S0 l.1734–1735; S2 l.32–34",
    "published": "S0 l.1737–1738",
    "numbering": "S0 l.1740",
    "volumes": "S0 l.1742",
    "set_title": "S0 l.1742",
    "parts": "S0 l.1744–1751",
}
_PRINT_LINES = {
    "edition": "S0 l.1375",
    "revised": "S0 l.1377–1379",
    "former_isbn": "S0 l.1377–1379",
    "published": "S0 l.1383",
    "numbering": "S0 l.1395",
    "volumes": "S0 l.1395, 1742",
    "set_title": "S0 l.1395, 1742",
    "parts": "S0 l.1395, 1744–1746",
}
_TOO_EARLY = mark("請在圖書出版前三個月內提出申請，出版時間不可晚於三個月後。")
_TOO_LATE = mark("ISBN／CIP 為尚未出版之出版品申請，出版時間不可早於本月。")
_MISSING_ROWS = mark("申請套號及單行本號碼時，請逐冊填寫各單行本資訊，列數要與冊數相同。")
_SURPLUS_ROWS = mark("各單行本資訊的列數不可多於冊數。")
_TWICE = mark("各冊的 ISBN 不可重複，每一冊都有自己的號碼。")


def _issue(form: str, asks: Condition, lines: dict[str, str], label: str) -> tuple[Item, ...]:
    """Edition, revision and month of publication."""
    revised = when(f"{form}_revised", "yes")
    published = f"{form}_published"
    first = f"{values.PRINT}_" if form != values.PRINT else ""
    return (
        Field(f"{form}_edition", mark("版次"), lines["edition"], shown=asks, max_length=60, example="初版",
              prefill=f"{first}edition" if first else ""),
        Field(f"{form}_revised", mark("舊書改版"), lines["revised"], basic.CHOICE, required=asks, shown=asks,
              choices=YES_NO,
              help=mark("指內容經增補修改之不同版本。若重印本則加註刷次，請依據版權頁上著錄方式填寫。")),
        Field(f"{form}_former_isbn", mark("舊版 ISBN"), lines["former_isbn"], kinds.ISBN,
              shown=AllOf((asks, revised)), help=mark("新版本會編配新的 ISBN，舊版號碼供館員參考。")),
        Field(published, mark("出版時間"), lines["published"], kinds.MONTH, required=asks, shown=asks,
              example="民國115年01月", help=mark("請依照版權頁填寫，並在圖書出版前三個月內提出申請。"),
              rules=(
                  Rule("within_three_months", _TOO_EARLY, "S0 l.1738", checks.within_three_months(published)),
                  Rule("not_yet_published", _TOO_LATE, "S1 l.49", checks.not_yet_published(published)),
              ),
              prefill=f"{first}published" if first else ""),
        Field(f"{form}_numbering", label, lines["numbering"], basic.CHOICE, required=asks, shown=asks,
              choices=values.NUMBERINGS),
    )  # fmt: skip


def _set(form: str, asks: Condition, lines: dict[str, str], formats: tuple[Choice, ...] = ()) -> tuple[Item, ...]:
    """The set: how many volumes, its title, its volumes."""
    in_set = when(f"{form}_numbering", values.SET, values.BOTH)
    asked = AllOf((asks, in_set))
    only_set = when(f"{form}_numbering", values.SET)
    fields: tuple[Field, ...] = (
        Field("number", mark("冊次"), lines["parts"], required=ALWAYS, max_length=20, example="1"),
        Field("isbn", mark("ISBN"), lines["parts"], kinds.ISBN, required=only_set,
              help=mark("先前已申請過的號碼；本次申請單行本號碼的，由本館編配，請留空。")),
        Field("title", mark("書名"), lines["parts"], required=ALWAYS, max_length=500),
    )  # fmt: skip
    if formats:
        fields += (Field("format", mark("檔案格式"), lines["parts"], basic.CHOICE, required=ALWAYS, choices=formats),)
    return (
        Field(f"{form}_volumes", mark("冊數"), lines["volumes"], kinds.COUNT, required=asked, shown=asked,
              rules=(
                  Rule("rows_missing", _MISSING_ROWS, lines["parts"], checks.a_row_for_each_volume(form)),
                  Rule("rows_surplus", _SURPLUS_ROWS, lines["parts"], checks.not_more_rows_than_volumes(form)),
                  Rule("rows_twice", _TWICE, "S2 l.26", checks.former_is_another_number(form)),
              )),
        Field(f"{form}_set_title", mark("套書名稱"), lines["set_title"], required=asked, shown=asked, max_length=500),
        Rows(f"{form}_parts", mark("各單行本資訊"), lines["parts"], fields, shown=asked, most=100,
             help=mark("若先前已申請過本套書之各冊 ISBN，請填寫各冊之資料。多冊時，請先填寫資料後，再新增另一列。")),
    )  # fmt: skip


_HARD, _SOFT = when("print_bindings", values.HARD), when("print_bindings", values.SOFT)
_OTHER, _EXTRA = when("print_bindings", values.OTHER_BINDING), when("print_bindings", values.ATTACHMENT)
_FREE = mark("新臺幣整數；非賣品請填 0。")


def _print(condition: Condition) -> Condition:
    return AllOf((HAS_PRINT, condition))


PRINT_SECTION = Section(
    mark("紙本書"),
    (
        *_issue(values.PRINT, HAS_PRINT, _PRINT_LINES, mark("紙本書申請")),
        *_set(values.PRINT, HAS_PRINT, _PRINT_LINES),
        Field("print_height", mark("規格：長（公分）"), "S0 l.1385–1387", kinds.CENTIMETRES, required=HAS_PRINT,
              shown=HAS_PRINT, example="21", help=mark("長度指該書的高度。")),
        Field("print_width", mark("規格：寬（公分）"), "S0 l.1385–1387", kinds.CENTIMETRES, required=HAS_PRINT,
              shown=HAS_PRINT, example="21", help=mark("寬度指每頁展開的距離。")),
        Field("print_pages", mark("頁數"), "S0 l.1397", kinds.PAGES, required=HAS_PRINT, shown=HAS_PRINT,
              example="111"),
        Field("print_bindings", mark("本書裝訂方式"), "S0 l.1399–1405", basic.CHOICE, required=HAS_PRINT,
              shown=HAS_PRINT, choices=values.BINDINGS, multiple=True,
              help=mark("不同裝訂各編一個 ISBN。"),
              rules=(
                  Rule("attachment_alone", mark("附件之外，請至少選擇一種裝訂方式。"), "S0 l.1399–1405",
                       checks.a_binding_beside_the_attachment),
              )),
        Field("print_price_hard", mark("精裝定價"), "S0 l.1399", kinds.PRICE, required=_print(_HARD),
              shown=_print(_HARD), help=_FREE),
        Field("print_price_soft", mark("平裝定價"), "S0 l.1401", kinds.PRICE, required=_print(_SOFT),
              shown=_print(_SOFT), help=_FREE),
        Field("print_other_binding", mark("其他裝訂名稱"), "S0 l.1403", required=_print(_OTHER),
              shown=_print(_OTHER), max_length=60, example="線裝"),
        Field("print_price_other", mark("其他裝訂定價"), "S0 l.1403", kinds.PRICE, required=_print(_OTHER),
              shown=_print(_OTHER), help=_FREE),
        Field("print_attachment", mark("附件名稱"), "S0 l.1405", required=_print(_EXTRA), shown=_print(_EXTRA),
              max_length=100, example="DVD 1 片"),
        Field("print_price_attachment", mark("附件定價"), "S0 l.1405", kinds.PRICE, shown=_print(_EXTRA),
              help=mark("隨書附贈者免填。")),
    ),
    shown=HAS_PRINT,
)  # fmt: skip

_EBOOK_OTHER = AllOf((HAS_EBOOK, when("ebook_formats", "other")))
_JOINT = AllOf((HAS_EBOOK, when("ebook_joint", "yes")))

EBOOK_SECTION = Section(
    mark("電子書"),
    (
        *_issue(values.EBOOK, HAS_EBOOK, _EBOOK_LINES, mark("電子書申請")),
        *_set(values.EBOOK, HAS_EBOOK, _EBOOK_LINES, values.EBOOK_FORMATS),
        Field("ebook_formats", mark("檔案格式"), "S2 l.28–30; S0 l.1747", basic.CHOICE, required=HAS_EBOOK,
              shown=HAS_EBOOK, choices=values.EBOOK_FORMATS, multiple=True,
              help=mark("不同檔案格式各編一個 ISBN；同一格式不因載具、系統、字碼或顯示方式的差異另編號碼。")),
        Field("ebook_format_other", mark("其他檔案格式"), "S2 l.28–30", required=_EBOOK_OTHER, shown=_EBOOK_OTHER,
              max_length=60, example="MOBI"),
        Field("ebook_price", mark("電子書定價"), "S1 l.67", kinds.PRICE, shown=HAS_EBOOK, help=_FREE),
        Field("ebook_named", mark("申請者即為電子書上所標示之出版者"), "S2 l.10–14", basic.AGREE, required=HAS_EBOOK,
              shown=HAS_EBOOK, choices=(Choice("yes", mark("是，書名頁或版權頁（畫面）標示本單位為出版者")),),
              multiple=True),
        Field("ebook_joint", mark("是否由兩家以上聯合出版"), "S2 l.44", basic.CHOICE, required=HAS_EBOOK,
              shown=HAS_EBOOK, choices=YES_NO),
        Field("ebook_first_named", mark("版權頁（畫面）的出版敘述中，本單位排列第一"), "S2 l.44–46", basic.CHOICE,
              required=_JOINT, shown=_JOINT, choices=YES_NO,
              rules=(
                  Rule("first_named",
                       mark("聯合出版的電子書，以版權頁（畫面）排列第一者為出版者，請由該出版者提出申請。"),
                       "S2 l.44–46",
                       lambda answers, _today: answers.get("ebook_first_named") == "yes"),
              )),
        Field("ebook_extension", mark("電子書延伸辨識碼"), "S2 l.48–62, 140–255", kinds.EXTENSION_CODE,
              shown=HAS_EBOOK, example="_BCD_V27_PT5",
              help=mark("選填，由出版者自行訂定，接在 ISBN 與檔案格式之後。")),
    ),
    shown=HAS_EBOOK,
)  # fmt: skip

_AUDIO_OTHER = AllOf((HAS_AUDIO, when("audio_formats", "other")))

AUDIO_SECTION = Section(
    mark("有聲書"),
    (
        *_issue(values.AUDIO, HAS_AUDIO, _EBOOK_LINES, mark("有聲書申請")),
        *_set(values.AUDIO, HAS_AUDIO, _EBOOK_LINES, values.AUDIO_FORMATS),
        Field("audio_spoken", mark("口語朗讀之有聲出版品"), "S0 l.1264", basic.AGREE, required=HAS_AUDIO,
              shown=HAS_AUDIO, choices=(Choice("yes", mark("是，不含音樂、表演或影像類型")),), multiple=True),
        Field("audio_formats", mark("有聲書形式"), "S0 l.1264; S2 l.28–30", basic.CHOICE, required=HAS_AUDIO,
              shown=HAS_AUDIO, choices=values.AUDIO_FORMATS, multiple=True, help=mark("不同形式各編一個 ISBN。")),
        Field("audio_format_other", mark("其他有聲書形式"), "S0 l.1264", required=_AUDIO_OTHER, shown=_AUDIO_OTHER,
              max_length=60),
        Field("audio_price", mark("有聲書定價"), "S1 l.67", kinds.PRICE, shown=HAS_AUDIO, help=_FREE),
    ),
    shown=HAS_AUDIO,
)  # fmt: skip
