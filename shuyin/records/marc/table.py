"""The mapping as a table: what docs/marc.md prints, row by row. A test holds reading, writing and page together."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One line: MARC field with subfields, attribute of `Book`, whether it is also written, what to know."""

    tag: str
    subfields: str
    attribute: str
    written: bool
    note: str


TABLE: tuple[Row, ...] = (
    Row("LDR/06", "", "format", True, "a 文字、i 有聲；其餘為 other"),
    Row("001", "", "control_number", True, "控制號；與 003、來源合為書目的識別"),
    Row("007", "", "format", False, "以 c 起首者為電子書"),
    Row("008", "", "published, language, format", True, "07–10 出版年、35–37 語言、23 形式（o、q、s 為電子書）；264 與 041 優先"),
    Row("016", "$a $2", "cip_number", True, "$2 ncl-cip：國家圖書館 CIP 編號"),
    Row("020", "$a $q $c $z $8", "bindings", True, "一個 020 為一種裝訂；$q 裝訂方式，第二個 $q 為出版形式（紙本書、電子書、有聲書）；$z 錯誤號碼；$8 與其 300 相連"),
    Row("041", "$a $h", "languages, original_language", True, "$a 作品語文、$h 原文語文"),
    Row("050, 090", "$a", "classes", True, "美國國會圖書館分類號（lcc）；寫入時用 050"),
    Row("082", "$a", "classes", True, "杜威十進分類號（ddc），不含 / 記號"),
    Row("084", "$a $2 $8", "classes", True, "$2 ncsclt：中文圖書分類法；其他代碼照錄"),
    Row("100, 110, 111", "$a $b $c $d $e $4 $6", "contributors", True, "第一位著者；$e 著作方式照錄，無 $e 時由 $4 代碼轉為中文；姓名後括弧內的西文為 latin"),
    Row("130, 240", "$a $n $p", "parts.uniform", True, "劃一題名"),
    Row("245", "$a $n $p $b $c", "title, parts, responsibility", True, "書名、編次、編次名、副題名（= 後為並列題名）、著者敘述"),
    Row("246", "$a $b $n $p", "parts.parallel, parts.variants", True, "第二指標 1 為並列題名，其餘為其他題名"),
    Row("250", "$a $b", "edition", True, "版本"),
    Row("260, 264", "$a $b $c", "place, publisher, published", True, "264 第二指標 1 優先；民國紀年轉為西元；寫入時用 264"),
    Row("300", "$a $c $3 $8", "bindings", True, "頁數與高廣；各裝訂不同時以 $8 與 020 相連，$3 註明裝訂或 ISBN"),
    Row("440, 490, 800, 810, 811, 830", "$a $t $n $p $v", "series", True, "叢書名與編號；與 490 同名的 8XX 不重複；寫入時用 490"),
    Row("500, 501, 502, 504, 508, 511, 515, 534, 538, 546, 550, 586", "$3 $a", "notes", True, "一般附註及其他附註；寫入時用 500"),
    Row("505", "$a $g $r $t $8", "contents", True, "目次；每段一欄，超過欄位長度時分欄，以 $8 次序相連"),
    Row("520", "$a $b $8", "summary", True, "簡介；每段一欄，超過欄位長度時分欄，以 $8 次序相連"),
    Row("521", "$3 $a", "audience, rating", True, "$3 適讀對象、$3 分級註記；無 $3 者視為適讀對象"),
    Row("600, 610, 611, 630, 648, 650, 651, 655", "$a … $v $x $y $z $2 $8", "subjects", True, "標題；複分以 -- 相連；第二指標 7 時 $2 為詞表，lcstt 即中文主題詞表"),
    Row("653", "$a", "keywords", True, "關鍵字；每詞一欄"),
    Row("655", "$3 $a $2", "category, shelf_category", True, "$3 圖書主題、$3 建議上架分類，$2 local"),
    Row("700, 710, 711", "$a $b $c $d $e $4 $6", "contributors", True, "其他著者；有 $t 者為著作，不列為著者"),
    Row("730, 740", "$a $n $p", "parts.variants", False, "其他題名；寫入時用 246"),
    Row("765, 767, 775, 776, 780, 785, 787", "$t $s $z $i $n", "related", True, "原作、譯本、其他版本、其他形式"),
    Row("856", "$u $y $3 $z", "links", True, "網址與說明"),
    Row("880", "$6 …", "contributors, parts.variants, original_script", True, "與 $6 所指欄位互換：漢字（日、韓文）在前，羅馬拼音的人名為 latin，題名為其他題名，其餘與未成對者存於 original_script；寫入時未成對者為 500-00"),
    Row("883", "$8 $a $c $d $q", "assigned_by", True, "機器指定的標題與分類號（第一指標 0；1 為部分由機器），以 $8 相連；$a 模型名稱、$c 信心值（0–1）、$d 日期；第一指標 1 且 $q ncl-cip 者為編目館員採用的機器建議，不標「機器建議」"),
)  # fmt: skip


def tags() -> frozenset[str]:
    """All tags that the table names; the leader is none."""
    return frozenset(tag for row in TABLE if not row.tag.startswith("LDR") for tag in row.tag.split(", "))


_BEGIN, _END = "<!-- table:begin -->", "<!-- table:end -->"


def markdown() -> str:
    """The table as docs/marc.md prints it."""
    lines = ["| MARC21 | 分欄 | 屬性（`Book`） | 寫出 | 說明 |", "| --- | --- | --- | --- | --- |"]
    for row in TABLE:
        written = "是" if row.written else "僅讀"
        lines.append(f"| {row.tag} | {row.subfields} | `{row.attribute}` | {written} | {row.note} |")
    return "\n".join(lines)


def in_page(page: Path) -> str:
    """The table that stands in the page now."""
    return page.read_text(encoding="utf-8").split(_BEGIN)[1].split(_END)[0].strip()


def update_page(page: Path) -> None:
    """Write the table into the page, between its marks."""
    head, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    tail = rest.partition(_END)[2]
    page.write_text(f"{head}{_BEGIN}\n{markdown()}\n{_END}{tail}", encoding="utf-8")
