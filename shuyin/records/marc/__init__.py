"""MARC21 ⇄ `Book`: one mapping each way, after the table of docs/marc.md."""

from shuyin.records.marc.identity import MarcIdentity, identify
from shuyin.records.marc.iso2709 import DamagedRecord, RecordTooLong, parse, serialise
from shuyin.records.marc.reading import read
from shuyin.records.marc.titles import display as display_title
from shuyin.records.marc.writing import Provenance, write

__all__ = [
    "DamagedRecord",
    "MarcIdentity",
    "Provenance",
    "RecordTooLong",
    "display_title",
    "identify",
    "parse",
    "read",
    "serialise",
    "write",
]
