"""docs/api.md names every parameter, facet, sort, format and field that the API has."""

from __future__ import annotations

from pathlib import Path

from shuyin.records.book_json import BindingJson, BookJson
from shuyin.search_api.exports import FORMATS
from shuyin.search_api.routes import list_parameters
from shuyin.search_api.state import MODES, PAGE_SIZES, ROW_PARAMETERS
from shuyin.search_engine.declaration import BOOKS

_PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


def test_every_name_of_the_interface_is_described() -> None:
    names = [p["name"] for p in list_parameters() if "f." not in p["name"]]
    names += [facet.name for facet in BOOKS.facets] + [sort.name for sort in BOOKS.sorts if sort.offered]
    names += [*FORMATS, *MODES, *ROW_PARAMETERS, *BookJson.__annotations__, *BindingJson.__annotations__]
    assert len(names) > 80
    assert [name for name in names if f"`{name}`" not in _PAGE] == []
    assert all(str(size) in _PAGE for size in PAGE_SIZES)
