"""Books that the protocol tests share, in the JSON shape."""

from __future__ import annotations

from datetime import UTC, date, datetime

from shuyin.records.book import Binding, Book, ClassNumber, Contributor, Series, Subject, TitleParts
from shuyin.records.book_json import BookJson, to_json

URL = "https://catalogue.example/books/7"

REPORT = Book(
    title="臺灣期刊資源學術能量風貌報告. 113年 : 國家圖書館期刊資源典藏取用及熱門研究主題分析",
    parts=TitleParts(
        "臺灣期刊資源學術能量風貌報告",
        "國家圖書館期刊資源典藏取用及熱門研究主題分析",
        "113年",
        parallel=("Journal resources in Taiwan",),
    ),
    responsibility="國家圖書館知識服務組執行編輯",
    contributors=(
        Contributor("國家圖書館", "著", kind="corporate"),
        Contributor("王小明", "譯"),
        Contributor("Smith, Anna", "editor"),
    ),
    edition="初版",
    place="臺北市",
    publisher="國家圖書館",
    published="2025-04",
    bindings=(
        Binding("9789576787713", "平裝", "NT$300", "86面", "30公分"),
        Binding("9789576787829", "精裝", "NT$500", "86面"),
    ),
    series=(Series("國家圖書館叢書", "12"),),
    subjects=(Subject("國家圖書館", "lcstt"), Subject("期刊文獻--臺灣", "lcstt")),
    classes=(ClassNumber("011.016", "ncsclt"),),
    keywords=("期刊論文", "引用<文獻>"),
    summary="五十%的 {能量} & 風貌_報告",
    contents="館長序 -- 編輯說明",
    notes=("有附錄",),
    language="chi",
    languages=("chi", "eng"),
    audience="成人(一般)",
    cip_number="CIP 114004670",
    control_number="114004670",
)
BARE = Book(title="無名書", parts=TitleParts("無名書"))


def report() -> BookJson:
    return to_json(REPORT, id=7, announced=date(2025, 4, 9), updated_at=datetime(2025, 4, 9, 4, 30, tzinfo=UTC))


def bare() -> BookJson:
    return to_json(BARE, id=8)
