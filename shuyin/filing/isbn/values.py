"""Value lists of the ISBN/CIP forms. S0 prints one value of each; the rest are those of the library's monthly list.

What goes into the record as it is printed has the printed word as its value.
"""

from __future__ import annotations

from shuyin.filing.engine.conditions import when
from shuyin.filing.engine.declaration import Choice, mark

PRINT, AUDIO, EBOOK = "print", "audio", "ebook"

#: 出版品類型, S0 l.1263–1265.
FORMS = (
    Choice(PRINT, mark("紙本書")),
    Choice(AUDIO, mark("有聲書"), mark("限口語朗讀之有聲出版品，不含音樂、表演或影像類型之出版品")),
    Choice(EBOOK, mark("電子書"), mark("線上或數位平臺")),
)
HAS_PRINT, HAS_AUDIO, HAS_EBOOK = when("forms", PRINT), when("forms", AUDIO), when("forms", EBOOK)

YES_NO = (Choice("yes", mark("是")), Choice("no", mark("否")))


def _printed(*words: str) -> tuple[Choice, ...]:
    return tuple(Choice(word, word) for word in words)


OTHER = mark("其他")

#: 作品語文, S0 l.1349; the words are those of `harvest` for the same column of the monthly list.
CHINESE = (mark("繁體中文"), mark("簡體中文"))
LANGUAGES = _printed(
    *CHINESE,
    mark("英文"),
    mark("日文"),
    mark("韓文"),
    mark("法文"),
    mark("德文"),
    mark("西班牙文"),
    mark("越南文"),
    mark("印尼文"),
    mark("泰文"),
    OTHER,
)

#: 國家語言, S0 l.1349–1354 (臺灣客語: 國家語言發展法 §3 names the languages that S0 gives examples of).
NATIONAL_LANGUAGES = _printed(
    mark("臺灣華語"),
    mark("臺灣台語"),
    mark("臺灣客語"),
    mark("臺灣原住民族語"),
    mark("非國家語言"),
    OTHER,
)

#: 適讀對象, S0 l.1351.
AUDIENCES = _printed(
    mark("成人(一般)"), mark("成人(學術)"), mark("青少年"), mark("學齡兒童"), mark("學前幼兒"), mark("樂齡")
)

#: 建議上架分類, S0 l.1352.
CHILDREN, TEXTBOOKS, COMICS = mark("兒童讀物(含繪本、故事書等)"), mark("教科書"), mark("漫畫書")
SHELVES = _printed(
    mark("文學"),
    mark("小說"),
    mark("語言"),
    mark("字典工具書"),
    TEXTBOOKS,
    mark("考試用書"),
    COMICS,
    mark("心理勵志"),
    mark("科學與技術"),
    mark("醫學家政"),
    mark("商業與管理"),
    mark("社會科學"),
    mark("人文史地"),
    CHILDREN,
    mark("藝術"),
    mark("休閒旅遊"),
    mark("政府出版品"),
    mark("宗教哲學"),
    mark("總類"),
    OTHER,
)
IS_CHILDREN, IS_TEXTBOOK = when("shelf", CHILDREN), when("shelf", TEXTBOOKS)

#: 兒童讀物細項, S0 l.1352.
CHILDREN_DETAILS = _printed(
    mark("繪本、圖畫書"), mark("橋梁書"), mark("故事、兒童文學"), mark("知識讀物"), mark("遊戲書"), OTHER
)
#: 教科書細項: what the first exclusion of CIP asks for (S0 l.1551).
SCHOOLBOOK = mark("中小學教科書")
TEXTBOOK_DETAILS = _printed(SCHOOLBOOK, mark("大專校院教科書"), mark("其他教材"))

#: 圖書主題, S0 l.1353.
TOPICS = _printed(
    mark("總類"),
    mark("哲學"),
    mark("宗教"),
    mark("自然科學"),
    mark("應用科學"),
    mark("社會科學"),
    mark("史地/傳記"),
    mark("語言/文學"),
    mark("兒童文學"),
    mark("藝術"),
)

#: 分級註記, S0 l.1354.
RATINGS = _printed(mark("普通級"), mark("限制級"))

#: 紙本書申請／電子書申請, S0 l.1395, 1740.
SINGLE, SET, BOTH = "single", "set", "both"
NUMBERINGS = (
    Choice(SINGLE, mark("單行本號碼")),
    Choice(SET, mark("只申請套號")),
    Choice(BOTH, mark("套號及單行本號碼")),
)

#: 裝訂方式, S0 l.1399–1405.
HARD, SOFT, OTHER_BINDING, ATTACHMENT = "hard", "soft", "other", "attachment"
BINDINGS = (
    Choice(HARD, mark("精裝")),
    Choice(SOFT, mark("平裝")),
    Choice(OTHER_BINDING, mark("其他裝訂"), mark("如：古籍式線裝、經摺裝等")),
    Choice(ATTACHMENT, mark("附件"), mark("如：附 DVD、CD 等")),
)

#: 檔案格式, S2 l.28, 120–124: each is a publication of its own and gets its own number.
EBOOK_FORMATS = (
    Choice("EPUB", "EPUB"),
    Choice("PDF", "PDF"),
    Choice("FLASH", "FLASH"),
    Choice("Zinio PDF", "Zinio PDF"),
    Choice("other", OTHER),
)
#: Forms of an audiobook, told apart for the same reason.
AUDIO_FORMATS = (
    Choice("MP3", mark("線上有聲書（MP3）")),
    Choice("CD", mark("CD 有聲書")),
    Choice("other", OTHER),
)

#: 不需申請出版品預行編目的範圍, S0 l.1551–1559, in its order.
CIP_EXCLUSIONS = (
    Choice("textbook", mark("中小學教科書或考試題庫")),
    Choice("foreign", mark("外文書")),
    Choice("comic", mark("連環漫畫書")),
    Choice("score", mark("樂譜")),
    Choice("map", mark("單張地圖")),
    Choice("braille", mark("盲人點字書")),
    Choice("photo", mark("寫真集")),
    Choice("short", mark("未滿50頁圖書（童書除外）")),
    Choice("media", mark("圖書以外的其他媒體資料")),
)
EXCLUSION_LINES = {choice.value: f"S0 l.{1551 + number}" for number, choice in enumerate(CIP_EXCLUSIONS)}
