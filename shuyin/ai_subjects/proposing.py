"""Recommendations written into MARC21 records: 084 and 650, each with the 883 that says which machine proposed it.

MARC 883 (metadata provenance): first indicator 0 = fully machine-generated, `$a` process, `$c` confidence 0…1, `$d`
date; `$8 N\\p` links it to the field it speaks of. Each proposal has a link and a confidence of its own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from pymarc import Field, Indicators, Record, Subfield

from shuyin.ai_subjects.measures import Cutoff
from shuyin.ai_subjects.recommender import Recommendation
from shuyin.ai_subjects.schemes.services import CLASS_SCHEME, HEADING_SCHEME

_LINK = re.compile(r"^(\d+)")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A field to be added: tag, value, code of the vocabulary, chance 0…1 that a cataloguer assigns it."""

    tag: str
    value: str
    scheme: str
    confidence: float


def proposals(found: Recommendation, cutoff: Cutoff) -> list[Proposal]:
    """The class number as far as it is likelier than not, and the headings that the tuned cut-off takes."""
    made: list[Proposal] = []
    if found.classes and (number := found.classes[0].safe):
        first = found.classes[0]
        sure = first.score if number == first.number else first.levels[str(len(number))]
        made.append(Proposal("084", number, CLASS_SCHEME, sure))
    chosen = [one for one in found.subjects if one.score >= cutoff.score][: cutoff.limit]
    return made + [Proposal("650", one.label, HEADING_SCHEME, one.score) for one in chosen]


def add(record: Record, wanted: list[Proposal], process: str, on: date) -> int:
    """Write the proposals that the record does not carry yet, in tag order; how many there were. What the record
    says stays as it is."""
    links = [
        int(found[1]) for field in record.get_fields() for s in field.get_subfields("8") if (found := _LINK.match(s))
    ]
    number = max(links, default=0)
    fresh = [one for one in wanted if one.value not in _values(record, one)]
    for one in fresh:
        number += 1
        link = Subfield("8", f"{number}\\p")
        parts = one.value.split("--")
        values = [link, Subfield("a", parts[0]), *(Subfield("x", part) for part in parts[1:])]
        second = "7" if one.tag == "650" else " "
        record.add_ordered_field(
            Field(one.tag, Indicators(" ", second), [*values, Subfield("2", one.scheme)]),
            Field(
                "883",
                Indicators("0", " "),
                [link, Subfield("a", process), Subfield("c", f"{one.confidence:.2f}"), Subfield("d", f"{on:%Y%m%d}")],
            ),
        )
    return len(fresh)


def _values(record: Record, wanted: Proposal) -> set[str]:
    """What the record says in fields of that tag and vocabulary."""
    return {
        "--".join(value.rstrip(" .") for value in field.get_subfields("a", "x", "y", "z", "v"))
        for field in record.get_fields(wanted.tag)
        if wanted.scheme in field.get_subfields("2")
    }
