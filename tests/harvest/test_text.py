"""Repairing text, taking titles and statements of responsibility apart."""

from __future__ import annotations

import pytest

from shuyin.harvest import cleaning
from shuyin.records.book import Format
from shuyin.records.printed_titles import filed_title, shop_title
from shuyin.records.responsibility import contributors


@pytest.mark.parametrize(
    ("dirty", "clean", "repair"),
    [
        ("懸疑推理 > æ\x8e¨ç\x90\x86ï¼\x8fè\xad¦æ\x8e¢", "懸疑推理 > 推理／警探", cleaning.MOJIBAKE),
        ("CafÃ© dâ€™Or", "Café d’Or", cleaning.MOJIBAKE),
        ("\u200b莲萼标名", "莲萼标名", cleaning.ZERO_WIDTH),
        ("阿部かなり-漫畫;\nSpider Lily-原作", "阿部かなり-漫畫; Spider Lily-原作", cleaning.LINE_BREAK),
        ("社群 ×\xa0SEO", "社群 × SEO", cleaning.BLANKS),
        ("屍控現場        ：每一次", "屍控現場 ：每一次", cleaning.BLANKS),
        ("⿑藤隆夫", "齊藤隆夫", cleaning.RADICAL),
        ("A &amp; B &#x8ECA;", "A & B 車", cleaning.ENTITIES),
        ("第一\x02章", "第一章", cleaning.CONTROL),
    ],
)
def test_damage_is_repaired_and_named(dirty: str, clean: str, repair: str) -> None:
    repairs: set[str] = set()
    assert cleaning.clean(dirty, repairs) == clean
    assert repair in repairs


@pytest.mark.parametrize("sound", ["隱隱微光", "利格拉樂．阿𡠄", "Café Müller", "C++ & C#", "a < b", "R&D", "《家》"])
def test_sound_text_stays(sound: str) -> None:
    repairs: set[str] = set()
    assert cleaning.clean(sound, repairs) == sound
    assert not repairs


def test_html_becomes_plain_lines() -> None:
    escaped = "<p>First <b>bold</b></p><script>alert(1)</script><p>1 &lt; 2</p>".replace("&", "&amp;")
    escaped = escaped.replace("<", "&lt;").replace(">", "&gt;")
    assert cleaning.plain_text(escaped) == "First bold\n1 < 2"
    assert cleaning.plain_text("<ul><li>甲</li><li>乙</li></ul>") == "甲\n乙"


@pytest.mark.parametrize(
    ("text", "main", "number", "remainder", "binding", "form", "edition"),
    [
        ("豔漢 (19) (電子書)", "豔漢", "19", None, "電子書", Format.EBOOK, None),
        ("國寶01", "國寶", "01", None, None, None, None),
        ("骷髏13 001", "骷髏13", "001", None, None, None, None),
        ("滿洲鴉片小隊14", "滿洲鴉片小隊14", None, None, None, None, None),
        ("1984", "1984", None, None, None, None, None),
        ("C++", "C++", None, None, None, None, None),
        ("電工法規(第十七版)", "電工法規", None, None, None, None, "第十七版"),
        ("臺灣藤本植物多樣性(精)", "臺灣藤本植物多樣性", None, None, "精裝", Format.PRINT, None),
        ("民事訴訟法（上冊）", "民事訴訟法", "上冊", None, None, None, None),
        ("進擊的巨人 第3集", "進擊的巨人", "第3集", None, None, None, None),
        ("學習四象限：打造藍圖：打造藍圖", "學習四象限", None, "打造藍圖", None, None, None),
        ("Re:從零開始的異世界生活 38", "Re:從零開始的異世界生活", "38", None, None, None, None),
    ],
)
def test_titles_as_shops_print_them(
    text: str,
    main: str,
    number: str | None,
    remainder: str | None,
    binding: str | None,
    form: Format | None,
    edition: str | None,
) -> None:
    title = shop_title(text)
    assert (title.parts.main, title.parts.part_number, title.parts.remainder) == (main, number, remainder)
    assert (title.binding, title.format, title.edition) == (binding, form, edition)


def test_titles_as_publishers_file_them() -> None:
    title = filed_title("臺灣期刊資源學術能量風貌報告. 113年: 國家圖書館期刊資源典藏取用及熱門研究主題分析")
    assert title.whole == "臺灣期刊資源學術能量風貌報告. 113年 : 國家圖書館期刊資源典藏取用及熱門研究主題分析"
    title = filed_title("哈利波特. 1, 神秘的魔法石= Harry Potter and the Philosopher's Stone")
    assert (title.parts.main, title.parts.part_number, title.parts.part_name) == ("哈利波特", "1", "神秘的魔法石")
    assert title.parts.parallel == ("Harry Potter and the Philosopher's Stone",)
    assert filed_title("故事套書: <<甲>>+<<乙>> (全套)").parts.remainder == "《甲》+《乙》 (全套)"
    assert filed_title("Dr. No").parts.main == "Dr. No"


def people(statement: str, *, roles_always: bool = False) -> list[tuple[str, str | None]]:
    return [(c.name, c.role) for c in contributors(statement, roles_always=roles_always)]


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("門馬司/ 原作; 鹿子", [("門馬司", "原作"), ("鹿子", None)]),
        ("阿部かなり-漫畫; Spider Lily-原作", [("阿部かなり", "漫畫"), ("Spider Lily", "原作")]),
        ("原作：三条陸／漫畫：芝田優作", [("三条陸", "原作"), ("芝田優作", "漫畫")]),
        ("林國華, 高天德, 董維新-編著", [("林國華", "編著"), ("高天德", "編著"), ("董維新", "編著")]),
        ("（日）夏目漱石", [("夏目漱石", None)]),
        ("周膺、吴晶", [("周膺", None), ("吴晶", None)]),
        ("張譯", [("張譯", None)]),  # a name, not a role
        ("胡適 著", [("胡適", "著")]),
    ],
)
def test_names_as_shops_print_them(statement: str, expected: list[tuple[str, str | None]]) -> None:
    assert people(statement) == expected


def test_names_as_the_library_lists_them() -> None:
    assert people("花亦芬作.主講", roles_always=True) == [("花亦芬", "作.主講")]
    assert people("王素貞, 蘇平齡編著", roles_always=True) == [("王素貞", "編著"), ("蘇平齡", "編著")]
    statement = "安東尼.聖修伯里(Antoine de Saint-Exupéry)著; 馬克.揚森(Mark Janssen)繪; 鄭麗君譯"
    assert people(statement, roles_always=True) == [
        ("安東尼.聖修伯里", "著"),
        ("馬克.揚森", "繪"),
        ("鄭麗君", "譯"),
    ]
    assert contributors(statement, roles_always=True)[0].latin == "Antoine de Saint-Exupéry"
    assert contributors("國家圖書館知識服務組執行編輯", roles_always=True)[0].name == "國家圖書館知識服務組"
    assert contributors("書目資料編輯小組編著", roles_always=True)[0].kind == "corporate"
