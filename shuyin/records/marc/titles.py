"""245, 246 and the uniform titles: taken apart and put together again (ISBD punctuation)."""

from __future__ import annotations

import re

from pymarc import Field, Indicators, Subfield

from shuyin.records.book import Book, TitleParts
from shuyin.records.marc.scripts import Partners

_TRAILING = re.compile(r"(?:\s+[/:;=,.]|[\s/:;=,，：；／＝])+$")
_FULL_STOP = re.compile(r"(?<=[^.\s]{3})\.$|(?<=[\u3400-\u9fff])\.$")  # 。 is the title's own
#: Last characters for which the expressions above can do anything.
_MARKS = frozenset(" /:;=,.，：；／＝")
_BRACKETS = str.maketrans("", "", "[]<>〔〕")
_PARALLEL = re.compile(r"\s+=\s*|\s*=\s+")


def trimmed(text: str, brackets: bool = False) -> str:
    """A value without the punctuation that ISBD puts behind it, and without square brackets if asked."""
    if brackets:
        text = text.translate(_BRACKETS)
    text = text.strip()
    if not text or text[-1] not in _MARKS:
        return text
    text = _TRAILING.sub("", text)
    return _FULL_STOP.sub("", text).strip()


class Titles:
    """What the title fields say, gathered field by field."""

    __slots__ = ("_others", "_parallel", "_title", "_uniform")

    def __init__(self) -> None:
        self._title: list[str] | None = None  # subfields of 245
        self._uniform: list[str] = []
        self._parallel: list[str] = []  # 246 with second indicator 1
        self._others: list[str] = []

    def add(self, tag: str, indicators: str, subfields: list[str]) -> None:
        """Take a field 130, 240, 245, 246, 730 or 740."""
        if tag == "245":
            if self._title is None:
                self._title = subfields
            return
        text = trimmed(_joined(subfields, "abnp" if tag == "246" else "anp"))
        if not text:
            return
        if tag in ("130", "240"):
            self._uniform.append(text)
        elif tag == "246" and indicators[1:2] == "1":
            self._parallel.append(text)
        else:
            self._others.append(text)

    @property
    def responsibility(self) -> str | None:
        """245 $c."""
        return trimmed(_joined(self._title or [], "c")) or None

    def parts(self, partners: Partners) -> tuple[str, TitleParts]:
        """(title as displayed, its parts). A title in another script (880) is one more variant."""
        main = number = name = None
        rest: list[str] = []
        before_rest = ""
        own = self._title or []
        for place, subfield in enumerate(own, start=1):
            code, value = subfield[:1], subfield[1:].strip()
            if place < len(own) and own[place][:1] in ("n", "p") and value[-1:] in (".", ","):
                value = value[:-1]  # the mark before $n or $p, not a part of the value
            if code == "a" and main is None:
                main = trimmed(value)
            elif code == "n" and not rest:
                number = trimmed(value) if number is None else f"{number}, {trimmed(value)}"
            elif code == "p" and not rest:
                name = trimmed(value) if name is None else f"{name}. {trimmed(value)}"
            elif code and code in "abnpfgks":
                rest.append(value)
            if not rest and code not in ("c", "6", "8"):
                before_rest = value
        remainder, parallel = _split_parallel(" ".join(rest), before_rest.endswith("=")) if rest else (None, [])
        romanised = partners.take("245", self._title or [])
        others = self._others if romanised is None else [*self._others, trimmed(_joined(romanised, "abnp"))]
        parts = TitleParts(
            main=main or name or "",
            remainder=remainder,
            part_number=number,
            part_name=name if main else None,
            parallel=tuple(dict.fromkeys((*parallel, *self._parallel))),
            variants=tuple(dict.fromkeys((*others, *self._uniform[1:]))),
            uniform=self._uniform[0] if self._uniform else None,
        )
        return display(parts, parallel), parts


def display(parts: TitleParts, parallel: list[str] | None = None) -> str:
    """`main. number, name : remainder = parallel`, as a title page is transcribed."""
    text = parts.main
    if parts.part_number:
        text += f". {parts.part_number}"
    if parts.part_name:
        text += (", " if parts.part_number else ". ") + parts.part_name
    if parts.remainder:
        text += f" : {parts.remainder}"
    return " = ".join((text, *(parts.parallel if parallel is None else parallel)))


def write_title(book: Book) -> list[Field]:
    """245 and the fields of other titles."""
    parts = book.parts
    values = [("a", parts.main)]
    if parts.part_number:
        values.append(("n", parts.part_number))
    if parts.part_name:
        values.append(("p", parts.part_name))
    tail = " = ".join(([parts.remainder] if parts.remainder else []) + list(parts.parallel))
    marks = {"n": ".", "p": "," if parts.part_number else "."}
    for place in range(len(values) - 1):
        code, value = values[place]
        values[place] = (code, value + marks[values[place + 1][0]])
    if tail:
        code, value = values[-1]
        values[-1] = (code, value + (" :" if parts.remainder else " ="))
        values.append(("b", tail))
    if book.responsibility:
        code, value = values[-1]
        values[-1] = (code, value + " /")
        values.append(("c", book.responsibility))
    made = [_field("245", "1" if book.contributors else "0", "0", values)]
    if parts.uniform:
        made.insert(
            0,
            _field(
                "240" if book.contributors else "130",
                "1" if book.contributors else "0",
                "0" if book.contributors else " ",
                [("a", parts.uniform)],
            ),
        )
    made += [_field("246", "3", "1", [("a", title)]) for title in parts.parallel]
    made += [_field("246", "3", " ", [("a", title)]) for title in parts.variants]
    return made


def _split_parallel(text: str, begins_parallel: bool) -> tuple[str | None, list[str]]:
    pieces = [trimmed(piece).lstrip(":：/ ").strip() for piece in _PARALLEL.split(text)]
    if begins_parallel or text.lstrip().startswith("="):
        return None, [piece for piece in pieces if piece]
    return pieces[0] or None, [piece for piece in pieces[1:] if piece]


def _joined(subfields: list[str], codes: str) -> str:
    return " ".join(value for s in subfields if s[:1] and s[0] in codes and (value := s[1:].strip()))


def _field(tag: str, first: str, second: str, values: list[tuple[str, str]]) -> Field:
    return Field(
        tag=tag, indicators=Indicators(first, second), subfields=[Subfield(code, value) for code, value in values]
    )
