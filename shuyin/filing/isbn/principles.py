"""When a publication gets a number of its own: the library's principles as data, each beside its source (D1, S2).

Staff read them beside the numbers that are about to be given out; `numbers.wanted` follows them.
"""

from __future__ import annotations

from dataclasses import dataclass

from shuyin.filing.engine.declaration import mark


@dataclass(frozen=True, slots=True)
class Principle:
    """One principle: its code, what it says, where it stands."""

    code: str
    text: str
    source: str


PRINCIPLES: tuple[Principle, ...] = (
    Principle("edition", mark("不同版本、不同語文各編一個號碼。"), "S2 三(一)"),
    Principle("format", mark("不同檔案格式（如 EPUB、PDF）個別發行者，各編一個號碼。"), "S2 三(二)"),
    Principle("revised", mark("更新、修改或新增的篇幅足以視為新版本時，編新的號碼。"), "S2 三(三)"),
    Principle("device", mark("同一檔案格式，不因載具、系統、字碼或顯示格式不同而另編號碼。"), "S2 三(四)"),
    Principle("linked", mark("電子書所連結的圖片或聲音屬於該書，不另編號碼。"), "S2 三(五)"),
    Principle("first-named", mark("聯合出版時，以版權頁（畫面）排列第一者為出版者，用其號段。"), "S2 三(六)"),
    Principle("binding", mark("不同裝訂各編一個號碼；附件隨書，不另編號碼。"), "S0 l.1399–1405"),
    Principle("set", mark("套書依申請編套號、單行本號碼或兩者；先前已有號碼的分冊沿用原號。"), "S0 l.1395, 1740"),
    Principle("reprint", mark("重印本（刷次）沿用原號碼。"), "S0 l.1379"),
    Principle("once", mark("號碼編配後不重複使用，也不移作他書；作廢的號碼不再編配。"), "ISO 2108:2017"),
)  # fmt: skip
BY_CODE = {principle.code: principle for principle in PRINCIPLES}
