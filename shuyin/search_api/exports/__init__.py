"""Downloads of records: every format streams, whatever the number of records.

Public face: `FORMATS`, `load`, `ExportRecord`, `ExportFormat`, `marcxml`.
"""

from shuyin.search_api.exports.formats import FORMATS, ExportFormat, ExportRecord, load, marcxml

__all__ = ["FORMATS", "ExportFormat", "ExportRecord", "load", "marcxml"]
