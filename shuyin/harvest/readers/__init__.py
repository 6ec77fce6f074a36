"""One module per source format; `FORMATS` names them all.

A reader cuts a stream into pieces and makes one piece a MARC21 record in UTF-8, or refuses it with a reason.
"""

from __future__ import annotations

from shuyin.harvest.reading import Reader, SourceFormat


def reader_for(source_format: SourceFormat) -> Reader:
    """The reader of that format; imported where used, since each brings its own libraries."""
    match source_format:
        case SourceFormat.MARC21:
            from shuyin.harvest.readers.marc21 import Marc21Reader

            return Marc21Reader()
        case SourceFormat.MARCXML:
            from shuyin.harvest.readers.marcxml import MarcXmlReader

            return MarcXmlReader()
        case SourceFormat.CMARC:
            from shuyin.harvest.readers.cmarc import CmarcReader

            return CmarcReader()
        case SourceFormat.ONIX:
            from shuyin.harvest.readers.onix import OnixReader

            return OnixReader()
        case SourceFormat.NCL_CSV:
            from shuyin.harvest.readers.ncl_csv import NclCsvReader

            return NclCsvReader()
        case SourceFormat.CSV:
            from shuyin.harvest.readers.plain_csv import PlainCsvReader

            return PlainCsvReader()
