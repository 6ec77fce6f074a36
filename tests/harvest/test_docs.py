"""docs/importing.md names every format, column, outcome and reason; docs/data.md the figures of the shipped files."""

from __future__ import annotations

import gzip
import io
import re

import pytest

from shuyin.harvest.readers import iso2709, ncl_csv, plain_csv
from shuyin.harvest.reading import SourceFormat
from shuyin.harvest.reasons import Reason
from shuyin.harvest.sample import BOOKS, CBETA, DATA, PUBLISHERS
from shuyin.records import marc
from shuyin.records.services import Outcome
from tests.shared_data import REPOSITORY


def page(name: str) -> str:
    return (REPOSITORY / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "names",
    [
        [f"`{code}`" for code in Reason],
        [f"`{name}`" for name in SourceFormat],
        [f"`{name}`" for name in plain_csv.COLUMNS],
        [name for names in ncl_csv.COLUMNS.values() for name in names],
        [str(outcome) for outcome in Outcome],
    ],
    ids=["reasons", "formats", "columns", "monthly list", "outcomes"],
)
def test_the_page_names_them_all(names: list[str]) -> None:
    text = page("importing.md")
    assert len(names) >= 5
    assert [name for name in names if name not in text] == []


def test_no_reason_is_documented_that_does_not_exist() -> None:
    table = page("importing.md").split("| 代碼 |")[1]
    documented = re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)
    assert sorted(documented) == sorted(Reason)


def test_figures_of_the_shipped_data() -> None:
    text = page("data.md")
    unpacked = {name: gzip.decompress(DATA.joinpath(name).read_bytes()) for name in (BOOKS, CBETA, PUBLISHERS)}
    books = list(iso2709.split(io.BytesIO(unpacked[BOOKS])))
    numbers = sum(len(marc.read(record).isbns) for record in books)
    works = unpacked[CBETA].count(iso2709.RECORD_END)
    firms = unpacked[PUBLISHERS].count(b"\n") - 1
    assert f"{len(books):,} 筆，{numbers:,} 個 ISBN" in text
    assert f"{works:,} 部" in text
    assert f"{firms:,} 家" in text
