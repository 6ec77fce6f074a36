"""245, 246 and the uniform titles: taken apart and put together again (ISBD punctuation)."""

from __future__ import annotations

import re

from pymarc import Field, Indicators, Subfield

from shuyin.records.book import Book, TitleParts

_TRAILING = re.compile(r"(?:\s+[/:;=,.]|[\s/:;=,，：；／＝])+$")
_FULL_STOP = re.compile(r"(?<=[^.\s]{3})\.$|(?<=[\u3400-\u9fff])[.。]$")
_BRACKETS = str.maketrans("", "", "[]<>〔〕")
_PARALLEL = re.compile(r"\s+=\s*|\s*=\s+")


def trimmed(text: str, brackets: bool = False) -> str:
    """A value without the punctuation that ISBD puts behind it, and without square brackets if asked."""
    if brackets:
        text = text.translate(_BRACKETS)
    text = _TRAILING.sub("", text.strip())
    return _FULL_STOP.sub("", text).strip()


def read_title(fields: dict[str, list[Field]]) -> tuple[str, TitleParts, str | None]:
    """(title as displayed, its parts, statement of responsibility) of 245 with 130, 240, 246, 730 and 740."""
    if not fields["245"]:
        return "", TitleParts(""), None
    field = fields["245"][0]
    main = number = name = None
    rest: list[str] = []
    responsibility: list[str] = []
    for code, value in ((s.code, s.value.strip()) for s in field.subfields):
        if code == "a" and main is None:
            main = trimmed(value)
        elif code == "n" and not rest:
            number = trimmed(value) if number is None else f"{number}, {trimmed(value)}"
        elif code == "p" and not rest:
            name = trimmed(value) if name is None else f"{name}. {trimmed(value)}"
        elif code in "abnpfgks":
            rest.append(value)
        elif code == "c":
            responsibility.append(value)
    ends_parallel = any(s.value.rstrip().endswith("=") for s in field.subfields if s.code in "anp")
    remainder, parallel = _split_parallel(" ".join(rest), ends_parallel)
    alternatives = [trimmed(_text(f, "a", "b", "n", "p")) for f in fields["246"]]
    parallel += [a for f, a in zip(fields["246"], alternatives, strict=True) if f.indicator2 == "1"]
    variants = [a for f, a in zip(fields["246"], alternatives, strict=True) if f.indicator2 != "1"]
    variants += [
        trimmed(_text(f, "a", "b", "n", "p")) for tag in ("730", "740", "880-245") for f in fields.get(tag, ())
    ]
    uniform = next((trimmed(_text(f, "a", "n", "p")) for tag in ("130", "240") for f in fields[tag]), None)
    parts = TitleParts(
        main=main or name or "",
        remainder=remainder,
        part_number=number,
        part_name=name if main else None,
        parallel=tuple(dict.fromkeys(p for p in parallel if p)),
        variants=tuple(dict.fromkeys(v for v in variants if v)),
        uniform=uniform or None,
    )
    in_field = _split_parallel(" ".join(rest), ends_parallel)[1]
    statement = trimmed(" ".join(responsibility)) or None
    return display(parts, in_field), parts, statement


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


def _text(field: Field, *codes: str) -> str:
    return " ".join(v.strip() for v in field.get_subfields(*codes) if v.strip())


def _field(tag: str, first: str, second: str, values: list[tuple[str, str]]) -> Field:
    return Field(
        tag=tag, indicators=Indicators(first, second), subfields=[Subfield(code, value) for code, value in values]
    )
