"""Suggestions of the recommender that a cataloguer takes over, and what 883 honestly says of them.

A heading or class number that a person took over is the person's: it stands in the record without the mark of a
machine's proposal. 883 with first indicator 1 (partly made by a machine) and $q `ncl-cip` keeps which model proposed
it, how sure it was and when. If the person changes the field afterwards, the note goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from pymarc import Field, Indicators, Record, Subfield

from shuyin.records.marc.terms import CIP_AGENCY

SUBJECT, CLASS, NAME = "subject", "class", "name"
_TAGS = {SUBJECT: "650", CLASS: "084"}
_LINK = re.compile(r"^(\d+)(?:\.\d+)?\\?([a-z]?)")


def accept(record: Record, kind: str, value: str, *, model: str, score: float, on: date) -> bool:
    """Add a suggested heading or class number with its 883; False if the record has it already."""
    if value in standing(record, kind):
        return False
    link = f"{_next_link(record)}\\p"
    record.fields.append(_made(kind, value, link))
    note = [Subfield("8", link), Subfield("a", model), Subfield("c", f"{score:.2f}")]
    note += [Subfield("d", f"{on:%Y%m%d}"), Subfield("q", CIP_AGENCY)]
    record.fields.append(Field(tag="883", indicators=Indicators("1", " "), subfields=note))
    _sort(record)
    return True


def add(record: Record, kind: str, value: str) -> bool:
    """Add a heading, class number or name that a person chose without the model; False if the record has it."""
    if value in standing(record, kind):
        return False
    record.fields.append(_made(kind, value, None))
    _sort(record)
    return True


def _made(kind: str, value: str, link: str | None) -> Field:
    subfields = [Subfield("8", link)] if link else []
    if kind == NAME:
        inverted = "1" if "," in value else "0"
        return Field(tag="700", indicators=Indicators(inverted, " "), subfields=[Subfield("a", value)])
    if kind == CLASS:
        subfields += [Subfield("a", value), Subfield("2", "ncsclt")]
        return Field(tag="084", indicators=Indicators(" ", " "), subfields=subfields)
    main, *divisions = value.split("--")
    subfields += [Subfield("a", main), *(Subfield("x", part) for part in divisions), Subfield("2", "lcstt")]
    return Field(tag="650", indicators=Indicators(" ", "7"), subfields=subfields)


def standing(record: Record, kind: str) -> list[str]:
    """The headings (subdivisions joined by --), numbers of 中文圖書分類法 or names that the record has, in order."""
    if kind == NAME:
        return [name.strip(" ,.") for field in record.get_fields("100", "700") for name in field.get_subfields("a")]
    found = []
    for field in record.get_fields(*(("650", "600", "610", "651") if kind == SUBJECT else ("084",))):
        if kind == CLASS and field.get("2") != "ncsclt":
            continue
        parts = field.get_subfields("a", "x", "y", "z", "v") if kind == SUBJECT else field.get_subfields("a")[:1]
        if parts:
            found.append("--".join(part.strip() for part in parts))
    return list(dict.fromkeys(found))


def tidy(record: Record, accepted: dict[str, float]) -> None:
    """Take back what is no longer true: links of fields that a person changed, and notes that no field refers to.

    `accepted` holds what was taken over, as `key` names it, with the model's score.
    """
    for kind, tag in _TAGS.items():
        for field in record.get_fields(tag):
            if any(_is_note(record, value) for value in field.get_subfields("8")):
                single = Record()
                single.fields.append(field)
                value = next(iter(standing(single, kind)), "")
                if key(kind, value) not in accepted:
                    field.subfields = [part for part in field.subfields if part.code != "8"]
    used = {value for field in record.fields if field.tag != "883" for value in _links(field)}
    for note in list(_notes(record)):
        if not used.intersection(_links(note)):
            record.remove_field(note)


def key(kind: str, value: str) -> str:
    """The name of a suggestion among those taken over."""
    return f"{kind}:{value}"


def _links(field: Field) -> list[str]:
    return [] if field.control_field else field.get_subfields("8")


def _notes(record: Record) -> Iterator[Field]:
    for note in record.get_fields("883"):
        if note.indicator1 == "1" and note.get("q") == CIP_AGENCY:
            yield note


def _is_note(record: Record, link: str) -> bool:
    return any(link in _links(note) for note in _notes(record))


def _next_link(record: Record) -> int:
    numbers = [int(found[1]) for field in record.fields for value in _links(field) if (found := _LINK.match(value))]
    return max(numbers, default=0) + 1


def _sort(record: Record) -> None:
    record.fields = sorted(record.fields, key=lambda field: str(field.tag))
