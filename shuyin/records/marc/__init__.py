"""MARC21 ⇄ `Book`: one mapping each way, after the table of docs/marc.md."""

from shuyin.records.marc.identity import MarcIdentity, identify
from shuyin.records.marc.iso2709 import DamagedRecord, parse, serialise
from shuyin.records.marc.reading import read
from shuyin.records.marc.writing import write

__all__ = ["DamagedRecord", "MarcIdentity", "identify", "parse", "read", "serialise", "write"]
