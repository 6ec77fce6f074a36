"""Drawn stand-ins for covers: a thread-bound book with its title slip, in the colour of its class.

SVG with presentation attributes only (no style, no script), so that it holds under the strict policy.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from shuyin.records.book import Format
from shuyin.records.book_json import BookJson

WIDTH, HEIGHT = 240, 340
#: Cloth and thread colours by main class (0–9) and for books without one.
_COLOURS = {
    "0": ("#4A5A63", "#D9DEDF"),  # 總類 slate
    "1": ("#3B4A6B", "#D6DAE6"),  # 哲學 indigo
    "2": ("#7A5A2E", "#EADFC8"),  # 宗教 ochre
    "3": ("#2F6460", "#D3E3E0"),  # 科學 pine
    "4": ("#4E6B3A", "#DDE6D3"),  # 應用科學 bamboo
    "5": ("#6B3F3A", "#E8D8D4"),  # 社會科學 umber
    "6": ("#7C3B2A", "#EED9D0"),  # 中國史地 brick
    "7": ("#2E5A78", "#D3E0E9"),  # 世界史地 azurite
    "8": ("#6A3550", "#E7D6DF"),  # 語言文學 plum
    "9": ("#57457A", "#DFD9EA"),  # 藝術 iris
}
_NO_CLASS = ("#57534B", "#E1DED7")
_SLIP, _INK = "#FBF7EC", "#221F1A"
_SERIF = "Noto Serif CJK TC, Noto Serif TC, Source Han Serif TC, Songti TC, PMingLiU, serif"
_ROWS, _COLUMNS = 10, 2


@dataclass(frozen=True, slots=True)
class _Slip:
    columns: tuple[tuple[str, ...], ...]
    size: int


def class_digit(book: BookJson) -> str:
    """First digit of the first class number of 中文圖書分類法, or an empty string."""
    numbers = [c["number"] for c in book["classes"] if c["scheme"] == "ncsclt"]
    return numbers[0][0] if numbers and numbers[0][:1].isdigit() else ""


def draw(book: BookJson) -> str:
    """The stand-in for a book as an SVG document of 240 × 340 units."""
    cloth, thread = _COLOURS.get(class_digit(book), _NO_CLASS)
    title = book["title_parts"]["main"] or book["title"]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{cloth}"/>',
        *_weave(thread, book["format"]),
        *_binding(thread),
        *_title(title),
        "</svg>",
    ]
    return "".join(parts)


def _weave(thread: str, format: str) -> Iterator[str]:
    """A quiet ground: rings for sound, a grid for the screen, laid lines for paper."""
    common = f'fill="none" stroke="{thread}" stroke-opacity=".16"'
    if format == Format.AUDIO.value:
        for radius in range(30, 330, 22):
            yield f'<circle cx="{WIDTH}" cy="{HEIGHT}" r="{radius}" {common}/>'
    elif format == Format.EBOOK.value:
        lines = "".join(f"M{x} 0V{HEIGHT}" for x in range(16, WIDTH, 16))
        lines += "".join(f"M0 {y}H{WIDTH}" for y in range(16, HEIGHT, 16))
        yield f'<path d="{lines}" {common}/>'
    else:
        lines = "".join(f"M0 {y}H{WIDTH}" for y in range(8, HEIGHT, 8))
        yield f'<path d="{lines}" {common}/>'


def _binding(thread: str) -> Iterator[str]:
    """Four-hole binding along the right edge, where a Chinese book has its spine."""
    x = WIDTH - 26
    stitches = f"M{x} 0V{HEIGHT}" + "".join(f"M{x} {y}H{WIDTH}" for y in (34, 124, 216, 306))
    yield f'<path d="{stitches}" fill="none" stroke="{thread}" stroke-opacity=".75" stroke-width="2"/>'


def _title(title: str) -> Iterator[str]:
    slip = _set_vertically(title) if _is_han(title) else None
    if slip is None:
        yield from _latin_title(title)
        return
    step = slip.size * 1.14
    width = 30 + len(slip.columns) * (slip.size + 8)
    height = 36 + max(len(c) for c in slip.columns) * step
    yield f'<rect x="26" y="26" width="{width}" height="{height:.0f}" fill="{_SLIP}"/>'
    yield (
        f'<rect x="31" y="31" width="{width - 10}" height="{height - 10:.0f}" fill="none" stroke="{_INK}" '
        'stroke-opacity=".55"/>'
    )
    yield f'<g font-family="{_SERIF}" font-size="{slip.size}" font-weight="600" fill="{_INK}" text-anchor="middle">'
    for number, column in enumerate(slip.columns):
        x = 26 + width - 15 - (number + 0.5) * (slip.size + 8)
        for row, character in enumerate(column):
            y = 26 + 18 + slip.size * 0.9 + row * step
            yield f'<text x="{x:.0f}" y="{y:.0f}">{escape(character)}</text>'
    yield "</g>"


def _is_han(text: str) -> bool:
    letters = [c for c in text if c.isalnum()]
    wide = [c for c in letters if unicodedata.east_asian_width(c) in "WF"]
    return bool(letters) and len(wide) * 2 >= len(letters)


def _set_vertically(title: str) -> _Slip | None:
    """The title in one or two columns from the right; upright forms of punctuation, cut with a dash of dots."""
    characters = [c for c in unicodedata.normalize("NFC", title) if not c.isspace()]
    for stop in ("：", ":", "；", "=", "／", "/", "（", "("):
        if stop in characters and 2 <= characters.index(stop) <= _ROWS * _COLUMNS:
            characters = characters[: characters.index(stop)]
    if len(characters) > _ROWS * _COLUMNS:
        characters = [*characters[: _ROWS * _COLUMNS - 1], "⋮"]
    upright = [_UPRIGHT.get(c, c) for c in characters]
    if not upright:
        return None
    if len(upright) <= _ROWS - 1:
        return _Slip((tuple(upright),), 34 if len(upright) <= 6 else 26)
    half = -(-len(upright) // 2)
    return _Slip((tuple(upright[:half]), tuple(upright[half:])), 26 if half <= 8 else 23)


_UPRIGHT = {
    "（": "︵",
    "）": "︶",
    "(": "︵",
    ")": "︶",
    "「": "﹁",
    "」": "﹂",
    "『": "﹃",
    "』": "﹄",
    "《": "︽",
    "》": "︾",
    "〈": "︿",
    "〉": "﹀",
    "，": "︐",
    ",": "︐",
    "、": "︑",
    "—": "︱",
    "－": "︱",
    "-": "︱",
    "～": "︴",
    "…": "⋮",
}


#: Latin words whole, other characters one by one.
_BREAKS = re.compile(r"[\x21-\u024f]+|[^\s\x21-\u024f]")
_LATIN_SIZE, _LATIN_WIDTH, _LATIN_LINES = 18, 152, 5


def _latin_title(title: str) -> Iterator[str]:
    lines = _lines(title.split(" : ")[0].split(" / ")[0])
    height = 44 + len(lines) * 26
    yield f'<rect x="20" y="36" width="176" height="{height}" fill="{_SLIP}"/>'
    yield f'<rect x="25" y="41" width="166" height="{height - 10}" fill="none" stroke="{_INK}" stroke-opacity=".55"/>'
    yield f'<g font-family="{_SERIF}" font-size="{_LATIN_SIZE}" font-weight="600" fill="{_INK}">'
    for number, line in enumerate(lines):
        # a single long word is set narrower rather than cut
        tight = f' textLength="{_LATIN_WIDTH}" lengthAdjust="spacingAndGlyphs"' if _width(line) > _LATIN_WIDTH else ""
        yield f'<text x="32" y="{72 + number * 26}"{tight}>{escape(line)}</text>'
    yield "</g>"


def _width(text: str) -> float:
    """How wide a line is set, in units of the drawing, by the usual widths of serif letters."""
    ems = sum(1 if unicodedata.east_asian_width(c) in "WF" else 0.76 if c.isupper() else 0.55 for c in text)
    return ems * _LATIN_SIZE


def _lines(text: str) -> list[str]:
    lines = [""]
    for word in _BREAKS.findall(text):
        space = " " if lines[-1][-1:].isascii() and word[0].isascii() else ""
        joined = f"{lines[-1]}{space}{word}".strip()
        if _width(joined) <= _LATIN_WIDTH or not lines[-1]:
            lines[-1] = joined[:24]
        else:
            lines.append(word[:24])
    return lines if len(lines) <= _LATIN_LINES else [*lines[: _LATIN_LINES - 1], lines[_LATIN_LINES - 1][:10] + "…"]
