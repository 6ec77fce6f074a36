"""docs/for-librarians.md names everything that can be asked for."""

from __future__ import annotations

from shuyin.search_api.cql.contexts import CONTEXTS
from shuyin.search_api.dumps import shelf
from shuyin.search_api.exports import FORMATS
from shuyin.search_api.feeds.new_books import PARAMETERS
from shuyin.search_api.oai.records import FORMATS as OAI_FORMATS
from shuyin.search_api.oai.selection import FAMILIES
from shuyin.search_api.representations import REPRESENTATIONS
from shuyin.search_api.sru.schemas import SCHEMAS
from tests.shared_data import REPOSITORY


def test_every_format_set_and_parameter_is_explained() -> None:
    text = (REPOSITORY / "docs" / "for-librarians.md").read_text(encoding="utf-8")
    names = [
        *(f"`{name}`" for name in FORMATS),
        *(f"`{schema.name}`" for schema in SCHEMAS),
        *(f"`{name}`" for name in OAI_FORMATS),
        *(f"`{family.name}:" for family in FAMILIES),
        *(format.name for format in shelf.FORMATS),
        *(form.media_type for form in REPRESENTATIONS),
        *(f"{name}." for name in CONTEXTS if name != "rec"),
        *(f"?{name}=" for name in PARAMETERS if name != "category"),
    ]
    missing = [name for name in names if name not in text]
    assert missing == [] and len(names) > 35
