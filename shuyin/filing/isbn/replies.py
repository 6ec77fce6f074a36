"""Sentences that staff write again and again to publishers: data, chosen on the desk and changed before sending."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reply:
    """A ready sentence: its code, what it is for, the text (to the publisher, in Chinese), where its rule stands."""

    code: str
    label: str
    text: str
    source: str


REPLIES: tuple[Reply, ...] = (
    Reply(
        "pages",
        "缺書名頁或版權頁",
        "請補上傳書名頁與版權頁（JPG、PNG、PDF 或 WORD，每檔 10 MB 以內）。",
        "S0 l.1524–1530",
    ),
    Reply("unreadable", "檔案無法辨識", "上傳的檔案不清楚或無法開啟，請重新掃描或另存後再上傳。", "S0 l.612–614"),
    Reply(
        "different",
        "資料與版權頁不符",
        "申請資料與版權頁不一致（書名、著者、出版者或版次），請核對後修改。",
        "S0 l.1379",
    ),
    Reply(
        "authors",
        "著者寫法",
        "著者請依書名頁填寫，姓名後加職責（著、譯、繪、編…），不同職責以「; 」分隔。",
        "S0 l.1348",
    ),
    Reply("intro", "簡介不足", "本書簡介請填 100 至 6,000 字，介紹本書內容。", "S0 l.1409"),
    Reply("contents", "目次", "請填寫目次；沒有目次的書請填「無」。", "S0 l.1415"),
    Reply(
        "bindings",
        "裝訂或檔案格式",
        "不同裝訂、不同檔案格式各編一個號碼，請確認要出版的裝訂與格式，以及各自的定價。",
        "S2 三(二)",
    ),
    Reply("first-named", "聯合出版", "聯合出版的書以版權頁排列第一者為出版者，請由該出版者提出申請。", "S2 三(六)"),
    Reply("reprint", "重印本", "內容沒有增補修改的重印本沿用原來的號碼，不需再申請，請加註刷次。", "S0 l.1379"),
    Reply("time", "出版時間", "請在出版前三個月內提出申請，並依版權頁填寫出版年月。", "S0 l.1738"),
    Reply(
        "scope",
        "不屬編配範圍",
        "這件出版品不屬於 ISBN 的編配範圍，本中心不予編號。如有疑問請與我們聯絡。",
        "S2 二; S0 l.1264",
    ),
    Reply(
        "no-cip", "不需申請 CIP", "本書屬於不需申請預行編目的範圍，請將「是否申請 CIP」改為「否」。", "S0 l.1549–1559"
    ),
)
BY_CODE = {reply.code: reply for reply in REPLIES}
