"""Contextual Query Language (CQL 1.1 and 1.2, level 2): text → tree → XCQL, CQL again, or a search.

Public face: `parser.parse`, `nodes`, `xcql.to_xcql`, `translation.to_search`.
"""
