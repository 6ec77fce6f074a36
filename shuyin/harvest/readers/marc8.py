"""MARC-8 (ANSEL, EACC …) to Unicode, strictly: what cannot be read is reported, never replaced by a blank.

The code tables are pymarc's; its converter prints to standard error and stores blanks for damaged characters,
which is why the walk through the bytes is ours. Standard: MARC 21 Specifications, Character Sets, Part 2.
"""

from __future__ import annotations

import re
import unicodedata

from pymarc.marc8_mapping import CODESETS, ODD_MAP

_BASIC_LATIN = 0x42
_ANSEL = 0x45
_EACC = 0x31
_ESCAPE = 0x1B
_SUBFIELD = 0x1F

#: `&#x8ECA;`: how characters outside MARC-8 are written in it (lossless conversion, LC 2006).
_REFERENCE = re.compile(r"&#x([0-9A-Fa-f]{4,6});")

#: Escapes of two bytes: Greek symbols, subscripts, superscripts and back to ASCII.
_SHORT = {0x67: 0x67, 0x62: 0x62, 0x70: 0x70, 0x73: _BASIC_LATIN}
#: The other escapes: "$" for multi-byte sets, then which working set, then the final character of the set.
_SEQUENCE = re.compile(rb"\x1b(?:(?P<short>[gbps])|\$?(?P<set>[(,)-])!?(?P<final>[B34ENQS21])|\$(?P<eacc>1))")


class DamagedText(ValueError):
    """Bytes that are no MARC-8; the message names them."""


def decode(data: bytes) -> str:
    """The text of one MARC-8 field, NFC, with `&#x…;` resolved; `DamagedText` where a character is broken."""
    if data.isascii() and _ESCAPE not in data:
        text = data.decode("ascii")
    else:
        text = unicodedata.normalize("NFC", "".join(_Walk(data).run()))
    return resolve_references(text)


def resolve_references(text: str) -> str:
    """`&#x8ECA;` → 車; references to no character stay as they are."""
    return _REFERENCE.sub(_character, text) if "&#x" in text else text


def _character(match: re.Match[str]) -> str:
    code = int(match.group(1), 16)
    if code > 0x10FFFF or 0xD800 <= code <= 0xDFFF or code < 0x20:
        return match.group(0)
    return chr(code)


class _Walk:
    """One pass over the bytes of a field with the two working sets (G0, G1)."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0
        self.g0 = _BASIC_LATIN
        self.g1 = _ANSEL
        self.out: list[str] = []
        self.marks: list[str] = []  # MARC-8 writes combining marks before their letter, Unicode after it

    def run(self) -> list[str]:
        data, end = self.data, len(self.data)
        while self.position < end:
            byte = data[self.position]
            if byte == _ESCAPE:
                self._escape()
            elif byte == _SUBFIELD:
                # each subfield begins in the default sets again (Part 2, "Field orientation")
                self.g0, self.g1 = _BASIC_LATIN, _ANSEL
                self._put(chr(byte))
                self.position += 1
            elif byte > 0x80 or self.g0 != _EACC:
                self._single(byte)
            else:
                self._multibyte()
        self.out.extend(self.marks)
        return self.out

    def _put(self, character: str, combining: bool = False) -> None:
        if combining:
            self.marks.append(character)
            return
        self.out.append(character)
        if self.marks:
            self.out.extend(self.marks)
            self.marks.clear()

    def _single(self, byte: int) -> None:
        self.position += 1
        if byte < 0x20 or byte in (0x88, 0x89, 0x8D, 0x8E):
            # control characters: non-sorting marks and joiners of Part 2 carry no text
            if byte >= 0x80 or byte in (0x09, 0x0A, 0x0D):
                return
            raise DamagedText(f"控制字元 {byte:02X}")
        if byte == 0x20 or byte == 0x7F:
            self._put(" ")
            return
        table = CODESETS.get(self.g1 if byte > 0x80 else self.g0, {})
        found = table.get(byte)
        if found is None:
            raise DamagedText(f"無此字元 {byte:02X}")
        self._put(chr(found[0]), bool(found[1]))

    def _multibyte(self) -> None:
        triple = self.data[self.position : self.position + 3]
        if len(triple) < 3 or min(triple) < 0x21 or max(triple) > 0x7E:
            raise DamagedText(f"多位元組字元殘缺 {triple.hex(' ').upper()}")
        code = triple[0] << 16 | triple[1] << 8 | triple[2]
        self.position += 3
        found = CODESETS[_EACC].get(code)
        if found is not None:
            self._put(chr(found[0]), bool(found[1]))
            return
        odd = ODD_MAP.get(code)
        if odd is None:
            raise DamagedText(f"無此多位元組字元 {code:06X}")
        self._put(chr(odd))

    def _escape(self) -> None:
        found = _SEQUENCE.match(self.data, self.position)
        if found is None:
            shown = self.data[self.position : self.position + 4].hex(" ").upper()
            raise DamagedText(f"跳脫序列無法辨識 {shown}")
        self.position = found.end()
        if found["short"]:
            self.g0 = _SHORT[found["short"][0]]
        elif found["eacc"]:
            self.g0 = _EACC
        elif found["set"] in (b")", b"-"):
            self.g1 = found["final"][0]
        else:
            self.g0 = found["final"][0]
