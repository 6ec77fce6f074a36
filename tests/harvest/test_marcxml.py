"""MARCXML: as a stream, with or without namespace, and safe."""

from __future__ import annotations

import io

import pymarc
import pytest

from shuyin.harvest.readers import iso2709
from shuyin.harvest.readers.marcxml import MarcXmlReader
from shuyin.harvest.reading import Rejected, UnreadableFile
from shuyin.harvest.reasons import Reason
from tests.harvest import samples


def pieces(data: bytes) -> list[bytes]:
    return list(MarcXmlReader().split(io.BytesIO(data)))


@pytest.mark.parametrize("namespace", [True, False])
def test_the_same_record_as_in_iso_2709(namespace: bool) -> None:
    data = samples.marcxml(samples.journal_report(), samples.invented(1), namespace=namespace)
    records = [MarcXmlReader().convert(piece, "t") for piece in pieces(data)]
    assert [r.marc for r in records] == [
        samples.iso2709(samples.journal_report()),
        samples.iso2709(samples.invented(1)),
    ]
    assert all(r.original_format == "marcxml" and r.original in data for r in records if not namespace)


def test_prefixed_names_inside_another_document() -> None:
    """An OAI-PMH answer: its own `record` elements are not taken for MARC."""
    inner = samples.marcxml(samples.invented(1)).decode()
    record = inner[inner.index("<record>") : inner.index("</record>") + 9]
    for name in ("record", "leader", "controlfield", "datafield", "subfield"):
        record = record.replace(f"<{name}", f"<marc:{name}").replace(f"</{name}", f"</marc:{name}")
    data = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header/><metadata>'
        + record.replace("<marc:record", '<marc:record xmlns:marc="http://www.loc.gov/MARC21/slim"')
        + "</metadata></record></ListRecords></OAI-PMH>"
    ).encode()
    assert [MarcXmlReader().convert(p, "t").marc for p in pieces(data)] == [samples.iso2709(samples.invented(1))]


def test_indentation_inside_subfields_is_folded() -> None:
    data = samples.marcxml(samples.invented(1)).replace("書音編輯".encode(), "書音\n      編輯\n    ".encode())
    record = pymarc.Record(data=MarcXmlReader().convert(pieces(data)[0], "t").marc)
    assert record["245"]["c"] == "書音 編輯"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'tag="245"', b'tag="246"', Reason.NO_TITLE),
        (b'tag="245"', b'tag="24"', Reason.BAD_XML),
        (b'code="a"', b'code=""', Reason.BAD_XML),
        (b"nam a", b"nz  a", Reason.NOT_BIBLIOGRAPHIC),
    ],
)
def test_records_that_cannot_be_taken(old: bytes, new: bytes, code: Reason) -> None:
    data = samples.marcxml(samples.invented(1))
    assert old in data
    with pytest.raises(Rejected) as caught:
        MarcXmlReader().convert(pieces(data.replace(old, new))[0], "t")
    assert caught.value.code is code


def test_a_file_that_breaks_off_keeps_the_records_before() -> None:
    data = samples.marcxml(samples.invented(1), samples.invented(2))
    found = pieces(data[: data.rindex(b"</record>")])
    assert len(found) == 2
    assert iso2709.is_sound(MarcXmlReader().convert(found[0], "t").marc)
    with pytest.raises(Rejected, match="中斷") as caught:
        MarcXmlReader().convert(found[1], "t")
    assert caught.value.code is Reason.BAD_XML


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE collection [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE collection [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_declared_entities_are_refused(prolog: str) -> None:
    data = samples.marcxml(samples.invented(1), prolog=prolog)
    with pytest.raises(UnreadableFile, match="ENTITY"):
        pieces(data)


def test_an_external_entity_is_not_read_into_a_record() -> None:
    piece = b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><record><leader>00000nam a2200000 i 4500</leader>'
    piece += b'<datafield tag="245" ind1="0" ind2="0"><subfield code="a">T &x;</subfield></datafield></record>'
    assert b"root:" not in MarcXmlReader().convert(piece, "t").marc


def test_xml_without_records_says_so() -> None:
    with pytest.raises(UnreadableFile, match="record"):
        pieces(b"<collection/>")
