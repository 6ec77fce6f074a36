"""MARC 21 fields with their names, for readers who do not know the numbers by heart."""

from __future__ import annotations

from dataclasses import dataclass

from pymarc import Record

from shuyin.search_api.messages import N_

#: Names of the fields that the catalogue's records hold (MARC 21 Format for Bibliographic Data; Chinese as in
#: 國家圖書館 MARC 21 書目紀錄中文手冊).
FIELD_LABELS = {
    "001": N_("系統控制號"),
    "003": N_("控制號識別碼"),
    "005": N_("最後異動時間"),
    "006": N_("附加資料特性"),
    "007": N_("形式特徵"),
    "008": N_("一般性資料"),
    "010": N_("美國國會圖書館控制號"),
    "015": N_("國家書目號"),
    "016": N_("國家書目機構控制號"),
    "020": N_("國際標準書號"),
    "022": N_("國際標準期刊號"),
    "024": N_("其他標準識別號"),
    "035": N_("系統控制號碼"),
    "040": N_("編目來源"),
    "041": N_("語文代碼"),
    "043": N_("地區代碼"),
    "050": N_("美國國會圖書館分類號"),
    "082": N_("杜威十進分類號"),
    "084": N_("其他分類號"),
    "100": N_("主要款目：人名"),
    "110": N_("主要款目：團體名稱"),
    "111": N_("主要款目：會議名稱"),
    "130": N_("主要款目：劃一題名"),
    "240": N_("劃一題名"),
    "245": N_("題名及著者敘述"),
    "246": N_("變異題名"),
    "250": N_("版本敘述"),
    "260": N_("出版項"),
    "264": N_("出版、發行、製作項"),
    "300": N_("稽核項"),
    "336": N_("內容類型"),
    "337": N_("媒體類型"),
    "338": N_("載體類型"),
    "490": N_("集叢敘述"),
    "500": N_("一般註"),
    "504": N_("書目註"),
    "505": N_("內容註"),
    "520": N_("摘要註"),
    "521": N_("適用對象註"),
    "533": N_("複製註"),
    "546": N_("語文註"),
    "600": N_("主題：人名"),
    "610": N_("主題：團體名稱"),
    "611": N_("主題：會議名稱"),
    "630": N_("主題：劃一題名"),
    "650": N_("主題：論題性詞語"),
    "651": N_("主題：地名"),
    "653": N_("非控制主題詞"),
    "655": N_("類型詞"),
    "700": N_("附加款目：人名"),
    "710": N_("附加款目：團體名稱"),
    "711": N_("附加款目：會議名稱"),
    "730": N_("附加款目：劃一題名"),
    "740": N_("附加款目：題名"),
    "765": N_("原著款目"),
    "775": N_("其他版本款目"),
    "776": N_("其他形式款目"),
    "780": N_("前題名款目"),
    "785": N_("後題名款目"),
    "800": N_("集叢附加款目：人名"),
    "830": N_("集叢附加款目：劃一題名"),
    "856": N_("電子資源位址"),
    "880": N_("原文字形"),
    "883": N_("機器產生資料來源"),
}
LEADER_LABEL = N_("記錄標示")
LOCAL_LABEL = N_("館內欄位")


@dataclass(frozen=True, slots=True)
class FieldView:
    """One field. Control fields have `value`, the others `subfields`; blank indicators are shown as #."""

    tag: str
    label: str
    indicators: str
    value: str | None
    subfields: tuple[tuple[str, str], ...] = ()


def labelled_fields(record: Record) -> list[FieldView]:
    """The leader and every field of a record, in its order."""
    views = [FieldView("LDR", LEADER_LABEL, "", str(record.leader))]
    for field in record.fields:
        label = FIELD_LABELS.get(field.tag) or (LOCAL_LABEL if "9" in field.tag else "")
        if field.is_control_field():
            views.append(FieldView(field.tag, label, "", field.data or ""))
        else:
            indicators = "".join(i if i.strip() else "#" for i in (field.indicator1, field.indicator2))
            subfields = tuple((s.code, s.value) for s in field.subfields)
            views.append(FieldView(field.tag, label, indicators, None, subfields))
    return views
