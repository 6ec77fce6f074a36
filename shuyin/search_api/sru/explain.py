"""The explain record (ZeeRex 2.0): where the service is, what it indexes, what it gives."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from lxml import etree

from shuyin.search_api.cql.contexts import CONTEXTS, INDEXES
from shuyin.search_api.crosswalks.xml_text import child
from shuyin.search_api.sru.request import DEFAULT_RECORDS, MAXIMUM_RECORDS, Version
from shuyin.search_api.sru.schemas import SCHEMAS

ZEEREX = "http://explain.z3950.org/dtd/2.0/"
_Z = f"{{{ZEEREX}}}"


def explain_record(base_url: str, version: Version) -> etree._Element:
    """The `explain` element."""
    root = etree.Element(f"{_Z}explain", nsmap=cast("dict[str, str]", {None: ZEEREX}))
    address = urlsplit(base_url)
    server = child(
        root, f"{_Z}serverInfo", protocol="SRU", version=version.value, transport=address.scheme, method="GET"
    )
    child(server, f"{_Z}host", address.hostname or "")
    child(server, f"{_Z}port", str(address.port or (443 if address.scheme == "https" else 80)))
    child(server, f"{_Z}database", f"{address.path.strip('/')}/sru".strip("/"))
    database = child(root, f"{_Z}databaseInfo")
    child(database, f"{_Z}title", "書音：新書書目", lang="zh-Hant", primary="true")
    child(database, f"{_Z}title", "Shuyin: new books of Taiwan", lang="en")
    child(database, f"{_Z}description", "臺灣新書與預告書目，每筆皆有 MARC21 紀錄。", lang="zh-Hant", primary="true")
    _indexes(child(root, f"{_Z}indexInfo"))
    schemas = child(root, f"{_Z}schemaInfo")
    for schema in SCHEMAS:
        element = child(schemas, f"{_Z}schema", name=schema.name, identifier=schema.identifier, sort="false")
        child(element, f"{_Z}title", schema.title)
    config = child(root, f"{_Z}configInfo")
    for kind, value in (("numberOfRecords", str(DEFAULT_RECORDS)), ("contextSet", "cql"), ("index", "cql.serverChoice"),
                        ("relation", "="), ("retrieveSchema", SCHEMAS[0].name)):  # fmt: skip
        child(config, f"{_Z}default", value, type=kind)
    child(config, f"{_Z}setting", str(MAXIMUM_RECORDS), type="maximumRecords")
    for kind, value in _SUPPORTED:
        child(config, f"{_Z}supports", value, type=kind)
    return root


_SUPPORTED = (
    *(("relation", r) for r in ("=", "==", "<>", "any", "all", "adj", "exact", "<", ">", "<=", ">=", "within")),
    *(
        ("relationModifier", m)
        for m in ("masked", "unmasked", "string", "word", "ignoreCase", "ignoreAccents", "relevant")
    ),
    *(("booleanOperator", b) for b in ("and", "or", "not")),
    *(("maskingCharacter", c) for c in ("*", "?", "^")),
    *(("sortModifier", m) for m in ("ascending", "descending")),
)


def _indexes(info: etree._Element) -> None:
    for name, identifiers in CONTEXTS.items():
        child(info, f"{_Z}set", name=name, identifier=identifiers[0])
    for index in INDEXES:
        flags = {"search": "true", "scan": str(bool(index.scan)).lower(), "sort": str(bool(index.sort)).lower()}
        element = child(info, f"{_Z}index", **flags)
        child(element, f"{_Z}title", index.title)
        child(child(element, f"{_Z}map"), f"{_Z}name", index.name, set=index.context)
