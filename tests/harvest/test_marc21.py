"""MARC21 in ISO 2709: what is sound stays as it is, what is not is made whole or refused with a reason."""

from __future__ import annotations

import io
import unicodedata

import pymarc
import pytest

from shuyin.harvest.readers import iso2709
from shuyin.harvest.readers.marc21 import WARN_CMARC, WARN_LENGTHS, Marc21Reader
from shuyin.harvest.reading import Rejected, UnreadableFile
from shuyin.harvest.reasons import REASONS, Reason
from shuyin.records.services import IncomingRecord
from tests.harvest import samples
from tests.shared_data import shared


def convert(data: bytes) -> IncomingRecord:
    return Marc21Reader().convert(data, "test")


def title(record: IncomingRecord) -> str:
    return str(pymarc.Record(data=record.marc)["245"])


def refusal(data: bytes) -> Rejected:
    with pytest.raises(Rejected) as caught:
        convert(data)
    return caught.value


def test_sound_utf8_stays_byte_for_byte() -> None:
    data = samples.iso2709(samples.journal_report())
    record = convert(data)
    assert record.marc == data
    assert record.original is None
    assert record.warnings == ()


def test_fields_in_another_order_than_the_directory_are_sound() -> None:
    data = samples.iso2709(samples.journal_report())
    base = int(data[12:17])
    entries = [data[at : at + 12] for at in range(24, base - 1, 12)]
    shuffled = data[:24] + b"".join(reversed(entries)) + data[base - 1 :]
    assert convert(shuffled).marc == shuffled


@pytest.mark.parametrize(
    ("name", "break_it"),
    [
        ("length too small", lambda d: b"00042" + d[5:]),
        ("length zero", lambda d: b"00000" + d[5:]),
        ("length of nines", lambda d: b"99999" + d[5:]),
        ("base address wrong", lambda d: d[:12] + b"00100" + d[17:]),
        ("base address no number", lambda d: d[:12] + b"  x  " + d[17:]),
        ("indicator count missing", lambda d: d[:10] + b"  " + d[12:]),
        ("entry map missing", lambda d: d[:20] + b"    " + d[24:]),
        ("field length off by three", lambda d: d[:27] + b"%04d" % (int(d[27:31]) + 3) + d[31:]),
        ("starts shifted", lambda d: d[:43] + b"00099" + d[48:]),
    ],
)
def test_wrong_lengths_are_recovered_by_the_terminators(name: str, break_it: object) -> None:
    sound = samples.iso2709(samples.journal_report())
    broken = break_it(sound)  # type: ignore[operator]
    assert broken != sound
    record = convert(broken)
    assert WARN_LENGTHS in record.warnings
    assert record.original == broken
    fields = {f.tag: str(f) for f in pymarc.Record(data=record.marc).fields}
    assert fields == {f.tag: str(f) for f in pymarc.Record(data=sound).fields}


def test_the_stream_is_cut_at_terminators_whatever_the_leaders_say() -> None:
    records = [samples.iso2709(samples.invented(n)) for n in range(5)]
    records[1] = b"99999" + records[1][5:]
    records[2] = b"00030" + records[2][5:]
    stream = (
        b"\xef\xbb\xbf" + records[0] + b"\r\n" + records[1] + records[2] + b"\x00\n" + records[3] + records[4] + b"\x1a"
    )
    pieces = list(Marc21Reader().split(io.BytesIO(stream)))
    assert pieces == records


def test_a_truncated_last_record_is_refused_and_the_ones_before_it_kept() -> None:
    whole, cut = samples.iso2709(samples.invented(1)), samples.iso2709(samples.invented(2))
    for at in (3, 22, 60, len(cut) - 10):
        pieces = list(Marc21Reader().split(io.BytesIO(whole + cut[:at])))
        assert pieces == [whole, cut[:at]]
        assert refusal(pieces[1]).code in {Reason.TRUNCATED, Reason.BAD_LEADER}


def test_a_last_record_that_lacks_only_its_terminator_is_complete() -> None:
    data = samples.iso2709(samples.invented(1))
    assert convert(data[:-1]).marc == data


def test_a_file_of_another_kind_is_not_taken_for_one_long_record() -> None:
    with pytest.raises(UnreadableFile, match="--format"):
        list(Marc21Reader().split(io.BytesIO(b"x" * (iso2709.LONGEST + (2 << 20)))))


def test_marc8_with_eacc_marks_and_references_becomes_unicode() -> None:
    data = samples.marc8_record()
    record = convert(data)
    assert record.original == data
    made = pymarc.Record(data=record.marc)
    assert made.leader[9] == "a"
    assert made["500"]["a"] == "by Ōe Kenzabūro, Müller"
    assert [f["a"] for f in made.get_fields("880")] == ["紅樓夢", "車輪紅"]
    assert unicodedata.is_normalized("NFC", record.marc.decode())


def test_damaged_eacc_is_refused_and_says_where() -> None:
    refused = refusal(samples.damaged_marc8_record())
    assert refused.code is Reason.DAMAGED_MULTIBYTE
    assert "880" in str(refused)


def test_big5_under_a_leader_that_says_something_else() -> None:
    fields = [(t, c if t < "010" else c.decode().encode("cp950")) for t, c in samples.journal_report()]
    for mark in (" ", "a"):
        record = convert(samples.iso2709(fields, leader=f"00000nam {mark}2200000 i 4500"))
        assert "臺灣期刊資源學術能量風貌報告" in title(record)
        assert "Big5" in record.warnings[0]


def test_utf8_under_a_leader_that_says_marc8() -> None:
    record = convert(samples.iso2709(samples.journal_report(), leader="00000nam  2200000 i 4500"))
    assert "臺灣期刊資源學術能量風貌報告" in title(record)
    assert "UTF-8" in record.warnings[0]


def test_ansel_letters_are_not_taken_for_big5() -> None:
    fields = [*samples.invented(1)[:3], ("245", b"10\x1faRa\xf2h\xe5im\xe5i, Mu\xf2s\xf2taf\xe2a")]
    record = convert(samples.iso2709(fields, leader="00000nam  2200000 i 4500"))
    assert "Raḥīmī, Muṣṭafá" in title(record)


@pytest.mark.parametrize(
    ("leader", "fields", "code"),
    [
        ("00000nz  a2200000n  4500", samples.invented(1), Reason.NOT_BIBLIOGRAPHIC),
        ("00000dam a2200000 i 4500", samples.invented(1), Reason.DELETED_RECORD),
        (samples.LEADER, samples.invented(1)[:3], Reason.NO_TITLE),
        (samples.LEADER, [("245", b"00\x1fa /")], Reason.NO_TITLE),
    ],
)
def test_what_is_no_record_of_a_book_is_refused(leader: str, fields: samples.Fields, code: Reason) -> None:
    refused = refusal(samples.iso2709(fields, leader=leader))
    assert refused.code is code
    assert str(refused).startswith(REASONS[code])


def test_garbage_is_refused_not_raised() -> None:
    refused = [refusal(data).code for data in (b"hello\x1d", b"00026" + b"x" * 19 + b"\x1e\x1d", b"\x1d", b"12345\x1d")]
    assert len(refused) == 4


def test_cmarc_records_in_a_file_of_marc21_are_converted() -> None:
    record = convert(samples.cmarc_record("utf-8"))
    assert record.original_format == "cmarc"
    assert record.warnings[0] == WARN_CMARC
    assert "臺灣期刊資源學術能量風貌報告" in title(record)


def test_every_reason_has_its_text() -> None:
    assert set(REASONS) == set(Reason)
    assert len(set(REASONS.values())) == len(REASONS)


@pytest.mark.parametrize(
    ("name", "records", "kept", "refused"),
    [
        ("uva-0001-1000.mrc", 1000, 0, 0),
        ("pride-and-prejudice.mrc", 383, 366, 0),
        ("yaz-marccol1-u8.mrc", 19, 19, 0),
        ("chinese-mangled-multibyte.mrc", 4, 1, 1),
    ],
)
def test_real_files(name: str, records: int, kept: int, refused: int) -> None:
    """Each record is kept as it is, converted, or refused for its damaged characters."""
    reader = Marc21Reader()
    total = same = bad = 0
    with shared(f"marc/{name}").open("rb") as stream:
        for piece in reader.split(stream):
            total += 1
            try:
                record = reader.convert(piece, "test")
            except Rejected as why:
                assert why.code is Reason.DAMAGED_MULTIBYTE
                bad += 1
                continue
            same += record.marc == piece
            assert iso2709.is_sound(record.marc)
            assert record.marc[9:10] == b"a"
            record.marc.decode("utf-8")
    assert (total, same, bad) == (records, kept, refused)


def test_the_three_sound_forms_of_one_chinese_record_agree() -> None:
    reader = Marc21Reader()
    with shared("marc/chinese-mangled-multibyte.mrc").open("rb") as stream:
        _, *sound = list(reader.split(stream))
    made = [pymarc.Record(data=reader.convert(piece, "test").marc) for piece in sound]
    titles = [[f["a"] for f in m.get_fields("880") if f["6"].startswith("245")] for m in made]
    assert len(titles) == 3
    assert all("車輪滾滾" in t[0] for t in titles)
