"""Taking a printed title apart: subtitle, parallel title, volume, and what shops add in brackets behind it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from shuyin.records.book import Format, TitleParts

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")

#: Brackets at the end that say the form or the binding, not the title.
_FORMS = {
    "電子書": ("電子書", Format.EBOOK),
    "電子書版": ("電子書", Format.EBOOK),
    "EPUB": ("EPUB", Format.EBOOK),
    "PDF": ("PDF", Format.EBOOK),
    "有聲書": ("有聲書", Format.AUDIO),
    "平裝": ("平裝", Format.PRINT),
    "平": ("平裝", Format.PRINT),
    "平裝本": ("平裝", Format.PRINT),
    "平裝版": ("平裝", Format.PRINT),
    "精裝": ("精裝", Format.PRINT),
    "精": ("精裝", Format.PRINT),
    "精裝本": ("精裝", Format.PRINT),
    "精裝版": ("精裝", Format.PRINT),
    "軟精裝": ("軟精裝", Format.PRINT),
    "線裝": ("線裝", Format.PRINT),
    "盒裝": ("盒裝", Format.PRINT),
}
_EDITION = re.compile(
    r"^(?:第?[一二三四五六七八九十百\d]+版|(?:全新)?(?:增訂|修訂|增修|最新|改)(?:新|二|三)?版|全新[一二三四五]?版)$"
)
_LAST_BRACKET = re.compile(r"\s*[(（\[［【〔](?P<inside>[^()（）\[\]［］【】〔〕]*)[)）\]］】〕]\s*$")

#: Volumes behind a blank or in brackets: 3, 01, 上, 上冊, 第三冊, 第2話, vol.3, 卷三, (11).
_NUMERAL = r"(?:\d{1,4}|[一二三四五六七八九十百]{1,4}|[上中下])"
_VOLUME_WORDS = (
    rf"(?:第\s*{_NUMERAL}\s*[冊卷集部話回輯章季期號]|[卷冊]{_NUMERAL}|[上中下][冊集卷部]"
    r"|(?:vol|no|book)\.?\s*\d{1,4})"
)
_VOLUME = re.compile(
    rf"^(?P<main>.+?)(?:\s+(?P<spaced>\d{{1,3}}|{_VOLUME_WORDS})"
    rf"|(?<![)）])\s*[(（](?P<bracketed>\d{{1,3}}|[上中下]|{_VOLUME_WORDS})[)）]"
    r"|(?<=[^\d\s.])(?P<padded>0\d{1,2}))$",
    re.I,
)
_PART_NUMBER = re.compile(r"\d|^[上中下][冊集卷]?$|^第.+[冊卷集部編輯]$|^[一二三四五六七八九十]+$")


@dataclass(frozen=True, slots=True)
class PrintedTitle:
    """A title taken apart, with what stood behind it in brackets."""

    parts: TitleParts
    binding: str | None = None
    format: Format | None = None
    edition: str | None = None

    @property
    def whole(self) -> str:
        """The title as catalogues print it: main. number, name = parallel : remainder."""
        return whole_title(self.parts)


def whole_title(parts: TitleParts) -> str:
    """`臺灣期刊資源學術能量風貌報告. 113年 : 國家圖書館…`: ISBD punctuation between the parts."""
    text = parts.main
    if parts.part_number:
        text += f". {parts.part_number}"
    if parts.part_name:
        text += f", {parts.part_name}" if parts.part_number else f". {parts.part_name}"
    if parts.remainder:
        text += f" : {parts.remainder}"
    return text + "".join(f" = {parallel}" for parallel in parts.parallel)


def shop_title(text: str) -> PrintedTitle:
    """A title as shops print it: `豔漢 (19) (電子書)`, `滿洲鴉片小隊 13`, `新名字的故事：那不勒斯故事2`."""
    text, binding, form, edition = _without_brackets(text)
    text, parallel = _parallel(text)
    main, remainder = _subtitle(text)
    volume = _VOLUME.match(main)
    number = None
    if volume and not volume["main"].isdigit():
        main = volume["main"].rstrip(" ，,：:-")
        number = volume["spaced"] or volume["bracketed"] or volume["padded"]
    parts = TitleParts(main=main, remainder=remainder, part_number=number, parallel=parallel)
    return PrintedTitle(parts, binding, form, edition)


def filed_title(text: str) -> PrintedTitle:
    """A title as publishers file it with the library (申請書名, S0): `書名. 2025, 部分名: 副書名= Parallel title`."""
    text = text.replace("<<", "《").replace(">>", "》")
    text, binding, form, edition = _without_brackets(text)
    text, parallel = _parallel(text)
    main, remainder = _subtitle(text)
    number = name = None
    segments = main.split(". ")
    if len(segments) > 1 and _HAN.search(segments[0]):
        main, rest = segments[0], segments[1:]
        head, _, tail = rest[0].partition(", ")
        if _PART_NUMBER.search(head):
            number, name = head, ", ".join(filter(None, [tail, *rest[1:]])) or None
        else:
            name = ". ".join(rest)
    else:
        volume = _VOLUME.match(main)
        if volume and volume["bracketed"]:
            main, number = volume["main"].rstrip(), volume["bracketed"]
    parts = TitleParts(main=main, remainder=remainder, part_number=number, part_name=name, parallel=parallel)
    return PrintedTitle(parts, binding, form, edition)


def _without_brackets(text: str) -> tuple[str, str | None, Format | None, str | None]:
    binding = edition = None
    form: Format | None = None
    while (match := _LAST_BRACKET.search(text)) and match.start() > 0:
        inside = match["inside"].strip()
        if inside in _FORMS and form is None:
            binding, form = _FORMS[inside]
        elif _EDITION.match(inside) and edition is None:
            edition = inside
        else:
            break
        text = text[: match.start()]
    return text.strip(), binding, form, edition


def _parallel(text: str) -> tuple[str, tuple[str, ...]]:
    head, *parallel = re.split(r"\s*=\s+|\s+=\s*", text)
    if not head or not parallel:
        return text, ()
    return head, tuple(p for p in parallel if p)


def _subtitle(text: str) -> tuple[str, str | None]:
    """The title before and behind its first colon; a subtitle that is printed twice counts once."""
    match = re.search(r"\s*：\s*|\s*:\s+|\s+:\s*", text)
    if match is None or match.start() == 0 or match.end() == len(text):
        return text, None
    main, remainder = text[: match.start()].rstrip(), text[match.end() :]
    pieces = re.split(r"\s*：\s*", remainder)
    if len(pieces) == 2 and pieces[0] == pieces[1]:
        remainder = pieces[0]
    return (main, remainder) if main and remainder else (text, None)
