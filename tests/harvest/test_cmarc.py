"""CMARC → MARC21, held against the pairs of one record in both formats."""

from __future__ import annotations

import re

import pymarc
import pytest

from shuyin.harvest.readers.cmarc import WARN_CCCII, WARN_MARKS, CmarcReader
from shuyin.harvest.readers.diacritics import has_lost_escapes, repair_marks
from shuyin.harvest.readers.marc21 import Marc21Reader
from shuyin.records.services import IncomingRecord
from tests.harvest import samples
from tests.shared_data import shared


def made(record: IncomingRecord) -> pymarc.Record:
    return pymarc.Record(data=record.marc)


@pytest.fixture(scope="module")
def report() -> pymarc.Record:
    """The record of S0, from Big5 CMARC."""
    return made(CmarcReader().convert((samples.FIXTURES / "cmarc-big5.mrc").read_bytes(), "test"))


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("020", "=020  \\\\$a978-957-678-771-3$q平裝$cNT$300"),
        ("040", "=040  \\\\$a國圖$eCCR"),
        ("084", "=084  \\\\$a011.016$b8765$2ncsclt"),
        ("110", "=110  2\\$a國家圖書館$e編"),
        (
            "245",
            "=245  10$a臺灣期刊資源學術能量風貌報告.$n113年 :$b國家圖書館期刊資源典藏取用及熱門研究主題分析 /"
            "$c國家圖書館知識服務組執行編輯",
        ),
        ("250", "=250  \\\\$a初版"),
        ("264", "=264  \\1$a臺北市 :$b國家圖書館,$c民114[2025]"),
        ("300", "=300  \\\\$a86面 ;$c30公分"),
        ("490", "=490  0\\$a測試叢書 ;$v3"),
        ("650", "=650  \\7$a期刊文獻$x統計$z臺灣$2lcstt"),
        ("700", "=700  1\\$a張揚$e譯"),
    ],
)
def test_each_block_of_cmarc_has_its_field(report: pymarc.Record, tag: str, expected: str) -> None:
    assert str(report[tag]) == expected


def test_coded_data_become_the_fixed_field(report: pymarc.Record) -> None:
    fixed = report["008"].data
    assert len(fixed) == 40
    assert (fixed[:6], fixed[6:11], fixed[15:18], fixed[22], fixed[35:38]) == ("250410", "s2025", "ch ", "g", "chi")


def test_holdings_are_left_out_and_the_original_is_kept() -> None:
    data = samples.cmarc_record()
    record = CmarcReader().convert(data, "test")
    assert "001209140" not in record.marc.decode()
    assert (record.original, record.original_format) == (data, "cmarc")


@pytest.mark.parametrize("encoding", ["cp950", "utf-8"])
def test_encodings_give_the_same_record(encoding: str) -> None:
    assert (
        CmarcReader().convert(samples.cmarc_record(encoding), "t").marc
        == CmarcReader().convert(samples.cmarc_record(), "t").marc
    )


@pytest.mark.parametrize(
    ("damaged", "right"),
    [
        ("åOe Kenzaburåo", "Ōe Kenzaburō"),
        ("Garcâia Jimâenez", "García Jiménez"),
        ("èUbersetzung / hermâeneutique", "Übersetzung / herméneutique"),
        ("Malmö", None),
        ("Sjöwall & Wahlöö", None),
        ("Müller", None),
        ("紅樓夢", None),
        ("plain", None),
    ],
)
def test_marks_that_were_misread_are_put_back_only_where_all_of_them_fit(damaged: str, right: str | None) -> None:
    assert repair_marks(damaged) == right


@pytest.mark.parametrize(
    ("text", "lost"), [("孫!T*!N|!YF", True), ("354!_w", True), ("Oh! what a day", False), ("哇!太好了", False)]
)
def test_lost_escape_sequences_are_pointed_out(text: str, lost: bool) -> None:
    assert has_lost_escapes(text) is lost


_PUNCTUATION = re.compile(r"[\s.,:;/=()\[\]]+")


def by_meaning(text: str | None) -> str:
    return _PUNCTUATION.sub(" ", text or "").strip().casefold()


def values(record: pymarc.Record, tags: tuple[str, ...], codes: str) -> list[str]:
    """What these subfields say, without punctuation, field by field, sorted."""
    found = []
    for f in record.get_fields(*tags):
        text = by_meaning(" ".join(s.value for s in f.subfields if s.code in codes))
        if text:
            found.append(text)
    return sorted(found)


#: What both formats say: MARC21 tags, subfields. Twin MARC21 files put qualifiers inside 020 $z.
_COMPARED: tuple[tuple[tuple[str, ...], str], ...] = (
    (("001",), ""),
    (("020",), "azq"),
    (("050",), "ab"),
    (("082",), "a"),
    (("245",), "abc"),
    (("490",), "av"),
    (("504",), "a"),
    (("650",), "axyzv"),
    (("655",), "a"),
    (("856",), "u"),
)


@pytest.mark.parametrize(("name", "records"), [("ntuedu", 38), ("proquest", 3)])
def test_twin_files_agree_by_meaning(name: str, records: int) -> None:
    """Every compared field agrees in at least 95 % of the records; titles, numbers and call numbers in all."""
    cmarc, marc21 = CmarcReader(), Marc21Reader()
    with shared(f"cmarc/{name}-cmarc.mrc").open("rb") as a, shared(f"cmarc/{name}-marc21.mrc").open("rb") as b:
        pairs = [
            (made(cmarc.convert(x, "t")), made(marc21.convert(y, "t")))
            for x, y in zip(cmarc.split(a), marc21.split(b), strict=True)
        ]
    assert len(pairs) == records
    assert all(x["001"].data == y["001"].data for x, y in pairs)
    differing = {
        tags[0]: [(x, y) for x, y in pairs if values(x, tags, codes) != values(y, tags, codes)]
        for tags, codes in _COMPARED
    }
    for tag in ("020", "050", "245", "856"):
        assert differing[tag] == []
    for tag, pair in differing.items():
        assert len(pair) <= 0.05 * records, (tag, [x["001"].data for x, _ in pair])


def test_names_and_imprints_of_the_twin_files_agree() -> None:
    cmarc, marc21 = CmarcReader(), Marc21Reader()
    compared = imprints = 0
    with (
        shared("cmarc/ntuedu-cmarc.mrc").open("rb") as a,
        shared("cmarc/ntuedu-marc21.mrc").open("rb") as b,
    ):
        for x, y in zip(cmarc.split(a), marc21.split(b), strict=True):
            left, right = made(cmarc.convert(x, "t")), made(marc21.convert(y, "t"))
            if "264" in left:
                assert values(left, ("264",), "ab") == values(right, ("260", "264"), "ab")[:1]
                imprints += 1
            names = values(left, ("100", "110", "700", "710"), "a")
            assert set(names) <= set(values(right, ("100", "110", "700", "710", "711", "797"), "a")) | {""}
            compared += 1
    # three records of the CMARC file hold no imprint
    assert (compared, imprints) == (38, 35)


def test_broken_marks_of_the_twin_file_come_out_right() -> None:
    reader = CmarcReader()
    with shared("cmarc/ntuedu-cmarc.mrc").open("rb") as stream:
        records = [reader.convert(piece, "t") for piece in reader.split(stream)]
    repaired = [str(made(r)["245"]) for r in records if WARN_MARKS in r.warnings]
    assert any("Ōe Kenzaburō" in t for t in repaired)
    assert any("García" in t and "Jiménez" in t for t in repaired)
    assert any("Übersetzung" in t for t in repaired)
    assert "Latin America in translation/en traducción/em tradução" in " ".join(r.marc.decode() for r in records)


def test_real_cmarc_records_of_the_union_catalogue() -> None:
    """17 records of the novel's file are CMARC from Taiwan's union catalogue; some hold CCCII without its escapes."""
    reader = Marc21Reader()
    with shared("marc/pride-and-prejudice.mrc").open("rb") as stream:
        records = [reader.convert(piece, "t") for piece in reader.split(stream)]
    converted = [r for r in records if r.original_format == "cmarc"]
    assert len(converted) == 17
    pointed_out = [w for r in converted for w in r.warnings if w.endswith(WARN_CCCII.partition("}")[2])]
    assert len(pointed_out) == 13
    titles = [made(r)["245"]["a"] for r in converted]
    assert sum("傲慢與偏見" in t for t in titles) >= 9
    assert all(made(r)["084"]["2"] == "ncsclt" for r in converted if "084" in made(r))
