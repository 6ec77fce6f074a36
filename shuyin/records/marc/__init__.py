"""MARC21 ⇄ `Book`: one mapping each way, after the table of docs/marc.md."""

from shuyin.records.marc.iso2709 import DamagedRecord, parse, serialise
from shuyin.records.marc.reading import read
from shuyin.records.marc.writing import write

__all__ = ["DamagedRecord", "parse", "read", "serialise", "write"]
