"""Drawn covers: well-formed, free of script and style, safe with any title."""

from __future__ import annotations

import pytest
from lxml import etree

from shuyin.records.book import Book, ClassNumber, Format, TitleParts
from shuyin.records.book_json import to_json
from shuyin.web import covers

_SVG = "{http://www.w3.org/2000/svg}"


def _cover(title: str, number: str | None = None, format: Format = Format.PRINT) -> etree._Element:
    classes = (ClassNumber(number, "ncsclt"),) if number else ()
    book = Book(title=title, parts=TitleParts(main=title), classes=classes, format=format)
    return etree.fromstring(covers.draw(to_json(book, id=1)).encode())


def _letters(root: etree._Element) -> str:
    return "".join(text.text or "" for text in root.iter(f"{_SVG}text"))


def test_a_han_title_is_set_vertically_from_the_right() -> None:
    root = _cover("臺灣期刊資源學術能量風貌報告")
    placed = [(float(t.get("x")), float(t.get("y")), t.text) for t in root.iter(f"{_SVG}text")]
    assert _letters(root) == "臺灣期刊資源學術能量風貌報告"
    first, second = placed[0], placed[1]
    assert first[0] == second[0] and first[1] < second[1]
    assert placed[-1][0] < first[0]


@pytest.mark.parametrize(
    "title",
    [
        "",
        "家",
        "A & B <script>",
        "]]>",
        "Pride and Prejudice",
        "📚📚📚",
        "超長書名" * 60,
        "：：：",
        "Supercalifragilistic" * 5,
    ],
)
def test_any_title_gives_a_well_formed_drawing(title: str) -> None:
    for format in Format:
        root = _cover(title, "857.7", format)
        tags = {etree.QName(e).localname for e in root.iter()}
        assert tags <= {"svg", "rect", "path", "circle", "g", "text"}
        assert all("style" not in e.attrib for e in root.iter())


def test_the_colour_follows_the_main_class() -> None:
    colours = {_cover("書", f"{digit}00")[0].get("fill") for digit in range(10)}
    assert len(colours) == 10
    assert _cover("書")[0].get("fill") not in colours
