"""Names in CMARC's 7xx block: the first with primary responsibility is the main entry, the rest are added entries."""

from __future__ import annotations

import re

from shuyin.harvest.readers import cmarc_tables as tables
from shuyin.harvest.readers.fields import Field

_HAN = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
#: Romanised forms that CMARC keeps in fields of their own → the names they belong to.
_ROMANISED = {"770": "700", "771": "701", "772": "702", "780": "710", "781": "711", "782": "712"}


def names(by_tag: dict[str, list[Field]]) -> tuple[list[Field], bool]:
    """1xx, 7xx and their 880 forms, and whether there is a main entry."""
    out: list[Field] = []
    pairs: list[tuple[Field, Field]] = []
    main = False
    for tag, (target, first) in tables.NAMES.items():
        romanised = iter(by_tag.get(next((r for r, n in _ROMANISED.items() if n == tag), ""), []))
        for field in by_tag.get(tag, []):
            if target[0] == "1" and main:
                made = _name(field, "7" + target[1:], first)
            else:
                made = _name(field, target, first)
                main = main or (made is not None and target[0] == "1")
            if made is None:
                continue
            latin = next(romanised, None)
            form = _name(latin, made.tag, first) if latin is not None else None
            if form is not None:
                pairs.append((made, form))
            out.append(made)
    linked = _linked(out, pairs)
    return linked, main


def _linked(out: list[Field], pairs: list[tuple[Field, Field]]) -> list[Field]:
    """Give each romanised form its 880 with the numbers that tie the two together ($6)."""
    for number, (field, form) in enumerate(pairs, start=1):
        at = out.index(field)
        out[at] = Field(field.tag, None, field.indicators, (("6", f"880-{number:02d}"), *field.subfields))
        out.append(Field("880", None, form.indicators, (("6", f"{field.tag}-{number:02d}"), *form.subfields)))
    return out


def _name(field: Field, tag: str, first: str) -> Field | None:
    if first == "2" and field.indicators[0] == "1":
        tag = tag[0] + "11"  # a meeting
    subfields = _person(field) if first in "13" else _body(field)
    if not subfields:
        return None
    for role in field.all("4"):
        text = role.removesuffix(".")
        if text in tables.RELATORS:
            subfields.append(("4", tables.RELATORS[text]))
        elif not text.isdigit():
            subfields.append(("e", text))
    return Field(tag, indicators=f"{first} ", subfields=tuple(subfields))


def _person(field: Field) -> list[tuple[str, str]]:
    surname = _clean(field.first("a"))
    given = _clean(field.first("b"))
    if not surname:
        return []
    if given:
        surname += given if _HAN.search(surname) else f", {given}"
    out = [("a", surname)]
    for source, target in (("d", "b"), ("c", "c"), ("g", "q"), ("q", "q"), ("f", "d"), ("t", "t")):
        out += [(target, _clean(v)) for v in field.all(source)]
    return out


def _body(field: Field) -> list[tuple[str, str]]:
    keep = {"a": "a", "b": "b", "c": "b", "d": "n", "e": "c", "f": "d", "t": "t"}
    out = [(keep[c], _clean(v)) for c, v in field.subfields if c in keep and v]
    return out if out and out[0][0] == "a" else []


def _clean(text: str | None) -> str:
    """Without the full stop and comma that displays put at the end; initials keep theirs."""
    text = (text or "").strip().rstrip(",;")
    return text if re.search(r"\b[A-Z]\.$", text) else text.removesuffix(".")
