"""ONIX: both kinds of tags and all releases give the same record; what is no complete product is refused."""

from __future__ import annotations

import io

import pytest

from shuyin.harvest.readers.onix import WARN_OLD, OnixReader
from shuyin.harvest.reading import Rejected, UnreadableFile
from shuyin.harvest.reasons import Reason
from shuyin.records import marc
from shuyin.records.book import Book
from shuyin.records.services import IncomingRecord, MatchBy
from tests.harvest import samples
from tests.shared_data import shared

REFERENCE = (samples.FIXTURES / "onix-3.0-reference.xml").read_bytes()


def records(data: bytes) -> list[IncomingRecord | Reason]:
    reader = OnixReader()
    found: list[IncomingRecord | Reason] = []
    for piece in reader.split(io.BytesIO(data)):
        try:
            found.append(reader.convert(piece, "t"))
        except Rejected as why:
            found.append(why.code)
    return found


def book(data: bytes) -> Book:
    record = records(data)[0]
    assert isinstance(record, IncomingRecord)
    return marc.read(record.marc)


def test_a_product_in_full() -> None:
    found = book(REFERENCE)
    assert found.title == "城市裡的鳥 : 一年四季的觀察"
    assert [(c.name, c.role) for c in found.contributors] == [("Müller, Ann", "著"), ("丁戊己", "譯")]
    binding = found.bindings[0]
    assert (binding.isbn, binding.binding, binding.price) == ("9789576780059", "平裝", "NT$420")
    assert (binding.pages, binding.size) == ("256頁", "210 x 148 mm")
    assert (found.place, found.publisher, found.published, found.edition) == (
        "臺北市",
        "測試出版",
        "2025-09",
        "第2版",
    )
    assert [(s.title, s.volume) for s in found.series] == [("測試叢書", "7")]
    assert (found.language, found.original_language) == ("chi", "ger")
    assert found.keywords == ("鳥類", "都市生態")
    assert [(c.number, c.scheme) for c in found.classes] == [("WNCB", "thema")]
    assert found.summary == "第一段 & 粗體\n第二段"
    assert found.contents == "春\n夏"


AUDIENCES = [
    ("<Audience><AudienceCodeType>01</AudienceCodeType><AudienceCodeValue>03</AudienceCodeValue></Audience>", "青少年"),
    ("<audience><b204>01</b204><b206>01</b206></audience>", "成人(一般)"),
    ("<AudienceCode>06</AudienceCode>", "成人(學術)"),
    ("<b073>04</b073><b073>02</b073>", "學齡兒童"),
    ("<Audience><AudienceCodeType>17</AudienceCodeType><AudienceCodeValue>01</AudienceCodeValue></Audience>", None),
    ("<AudienceCode>04</AudienceCode>", None),
    ("", None),
]


@pytest.mark.parametrize(("audience", "ours"), AUDIENCES)
def test_the_audience(audience: str, ours: str | None) -> None:
    with_audience = REFERENCE.replace(b"</DescriptiveDetail>", audience.encode() + b"</DescriptiveDetail>")
    assert book(with_audience).audience == ours


def test_reference_and_short_tags_and_no_namespace_give_the_same_record() -> None:
    short = book((samples.FIXTURES / "onix-3.1-short.xml").read_bytes())
    bare = book(REFERENCE.replace(b' xmlns="http://ns.editeur.org/onix/3.0/reference"', b""))
    assert short == bare == book(REFERENCE)


def test_a_piece_can_be_read_again_on_its_own() -> None:
    """The currency stands in the header of the message, and comes along."""
    record = records(REFERENCE)[0]
    assert isinstance(record, IncomingRecord)
    assert (record.match_by, record.original_format) == (MatchBy.ISBN, "onix")
    assert record.original is not None
    assert OnixReader().convert(record.original, "t").marc == record.marc


def test_latin1_messages() -> None:
    data = REFERENCE.replace(b'encoding="UTF-8"', b'encoding="iso-8859-1"')
    text = data.decode().replace("測試出版", "Verlag").replace("測試叢書", "Reihe")
    start, end = text.index("<TitleText>城"), text.index("</Subtitle>")
    text = text[:start] + "<TitleText>Café</TitleText><Subtitle>für alle" + text[end:]
    latin = text.encode("iso-8859-1", "xmlcharrefreplace")
    assert b"\xe9" in latin
    assert book(latin).title == "Café : für alle"


def test_release_2_1_as_far_as_it_goes_and_its_dtd_is_never_fetched() -> None:
    """The address in the DOCTYPE does not exist; sockets are blocked in tests."""
    record = records((samples.FIXTURES / "onix-2.1.xml").read_bytes())[0]
    assert isinstance(record, IncomingRecord)
    assert WARN_OLD in record.warnings
    found = marc.read(record.marc)
    assert found.title == "Café 的一天"
    binding = found.bindings[0]
    assert (binding.isbn, binding.binding, binding.price, binding.pages) == (
        "9789576787713",
        "精裝",
        "USD 12.50",
        "120頁",
    )
    assert (found.published, found.summary, found.language) == ("2025-09-03", "簡介", "chi")


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"<NotificationType>03<", b"<NotificationType>05<", Reason.DELETED_RECORD),
        (b"<NotificationType>03<", b"<NotificationType>04<", Reason.PARTIAL_UPDATE),
        (b"<NotificationType>03<", b"<NotificationType>89<", Reason.TEST_RECORD),
        (b'release="3.0"', b'release="4.0"', Reason.RELEASE_NOT_SUPPORTED),
        (b"9789576780059", b"4710970052782", Reason.ISBN_IS_OTHER_BARCODE),
        ("<TitleText>城市裡的鳥</TitleText>".encode(), b"", Reason.NO_TITLE),
    ],
)
def test_what_is_no_complete_product_is_refused(old: bytes, new: bytes, code: Reason) -> None:
    assert old in REFERENCE
    assert records(REFERENCE.replace(old, new))[0] is code


def test_a_message_that_breaks_off_keeps_the_products_before() -> None:
    found = records(REFERENCE[: REFERENCE.rindex(b"</Product>")])
    assert isinstance(found[0], IncomingRecord)
    assert found[1:] == [Reason.BAD_XML]


def test_entity_bombs_are_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    data = REFERENCE.replace(b"<ONIXMessage", bomb + b"<ONIXMessage", 1)
    with pytest.raises(UnreadableFile, match="ENTITY"):
        records(data)


def test_a_message_without_products_says_so() -> None:
    with pytest.raises(UnreadableFile, match="Product"):
        records(b'<ONIXMessage release="3.0"><Header/></ONIXMessage>')


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("onix31-single-reference.xml", 1),
        ("onix31-single-short.xml", 1),
        ("onix30-single-short.xml", 1),
        ("onix30-single-no-namespace.xml", 1),
        ("onix30-multiple-latin1.xml", 21),
        ("onix21-single.xml", 1),
    ],
)
def test_real_messages(name: str, count: int) -> None:
    found = records(shared(f"onix/{name}").read_bytes())
    assert len(found) == count
    for record in found:
        assert isinstance(record, IncomingRecord)
        read = marc.read(record.marc)
        assert len(read.isbns) == 1 and read.isbns[0].startswith("978")
        assert read.contributors and read.publisher and read.published
        assert "<" not in (read.summary or "") and "&lt;" not in (read.summary or "")


def test_one_product_comes_out_the_same_from_four_messages() -> None:
    """Accented letters are compared without: the message without namespace has lost them."""
    names = ("onix31-single-reference", "onix31-single-short", "onix30-single-short", "onix30-single-no-namespace")
    books = [book(shared(f"onix/{name}.xml").read_bytes()) for name in names]
    facts = {
        (
            b.isbns,
            b.title,
            tuple((c.name.replace("ö", ""), c.role) for c in b.contributors),
            b.publisher,
            b.place,
            b.published,
            b.bindings[0].pages,
            b.bindings[0].size,
            b.bindings[0].binding,
            b.language,
            b.original_language,
        )
        for b in books
    }
    assert len(books) == 4
    assert len(facts) == 1
    assert books[0].isbns == ("9780007232833",)
