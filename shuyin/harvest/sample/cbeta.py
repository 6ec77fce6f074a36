"""CBETA's list of works (DILA-edu/cbeta-metadata, MIT) → records of the collection `cbeta`."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from shuyin.records.book import Binding, Book, Contributor, Format, RelatedWork, Series, TitleParts

#: Canons of CBETA by their letters; their usual names, from general knowledge.
CANONS = {
    "A": "趙城金藏", "B": "大藏經補編", "C": "中華大藏經", "D": "國家圖書館善本佛典", "F": "房山石經",
    "G": "佛教大藏經", "GA": "中國佛寺史志彙刊", "GB": "中國佛寺志叢刊",
    "I": "北朝佛教石刻拓片百品", "J": "嘉興大藏經", "K": "高麗大藏經",
    "L": "乾隆大藏經", "LC": "呂澂佛學著作集", "M": "卍正藏經", "N": "漢譯南傳大藏經", "P": "永樂北藏", "S": "宋藏遺珍",
    "T": "大正新脩大藏經", "TX": "太虛大師全書", "U": "洪武南藏", "X": "卍新纂大日本續藏經", "Y": "印順法師佛學著作集",
    "ZS": "正史佛教資料類編", "ZW": "藏外佛教文獻",
}  # fmt: skip
#: What a byline says behind a name; one to three of these characters.
_ROLE_CHARACTERS = (
    "譯撰述編集著錄輯註記解說纂釋定訂注會造修鈔疏校次作序合出唱補製答箋論義重彙私筆刪參閱較輸標科治頌讚傳授"
)
_ROLE = re.compile(rf"(?:等|共|奉詔|奉敕)*([{_ROLE_CHARACTERS}]{{1,3}})$")
#: Remarks of the edition behind a name: （依駒本印）.
_REMARK = re.compile(r"[(（][^()（）]*[)）]")
_WORK = "textbody"


def cbeta_books(works: Path) -> Iterator[Book]:
    """One record per work, in the order of its number; front matter of the printed canons is left out."""
    with works.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["title"] and row["type"] in {_WORK, ""}]
    for row in sorted(rows, key=lambda r: r["id"]):
        yield _book(row)


def _book(row: dict[str, str]) -> Book:
    categories = [c for c in row["category"].split(",") if c]
    notes = []
    if row["time_from"] and row["time_to"]:
        notes.append(f"年代: {row['time_from']}-{row['time_to']}（CBETA 所記，多為朝代起訖）")
    elif row["time_from"]:
        notes.append(f"年代: {row['time_from']}（CBETA 所記）")
    parts = TitleParts(main=row["title"])
    return Book(
        title=row["title"],
        parts=parts,
        responsibility=row["byline"] or None,
        contributors=byline_contributors(row["byline"], row["contributors"].split(";")),
        bindings=(Binding(None, pages=f"{row['juan']}卷" if row["juan"] else None, format=Format.EBOOK),)
        if row["juan"]
        else (),
        series=(Series(CANONS[row["canon"]], row["vol"].replace("..", "-") or None),),
        keywords=tuple(filter(None, (row["dynasty"], *categories[1:]))),
        notes=tuple(notes),
        language="chi",
        category=categories[0] if categories else None,
        format=Format.EBOOK,
        control_number=row["id"],
        related=tuple(
            RelatedWork("775", row["title"], note=f"同書異本 CBETA {alt}") for alt in row["alt"].split(",") if alt
        ),
    )


def byline_contributors(byline: str, names: list[str]) -> tuple[Contributor, ...]:
    """`後秦 佛陀耶舍共竺佛念譯` and the two names → both with 譯, which stands behind the last name of the group."""
    found = []
    groups = _REMARK.sub("", byline).split()
    for name in filter(None, names):
        group = next((g for g in groups if name in g), "")
        behind = max((group.rfind(n) + len(n) for n in names if n and n in group), default=0)
        role = _ROLE.search(group[behind:])
        found.append(Contributor(name, role[1] if role else None))
    return tuple(dict.fromkeys(found))
