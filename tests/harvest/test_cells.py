"""ISBN, date and price cells of spreadsheets and shops."""

from __future__ import annotations

import pytest

from shuyin.harvest import cells
from shuyin.harvest.reading import Rejected
from shuyin.harvest.reasons import Reason


@pytest.mark.parametrize(
    ("cell", "isbn"),
    [
        ("9789576787713", "9789576787713"),
        ("978-957-678-771-3", "9789576787713"),
        ("ISBN 978 957 678 771 3", "9789576787713"),
        ("978‐957‐678‐771‐3", "9789576787713"),
        ("9786264022903.0", "9786264022903"),
        ("957678771 8", "9789576787713"),
        ("9576787718", "9789576787713"),
        ("080442957X", "9780804429573"),
        ("080442957x", "9780804429573"),
        ("9798232946104", "9798232946104"),
        ("", None),
        (" N/A ", None),
        ("無", None),
        ("-", None),
    ],
)
def test_isbn_cells_that_can_be_read(cell: str, isbn: str | None) -> None:
    assert cells.isbn_13(cell) == isbn


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("9786260000000", Reason.ISBN_ROUNDED),
        ("9787520000000", Reason.ISBN_ROUNDED),  # passes its check digit by chance
        ("9.78626E+12", Reason.ISBN_ROUNDED),
        ("9789576787714", Reason.ISBN_CHECK_DIGIT),
        ("9576787710", Reason.ISBN_CHECK_DIGIT),
        ("9771996185002", Reason.ISBN_IS_ISSN_BARCODE),
        ("4710970052782", Reason.ISBN_IS_OTHER_BARCODE),
        ("9790001138673", Reason.ISBN_IS_OTHER_BARCODE),  # printed music
        ("8969000034921", Reason.ISBN_IS_OTHER_BARCODE),
        ("EBOOK-E050308082", Reason.ISBN_IS_SHOP_ID),
        ("9786267577", Reason.ISBN_UNREADABLE),
        ("97895767877", Reason.ISBN_UNREADABLE),
        ("？", Reason.ISBN_UNREADABLE),
    ],
)
def test_isbn_cells_that_hold_something_else(cell: str, code: Reason) -> None:
    with pytest.raises(Rejected) as caught:
        cells.isbn_13(cell)
    assert caught.value.code is code
    assert cell in str(caught.value)


def test_several_isbns_in_a_cell_with_their_bindings() -> None:
    assert cells.isbn_cells("9789576785481 (線裝); 978-957-678-549-8(平裝)") == [
        ("9789576785481", "線裝"),
        ("9789576785498", "平裝"),
    ]
    assert cells.isbn_cells("978 957 678 771 3") == [("9789576787713", None)]


@pytest.mark.parametrize(
    ("cell", "date"),
    [
        ("2025-09-03", "2025-09-03"),
        ("2025-09-00", "2025-09"),
        ("2025-00-00", "2025"),
        ("2025/9/3", "2025-09-03"),
        ("2025/12/03 00:00:00", "2025-12-03"),
        ("8/13/25", "2025-08-13"),
        ("7/1/2025", "2025-07-01"),
        ("202509", "2025-09"),
        ("20250903", "2025-09-03"),
        ("2025", "2025"),
        ("2025年9月", "2025-09"),
        ("2025年9月3日", "2025-09-03"),
        ("114/04", "2025-04"),
        ("民國114年4月", "2025-04"),
        ("民114.04", "2025-04"),
        ("中華民國114年4月9日", "2025-04-09"),
        ("2025-13-00", None),
        ("2025-02-30", None),
        ("13/13/25", None),
        ("即將出版", None),
        ("", None),
    ],
)
def test_dates(cell: str, date: str | None) -> None:
    assert cells.publication_date(cell) == date


@pytest.mark.parametrize(
    ("cell", "price"),
    [
        ("300", "NT$300"),
        ("390.0", "NT$390"),
        ("1,449", "NT$1449"),
        ("NT$1,050", "NT$1050"),
        ("新臺幣90元", "NT$90"),
        ("0", "免費"),
        ("US$20", "US$20"),
        ("人民幣7.50圓", "人民幣7.50圓"),
        ("目前是", None),
        ("", None),
    ],
)
def test_prices(cell: str, price: str | None) -> None:
    assert cells.price(cell) == price
