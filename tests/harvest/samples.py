"""Builds the importers' fixtures (tests/harvest/fixtures) and broken variants of them.

`python -m tests.harvest.samples` writes the files anew; the books in them are those that the source documents
print, plus plainly invented ones with ISBNs of the test prefix 978-957-678-000.
"""

from __future__ import annotations

from pathlib import Path

from pymarc.marc8_mapping import CODESETS

FIXTURES = Path(__file__).with_name("fixtures")

Fields = list[tuple[str, bytes]]

LEADER = "00000nam a2200000 i 4500"


def iso2709(fields: Fields, leader: str = LEADER) -> bytes:
    """A sound ISO 2709 record; the leader's lengths are filled in, its encoding mark is kept."""
    directory, data = b"", b""
    for tag, content in fields:
        directory += f"{tag}{len(content) + 1:04d}{len(data):05d}".encode()
        data += content + b"\x1e"
    base = 24 + len(directory) + 1
    head = f"{base + len(data) + 1:05d}{leader[5:12]}{base:05d}{leader[17:24]}".encode()
    return head + directory + b"\x1e" + data + b"\x1d"


def field(indicators: str, *subfields: tuple[str, str], encoding: str = "utf-8") -> bytes:
    """The data of a variable field."""
    return (indicators + "".join(f"\x1f{code}{text}" for code, text in subfields)).encode(encoding)


def journal_report() -> Fields:
    """The record that S0 prints in full: 9789576787713."""
    return [
        ("001", b"1720001"),
        ("003", b"TW-NCL"),
        ("008", b"250410s2025    ch a     b    000 0 chi d"),
        ("020", field("  ", ("a", "9789576787713"), ("q", "平裝"), ("c", "NT$300"))),
        ("084", field("  ", ("a", "011.016"), ("2", "ncsclt"))),
        (
            "245",
            field(
                "00",
                ("a", "臺灣期刊資源學術能量風貌報告."),
                ("n", "113年 :"),
                ("b", "國家圖書館期刊資源典藏取用及熱門研究主題分析 /"),
                ("c", "國家圖書館知識服務組執行編輯"),
            ),
        ),
        ("250", field("  ", ("a", "初版"))),
        ("264", field(" 1", ("a", "臺北市 :"), ("b", "國家圖書館,"), ("c", "民114.04"))),
        ("300", field("  ", ("a", "86面 ;"), ("c", "30公分"))),
        ("650", field(" 7", ("a", "期刊文獻"), ("2", "lcstt"))),
    ]


def invented(number: int, title: str | None = None, pad: int = 0) -> Fields:
    """A small invented record; `pad` characters of notes make it longer."""
    fields = [
        ("001", f"made-{number:07d}".encode()),
        ("003", b"TEST"),
        ("008", b"250101s2025    ch            000 0 chi d"),
        ("245", field("00", ("a", title or f"測試用書第{number}號 /"), ("c", "書音編輯"))),
        ("264", field(" 1", ("a", "臺北市 :"), ("b", "測試出版,"), ("c", "2025"))),
    ]
    if pad:
        fields.append(("500", field("  ", ("a", "註" * pad))))
    return fields


_EACC = {chr(target): code for code, (target, _) in CODESETS[0x31].items()}
_MARKS = {"\u0304": b"\xe5", "\u0301": b"\xe2", "\u0308": b"\xe8"}


def marc8(text: str) -> bytes:
    """The text in MARC-8: Han by EACC behind `ESC $1`, some Latin marks by ANSEL before their letter."""
    out, multibyte = b"", False
    for i, character in enumerate(text):
        if character in _EACC:
            out += (b"" if multibyte else b"\x1b$1") + _EACC[character].to_bytes(3)
            multibyte = True
        elif character in _MARKS:
            continue
        else:
            out += b"\x1b(B" if multibyte else b""
            multibyte = False
            mark = text[i + 1 : i + 2]
            out += _MARKS.get(mark, b"") + character.encode("ascii")
    return out + (b"\x1b(B" if multibyte else b"")


def marc8_field(indicators: str, *subfields: tuple[str, str]) -> bytes:
    """The data of a variable field in MARC-8."""
    return indicators.encode() + b"".join(b"\x1f" + code.encode() + marc8(text) for code, text in subfields)


def marc8_record() -> bytes:
    """A MARC-8 record with EACC, ANSEL marks and a numeric character reference."""
    return iso2709(
        [
            ("001", b"eacc-1"),
            ("003", b"TEST"),
            ("008", b"850101s1985    ch            000 1 chi d"),
            ("066", field("  ", ("c", "$1"))),
            ("245", b"10" + b"\x1f6880-01" + b"\x1fa" + marc8("Hong lou meng /")),
            ("500", b"  \x1fa" + marc8("by O\u0304e Kenzabu\u0304ro, Mu\u0308ller")),
            ("880", marc8_field("10", ("6", "245-01/$1"), ("a", "紅樓夢"))),
            ("880", b"  \x1f6500-00\x1fa&#x8ECA;&#x8F2A;" + marc8("紅")),
        ],
        leader="00000nam  2200000 i 4500",
    )


def damaged_marc8_record() -> bytes:
    """The same with a blank inside a multi-byte character, as bad transfers leave it."""
    good = marc8_record()
    at = good.rindex(b"\x1b$1") + 4
    return good[:at] + b" " + good[at + 1 :]


def cmarc_record(encoding: str = "cp950") -> bytes:
    """A CMARC record of the report that S0 prints, in Big5."""

    def f(indicators: str, *subfields: tuple[str, str]) -> bytes:
        return field(indicators, *subfields, encoding=encoding)

    return iso2709(
        [
            ("001", b"1720001"),
            ("010", f("0 ", ("a", "978-957-678-771-3"), ("b", "平裝"), ("d", "NT$300"))),
            ("100", f("  ", ("a", "20250410d2025    m  y0chiy09      e"))),
            ("101", f("0 ", ("a", "chi"))),
            ("102", f("  ", ("a", "cw"))),
            ("105", f("  ", ("a", "a       000yy"))),
            (
                "200",
                f(
                    "1 ",
                    ("a", "臺灣期刊資源學術能量風貌報告"),
                    ("h", "113年"),
                    ("e", "國家圖書館期刊資源典藏取用及熱門研究主題分析"),
                    ("f", "國家圖書館知識服務組執行編輯"),
                ),
            ),
            ("205", f("  ", ("a", "初版"))),
            ("210", f("  ", ("a", "臺北市"), ("c", "國家圖書館"), ("d", "民114[2025]"))),
            ("215", f("0 ", ("a", "86面"), ("d", "30公分"))),
            ("225", f("1 ", ("a", "測試叢書"), ("v", "3"))),
            ("606", f("  ", ("2", "lcstt"), ("a", "期刊文獻"), ("x", "統計"), ("y", "臺灣"))),
            ("681", f("  ", ("a", "011.016"), ("b", "8765"), ("v", "2007年版"))),
            ("710", f("02", ("a", "國家圖書館"), ("4", "編"))),
            ("702", f(" 1", ("a", "張"), ("b", "揚"), ("4", "譯"))),
            ("801", f(" 0", ("a", "cw"), ("b", "國圖"), ("g", "CCR"))),
            ("805", f("  ", ("a", "NCL"), ("c", "001209140"))),
        ],
        leader="00000nam0 2200000   4500",
    )


def marcxml(*records: Fields, namespace: bool = True, prolog: str = "") -> bytes:
    """A MARCXML collection."""
    name = ' xmlns="http://www.loc.gov/MARC21/slim"' if namespace else ""
    out = [f'<?xml version="1.0" encoding="UTF-8"?>{prolog}\n<collection{name}>']
    for fields in records:
        out.append(f"<record><leader>{LEADER}</leader>")
        for tag, content in fields:
            text = content.decode().replace("&", "&amp;").replace("<", "&lt;")
            if tag < "010":
                out.append(f'<controlfield tag="{tag}">{text}</controlfield>')
                continue
            head, *parts = text.split("\x1f")
            subfields = "".join(f'<subfield code="{p[0]}">{p[1:]}</subfield>' for p in parts)
            out.append(f'<datafield tag="{tag}" ind1="{head[0]}" ind2="{head[1]}">{subfields}</datafield>')
        out.append("</record>")
    return "\n".join([*out, "</collection>"]).encode()


def write_fixtures() -> None:
    """Write the binary fixtures; the text ones (ONIX, CSV) are written by hand beside them."""
    FIXTURES.mkdir(exist_ok=True)
    (FIXTURES / "marc21-utf8.mrc").write_bytes(iso2709(journal_report()) + iso2709(invented(1)))
    (FIXTURES / "marc21-marc8-eacc.mrc").write_bytes(marc8_record())
    (FIXTURES / "cmarc-big5.mrc").write_bytes(cmarc_record())
    (FIXTURES / "marcxml.xml").write_bytes(marcxml(journal_report(), invented(1)))


if __name__ == "__main__":
    write_fixtures()
