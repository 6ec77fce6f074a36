"""The books with an ISBN that the source documents print (S0, the presentation of 2026-03-10), as far as it goes.

Facts only; of 9789576787713 S0 also prints a summary, which is prose and stays out.
"""

from __future__ import annotations

from shuyin.records.book import Binding, Book, ClassNumber, Contributor, Format, Subject
from shuyin.records.printed_titles import filed_title

_NCL = "國家圖書館"
_HEADINGS = ("國家圖書館", "期刊文獻", "引用文獻分析", "學術傳播", "學術研究")
_KEYWORDS = ("國家圖書館", "引用文獻分析", "期刊論文", "學術傳播", "學術研究")
_CONTENTS = """館長序
編輯說明
統計說明
一、期刊文獻典藏及取用
二、精選/熱門期刊傳播
三、期刊文獻被引用情形
四、結論
附錄A 各學門期刊文獻被引用次數統計
附錄B 精選期刊傳播
附錄C 熱門期刊傳播"""


def _book(title: str, statement: str, *people: Contributor, **values: object) -> Book:
    printed = filed_title(title)
    fields: dict[str, object] = {"responsibility": statement, "contributors": people, **values}
    return Book(title=printed.whole, parts=printed.parts, **fields)  # type: ignore[arg-type]


def _corporate(name: str, role: str) -> Contributor:
    return Contributor(name, role, "corporate")


def printed_books() -> list[Book]:
    """The books in the order in which S0 prints them first."""
    return [
        _book(
            "臺灣期刊資源學術能量風貌報告. 113年: 國家圖書館期刊資源典藏取用及熱門研究主題分析",
            "國家圖書館知識服務組執行編輯",
            _corporate("國家圖書館知識服務組", "執行編輯"),
            edition="初版",
            place="臺北市",
            publisher=_NCL,
            published="2025-04",
            bindings=(Binding("9789576787713", "平裝", "NT$300", "86頁", "30公分"),),
            subjects=tuple(Subject(label, "lcstt") for label in _HEADINGS),
            classes=(ClassNumber("011.016", "ncsclt"),),
            keywords=_KEYWORDS,
            contents=_CONTENTS,
            language="chi",
            cip_number="114004670",
        ),
        _book(
            "共享蒼穹：中文古籍與文化交流的世界= A shared sky: the world of Chinese texts and cultural exchange",
            "張嘉彬主編",
            Contributor("張嘉彬", "主編"),
            publisher=_NCL,
            published="2026-01-01",
            bindings=(Binding("9789576787829", "平裝"),),
        ),
        _book(
            "中文圖書分類法. 2007年版. 類表編= New classification scheme for chinese libraries tables",
            "國家圖書館館藏發展及書目管理組執行編輯",
            _corporate("國家圖書館館藏發展及書目管理組", "執行編輯"),
            publisher=_NCL,
            published="2025-12-01",
            bindings=(Binding("9789576787911", "精裝"),),
        ),
        _book(
            "國家圖書館年報. 2010: 國家圖書館數位拓展年",
            "國家圖書館年報編輯小組編著",
            _corporate("國家圖書館年報編輯小組", "編著"),
            edition="初版",
            publisher=_NCL,
            published="2011-12",
            bindings=(
                Binding("9789576785481", "線裝"),
                Binding("9789576785498", "平裝", "NT$400", "166頁", "26公分"),
            ),
        ),
        _book(
            "國家圖書館年報. 2009: 國家圖書館服務年",
            "國家圖書館年報編輯小組編著; 吳英美主編",
            _corporate("國家圖書館年報編輯小組", "編著"),
            Contributor("吳英美", "主編"),
            edition="初版",
            publisher=_NCL,
            published="2010",
            bindings=tuple(
                Binding(isbn, "電子書", format=Format.EBOOK)
                for isbn in ("9789576785115", "9789576785085", "9789576785108")
            ),
            format=Format.EBOOK,
        ),
        _book(
            "人文藝術書目. 113年度: 教育部113年推動公共圖書館資源整合發展輔導工作計畫",
            "國家圖書館館藏發展及書目管理組編輯",
            _corporate("國家圖書館館藏發展及書目管理組", "編輯"),
            publisher=_NCL,
            published="2025",
            bindings=(Binding("9789576787744", "電子書", format=Format.EBOOK),),
            format=Format.EBOOK,
        ),
        _book(
            "國家圖書館館史探源系列",
            "嚴鼎忠編; 莊惠茹著; 孫秀玲編寫",
            Contributor("嚴鼎忠", "編"),
            Contributor("莊惠茹", "著"),
            Contributor("孫秀玲", "編寫"),
            publisher=_NCL,
            published="2023",
            bindings=(Binding("9789576787362", "全套"),),
        ),
        *_daily_feed(),
    ]


def _daily_feed() -> list[Book]:
    """The strip 最新預告書訊 of the home page."""
    return [
        _book(
            "民法物權論",
            "謝在全著作",
            Contributor("謝在全", "著作"),
            edition="修訂九版",
            publisher="謝在全",
            published="2025-09",
            bindings=(Binding("9786260146238"),),
            classes=(ClassNumber("584.2", "ncsclt"),),
        ),
        _book(
            "止推溫家: 熱帶世界的千年歷史·科普與身心療愈百科",
            "陳家聰著",
            Contributor("陳家聰", "著"),
            edition="一版",
            publisher="椰子文化",
            published="2025-10",
            bindings=(Binding("9786267613733"),),
            classes=(ClassNumber("411.13", "ncsclt"),),
        ),
        _book(
            "民事訴訟法",
            "姜世明著",
            Contributor("姜世明", "著"),
            edition="十一版",
            publisher="新學林",
            published="2025-09",
            bindings=(Binding("9789865265779"),),
            classes=(ClassNumber("586.1", "ncsclt"),),
        ),
        _book(
            "現代文明的批判: 剖析人類未來的困境(紀念版)",
            "許傳雲著",
            Contributor("許傳雲", "著"),
            edition="第二版",
            publisher="遠見天下文化",
            published="2025-09",
            bindings=(Binding("9786264175524"),),
            classes=(ClassNumber("713.8", "ncsclt"),),
        ),
    ]
