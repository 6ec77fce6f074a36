"""The statistics tables (row A10): counted from the records, with the imported history kept as it was printed.

Public face: `TABLES` (name → how it is made), `tables.Table`, `charts.bar_chart`.
"""

from shuyin.search_api.statistics.registry import TABLES, UnknownTable, make

__all__ = ["TABLES", "UnknownTable", "make"]
