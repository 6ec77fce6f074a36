"""CIP Data Block and card: the lines as a cataloguer prints them, and the documents as LibreOffice reads them."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from shuyin.records.book import Binding, Book, ClassNumber, Contributor, Series, Subject, TitleParts
from shuyin.records.card_format import card, entry_date, finished_before_data_block
from shuyin.records.cip_documents import to_docx, to_odt
from shuyin.records.data_block import data_block, punctuated, roc_date

# The record that S0 prints (CIP呈現方式調整).
SAMPLE = Book(
    title="臺灣期刊資源學術能量風貌報告. 113年 : 國家圖書館期刊資源典藏取用及熱門研究主題分析",
    parts=TitleParts("臺灣期刊資源學術能量風貌報告", "國家圖書館期刊資源典藏取用及熱門研究主題分析", "113年"),
    responsibility="國家圖書館知識服務組執行編輯",
    edition="初版",
    place="臺北市",
    publisher="國家圖書館",
    published="2025-04",
    bindings=(Binding("9789576787713", "平裝", "NT$300", "86面", "30公分"),),
    subjects=tuple(
        Subject(label, "lcstt") for label in ("國家圖書館", "期刊文獻", "引用文獻分析", "學術傳播", "學術研究")
    ),
    classes=(ClassNumber("011.016", "ncsclt"),),
    cip_number="CIP 114004670",
)
PRINTED = (
    "國家圖書館出版品預行編目(CIP)資料",
    "題名/著者：臺灣期刊資源學術能量風貌報告. 113年：國家圖書館期刊資源典藏取用及熱門研究主題分析"
    " / 國家圖書館知識服務組執行編輯",
    "版本：初版",
    "出版：臺北市：國家圖書館，民114.04",
    "識別碼：ISBN978-957-678-771-3(平裝) | CIP 114004670",
    "主題詞：LCSTT：國家圖書館 | LCSTT：期刊文獻 | LCSTT：引用文獻分析 | LCSTT：學術傳播 | LCSTT：學術研究",
    "分類號：011.016",
)


def test_the_sample_of_the_national_library_comes_out_as_printed() -> None:
    assert data_block(SAMPLE).paragraphs == PRINTED


def test_what_is_unknown_is_left_out_and_machine_headings_are_marked() -> None:
    book = Book(
        title="無名書",
        parts=TitleParts("無名書"),
        contributors=(Contributor("王小明", "著"), Contributor("李四", "譯"), Contributor("張三")),
        publisher="某社",
        subjects=(Subject("散文", None, assigned_by="shuyin-1"), Subject("Essays", "lcsh")),
        classes=(ClassNumber("855", "ncsclt", assigned_by="shuyin-1"), ClassNumber("895.1", "ddc")),
    )
    assert data_block(book).paragraphs == (
        "國家圖書館出版品預行編目(CIP)資料",
        "題名/著者：無名書 / 王小明著；李四譯；張三",
        "出版：某社",
        "主題詞：散文（機器建議） | LCSH：Essays",
        "分類號：855（機器建議）",
        "（本書目無CIP編號，非正式預行編目資料）",
    )
    assert str(data_block(replace(book, classes=book.classes[1:])).lines[-1]) == "分類號：DDC：895.1"


@pytest.mark.parametrize(
    ("title", "printed"),
    [
        ("甲 : 乙 /", "甲：乙"),
        ("甲: 乙", "甲：乙"),
        ("甲：乙", "甲：乙"),
        ("Libraries : a history", "Libraries : a history"),
        ("圖書館 : a history = Libraries: a history", "圖書館：a history = Libraries : a history"),
        ("共享蒼穹= A shared sky", "共享蒼穹 = A shared sky"),
        ("8:30的列車", "8:30的列車"),
        ("E=mc2的故事", "E=mc2的故事"),
    ],
)
def test_spaces_in_titles(title: str, printed: str) -> None:
    assert punctuated(title) == printed


def test_roc_dates() -> None:
    iso = ["2025-04", "2025-04-09", "2025", "1912", "1911", "1905-03", None, ""]
    assert [roc_date(d) for d in iso] == ["民114.04", "民114.04", "民114", "民1", "民前1", "民前7.03", "", ""]


def test_several_bindings_stand_in_one_line() -> None:
    book = replace(SAMPLE, bindings=(*SAMPLE.bindings, Binding("9789576787829", "(精裝)"), Binding(None, "EPUB")))
    assert str(data_block(book).lines[3]) == (
        "識別碼：ISBN978-957-678-771-3(平裝) | ISBN978-957-678-782-9(精裝) | CIP 114004670"
    )


def test_the_card_of_the_sample() -> None:
    book = replace(SAMPLE, series=(Series("國家圖書館叢書", "12"),))
    assert card(book).paragraphs == (
        "國家圖書館出版品預行編目(CIP)資料",
        "臺灣期刊資源學術能量風貌報告. 113年 : 國家圖書館期刊資源典藏取用及熱門研究主題分析"
        " / 國家圖書館知識服務組執行編輯. -- 初版. -- 臺北市 : 國家圖書館, 民114.04",
        "86面 ; 30公分. -- (國家圖書館叢書 ; 12)",
        "ISBN 978-957-678-771-3(平裝) : NT$300",
        "1.國家圖書館 2.期刊文獻 3.引用文獻分析 4.學術傳播 5.學術研究",
        "011.016　　　　114004670",
    )
    before_print = replace(SAMPLE, bindings=(Binding("9789576787713", "平裝", pages="86"),))
    assert card(before_print).physical == "86面 ; 公分"


def test_the_card_stays_where_the_cip_was_finished_before_the_change() -> None:
    late, early = date(2026, 5, 1), date(2026, 3, 9)
    given = [("CIP 114004670", late), ("115000001", early), ("115000001", late), ("116000001", early), (None, early)]
    kept = [finished_before_data_block(replace(SAMPLE, cip_number=number), entered) for number, entered in given]
    assert kept == [True, True, False, False, False]
    assert entry_date("250410s2025", late) == date(2025, 4, 10)
    assert entry_date("990410s1999", late) == date(1999, 4, 10)
    assert [entry_date(f, late) for f in ("000000", "abc", "", None)] == [late] * 4


def _text_by_libreoffice(document: bytes, ending: str, folder: Path) -> list[str]:
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if not office:
        pytest.skip("LibreOffice is not installed (apt-get install libreoffice-writer-nogui)")
    file = folder / f"block.{ending}"
    file.write_bytes(document)
    profile = f"-env:UserInstallation=file://{folder}/profile"
    convert = ["--headless", "--convert-to", "txt:Text (encoded):UTF8", "--outdir", str(folder), str(file)]
    subprocess.run([office, profile, *convert], check=True, capture_output=True, timeout=120)
    return (folder / "block.txt").read_text(encoding="utf-8-sig").splitlines()


@pytest.mark.parametrize("ending", ["docx", "odt"])
def test_libreoffice_reads_the_documents(ending: str, tmp_path: Path) -> None:
    lines: Sequence[str] = [*PRINTED, "控制\x01字元 & <角括號>"]
    document = to_docx(lines) if ending == "docx" else to_odt(lines)
    assert _text_by_libreoffice(document, ending, tmp_path) == [*PRINTED, "控制字元 & <角括號>"]
