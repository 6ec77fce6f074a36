"""What a record is recognised by, read straight from its bytes."""

from __future__ import annotations

from dataclasses import dataclass

from shuyin.records.marc.bindings import isbn_of
from shuyin.records.marc.iso2709 import peek

_TAGS = frozenset({b"001", b"003", b"020"})


@dataclass(frozen=True, slots=True)
class MarcIdentity:
    """Control number and agency, and one entry for each binding: its valid 13-digit ISBN or None."""

    control_number: str | None
    agency: str | None
    isbns: tuple[str | None, ...]


def identify(data: bytes) -> MarcIdentity:
    """001, 003 and the ISBNs of a record in ISO 2709, UTF-8; `DamagedRecord` if its directory cannot be read."""
    number = agency = None
    isbns: list[str | None] = []
    for tag, raw in peek(data, _TAGS):
        text = raw.decode("utf-8", "replace")
        if tag == b"001":
            number = number or text.strip() or None
        elif tag == b"003":
            agency = agency or text.strip() or None
        else:
            first = next((part[1:] for part in text.split("\x1f")[1:] if part[:1] == "a"), "")
            isbn = isbn_of(first.strip())[0]
            if isbn is None or isbn not in isbns:  # ten and thirteen digits of one number are one binding
                isbns.append(isbn)
    return MarcIdentity(number, agency, tuple(isbns))
