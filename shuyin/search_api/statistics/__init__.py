"""The statistics tables (row A10): counted from the records, with the imported history kept as it was printed.

Public face: `TABLES` (name → how it is made), `tables.Table`, `charts.bar_chart`, `keeping` (the counts).
"""

from shuyin.search_api.statistics import keeping
from shuyin.search_api.statistics.registry import TABLES, UnknownTable, make

__all__ = ["TABLES", "UnknownTable", "keeping", "make"]
