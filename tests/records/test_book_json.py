"""The JSON shape of a book: everything the record says, nothing invented."""

from __future__ import annotations

from datetime import UTC, date, datetime

from shuyin.records.book import Binding, Book, ClassNumber, Contributor, Subject, TitleParts
from shuyin.records.book_json import BookJson, row_to_json, to_json
from shuyin.records.models import BindingRow, BookRow


def _book() -> Book:
    return Book(
        title="臺灣期刊資源學術能量風貌報告",
        parts=TitleParts(main="臺灣期刊資源學術能量風貌報告"),
        contributors=(Contributor("國家圖書館", "編", kind="corporate"),),
        published="2025-04",
        bindings=(Binding("9789576787713", "平裝", price="NT$300"), Binding(None, "精裝", price="NT$500")),
        classes=(ClassNumber("011.016", "ncsclt"),),
        subjects=(Subject("期刊", "lcstt", assigned_by="shuyin-1"),),
    )


def test_interface_fields_are_all_there() -> None:
    json = to_json(_book(), id=7)
    promised = [
        "id",
        "title",
        "title_parts",
        "contributors",
        "publisher",
        "published",
        "bindings",
        "classes",
        "subjects",
        "summary",
        "contents",
        "keywords",
        "language",
        "audience",
        "rating",
        "category",
        "cover",
        "links",
    ]
    assert set(promised) <= set(json)
    assert set(json) == set(BookJson.__annotations__)
    assert json["bindings"][0]["isbn_hyphenated"] == "978-957-678-771-3"
    assert json["subjects"] == [{"label": "期刊", "scheme": "lcstt", "assigned_by": "shuyin-1"}]
    assert json["publisher"] is None and json["summary"] is None and json["cover"] is None


def test_deposit_state_comes_from_the_row_of_that_isbn() -> None:
    row = BookRow(id=9, collection="cbeta", announced_on=date(2025, 4, 9), updated_at=datetime(2025, 4, 9, tzinfo=UTC))
    row.bindings = [BindingRow(position=0, isbn="9789576787713", deposit_state="deposited")]
    json = row_to_json(row, _book())
    assert [b["state"] for b in json["bindings"]] == ["deposited", "unknown"]
    assert json["bindings"][1]["isbn_hyphenated"] is None
    assert (json["id"], json["collection"], json["announced"]) == (9, "cbeta", "2025-04-09")
    assert json["updated_at"] == "2025-04-09T00:00:00+00:00"
