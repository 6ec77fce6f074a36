"""A record as lines that a cataloguer edits: tag, indicators, and `$a` text; both ways.

Blank indicators are written `#`. A `$` that belongs to the text is written `{dollar}`, as MARC's mnemonic form does;
prices (NT$450) stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pymarc import Field, Indicators, Leader, Record, Subfield

LEADER = "LDR"
#: A `$` begins a subfield unless it is that of a price.
_SUBFIELD = re.compile(r"(?:\$(?=[^0-9])|(?<!NT)(?<!US)(?<!HK)\$)(.)")
_SIGN = re.compile(r"(?<=NT)\$(?=[0-9])|(?<=US)\$(?=[0-9])|(?<=HK)\$(?=[0-9])|(\$)")
_SPACES = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class MarcLine:
    """One field as it is edited. Control fields and the leader have no indicators and no `$`."""

    tag: str
    indicators: str
    content: str

    @property
    def is_control(self) -> bool:
        """Whether it is the leader or a field without subfields."""
        return self.tag == LEADER or self.tag < "010"


def to_lines(record: Record) -> list[MarcLine]:
    """The leader and every field, in order."""
    lines = [MarcLine(LEADER, "", str(record.leader))]
    for field in record.fields:
        if field.control_field:
            lines.append(MarcLine(field.tag, "", field.data or ""))
        else:
            content = _joined(field.subfields)
            lines.append(MarcLine(field.tag, _shown(field.indicator1) + _shown(field.indicator2), content))
    return lines


def from_lines(lines: Sequence[MarcLine]) -> Record:
    """The record of the lines; empty ones are left out, fields stand in the order of their tags (equal ones as given).

    Nothing is judged here (`marc.checking` does): a text before the first `$` becomes `$a`.
    """
    record = Record(force_utf8=True)
    fields = []
    for line in lines:
        content = _CONTROL.sub(" ", line.content)  # among them the marks that ISO 2709 ends fields with
        content = content if line.is_control else _SPACES.sub(" ", content).strip()
        if line.tag == LEADER:
            record.leader = Leader(content.ljust(24)[:24])
        elif content.strip() and line.tag:
            fields.append(_field(line, content))
    record.fields = sorted(fields, key=lambda field: str(field.tag))
    return record


def _field(line: MarcLine, content: str) -> Field:
    if line.tag < "010":
        return Field(tag=line.tag, data=content)
    marks = line.indicators.replace("#", " ").ljust(2)
    if not content.startswith("$"):
        content = f"$a{content}"
    _, *parts = _SUBFIELD.split(content)
    subfields = [
        Subfield(code, value.strip().replace("{dollar}", "$"))
        for code, value in zip(parts[::2], parts[1::2], strict=True)
        if value.strip()
    ]
    return Field(tag=line.tag, indicators=Indicators(marks[0], marks[1]), subfields=subfields)


def _joined(subfields: Sequence[Subfield]) -> str:
    text = ""
    for part in subfields:
        apart = " " if part.code.isdigit() and text.endswith(("NT", "US", "HK")) else ""  # no price: DNT $2mesh
        text += f"{apart}${part.code}{_SIGN.sub(_escaped, part.value)}"
    return text


def _escaped(sign: re.Match[str]) -> str:
    return "{dollar}" if sign[1] else "$"


def _shown(indicator: str) -> str:
    return indicator if indicator.strip() else "#"
