"""A MARC field as plain values, for readers that convert from one MARC to another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Field:
    """A control field (only `data`) or a data field (indicators and subfields in order)."""

    tag: str
    data: str | None = None
    indicators: str = "  "
    subfields: tuple[tuple[str, str], ...] = ()

    def first(self, code: str) -> str | None:
        """The first subfield of that code, without blanks at its ends; None if there is none or it is empty."""
        return next((v for c, v in self.subfields if c == code and v), None)

    def all(self, *codes: str) -> list[str]:
        """The subfields of these codes in the order of the field."""
        return [v for c, v in self.subfields if c in codes and v]


def parse_fields(texts: list[tuple[str, str]]) -> list[Field]:
    """Fields from their text; blanks around subfields go, an unreadable piece before the first subfield too."""
    fields = []
    for tag, text in texts:
        if tag < "010":
            fields.append(Field(tag, data=text))
            continue
        head, *parts = text.split("\x1f")
        subfields = tuple((part[0], part[1:].strip()) for part in parts if part)
        fields.append(Field(tag, indicators=head[:2].ljust(2), subfields=subfields))
    return fields


def as_bytes(field: Field) -> bytes:
    """The field's data in ISO 2709, UTF-8, without terminator."""
    if field.data is not None:
        return field.data.encode("utf-8")
    return (field.indicators + "".join(f"\x1f{code}{value}" for code, value in field.subfields)).encode("utf-8")
